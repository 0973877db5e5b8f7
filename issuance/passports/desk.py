"""What a clerk at the desk sees of an application that is being enrolled: all that was entered, and the picture."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlmodel import col, select

from issuance.core.actor import Actor
from issuance.core.uow import unit_of_work
from issuance.fees.public import PaymentView, payment_for
from issuance.mrtd.text.suggest import suggest_latin
from issuance.passports.application import read_application
from issuance.passports.enrol import portrait_of, readable
from issuance.passports.model import Passport, PassportApplication
from issuance.passports.way import ApplicationView, subject_of, view_of
from issuance.people.public import find_person
from issuance.service import Service
from specs.errors import Fault

ENROL = "passports.enrol"
NEVER_HELD = ("produced", "passed", "spoiled")
"""States of a book that no holder ever had in hand."""


@dataclass(frozen=True, slots=True)
class Opened:
    """asked: as it was entered last; faults: what the officer who returned it found; payment: its fee, if any."""

    view: ApplicationView
    asked: dict[str, Any]
    portrait: bytes | None
    faults: tuple[Fault, ...]
    payment: PaymentView | None

    @property
    def editable(self) -> bool:
        return self.view.state in ("draft", "returned")


@dataclass(frozen=True, slots=True)
class Spelling:
    """How the name may be spelled in Latin letters. source: of the earlier book, of the record, or by sound."""

    surname: str
    given: str
    source: str


def opened(service: Service, actor: Actor, application_id: str, now: datetime) -> Opened:
    """The application as those who enrol see it; the look is kept. Raises `NotFound`, also out of reach."""
    with unit_of_work(service.db, actor, "open a passport application", now) as tx:
        row = readable(tx.read, actor, application_id, ENROL)
        tx.audit("passports.open", subject_of(row.id))
        view = view_of(tx.read, row)
        last = view.steps[-1]
        told = last.faults if last.after == "returned" else ()
        return Opened(
            view=view,
            asked=row.asked,
            portrait=portrait_of(tx.read, row.id),
            faults=tuple(Fault(one["code"], one["ar"], one["en"], field=one["field"]) for one in told),
            payment=payment_for(tx.read, subject_of(row.id)),
        )


def spelling(service: Service, asked: Mapping[str, Any]) -> Spelling:
    """The spelling to propose for an application: the earlier book's, which is kept; else the record's; else by sound.

    asked: the request, of which anything may still be missing.
    """
    content, _ = read_application(asked.get("application"))
    with service.db.reading() as read:
        person = find_person(read, content.national_number)
        if person is not None:
            query = select(PassportApplication.asked).join(
                Passport, col(Passport.application_id) == col(PassportApplication.id)
            )
            held = query.where(Passport.person_id == person.id, col(Passport.state).not_in(NEVER_HELD))
            earlier = read.exec(held.order_by(col(Passport.issued_at).desc()).limit(1)).first()
            if earlier is not None:
                latin = read_application(earlier.get("application"))[0].names.latin
                return Spelling(latin.surname, latin.given, "earlier")
            return Spelling(person.latin.surname, person.latin.given, "record")
    arabic, table = content.names.arabic, service.spec.text_latin_spellings
    given = " ".join((arabic.first, arabic.father, arabic.grandfather))
    return Spelling(suggest_latin(arabic.family, table).text, suggest_latin(given, table).text, "sound")
