"""Blanks at the size of the country: a delivery of half a million, half of it sent on, counted, drawn, verified.

`ISSUANCE_BENCH_BLANKS` changes the size (default 500,000, the delivery of LIBYA 7, S17). Beside each the bare statement
over as many rows of a table of the same columns, keys and indexes, in CPU seconds, also of the database's server.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from statistics import median
from typing import Final

import pytest
from sqlalchemy import text

from issuance.core.uow import unit_of_work
from issuance.service import Service
from issuance.stock import check, counts, transfers, two
from issuance.stock.public import draw
from tests.bench.measure import Measured, peak, processor_seconds
from tests.bench.registers import Progress, register_of, servers
from tests.service import CLERK, NOW
from tests.stock import keeper, run_of
from tests.unit.stock.conftest import with_branches

DEFAULT_BLANKS: Final = "500000"
RECEIVE_GOAL, MOVE_GOAL, COUNT_GOAL, MEMORY_GOAL, DRAW_GOAL = 2.0, 2.0, 3.0, 1.1, 1.5
ROUNDS: Final = 15
FEW: Final = 100
_BARE: Final = (
    "CREATE TABLE bare_blanks ({number} PRIMARY KEY, account VARCHAR(48) NOT NULL REFERENCES stock_accounts (id),"
    " passport VARCHAR(9) UNIQUE)",
    "CREATE INDEX ix_bare_blanks_account ON bare_blanks (account, number)",
)
_RUN: Final = (
    "WITH RECURSIVE run(number) AS (SELECT CAST(:first AS BIGINT) UNION ALL SELECT number + 1 FROM run"
    " WHERE number < :last) INSERT INTO bare_blanks (number, account) SELECT number, 'store:PTIP' FROM run"
)
_MOVED: Final = "UPDATE bare_blanks SET account = :account WHERE number BETWEEN :first AND :last"


def run() -> list[Measured]:
    """Rows for the table of `make bench`."""
    blanks = int(os.environ.get("ISSUANCE_BENCH_BLANKS", DEFAULT_BLANKS))
    rows: list[Measured] = []
    with servers() as (urls, _):  # the next run needs an empty ledger
        for name, server in urls.items():
            with register_of("blanks", blanks, _prepared, server) as service:
                rows += _received(name, service, blanks)
                rows += _sent(name, service, blanks)
                rows += _counted(name, service, blanks)
                rows.append(_drawn(name, service, blanks))
    return rows


def _prepared(service: Service, blanks: int, progress: Progress) -> None:
    with_branches(service)
    number = "number INTEGER" if service.db.dialect == "sqlite" else "number BIGINT"
    with service.db.engine.begin() as connection:
        for statement in _BARE:
            connection.execute(text(statement.format(number=number)))
    _receive(service, 0, 1)  # what is used first is loaded
    progress(0, blanks)


def _received(name: str, service: Service, blanks: int) -> Iterator[Measured]:
    with peak() as memory:
        whole = processor_seconds(service.db, lambda: _receive(service, FEW, blanks))
    bare = processor_seconds(service.db, lambda: _execute(service, _RUN, first=FEW, last=FEW + blanks - 1))
    head = f"{name}, {blanks} blanks"
    yield Measured(f"{head}: received by two / bare INSERT", whole / bare, RECEIVE_GOAL, _seconds(whole, bare))
    detail = f"{memory.before / 2**20:.0f} MiB, at most {memory.most / 2**20:.0f} MiB"
    yield Measured(f"{head}: memory meanwhile / before", memory.most / memory.before, MEMORY_GOAL, detail)


def _sent(name: str, service: Service, blanks: int) -> Iterator[Measured]:
    """Half of them to another office, signed in there."""
    half = blanks // 2
    numbers = [run_of(FEW, half)]
    sent: list[transfers.Transfer] = []

    def whole() -> None:
        sent.append(transfers.send(service, keeper(), "PTIP", "PBEN", numbers, "S-1", NOW))
        ended = transfers.acknowledge(service, keeper("keeper-ben", "PBEN"), sent[0].id, numbers, NOW)
        assert (ended.state, ended.missing) == ("arrived", 0)

    def bare() -> None:
        for account in ("supplier", "store:PBEN"):
            _execute(service, _MOVED, account=account, first=FEW, last=FEW + half - 1)

    took, least = processor_seconds(service.db, whole), processor_seconds(service.db, bare)
    title = f"{name}, {half} blanks: sent and signed in / two bare UPDATEs"
    yield Measured(title, took / least, MOVE_GOAL, _seconds(took, least))


def _counted(name: str, service: Service, blanks: int) -> Iterator[Measured]:
    """The day is closed over what is left, and the ledger held against itself."""
    left = blanks - blanks // 2
    shelf = [run_of(0, 1), run_of(FEW + blanks // 2, left)]
    found: list[counts.Count] = []
    whole = processor_seconds(service.db, lambda: found.append(counts.count(service, keeper(), "PTIP", shelf, "", NOW)))
    assert found[0].even
    assert found[0].counted == left + 1
    bare = processor_seconds(service.db, lambda: _read(service, "WHERE account = 'store:PTIP'"))
    title = f"{name}, {left} blanks: counted / reading their numbers"
    yield Measured(title, whole / bare, COUNT_GOAL, _seconds(whole, bare))
    whole = processor_seconds(service.db, lambda: _verified(service))
    bare = processor_seconds(service.db, lambda: _read(service, ""))
    title = f"{name}, {blanks} blanks: ledger verified / reading their numbers"
    yield Measured(title, whole / bare, COUNT_GOAL, _seconds(whole, bare))


def _drawn(name: str, service: Service, blanks: int) -> Measured:
    """One blank for a passport: of a full store, next to one that holds few."""
    with_few = keeper("keeper-ben", "PBEN")
    sent = transfers.send(service, with_few, "PBEN", "PTIP", [run_of(FEW, blanks // 2 - FEW)], "S-2", NOW)
    transfers.acknowledge(service, keeper("third-keeper"), sent.id, [run_of(FEW, blanks // 2 - FEW)], NOW)
    numbers = iter(range(10_000, 100_000))

    def of(office: str) -> Callable[[], None]:
        def one() -> None:
            with unit_of_work(service.db, keeper(office=office), "draw", NOW) as tx:
                draw(tx, office, f"LB{next(numbers)}")

        return one

    full, few = ([], [])
    for _ in range(ROUNDS):
        full.append(processor_seconds(service.db, of("PTIP")))
        few.append(processor_seconds(service.db, of("PBEN")))
    detail = f"{median(full) * 1000:.1f} ms, {median(few) * 1000:.1f} ms of CPU"
    title = f"{name}: a blank drawn from {blanks - FEW} / from {FEW}"
    return Measured(title, median(full) / median(few), DRAW_GOAL, detail)


def _receive(service: Service, first: int, blanks: int) -> None:
    wanted = two.Wanted("receive", "PTIP", (run_of(first, blanks),), document=f"DN-{first}", count=blanks)
    request = two.ask(service, keeper(), wanted, "delivery", NOW)
    assert two.approve(service, keeper("second-keeper"), request, "counted", NOW).numbers == blanks


def _verified(service: Service) -> None:
    with service.db.reading() as read:
        assert list(check.faults(read)) == []


def _execute(service: Service, statement: str, **values: object) -> None:
    with unit_of_work(service.db, CLERK, "bare statement", NOW) as tx:
        tx.session.connection().execute(text(statement), values)


def _read(service: Service, where: str) -> None:
    with service.db.engine.connect() as connection:
        assert connection.execute(text(f"SELECT number FROM stock_blanks {where} ORDER BY number")).fetchall()


def _seconds(whole: float, bare: float) -> str:
    return f"{whole:.2f} s, {bare:.2f} s of CPU"


@pytest.mark.bench
@pytest.mark.slow
def test_blanks_of_a_whole_delivery_cost_little_beside_the_bare_statements() -> None:
    assert [row for row in run() if not row.met] == []
