"""A suspected duplicate is decided by two officers: one looks at both and says what they are, another confirms.

The decision holds for exactly the candidates that were shown: when the search finds another in between, it is void.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlmodel import col, select

from issuance.biometrics.facts import Clearance, Outcome
from issuance.biometrics.model import BiometricCandidate, BiometricSearch
from issuance.biometrics.search import clearance, state_of
from issuance.core import approvals, policy
from issuance.core.actor import Actor
from issuance.core.approvals import Approval
from issuance.core.policy import Subject
from issuance.core.uow import Tx, unit_of_work
from issuance.db.session import ReadSession
from issuance.people.public import PersonFacts, person_of
from issuance.service import Service
from specs.errors import Conflict, Fault, Invalid, NotFound

READ = "biometrics.read"
SETTLE, CONFIRM = "biometrics.settle", "biometrics.confirm"
CLAUSE = "fingerprints.yaml, search_one_to_many"


@dataclass(frozen=True, slots=True)
class Hit:
    """A search with everybody it is about, for the officers who decide it. others: as `clearance.candidates`; asked:
    what the first officer said and the second is to confirm."""

    clearance: Clearance
    applicant: PersonFacts
    others: tuple[PersonFacts, ...]
    asked: Approval | None


def hit(service: Service, actor: Actor, search_id: str, now: datetime) -> Hit:
    """Who was found beside the applicant; the look is kept. Raises `NotAllowed`, `NotFound`, also out of reach."""
    policy.require(actor, READ)
    with unit_of_work(service.db, actor, "look at a suspected duplicate", now) as tx:
        row = tx.session.get(BiometricSearch, search_id)
        if row is None or not policy.allowed(actor, READ, Subject("biometric", row.id, row.office)):
            raise NotFound(_unknown())
        tx.audit("biometrics.look", f"application:{row.application_id}", {"search": row.id})
        found = clearance(tx.read, row)
        others = tuple(person_of(tx.read, one.person_id) for one in found.candidates)
        waiting = [one for one in approvals.approvals_of(tx.read, _subject(row)) if one.state(now) == "pending"]
        return Hit(found, person_of(tx.read, row.person_id), others, waiting[0] if waiting else None)


def settle(service: Service, actor: Actor, search_id: str, outcome: Outcome, reason: str, now: datetime) -> str:
    """One officer says: all candidates are `different` persons, or the applicant is the `same` as one of them.

    The id of the approval another officer is asked for. Raises `NotAllowed`, `NotFound`, `Invalid` (outcome, reason),
    `Conflict` when nothing waits for a decision.
    """
    policy.require(actor, SETTLE)
    if outcome not in ("different", "same"):
        raise Invalid(_fault("outcome", "النتيجة different أو same", "the outcome is `different` or `same`", "outcome"))
    with unit_of_work(service.db, actor, "decide a suspected duplicate", now) as tx:
        row = _held(tx, actor, SETTLE, search_id)
        waiting = approvals.approvals_of(tx.read, _subject(row))
        if row.state != "hits" or row.outcome is not None or any(one.state(now) == "pending" for one in waiting):
            raise Conflict(_fault("settled", "لا شيء ينتظر البت هنا", "nothing waits for a decision here"))
        proposal = {"outcome": outcome}
        digest = _digest(tx.read, row)
        return approvals.ask(tx, SETTLE, _subject(row), digest, reason, proposal=proposal, office=row.office)


def confirm(service: Service, actor: Actor, approval_id: str, agree: bool, reason: str, now: datetime) -> Clearance:
    """Another officer agrees, and the outcome stands; or not, and the hit waits for a decision again.

    Raises as `approvals.approve` (same person, changed since, expired), `NotFound`, `NotAllowed`.
    """
    policy.require(actor, CONFIRM)
    with unit_of_work(service.db, actor, "confirm a decision on a duplicate", now) as tx:
        asked = approvals.approval(tx.read, approval_id, SETTLE)
        row = _held(tx, actor, CONFIRM, _search(asked))
        if not agree:
            approvals.refuse(tx, approval_id, reason)
            return clearance(tx.read, row)
        approvals.approve(tx, approval_id, _digest(tx.read, row), reason)
        row.outcome = asked.proposal["outcome"]
        row.state = state_of(row, len(_candidates(tx.read, row)))
        tx.session.add(row)
        detail = {"search": row.id, "outcome": row.outcome, "state": row.state, "approval": approval_id}
        tx.audit("biometrics.settled", f"application:{row.application_id}", detail)
        return clearance(tx.read, row)


def waiting_hits(service: Service, actor: Actor, limit: int = 100) -> list[Clearance]:
    """Searches with candidates nobody decided on, of the actor's offices, oldest first. Raises `NotAllowed`."""
    policy.require(actor, READ)
    offices = policy.offices_in_scope(actor, READ)
    query = select(BiometricSearch).where(BiometricSearch.state == "hits", col(BiometricSearch.outcome).is_(None))
    if offices is not None:
        query = query.where(col(BiometricSearch.office).in_(offices))
    with service.db.reading() as read:
        return [clearance(read, row) for row in read.exec(query.order_by(col(BiometricSearch.id)).limit(limit))]


def _held(tx: Tx, actor: Actor, action: str, search_id: str) -> BiometricSearch:
    row = tx.session.get(BiometricSearch, search_id, with_for_update=True, populate_existing=True)
    if row is None:
        raise NotFound(_unknown())
    policy.require(actor, action, Subject("biometric", row.id, row.office))
    return row


def _search(asked: Approval) -> str:
    if asked.action != SETTLE:
        raise NotFound(_unknown())
    return asked.subject.removeprefix("search:")


def _subject(row: BiometricSearch) -> str:
    return f"search:{row.id}"


def _candidates(read: ReadSession, row: BiometricSearch) -> list[str]:
    query = select(BiometricCandidate.person_id).where(BiometricCandidate.search_id == row.id)
    return sorted(read.exec(query))


def _digest(read: ReadSession, row: BiometricSearch) -> str:
    state: dict[str, Any] = {"search": row.id, "portrait": row.digest, "candidates": _candidates(read, row)}
    return approvals.digest_of(state)


def _unknown() -> Fault:
    return _fault("unknown", "لا يوجد بحث بهذا المعرف", "there is no such search")


def _fault(kind: str, ar: str, en: str, field: str = "search") -> Fault:
    return Fault(code=f"biometrics.hits.{kind}", field=field, clause=CLAUSE, ar=ar, en=en)
