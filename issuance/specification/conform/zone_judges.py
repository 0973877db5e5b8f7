"""What the machine readable zone says against its clauses: format, codes, number, dates and validity. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date, timedelta
from typing import Final

from issuance.mrtd.text import arabic
from issuance.specification.conform.given import Given
from issuance.specification.conform.registry import Wanted, judges, the
from issuance.specification.conform.report import Measured
from specs.errors import Invalid
from specs.schema.base import Bilingual
from specs.schema.mrz import (
    EditionCode,
    EditionFormat,
    EditionIssuer,
    EditionName,
    EditionOptionalData,
    LegacyCodes,
    ListedCodes,
)
from specs.schema.passport import Expiry, Holder, InForce, NumberPattern, ValidityRule

_FORM: Final = Bilingual(ar="البنية وأرقام التحقق", en="form and check digits")
_LETTERS: Final = re.compile("[^A-Z]")
_DAYS_IN_A_YEAR: Final = 365.2425
_OF_CODES: Final = ("document_code",)


@judges("mrz.format", needs="zone")
def zone_format(given: Given, want: Wanted) -> Iterator[Measured]:
    zone, where = the(given.zone), the(given.zone_lines)[1]
    wanted = want.of(EditionFormat).name if given.of_type.own else given.of_type.zone_format
    found = zone.format or "-"
    yield want.says("name", found == wanted, found, wanted, where)
    wrong = [f"{f.field}: {f.en}" for f in zone.errors if f.field not in _OF_CODES]
    yield want.says(_FORM, not wrong, "; ".join(wrong) or "ok", "ok", where)


@judges("mrz.document_code", needs="zone")
def document_code(given: Given, want: Wanted) -> Iterator[Measured]:
    rule = want.of(EditionCode)
    wanted = rule.code if given.of_type.own else given.of_type.document_code
    yield from _equal(given, want, "code", "document_code", wanted)


@judges("mrz.issuer", needs="zone")
def issuer(given: Given, want: Wanted) -> Iterator[Measured]:
    rule = want.of(EditionIssuer)
    yield from _equal(given, want, "code", "issuer", rule.code)


@judges("mrz.name", needs="zone")
def name_by_the_scheme(given: Given, want: Wanted) -> Iterator[Measured]:
    """Whether the surname is the Arabic one of DG11 letter by letter (`scheme`); else the holder's own."""
    full = given.groups[11].values.get("full_name") if 11 in given.groups else None
    if not full or given.zone is None or not given.zone.fields:
        return
    try:
        scheme = arabic.to_mrz(full.partition("<<")[0].replace("<", " ")).replace("<", " ")
    except Invalid:
        return
    rule, where = want.of(EditionName).written_from, the(given.zone_lines)[1]
    if scheme != given.zone.fields["surname"]:
        yield want.says("written_from", rule == "latin", "latin", rule, where)
    elif rule == "scheme":
        yield want.says("written_from", True, "scheme", rule, where)
    else:
        yield want.unknown("written_from", "the scheme gives the same name", where)


@judges("mrz.name", needs="page_text")
def name_as_printed(given: Given, want: Wanted) -> Iterator[Measured]:
    """The holder's own spelling stands above the zone too; a surname cut short is there from its beginning."""
    surname = given.zone.fields.get("surname", "") if given.zone is not None else ""
    rule = want.of(EditionName).written_from
    if surname and rule == "latin":
        above = " ".join(word for word in (given.page_text or "").split() if "<" not in word)
        held = _LETTERS.sub("", surname) in _LETTERS.sub("", above.upper())
        yield want.says("written_from", held, "latin" if held else "not as printed", rule, "data_page.pdf")


@judges("mrz.optional_data", needs="zone")
def optional_data(given: Given, want: Wanted) -> Iterator[Measured]:
    if given.zone is None or not given.zone.fields or given.zone_lines is None:
        return
    held = given.zone.fields["optional"]
    wanted = want.of(EditionOptionalData).holds if given.of_type.own else given.of_type.optional_data
    found = "nothing" if not held else "national_number" if held.isdigit() and len(held) == 12 else held
    yield want.says("holds", found == wanted, found, wanted, given.zone_lines[1])


@judges("passport/document_codes.codes", needs="zone")
def listed_code(given: Given, want: Wanted) -> Iterator[Measured]:
    """A second letter is one of the list, from the day on which the list binds."""
    rule, issued = want.of(ListedCodes), given.issued_on
    code = given.zone.fields.get("document_code", "") if given.zone is not None else ""
    if (
        len(code) == 2
        and code[0] == "P"
        and issued is not None
        and (rule.effective_from is None or issued >= rule.effective_from)
    ):
        yield want.says("entries", code in rule.entries, code, list(rule.entries), "MRZ")


@judges("passport/document_codes.legacy", needs="zone")
def legacy_code(given: Given, want: Wanted) -> Iterator[Measured]:
    """A passport without a second letter was issued before the day that asks for one, and ends in time."""
    rule, issued, ends = want.of(LegacyCodes), given.issued_on, given.expires_on
    code = given.zone.fields.get("document_code", "") if given.zone is not None else ""
    if code != rule.code or issued is None:
        return
    limit = rule.second_letter_required_from
    yield want.says("second_letter_required_from", issued < limit, issued, f"< {limit}", "MRZ")
    if ends is not None:
        yield want.says("expires_before", ends < rule.expires_before, ends, f"< {rule.expires_before}", "MRZ")


@judges("series.number", needs="zone")
def number(given: Given, want: Wanted) -> Iterator[Measured]:
    rule = want.of(NumberPattern) if given.of_type.own else given.of_type.number
    held = given.zone.fields.get("document_number", "") if given.zone is not None else ""
    if held:
        yield want.says("pattern", re.fullmatch(rule.pattern, held) is not None, held, rule.pattern, "MRZ")
        yield want.says("prefix", held.startswith(rule.prefix), held[: len(rule.prefix)], rule.prefix, "MRZ")


@judges("booklet.in_force", needs="zone")
def in_force(given: Given, want: Wanted) -> Iterator[Measured]:
    rule, issued = want.of(InForce), given.issued_on
    if issued is not None:
        yield want.says("from_date", issued >= rule.from_date, issued, f"≥ {rule.from_date}", "DG12")
        if rule.until_date is not None:
            yield want.says("until_date", issued <= rule.until_date, issued, f"≤ {rule.until_date}", "DG12")


@judges("validity.rules.*", needs="zone")
def years_of_validity(given: Given, want: Wanted) -> Iterator[Measured]:
    """For a holder of the rule's ages: the whole years from issue to expiry."""
    rule, issued, ends = want.of(ValidityRule), given.issued_on, given.expires_on
    if issued is None or ends is None or given.born is None:
        return
    age = given.born.age_on(issued)
    concerns = rule.below_age_years is None if age is None else (
        rule.from_age_years <= age and (rule.below_age_years is None or age < rule.below_age_years)
    )  # fmt: skip
    if concerns and given.of_type.days is None:
        years, wanted = _years(issued, ends), given.of_type.years or rule.validity_years
        yield want.says("validity_years", years == wanted, years, wanted, "MRZ")
    elif concerns:
        days = (ends - issued).days + want.edition.validity.expiry.days_before_anniversary
        yield want.says("validity_days", days == given.of_type.days, days, given.of_type.days, "MRZ")


@judges("validity.expiry", needs="zone")
def days_before_the_anniversary(given: Given, want: Wanted) -> Iterator[Measured]:
    rule, issued, ends = want.of(Expiry), given.issued_on, given.expires_on
    if issued is not None and ends is not None and given.of_type.days is None:
        days = (_anniversary(issued, _years(issued, ends)) - ends).days
        kept = days == rule.days_before_anniversary
        yield want.says("days_before_anniversary", kept, days, rule.days_before_anniversary, "MRZ")


@judges("validity.holder", needs="zone")
def plausible_age(given: Given, want: Wanted) -> Iterator[Measured]:
    age = given.born.age_on(given.issued_on) if given.born is not None and given.issued_on is not None else None
    if age is not None:
        yield want.at_most("oldest_age_years", age, want.of(Holder).oldest_age_years, "MRZ")


def _equal(given: Given, want: Wanted, key: str, field: str, wanted: str) -> Iterator[Measured]:
    if given.zone is not None and given.zone.fields and given.zone_lines is not None:
        held = given.zone.fields[field]
        yield want.says(key, held == wanted, held, wanted, given.zone_lines[1])


def _years(issued: date, ends: date) -> int:
    """The nearest number of whole years."""
    return round((ends - issued + timedelta(days=1)).days / _DAYS_IN_A_YEAR)


def _anniversary(issued: date, years: int) -> date:
    try:
        return issued.replace(year=issued.year + years)
    except ValueError:
        return date(issued.year + years, 2, 28)
