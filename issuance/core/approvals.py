"""Four eyes: one person asks for a change, another one approves it, and the approval makes that change or none.

Generic over what is asked. The caller names the action, the thing and a digest of the state the change was asked for;
it decides who may approve (`policy.require`), and carries the change out in the very transaction of `approve`, so that
an approval is used once or, when the change fails, not at all. Nothing here knows what the change is.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from hashlib import sha256
from pathlib import Path
from typing import Any, Final, Literal

from sqlmodel import col, or_, select

from issuance.core.canonical import canonical
from issuance.core.ids import new_id
from issuance.core.uow import Tx
from issuance.db.session import ReadSession
from issuance.db.tables import ApprovalRow
from specs.errors import Conflict, Fault, Invalid, NotAllowed, NotFound
from specs.load import directory, load

CLAUSE: Final = "specs/staff/access.yaml"
Decision = Literal["approved", "refused", "withdrawn"]
State = Literal["pending", "expired", "approved", "refused", "withdrawn"]


@dataclass(frozen=True, slots=True)
class Approval:
    """A request and what became of it.

    subject: as in the audit trail (`case:<id>`); digest: hex SHA-256 of the state the change was asked for; proposal:
    the change itself, as its domain wrote it; office: whose people decide, None: no single one's; about: the account
    of the person it concerns, if any; reason: the asker's; decision_reason: the decider's.
    """

    id: str
    action: str
    subject: str
    digest: str
    proposal: Mapping[str, Any]
    office: str | None
    about: str | None
    asked_by: str
    asked_at: datetime
    reason: str
    expires_at: datetime
    decision: Decision | None
    decided_by: str | None
    decided_at: datetime | None
    decision_reason: str | None

    def state(self, now: datetime) -> State:
        if self.decision is not None:
            return self.decision
        return "pending" if now < self.expires_at else "expired"


def digest_of(state: Mapping[str, Any]) -> str:
    """Hex SHA-256 of the canonical form of what must not change between asking and approving."""
    return sha256(canonical(dict(state))).hexdigest()


def ask(
    tx: Tx,
    action: str,
    subject: str,
    digest: str,
    reason: str,
    *,
    proposal: Mapping[str, Any] | None = None,
    office: str | None = None,
    about: str | None = None,
) -> str:
    """Ask another person for `action` on `subject`; the id of the request. Changes nothing yet.

    Raises `Invalid` without a reason, `NotAllowed` when the actor is no person (`core.approvals.not_a_person`).
    """
    _require_person(tx)
    row = ApprovalRow(
        id=new_id(),
        action=action,
        subject=subject,
        subject_digest=digest,
        proposal=dict(proposal or {}),
        office=office,
        about=about,
        asked_by=tx.actor.id,
        asked_at=tx.now,
        reason=_given(reason),
        expires_at=tx.now + timedelta(days=_validity_days(directory())),
    )
    tx.session.add(row)
    tx.audit("approvals.ask", subject, {"approval": row.id, "action": action})
    return row.id


def approve(tx: Tx, approval_id: str, digest_now: str, reason: str) -> Approval:
    """Approve, and carry out what was asked in this transaction: the caller does so with what this returns.

    digest_now: of the state as it is, read in this transaction and held by it. Raises `NotFound`, `Invalid` without a
    reason, `NotAllowed` (`.same_person`, `.own_matter`, `.not_a_person`), `Conflict` (`.decided`, `.expired`,
    `.changed`).
    """
    row = _pending(tx, approval_id)
    if tx.actor.id == row.asked_by:
        words = "من طلب التغيير لا يعتمده؛ يعتمده شخص آخر", "who asked for a change does not approve it: another does"
        raise NotAllowed(_fault("same_person", *words))
    if tx.actor.id == row.about:
        words = "لا يعتمد أحد تغييراً في شأن نفسه", "nobody approves a change about themselves"
        raise NotAllowed(_fault("own_matter", *words))
    if tx.now >= row.expires_at:
        raise Conflict(_fault("expired", "انتهت مهلة الطلب؛ اطلب من جديد", "the request has expired: ask again"))
    if digest_now != row.subject_digest:
        words = (
            "تغيرت الحالة بعد الطلب فبطل؛ اطلب من جديد",
            "it changed since it was asked for, so this is void: ask again",
        )
        raise Conflict(_fault("changed", *words))
    return _decided(tx, row, "approved", reason)


def refuse(tx: Tx, approval_id: str, reason: str) -> Approval:
    """Say no, with a reason. Raises as `approve`; a person refuses own requests by `withdraw`."""
    row = _pending(tx, approval_id)
    if tx.actor.id in (row.asked_by, row.about):
        words = "يبت في الطلب شخص آخر؛ ولطالبه أن يسحبه", "another person decides; who asked may withdraw it"
        raise NotAllowed(_fault("same_person", *words))
    return _decided(tx, row, "refused", reason)


def withdraw(tx: Tx, approval_id: str, reason: str) -> Approval:
    """Take one's own request back. Raises `NotFound`, `Invalid`, `NotAllowed` (another's), `Conflict` (`.decided`)."""
    row = _pending(tx, approval_id)
    if tx.actor.id != row.asked_by:
        raise NotAllowed(_fault("not_yours", "لم تطلب هذا أنت", "this request is not yours"))
    return _decided(tx, row, "withdrawn", reason)


def approval(read: ReadSession, approval_id: str, *actions: str) -> Approval:
    """One request, of one of `actions` where any is named. Raises `NotFound`."""
    row = read.get(ApprovalRow, approval_id)
    if row is None or (actions and row.action not in actions):
        raise NotFound(_unknown())
    return _read(row)


def awaiting(
    read: ReadSession,
    account: str,
    now: datetime,
    *,
    actions: Collection[str],
    offices: Collection[str] | None,
    limit: int = 100,
) -> Sequence[Approval]:
    """What waits for this person, nearest to its end first: undecided, not their own, not about them.

    actions: those they may approve; offices: those they may do it for, None: all (`policy.offices_in_scope`).
    """
    query = select(ApprovalRow).where(
        col(ApprovalRow.decision).is_(None),
        col(ApprovalRow.expires_at) > now,
        col(ApprovalRow.action).in_(actions),
        ApprovalRow.asked_by != account,
        or_(col(ApprovalRow.about).is_(None), ApprovalRow.about != account),
    )
    if offices is not None:
        query = query.where(or_(col(ApprovalRow.office).is_(None), col(ApprovalRow.office).in_(offices)))
    ordered = query.order_by(col(ApprovalRow.expires_at), col(ApprovalRow.id)).limit(limit)
    return [_read(row) for row in read.exec(ordered)]


def approvals_of(read: ReadSession, subject: str) -> Sequence[Approval]:
    """Every request about `subject`, oldest first, decided or not."""
    query = select(ApprovalRow).where(ApprovalRow.subject == subject)
    return [_read(row) for row in read.exec(query.order_by(col(ApprovalRow.id)))]


def approved_since(read: ReadSession, action: str, since: datetime) -> Sequence[Approval]:
    """Requests for `action` that were approved since, oldest first: for who carries out what a crash left."""
    query = select(ApprovalRow).where(
        ApprovalRow.action == action, ApprovalRow.decision == "approved", col(ApprovalRow.decided_at) >= since
    )
    return [_read(row) for row in read.exec(query.order_by(col(ApprovalRow.id)))]


def asked_by(read: ReadSession, account: str, limit: int = 100) -> Sequence[Approval]:
    """This person's own requests, newest first, so that they see what became of them."""
    query = select(ApprovalRow).where(ApprovalRow.asked_by == account)
    return [_read(row) for row in read.exec(query.order_by(col(ApprovalRow.id).desc()).limit(limit))]


def _pending(tx: Tx, approval_id: str) -> ApprovalRow:
    """The undecided row, held until the transaction ends: the second of two deciders waits and finds it decided."""
    _require_person(tx)
    row = tx.session.get(ApprovalRow, approval_id, with_for_update=True, populate_existing=True)
    if row is None:
        raise NotFound(_unknown())
    if row.decision is not None:
        raise Conflict(_fault("decided", "بُت في هذا الطلب من قبل", "this request was decided before"))
    return row


def _decided(tx: Tx, row: ApprovalRow, decision: Decision, reason: str) -> Approval:
    row.decision, row.decision_reason = decision, _given(reason)
    row.decided_by, row.decided_at = tx.actor.id, tx.now
    tx.session.add(row)
    verb = {"approved": "approve", "refused": "refuse", "withdrawn": "withdraw"}[decision]
    detail = {"approval": row.id, "action": row.action, "asked_by": row.asked_by}
    tx.audit(f"approvals.{verb}", row.subject, detail)
    return _read(row)


def _require_person(tx: Tx) -> None:
    """A program or a shared console is nobody in particular, so two of them are not two people."""
    if tx.actor.kind != "staff":
        words = "يلزم شخصان مسجلان بحسابيهما", "two people are needed, each signed in with an account of their own"
        raise NotAllowed(_fault("not_a_person", *words))


def _given(reason: str) -> str:
    if not (held := reason.strip()):
        raise Invalid(_fault("reason", "السبب مطلوب", "a reason is required", field="reason"))
    return held


def _read(row: ApprovalRow) -> Approval:
    values = row.model_dump()
    values["digest"] = values.pop("subject_digest")
    return Approval(**values)


def _unknown() -> Fault:
    return _fault("unknown", "لا يوجد طلب بهذا المعرف", "there is no such request")


def _fault(kind: str, ar: str, en: str, field: str = "approval") -> Fault:
    return Fault(code=f"core.approvals.{kind}", field=field, clause=CLAUSE, ar=ar, en=en)


@lru_cache(maxsize=4)
def _validity_days(specification: Path) -> int:
    return load(specification).staff_access.approval.validity_days
