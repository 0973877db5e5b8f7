"""Registers of any size for measurements: an installation that is filled without indexes, used, and thrown away."""

from __future__ import annotations

import os
import sys
import tempfile
import warnings
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Final

from sqlalchemy import Connection, text
from sqlmodel import SQLModel

from issuance.db.migrate import migrate
from issuance.db.session import Database
from issuance.service import Service, open_service
from keys.open import SoftwareKeysWarning
from tests.databases import binaries, execute, postgresql_server
from tests.service import NOW, installation, settings

Progress = Callable[[int, int], None]
Fill = Callable[[Service, int, Progress], None]
# Nobody else reads or writes while a register is filled, and one cut short is thrown away.
_FAST: Final = {
    "sqlite": ("PRAGMA synchronous = OFF", "PRAGMA cache_size = -500000"),
    "postgresql": ("SET synchronous_commit = off", "SET maintenance_work_mem = '512MB'"),
}


_BEFORE: Final = {
    "sqlite": {
        "moment": "strftime('%Y-%m-%d %H:%M:%S', {}, '-' || n || ' seconds') || '.000000'",
        "day": "date({}, '-' || (n % 3000) || ' days')",
    },
    "postgresql": {"moment": "{} - n * INTERVAL '1 second'", "day": "{} - CAST(n % 3000 AS INTEGER)"},
}


@contextmanager
def servers() -> Iterator[tuple[dict[str, str | None], Path | None]]:
    """The databases to measure on, by name (None: SQLite), and the folder of `ISSUANCE_BENCH_READY`, where registers
    stay for the next run (`pg.url` in it: the PostgreSQL server)."""
    folder = os.environ.get("ISSUANCE_BENCH_READY")
    ready = Path(folder) if folder else None
    with ExitStack() as stack:
        urls: dict[str, str | None] = {"SQLite": None}
        if ready is not None and (held := ready / "pg.url").exists():
            urls["PostgreSQL"] = held.read_text("ascii").strip()
        elif binaries() is not None and os.environ.get("ISSUANCE_BENCH_SQLITE_ONLY") != "1":
            urls["PostgreSQL"] = stack.enter_context(postgresql_server())
        yield urls, ready


@contextmanager
def register_of(
    kind: str, count: int, fill: Fill, server: str | None = None, ready: Path | None = None
) -> Iterator[Service]:
    """An installation that `fill` brings to `count`, gone afterwards; server: a PostgreSQL server's URL, None: SQLite.

    kind: `cases`, ...; ready: a folder of registers that stay (`sqlite-cases-1000000/issuance.db` and `home`): used, or
    made there.
    """
    name = f"{'sqlite' if server is None else 'postgresql'}-{kind}-{count}"
    with tempfile.TemporaryDirectory(prefix=f"issuance-{kind}-") as temporary, warnings.catch_warnings():
        warnings.simplefilter("ignore", SoftwareKeysWarning)
        home = Path(temporary) if ready is None else ready / name
        made = (home / "home").is_dir()
        url = f"sqlite:///{home}/issuance.db"
        if server is not None:
            url = server.rsplit("/", 1)[0] + f"/{kind}_{count}"
            if not made:
                execute(server, f"CREATE DATABASE {kind}_{count}")
        migrated(url)
        service = open_service(settings(home / "home", url), lambda: NOW) if made else installation(home / "home", url)
        try:
            if not made:
                fill(service, count, lambda done, total: _say(f"{name}: {done} of {total}"))
            yield service
        finally:
            service.close()
            if server is not None and ready is None:
                execute(server, f"DROP DATABASE {kind}_{count} WITH (FORCE)")


def _say(words: str) -> None:
    print(words, file=sys.stderr, flush=True)


def migrated(url: str) -> None:
    db = Database(url)
    migrate(db)
    db.close()


@contextmanager
def filling(service: Service, tables: Sequence[str]) -> Iterator[Connection]:
    """A connection to fill these tables with: their indexes are made anew at its end, and the planner looks at them."""
    with service.db.engine.connect() as connection:
        for setting in _FAST[service.db.dialect]:
            connection.connection.driver_connection.execute(setting)  # before a transaction begins
        connection.commit()
        indexes = [index for table in tables for index in SQLModel.metadata.tables[table].indexes]
        for index in indexes:  # made again at the end: in one go it takes a fraction of the time
            index.drop(connection)
        connection.commit()
        yield connection
        for index in indexes:
            index.create(connection)
        connection.commit()
        connection.invalidate()  # nobody else gets a connection of these settings
    with service.db.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.exec_driver_sql("ANALYZE")


def columns_of(connection: Connection, table: str) -> list[str]:
    return list(connection.execute(text(f"SELECT * FROM {table} LIMIT 0")).keys())


def copy_rows(
    connection: Connection, table: str, changed: Mapping[str, str], where: str, said: Mapping[str, object]
) -> None:
    """The rows found by `where` once more for each number `n` from `first` to `last` (both in `said`, with what else
    the expressions name). changed: what stands in a column of a copy: SQL, `... state END` for the row's own, or
    `{moment:column}` and `{day:column}`, so long before the row's.
    """
    columns = columns_of(connection, table)
    values = [_value(connection.dialect.name, name, changed.get(name)) for name in columns]
    quoted = ", ".join(f'"{name}"' for name in columns)
    statement = (
        "WITH RECURSIVE run(n) AS (SELECT CAST(:first AS BIGINT) UNION ALL SELECT n + 1 FROM run WHERE n < :last)"
        f" INSERT INTO {table} ({quoted}) SELECT {', '.join(values)} FROM {table}, run WHERE {where}"
    )
    connection.execute(text(statement), {name: value for name, value in said.items() if f":{name}" in statement})


def _value(dialect: str, name: str, changed: str | None) -> str:
    if changed is None:
        return f'"{name}"'
    if changed.startswith("{"):
        kind, _, column = changed.strip("{}").partition(":")
        return _BEFORE[dialect][kind].format(column)
    return changed.replace("state END", f'"{name}" END')
