"""One entry of the civil registry as it comes in: its shape, every fault of it, the row it becomes. No I/O."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from datetime import datetime
from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, StrictBool, StringConstraints

from issuance.core.civil import civil_day
from issuance.documents.printable import text_faults
from issuance.mrtd.text.arabic import normalise, to_mrz
from issuance.mrtd.text.names import check_names, compose
from issuance.people.birth_date import BirthDate
from issuance.people.model import Person
from issuance.people.name_index import index_rows
from issuance.people.national_number import national_number_faults, normal
from issuance.people.place import place_faults
from specs.errors import Fault, Invalid
from specs.schema import Specification

CLAUSE = "Law 8/2014"
DOCUMENTED = "docs/applications.md"
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


def entry_faults(entry: PersonRecord, spec: Specification, now: datetime) -> Iterator[Fault]:
    """Everything wrong with the entry by itself."""
    place, mother = entry.place_of_birth, entry.mother_arabic
    yield from check_names(entry.names.arabic.model_dump(), entry.names.latin.model_dump(), entry.nationality)
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


def row_of(entry: PersonRecord, portrait: bytes | None, now: datetime) -> Person:
    """The row of a new person. portrait: the prepared one (JPEG)."""
    names = entry.names
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
        scheme_name=compose(names.arabic.model_dump(), names.latin.model_dump(), entry.nationality).scheme,
        mother_arabic=entry.mother_arabic,
        birth_place_arabic=entry.place_of_birth.arabic,
        birth_place_latin=entry.place_of_birth.latin,
        nationality=entry.nationality,
        synthetic=entry.synthetic,
        phone=entry.phone,
        portrait=portrait,
        registered_at=now,
    )


def keys_of(row: Person) -> list[dict[str, str]]:
    """The rows of the index of names for a person."""
    arabic = (row.arabic_first, row.arabic_father, row.arabic_grandfather, row.arabic_family)
    return index_rows(row.id, (*arabic, row.latin_surname, row.latin_given))
