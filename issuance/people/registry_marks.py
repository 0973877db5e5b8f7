"""Marks on a record of our own table: deceased, withdrawn, under review, cleared, restored.

What takes a right away or gives it back takes two officers (`passport/registry.yaml`), so that none can alone.
Where another body's registry is asked, marks are made there.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final

from issuance.core import approvals, policy
from issuance.core.actor import Actor
from issuance.core.approvals import Approval
from issuance.core.policy import Subject
from issuance.core.uow import Tx, unit_of_work
from issuance.people.model import Person
from issuance.people.national_number import parse
from issuance.people.registry import CLAUSE, RegistryRecord, nobody
from issuance.people.registry_form import CLAUSE as DOCUMENTED
from issuance.people.registry_form import form_faults
from issuance.people.registry_kept import Ground, change, held_row, record_from
from issuance.people.registry_watch import APPROVE, BEGIN, CHANGE, END
from issuance.people.registry_watch import approve as approve_watch
from issuance.people.registry_watch import refuse as refuse_watch
from issuance.service import Service
from specs.errors import Conflict, Fault, Invalid, NotFound, Refused

MARK: Final = "people.mark_registry"


@dataclass(frozen=True, slots=True)
class Marked:
    """What became of a mark. person: our id; approval: of the request that waits for a second officer, None: done.

    state, under_review: of the record now.
    """

    person: str
    kind: str
    approval: str | None
    state: str
    under_review: str | None

    def as_json(self) -> dict[str, Any]:
        """The wire form."""
        return {
            "person": self.person,
            "kind": self.kind,
            "approval": self.approval,
            "state": self.state,
            "under_review": self.under_review,
        }


@dataclass(frozen=True, slots=True)
class _Mark:
    """kind: of `passport/registry.yaml`; reference: of the file it rests on."""

    kind: str
    reference: str


def mark(
    service: Service, actor: Actor, national_number: str, kind: str, reference: str, reason: str, now: datetime
) -> Marked:
    """Mark a record, or ask a second officer to, with a reason for them.

    Raises `NotAllowed` (also for a program or a console, where it takes two), `Invalid`, `NotFound` (no such number),
    `Conflict` (the record is so already), `Refused` when the registry is another body's.
    """
    policy.require(actor, CHANGE)
    require_own(service)
    rules = service.spec.passport.registry
    faults = form_faults("reference", reference, rules.references.pattern)
    if kind not in rules.marks.entries:
        known = ", ".join(rules.marks.entries)
        faults.append(
            Fault("people.registry.mark", f"علامة غير معروفة؛ المتاح: {known}", f"one of {known}", "kind", CLAUSE)
        )
    if faults:
        raise Invalid(*faults)
    number, asked = parse(national_number).text, _Mark(kind, reference)
    with unit_of_work(service.db, actor, "mark a record of the civil registry", now) as tx:
        person, entry = held_row(tx.session, number)
        if person is None:
            raise NotFound(nobody())
        policy.require(actor, CHANGE, Subject("person", person.id))
        record = record_from(person, entry)
        after = _after(record, asked)
        if rules.marks.entries[asked.kind].two_people:  # type: ignore[index]
            proposal = {"kind": asked.kind, "reference": asked.reference}
            digest = _digest(person, record)
            approval = approvals.ask(tx, MARK, f"person:{person.id}", digest, reason, proposal=proposal)
            return Marked(person.id, kind, approval, record.state, record.under_review)
        change(tx, person, entry, replace(after, as_of=now, etag=None), Ground(reference))
        return Marked(person.id, kind, None, after.state, after.under_review)


def decide(
    service: Service, actor: Actor, approval_id: str, reason: str, now: datetime, *, approved: bool
) -> dict[str, Any]:
    """Another officer approves (and it is done) or refuses a mark or a watch: `{approval, action, decision}`.

    Raises as `approvals.approve`, `NotAllowed`, `NotFound`, `Conflict` when the record changed since.
    """
    policy.require(actor, APPROVE)
    with service.db.reading() as read:
        action = approvals.approval(read, approval_id).action
    if action in (BEGIN, END):
        (approve_watch if approved else refuse_watch)(service, actor, approval_id, reason, now)
    else:
        _decide_mark(service, actor, approval_id, reason, now, approved=approved)
    return {"approval": approval_id, "action": action, "decision": "approved" if approved else "refused"}


def waiting(service: Service, actor: Actor, now: datetime) -> list[dict[str, Any]]:
    """What waits for this officer: undecided, asked by others. Raises `NotAllowed`."""
    policy.require(actor, APPROVE)
    with service.db.reading() as read:
        found = approvals.awaiting(read, actor.id, now, actions=(MARK, BEGIN, END), offices=None)
    return [_as_json(one) for one in found]


def require_own(service: Service) -> None:
    """Raises `Refused` when the registry is another body's: it alone changes its records."""
    if service.settings.civil_registry_url:
        words = (
            "السجل المدني في منظومة جهة أخرى، وهناك يغير القيد",
            "the civil registry is another body's system: its records are changed there",
        )
        raise Refused(Fault("people.registry.elsewhere", *words, field="national_number", clause=DOCUMENTED))


def _decide_mark(
    service: Service, actor: Actor, approval_id: str, reason: str, now: datetime, *, approved: bool
) -> None:
    with unit_of_work(service.db, actor, "decide on a mark of the civil registry", now) as tx:
        asked = approvals.approval(tx.read, approval_id)
        person = tx.session.get(Person, asked.subject.removeprefix("person:"))
        if asked.action != MARK or person is None:
            words = "لا طلب بهذا المعرف", "no request has this id"
            raise NotFound(Fault("people.registry.request", *words, field="approval", clause=CLAUSE))
        if not approved:
            approvals.refuse(tx, approval_id, reason)
            return
        _carry_out(tx, person, approval_id, reason)


def _carry_out(tx: Tx, person: Person, approval_id: str, reason: str) -> None:
    held, entry = held_row(tx.session, person.national_number)
    assert held is not None  # noqa: S101 - people are never taken out
    record = record_from(held, entry)
    asked = approvals.approve(tx, approval_id, _digest(held, record), reason)
    after = _after(record, _Mark(asked.proposal["kind"], asked.proposal["reference"]))
    change(tx, held, entry, replace(after, as_of=tx.now, etag=None), Ground(asked.proposal["reference"], asked.id))


def _after(record: RegistryRecord, asked: _Mark) -> RegistryRecord:
    """The record with the mark. Raises `Conflict` where it has it already."""
    if asked.kind == "cleared":
        after = replace(record, under_review=None)
    elif asked.kind == "under_review":
        after = replace(record, under_review=record.under_review or asked.reference)
    elif asked.kind == "deceased" and record.state != "live":
        after = record  # a withdrawn record is not made another by one officer
    else:
        after = replace(record, state="live" if asked.kind == "restored" else asked.kind)  # type: ignore[arg-type]
    if after == record:
        words = "القيد على هذه الحال من قبل", "the record is so already"
        raise Conflict(Fault("people.registry.already", *words, field="kind", clause=CLAUSE))
    return after


def _digest(person: Person, record: RegistryRecord) -> str:
    return approvals.digest_of({"person": person.id, "state": record.state, "under_review": record.under_review or ""})


def _as_json(asked: Approval) -> dict[str, Any]:
    held = asked.proposal
    return {
        "approval": asked.id,
        "action": asked.action,
        "subject": asked.subject,
        "kind": held.get("kind"),
        "family_record": held.get("family_record"),
        "reference": held.get("reference") or held.get("case_reference"),
        "asked_by": asked.asked_by,
        "asked_at": asked.asked_at.isoformat(),
        "expires_at": asked.expires_at.isoformat(),
        "reason": asked.reason,
    }
