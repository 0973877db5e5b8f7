"""A number is given out once, and accounted for ever after."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import text

from issuance.core.actor import system
from issuance.core.numbers import NumberSeries, allocate, missing, unresolved, use, void
from issuance.core.uow import unit_of_work
from issuance.db.session import Database
from specs.errors import Conflict, NotFound, Refused

NOW = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)
ACTOR = system("test")


def render(serial: int) -> str:
    if serial > 1000:
        raise ValueError("used up")
    return f"LB{serial:07d}"


SERIES = NumberSeries("passport:test", 100, render)


def test_numbers_count_up_from_the_first(database: Database) -> None:
    got = [allocate(database, ACTOR, SERIES, f"passport:{n}", NOW).number for n in range(3)]
    assert got == ["LB0000100", "LB0000101", "LB0000102"]


def test_series_count_apart(database: Database) -> None:
    other = NumberSeries("certificate:test", 1, lambda serial: f"C{serial}")
    assert allocate(database, ACTOR, SERIES, "passport:1", NOW).serial == 100
    assert allocate(database, ACTOR, other, "certificate:1", NOW).serial == 1


def test_void_number_is_never_given_again(database: Database) -> None:
    first = allocate(database, ACTOR, SERIES, "passport:1", NOW)
    with unit_of_work(database, ACTOR, "test", NOW) as tx:
        void(tx, first.number, "booklet spoiled")
    assert allocate(database, ACTOR, SERIES, "passport:1", NOW).serial == 101


def test_number_is_resolved_once(database: Database) -> None:
    number = allocate(database, ACTOR, SERIES, "passport:1", NOW).number
    with unit_of_work(database, ACTOR, "test", NOW) as tx:
        use(tx, number)
    for again in (use, lambda tx, n: void(tx, n, "late")):
        with pytest.raises(Conflict), unit_of_work(database, ACTOR, "test", NOW) as tx:
            again(tx, number)


def test_unknown_number_can_not_be_used(database: Database) -> None:
    with pytest.raises(NotFound), unit_of_work(database, ACTOR, "test", NOW) as tx:
        use(tx, "LB9999999")


def test_use_that_is_rolled_back_leaves_the_number_for_the_sweep(database: Database) -> None:
    number = allocate(database, ACTOR, SERIES, "passport:1", NOW).number
    with pytest.raises(KeyError), unit_of_work(database, ACTOR, "test", NOW) as tx:
        use(tx, number)
        raise KeyError
    with database.reading() as read:
        assert [row.number for row in unresolved(read, NOW + timedelta(minutes=1))] == [number]
        assert list(unresolved(read, NOW)) == []


def test_used_up_series_is_refused_and_takes_nothing(sqlite_database: Database) -> None:
    last = NumberSeries("passport:end", 1000, render)
    allocate(sqlite_database, ACTOR, last, "passport:1", NOW)
    for _ in range(2):
        with pytest.raises(Refused) as caught:
            allocate(sqlite_database, ACTOR, last, "passport:2", NOW)
        assert caught.value.faults[0].code == "core.numbers.used_up"
    with sqlite_database.reading() as read:
        assert missing(read, last) == []


def test_deleted_row_shows_as_missing_serial(database: Database) -> None:
    for n in range(6):
        allocate(database, ACTOR, SERIES, f"passport:{n}", NOW)
    with database.writing() as session:
        session.connection().execute(text("DELETE FROM number_allocations WHERE serial IN (100, 102, 103)"))
    with database.reading() as read:
        assert missing(read, SERIES) == [range(100, 101), range(102, 104)]


def test_concurrent_allocations_give_distinct_numbers_without_a_gap(database: Database) -> None:
    with ThreadPoolExecutor(8) as pool:
        got = list(pool.map(lambda n: allocate(database, ACTOR, SERIES, f"passport:{n}", NOW).serial, range(80)))
    assert sorted(got) == list(range(100, 180))
    with database.reading() as read:
        assert missing(read, SERIES) == []
