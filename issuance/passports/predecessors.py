"""Every book is linked to the one it follows, and the note of replacement is written by the system, never by hand.

In 2009 a note was "forgotten" and a history vanished (LIBYA 1.3, S30-S31): so the note follows from the rows alone.
"""

from __future__ import annotations

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
from specs.schema.passport_office import DocumentState, PassportOffice

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
    """Printed on a page of the new book. on: the civil day the application was handed in; reason: its kind."""

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
    number = application.predecessor or _last_of(read, application)
    if number is None:
        return None
    title, on = rules.kinds.entries[application.kind].title, civil_day(application.enrolled_at)  # type: ignore[index]
    text = rules.replacement_note
    given = {"number": number, "on": on.isoformat()}
    words = Bilingual(ar=text.ar.format(reason=title.ar, **given), en=text.en.format(reason=title.en, **given))
    return Note(number, application.kind, on, words)


def _last_of(read: ReadSession, application: PassportApplication) -> str | None:
    if application.person_id is None:
        return None
    query = (
        select(Passport.number)
        .join(PassportEvent, col(PassportEvent.number) == col(Passport.number))
        .where(
            Passport.person_id == application.person_id,
            Passport.document_type == application.document_type,
            PassportEvent.kind == "active",
            col(Passport.application_id) != application.id,
        )
    )
    return read.exec(query.order_by(col(Passport.issued_at).desc(), col(Passport.number).desc()).limit(1)).first()
