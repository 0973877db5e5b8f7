"""Enter a person in the population register of this service. One function a command."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, StringConstraints
from sqlmodel import select

from issuance.core import policy
from issuance.core.actor import Actor
from issuance.core.civil import civil_day
from issuance.core.policy import Subject
from issuance.core.shapes import read_shape
from issuance.core.uow import unit_of_work
from issuance.mrtd.portrait import Portrait, prepare_portrait
from issuance.mrtd.text.names import check_names
from issuance.people.birth_date import BirthDate
from issuance.people.facts import PersonFacts
from issuance.people.model import Person
from issuance.people.public import facts, national_number_faults
from issuance.service import Service
from specs.errors import Conflict, Fault, Invalid

CLAUSE = "Law 8/2014"
_Text = Annotated[str, StringConstraints(min_length=1, max_length=200, strip_whitespace=True)]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class ArabicRecord(_Strict):
    first: _Text
    father: _Text
    grandfather: _Text
    family: _Text


class LatinRecord(_Strict):
    surname: _Text
    given: _Text


class NamesRecord(_Strict):
    arabic: ArabicRecord
    latin: LatinRecord


class PlaceRecord(_Strict):
    arabic: _Text
    latin: _Text


class PersonRecord(_Strict):
    """One entry as the civil registry gives it."""

    national_number: _Text
    names: NamesRecord
    mother_arabic: _Text
    sex: _Text
    birth_date: _Text
    place_of_birth: PlaceRecord
    nationality: _Text
    synthetic: bool


def portrait_of(service: Service, picture: bytes) -> Portrait:
    """The portrait in a picture as a camera gives it, by the rules of the newest edition. Raises `Invalid`."""
    newest = max(service.spec.passport.editions.values(), key=lambda edition: edition.booklet.in_force.from_date)
    return prepare_portrait(picture, newest.portrait)


def register(
    service: Service, actor: Actor, record: dict[str, Any], portrait: Portrait | None, now: datetime
) -> PersonFacts:
    """Enter one person. portrait: as `portrait_of` prepares it; None: none yet.

    Raises `Invalid` with every fault, `Conflict` when the national number is entered already, `NotAllowed`.
    """
    entry = read_shape(PersonRecord, record, code="people.record", clause=CLAUSE)
    policy.require(actor, "people.register", Subject("person", entry.national_number, actor.office))
    if found := list(_faults(entry, now)):
        raise Invalid(*found)
    row = Person(
        national_number=entry.national_number,
        sex=entry.sex,
        birth_date=entry.birth_date,
        arabic_first=entry.names.arabic.first,
        arabic_father=entry.names.arabic.father,
        arabic_grandfather=entry.names.arabic.grandfather,
        arabic_family=entry.names.arabic.family,
        latin_surname=entry.names.latin.surname,
        latin_given=entry.names.latin.given,
        mother_arabic=entry.mother_arabic,
        birth_place_arabic=entry.place_of_birth.arabic,
        birth_place_latin=entry.place_of_birth.latin,
        nationality=entry.nationality,
        synthetic=entry.synthetic,
        portrait=portrait.page_image if portrait is not None else None,
        registered_at=now,
    )
    with unit_of_work(service.db, actor, "civil registry entry", now) as tx:
        if tx.session.exec(select(Person.id).where(Person.national_number == row.national_number)).first() is not None:
            raise Conflict(
                Fault(
                    code="people.registered",
                    field="national_number",
                    clause=CLAUSE,
                    ar="هذا الرقم الوطني مقيد من قبل",
                    en="this national number is entered already",
                )
            )
        tx.session.add(row)
        tx.audit("people.register", f"person:{row.id}", {"synthetic": row.synthetic})
    return facts(row)


def _faults(entry: PersonRecord, now: datetime) -> Iterator[Fault]:
    yield from check_names(entry.names.arabic.model_dump(), entry.names.latin.model_dump())
    yield from national_number_faults(entry.national_number, entry.sex, entry.birth_date, civil_day(now))
    if entry.sex not in ("M", "F"):
        yield Fault(code="people.sex", field="sex", clause=CLAUSE, ar="الجنس M أو F", en="sex is M or F")
    try:
        born = BirthDate.parse(entry.birth_date)
    except Invalid as error:
        yield from error.faults
        return
    latest = born.latest()
    if latest is not None and born.year > civil_day(now).year:
        yield Fault(
            code="people.birth_date.future",
            field="birth_date",
            clause=CLAUSE,
            ar="تاريخ الميلاد في المستقبل",
            en="the birth date lies in the future",
        )
