"""A record of the civil registry as JSON: one form for the outside registry's answers and for imports. Pure.

Members that this form does not know are left alone, so that a registry may say more. What is read is a record in form
only; whether its names can stand on a document is judged by `people.entry`.
"""

from __future__ import annotations

import re
from datetime import date, datetime
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, StrictBool, StringConstraints

from issuance.core.audit import holds_personal_data
from issuance.core.civil import civil_day
from issuance.core.shapes import read_shape
from issuance.mrtd.text.arabic import normalise
from issuance.people.birth_date import BirthDate
from issuance.people.facts import ArabicName, LatinName
from issuance.people.national_number import national_number_faults, parse
from issuance.people.registry import CLAUSE as RULES
from issuance.people.registry import RegistryRecord, Transfer
from specs.errors import Fault, Invalid
from specs.schema.civil_registry import CivilRegistryRules, RegistryState

CLAUSE = "docs/civil-registry.md"
MOST_TRANSFERS = 100
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
_Text = Annotated[str, StringConstraints(max_length=200, strip_whitespace=True, pattern=r"^[^\x00]*$")]
_Arabic = Annotated[_Text, AfterValidator(normalise)]
_Office = Annotated[_Text, StringConstraints(min_length=1, max_length=80)]


def _iso_day(value: object) -> object:
    if isinstance(value, str) and _DAY.fullmatch(value):
        return value
    raise ValueError("a day is YYYY-MM-DD")


_Day = Annotated[date, BeforeValidator(_iso_day)]


class _Form(BaseModel):
    model_config = ConfigDict(extra="ignore", frozen=True)


class ArabicForm(_Form):
    first: _Arabic
    father: _Arabic
    grandfather: _Arabic
    family: _Arabic


class LatinForm(_Form):
    surname: _Text
    given: _Text


class NamesForm(_Form):
    """latin: None where the registry keeps no Latin spelling."""

    arabic: ArabicForm
    latin: LatinForm | None = None


class PlaceForm(_Form):
    arabic: _Arabic
    latin: _Text


class TransferForm(_Form):
    """The record moved between two registry offices, by their own codes or names."""

    from_office: _Office
    to_office: _Office
    on: _Day


class RecordForm(_Form):
    """registered_late: entered after the time the law gives; under_review: reference of a review, never its reason;
    father, mother, guardian: national numbers."""

    national_number: _Text
    state: RegistryState
    names: NamesForm
    mother_arabic: _Arabic
    sex: _Text
    birth_date: _Text
    place_of_birth: PlaceForm
    nationality: _Text
    registered_on: _Day
    registered_late: StrictBool
    family_record: _Text | None = None
    transfers: tuple[TransferForm, ...] = Field(default=(), max_length=MOST_TRANSFERS)
    under_review: _Text | None = None
    father: _Text | None = None
    mother: _Text | None = None
    guardian: _Text | None = None
    synthetic: StrictBool = False


def read_record(data: Any, rules: CivilRegistryRules, as_of: datetime, etag: str | None = None) -> RegistryRecord:
    """The record in decoded JSON. Raises `Invalid` with every fault (`people.record...`)."""
    form = read_shape(RecordForm, data, code="people.record", clause=CLAUSE)
    faults: list[Fault] = []
    relations: dict[str, str | None] = {}
    for name in ("father", "mother", "guardian"):
        given = getattr(form, name)
        faults += [] if given is None else _number_faults(name, given)
        relations[name] = None if given is None or faults else parse(given, name).text
    patterns = (("family_record", rules.references.family_record_pattern), ("under_review", rules.references.pattern))
    for name, pattern in patterns:
        faults += [] if getattr(form, name) is None else form_faults(name, getattr(form, name), pattern)
    faults += national_number_faults(form.national_number, form.sex, form.birth_date, civil_day(as_of))
    try:
        born = BirthDate.parse(form.birth_date)
    except Invalid as error:
        raise Invalid(*faults, *error.faults) from error
    if faults:
        raise Invalid(*faults)
    arabic, latin = form.names.arabic, form.names.latin
    return RegistryRecord(
        national_number=parse(form.national_number).text,
        state=form.state,
        sex=form.sex,
        birth_date=born,
        arabic=ArabicName(arabic.first, arabic.father, arabic.grandfather, arabic.family),
        latin=None if latin is None else LatinName(latin.surname, latin.given),
        mother_arabic=form.mother_arabic,
        birth_place_arabic=form.place_of_birth.arabic,
        birth_place_latin=form.place_of_birth.latin,
        nationality=form.nationality,
        synthetic=form.synthetic,
        family_record=form.family_record,
        registered_on=form.registered_on,
        registered_late=form.registered_late,
        transfers=tuple(Transfer(one.from_office, one.to_office, one.on) for one in form.transfers),
        under_review=form.under_review,
        father=relations["father"],
        mother=relations["mother"],
        guardian=relations["guardian"],
        as_of=as_of,
        etag=etag,
    )


def form_faults(field: str, text: str, pattern: str) -> list[Fault]:
    """Whether this names a file and no person, so that it can stand in the trail."""
    if re.fullmatch(pattern, text) and not holds_personal_data(text):
        return []
    words = (
        "مرجع من حروف لاتينية وأرقام، وليس رقماً وطنياً",
        "a reference has Latin letters, digits and . _ / -, and is no national number",
    )
    return [Fault("people.registry.reference", *words, field=field, clause=RULES)]


def record_as_json(record: RegistryRecord) -> dict[str, Any]:
    """The record in the form it is read in, for those who may read the register."""
    latin = record.latin
    return {
        "national_number": record.national_number,
        "state": record.state,
        "names": {
            "arabic": {
                "first": record.arabic.first,
                "father": record.arabic.father,
                "grandfather": record.arabic.grandfather,
                "family": record.arabic.family,
            },
            "latin": None if latin is None else {"surname": latin.surname, "given": latin.given},
        },
        "mother_arabic": record.mother_arabic,
        "sex": record.sex,
        "birth_date": record.birth_date.iso(),
        "place_of_birth": {"arabic": record.birth_place_arabic, "latin": record.birth_place_latin},
        "nationality": record.nationality,
        "registered_on": record.registered_on.isoformat(),
        "registered_late": record.registered_late,
        "family_record": record.family_record,
        "transfers": [
            {"from_office": one.from_office, "to_office": one.to_office, "on": one.on.isoformat()}
            for one in record.transfers
        ],
        "under_review": record.under_review,
        "father": record.father,
        "mother": record.mother,
        "guardian": record.guardian,
        "synthetic": record.synthetic,
    }


def _number_faults(field: str, number: str) -> tuple[Fault, ...]:
    try:
        parse(number, field)
    except Invalid as error:
        return error.faults
    return ()
