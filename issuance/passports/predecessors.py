"""Every book is linked to the one it follows, and the note of replacement is written by the system, never by hand.

In 2009 a note was "forgotten" and a history vanished (LIBYA 1.3, S30-S31): so the note follows from the rows alone.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, cast

from sqlmodel import col, select

from issuance.core import policy
from issuance.core.actor import Actor
from issuance.core.civil import civil_day
from issuance.core.policy import Subject
from issuance.db.session import ReadSession
from issuance.passports.model import Passport, PassportApplication, PassportEvent
from issuance.service import Service
from specs.errors import Fault, NotFound
from specs.schema.base import Bilingual
from specs.schema.passport_office import DocumentState, Kind, PassportOffice

_MOST = 100


@dataclass(frozen=True, slots=True)
class Link:
    """ours: the register holds it; one of before this service is a number alone."""

    number: str
    ours: bool
    document_type: str | None = None
    office: str | None = None
    issued_on: date | None = None
    state: DocumentState | None = None

    def as_json(self) -> dict[str, Any]:
        return {
            "number": self.number,
            "ours": self.ours,
            "document_type": self.document_type,
            "office": self.office,
            "issued_on": self.issued_on.isoformat() if self.issued_on else None,
            "state": self.state,
        }


def chain(read: ReadSession, number: str) -> list[Link]:
    """The book and those it follows, the newest first; ends where the register knows no earlier one."""
    links: list[Link] = []
    seen: set[str] = set()
    held: str | None = number
    while held is not None and held not in seen and len(links) < _MOST:
        seen.add(held)
        row = read.get(Passport, held)
        if row is None:
            links.append(Link(held, ours=False))
            break
        state = cast("DocumentState", row.state)
        links.append(Link(held, True, row.document_type, row.office, row.issued_on, state))
        held = row.predecessor
    return links


def books_of_holder(service: Service, actor: Actor, number: str) -> list[Link]:
    """Every book of the holder of this one, the newest first. Raises `NotFound`, also for a book out of reach."""
    with service.db.reading() as read:
        row = read.get(Passport, number)
        subject = Subject("passport", number, row.office if row is not None else None)
        if row is None or not policy.allowed(actor, "passports.read", subject):
            words = "لا يوجد جواز بهذا الرقم", "there is no passport of this number"
            raise NotFound(Fault("passports.not_found", *words, field="number", clause="specs/roles.yaml"))
        query = select(Passport).where(Passport.person_id == row.person_id)
        rows = read.exec(query.order_by(col(Passport.issued_at).desc(), col(Passport.number)))
        return [
            Link(b.number, True, b.document_type, b.office, b.issued_on, cast("DocumentState", b.state)) for b in rows
        ]


@dataclass(frozen=True, slots=True)
class Note:
    """Printed on a page of the new book. reason: as what the earlier one was reported, else the kind of application;
    on: the civil day of that report, else the day the application was handed in."""

    number: str
    reason: str
    on: date
    text: Bilingual

    def as_json(self) -> dict[str, Any]:
        return {
            "number": self.number,
            "reason": self.reason,
            "on": self.on.isoformat(),
            "ar": self.text.ar,
            "en": self.text.en,
        }


def replacement_note(read: ReadSession, application: PassportApplication, rules: PassportOffice) -> Note | None:
    """What the new book says of the one before; None: it follows none.

    The one named by the applicant, else the last book of this person and type that was handed over: leaving it out of
    the application leaves it in the book.
    """
    number = application.predecessor
    if number is None and application.person_id is not None:
        number = _last_of(read, application.person_id, application.document_type, application.id)
    if number is None:
        return None
    return _worded(read, rules, number, cast("Kind", application.kind), civil_day(application.enrolled_at))


def note_for(read: ReadSession, application_id: str, rules: PassportOffice) -> Note | None:
    """`replacement_note` of the application with this id. Raises `LookupError`: there is none, which is a bug."""
    row = read.get(PassportApplication, application_id)
    if row is None:
        raise LookupError("no such application")
    return replacement_note(read, row, rules)


def trial_note(read: ReadSession, person_id: str, document_type: str, on: date, rules: PassportOffice) -> Note | None:
    """The same for a trial, which has no application: of the last book that was handed over to this person."""
    number = _last_of(read, person_id, document_type, None)
    return None if number is None else _worded(read, rules, number, "renewal", on)


def _worded(read: ReadSession, rules: PassportOffice, number: str, kind: Kind, asked_on: date) -> Note:
    """By the report of the earlier book where there is one, ours or by this application; else by its kind."""
    query = select(PassportEvent).where(
        PassportEvent.number == number, col(PassportEvent.kind).in_(list(rules.replacement_note.reported))
    )
    told = read.exec(query.order_by(col(PassportEvent.seq).desc())).first()
    reason = rules.kinds.entries[kind].reports if told is None else told.kind
    on = asked_on if told is None else told.on
    reports = cast("Mapping[str, Bilingual]", rules.replacement_note.reported)
    if (reported := reports.get(reason or "")) is not None:
        given = {"number": number, "on": on.isoformat()}
        return Note(number, reason or "", on, Bilingual(ar=reported.ar.format(**given), en=reported.en.format(**given)))
    if rules.kinds.entries[kind].predecessor == "none":
        kind = "renewal"  # asked for as a first one, and the rows say otherwise
    title, text = rules.kinds.entries[kind].title, rules.replacement_note
    given = {"number": number, "on": asked_on.isoformat()}
    words = Bilingual(ar=text.ar.format(reason=title.ar, **given), en=text.en.format(reason=title.en, **given))
    return Note(number, kind, asked_on, words)


def _last_of(read: ReadSession, person_id: str, document_type: str, application: str | None) -> str | None:
    query = (
        select(Passport.number)
        .join(PassportEvent, col(PassportEvent.number) == col(Passport.number))
        .where(
            Passport.person_id == person_id,
            Passport.document_type == document_type,
            PassportEvent.kind == "active",
            col(Passport.application_id).is_distinct_from(application),
        )
    )
    return read.exec(query.order_by(col(Passport.issued_at).desc(), col(Passport.number).desc()).limit(1)).first()
