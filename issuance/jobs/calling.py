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
from dataclasses import dataclass
from datetime import datetime, timedelta
from threading import Timer
from typing import Any, Final
from urllib.parse import urlsplit

from sqlmodel import col, select

from issuance.certificates.bulk_model import Webhook, WebhookCall
from issuance.certificates.webhooks import secret_of, signature, url_faults
from issuance.core.actor import system
from issuance.core.uow import unit_of_work
from issuance.service import Service

log = logging.getLogger("issuance.webhooks")
CALLER: Final = system("webhooks")
AT_ONCE: Final = 100
_ANSWER_BYTES: Final = 64 * 1024
_INTO_V4: Final = tuple(ipaddress.ip_network(net) for net in ("64:ff9b::/96", "64:ff9b:1::/48", "2002::/16", "::/96"))
Resolve = Callable[[str, int], Sequence[str]]


@dataclass(frozen=True, slots=True)
class _Claimed:
    """A call that is ours to make now."""

    webhook_id: str
    seq: int
    id: str
    url: str
    body: bytes
    tries: int


def call_all(service: Service, now: datetime) -> int:
    """One turn: what is due, of each address in its order; answers how many calls were taken. Raises `Unavailable`."""
    with service.db.reading() as read:
        query = (
            select(WebhookCall.webhook_id)
            .join(Webhook, col(Webhook.id) == col(WebhookCall.webhook_id))
            .where(WebhookCall.state == "waiting", col(WebhookCall.next_at) <= now, col(Webhook.closed_at).is_(None))
        )
        due = sorted(set(read.exec(query)))
    return sum(_call_one(service, webhook_id, now) for webhook_id in due)


def _call_one(service: Service, webhook_id: str, now: datetime) -> int:
    """The calls of one address; the first that is not taken holds up those behind it."""
    taken = 0
    while taken < AT_ONCE and (claimed := _claim(service, webhook_id, now)) is not None:
        answered, good = _made(service, claimed, now)
        given_up = not good and claimed.tries >= service.spec.certificate_requests.webhooks.tries
        with unit_of_work(service.db, CALLER, "a system is told", now) as tx:
            row = tx.session.get(WebhookCall, (webhook_id, claimed.seq), with_for_update=True)
            if row is not None and row.state == "waiting":
                row.state = "sent" if good else "given_up" if given_up else "waiting"
                row.answered = answered
                tx.session.add(row)
            tx.audit("certificates.webhook_call", f"webhook:{webhook_id}", {"call": claimed.id, "answer": answered})
        if not good:
            log.warning("webhook %s, call %s: %s", webhook_id, claimed.id, answered)
            if not given_up:
                break
        taken += good
    return taken


def _claim(service: Service, webhook_id: str, now: datetime) -> _Claimed | None:
    """The first call that waits, when it is due; until its pause is over nobody else makes it, or one behind it."""
    rule = service.spec.certificate_requests.webhooks
    with unit_of_work(service.db, CALLER, "a system is told", now) as tx:
        query = select(WebhookCall).where(WebhookCall.webhook_id == webhook_id, WebhookCall.state == "waiting")
        row = tx.session.exec(query.order_by(col(WebhookCall.seq)).limit(1).with_for_update()).first()
        hook = tx.session.get(Webhook, webhook_id)
        if row is None or hook is None or hook.closed_at is not None or row.next_at > now:
            return None
        wait = timedelta(seconds=rule.first_wait_seconds) * 2 ** min(row.tries, 30)
        row.tries, row.next_at = row.tries + 1, now + min(wait, timedelta(hours=rule.longest_wait_hours))
        tx.session.add(row)
        tx.audit("certificates.webhook_claim", f"webhook:{webhook_id}", {"call": row.id, "tries": row.tries})
        return _Claimed(webhook_id, row.seq, row.id, hook.url, row.body.encode(), row.tries)


def _made(service: Service, claimed: _Claimed, now: datetime) -> tuple[str, bool]:
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
