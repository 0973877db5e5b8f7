"""How often one address may pass a public door: counted in memory, bounded, forgotten after its time.

A door protects guesses that cost little to try. What must hold against many addresses (codes a day, tries a code) is
counted in the register, never here. Addresses are not written down: a keyed hash stands for each.
"""

from __future__ import annotations

import math
import secrets
import time
from array import array
from collections.abc import Callable, MutableSequence
from dataclasses import dataclass, field
from hashlib import blake2b
from ipaddress import IPv6Address, ip_address
from multiprocessing.sharedctypes import RawArray
from threading import Lock

from fastapi import Request

from issuance.api.problem import TooMany
from specs.schema.traffic import Pace

ADDRESSES = 65_536
"""Kept at most, with the doors they came to."""
_WAYS = 8
_WORD = "d"


@dataclass(frozen=True, slots=True)
class Seen:
    """Who came when, in sets of `_WAYS` marks followed by their times: a new mark takes the place of the one of its set
    whose bucket is full again first."""

    places: MutableSequence[float] = field(default_factory=lambda: array(_WORD, bytes(16 * ADDRESSES)))
    key: bytes = field(default_factory=lambda: secrets.token_bytes(16))

    @classmethod
    def by_processes(cls) -> Seen:
        """For several processes of one machine, which are given it when they start.

        They do not wait for one another: of two that write at the same instant one may go uncounted.
        """
        return cls(RawArray(_WORD, 2 * ADDRESSES))


@dataclass(slots=True)
class Turnstile:
    """Of one application. clock: seconds that only go forward, the same in every process."""

    clock: Callable[[], float] = time.monotonic
    seen: Seen = field(default_factory=Seen)
    _lock: Lock = field(default_factory=Lock)

    def wait(self, door: str, address: str, pace: Pace) -> int:
        """0: pass. Else the whole seconds until this address may; a try that does not pass is not counted.

        A bucket of `pace.count` that fills again within `pace.minutes`, so a burst of all of them may come at once.
        """
        each, now = pace.minutes * 60 / pace.count, self.clock()
        digest = blake2b(f"{door}\0{address}".encode(), key=self.seen.key, digest_size=10).digest()
        places, mark = self.seen.places, float(1 + int.from_bytes(digest[4:]))
        start = 2 * _WAYS * (int.from_bytes(digest[:4]) % (len(places) // (2 * _WAYS)))
        with self._lock:
            marks, full_at = places[start : start + _WAYS], places[start + _WAYS : start + 2 * _WAYS]
            way = next((way for way in range(_WAYS) if marks[way] == mark), None)
            spent = max(now if way is None else full_at[way], now) + each
            late = spent - now - pace.minutes * 60
            if late > 1e-6:
                return math.ceil(late)
            if way is None:
                way = min(range(_WAYS), key=lambda way: full_at[way])
            places[start + way], places[start + _WAYS + way] = mark, spent
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
