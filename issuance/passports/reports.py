"""Somebody says what became of a book: an officer, a mission, its holder, the civil registry. It is listed at once.

Nothing said here makes a book good for travel again: one that is found was lost. What a report changes is one event.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, cast

from sqlmodel import col, select

from issuance.core import policy
from issuance.core.actor import Actor, system
from issuance.core.civil import civil_day
from issuance.core.policy import Subject
from issuance.core.uow import Tx, unit_of_work
from issuance.db.session import ReadSession
from issuance.passports.life import held_book, record
from issuance.passports.model import Passport, PassportApplication, PassportEvent
from issuance.passports.way import digest_of_code, held, move
from issuance.people.public import persons_in
from issuance.service import Service
from specs.errors import Fault, Invalid, NotFound, Refused
from specs.schema.passport_office import ENDED, DocumentState, PassportOffice, Report

REPORT = "passports.report"
CLAUSE = "specs/passport/office.yaml life"
HOLDER = system("passport-holder")
REGISTRY = system("civil-registry-follower")


@dataclass(frozen=True, slots=True)
class Happened:
    """One event of a book. reason: a code or reference; other: the number of another book it speaks of."""

    kind: DocumentState
    at: datetime
    on: date
    office: str | None
    reason: str | None
    other: str | None


@dataclass(frozen=True, slots=True)
class Standing:
    """How a book stands. since: the civil day of its last event; events: oldest first."""

    number: str
    state: DocumentState
    since: date
    events: tuple[Happened, ...]

    def as_json(self, rules: PassportOffice) -> dict[str, Any]:
        """For officers; holds no name."""
        rule = rules.documents.entries[self.state]
        return {
            "number": self.number,
            "state": {"code": self.state, "ar": rule.title.ar, "en": rule.title.en},
            "since": self.since.isoformat(),
            "travel": rule.travel,
            "listed": rule.listed,
            "sltd": rule.sltd,
            "events": [
                {
                    "kind": e.kind,
                    "at": e.at.isoformat(),
                    "on": e.on.isoformat(),
                    "office": e.office,
                    "reason": e.reason,
                    "other": e.other,
                }
                for e in self.events
            ],
        }


def report(
    service: Service, actor: Actor, number: str, kind: Report, reference: str, words: str, now: datetime
) -> Standing:
    """An officer or a mission enters what was reported, of a book of any office.

    reference: of the police report or the record. A book that goes missing before its hand-over is made again under a
    new number. Raises `NotFound`, `NotAllowed`, `Invalid`, `Conflict` (its state does not allow it).
    """
    policy.require(actor, REPORT)
    _require_said(reference)
    with unit_of_work(service.db, actor, f"a book is reported {kind}", now) as tx:
        book = held_book(tx, number)
        _report(tx, service, book, kind, reference, words, civil_day(now), actor.office)
        return standing_of(tx.read, number)


def report_by_holder(service: Service, code: str, kind: Report, reference: str, now: datetime) -> Standing:
    """The holder tells it by the private code of the application: the last book made for it. Raises `NotFound` for a
    code that nobody has, `Refused` for what only an office may say, `Conflict`."""
    rule = service.spec.passport.office.life.reports[kind]
    if "holder" not in rule.told_by:
        words = "يُبلَّغ بهذا لدى المكتب", "this is reported at an office, which sees the book"
        raise Refused(_fault("office", *words, "kind"))
    _require_said(reference)
    with unit_of_work(service.db, HOLDER, f"the holder reports a book {kind}", now) as tx:
        query = select(PassportApplication.number).where(PassportApplication.tracking == digest_of_code(code))
        number = tx.session.exec(query).first()
        if number is None:
            raise NotFound(_fault("code", "لا يوجد جواز بهذا الرمز", "there is no book by this code", "code"))
        _report(tx, service, held_book(tx, number), kind, reference, "", civil_day(now), None)
        return standing_of(tx.read, number)


def report_asked(tx: Tx, service: Service, row: PassportApplication, reference: str | None, on: date) -> None:
    """An application for a lost, stolen or damaged book reports it; one of ours must be the applicant's. Raises
    `Refused` for another's book."""
    number = row.predecessor
    book = tx.session.get(Passport, number, with_for_update=True, populate_existing=True) if number else None
    if book is None:
        return  # of before this service
    if book.person_id != row.person_id:
        words = "الجواز السابق ليس لصاحب الطلب", "the earlier book is not the applicant's"
        raise Refused(_fault("another", *words, "predecessor"))
    kind = service.spec.passport.office.kinds.entries[row.kind].reports  # type: ignore[index]
    follows = service.spec.passport.office.documents.entries[kind].follows if kind else ()
    if kind is not None and book.state in follows and book.state != "passed":
        record(tx, service.spec, book, kind, on, office=row.office, reason=(reference or row.id)[:120])


def records_ended(service: Service, limit: int = 200) -> list[tuple[str, str]]:
    """Who has books that stand although their record ended: (person, change), for `follow_registry`.

    By what stands in the registry, not by what was told: nothing is missed, and nothing is done twice.
    """
    rules, found = service.spec.passport.office, list[tuple[str, str]]()
    for change, kind in rules.life.registry_events.items():
        follows = rules.documents.entries[kind].follows
        query = select(Passport.person_id).where(
            col(Passport.state).in_(follows), col(Passport.person_id).in_(persons_in(change))
        )
        with service.db.reading() as read:
            persons = read.exec(query.distinct().order_by(col(Passport.person_id)).limit(limit))
            found += [(person, change) for person in persons]
    return found


def follow_registry(service: Service, person_id: str, change: str, reference: str, now: datetime) -> list[str]:
    """What a change of the civil registry (`registry.changed`) does to the books of its person; their numbers.

    A change that says nothing of books, or a book that has ended, is left alone; done twice it does nothing twice.
    """
    rules = service.spec.passport.office
    kind = rules.life.registry_events.get(change)
    if kind is None:
        return []
    done = []
    with unit_of_work(service.db, REGISTRY, "the civil registry changed a record", now) as tx:
        query = select(Passport).where(
            Passport.person_id == person_id, col(Passport.state).in_(rules.documents.entries[kind].follows)
        )
        for book in tx.session.exec(query.order_by(col(Passport.number)).with_for_update()):
            before = book.state
            record(tx, service.spec, book, kind, civil_day(now), reason=reference[:120] or change)
            if before == "passed":
                _end_application(tx, service, book)
            done.append(book.number)
        tx.audit("passports.follow_registry", f"person:{person_id}", {"change": change, "books": len(done)})
    return done


def end_of_holder(service: Service, actor: Actor, number: str, change: str, reference: str, now: datetime) -> list[str]:
    """The same by an officer, for the holder of this book, with the file it rests on. Raises `NotFound`, `Invalid`."""
    policy.require(actor, REPORT)
    _require_said(reference)
    if change not in service.spec.passport.office.life.registry_events:
        known = ", ".join(service.spec.passport.office.life.registry_events)
        raise Invalid(_fault("change", f"أحد: {known}", f"one of {known}", "change"))
    with unit_of_work(service.db, actor, f"the holder of a book: {change}", now) as tx:
        book = held_book(tx, number)
        person = book.person_id
        tx.audit("passports.end_of_holder", f"passport:{number}", {"change": change})
    return follow_registry(service, person, change, reference, now)


def standing_of(read: ReadSession, number: str) -> Standing:
    """How a book stands, with its events. Raises `NotFound`."""
    row = read.get(Passport, number)
    if row is None:
        words = "لا يوجد جواز بهذا الرقم", "there is no passport of this number"
        raise NotFound(Fault("passports.not_found", *words, field="number", clause=CLAUSE))
    query = select(PassportEvent).where(PassportEvent.number == number).order_by(col(PassportEvent.seq))
    events = tuple(
        Happened(cast("DocumentState", e.kind), e.at, e.on, e.office, e.reason, e.other) for e in read.exec(query)
    )
    since = events[-1].on if events else row.issued_on
    return Standing(number, cast("DocumentState", row.state), since, events)


def standing(service: Service, actor: Actor, number: str) -> Standing:
    """The same for an officer. Raises `NotFound`, also for a book out of reach."""
    with service.db.reading() as read:
        row = read.get(Passport, number)
        subject = Subject("passport", number, row.office if row is not None else None)
        if row is None or not policy.allowed(actor, "passports.read", subject):
            words = "لا يوجد جواز بهذا الرقم", "there is no passport of this number"
            raise NotFound(Fault("passports.not_found", *words, field="number", clause=CLAUSE))
        return standing_of(read, number)


def make_again(tx: Tx, service: Service, book: Passport, reason: str, *, decide: bool) -> None:
    """The application of a book that will not be handed over: made again, or decided on again."""
    row = held(tx, book.application_id or "")
    if row.number != book.number or row.state in ENDED:
        return
    row.number = None
    move(tx, service.spec, row, "deciding" if decide else "approved", reason=reason)


def _report(
    tx: Tx, service: Service, book: Passport, kind: Report, reference: str, words: str, on: date, office: str | None
) -> None:
    before = book.state
    record(tx, service.spec, book, kind, on, office=office, reason=reference.strip(), words=words.strip() or None)
    if before == "passed":
        make_again(tx, service, book, "book_gone", decide=False)


def _end_application(tx: Tx, service: Service, book: Passport) -> None:
    row = held(tx, book.application_id or "")
    if row.number == book.number and row.state not in ENDED:
        row.number = None
        move(tx, service.spec, row, "withdrawn")


def _require_said(reference: str) -> None:
    if not reference.strip() or len(reference) > 120:
        words = "رقم المحضر أو المستند مطلوب", "the reference of the report is needed, 120 characters at most"
        raise Invalid(_fault("reference", *words, "reference"))


def _fault(code: str, ar: str, en: str, field: str) -> Fault:
    return Fault(f"passports.report.{code}", ar, en, field=field, clause=CLAUSE)
