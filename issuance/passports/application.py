"""What a passport office sends: the application as a typed shape. Rules of substance stand in `rules.py`.

The documented example is `docs/application.example.json`.
"""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, ConfigDict, StringConstraints

from issuance.core.shapes import read_shape
from issuance.mrtd.text.arabic import normalise
from issuance.people.public import normal_number

CLAUSE = "Decree 472/1985 Arts 5, 9"
# No NUL, which PostgreSQL cannot hold. Empty values pass: the rules name them together with all else that is wrong.
_Text = Annotated[str, StringConstraints(max_length=200, strip_whitespace=True, pattern=r"^[^\x00]*$")]
_Arabic = Annotated[_Text, AfterValidator(normalise)]


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
    latin_confirmed: bool


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
    issued_on: date | None = None


def read_application(data: Any) -> Application:
    """The application in `data` (decoded JSON). Raises `Invalid` naming every field of wrong shape."""
    return read_shape(Application, data, code="passports.application", clause=CLAUSE)
