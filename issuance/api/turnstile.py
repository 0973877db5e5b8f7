"""How often one address may pass a public door: counted in memory, bounded, forgotten after its time.

A door protects guesses that cost little to try. What must hold against many addresses (codes a day, tries a code) is
counted in the register, never here. Addresses are not written down.
"""

from __future__ import annotations

import math
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field
from ipaddress import IPv6Address, ip_address
from threading import Lock

from fastapi import Request

from issuance.api.problem import TooMany
from specs.schema.traffic import Pace

ADDRESSES = 50_000
"""Kept at most; the one seen longest ago goes first."""


@dataclass(slots=True)
class Turnstile:
    """Of one application. clock: seconds that only go forward."""

    clock: Callable[[], float] = time.monotonic
    _full_at: OrderedDict[tuple[str, str], float] = field(default_factory=OrderedDict)
    _lock: Lock = field(default_factory=Lock)

    def wait(self, door: str, address: str, pace: Pace) -> int:
        """0: pass. Else the whole seconds until this address may; a try that does not pass is not counted.

        A bucket of `pace.count` that fills again within `pace.minutes`, so a burst of all of them may come at once.
        """
        each, now = pace.minutes * 60 / pace.count, self.clock()
        with self._lock:
            spent = max(self._full_at.get((door, address), now), now) + each
            late = spent - now - pace.minutes * 60
            if late > 1e-6:
                return math.ceil(late)
            self._full_at[door, address] = spent
            self._full_at.move_to_end((door, address))
            if len(self._full_at) > ADDRESSES:
                self._full_at.popitem(last=False)
        return 0


def require_pace(request: Request, door: str, pace: Pace, of: str | None = None) -> None:
    """Open a public route with this. of: what is paced instead of the caller's address. Raises `TooMany`."""
    turnstile: Turnstile = request.app.state.turnstile
    if seconds := turnstile.wait(door, of or address_of(request), pace):
        raise TooMany(seconds)


def address_of(request: Request) -> str:
    """Of the caller, as the server saw it; of IPv6 the /64, which one subscriber holds whole."""
    host = request.client.host if request.client is not None else ""
    try:
        address = ip_address(host)
    except ValueError:
        return host
    if not isinstance(address, IPv6Address):
        return host
    mapped = address.ipv4_mapped
    return str(mapped) if mapped is not None else str(IPv6Address(int(address) >> 64 << 64))
