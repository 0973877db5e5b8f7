"""What the service does with a request by itself: read the record, issue, let times run out. Safe to repeat.

Every step is one transaction and says in the row where the request stands, so that a crash between two of them costs
nothing: the next turn goes on from there. A certificate carries the id of its request and cannot be made twice.
"""

from __future__ import annotations

import logging
from collections.abc import Collection, Mapping
from datetime import datetime
from typing import cast

from sqlmodel import col, select

from issuance.cases.public import record_look
from issuance.certificates import making, refusal
from issuance.certificates.compile import Compiled, compile_facts, of_text
from issuance.certificates.life import RequestView, fee_subject, held, move, unknown, view_of
from issuance.certificates.model import Request
from issuance.certificates.request import CertificateRequest
from issuance.core import approvals, messages
from issuance.core.actor import Actor, system
from issuance.core.civil import civil_day
from issuance.core.uow import Tx, unit_of_work
from issuance.db.session import ReadSession
from issuance.fees.public import followed_in, settled
from issuance.people.public import PersonFacts, person_of, phone_of
from issuance.service import Service
from issuance.staff.public import require_issuing_office
from specs.errors import Conflict, IssuanceError, NotFound
from specs.schema import Specification
from specs.schema.certificate_requests import MessageKind, State
from specs.schema.disclosure import Level

log = logging.getLogger("issuance.certificates")
OWN: tuple[State, ...] = ("compiling", "issuing", "refusing")
"""States in which the service itself has to act."""


def advance(service: Service, request_id: str, now: datetime) -> RequestView:
    """Do what is the service's to do, until somebody else must act. Raises `NotFound`, `Unavailable`, `Refused`."""
    for _ in range(4):  # compile -> issue, once more when the record changed in between
        view = request(service, request_id)
        step = {"compiling": _compile, "issuing": _issue, "refusing": _refuse}.get(view.state)
        if step is None:
            break
        try:
            step(service, view, now)
        except Conflict:  # another turn was quicker: what it made counts, and ours is void
            if request(service, request_id).state == view.state:
                raise
    return request(service, request_id)


def request(service: Service, request_id: str) -> RequestView:
    """The request as it stands. Raises `NotFound`."""
    with service.db.reading() as read:
        row = read.get(Request, request_id)
        if row is None:
            raise NotFound(unknown())
        return view_of(read, row)


def tick(service: Service, now: datetime, limit: int = 200) -> int:
    """One turn of upkeep: go on with what a crash left, end what ran out of time. Answers how many moved."""
    moved = follow_payments(service, now, limit)
    with service.db.reading() as read:
        states = service.spec.certificate_requests.states.entries
        lapse = [name for name, state in states.items() if state.then == "expired"]
        late = select(Request.id).where(col(Request.state).in_(lapse), col(Request.due_at) <= now).limit(limit)
        ours = select(Request.id).where(col(Request.state).in_(OWN)).order_by(col(Request.due_at)).limit(limit)
        asked = select(Request.id).where(Request.state == "approval", col(Request.due_at) <= now).limit(limit)
        over, left, unanswered = read.exec(late).all(), read.exec(ours).all(), read.exec(asked).all()
    for request_id in over:
        moved += _expire(service, request_id, now)
    for request_id in unanswered:
        moved += _back_to_review(service, request_id, now)
    for request_id in left:
        try:
            advance(service, request_id, now)
            moved += 1
        except IssuanceError as error:
            log.warning("certificate request %s waits: %s", request_id, error.faults[0].code)
    return moved


def follow_payments(service: Service, now: datetime, limit: int = 200) -> int:
    """Go on with the requests whose fee was paid or waived meanwhile. Answers how many moved."""
    with service.db.reading() as read:
        subjects = settled(read, "certificate", limit)
    return sum(paid(service, subject, now) for subject in subjects)


def paid(service: Service, subject: str, now: datetime) -> bool:
    """The fee of this subject is settled: read the record and go on. Safe to repeat; False when nothing waited for it.

    What goes wrong after the fee (a key, the disk) is left to the next turn: the money is in the books.
    """
    request_id = subject.removeprefix("certificate_request:")
    with unit_of_work(service.db, system("certificates"), "the fee of a request is settled", now) as tx:
        row = tx.session.get(Request, request_id, with_for_update=True, populate_existing=True)
        if row is None or not followed_in(tx, subject):
            return False
        if row.state != "paying":
            return False
        move(tx, service.spec, row, "compiling")
    try:
        advance(service, request_id, now)
    except IssuanceError as error:
        log.warning("certificate request %s waits: %s", request_id, error.faults[0].code)
    return True


def tell(tx: Tx, service: Service, row: Request, kind: MessageKind, **filled: str) -> None:
    """Leave a message for the applicant, when a phone is known; an authority is no person (`webhooks`)."""
    phone = phone_of(tx.read, row.person_id) if row.person_id and row.channel != "authority" else None
    if phone is not None:
        text = service.spec.certificate_requests.messages.entries[kind].ar.format(**filled)
        messages.write(tx, phone, text, f"certificate_request:{row.id}")


def compiled_now(service: Service, view: RequestView, now: datetime) -> Compiled:
    """The facts of the person at one snapshot, now."""
    with service.db.reading() as read:
        return facts_of(read, service.spec, view, now)


def facts_of(read: ReadSession, spec: Specification, view: RequestView, now: datetime) -> Compiled:
    """The same in a transaction that is open."""
    person = person_of(read, view.person_id or "")
    level, passport = cast("Level", view.level), view.asked.get("passport_number")
    return compile_facts(read, spec, person, level, view.purpose, civil_day(now), passport)


def _compile(service: Service, view: RequestView, now: datetime) -> None:
    compiled = compiled_now(service, view, now)
    doubts = compiled.doubts(service.spec.certificate_disclosure)
    with unit_of_work(service.db, _us(view), "the record is read for a certificate", now) as tx:
        row = held(tx, view.id, "compiling")
        row.compiled = compiled.text()
        record_look(tx, compiled.person_id, len(compiled.rulings))
        move(tx, service.spec, row, "review" if doubts else "issuing", reason=doubts[0] if doubts else None)


def _issue(service: Service, view: RequestView, now: datetime) -> None:
    """Make the certificate when the record still says what was decided on; else back to an officer."""
    fresh = compiled_now(service, view, now)
    with service.db.reading() as read:
        row = read.get(Request, view.id)
        if row is None or row.state != "issuing":
            return  # another turn was quicker
        known = of_text(row.compiled or "{}")
        person = person_of(read, fresh.person_id)
        office = require_issuing_office(read, view.office, civil_day(now), "certificates", service.spec.staff_offices)
    rules = service.spec.certificate_disclosure
    disclosed = fresh.disclosed(rules)
    if fresh.digest() != known.digest() or disclosed.shown != known.disclosed(rules).shown:
        with unit_of_work(service.db, _us(view), "the record changed meanwhile", now) as tx:
            row = held(tx, view.id, "issuing")
            row.compiled = fresh.text()
            move(tx, service.spec, row, "review", reason="record_changed")
        return

    def settle(tx: Tx, numbers: Mapping[str, str]) -> Collection[str]:
        row = held(tx, view.id, "issuing")
        row.number = numbers[view.id]
        tell(tx, service, row, "issued", number=row.number)
        move(tx, service.spec, row, "issued")
        return numbers

    order = making.Order(asked_of(view, person), person, office, disclosed, fresh, view.id)
    making.make(service, _us(view), order, settle, now)


def _refuse(service: Service, view: RequestView, now: datetime) -> None:
    """Make the decision that two officers took; a second process that tries the same finds the request moved on."""
    with service.db.reading() as read:
        person = person_of(read, view.person_id or "")
        office = require_issuing_office(read, view.office, civil_day(now), "certificates", service.spec.staff_offices)

    upholds = view.number if view.steps[-1].before == "grievance" else None

    def settle(tx: Tx, number: str) -> None:
        row = held(tx, view.id, "refusing")
        row.number = number
        tell(tx, service, row, "refused" if upholds is None else "upheld", number=number)
        move(tx, service.spec, row, "refused", reason=row.reason, words=row.words)

    decided = refusal.Decided(view, asked_of(view, person), person, office, settle, upholds)
    refusal.make(service, _us(view), decided, now)


def asked_of(view: RequestView | Request, person: PersonFacts) -> CertificateRequest:
    """What was asked for, as it is printed."""
    """What was asked for, with the person it is for."""
    return CertificateRequest.model_validate({"national_number": person.national_number, **view.asked})


def _back_to_review(service: Service, request_id: str, now: datetime) -> bool:
    """When nobody approved in time, the first officer decides anew, on the record as it then is."""
    subject = f"certificate_request:{request_id}"
    with service.db.reading() as read:
        if any(one.state(now) == "pending" for one in approvals.approvals_of(read, subject)):
            return False
    with unit_of_work(service.db, system("certificates"), "nobody approved in time", now) as tx:
        row = held(tx, request_id, "approval")
        row.compiled = facts_of(tx.read, service.spec, view_of(tx.read, row), now).text()
        move(tx, service.spec, row, "review", reason=row.reason, words=row.words)
    return True


def _expire(service: Service, request_id: str, now: datetime) -> bool:
    with unit_of_work(service.db, system("certificates"), "the time of a request ran out", now) as tx:
        row = tx.session.get(Request, request_id, with_for_update=True, populate_existing=True)
        if row is None or row.due_at is None or row.due_at > now:
            return False
        if row.state == "paying" and followed_in(tx, fee_subject(row.id)):
            move(tx, service.spec, row, "compiling")  # paid at the last moment
            return True
        if row.state != "confirming":
            tell(tx, service, row, "expired")
        move(tx, service.spec, row, "expired")
        return True


def _us(view: RequestView) -> Actor:
    return system("certificates", view.office)
