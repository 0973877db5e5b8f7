"""Read what one officer asked another to approve, with all that it would change; a read of the file like any other."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from sqlmodel import select

from issuance.cases.access import NOT_FOUND
from issuance.cases.case_rules import CaseRules
from issuance.cases.model import CaseRow
from issuance.cases.reading import CaseView, look, without_confidential
from issuance.core import approvals
from issuance.core.actor import Actor
from issuance.core.approvals import Approval
from issuance.core.purpose import Purpose
from issuance.core.uow import unit_of_work
from issuance.service import Service
from specs.errors import NotFound


def proposal(
    service: Service, actor: Actor, approval_id: str, purpose: Purpose, now: datetime
) -> tuple[CaseView, Approval]:
    """The file and the request. Raises `Invalid` without a purpose, `NotFound` also for who may not read the file."""
    with service.db.reading() as read:
        asked = approvals.approval(read, approval_id)
        case_id = asked.subject.removeprefix("case:")
        number = read.exec(select(CaseRow.number).where(CaseRow.id == case_id)).first()
    if number is None:
        raise NotFound(NOT_FOUND)
    view = look(service, actor, number, purpose, now)
    if not view.reporter_shown:
        asked = replace(asked, proposal=without_confidential(asked.proposal, CaseRules.of(service.spec)))
    return view, asked


def withdraw(service: Service, actor: Actor, approval_id: str, reason: str, now: datetime) -> None:
    """Take one's own request back. Raises `NotFound`, `Invalid`, `NotAllowed` (another's), `Conflict`."""
    with unit_of_work(service.db, actor, "withdraw a case action", now) as tx:
        approvals.withdraw(tx, approval_id, reason)
