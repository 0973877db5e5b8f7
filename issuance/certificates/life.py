"""A request moves from state to state: every step is kept, every waiting state has its time. No decisions."""

from __future__ import annotations

import hmac
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any, cast

from sqlalchemy import func
from sqlmodel import col, select

from issuance.certificates import webhooks
from issuance.certificates.model import Request, RequestStep
from issuance.core.tracking import tracking_digest as digest_of_code
from issuance.core.uow import Tx
from issuance.db.session import ReadSession
from issuance.fees.public import end_in
from specs.errors import Conflict, Fault, NotFound
from specs.schema import Specification
from specs.schema.certificate_requests import ENDED, CertificateRequests, State

CLAUSE = "certificate/requests.yaml"


@dataclass(frozen=True, slots=True)
class Step:
    """One step, as the person and the officers see it. reason: a code of `reasons`; words: what was added to it."""

    at: datetime
    actor: str
    before: State | None
    after: State
    reason: str | None
    words: str | None


@dataclass(frozen=True, slots=True)
class RequestView:
    """A request as it stands. doubts: why an officer looks at it; number: of the document it ended in."""

    id: str
    channel: str
    level: str
    purpose: str
    office: str
    person_id: str | None
    asked: dict[str, Any]
    legal_basis: str | None
    state: State
    reason: str | None
    words: str | None
    since: datetime
    due_at: datetime | None
    number: str | None
    requested_at: datetime
    steps: tuple[Step, ...]

    @property
    def ended(self) -> bool:
        return self.state in ENDED

    def as_json(self, rules: CertificateRequests) -> dict[str, Any]:
        """For officers and connected systems; what the person asked for and who it is travel apart."""
        state = rules.states.entries[self.state]
        return {
            "id": self.id,
            "channel": self.channel,
            "level": self.level,
            "purpose": self.purpose,
            "office": self.office,
            "state": {"code": self.state, "ar": state.title.ar, "en": state.title.en, "owner": state.owner},
            "reason": _worded(self.reason, rules),
            "words": self.words,
            "since": self.since.isoformat(),
            "due_at": self.due_at.isoformat() if self.due_at else None,
            "number": self.number,
            "requested_at": self.requested_at.isoformat(),
            "steps": [
                {"at": s.at.isoformat(), "from": s.before, "to": s.after, "reason": _worded(s.reason, rules)}
                for s in self.steps
            ],
        }


def _worded(reason: str | None, rules: CertificateRequests) -> dict[str, str] | None:
    if reason is None:
        return None
    words = rules.reasons.entries[reason]
    return {"code": reason, "ar": words.ar, "en": words.en}


def tracking_digest(code: str) -> str:
    """What the table keeps of the applicant's private code (`core.tracking`)."""
    return digest_of_code(code, "certificate-request")


def code_mac(key: bytes, request_id: str, code: str) -> str:
    """What the table keeps of a one-time code. key: the installation's session key."""
    return hmac.new(key, f"{request_id}:{code}".encode(), sha256).hexdigest()


def move(
    tx: Tx, spec: Specification, row: Request, to: State, *, reason: str | None = None, words: str | None = None
) -> None:
    """Take the step, keep it, set the new deadline; an end frees the person for another request and settles its fee."""
    move_together(tx, spec, [Move(row, to, reason, words)])


@dataclass(frozen=True, slots=True)
class Move:
    """A step to be taken."""

    row: Request
    to: State
    reason: str | None = None
    words: str | None = None


def move_together(tx: Tx, spec: Specification, moves: Sequence[Move]) -> None:
    """As `move`, of requests each of which is moved once."""
    before = {one.row.id: one.row.state or None for one in moves}
    for one in moves:
        row, to = one.row, one.to
        row.state, row.reason, row.words, row.since = to, one.reason, one.words, tx.now
        minutes = spec.certificate_requests.states.entries[to].minutes
        row.due_at = None if minutes is None else tx.now + timedelta(minutes=minutes)
        if to in ENDED:
            row.active = row.code = None
        if to in ("refused", "cancelled", "expired"):
            end_in(tx, spec, fee_subject(row.id), to)
        tx.session.add(row)
    tx.session.flush()
    taken = _steps(tx, list(before))
    for one in moves:
        id_ = one.row.id
        step = RequestStep(
            request_id=id_,
            seq=taken.get(id_, 0) + 1,
            at=tx.now,
            actor=tx.actor.id,
            before=before[id_],
            after=one.to,
            reason=one.reason,
            words=one.words,
        )
        tx.session.add(step)
        detail = {"from": before[id_], "to": one.to, "reason": one.reason}
        tx.audit("certificates.step", f"certificate_request:{id_}", {k: v for k, v in detail.items() if v})
    webhooks.tell_requests(tx, [one.row for one in moves])


def fee_subject(request_id: str) -> str:
    """Under which its fee is paid."""
    return f"certificate_request:{request_id}"


def activate(tx: Tx, row: Request) -> None:
    """One request of a person for a purpose at a time. Raises `Conflict`."""
    active = f"{row.person_id}:{row.purpose}"
    if tx.session.exec(select(Request.id).where(Request.active == active)).first() is not None:
        words = "لهذا الشخص طلب قائم للغرض نفسه", "a request of this person for this purpose is under way"
        raise Conflict(Fault("certificates.request.active", *words, field="purpose", clause=CLAUSE))
    row.active = active


def held(tx: Tx, request_id: str, *states: State) -> Request:
    """The row, held until the transaction ends, in one of `states`. Raises `NotFound`, `Conflict` when it moved on."""
    row = tx.session.get(Request, request_id, with_for_update=True, populate_existing=True)
    if row is None:
        raise NotFound(unknown())
    if states and row.state not in states:
        words = "انتقل الطلب إلى حالة أخرى؛ حدّث الصفحة", "the request has moved on meanwhile: look at it again"
        raise Conflict(Fault("certificates.request.moved_on", *words, field="request", clause=CLAUSE))
    return row


def view_of(read: ReadSession, row: Request) -> RequestView:
    """The request with its steps."""
    steps = read.exec(select(RequestStep).where(RequestStep.request_id == row.id).order_by(col(RequestStep.seq)))
    values = row.model_dump(include=set(RequestView.__slots__) - {"steps"})
    return RequestView(
        **values,
        steps=tuple(
            Step(s.at, s.actor, cast("State | None", s.before), cast("State", s.after), s.reason, s.words)
            for s in steps
        ),
    )


def unknown() -> Fault:
    return Fault(
        "certificates.request.unknown",
        "لا يوجد طلب بهذا الرمز",
        "there is no such request",
        field="request",
        clause=CLAUSE,
    )


def _steps(tx: Tx, ids: Sequence[str]) -> dict[str, int]:
    """How many steps each of the requests has taken, where it has taken any."""
    query = select(RequestStep.request_id, func.count()).where(col(RequestStep.request_id).in_(ids))
    return dict(tx.session.exec(query.group_by(col(RequestStep.request_id))).all())
