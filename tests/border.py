"""Documents and posts for tests of an inspection: a real passport, and who stands at the border."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from sqlmodel import select

from issuance.border.chip_files import Chip
from issuance.border.document import Given, Inspected, inspect_document
from issuance.border.register import RegisterKnowledge
from issuance.core.actor import Actor
from issuance.passports import commands
from issuance.passports.model import Passport, PassportFile
from issuance.service import Service
from issuance.staff.offices import OfficeEntry, register_office
from tests.passports import enter_nth
from tests.service import CLERK, NOW, application, portrait

POST = "BTIP"
POSTS = (
    OfficeEntry(POST, "منفذ مطار الاختبار", "Test Airport Border Post", "border", date(2014, 1, 1), parent="PTIP"),
    OfficeEntry("BSEA", "منفذ ميناء الاختبار", "Test Harbour Border Post", "border", date(2014, 1, 1)),
)
GUARD = Actor("guard", "staff", frozenset({"border_officer"}), POST)
SUPERVISOR = Actor("chief guard", "staff", frozenset({"border_supervisor"}), "PTIP")


@dataclass(frozen=True)
class Book:
    """lines: of its MRZ; files: of its chip, by name as `Chip` has them; page: picture of the data page."""

    number: str
    person: str
    lines: tuple[str, str]
    files: Mapping[str, bytes]
    page: bytes

    @property
    def chip(self) -> Chip:
        return Chip(self.files)


def with_posts(service: Service) -> Service:
    """The same service, with the posts of this module."""
    for office in POSTS:
        register_office(service.db, CLERK, office, service.spec, NOW)
    return service


def issue(service: Service, serial: int | None = None, now: datetime = NOW, **changed: Any) -> Book:
    """A passport of the test's person, or of the `serial`-th invented one, made in one step."""
    person = enter_nth(service, serial) if serial is not None else {}
    number = commands.issue(service, CLERK, application(person, **changed), portrait(), now).number
    with service.db.reading() as read:
        row = read.get(Passport, number)
        assert row is not None
        query = select(PassportFile.name, PassportFile.content).where(PassportFile.passport_number == number)
        files = dict(read.exec(query).all())
        person_id, lines = row.person_id, tuple(row.mrz.split("\n"))
    chip = {name.removesuffix(".bin"): data for name, data in files.items() if name.endswith(".bin")}
    return Book(number, person_id, lines, chip, files["data_page.png"])  # type: ignore[arg-type]


def inspected(service: Service, at: datetime = NOW, **given: Any) -> Inspected:
    """As the register of this service answers."""
    knowledge = RegisterKnowledge(service.db, service.trust, at, service.spec, of_holders=True)
    return inspect_document(Given(**given), knowledge, at, service.spec)


def altered(chip: Chip, name: str, data: bytes) -> Chip:
    """The chip with one file replaced."""
    return replace(chip, files={**chip.files, name: data})
