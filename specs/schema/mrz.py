"""What the machine readable zone of a passport says (`passport/document_codes`, `passport/editions/<edition>/mrz`)."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal

from pydantic import Field, StringConstraints, model_validator

from specs.schema.base import Bilingual, Clause, Part

PassportCode = Annotated[str, StringConstraints(pattern=r"^P[A-Z]?$")]


class ListedCodes(Clause):
    entries: dict[Annotated[str, StringConstraints(pattern=r"^P[A-Z]$")], Bilingual] = Field(min_length=1)


class LegacyCodes(Clause):
    """`code` alone, or with a national second letter, and until when."""

    code: PassportCode
    second_letter_listed_from: date
    second_letter_required_from: date
    expires_before: date

    @model_validator(mode="after")
    def _in_order(self) -> LegacyCodes:
        if not self.second_letter_listed_from <= self.second_letter_required_from <= self.expires_before:
            raise ValueError("the dates are out of order -> listed, then required, then expired")
        return self


class DocumentCodes(Part):
    """Passport codes harmonised by Doc 9303-4 Amendment 2, and the older ones still met."""

    codes: ListedCodes
    legacy: LegacyCodes


class EditionFormat(Clause):
    name: Literal["TD3"]


class EditionCode(Clause):
    code: PassportCode


class EditionIssuer(Clause):
    code: str = Field(pattern=r"^[A-Z]{3}$")


class EditionName(Clause):
    """`scheme` would print the Arabic transliteration instead of the holder's own spelling."""

    written_from: Literal["latin", "scheme"]


class EditionOptionalData(Clause):
    holds: Literal["nothing", "national_number"]


class EditionMrz(Part):
    """The machine readable zone one edition of the passport prints."""

    format: EditionFormat
    document_code: EditionCode
    issuer: EditionIssuer
    name: EditionName
    optional_data: EditionOptionalData
