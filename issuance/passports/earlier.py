"""The books a person had before: which one an application follows, and how the name was spelt in it. Reads alone."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlmodel import col, select

from issuance.db.session import ReadSession
from issuance.mrtd.text.suggest import suggest_latin
from issuance.passports.model import Passport, PassportApplication
from issuance.people.public import LatinName, PersonFacts, person_of
from issuance.service import Service
from specs.errors import Fault

CLAUSE = "specs/passport/office.yaml"
NEVER_HELD = ("produced", "spoiled")
"""States of a book that never came to be one."""


@dataclass(frozen=True, slots=True)
class EarlierBook:
    """A book of this register; state: as its last event left it."""

    number: str
    person_id: str
    document_type: str
    state: str
    application_id: str | None


def books_of(read: ReadSession, person_id: str) -> list[EarlierBook]:
    """Every book made for the person, the newest first, but those that came out of the press spoiled."""
    query = select(Passport).where(Passport.person_id == person_id, col(Passport.state).not_in(NEVER_HELD))
    rows = read.exec(query.order_by(col(Passport.issued_at).desc(), col(Passport.number).desc()))
    return [_book(row) for row in rows]


def latest_of(books: Sequence[EarlierBook], document_type: str) -> EarlierBook | None:
    """The book that a new one of this type follows."""
    return next((book for book in books if book.document_type == document_type), None)


def link_faults(read: ReadSession, person_id: str, document_type: str, predecessor: str | None) -> list[Fault]:
    """Where the predecessor that is named goes against this register (LIBYA 1.3, S30-S31): who had a book names it,
    the newest of its type, whatever kind of application this is; nobody names another person's."""
    before = latest_of(books_of(read, person_id), document_type)
    if before is not None and predecessor is None:
        words = "لصاحب الطلب جواز سابق يجب ذكره؛ اختر نوع الطلب المناسب", "there is an earlier book: it must be named"
        return [_fault("earlier_book", *words)]
    if before is not None and predecessor != before.number:
        words = "ليس هذا آخر جواز صدر لصاحب الطلب", "this is not the last book issued to the holder"
        return [_fault("not_the_last", *words)]
    named = read.get(Passport, predecessor) if before is None and predecessor is not None else None
    if named is not None and named.person_id != person_id:
        words = "هذا الرقم لا يعود إلى صاحب الطلب", "this number is not of a book of the holder"
        return [_fault("of_another", *words)]
    return []


def spelling_in(read: ReadSession, book: EarlierBook) -> tuple[str, str] | None:
    """(surname, given) in capitals as the book's own application had them; None: it had none."""
    row = read.get(PassportApplication, book.application_id) if book.application_id is not None else None
    if row is None:
        return None
    asked: Any = row.asked
    latin = asked["application"]["names"]["latin"]
    return str(latin["surname"]).strip().upper(), str(latin["given"]).strip().upper()


def spelling(service: Service, person_id: str, document_type: str) -> LatinName:
    """What to suggest: the last book's spelling, else the record's, else by sound. The holder confirms it."""
    with service.db.reading() as read:
        person = person_of(read, person_id)
        before = latest_of(books_of(read, person_id), document_type)
        kept = None if before is None else spelling_in(read, before)
    return LatinName(*kept) if kept is not None else _of_record(person)


def _of_record(person: PersonFacts) -> LatinName:
    if person.latin.surname or person.latin.given:
        return person.latin
    return LatinName(suggest_latin(person.arabic.family).text, suggest_latin(person.arabic.given).text)


def _book(row: Passport) -> EarlierBook:
    return EarlierBook(row.number, row.person_id, row.document_type, row.state, row.application_id)


def _fault(code: str, ar: str, en: str) -> Fault:
    return Fault(f"passports.enrol.{code}", ar, en, field="predecessor", clause=CLAUSE)
