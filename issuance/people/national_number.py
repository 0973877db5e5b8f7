"""The Libyan national number (Law 8/2014): structure, and agreement with sex and birth year. Pure.

The check digit's algorithm is unpublished: it goes through a `CheckDigit` plug-in and never rejects a number. Whether a
number was issued, and to whom, only the registry knows.
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import TYPE_CHECKING, Literal, Protocol

from issuance.people.birth_date import BirthDate
from specs.errors import Fault, Invalid

if TYPE_CHECKING:
    from specs.schema.identity import NationalNumberRules

Answer = Literal["ok", "bad", "unknown"]
Sex = Literal["M", "F"]


class CheckDigit(Protocol):
    """Says of a well-formed number whether its last digit fits."""

    def __call__(self, number: str) -> Answer:
        """`ok`, `bad`, or `unknown` where the algorithm is not known."""
        ...


def unknown_check_digit(number: str) -> Answer:
    """The plug-in in force: nobody has published the algorithm."""
    del number
    return "unknown"


@dataclass(frozen=True, slots=True)
class NationalNumber:
    """A well-formed number. serial: within birth year and sex."""

    text: str
    sex: Sex
    birth_year: int
    serial: int
    check_digit: str

    def __str__(self) -> str:
        return self.text


@dataclass(frozen=True, slots=True)
class Checked:
    """number: None when the structure is at fault; faults reject, warnings do not."""

    number: NationalNumber | None
    faults: tuple[Fault, ...]
    warnings: tuple[Fault, ...]


def check(
    text: object,
    *,
    sex: str | None = None,
    birth_year: int | None = None,
    latest_year: int | None = None,
    check_digit: CheckDigit = unknown_check_digit,
    field: str = "national_number",
    rules: NationalNumberRules | None = None,
) -> Checked:
    """Every fault of `text` at `field`: form, and agreement with `sex` (M, F) and `birth_year` where these are known.

    latest_year: no number of a later birth year exists (the present year). Digits of other scripts, spaces around and
    between are read as their plain form.
    """
    known = rules or standing_number_rules()
    shape = known.shape
    plain = _plain(text)
    if plain is None or len(plain) != shape.digits:
        ar, en = f"الرقم الوطني {shape.digits} رقماً", f"a national number has {shape.digits} digits"
        return Checked(None, (Fault("people.national_number.form", ar, en, field=field, clause=shape.source),), ())
    faults: list[Fault] = []
    sexes = {digit: name for name, digit in known.sex.digits.items()}
    written_sex = sexes.get(plain[shape.sex_position - 1])
    year = int(plain[shape.birth_year_first_position - 1 : shape.birth_year_last_position])
    if written_sex is None:
        ar, en = (
            f"الخانة {shape.sex_position}: {_either(known, 'ar')}",
            f"digit {shape.sex_position}: {_either(known, 'en')}",
        )
        faults.append(Fault("people.national_number.sex_digit", ar, en, field=field, clause=known.sex.source))
    elif sex in sexes.values() and sex != written_sex:
        ar, en = "الرقم الوطني لا يوافق الجنس", "the national number does not agree with the sex"
        faults.append(Fault("people.national_number.sex", ar, en, field=field, clause=known.sex.source))
    if year < known.birth_year.earliest or (latest_year is not None and year > latest_year):
        ar, en = f"سنة الميلاد {year} في الرقم غير معقولة", f"{year} is no plausible birth year"
        faults.append(Fault("people.national_number.birth_year_range", ar, en, field=field, clause=shape.source))
    elif birth_year is not None and birth_year != year:
        ar, en = "الرقم الوطني لا يوافق سنة الميلاد", "the national number does not agree with the birth year"
        faults.append(Fault("people.national_number.birth_year", ar, en, field=field, clause=shape.source))
    number = None
    if written_sex is not None:
        serial = int(plain[shape.serial_first_position - 1 : shape.serial_last_position])
        number = NationalNumber(plain, written_sex, year, serial, plain[shape.check_position - 1])
    warnings: tuple[Fault, ...] = ()
    if check_digit(plain) == "bad":
        ar, en = "رقم التحقق لا يوافق؛ المرجع هو السجل", "the check digit does not fit; the registry decides"
        warnings = (Fault("people.national_number.check_digit", ar, en, field=field, clause=known.check_digit.source),)
    return Checked(number, tuple(faults), warnings)


def national_number_faults(number: str, sex: str, birth_date: str, today: date) -> list[Fault]:
    """Where the number is malformed or disagrees with sex and birth year; an unreadable date is not its fault."""
    try:
        year = BirthDate.parse(birth_date).year or None
    except Invalid:
        year = None
    return list(check(number, sex=sex, birth_year=year, latest_year=today.year).faults)


def parse(text: object, field: str = "national_number", rules: NationalNumberRules | None = None) -> NationalNumber:
    """The number in `text`. Raises `Invalid` with every fault of form."""
    checked = check(text, field=field, rules=rules)
    if checked.number is None or checked.faults:
        raise Invalid(*checked.faults)
    return checked.number


def normal(text: str) -> str:
    """`text` as its plain digits when it is nothing but digits and spaces, else as it is, for `check` to judge."""
    return _plain(text) or text


def synthetic(sex: Sex, birth_year: int, serial: int, rules: NationalNumberRules | None = None) -> NationalNumber:
    """A number for an invented person; serial counts from 0 within the synthetic range. ValueError beyond it."""
    known = rules or standing_number_rules()
    number = known.synthetic.first_serial + serial
    if serial < 0 or number > known.synthetic.last_serial:
        raise ValueError("the synthetic range of serials is used up")
    shape = known.shape
    digits = ["0"] * shape.digits
    digits[shape.sex_position - 1] = known.sex.digits[sex]
    first, last = shape.birth_year_first_position, shape.birth_year_last_position
    digits[first - 1 : last] = f"{birth_year:0{last - first + 1}d}"
    first, last = shape.serial_first_position, shape.serial_last_position
    digits[first - 1 : last] = f"{number:0{last - first + 1}d}"
    return parse("".join(digits), rules=known)


def is_synthetic(number: NationalNumber, rules: NationalNumberRules | None = None) -> bool:
    """True when the serial is one kept for invented people."""
    kept = (rules or standing_number_rules()).synthetic
    return kept.first_serial <= number.serial <= kept.last_serial


@lru_cache(maxsize=1)
def standing_number_rules() -> NationalNumberRules:
    """The clauses of the specification in force when first asked."""
    from specs.load import load

    return load().identity_national_number


def _plain(text: object) -> str | None:
    """Only digits, as ASCII; None when anything else is in it."""
    if not isinstance(text, str) or len(text) > 40:
        return None
    digits = [unicodedata.decimal(c, None) for c in "".join(text.split())]
    return None if None in digits else "".join(map(str, digits))


def _either(rules: NationalNumberRules, language: str) -> str:
    male, female = rules.sex.digits["M"], rules.sex.digits["F"]
    return f"{male} ذكر أو {female} أنثى" if language == "ar" else f"{male} for male or {female} for female"
