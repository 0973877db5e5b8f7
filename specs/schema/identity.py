"""The national number (`identity/national_number.yaml`)."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, StringConstraints, model_validator

from specs.schema.base import Bilingual, Clause, Part


class NumberShape(Clause):
    """Positions counted from 1, from the left."""

    digits: int = Field(gt=0)
    sex_position: int = Field(gt=0)
    birth_year_first_position: int = Field(gt=0)
    birth_year_last_position: int = Field(gt=0)
    serial_first_position: int = Field(gt=0)
    serial_last_position: int = Field(gt=0)
    check_position: int = Field(gt=0)

    @model_validator(mode="after")
    def _covers_every_digit(self) -> NumberShape:
        positions = [
            self.sex_position,
            *range(self.birth_year_first_position, self.birth_year_last_position + 1),
            *range(self.serial_first_position, self.serial_last_position + 1),
            self.check_position,
        ]
        if sorted(positions) != list(range(1, self.digits + 1)):
            raise ValueError("the parts do not cover the digits once each -> positions 1 to `digits`")
        return self


class SexDigits(Clause):
    digits: dict[Literal["M", "F"], Annotated[str, StringConstraints(pattern=r"^[0-9]$")]]

    @model_validator(mode="after")
    def _both(self) -> SexDigits:
        if len(set(self.digits.values())) != 2:
            raise ValueError("one digit for each sex -> two different digits under M and F")
        return self


class BirthYears(Clause):
    earliest: int = Field(ge=1800)


class UnpublishedCheckDigit(Clause):
    rejects: Literal[False]


class SyntheticSerials(Clause):
    """Serials of invented people in seeds and tests; no real holder is expected to have one."""

    first_serial: int = Field(ge=0)
    last_serial: int = Field(ge=0)

    @model_validator(mode="after")
    def _ordered(self) -> SyntheticSerials:
        if self.last_serial < self.first_serial:
            raise ValueError("the range ends before it begins -> `last_serial` at or above `first_serial`")
        return self


class NationalNumberRules(Part):
    shape: NumberShape
    sex: SexDigits
    birth_year: BirthYears
    check_digit: UnpublishedCheckDigit
    synthetic: SyntheticSerials


class Nationalities(Clause):
    """Code of the machine-readable zone -> the adjective that is printed."""

    names: dict[Annotated[str, StringConstraints(pattern=r"^[A-Z]{1,3}$")], Bilingual] = Field(min_length=1)

    def name(self, code: str) -> Bilingual:
        """The printed nationality; a code without wording is printed as itself."""
        return self.names.get(code) or Bilingual(ar=code, en=code)
