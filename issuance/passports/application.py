"""What a passport office sends: the application as a typed shape. Rules of substance stand in `rules.py`.

The documented example is `docs/application.example.json`.
"""

from __future__ import annotations

import re
from datetime import date
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, StrictBool, StringConstraints

from issuance.core.shapes import read_shape
from issuance.mrtd.text.arabic import normalise
from issuance.people.public import normal_number
from specs.errors import Fault, Invalid

CLAUSE = "docs/applications.md"
# No NUL, which PostgreSQL cannot hold. Empty values pass: the rules name them together with all else that is wrong.
_Text = Annotated[str, StringConstraints(max_length=200, strip_whitespace=True, pattern=r"^[^\x00]*$")]
_Arabic = Annotated[_Text, AfterValidator(normalise)]
_ISO_DAY = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)


def _iso_day(value: object) -> object:
    """Text `YYYY-MM-DD`, which the type then reads; nothing else (no moment, no count of seconds)."""
    if value is None or type(value) is date or (isinstance(value, str) and _ISO_DAY.fullmatch(value)):
        return value
    raise ValueError("a day is YYYY-MM-DD")


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class ArabicNames(_Strict):
    """The four-part name."""

    first: _Arabic
    father: _Arabic
    grandfather: _Arabic
    family: _Arabic


class LatinNames(_Strict):
    """As the holder spells it."""

    surname: _Text
    given: _Text


class Names(_Strict):
    arabic: ArabicNames
    latin: LatinNames
    latin_confirmed: StrictBool


class Place(_Strict):
    arabic: _Arabic
    latin: _Text


class Application(_Strict):
    """issued_on None: the day of issue; edition None: the edition in force that day."""

    document_type: _Text
    edition: _Text | None = None
    national_number: Annotated[_Text, AfterValidator(normal_number)]
    names: Names
    sex: _Text
    birth_date: _Text
    place_of_birth: Place
    nationality: _Text
    office: _Text
    issued_on: Annotated[date | None, BeforeValidator(_iso_day)] = None


_UNREAD: dict[str, Any] = {
    "document_type": "",
    "edition": None,
    "national_number": "",
    "names": {
        "arabic": {"first": "", "father": "", "grandfather": "", "family": ""},
        "latin": {"surname": "", "given": ""},
        "latin_confirmed": True,
    },
    "sex": "",
    "birth_date": "",
    "place_of_birth": {"arabic": "", "latin": ""},
    "nationality": "",
    "office": "",
    "issued_on": None,
}
"""What stands for a field that could not be read, so that the rules still judge all others."""


def read_application(data: Any) -> tuple[Application, tuple[Fault, ...]]:
    """The application in `data` (decoded JSON), and one fault for every field of wrong shape.

    Such a field is empty in the application; `unread` says of a fault found later whether it only repeats this.
    """
    try:
        return read_shape(Application, data, code="passports.application", clause=CLAUSE), ()
    except Invalid as error:
        fields = {fault.field or "" for fault in error.faults}
        return Application.model_validate(_readable(_UNREAD, data, fields)), error.faults


def unread(fault: Fault, shape: tuple[Fault, ...]) -> bool:
    """Whether `fault` speaks of a field whose shape is at fault already."""
    fields = [wrong.field or "" for wrong in shape]
    return any(field == "body" or f"{fault.field}.".startswith(f"{field}.") for field in fields)


def _readable(empty: dict[str, Any], data: Any, wrong: set[str], path: str = "") -> dict[str, Any]:
    """`empty` with every value of `data` that is there and whose field is not in `wrong`."""
    out = dict(empty)
    for name in empty.keys() & data.keys() if isinstance(data, dict) else ():
        field = f"{path}{name}"
        if isinstance(empty[name], dict):
            out[name] = _readable(empty[name], data[name], wrong, f"{field}.")
        elif field not in wrong:
            out[name] = data[name]
    return out
