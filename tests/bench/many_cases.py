"""A register of any size for measurements: a few thousand invented cases, and copies of all their rows.

Only the first are made by the rules (`issuance cases generate`); copies have ids, numbers and people of their own, so
that tables and indexes are as large and as spread as real ones, but their digests prove nothing.
"""

from __future__ import annotations

import sys
import tempfile
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from sqlalchemy import Connection, text
from sqlmodel import SQLModel

from issuance.db.migrate import migrate
from issuance.db.session import Database
from issuance.jobs.case_generator import generate_cases
from issuance.service import Service, open_service
from keys.open import SoftwareKeysWarning
from tests.databases import execute
from tests.service import CLERK, NOW, installation, settings

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
# Nobody else reads or writes while a register is filled, and one cut short is thrown away.
_FAST: Final = {
    "sqlite": ("PRAGMA synchronous = OFF", "PRAGMA cache_size = -500000"),
    "postgresql": ("SET synchronous_commit = off", "SET maintenance_work_mem = '512MB'"),
}


@contextmanager
def register_of(count: int, server: str | None = None, ready: Path | None = None) -> Iterator[Service]:
    """An installation with `count` cases, gone afterwards; server: a PostgreSQL server's URL, None: SQLite.

    ready: a folder of registers that stay (`sqlite-1000000/issuance.db` and `home`): used, or made there.
    """
    name = f"{'sqlite' if server is None else 'postgresql'}-{count}"
    with tempfile.TemporaryDirectory(prefix="issuance-cases-") as temporary, warnings.catch_warnings():
        warnings.simplefilter("ignore", SoftwareKeysWarning)
        home = Path(temporary) if ready is None else ready / name
        made = (home / "home").is_dir()
        url = f"sqlite:///{home}/issuance.db"
        if server is not None:
            url = server.rsplit("/", 1)[0] + f"/cases_{count}"
            if not made:
                execute(server, f"CREATE DATABASE cases_{count}")
        migrated(url)
        service = open_service(settings(home / "home", url), lambda: NOW) if made else installation(home / "home", url)
        try:
            if not made:
                fill(service, count, lambda done, total: _say(f"{name}: {done} of {total}"))
            yield service
        finally:
            service.close()
            if server is not None and ready is None:
                execute(server, f"DROP DATABASE cases_{count} WITH (FORCE)")


def _say(words: str) -> None:
    print(words, file=sys.stderr, flush=True)


def migrated(url: str) -> None:
    db = Database(url)
    migrate(db)
    db.close()


def fill(service: Service, count: int, progress: Callable[[int, int], None] = lambda done, total: None) -> None:
    """Invent the first cases and copy them until there are at least `count`. progress: (cases there, cases wanted)."""
    first = min(count, FIRST)
    generate_cases(service, CLERK, first, SEED, lambda done, total: None)
    with service.db.engine.connect() as connection:
        for setting in _FAST[service.db.dialect]:
            connection.connection.driver_connection.execute(setting)  # before a transaction begins
        columns = {table: _columns(connection, table) for table in _COPIED}
        connection.commit()
        indexes = [index for table in _COPIED for index in SQLModel.metadata.tables[table].indexes]
        for index in indexes:  # made again at the end: in one go it takes a fraction of the time
            index.drop(connection)
        connection.commit()
        for copy in range(1, -(-count // first)):
            for table, changed in _COPIED.items():
                _copy(connection, table, columns[table], changed, copy)
            connection.commit()
            if copy % 25 == 0:
                progress((copy + 1) * first, count)
        for index in indexes:
            index.create(connection)
        connection.commit()
        connection.invalidate()  # nobody else gets a connection of these settings
    with service.db.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.exec_driver_sql("ANALYZE")


def _columns(connection: Connection, table: str) -> list[str]:
    return list(connection.execute(text(f"SELECT * FROM {table} LIMIT 0")).keys())


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
