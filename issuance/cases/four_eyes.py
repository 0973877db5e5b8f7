"""Actions that two officers make: one proposes, another approves, and the approval appends the action or nothing.

The approval binds the file as the proposer saw it: any entry in between makes it void.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from issuance.cases.access import NOT_FOUND
from issuance.cases.act import Move, appended, held, planned
from issuance.cases.case_rules import CaseRules
from issuance.cases.entries import several
from issuance.cases.fields import CLAUSE, read_body
from issuance.cases.file import CaseFile
from issuance.cases.model import CaseRow
from issuance.core import approvals
from issuance.core.actor import Actor
from issuance.core.civil import civil_day
from issuance.core.uow import unit_of_work
from issuance.service import Service
from specs.errors import Fault, Invalid, NotAllowed, NotFound


def propose(
    service: Service, actor: Actor, number: str, move: Move, reason: str, now: datetime, *, expected: int | None = None
) -> str:
    """Ask another officer for an action that needs two; the id of the request. Changes nothing of the file.

    Raises as `act.act`, and `Invalid` without a reason.
    """
    rules = CaseRules.of(service.spec)
    kind = rules.lifecycle.actions.get(move.name)
    if kind is None or not kind.four_eyes:
        words = "لا يلزم لهذا الإجراء ضابطان", "this action does not need two officers"
        raise Invalid(Fault("cases.action.one_officer", *words, field="action", clause=CLAUSE))
    read_body(move.name, move.body, rules)
    with unit_of_work(service.db, actor, f"propose cases.{move.name}", now) as tx:
        file = held(tx, number, rules, move.name, expected)
        planned(tx, file, move, rules)  # what could not be approved is not asked for
        return approvals.ask(
            tx,
            f"cases.{move.name}",
            f"case:{file.id}",
            _digest(file),
            reason,
            proposal=_proposal(move),
            office=file.holder,
        )


def approve(service: Service, actor: Actor, approval_id: str, reason: str, now: datetime) -> CaseFile:
    """Approve as the second officer, and append the action; the file after it.

    Raises `NotFound`, `NotAllowed` (the proposer; who may not approve this), `Conflict` (expired,
    decided, file changed).
    """
    rules = CaseRules.of(service.spec)
    with unit_of_work(service.db, actor, "approve a case action", now) as tx:
        number = _number(tx.session.get(CaseRow, _case(approvals.approval(tx.read, approval_id))))
        several(tx)  # a correction follows its matters into other files
        file = held(tx, number, rules, "approve")
        granted = approvals.approve(tx, approval_id, _digest(file), reason)
        _require_approver(actor, _move(granted.proposal).name, now, rules)
        return appended(tx, file, _move(granted.proposal), rules, asked_by=granted.asked_by)


def refuse(service: Service, actor: Actor, approval_id: str, reason: str, now: datetime) -> None:
    """Refuse as the second officer. Raises `NotFound`, `NotAllowed`, `Conflict`, `Invalid` without a reason."""
    rules = CaseRules.of(service.spec)
    with unit_of_work(service.db, actor, "refuse a case action", now) as tx:
        number = _number(tx.session.get(CaseRow, _case(approvals.approval(tx.read, approval_id))))
        held(tx, number, rules, "approve")
        approvals.refuse(tx, approval_id, reason)


def _require_approver(actor: Actor, name: str, now: datetime, rules: CaseRules) -> None:
    approver = rules.lifecycle.actions[name].approved_by
    if approver is None or not approver.holds(civil_day(now)) or not actor.roles.isdisjoint(approver.roles):
        return
    titles = [rules.roles.roles[role].title for role in approver.roles]
    ar, en = "، ".join(title.ar for title in titles), ", ".join(title.en for title in titles)
    words = f"لا يعتمده إلا: {ar}", f"only {en} approves this"
    raise NotAllowed(Fault("cases.approver", *words, field="approval", clause=approver.legal_reference.en))


def _digest(file: CaseFile) -> str:
    return approvals.digest_of({"case": file.id, "version": file.version})


def _case(approval: approvals.Approval) -> str:
    return approval.subject.removeprefix("case:")


def _number(row: CaseRow | None) -> str:
    if row is None:
        raise NotFound(NOT_FOUND)
    return row.number


def _proposal(move: Move) -> dict[str, Any]:
    day = move.happened_on.isoformat() if move.happened_on is not None else None
    return {
        "name": move.name,
        "body": dict(move.body),
        "matters": list(move.matters),
        "happened_on": day,
        "basis": move.basis,
        "evidence": list(move.evidence),
    }


def _move(proposal: Mapping[str, Any]) -> Move:
    day = proposal["happened_on"]
    return Move(
        proposal["name"],
        proposal["body"],
        tuple(proposal["matters"]),
        date.fromisoformat(day) if day else None,
        proposal["basis"],
        tuple(proposal["evidence"]),
    )
