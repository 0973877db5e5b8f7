"""One certificate after its issue, as those see it who may do something about it: status, events, what waits.

Holds no criminal data. Why it was withdrawn, and what officers wrote, is for who may read certificates.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal, cast

from issuance.certificates import afterwards
from issuance.certificates.events import row_for
from issuance.certificates.legalisation import next_step
from issuance.certificates.model import CertificateEvent
from issuance.certificates.status import CORRECTED, LEGALISED, Status, events_of, status_of_row
from issuance.core import policy
from issuance.core.actor import Actor
from issuance.core.approvals import Approval
from issuance.core.policy import Subject
from issuance.core.uow import unit_of_work
from issuance.service import Service
from specs.schema import Specification
from specs.schema.certificate_status import LegalisationStep

Way = Literal["withdraw", "replace", "decide", "take_back", "legalise", "correct", "confirm"]


@dataclass(frozen=True, slots=True)
class Event:
    """One event. reason, words, by, other: for who may read certificates; alone: the console did it without two."""

    seq: int
    kind: str
    at: datetime
    office: str | None
    step: LegalisationStep | None
    alone: bool
    reason: str | None = None
    words: str | None = None
    by: str | None = None
    other: str | None = None


@dataclass(frozen=True, slots=True)
class Standing:
    """full: the actor may read certificates; ways: what the actor may do now; step: of `legalise` or `correct`."""

    status: Status
    events: tuple[Event, ...]
    waiting: Approval | None
    ways: tuple[Way, ...]
    step: LegalisationStep | None
    full: bool

    def as_json(self, spec: Specification) -> dict[str, Any]:
        """For officers and connected systems."""
        asked = self.waiting
        return {
            "status": self.status.as_json(spec.certificate_status)
            | ({"reason": self.status.reason, "replaced_by": self.status.replaced_by} if self.full else {}),
            "events": [
                {"seq": one.seq, "kind": one.kind, "at": one.at.isoformat(), "office": one.office, "step": one.step}
                | ({"reason": one.reason, "words": one.words, "by": one.by, "other": one.other} if self.full else {})
                for one in self.events
            ],
            "waiting": None
            if asked is None or not self.full
            else {
                "id": asked.id,
                "action": asked.action,
                "reason": asked.proposal["reason"],
                "words": asked.reason,
                "asked_by": asked.asked_by,
                "asked_at": asked.asked_at.isoformat(),
                "expires_at": asked.expires_at.isoformat(),
            },
            "ways": list(self.ways),
            "step": self.step,
        }


def standing(service: Service, actor: Actor, number: str, now: datetime) -> Standing:
    """How it stands, and what this actor may do. The look is kept. Raises `NotAllowed`, `NotFound`."""
    steps = service.spec.certificate_status.legalisation.steps
    opening = ("certificates.read", afterwards.WITHDRAW, afterwards.REPLACE, *(one.action for one in steps.values()))
    with unit_of_work(service.db, actor, "how a certificate stands", now) as tx:
        row = row_for(tx.read, actor, number, *opening)
        tx.audit("certificates.read", f"certificate:{number}", {"status": True})
        status, rows = status_of_row(tx.read, row, now), events_of(tx.read, number)
        asked = afterwards.waiting(tx.read, number, now)
        subject = Subject("certificate", number, row.office)
    may = {name for name in opening if policy.allowed(actor, name, subject)}
    person = actor.kind == "staff"
    ways: list[Way] = []
    if asked is not None and asked.action in may and person:
        ways.append("take_back" if asked.asked_by == actor.id else "decide")
    elif asked is None and not status.ended and person:
        ways += ["withdraw"] if afterwards.WITHDRAW in may else []
        ways += ["replace"] if afterwards.REPLACE in may else []
    following = next_step(service, status)
    step: LegalisationStep | None = None
    if status.legalised and steps[status.legalised[-1].step].action in may:
        ways.append("correct")
        step = status.legalised[-1].step
    elif status.code == "good" and following is not None and steps[following].action in may:
        ways.append("legalise")
        step = following
    full = "certificates.read" in may
    events = tuple(_event(one, full) for one in rows)
    emergency = any(one.alone for one in events) and all(one.kind != "confirmed" for one in events)
    if emergency and afterwards.WITHDRAW in may and person:
        ways.append("confirm")
    return Standing(status, events, asked, tuple(ways), step, full)


def _event(row: CertificateEvent, full: bool) -> Event:
    legal = row.kind in (LEGALISED, CORRECTED)
    told = {"words": row.words, "by": row.actor, "other": row.other, "reason": None if legal else row.reason}
    step = cast("LegalisationStep", row.reason) if legal else None
    return Event(row.seq, row.kind, row.at, row.office, step, afterwards.is_emergency(row), **(told if full else {}))
