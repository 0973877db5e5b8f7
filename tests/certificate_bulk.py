"""Files of requests for tests of bulk certificates, and a service that takes few rows at once."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable

from issuance.service import Service
from tests.service import PERSON, enter

COLUMNS = ("reference", "national_number", "birth_date", "purpose", "addressee_ar", "addressee_en", "level", "consent")
Row = dict[str, str]


def row(reference: str, national_number: str, **changed: str) -> Row:
    """A row that can be taken in."""
    held = {
        "reference": reference,
        "national_number": national_number,
        "birth_date": PERSON["birth_date"],
        "purpose": "employment",
        "addressee_ar": "الشركة العامة للكهرباء",
        "addressee_en": "General Electricity Company",
        "level": "person",
        "consent": f"form {reference}",
    }
    return held | changed


def file_of(rows: Iterable[Row], columns: Iterable[str] = COLUMNS) -> bytes:
    """The rows as CSV."""
    out = io.StringIO()
    writer = csv.DictWriter(out, list(columns))
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue().encode()


def many(service: Service, count: int, first: int = 500) -> bytes:
    """A file for so many people, who are entered."""
    numbers = [f"119909{first + place:06d}" for place in range(count)]
    for number in numbers:
        enter(service, national_number=number)
    return file_of(row(f"r{number[6:]}", number) for number in numbers)


def few_at_once(service: Service, rows: int) -> Service:
    """The service with another number of rows worked on together."""
    rules = service.spec.certificate_requests
    smaller = rules.model_copy(update={"bulk": rules.bulk.model_copy(update={"rows_at_once": rows})})
    service.spec = service.spec.model_copy(update={"certificate_requests": smaller})
    return service
