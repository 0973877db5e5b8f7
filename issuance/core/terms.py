"""Shapes of what many documents name: numbers, offices, codes with their words, by the specification. Pure."""

from __future__ import annotations

from typing import Final

from issuance.core.schema import Schema, Source, members, number, one_of, text

BIRTH_DATE: Final = text(pattern="^[0-9]{4}-(0[0-9]|1[0-2])-([0-2][0-9]|3[01])$")
"""Unknown parts `00` (Doc 9303-3 §4.8)."""
PERCENT: Final = number(0, 100)


def passport_number(source: Source) -> Schema:
    """Of the series of any type the edition issues."""
    edition = source.passport
    held = [one.document_form.numbers(edition.series.number) for one in edition.document_types.issued().values()]
    return text(pattern="|".join(number.pattern for number in held))


def any_passport_number(source: Source) -> Schema:
    """Of every series, also those before this service."""
    return text(pattern=source.spec.certificate_certificate.request_texts.passport_number_pattern)


def national_number(source: Source) -> Schema:
    """Sex, then year of birth and serial (Law 8/2014)."""
    rules = source.spec.identity_national_number
    sexes, before = "".join(rules.sex.digits.values()), rules.shape.sex_position - 1
    after = rules.shape.digits - before - 1
    return text(pattern=f"^{f'[0-9]{{{before}}}' if before else ''}[{sexes}][0-9]{{{after}}}$")


def office(source: Source) -> Schema:
    """Code of an office of the register."""
    return text(pattern=source.spec.staff_offices.code.pattern)


def issuing_office(source: Source) -> Schema:
    """Code of an office that can issue documents: it stands in their numbers."""
    return text(pattern=source.spec.certificate_certificate.serial.office_pattern)


def serial(source: Source, *series: str) -> Schema:
    """Number of a paper of these series: a certificate, a refusal, a receipt."""
    rule = source.spec.certificate_certificate.serial
    where = rule.office_pattern.removeprefix("^").removesuffix("$")
    sep = rule.separator
    return text(pattern=f"^({'|'.join(series)})[0-9]{{4}}{sep}{where}{sep}[0-9]{{{rule.count_digits}}}{sep}[0-9A-Z]$")


def certificate_number(source: Source) -> Schema:
    return serial(source, source.spec.certificate_certificate.serial.series)


def paper_number(source: Source) -> Schema:
    """Of a certificate or of a refusal."""
    spec = source.spec
    return serial(source, spec.certificate_certificate.serial.series, spec.certificate_requests.refusal.series)


def receipt_number(source: Source) -> Schema:
    """Of a receipt or of a credit note."""
    held = source.spec.fees.receipts
    return serial(source, held.series, held.credit_series)


def worded_code(codes: Schema | None = None) -> Schema:
    """A code with its words beside it."""
    return members({"code": codes or text(least=1), "ar": text(least=1), "en": text(least=1)})


def sex(source: Source) -> Schema:
    return one_of(source.spec.identity_national_number.sex.digits)


def arabic_names(source: Source) -> Schema:
    """The four parts, as a person writes them."""
    return members(dict.fromkeys(source.spec.text_names.arabic_parts.order, text(200, least=1)))
