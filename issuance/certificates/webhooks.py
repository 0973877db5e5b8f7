"""Tell the systems of those who ask in bulk what became of their requests: what is told, to whom, and in which order.

A call is written in the transaction of what it tells and sent afterwards (`jobs.calling`), in order, until it is
taken. It names a request, a state and a number; never a person.
"""

from __future__ import annotations

import base64
import hmac
import json
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any, Final
from urllib.parse import urlsplit

from sqlalchemy import func
from sqlmodel import col, select

from issuance.certificates.bulk_model import CertificateBulk, CertificateBulkRow, Webhook, WebhookCall
from issuance.certificates.model import Request
from issuance.core import policy
from issuance.core.actor import Actor, system
from issuance.core.civil import civil_day
from issuance.core.ids import new_id
from issuance.core.uow import Tx, unit_of_work
from issuance.db.session import lock
from issuance.service import Service
from issuance.staff.public import client_id, require_office
from specs.errors import Fault, Invalid, NotFound, Refused

CLAUSE: Final = "docs/certificates-bulk.md"
MANAGE: Final = "clients.manage"
REQUEST, BULK = "certificate_request.v1", "certificate_bulk.v1"
_CALLER: Final = system("webhooks")
_TOLD: Final = frozenset({"paying", "review", "returned", "issued", "refused", "cancelled", "expired"})
"""What is no step of the service's own. Under review and waiting for approval are one to whoever asked."""


@dataclass(frozen=True, slots=True)
class WebhookView:
    """waiting: calls that were not taken yet; given_up: those that are tried no more."""

    id: str
    sender: str
    url: str
    registered_at: datetime
    closed_at: datetime | None
    waiting: int
    given_up: int

    def as_json(self) -> dict[str, Any]:
        return {
            "id": self.id,
            "client": self.sender,
            "url": self.url,
            "registered_at": self.registered_at.isoformat(),
            "closed_at": self.closed_at.isoformat() if self.closed_at else None,
            "waiting": self.waiting,
            "given_up": self.given_up,
        }


def register(service: Service, actor: Actor, sender: str, url: str, now: datetime) -> tuple[WebhookView, str]:
    """A new address of a client, and its secret, shown only here. Raises `NotAllowed`, `Invalid`, `Refused` (too many),
    `NotFound` (the client).

    sender: id or name of the client, or `office:CODE` for what the officers of an office send.
    """
    policy.require(actor, MANAGE)
    rule = service.spec.certificate_requests.webhooks
    if found := url_faults(url, production=service.settings.production):
        raise Invalid(*found)
    sender = _known(service, sender)
    with unit_of_work(service.db, actor, "a webhook is registered", now) as tx:
        lock(tx.session, f"certificate_webhooks:{sender}")
        if len(_open_of(tx, [sender])) >= rule.most:
            raise Refused(_fault("too_many", f"لا أكثر من {rule.most}", f"{rule.most} at most", "client"))
        row = Webhook(id=new_id(), sender=sender, url=url, registered_by=actor.id, registered_at=now)
        tx.session.add(row)
        tx.audit("certificates.webhook", f"webhook:{row.id}", {"client": sender})
    return WebhookView(row.id, sender, url, now, None, 0, 0), secret_of(service, row.id)


def webhooks(service: Service, actor: Actor) -> list[WebhookView]:
    """Every address, the newest first, closed ones too. Raises `NotAllowed`."""
    policy.require(actor, MANAGE)
    with service.db.reading() as read:
        rows = read.exec(select(Webhook).order_by(col(Webhook.registered_at).desc(), col(Webhook.id))).all()
        query = select(WebhookCall.webhook_id, WebhookCall.state, func.count())
        counted = {
            (hook, state): count
            for hook, state, count in read.exec(query.group_by(col(WebhookCall.webhook_id), col(WebhookCall.state)))
        }
    return [_view(row, counted) for row in rows]


def close(service: Service, actor: Actor, webhook_id: str, now: datetime) -> None:
    """Nothing more is sent there. Raises `NotAllowed`, `NotFound`."""
    policy.require(actor, MANAGE)
    with unit_of_work(service.db, actor, "a webhook is closed", now) as tx:
        row = tx.session.get(Webhook, webhook_id, with_for_update=True)
        if row is None:
            raise NotFound(_fault("unknown", "لا يوجد عنوان بهذا المعرف", "there is no such webhook", "webhook"))
        row.closed_at = row.closed_at or now
        tx.session.add(row)
        tx.audit("certificates.webhook", f"webhook:{webhook_id}", {"closed": True})


def secret_of(service: Service, webhook_id: str) -> str:
    """`whsec_...` as Standard Webhooks writes it. It follows from the installation's secret: no table holds it."""
    key = hmac.new(service.settings.session_key(), b"webhook:" + webhook_id.encode(), sha256).digest()
    return "whsec_" + base64.b64encode(key).decode()


def signature(secret: str, call_id: str, seconds: int, body: bytes) -> str:
    """`v1,<base64>` over id, moment and body. seconds: since 1970, as in the header."""
    key = base64.b64decode(secret.removeprefix("whsec_"))
    signed = f"{call_id}.{seconds}.".encode() + body
    return "v1," + base64.b64encode(hmac.new(key, signed, sha256).digest()).decode()


def url_faults(url: str, *, production: bool) -> list[Fault]:
    """What is wrong with an address before anybody looks where it leads: https, or http to this machine outside
    production; no user, no fragment."""
    try:
        parts = urlsplit(url)
        named = bool(parts.hostname) and parts.port != 0
    except ValueError:
        parts, named = urlsplit(""), False
    here = parts.hostname in ("127.0.0.1", "::1", "localhost") and not production
    plain = not url.isascii() or any(c.isspace() or ord(c) < 32 for c in url) or len(url) > 400
    if (
        plain
        or not named
        or parts.scheme not in (("https", "http") if here else ("https",))
        or parts.username
        or parts.password
        or parts.fragment
    ):
        words = "عنوان https كامل بلا مستخدم", "a whole https address, without a user or a fragment"
        return [_fault("url", *words, "url")]
    return []


def tell_requests(tx: Tx, rows: Sequence[Request]) -> None:
    """Note for the systems of those who asked that their requests stand where they now stand, if it is of concern."""
    told = [row for row in rows if row.channel == "authority" and row.state in _TOLD]
    if not told:
        return
    query = (
        select(CertificateBulkRow, CertificateBulk.sender)
        .join(CertificateBulk, col(CertificateBulk.id) == col(CertificateBulkRow.bulk_id))
        .where(col(CertificateBulkRow.request_id).in_([row.id for row in told]))
        .where(CertificateBulkRow.outcome == "requested")
    )
    named = {one.request_id: (one, sender) for one, sender in tx.session.exec(query)}
    for hook in _open_of(tx, {sender for _, sender in named.values()}):
        theirs = [row for row in told if row.id in named and named[row.id][1] == hook.sender]
        _note(tx, hook, REQUEST, [_of_request(row, named[row.id][0]) for row in theirs])


def tell_bulk(tx: Tx, sender: str, bulk_id: str, rows: int, refused: int) -> None:
    """Note that a file is worked off."""
    for hook in _open_of(tx, [sender]):
        _note(tx, hook, BULK, [{"bulk": bulk_id, "state": "ended", "rows": rows, "refused": refused}])


@dataclass(frozen=True, slots=True)
class Claimed:
    """A call that is the caller's to make now. tries: with this one."""

    webhook_id: str
    seq: int
    id: str
    url: str
    body: bytes
    tries: int


def due(service: Service, now: datetime) -> list[str]:
    """Ids of the webhooks for which a call may be due."""
    query = (
        select(WebhookCall.webhook_id)
        .join(Webhook, col(Webhook.id) == col(WebhookCall.webhook_id))
        .where(WebhookCall.state == "waiting", col(WebhookCall.next_at) <= now, col(Webhook.closed_at).is_(None))
    )
    with service.db.reading() as read:
        return sorted(set(read.exec(query)))


def claim(service: Service, webhook_id: str, now: datetime) -> Claimed | None:
    """The first call that waits, when it is due; until its pause is over nobody else makes it, or one behind it."""
    rule = service.spec.certificate_requests.webhooks
    with unit_of_work(service.db, _CALLER, "a system is told", now) as tx:
        query = select(WebhookCall).where(WebhookCall.webhook_id == webhook_id, WebhookCall.state == "waiting")
        row = tx.session.exec(query.order_by(col(WebhookCall.seq)).limit(1).with_for_update()).first()
        hook = tx.session.get(Webhook, webhook_id)
        if row is None or hook is None or hook.closed_at is not None or row.next_at > now:
            return None
        wait = timedelta(seconds=rule.first_wait_seconds) * 2 ** min(row.tries, 30)
        row.tries, row.next_at = row.tries + 1, now + min(wait, timedelta(hours=rule.longest_wait_hours))
        tx.session.add(row)
        tx.audit("certificates.webhook_claim", f"webhook:{webhook_id}", {"call": row.id, "tries": row.tries})
        return Claimed(webhook_id, row.seq, row.id, hook.url, row.body.encode(), row.tries)


def answered(service: Service, claimed: Claimed, answer: str, now: datetime, *, taken: bool) -> bool:
    """Keep what came of a call; whether the next one may be made: it was taken, or this was its last try."""
    last = claimed.tries >= service.spec.certificate_requests.webhooks.tries
    with unit_of_work(service.db, _CALLER, "a system is told", now) as tx:
        row = tx.session.get(WebhookCall, (claimed.webhook_id, claimed.seq), with_for_update=True)
        if row is not None and row.state == "waiting":
            row.state = "sent" if taken else "given_up" if last else "waiting"
            row.answered = answer
            tx.session.add(row)
        tx.audit("certificates.webhook_call", f"webhook:{claimed.webhook_id}", {"call": claimed.id, "answer": answer})
    return taken or last


def _of_request(row: Request, named: CertificateBulkRow) -> dict[str, Any]:
    return {
        "bulk": named.bulk_id,
        "reference": named.reference,
        "request": row.id,
        "state": row.state,
        "number": row.number,
    }


def _note(tx: Tx, hook: Webhook, kind: str, bodies: Sequence[dict[str, Any]]) -> None:
    """In the order of the calls before them."""
    lock(tx.session, f"certificate_webhook:{hook.id}")
    last = tx.session.exec(select(func.max(WebhookCall.seq)).where(WebhookCall.webhook_id == hook.id)).one() or 0
    for seq, data in enumerate(bodies, start=last + 1):
        call = new_id()
        body = json.dumps({"type": kind, "id": call, "timestamp": tx.now.isoformat(), "data": data})
        tx.session.add(
            WebhookCall(webhook_id=hook.id, seq=seq, id=call, body=body, at=tx.now, next_at=tx.now, state="waiting")
        )
    tx.session.flush()


def _open_of(tx: Tx, senders: Collection[str]) -> Sequence[Webhook]:
    query = select(Webhook).where(col(Webhook.sender).in_(senders), col(Webhook.closed_at).is_(None))
    return tx.session.exec(query.order_by(col(Webhook.id))).all()


def _known(service: Service, named: str) -> str:
    with service.db.reading() as read:
        if named.startswith("office:"):
            return f"office:{require_office(read, named.removeprefix('office:'), civil_day(service.clock())).code}"
        if (found := client_id(read, named)) is not None:
            return found
    raise NotFound(_fault("client", "لا يوجد نظام متصل بهذا الاسم", "there is no such connected system", "client"))


def _view(row: Webhook, counted: dict[tuple[str, str], int]) -> WebhookView:
    count = {state: counted.get((row.id, state), 0) for state in ("waiting", "given_up")}
    return WebhookView(
        row.id, row.sender, row.url, row.registered_at, row.closed_at, count["waiting"], count["given_up"]
    )


def _fault(code: str, ar: str, en: str, field: str) -> Fault:
    return Fault(f"certificates.webhook.{code}", ar, en, field=field, clause=CLAUSE)
