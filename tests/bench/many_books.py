"""A register of any size for measurements: one passport made as the office makes it, and copies of its rows.

Copies have ids, numbers, people, offices and days of their own, so that tables and indexes are as large and as spread
as real ones; their files are cut short and their signatures prove nothing. Of a hundred applications the first four
wait for somebody (`WAITING`), one book is lost, and all others are with their holders.
"""

from __future__ import annotations

from typing import Final

from issuance.service import Service
from specs.schema.passport_office import DocumentState
from tests.bench.registers import Progress, copy_rows, filling
from tests.passport_books import say
from tests.passports import MAKER, walk

OFFICES: Final = 5
WAITING: Final = ("deciding", "held", "approved", "ready")
LOST: Final = len(WAITING)
HANDED_OVER: Final[tuple[DocumentState, ...]] = ("passed", "active")
"""What becomes of the first book: by the rules, without a scanner and a reader."""
_AT_ONCE: Final = 100_000
_DIGITS: Final = "substr(CAST(100000000 + n AS TEXT), 2)"
_NUMBER: Final = f"'B' || {_DIGITS}"
_PERSON: Final = f"{_DIGITS} || '-0000-8000-8000-00000000000a'"
_APPLICATION: Final = f"{_DIGITS} || '-0000-8000-8000-00000000000b'"
_OFFICE: Final = "'B' || CAST(100 + n / 100 % CAST(:offices AS BIGINT) AS TEXT)"
_MADE: Final = "(n % 100 >= 3)"
"""Whose book is made already: of those that wait, the ready ones."""
_STATE: Final = " ".join(f"WHEN {place} THEN '{state}'" for place, state in enumerate(WAITING))
# table -> what `copy_rows` takes
_COPIED: Final[dict[str, tuple[dict[str, str], str]]] = {
    "people": (
        {
            "id": _PERSON,
            # a million: the serials of invented people, and the last digit
            "national_number": "'11991' || CAST(900000 + n % 100000 AS TEXT) || CAST(n / 100000 % 10 AS TEXT)",
            "portrait": "NULL",
        },
        "id = :person",
    ),
    "passport_applications": (
        {
            "id": _APPLICATION,
            "tracking": f"'tracked-' || {_DIGITS}",
            "office": _OFFICE,
            "person_id": _PERSON,
            "state": f"CASE n % 100 {_STATE} ELSE 'handed_over' END",
            "active": f"CASE WHEN n % 100 < {len(WAITING)} THEN {_PERSON} || '\\:ORDINARY' END",
            "due_at": "{moment:enrolled_at}",
            "since": "{moment:since}",
            "enrolled_at": "{moment:enrolled_at}",
            "number": f"CASE WHEN {_MADE} THEN {_NUMBER} END",
        },
        "id = :application",
    ),
    "passport_application_steps": ({"application_id": _APPLICATION}, "application_id = :application AND seq <= 2"),
    "passports": (
        {
            "number": _NUMBER,
            "person_id": _PERSON,
            "office": _OFFICE,
            "issued_on": "{day:issued_on}",
            "issued_at": "{moment:issued_at}",
            "application_id": _APPLICATION,
            "blank": "NULL",
            "state": f"CASE n % 100 WHEN 3 THEN 'passed' WHEN {LOST} THEN 'lost' ELSE state END",
        },
        f"number = :number AND {_MADE}",
    ),
    "passport_files": (
        {
            "id": f"{_DIGITS} || substr(id, 9)",
            "passport_number": _NUMBER,
            "content": "substr(content, 1, 40)",
        },
        f"passport_number = :number AND name IN ('DG1.bin', 'EF_SOD.bin') AND {_MADE}",
    ),
    "passport_events": (
        {"number": _NUMBER, "kind": f"CASE WHEN n % 100 = {LOST} AND kind = 'active' THEN 'lost' ELSE kind END"},
        f"number = :number AND {_MADE} AND (n % 100 > 3 OR kind <> 'active')",
    ),
    "number_allocations": (
        {"serial": "1000000 + n", "number": _NUMBER, "reference": f"'passport:' || {_APPLICATION}"},
        f"number = :number AND {_MADE}",
    ),
}


def number(place: int) -> str:
    """Of the book of that place."""
    return f"B{place:08d}"


def national_number(place: int) -> str:
    """Of its holder."""
    return f"11991{900_000 + place % 100_000}{place // 100_000 % 10}"


def office(place: int) -> str:
    """Where it was asked for and made."""
    return f"B{100 + place // 100 % OFFICES}"


def fill(service: Service, count: int, progress: Progress = lambda done, total: None, offices: int = OFFICES) -> None:
    """One book, and `count` copies, a hundred by a hundred of so many offices in turn. progress:
    (copies there, copies wanted)."""
    view = walk(service, "production")
    for kind in HANDED_OVER:
        say(MAKER, service, str(view.number), kind)
    said = {"application": view.id, "person": view.person_id, "number": view.number, "offices": offices}
    with filling(service, list(_COPIED)) as connection:
        for first in range(0, count, _AT_ONCE):
            last = min(count, first + _AT_ONCE) - 1
            for table, (changed, where) in _COPIED.items():
                copy_rows(connection, table, changed, where, said | {"first": first, "last": last})
            connection.commit()
            progress(last + 1, count)
