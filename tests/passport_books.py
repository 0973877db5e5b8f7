"""Books for tests of what becomes of them: rows as production leaves them, without a signature over anything."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlmodel import select

from issuance.core.actor import Actor
from issuance.core.ids import new_id
from issuance.core.uow import unit_of_work
from issuance.passports.life import record
from issuance.passports.model import Passport, PassportApplication
from issuance.passports.way import digest_of_code
from issuance.people.model import Person
from issuance.service import Service
from specs.schema.passport_office import DocumentState
from tests.passports import MAKER, OFFICER, asked, duty
from tests.service import NOW, TODAY

SUPERVISOR = duty("passport_supervisor", office="HQ")
SECOND = duty("passport_supervisor", "second-supervisor", "HQ")
CODE = "TEST-{}"
WAY: tuple[DocumentState, ...] = ("produced", "passed", "active")


def put_book(
    service: Service,
    number: str,
    until: DocumentState = "active",
    *,
    person: str | None = None,
    office: str = "PTIP",
    issued_on: date = TODAY,
    now: datetime = NOW,
    wanted: dict[str, Any] | None = None,
) -> str:
    """A book of `tests.service.PERSON` (or `person`, an id) with its application, taken through quality control as far
    as `until`; its number. The applicant's private code is `CODE` with the number."""
    with unit_of_work(service.db, MAKER, "a book for a test", now) as tx:
        if person is None:
            person = tx.session.exec(select(Person.id)).first() or ""
        handed = until == "active"
        application = PassportApplication(
            id=new_id(),
            tracking=digest_of_code(CODE.format(number)),
            kind="first",
            channel="office",
            document_type="ORDINARY",
            office=office,
            asked=wanted or asked(),
            person_id=person,
            active=None if handed else f"{person}:{number}",
            state="handed_over" if handed else "quality" if until == "produced" else "ready",
            since=now,
            number=number,
            enrolled_by="clerk",
            authors=["clerk"],
            enrolled_at=now,
            decided_by=OFFICER.id,
        )
        tx.session.add(application)
        tx.session.flush()
        row = Passport(
            number=number,
            edition="2026",
            person_id=person,
            office=office,
            issued_on=issued_on,
            expires_on=issued_on.replace(year=issued_on.year + 8),
            mrz=f"P<LBYTEST<<BOOK\n{number}<0LBY",
            intent_id="0",
            issued_by=MAKER.id,
            issued_at=now,
            application_id=application.id,
            state="produced",
        )
        tx.session.add(row)
        tx.session.flush()
        for state in WAY[: WAY.index(until) + 1]:
            record(tx, service.spec, row, state, issued_on, office=office)
    return number


def say(actor: Actor, service: Service, number: str, kind: DocumentState, now: datetime = NOW) -> None:
    """Record a change of a book as it stands, by the rules alone."""
    with unit_of_work(service.db, actor, "a change for a test", now) as tx:
        row = tx.session.get_one(Passport, number)
        record(tx, service.spec, row, kind, TODAY)
