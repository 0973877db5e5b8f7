"""The search is out of order: declared by one person, approved by another, for hours and not longer.

What it permits is said by `search.search_for`: humanitarian cases alone, each with a day by which the search is made
up for. It ends by itself; a longer outage is declared anew by two people.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from issuance.biometrics.facts import Degraded
from issuance.biometrics.model import AfisDegraded
from issuance.biometrics.search import degraded_row
from issuance.biometrics.standin import CLAUSE
from issuance.core import approvals, policy
from issuance.core.actor import Actor
from issuance.core.approvals import Approval
from issuance.core.uow import unit_of_work
from issuance.db.session import ReadSession, lock
from issuance.service import Service
from specs.errors import Conflict, Fault, Invalid

DECLARE, APPROVE = "biometrics.degrade", "biometrics.approve_degraded"
_SUBJECT = "afis:search"
_STATE = approvals.digest_of({"afis": "search"})


def declare(service: Service, actor: Actor, reason: str, until: datetime, now: datetime) -> str:
    """Ask that the search count as out of order until `until`; the id of the approval another person is asked for.

    Raises `NotAllowed`, `Invalid` (no reason, a moment past or too far).
    """
    policy.require(actor, DECLARE)
    longest = service.spec.passport.afis.degraded_mode.longest_hours
    if not now < until <= now + timedelta(hours=longest):
        words = (f"المدة حتى {longest} ساعة من الآن على الأكثر", f"until a moment within {longest} hours from now")
        raise Invalid(_fault("until", *words, field="until"))
    with unit_of_work(service.db, actor, "declare the search for duplicates out of order", now) as tx:
        return approvals.ask(tx, DECLARE, _SUBJECT, _STATE, reason, proposal={"until": until.isoformat()})


def approve(service: Service, actor: Actor, approval_id: str, reason: str, now: datetime) -> Degraded:
    """Another person agrees: from now on, until what was asked. Raises as `approvals.approve`, `Conflict` (over)."""
    policy.require(actor, APPROVE)
    with unit_of_work(service.db, actor, "approve work without the search for duplicates", now) as tx:
        lock(tx.session, "afis_degraded")
        asked = approvals.approval(tx.read, approval_id, DECLARE)
        until = datetime.fromisoformat(asked.proposal["until"])
        approvals.approve(tx, approval_id, _STATE, reason)
        if until <= now or degraded_row(tx.read, now) is not None:
            raise Conflict(_fault("over", "انتهت المدة أو أعلن التعطل من قبل", "it is over, or was declared already"))
        row = AfisDegraded(words=asked.reason, declared_by=asked.asked_by, approved_by=actor.id, since=now, until=until)
        tx.session.add(row)
        tx.audit("biometrics.degraded", f"afis:{row.id}", {"approval": approval_id, "until": until.isoformat()})
        return _read(row)


def refuse(service: Service, actor: Actor, approval_id: str, reason: str, now: datetime) -> None:
    """Another person does not agree: the search is waited for. Raises as `approvals.refuse`."""
    policy.require(actor, APPROVE)
    with unit_of_work(service.db, actor, "no work without the search for duplicates", now) as tx:
        approvals.approval(tx.read, approval_id, DECLARE)
        approvals.refuse(tx, approval_id, reason)


def declared(service: Service, actor: Actor, now: datetime) -> list[Approval]:
    """Outages that one person declared and nobody decided on, oldest first. Raises `NotAllowed`."""
    policy.require(actor, "biometrics.read")
    with service.db.reading() as read:
        return [one for one in approvals.approvals_of(read, _SUBJECT) if one.state(now) == "pending"]


def end(service: Service, actor: Actor, now: datetime) -> None:
    """The search works again: one person's word is enough. Raises `NotAllowed`, `Conflict` when nothing is declared."""
    policy.require(actor, DECLARE)
    with unit_of_work(service.db, actor, "the search for duplicates works again", now) as tx:
        lock(tx.session, "afis_degraded")
        row = degraded_row(tx.read, now)
        if row is None:
            raise Conflict(_fault("none", "لم يعلن تعطل", "no outage is declared"))
        row.until, row.ended_by = now, actor.id
        tx.session.add(row)
        tx.audit("biometrics.degraded_end", f"afis:{row.id}", {"declared_by": row.declared_by})


def degraded_now(read: ReadSession, now: datetime) -> Degraded | None:
    """The declared outage in force."""
    row = degraded_row(read, now)
    return None if row is None else _read(row)


def _read(row: AfisDegraded) -> Degraded:
    return Degraded(row.id, row.words, row.declared_by, row.approved_by, row.since, row.until)


def _fault(kind: str, ar: str, en: str, field: str = "afis") -> Fault:
    return Fault(code=f"biometrics.degraded.{kind}", field=field, clause=CLAUSE, ar=ar, en=en)
