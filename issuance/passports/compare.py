"""What an officer compares: the application, the record and the earlier book, field beside field, face beside face."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from issuance.core.actor import Actor
from issuance.core.uow import unit_of_work
from issuance.db.session import ReadSession
from issuance.mrtd.mrz import check
from issuance.passports.books import as_jpeg, picture_in
from issuance.passports.deciding import DECIDE, Docket
from issuance.passports.enrol import readable
from issuance.passports.model import Passport, PassportApplication
from issuance.passports.request import read_request
from issuance.passports.way import subject_of
from issuance.service import Service
from specs.errors import Fault, NotFound

FIELDS = (
    "national_number",
    "names.arabic.first",
    "names.arabic.father",
    "names.arabic.grandfather",
    "names.arabic.family",
    "names.latin.surname",
    "names.latin.given",
    "sex",
    "birth_date",
    "place_of_birth.arabic",
    "place_of_birth.latin",
    "nationality",
)
_IN_THE_ZONE = {"names.latin.surname": "surname", "names.latin.given": "given"}
_NOT_IN_THE_ZONE = re.compile(r"[^A-Z]+")


@dataclass(frozen=True, slots=True)
class Compared:
    """One field. None: not said there; differs: a value that is said elsewhere is not what is asked for."""

    field: str
    asked: str
    recorded: str | None
    earlier: str | None
    differs: bool


@dataclass(frozen=True, slots=True)
class EarlierBook:
    """The book that an application follows. ours: made by this service; values: by name of `FIELDS`."""

    number: str
    ours: bool
    state: str | None
    values: Mapping[str, str]


def earlier_book(service: Service, held: Docket) -> EarlierBook | None:
    """The predecessor that the application names, or None. Of one made elsewhere only the number is known."""
    number = read_request(held.asked).predecessor
    if number is None:
        return None
    with service.db.reading() as read:
        book = _of_the_same(read, number, held.application.person_id)
        return (
            EarlierBook(number, False, None, {})
            if book is None
            else EarlierBook(number, True, book.state, _values_of(read, book))
        )


def compared(held: Docket, earlier: EarlierBook | None) -> list[Compared]:
    """Every field beside what the record and the earlier book say of it. Pure."""
    asked, recorded = _flat(held.asked.get("application")), _flat(held.person.as_json())
    rows = []
    for field in FIELDS:
        own, kept = asked.get(field, ""), recorded.get(field)
        before = earlier.values.get(field) if earlier is not None else None
        differs = any(other is not None and _differs(field, own, other) for other in (kept, before))
        rows.append(Compared(field, own, kept, before, differs))
    return rows


def earlier_portrait(service: Service, actor: Actor, application_id: str, now: datetime) -> bytes:
    """The portrait of the earlier book, as a JPEG; the look is kept. Raises `NotFound`."""
    with unit_of_work(service.db, actor, "look at an earlier portrait", now) as tx:
        row = readable(tx.read, actor, application_id, DECIDE)
        book = _of_the_same(tx.read, row.predecessor or "", row.person_id)
        file = None if book is None else picture_in(tx.read, book)
        if file is None:
            words = "لا صورة لجواز سابق", "there is no portrait of an earlier book"
            raise NotFound(Fault("passports.compare.no_portrait", *words, field="portrait"))
        tx.audit("passports.review_file", subject_of(row.id), {"file": "earlier"})
    return as_jpeg(file)


def _of_the_same(read: ReadSession, number: str, person_id: str | None) -> Passport | None:
    """A number typed wrong must not show the book of somebody else."""
    book = read.get(Passport, number)
    return book if book is not None and book.person_id == person_id else None


def _values_of(read: ReadSession, book: Passport) -> Mapping[str, str]:
    """What was asked for it; of a trial without an application, what its zone says."""
    row = read.get(PassportApplication, book.application_id) if book.application_id else None
    if row is not None:
        return _flat(row.asked.get("application"))
    zone = check(book.mrz.split("\n")).fields
    return {field: str(zone[name]) for field, name in _IN_THE_ZONE.items()}


def _differs(field: str, own: str, other: str) -> bool:
    if field in _IN_THE_ZONE:  # a zone knows neither apostrophe nor hyphen
        return _NOT_IN_THE_ZONE.sub("", own.upper()) != _NOT_IN_THE_ZONE.sub("", other.upper())
    return own.casefold().split() != other.casefold().split()


def _flat(data: Any, prefix: str = "") -> dict[str, str]:
    out: dict[str, str] = {}
    for name, value in data.items() if isinstance(data, Mapping) else ():
        if isinstance(value, Mapping):
            out |= _flat(value, f"{prefix}{name}.")
        elif value is not None:
            out[f"{prefix}{name}"] = str(value)
    return out
