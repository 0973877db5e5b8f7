"""Family records that are watched under a case reference: two officers begin a watch, and two end it.

A watch lets a second officer decide on the applications of the family; it says nothing of any person and takes nothing
away. Audit rows name the watch, never the family record.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlmodel import col, select

from issuance.core import approvals, policy
from issuance.core.actor import Actor
from issuance.core.approvals import Approval
from issuance.core.ids import new_id
from issuance.core.uow import Tx, unit_of_work
from issuance.db.session import ReadSession, lock
from issuance.people.registry import CLAUSE
from issuance.people.registry_form import form_faults
from issuance.people.registry_model import WatchedFamily
from issuance.service import Service
from specs.errors import Conflict, Fault, Invalid, NotFound

CHANGE: Final = "people.change_registry"
APPROVE: Final = "people.approve_registry"
BEGIN: Final = "people.watch_family"
END: Final = "people.end_watch"
LIST_MOST: Final = 200


@dataclass(frozen=True, slots=True)
class Watch:
    """family_record is watched under `case_reference` since `since`, asked for and approved by these accounts."""

    id: str
    family_record: str
    case_reference: str
    asked_by: str
    approved_by: str
    since: datetime
    ended_at: datetime | None

    def as_json(self) -> dict[str, Any]:
        """The wire form."""
        return {
            "id": self.id,
            "family_record": self.family_record,
            "case_reference": self.case_reference,
            "asked_by": self.asked_by,
            "approved_by": self.approved_by,
            "since": self.since.isoformat(),
            "ended_at": None if self.ended_at is None else self.ended_at.isoformat(),
        }


def watched_family(read: ReadSession, family_record: str | None) -> str | None:
    """The case reference under which a family record is watched; None: it is not."""
    if family_record is None:
        return None
    query = select(WatchedFamily.case_reference).where(WatchedFamily.standing == family_record)
    return read.exec(query).first()


def watches(service: Service, actor: Actor, *, now: datetime, ended: bool = False) -> list[Watch]:
    """Those that stand (or have ended), the newest 200 first; audited with how many. Raises `NotAllowed`."""
    policy.require(actor, CHANGE)
    with unit_of_work(service.db, actor, "list watched family records", now) as tx:
        over = col(WatchedFamily.standing).is_(None) if ended else col(WatchedFamily.standing).is_not(None)
        query = select(WatchedFamily).where(over).order_by(col(WatchedFamily.id).desc()).limit(LIST_MOST)
        found = [_view(row) for row in tx.read.exec(query)]
        tx.audit("people.list_watches", "watches", {"found": len(found)})
    return found


def ask_watch(
    service: Service, actor: Actor, family_record: str, case_reference: str, reason: str, now: datetime
) -> str:
    """Ask another officer to watch a family record; the id of the approval wanted.

    Raises `NotAllowed`, `Invalid` (form, reason), `Conflict` (`people.watch.standing`).
    """
    policy.require(actor, CHANGE)
    rules = service.spec.passport.registry
    patterns = {"family_record": rules.references.family_record_pattern, "case_reference": rules.references.pattern}
    given = {"family_record": family_record, "case_reference": case_reference}
    if faults := [fault for name, text in given.items() for fault in form_faults(name, text, patterns[name])]:
        raise Invalid(*faults)
    with unit_of_work(service.db, actor, "ask to watch a family record", now) as tx:
        _require_unwatched(tx, family_record)
        proposal = {"id": new_id(), **given}
        digest = approvals.digest_of(proposal)
        return approvals.ask(tx, BEGIN, f"watch:{proposal['id']}", digest, reason, proposal=proposal)


def ask_end(service: Service, actor: Actor, watch_id: str, reason: str, now: datetime) -> str:
    """Ask another officer to end a watch; the id of the approval wanted. Raises as `ask_watch`, and `NotFound`."""
    policy.require(actor, CHANGE)
    with unit_of_work(service.db, actor, "ask to end a watch", now) as tx:
        row = _standing(tx, watch_id)
        proposal = {"id": row.id}
        return approvals.ask(tx, END, f"watch:{row.id}", approvals.digest_of(proposal), reason, proposal=proposal)


def approve(service: Service, actor: Actor, approval_id: str, reason: str, now: datetime) -> Watch:
    """Another officer agrees, and the watch begins or ends. Raises as `approvals.approve`, `NotFound`, `NotAllowed`."""
    policy.require(actor, APPROVE)
    with unit_of_work(service.db, actor, "approve a watch", now) as tx:
        lock(tx.session, "watched_families")
        asked = _asked(tx, approval_id)
        approvals.approve(tx, approval_id, approvals.digest_of(asked.proposal), reason)
        if asked.action == END:
            row = _standing(tx, asked.proposal["id"])
            row.standing, row.ended_at, row.end_approval = None, now, asked.id
        else:
            _require_unwatched(tx, asked.proposal["family_record"])
            row = _begun(asked, actor, now)
        tx.session.add(row)
        tx.audit(asked.action, f"watch:{row.id}", {"case": row.case_reference, "approval": asked.id})
        return _view(row)


def refuse(service: Service, actor: Actor, approval_id: str, reason: str, now: datetime) -> None:
    """Another officer does not agree; nothing changes. Raises as `approve`."""
    policy.require(actor, APPROVE)
    with unit_of_work(service.db, actor, "refuse a watch", now) as tx:
        _asked(tx, approval_id)
        approvals.refuse(tx, approval_id, reason)


def _begun(asked: Approval, actor: Actor, now: datetime) -> WatchedFamily:
    held = asked.proposal
    return WatchedFamily(
        id=held["id"],
        family_record=held["family_record"],
        standing=held["family_record"],
        case_reference=held["case_reference"],
        asked_by=asked.asked_by,
        approval=asked.id,
        approved_by=actor.id,
        since=now,
    )


def _asked(tx: Tx, approval_id: str) -> Approval:
    asked = approvals.approval(tx.read, approval_id)
    if asked.action not in (BEGIN, END):
        words = "لا طلب بهذا المعرف", "no request has this id"
        raise NotFound(Fault("people.watch.request", *words, field="approval", clause=CLAUSE))
    return asked


def _standing(tx: Tx, watch_id: str) -> WatchedFamily:
    row = tx.session.get(WatchedFamily, watch_id, with_for_update=True, populate_existing=True)
    if row is None or row.standing is None:
        words = "لا متابعة قائمة بهذا المعرف", "no watch of this id stands"
        raise NotFound(Fault("people.watch.unknown", *words, field="watch", clause=CLAUSE))
    return row


def _require_unwatched(tx: Tx, family_record: str) -> None:
    if watched_family(tx.read, family_record) is not None:
        words = "هذا القيد العائلي تحت المتابعة من قبل", "this family record is watched already"
        raise Conflict(Fault("people.watch.standing", *words, field="family_record", clause=CLAUSE))


def _view(row: WatchedFamily) -> Watch:
    return Watch(row.id, row.family_record, row.case_reference, row.asked_by, row.approved_by, row.since, row.ended_at)
