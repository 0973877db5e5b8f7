"""What the case register's everyday look-ups cost as it grows: they must not grow with it.

Sizes: `ISSUANCE_BENCH_CASES=10000,100000,1000000` (the first is what the others are held against); the default is
small. `ISSUANCE_BENCH_READY=FOLDER` keeps the registers there for the next run (`pg.url` in it: the PostgreSQL server).
Registers of all sizes are asked in turns, about the same invented cases and each in a copy of its own, with a plain
look-up by primary key beside them: each figure is a median over cases, the best of several turns each, so that others
may use the machine too. What counts the register (statistics) or meets its commonest names is held to a time.
"""

from __future__ import annotations

import os
import random
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import pytest
from sqlalchemy import update
from sqlmodel import col, select

from issuance.cases.alarms import standing_alarms, tell_alarms
from issuance.cases.case_rules import CaseRules
from issuance.cases.finality import lapsed_files
from issuance.cases.history import file_of
from issuance.cases.model import CaseAccused, CaseClock, CaseRow
from issuance.cases.public import record_of
from issuance.cases.search import Asked, search_cases
from issuance.cases.statistics import statistics
from issuance.cases.work import my_work
from issuance.core.actor import system
from issuance.core.purpose import Purpose
from issuance.people.public import person_of
from issuance.service import Service
from tests.bench.many_cases import FIRST, fill
from tests.bench.measure import Measured, in_turns
from tests.bench.registers import register_of, servers
from tests.casework import officer
from tests.service import CLERK, NOW, TODAY

DEFAULT_SIZES: Final = "2000,8000"
ROUNDS, REPEATS = 20, 3
GROWTH_GOAL, RAW_GOAL = 1.5, 200.0
DUTY: Final = Purpose("duty")


@dataclass(frozen=True, slots=True)
class Register:
    """A filled register, and what is looked up in it: the same invented cases whatever its size."""

    service: Service
    rules: CaseRules
    ids: Sequence[str]
    numbers: Sequence[str]
    people: Sequence[str]
    national_numbers: Sequence[str]
    names: Sequence[str]

    @classmethod
    def of(cls, service: Service, size: int) -> Register:
        with service.db.engine.begin() as connection:  # as if all that is overdue had been told
            told = update(CaseClock).where(col(CaseClock.warn_at) <= NOW).values(warn_at=None, told=100)
            connection.execute(told)
        dice, copies = random.Random(1), random.Random(size)

        def copied(id_: str) -> str:
            copy = copies.randrange(max(1, size // FIRST))
            return f"{copy:08x}{id_[8:]}" if copy else id_

        with service.db.reading() as read:
            first = select(CaseRow.id).where(CaseRow.id < "00000001").order_by(CaseRow.id)
            ids = [copied(id_) for id_ in dice.choices(read.exec(first).all(), k=ROUNDS)]
            numbers = [row.number for id_ in ids if (row := read.get(CaseRow, id_)) is not None]
            accused = select(CaseAccused).where(CaseAccused.case_id < "00000001").order_by(
                CaseAccused.case_id, CaseAccused.code
            )  # fmt: skip
            rows = read.exec(accused).all()
            known = dice.choices([row.person_id for row in rows if row.person_id is not None], k=ROUNDS)
            people = [copied(person) for person in known]
            said = [person_of(read, person).national_number for person in people]
            names = dice.choices([row.name for row in rows if row.person_id is None and row.name], k=ROUNDS)
        return cls(service, CaseRules.of(service.spec), ids, numbers, people, said, names)


def _plain(held: Register, place: int) -> None:
    with held.service.db.reading() as read:
        read.get(CaseRow, held.ids[place])


def _view(held: Register, place: int) -> None:
    with held.service.db.reading() as read:
        file_of(read, held.numbers[place], held.rules)


def _record(held: Register, place: int) -> None:
    with held.service.db.reading() as read:
        record_of(read, held.people[place], TODAY)


def _by_number(held: Register, place: int) -> None:
    search_cases(held.service, CLERK, Asked(number=held.numbers[place]), DUTY, NOW)


def _by_person(held: Register, place: int) -> None:
    search_cases(held.service, CLERK, Asked(national_number=held.national_numbers[place]), DUTY, NOW)


def _work(held: Register, place: int) -> None:
    my_work(held.service, officer("prosecutor", f"SY-PR-{place % 16 + 1:02d}"), NOW)


def _alarms(held: Register, place: int) -> None:
    del place
    tell_alarms(held.service, system("alarms"), NOW)


def _standing(held: Register, place: int) -> None:
    standing_alarms(held.service, officer("station_chief", f"SY-ST-{place % 16 + 1:02d}"), NOW)


def _by_name(held: Register, place: int) -> None:
    search_cases(held.service, CLERK, Asked(name=held.names[place]), DUTY, NOW)


def _statistics(held: Register, place: int) -> None:
    del place
    statistics(held.service, CLERK, TODAY.year - 1, NOW)


def _finality(held: Register, place: int) -> None:
    del place
    with held.service.db.reading() as read:
        lapsed_files(read, NOW, held.rules)


LookUp = Callable[[Register, int], None]
NOT_GROWING: Final[Mapping[str, LookUp]] = {
    "case view by number": _view,
    "record of a person": _record,
    "search by number": _by_number,
    "search by national number": _by_person,
    "work list": _work,
    "alarms, all told": _alarms,
}
# what is timed, in how many places, and the most seconds it may take however large the register is
IN_TIME: Final[Mapping[str, tuple[LookUp, int, float]]] = {
    "search by name": (_by_name, ROUNDS, 1.0),
    "standing alarms of a role": (_standing, ROUNDS, 0.5),
    "statistics of a year": (_statistics, 1, 2.0),
    "rulings whose time lapsed": (_finality, 1, 2.0),
}


def run() -> list[Measured]:
    """Rows for the table of `make bench`."""
    with servers() as (urls, ready):
        return [row for name, server in urls.items() for row in _on(name, server, ready)]


def _on(name: str, server: str | None, ready: Path | None) -> Iterator[Measured]:
    sizes = [int(size) for size in os.environ.get("ISSUANCE_BENCH_CASES", DEFAULT_SIZES).split(",")]
    with ExitStack() as stack:
        held = {
            size: Register.of(stack.enter_context(register_of("cases", size, fill, server, ready)), size)
            for size in sizes
        }
        plain = in_turns(_plain, held, ROUNDS, REPEATS)
        for what, look_up in NOT_GROWING.items():
            found = in_turns(look_up, held, ROUNDS, REPEATS)
            for size in sizes:
                ratio, goal = found[size] / found[sizes[0]], GROWTH_GOAL
                title, detail = f"{name} {size} / {sizes[0]}: {what}", f"{found[sizes[0]]:.2f}, {found[size]:.2f} ms"
                if size == sizes[0]:
                    ratio, goal = found[size] / plain[size], RAW_GOAL
                    title, detail = f"{name} {size}: {what} / plain look-up", f"{found[size]:.2f}, {plain[size]:.2f} ms"
                yield Measured(title, ratio, goal, detail)
        for what, (look_up, places, seconds) in IN_TIME.items():
            for size, milliseconds in in_turns(look_up, held, places, REPEATS).items():
                title = f"{name} {size}: {what} / {seconds:g} s"
                yield Measured(title, milliseconds / 1000 / seconds, 1.0, f"{milliseconds:.1f} ms")


def missed(rows: Sequence[Measured]) -> list[Measured]:
    return [row for row in rows if not row.met]


@pytest.mark.bench
@pytest.mark.slow
def test_look_ups_do_not_grow_with_the_register() -> None:
    assert missed(run()) == []
