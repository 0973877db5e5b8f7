"""An application moves from state to state: every step is kept, every waiting state has its time. No decisions."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, cast

from sqlalchemy import func
from sqlmodel import col, select

from issuance.core.actor import Actor
from issuance.core.tracking import tracking_digest
from issuance.core.uow import Tx
from issuance.db.session import ReadSession
from issuance.fees.public import end_in
from issuance.passports.model import PassportApplication, PassportApplicationStep
from specs.errors import Conflict, Fault, NotFound
from specs.schema import Specification
from specs.schema.passport_office import ENDED, PassportOffice, State

CLAUSE = "specs/passport/office.yaml"


@dataclass(frozen=True, slots=True)
class Step:
    """reason: a code of `reasons`; words: what was added to it; faults: field-level reasons (`Fault.as_json`)."""

    at: datetime
    actor: str
    before: State | None
    after: State
    reason: str | None
    words: str | None
    faults: tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class ApplicationView:
    """An application as it stands. number: of the book made for it; asked travels apart: it names people."""

    id: str
    kind: str
    channel: str
    document_type: str
    office: str
    person_id: str | None
    predecessor: str | None
    state: State
    reason: str | None
    words: str | None
    since: datetime
    due_at: datetime | None
    lease_by: str | None
    lease_until: datetime | None
    number: str | None
    content_version: int
    enrolled_by: str
    enrolled_at: datetime
    decided_by: str | None
    steps: tuple[Step, ...]

    @property
    def ended(self) -> bool:
        return self.state in ENDED

    def as_json(self, rules: PassportOffice) -> dict[str, Any]:
        """For officers and connected systems; holds no name and no national number."""
        state = rules.states.entries[self.state]
        return {
            "id": self.id,
            "kind": self.kind,
            "channel": self.channel,
            "document_type": self.document_type,
            "office": self.office,
            "predecessor": self.predecessor,
            "state": {"code": self.state, "ar": state.title.ar, "en": state.title.en, "owner": state.owner},
            "reason": worded(self.reason, rules),
            "words": self.words,
            "since": self.since.isoformat(),
            "due_at": self.due_at.isoformat() if self.due_at else None,
            "lease_by": self.lease_by,
            "lease_until": self.lease_until.isoformat() if self.lease_until else None,
            "number": self.number,
            "content_version": self.content_version,
            "enrolled_at": self.enrolled_at.isoformat(),
            "steps": [
                {
                    "at": s.at.isoformat(),
                    "from": s.before,
                    "to": s.after,
                    "reason": worded(s.reason, rules),
                    "faults": list(s.faults),
                }
                for s in self.steps
            ],
        }


def worded(reason: str | None, rules: PassportOffice) -> dict[str, str] | None:
    """A reason with its two wordings."""
    if reason is None:
        return None
    words = rules.reasons.entries[reason]
    return {"code": reason, "ar": words.ar, "en": words.en}


def digest_of_code(code: str) -> str:
    """What the table keeps of the applicant's private code (`core.tracking`)."""
    return tracking_digest(code, "passport-application")


def subject_of(application_id: str) -> str:
    """As in the audit trail, among approvals, and under which its fee is paid."""
    return f"passport_application:{application_id}"


def move(
    tx: Tx,
    spec: Specification,
    row: PassportApplication,
    to: State,
    *,
    reason: str | None = None,
    words: str | None = None,
    faults: tuple[Fault, ...] = (),
) -> None:
    """Take the step, keep it, set the new deadline, end any lease; an end frees the person and settles the fee."""
    before = row.state or None
    row.state, row.reason, row.words, row.since = to, reason, words, tx.now
    row.lease_by = row.lease_until = None
    minutes = spec.passport.office.states.entries[to].minutes
    row.due_at = None if minutes is None else tx.now + timedelta(minutes=minutes)
    if to in ENDED:
        row.active = None
    if to in ("refused", "withdrawn", "expired"):
        end_in(tx, spec, subject_of(row.id), "cancelled" if to == "withdrawn" else cast(Any, to))
    tx.session.add(row)
    tx.session.flush()
    taken = tx.session.exec(select(func.count()).where(PassportApplicationStep.application_id == row.id)).one()
    told: list[object] = [{"field": f.field, "code": f.code, "ar": f.ar, "en": f.en} for f in faults]
    tx.session.add(
        PassportApplicationStep(
            application_id=row.id,
            seq=taken + 1,
            at=tx.now,
            actor=tx.actor.id,
            before=before,
            after=to,
            reason=reason,
            words=words,
            faults=told or None,
        )
    )
    detail = {"from": before, "to": to, "reason": reason}
    tx.audit("passports.step", subject_of(row.id), {k: v for k, v in detail.items() if v})


def require_states(row: PassportApplication, *states: State) -> None:
    """Raises `Conflict` when the application has moved on."""
    if states and row.state not in states:
        words = "انتقل الطلب إلى حالة أخرى؛ حدّث الصفحة", "the application has moved on meanwhile: look at it again"
        raise Conflict(Fault("passports.way.moved_on", *words, field="application", clause=CLAUSE))


def require_lease(row: PassportApplication, actor: Actor, now: datetime) -> None:
    """Raises `Conflict` while another officer works on it."""
    if row.lease_by not in (None, actor.id) and row.lease_until is not None and now < row.lease_until:
        words = "يعمل على هذا الطلب ضابط آخر الآن", "another officer works on this application now"
        raise Conflict(Fault("passports.way.leased", *words, field="application", clause=CLAUSE))


def held(tx: Tx, application_id: str, *states: State) -> PassportApplication:
    """The row, held until the transaction ends, in one of `states`. Raises `NotFound`, `Conflict`."""
    row = tx.session.get(PassportApplication, application_id, with_for_update=True, populate_existing=True)
    if row is None:
        raise NotFound(unknown())
    require_states(row, *states)
    return row


def view_of(read: ReadSession, row: PassportApplication) -> ApplicationView:
    """The application with its steps."""
    return views_of(read, [row])[0]


def views_of(read: ReadSession, rows: Sequence[PassportApplication]) -> list[ApplicationView]:
    """The same of several, in their order; their steps are read together."""
    query = select(PassportApplicationStep).where(
        col(PassportApplicationStep.application_id).in_([row.id for row in rows])
    )
    held: dict[str, list[PassportApplicationStep]] = {row.id: [] for row in rows}
    for step in read.exec(
        query.order_by(col(PassportApplicationStep.application_id), col(PassportApplicationStep.seq))
    ):
        held[step.application_id].append(step)
    return [_view(row, held[row.id]) for row in rows]


def _view(row: PassportApplication, steps: Sequence[PassportApplicationStep]) -> ApplicationView:
    values = row.model_dump(include=set(ApplicationView.__slots__) - {"steps"})
    return ApplicationView(
        **values,
        steps=tuple(
            Step(
                s.at,
                s.actor,
                cast("State | None", s.before),
                cast("State", s.after),
                s.reason,
                s.words,
                tuple(s.faults or ()),
            )
            for s in steps
        ),
    )


def unknown() -> Fault:
    """Also what is said to those who may not read it."""
    words = "لا يوجد طلب بهذا الرمز", "there is no such application"
    return Fault("passports.way.unknown", *words, field="application", clause=CLAUSE)
