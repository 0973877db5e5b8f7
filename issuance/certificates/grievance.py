"""A grievance against a refusal: the applicant says why it is wrong, and somebody who had no part in it decides.

Granted, the request is looked at anew from the record; dismissed, a second signed decision upholds the first and says
which court is next. One grievance a refusal, until its last day (`refusal.appeal_days`).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from sqlmodel import col, select

from issuance.certificates import engine
from issuance.certificates.life import (
    CLAUSE,
    RequestView,
    activate,
    held,
    move,
    tracking_digest,
    unknown,
    view_of,
)
from issuance.certificates.model import CertificateRefusal, Request
from issuance.core import policy
from issuance.core.actor import PUBLIC, Actor
from issuance.core.civil import civil_day
from issuance.core.policy import Subject
from issuance.core.uow import Tx, unit_of_work
from issuance.db.session import ReadSession
from issuance.documents.refusal import WORDS_MAXIMUM, words_faults
from issuance.people.public import PersonFacts, person_of
from issuance.service import Service
from specs.errors import Fault, Invalid, NotAllowed, NotFound, Refused

HEAR = "certificates.hear_grievance"


@dataclass(frozen=True, slots=True)
class Heard:
    """What a member of the committee decides on. refused: the decision complained of; words: what the applicant says;
    own: whether the actor took part in the decision and so may not hear it."""

    request: RequestView
    person: PersonFacts
    refused: RefusedAs
    words: str
    own: bool


@dataclass(frozen=True, slots=True)
class RefusedAs:
    """The decision a grievance is against. until: the last day for one."""

    number: str
    reason: str
    words: str
    decided_on: date
    until: date


def open_until(read: ReadSession, view: RequestView, now: datetime) -> date | None:
    """The last day on which a grievance may still be lodged, or None where none may be."""
    if view.state != "refused" or _lodged(view):
        return None
    row = read.get(CertificateRefusal, view.number or "")
    return row.appeal_until if row is not None and civil_day(now) <= row.appeal_until else None


def lodge(service: Service, tracking: str, words: str, now: datetime) -> RequestView:
    """By the applicant, with the private code. words: why the refusal is wrong.

    Raises `NotFound`, `Invalid` (words), `Refused` (too late, or a second time), `Conflict` (not refused, or another
    request of this person for this purpose is under way).
    """
    with unit_of_work(service.db, PUBLIC, "the applicant lodges a grievance", now) as tx:
        found = tx.session.exec(select(Request.id).where(Request.tracking == tracking_digest(tracking))).first()
        if found is None:
            raise NotFound(unknown())
        return _lodge(tx, service, found, words)


def lodge_at_office(service: Service, actor: Actor, request_id: str, words: str, now: datetime) -> RequestView:
    """By a clerk, for somebody whose request an office made. Raises as `lodge`, and `NotAllowed`."""
    policy.require(actor, "certificates.request")
    with unit_of_work(service.db, actor, "a grievance is lodged at an office", now) as tx:
        row = tx.session.get(Request, request_id)
        if row is None or not policy.allowed(
            actor, "certificates.request", Subject("certificate", request_id, row.office)
        ):
            raise NotFound(unknown())
        return _lodge(tx, service, request_id, words)


def pending(service: Service, actor: Actor, limit: int = 100) -> list[RequestView]:
    """Grievances that wait, the nearest deadline first. Raises `NotAllowed`."""
    policy.require(actor, HEAR)
    query = select(Request).where(Request.state == "grievance").order_by(col(Request.due_at), col(Request.id))
    with service.db.reading() as read:
        return [view_of(read, row) for row in read.exec(query.limit(max(1, min(limit, 200))))]


def heard(service: Service, actor: Actor, request_id: str, now: datetime) -> Heard:
    """One grievance; the look is kept. Raises `NotAllowed`, `NotFound`, `Conflict` when it is decided."""
    policy.require(actor, HEAR)
    with unit_of_work(service.db, actor, "hear a grievance", now) as tx:
        row = held(tx, request_id, "grievance")
        view = view_of(tx.read, row)
        tx.audit("certificates.read", f"certificate_request:{row.id}")
        return Heard(
            view,
            person_of(tx.read, row.person_id or ""),
            _refused_as(tx.read, view),
            row.words or "",
            actor.id in _took_part(view),
        )


def decide(service: Service, actor: Actor, request_id: str, granted: bool, words: str, now: datetime) -> RequestView:
    """Grant or dismiss. words: why; of a dismissal they are printed.

    Raises `NotAllowed` (also for who took part in the refusal), `NotFound`, `Conflict` when it is decided, `Invalid`.
    """
    policy.require(actor, HEAR)
    with unit_of_work(service.db, actor, "decide a grievance", now) as tx:
        row = held(tx, request_id, "grievance")
        view = view_of(tx.read, row)
        if actor.kind != "staff" or actor.id in _took_part(view):
            told = (
                "ينظر التظلم من لم يشترك في القرار",
                "a grievance is heard by somebody who had no part in the decision",
            )
            raise NotAllowed(_fault("own_decision", *told))
        said = _printable(words)
        if granted:
            move(tx, service.spec, row, "compiling", reason="grievance_granted", words=said)
        else:
            move(tx, service.spec, row, "refusing", reason=_refused_as(tx.read, view).reason, words=said)
    return engine.advance(service, request_id, now)


def _lodge(tx: Tx, service: Service, request_id: str, words: str) -> RequestView:
    row = held(tx, request_id, "refused")
    view = view_of(tx.read, row)
    if _lodged(view):
        told = "نُظر في التظلم من قبل؛ الطريق الآن القضاء", "the grievance was heard already; the way now is the court"
        raise Refused(_fault("grievance_once", *told))
    if open_until(tx.read, view, tx.now) is None:
        told = "انقضت مدة التظلم؛ لك أن تقدم طلباً جديداً", "the days for a grievance are over: make a new request"
        raise Refused(_fault("grievance_late", *told))
    said = _printable(words)
    activate(tx, row)
    move(tx, service.spec, row, "grievance", words=said)
    return view_of(tx.read, row)


def _refused_as(read: ReadSession, view: RequestView) -> RefusedAs:
    row = read.get(CertificateRefusal, view.number or "")
    if row is None:
        raise NotFound(unknown())
    words = next(step.words or "" for step in reversed(view.steps) if step.after == "refused")
    return RefusedAs(row.number, row.reason, words, row.decided_on, row.appeal_until)


def _lodged(view: RequestView) -> bool:
    return any(step.after == "grievance" for step in view.steps)


def _took_part(view: RequestView) -> frozenset[str]:
    return frozenset(step.actor for step in view.steps)


def _printable(words: str) -> str:
    said = " ".join(words.split())
    if not said:
        told = f"اكتب السبب في {WORDS_MAXIMUM} حرف على الأكثر", f"write why, in {WORDS_MAXIMUM} characters at most"
        raise Invalid(_fault("words", *told, field="words"))
    if faults := [*words_faults(said)]:
        raise Invalid(*faults)
    return said


def _fault(code: str, ar: str, en: str, field: str = "request") -> Fault:
    return Fault(f"certificates.request.{code}", ar, en, field=field, clause=CLAUSE)
