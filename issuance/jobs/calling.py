"""Call the systems of bulk requesters (`certificates.webhooks`): signed, in order, each call until it is taken.

An address is resolved here and the connection goes to what was resolved, which must be on the public internet: no
name, and no redirect (none is followed), leads a call into our own network. Nothing is open while a line is used. Logs
hold ids, never an address or an answer.
"""

from __future__ import annotations

import contextlib
import http.client
import ipaddress
import logging
import socket
import ssl
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from threading import Timer
from typing import Any, Final
from urllib.parse import urlsplit

from issuance.certificates import webhooks
from issuance.certificates.webhooks import Claimed, secret_of, signature, url_faults
from issuance.service import Service

log = logging.getLogger("issuance.webhooks")
AT_ONCE: Final = 100
_ANSWER_BYTES: Final = 64 * 1024
_INTO_V4: Final = tuple(ipaddress.ip_network(net) for net in ("64:ff9b::/96", "64:ff9b:1::/48", "2002::/16", "::/96"))
Resolve = Callable[[str, int], Sequence[str]]


def call_all(service: Service, now: datetime) -> int:
    """One turn: what is due, of each address in its order; answers how many calls were taken. Raises `Unavailable`."""
    return sum(_call_one(service, webhook_id, now) for webhook_id in webhooks.due(service, now))


def _call_one(service: Service, webhook_id: str, now: datetime) -> int:
    """The calls of one address; the first that is not taken holds up those behind it."""
    taken = 0
    while taken < AT_ONCE and (claimed := webhooks.claim(service, webhook_id, now)) is not None:
        answered, good = _made(service, claimed, now)
        goes_on = webhooks.answered(service, claimed, answered, now, taken=good)
        if not good:
            log.warning("webhook %s, call %s: %s", webhook_id, claimed.id, answered)
        if not goes_on:
            break
        taken += good
    return taken


def _made(service: Service, claimed: Claimed, now: datetime) -> tuple[str, bool]:
    """(what came of it, whether it was taken). Any 2xx is."""
    seconds = int(now.timestamp())
    headers = {
        "Content-Type": "application/json",
        "User-Agent": "issuance-webhooks/1",
        "webhook-id": claimed.id,
        "webhook-timestamp": str(seconds),
        "webhook-signature": signature(secret_of(service, claimed.webhook_id), claimed.id, seconds, claimed.body),
    }
    parts = urlsplit(claimed.url)
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    limit = service.spec.certificate_requests.webhooks.exchange_seconds
    try:
        address = address_of(claimed.url, production=service.settings.production)
        with _connected(claimed.url, address, limit) as line:
            line.request("POST", path, claimed.body, headers)
            answer = line.getresponse()
            answer.read(_ANSWER_BYTES)
    except NotPublic:
        return "not a public address", False
    except (OSError, http.client.HTTPException, ValueError) as error:
        return type(error).__name__, False
    return f"status {answer.status}", 200 <= answer.status < 300


class NotPublic(Exception):
    """An address leads to where no call may go."""


def address_of(url: str, *, production: bool, resolve: Resolve | None = None) -> str:
    """The address to connect to. Raises `NotPublic` when one of those the name stands for may not be called, `OSError`
    when there is none. Outside production this machine may be, by its own name."""
    if url_faults(url, production=production):
        raise NotPublic
    parts = urlsplit(url)
    host = parts.hostname or ""
    port = parts.port or (443 if parts.scheme == "https" else 80)
    found = (resolve or _resolved)(host, port)
    here = not production and host in ("127.0.0.1", "::1", "localhost")
    if not found:
        raise OSError("no address")
    if not all(_is_public(one) or (here and ipaddress.ip_address(one).is_loopback) for one in found):
        raise NotPublic
    return found[0]


def _is_public(text: str) -> bool:
    address = ipaddress.ip_address(text.partition("%")[0])
    if isinstance(address, ipaddress.IPv6Address):
        if address.ipv4_mapped is not None:
            return _is_public(str(address.ipv4_mapped))
        if any(address in net for net in _INTO_V4):
            return False
    return address.is_global and not address.is_multicast and not address.is_reserved


def _resolved(host: str, port: int) -> Sequence[str]:
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(one[4][0]) for one in found))


@contextlib.contextmanager
def _connected(url: str, address: str, seconds: int) -> Iterator[http.client.HTTPConnection]:
    """To that address, under the name of the url; cut off after so many seconds. Raises `OSError`."""
    parts = urlsplit(url)
    host = parts.hostname or ""
    secure = parts.scheme == "https"
    port = parts.port or (443 if secure else 80)
    plain = socket.create_connection((address, port), timeout=seconds)
    timer = Timer(seconds, _cut, (plain,))
    timer.daemon = True
    timer.start()
    held: Any = plain
    try:
        if secure:
            held = ssl.create_default_context().wrap_socket(plain, server_hostname=host)
        line = http.client.HTTPConnection(host, port, timeout=seconds)
        line.sock = held
        yield line
    finally:
        timer.cancel()
        held.close()


def _cut(held: socket.socket) -> None:
    with contextlib.suppress(OSError):
        held.shutdown(socket.SHUT_RDWR)
