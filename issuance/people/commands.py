"""Enter a person in the population register of this service. One function a command."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, ConfigDict, StrictBool, StringConstraints
from sqlalchemy import insert
from sqlmodel import col, select

from issuance.core import policy
from issuance.core.actor import Actor
from issuance.core.civil import civil_day
from issuance.core.policy import Subject
from issuance.core.shapes import read_shape
from issuance.core.uow import unit_of_work
from issuance.documents.printable import text_faults
from issuance.mrtd.portrait import Portrait, prepare_portrait
from issuance.mrtd.text.arabic import normalise, to_mrz
from issuance.mrtd.text.names import check_names, compose
from issuance.people.birth_date import BirthDate
from issuance.people.facts import PersonFacts
from issuance.people.model import Person, PersonNameKey
from issuance.people.name_index import index_rows
from issuance.people.national_number import normal
from issuance.people.place import place_faults
from issuance.people.public import facts, national_number_faults
from issuance.service import Service
from specs.errors import Conflict, Fault, Invalid, Refused
from specs.schema import Specification

CLAUSE = "Law 8/2014"
DOCUMENTED = "docs/applications.md"
_MOST_FAULTS = 100
_Text = Annotated[str, StringConstraints(max_length=200, strip_whitespace=True, pattern=r"^[^\x00]*$")]
_Arabic = Annotated[_Text, AfterValidator(normalise)]
_Phone = Annotated[str, StringConstraints(pattern=r"^\+[1-9][0-9]{7,14}$")]  # ITU-T E.164
_Number = Annotated[_Text, AfterValidator(normal)]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class ArabicRecord(_Strict):
    first: _Arabic
    father: _Arabic
    grandfather: _Arabic
    family: _Arabic


class LatinRecord(_Strict):
    surname: _Text
    given: _Text


class NamesRecord(_Strict):
    """latin_confirmed: the clerk confirmed the Latin spelling with the holder."""

    arabic: ArabicRecord
    latin: LatinRecord
    latin_confirmed: StrictBool


class PlaceRecord(_Strict):
    arabic: _Arabic
    latin: _Text


class PersonRecord(_Strict):
    """One entry as the civil registry gives it."""

    national_number: _Number
    names: NamesRecord
    mother_arabic: _Arabic
    sex: _Text
    birth_date: _Text
    place_of_birth: PlaceRecord
    nationality: _Text
    synthetic: StrictBool
    phone: _Phone | None = None


def portrait_of(spec: Specification, picture: bytes) -> Portrait:
    """The portrait in a picture as a camera gives it, by the rules of the newest edition. Raises `Invalid`."""
    newest = max(spec.passport.editions.values(), key=lambda edition: edition.booklet.in_force.from_date)
    return prepare_portrait(picture, newest.portrait)


def register(
    service: Service, actor: Actor, record: dict[str, Any], portrait: Portrait | None, now: datetime
) -> PersonFacts:
    """Enter one person. portrait: as `portrait_of` prepares it; None: none yet.

    Raises `Invalid` with every fault, `Conflict` when the national number is entered already, `NotAllowed`.
    """
    entry = read_shape(PersonRecord, record, code="people.record", clause=DOCUMENTED)
    policy.require(actor, "people.register", Subject("person", entry.national_number, actor.office))
    if found := list(_faults(entry, service.spec, now)):
        raise Invalid(*found)
    row = _row(entry, portrait, now)
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
        tx.session.flush()
        tx.session.add_all(PersonNameKey(**held) for held in _keys(row))
        tx.audit("people.register", f"person:{row.id}", {"synthetic": row.synthetic})
    return facts(row)


def register_synthetic(service: Service, actor: Actor, records: Iterable[dict[str, Any]], now: datetime) -> int:
    """Enter invented people by the thousand, those that are not entered yet; how many were.

    Raises as `register`, and `Refused` in production or for a person who is not marked invented; then enters none.
    """
    policy.require(actor, "people.register")
    entries = [read_shape(PersonRecord, record, code="people.record", clause=DOCUMENTED) for record in records]
    if service.settings.production or not all(entry.synthetic for entry in entries):
        words = "للمخترعين وحدهم، وخارج سجل حقيقي", "for invented people only, in a register that is not in use"
        raise Refused(Fault("people.synthetic", *words, field="synthetic", clause=DOCUMENTED))
    if found := [fault for entry in entries for fault in _faults(entry, service.spec, now)]:
        raise Invalid(*found[:_MOST_FAULTS])
    with unit_of_work(service.db, actor, "invented people", now) as tx:
        numbers = [entry.national_number for entry in entries]
        known = select(Person.national_number).where(col(Person.national_number).in_(numbers))
        entered = set(tx.session.exec(known))
        rows = [_row(entry, None, now) for entry in entries if entry.national_number not in entered]
        if rows:
            connection = tx.session.connection()
            connection.execute(insert(Person), [row.model_dump() for row in rows])
            connection.execute(insert(PersonNameKey), [held for row in rows for held in _keys(row)])
        tx.audit("people.register", "people", {"count": len(rows), "synthetic": True})
    return len(rows)


def _row(entry: PersonRecord, portrait: Portrait | None, now: datetime) -> Person:
    return Person(
        national_number=entry.national_number,
        sex=entry.sex,
        birth_date=entry.birth_date,
        arabic_first=entry.names.arabic.first,
        arabic_father=entry.names.arabic.father,
        arabic_grandfather=entry.names.arabic.grandfather,
        arabic_family=entry.names.arabic.family,
        latin_surname=entry.names.latin.surname,
        latin_given=entry.names.latin.given,
        scheme_name=compose(entry.names.arabic.model_dump(), entry.names.latin.model_dump()).scheme,
        mother_arabic=entry.mother_arabic,
        birth_place_arabic=entry.place_of_birth.arabic,
        birth_place_latin=entry.place_of_birth.latin,
        nationality=entry.nationality,
        synthetic=entry.synthetic,
        phone=entry.phone,
        portrait=portrait.page_image if portrait is not None else None,
        registered_at=now,
    )


def _keys(row: Person) -> list[dict[str, str]]:
    arabic = (row.arabic_first, row.arabic_father, row.arabic_grandfather, row.arabic_family)
    return index_rows(row.id, (*arabic, row.latin_surname, row.latin_given))


def _faults(entry: PersonRecord, spec: Specification, now: datetime) -> Iterator[Fault]:
    place, mother = entry.place_of_birth, entry.mother_arabic
    yield from check_names(entry.names.arabic.model_dump(), entry.names.latin.model_dump())
    yield from national_number_faults(entry.national_number, entry.sex, entry.birth_date, civil_day(now))
    yield from place_faults(place.arabic, place.latin, _place_room(spec))
    if not entry.names.latin_confirmed:
        ar, en = "لم يؤكد الموظف كتابة الاسم باللاتينية مع صاحبه", "the Latin spelling is not confirmed with the holder"
        yield Fault(code="people.latin_unconfirmed", field="names.latin_confirmed", clause=DOCUMENTED, ar=ar, en=en)
    if not _is_a_name(mother):
        ar, en = "اسم الأم مطلوب، بحروف عربية فقط", "the mother's name is needed, in Arabic letters only"
        yield Fault(code="people.mother", field="mother_arabic", clause=CLAUSE, ar=ar, en=en)
    if entry.nationality not in (*spec.text_states.iso_3166.codes, *spec.text_states.extensions.codes):
        ar, en = "رمز الجنسية غير معروف", "no State has this code"
        yield Fault(code="people.nationality", field="nationality", clause="Doc 9303-3 §5", ar=ar, en=en)
    if entry.sex not in ("M", "F"):
        yield Fault(code="people.sex", field="sex", clause=CLAUSE, ar="الجنس M أو F", en="sex is M or F")
    try:
        born = BirthDate.parse(entry.birth_date)
    except Invalid as error:
        yield from error.faults
        return
    if (earliest := born.earliest()) is not None and earliest > civil_day(now):
        yield Fault(
            code="people.birth_date.future",
            field="birth_date",
            clause=CLAUSE,
            ar="تاريخ الميلاد في المستقبل",
            en="the birth date lies in the future",
        )


def _is_a_name(arabic: str) -> bool:
    """Whether text is a name in Arabic letters: no marks, digits, other scripts, nothing hidden."""
    if any(text_faults("mother_arabic", arabic, 200)) or any(unicodedata.category(c)[0] in "PS" for c in arabic):
        return False
    try:
        return bool(to_mrz(arabic))
    except Invalid:
        return False


def _place_room(spec: Specification) -> int:
    """How long a place may be so that every document can print it, in characters."""
    fields = [field for edition in spec.passport.editions.values() for field in edition.data_page.fields]
    fields_of_place = [field.maximum_characters for field in fields if field.id == "birth_place"]
    return min(*fields_of_place, spec.certificate_certificate.field("birth_place").maximum_characters)
