"""What the case register's everyday look-ups cost as it grows: they must not grow with it.

Sizes: `ISSUANCE_BENCH_CASES=10000,100000,1000000` (the first is what the others are held against); the default is
small. Each figure is a median over different cases, the best of three each (others use the machine too), taken in turns
with a plain look-up by primary key. Statistics count the register and so grow with it: they are held to a time.
"""

from __future__ import annotations

import os
import random
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from statistics import median
from time import perf_counter
from typing import Final

import pytest
from sqlalchemy import update
from sqlmodel import col, select

from issuance.cases.alarms import tell_alarms
from issuance.cases.case_rules import CaseRules
from issuance.cases.history import file_of
from issuance.cases.model import CaseAccused, CaseClock, CaseRow
from issuance.cases.public import record_of
from issuance.cases.search import Asked, search_cases
from issuance.cases.statistics import statistics
from issuance.cases.work import my_work
from issuance.core.actor import system
from issuance.core.purpose import Purpose
from issuance.service import Service
from tests.bench.many_cases import register_of
from tests.bench.measure import Measured
from tests.casework import officer
from tests.databases import binaries, postgresql_server
from tests.service import CLERK, NOW, TODAY

DEFAULT_SIZES: Final = "2000,8000"
ROUNDS, REPEATS = 20, 3
STATISTICS_SECONDS: Final = 2.0
GROWTH_GOAL, RAW_GOAL = 1.5, 200.0
DUTY: Final = Purpose("duty")


@dataclass(frozen=True, slots=True)
class Figures:
    """Medians in milliseconds: of a look-up, and of the plain look-up beside it."""

    whole: float
    raw: float


def run() -> list[Measured]:
    """Rows for the table of `make bench`."""
    with ExitStack() as stack:
        servers: dict[str, str | None] = {"SQLite": None}
        if binaries() is not None and os.environ.get("ISSUANCE_BENCH_SQLITE_ONLY") != "1":
            servers["PostgreSQL"] = stack.enter_context(postgresql_server())
        return [row for name, server in servers.items() for row in _on(name, server)]


def _on(name: str, server: str | None) -> Iterator[Measured]:
    sizes = [int(size) for size in os.environ.get("ISSUANCE_BENCH_CASES", DEFAULT_SIZES).split(",")]
    found: dict[int, dict[str, Figures]] = {}
    seconds: dict[int, float] = {}
    for size in sizes:
        with register_of(size, server) as service:
            found[size], seconds[size] = measured(service), counted(service)
    first = found[sizes[0]]
    for size in sizes:
        for what, figures in found[size].items():
            before, detail = first[what], f"{figures.whole:.2f} ms; plain look-up {figures.raw:.2f} ms"
            if size == sizes[0]:
                yield Measured(f"{name} {size}: {what} / plain look-up", figures.whole / figures.raw, RAW_GOAL, detail)
                continue
            growth = figures.whole / before.whole
            yield Measured(f"{name} {size} / {sizes[0]}: {what}", growth, GROWTH_GOAL, f"{before.whole:.2f}, {detail}")
        what = f"{name} {size}: statistics of a year / {STATISTICS_SECONDS:g} s"
        yield Measured(what, seconds[size] / STATISTICS_SECONDS, 1.0, f"{seconds[size]:.2f} s")


def measured(service: Service) -> dict[str, Figures]:
    """What each look-up costs in this register."""
    rules, dice = CaseRules.of(service.spec), random.Random(1)
    with service.db.reading() as read:
        numbers = dice.sample(list(read.exec(select(CaseRow.number).limit(20_000))), ROUNDS)
        ids = list(read.exec(select(CaseRow.id).where(col(CaseRow.number).in_(numbers))))
        accused = select(CaseAccused.person_id).where(col(CaseAccused.person_id).is_not(None)).limit(20_000)
        people = [str(person) for person in dice.choices(list(read.exec(accused)), k=ROUNDS)]
        unknown = select(CaseAccused.name).where(
            col(CaseAccused.person_id).is_(None), col(CaseAccused.name).is_not(None)
        )
        names = [str(name) for name in dice.choices(list(read.exec(unknown.limit(2_000))), k=ROUNDS)]

    def view(place: int) -> None:
        with service.db.reading() as read:
            file_of(read, numbers[place], rules)

    def record(place: int) -> None:
        with service.db.reading() as read:
            record_of(read, people[place], TODAY)

    def by_number(place: int) -> None:
        search_cases(service, CLERK, Asked(number=numbers[place]), DUTY, NOW)

    def by_name(place: int) -> None:
        search_cases(service, CLERK, Asked(name=names[place]), DUTY, NOW)

    def work(place: int) -> None:
        my_work(service, officer("prosecutor", f"SY-PR-{place % 16 + 1:02d}"), NOW)

    with service.db.engine.begin() as connection:  # as if all that is overdue had been told
        connection.execute(update(CaseClock).where(col(CaseClock.warn_at) <= NOW).values(warn_at=None))

    def alarms(place: int) -> None:
        del place
        tell_alarms(service, system("alarms"), NOW)

    def raw(place: int) -> None:
        with service.db.reading() as read:
            read.get(CaseRow, ids[place])

    looked: dict[str, Callable[[int], None]] = {
        "case view by number": view,
        "record of a person": record,
        "search by number": by_number,
        "search by name": by_name,
        "work list": work,
        "alarms, all told": alarms,
    }
    return {what: _figures(look_up, raw) for what, look_up in looked.items()}


def counted(service: Service) -> float:
    """Seconds for the statistics of the whole register in the last full year."""
    year = TODAY.year - 1
    return min(_milliseconds(lambda _: statistics(service, CLERK, year, NOW), 0) for _ in range(REPEATS)) / 1000


def _figures(look_up: Callable[[int], None], raw: Callable[[int], None]) -> Figures:
    look_up(0)
    whole, plain = [], []
    for place in range(ROUNDS):
        whole.append(min(_milliseconds(look_up, place) for _ in range(REPEATS)))
        plain.append(min(_milliseconds(raw, place) for _ in range(REPEATS)))
    return Figures(median(whole), median(plain))


def _milliseconds(work: Callable[[int], object], place: int) -> float:
    start = perf_counter()
    work(place)
    return (perf_counter() - start) * 1000


def missed(rows: Sequence[Measured]) -> list[Measured]:
    return [row for row in rows if not row.met]


@pytest.mark.bench
@pytest.mark.slow
def test_look_ups_do_not_grow_with_the_register() -> None:
    assert missed(run()) == []
