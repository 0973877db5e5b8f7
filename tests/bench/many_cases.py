"""A register of any size for measurements: a few thousand invented cases, and copies of all their rows.

Only the first are made by the rules (`issuance cases generate`); copies have ids, numbers and people of their own, so
that tables and indexes are as large and as spread as real ones, but their digests prove nothing.
"""

from __future__ import annotations

from typing import Final

from sqlalchemy import Connection, text

from issuance.jobs.case_generator import generate_cases
from issuance.service import Service
from tests.bench.registers import Progress, columns_of, filling
from tests.service import CLERK

FIRST: Final = 2_000
SEED: Final = 2026
# table -> what is different in a copy; :head stands for the eight digits that tell the copy, :copy for its number.
_ID = "CAST(:head AS TEXT) || substr({}, 9)"
_OF_FILE = {"case_id": _ID.format("case_id")}
_OF_PERSON = {"person_id": _ID.format("person_id")}
_COPIED: Final[dict[str, dict[str, str]]] = {
    "people": {
        "id": _ID.format("id"),
        "national_number": "substr(CAST(:head AS TEXT), 4) || substr(national_number, 6)",
    },
    "case_actions": {"id": _ID.format("id"), **_OF_FILE},
    "cases": {"id": _ID.format("id"), "number": "'S' || CAST(:copy AS TEXT) || substr(number, 3)"},
    "case_offices": _OF_FILE,
    "case_accused": {**_OF_FILE, **_OF_PERSON},
    "case_name_keys": _OF_FILE,
    "case_matters": _OF_FILE,
    "case_clocks": _OF_FILE,
    "travel_bans": {"id": _ID.format("id"), **_OF_FILE, **_OF_PERSON},
    "rulings": {"id": _ID.format("id"), **_OF_FILE, **_OF_PERSON},
    "ruling_effects": {"id": _ID.format("id"), "ruling_id": _ID.format("ruling_id")},
}


def fill(service: Service, count: int, progress: Progress = lambda done, total: None) -> None:
    """Invent the first cases and copy them until there are at least `count`. progress: (cases there, cases wanted)."""
    first = min(count, FIRST)
    generate_cases(service, CLERK, first, SEED, lambda done, total: None)
    with filling(service, list(_COPIED)) as connection:
        columns = {table: columns_of(connection, table) for table in _COPIED}
        for copy in range(1, -(-count // first)):
            for table, changed in _COPIED.items():
                _copy(connection, table, columns[table], changed, copy)
            connection.commit()
            if copy % 25 == 0:
                progress((copy + 1) * first, count)


def _copy(connection: Connection, table: str, columns: list[str], changed: dict[str, str], copy: int) -> None:
    """The first rows again: those whose ids have the generator's head (people: no copy's head)."""
    values = ", ".join(changed.get(name, name) for name in columns)
    own = {"people": "id > '01' AND synthetic", "ruling_effects": "ruling_id < '00000001'"}
    where = own.get(table) or ("id < '00000001'" if "id" in columns else "case_id < '00000001'")
    said = {name: value for name, value in (("head", f"{copy:08x}"), ("copy", copy)) if f":{name}" in values}
    connection.execute(
        text(f"INSERT INTO {table} ({', '.join(columns)}) SELECT {values} FROM {table} WHERE {where}"),
        said,
    )
