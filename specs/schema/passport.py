"""The booklet, its numbers and how long it is valid (`passport/editions/<edition>/{booklet,series,validity}.yaml`)."""

from __future__ import annotations

import re
from datetime import date

from pydantic import Field, model_validator

from specs.schema.base import Bilingual, Clause, Part, Words


class PageSize(Clause):
    width_mm: float = Field(gt=0)
    height_mm: float = Field(gt=0)
    width_tolerance_mm: float = Field(gt=0)
    height_tolerance_mm: float = Field(gt=0)


class Thickness(Clause):
    maximum_mm: float = Field(gt=0)


class Corners(Clause):
    radius_mm: float = Field(gt=0)
    radius_tolerance_mm: float = Field(gt=0)


class Pages(Clause):
    count: int = Field(gt=0, multiple_of=4)
    allowed_counts: list[int] = Field(min_length=1)


class Cover(Clause):
    colour: Bilingual
    title: Bilingual
    emblem: Bilingual


class Booklet(Part):
    """The physical book."""

    name: Bilingual
    issuing_state_mrz: Words = Field(pattern=r"^[A-Z]{3}$")
    document_type: Words
    legal_base: Clause
    in_force: InForce
    closed_size: PageSize
    thickness: Thickness
    corners: Corners
    pages: Pages
    cover: Cover
    languages: Languages


class InForce(Clause):
    """Issuance picks the edition by date; `until` is the last day on which it may be issued."""

    from_date: date
    until_date: date | None = None

    @model_validator(mode="after")
    def _ordered(self) -> InForce:
        if self.until_date is not None and self.until_date < self.from_date:
            raise ValueError("the edition ends before it begins -> `until_date` on or after `from_date`")
        return self


class Languages(Clause):
    order: list[Words] = Field(min_length=2)


class Series(Part):
    """Passport numbers: an opaque string of a declared shape, never re-used."""

    number: NumberPattern
    perforation: Perforation
    blank_number: BlankNumber
    never_reused: NeverReused

    @model_validator(mode="after")
    def _blanks_are_told_from_passports(self) -> Series:
        longest = len(self.number.prefix) + self.number.serial_characters
        if self.blank_number.length_digits <= longest:
            raise ValueError(
                f"a blank number of {self.blank_number.length_digits} digits can be taken for a passport number -> "
                f"more than {longest}"
            )
        return self


class Perforation(Clause):
    """The passport number burnt through the book."""

    technique: Bilingual
    from_page: int = Field(ge=1)
    through: Bilingual
    character_height_mm: float = Field(gt=0, le=10)
    character_height_tolerance_mm: float = Field(gt=0)
    hole_mm: float = Field(gt=0, le=1)
    hole_tolerance_mm: float = Field(gt=0)
    position: Bilingual


class BlankNumber(Clause):
    """The printer's number of the empty book: stock is counted by it, no traveller is known by it."""

    length_digits: int = Field(ge=8, le=16)
    carrier: Bilingual
    relation: Bilingual


class NeverReused(Clause):
    """What happens to a number whose book came to nothing."""

    rule: Bilingual


class NumberPattern(Clause):
    """`prefix` + `serial_digits` characters counted up in `alphabet`."""

    pattern: Words
    prefix: str = Field(pattern=r"^[A-Z0-9]{0,4}$")
    alphabet: Words = Field(pattern=r"^[A-Z0-9]{2,36}$")
    serial_characters: int = Field(ge=4, le=9)
    first_serial: int = Field(ge=0)

    @model_validator(mode="after")
    def _consistent(self) -> NumberPattern:
        try:
            compiled = re.compile(self.pattern)
        except re.error as error:
            raise ValueError(f"the pattern is no regular expression ({error}) -> e.g. ^[A-Z0-9]{{9}}$") from error
        if len(self.prefix) + self.serial_characters > 9:
            raise ValueError("the number is longer than 9 characters -> at most 9 (Doc 9303-4 §4.2.2)")
        if len(set(self.alphabet)) != len(self.alphabet):
            raise ValueError("a character stands twice in the alphabet -> each once")
        first = self.number(self.first_serial)
        if not compiled.fullmatch(first):
            raise ValueError(f"{first} does not match {self.pattern} -> a pattern every number of the series matches")
        return self

    def number(self, serial: int) -> str:
        """The passport number of `serial` (0-based count), e.g. 0 -> `PB2222222`."""
        base, rest = len(self.alphabet), serial
        out = ""
        for _ in range(self.serial_characters):
            rest, digit = divmod(rest, base)
            out = self.alphabet[digit] + out
        if rest:
            raise ValueError("the series is used up -> open a new prefix")
        return self.prefix + out


class ValidityRule(Clause):
    """Applies to a holder whose age in whole years at issue is in [from_age_years, below_age_years)."""

    from_age_years: int = Field(ge=0)
    below_age_years: int | None = Field(default=None, gt=0)
    validity_years: int = Field(gt=0, le=10)


class Validity(Part):
    """Validity by age at issue. The rules must cover every age once."""

    rules: list[ValidityRule] = Field(min_length=1)
    expiry: Expiry
    issue_date: IssueDate
    holder: Holder

    @model_validator(mode="after")
    def _cover(self) -> Validity:
        expected: int | None = 0
        for rule in self.rules:
            if expected is None or rule.from_age_years != expected:
                raise ValueError(
                    f"ages from {rule.from_age_years} do not continue at {expected} -> each age covered once, in order"
                )
            expected = rule.below_age_years
        if expected is not None:
            raise ValueError("the oldest ages have no rule -> the last rule without `below_age_years`")
        return self

    def rule(self, age_years: int) -> ValidityRule:
        """The rule for a holder of `age_years` whole years."""
        for rule in self.rules:
            if rule.from_age_years <= age_years and (rule.below_age_years is None or age_years < rule.below_age_years):
                return rule
        raise ValueError(f"no rule for age {age_years}")


class IssueDate(Clause):
    """How far before the day of personalisation the date of issue may lie. It never lies after it."""

    days_back_allowed: int = Field(ge=0)


class Holder(Clause):
    """A birth date that makes the holder older is taken for a mistake."""

    oldest_age_years: int = Field(gt=100)


class Expiry(Clause):
    """`days_before_anniversary` 1: issued 2026-11-22 for 8 years, expires 2034-11-21."""

    days_before_anniversary: int = Field(ge=0, le=1)


for _model in (Booklet, Series, Validity):
    _model.model_rebuild()
