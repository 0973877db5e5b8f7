"""A bundle made from the register: what it costs beside a plain read of every number, on both databases.

`ISSUANCE_BENCH_BUNDLE=1000000` books (default: few), a fifth of them superseded. The register is read in portions: its
rows are never in memory together, only some tens of bytes a number.
"""

from __future__ import annotations

import os
import tracemalloc
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pytest
from sqlmodel import select

from issuance.border.bundle.content import files_of
from issuance.border.bundle.status_reader import StatusSet
from issuance.passports.model import Passport
from issuance.service import Service
from tests.bench.measure import Measured, processor_seconds
from tests.bench.registers import Progress, copy_rows, filling, register_of, servers
from tests.passport_books import put_book
from tests.service import NOW

DEFAULT: Final = 20_000
GOAL: Final = 4.0
PORTIONS_BYTES, NUMBER_BYTES = 40_000_000, 100
FIRST: Final = "LB2222222"
_LETTERS: Final = "23456789BCDFGHJKLMNPQRSTVWXYZ"
_SPREAD: Final = f"((n + 1) * 670041700 % {29**7})"
"""A place of the whole series for each n: the factor is no multiple of 29."""
_NUMBER: Final = " || ".join(
    ["'LB'", *(f"substr('{_LETTERS}', CAST(1 + {_SPREAD} / {29**k} % 29 AS INTEGER), 1)" for k in reversed(range(7)))]
)
_CHANGED: Final = {
    "number": _NUMBER,
    "state": "CASE n % 5 WHEN 0 THEN 'superseded' ELSE state END",
    "application_id": "NULL",
    "blank": "NULL",
    "request_id": "NULL",
}
_AT_ONCE: Final = 100_000


def fill(service: Service, count: int, progress: Progress) -> None:
    """One book, and `count` copies under numbers spread over the series."""
    put_book(service, FIRST)
    with filling(service, ["passports"]) as connection:
        for first in range(0, count, _AT_ONCE):
            said = {"first": first, "last": min(count, first + _AT_ONCE) - 1}
            copy_rows(connection, "passports", _CHANGED, f"number = '{FIRST}'", said)
            connection.commit()
            progress(said["last"] + 1, count)


def run() -> list[Measured]:
    """Rows for the table of `make bench`."""
    count = int(os.environ.get("ISSUANCE_BENCH_BUNDLE", DEFAULT))
    with servers() as (urls, ready):
        return [row for name, server in urls.items() for row in _on(name, count, server, ready)]


def _on(name: str, count: int, server: str | None, ready: Path | None) -> Iterator[Measured]:
    with register_of("numbers", count, fill, server, ready) as service:
        files: dict[str, bytes] = {}
        files_of(service, NOW)
        made = processor_seconds(service.db, lambda: files.update(files_of(service, NOW)))
        read = processor_seconds(service.db, lambda: _read(service))
        assert StatusSet(files["status"]).count == count + 1
        detail = f"{made:.2f}, {read:.2f} s of processors; {len(files['status']) / 1e6:.2f} MB"
        yield Measured(f"{name} {count} books: a bundle's files / reading every number", made / read, GOAL, detail)
        tracemalloc.start()
        files_of(service, NOW)
        most = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        detail = f"{most / 1e6:.1f} MB at most, {most / count:.0f} bytes a book"
        title = f"{name} {count} books: memory / 40 MB and {NUMBER_BYTES} bytes a book"
        yield Measured(title, most / (PORTIONS_BYTES + NUMBER_BYTES * count), 1.0, detail)


def _read(service: Service) -> None:
    with service.db.reading() as read:
        for rows in read.exec(select(Passport.number, Passport.state).execution_options(yield_per=20_000)).partitions():
            assert rows


@pytest.mark.bench
@pytest.mark.slow
def test_a_bundle_is_made_without_holding_the_register_in_memory() -> None:
    assert [row for row in run() if not row.met] == []
