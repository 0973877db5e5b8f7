"""What a passport office sends: the application as a typed shape. Rules of substance stand in `rules.py`.

The documented example is `docs/application.example.json`.
"""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, StringConstraints

from issuance.core.shapes import read_shape

CLAUSE = "Decree 472/1985 Arts 5, 9"
_Text = Annotated[str, StringConstraints(min_length=1, max_length=200, strip_whitespace=True)]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class ArabicNames(_Strict):
    """The four-part name."""

    first: _Text
    father: _Text
    grandfather: _Text
    family: _Text


class LatinNames(_Strict):
    """As the holder spells it."""

    surname: _Text
    given: _Text


class Names(_Strict):
    arabic: ArabicNames
    latin: LatinNames
    latin_confirmed: bool


class Place(_Strict):
    arabic: _Text
    latin: _Text


class Application(_Strict):
    """issued_on None: the day of issue; edition None: the edition in force that day."""

    document_type: _Text
    edition: _Text | None = None
    national_number: _Text
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
