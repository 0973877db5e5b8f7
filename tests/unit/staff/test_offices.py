"""The register of offices through the orders that merge, split, close and move them. Days as in LIBYA.md 5.3."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from issuance.core.actor import Actor, system
from issuance.db.session import Database
from issuance.staff.model import OfficeOrder
from issuance.staff.office_orders import Order, close, merge, move, split
from issuance.staff.offices import OfficeEntry, register_office
from issuance.staff.public import Reach, offices, reach_of, require_office
from issuance.staff.territory import Succession, reach
from specs.errors import Invalid, NotAllowed, Refused
from specs.load import load
from tests.service import trail

SPEC = load()
NOW = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)
ADMIN = system("test")
OPENED = date(2015, 1, 1)
DAY = date(2023, 7, 16)
ORDER = Order(DAY, "three directorates instead of nine", "قرار وزير الداخلية")


@pytest.fixture
def mountain(database: Database) -> Database:
    """The west mountain before July 2023: two of its directorates with their stations, and one more."""
    for code, kind, parent in (
        ("D-GHARYAN", "directorate", None),
        ("D-ASABAA", "directorate", None),
        ("D-NALUT", "directorate", None),
        ("S-GHARYAN", "station", "D-GHARYAN"),
        ("S-ASABAA", "station", "D-ASABAA"),
        ("S-QAWALISH", "station", "D-ASABAA"),
    ):
        entry = OfficeEntry(code, "مكتب", code, kind, OPENED, "LY-JG", parent, authority="gnu_interior")
        register_office(database, ADMIN, entry, SPEC, NOW)
    return database


def seen(database: Database, office: str, day: date) -> Reach:
    with database.reading() as read:
        return reach_of(read, office, day, territory=True)


def codes(error: pytest.ExceptionInfo[Invalid]) -> set[str]:
    return {fault.code for fault in error.value.faults}


def test_a_merged_office_is_open_until_the_day_before_and_its_successor_answers_from_the_day(
    mountain: Database,
) -> None:
    merge(mountain, ADMIN, ORDER, ["D-ASABAA"], "D-GHARYAN", NOW)
    with mountain.reading() as read:
        assert require_office(read, "D-ASABAA", date(2023, 7, 15)).valid_to == date(2023, 7, 15)
        with pytest.raises(Refused):
            require_office(read, "D-ASABAA", DAY)
        assert require_office(read, "S-ASABAA", date(2023, 7, 15)).parent == "D-ASABAA"
        assert require_office(read, "S-ASABAA", DAY).parent == "D-GHARYAN"
        assert "D-ASABAA" in {office.code for office in offices(read, date(2023, 7, 15))}
        assert "D-ASABAA" not in {office.code for office in offices(read, DAY)}
        assert [o.successors for o in offices(read) if o.code == "D-ASABAA"] == [("D-GHARYAN",)]
    stations = {"S-GHARYAN", "S-ASABAA", "S-QAWALISH"}
    assert seen(mountain, "D-GHARYAN", date(2023, 7, 15)).territory == {"D-GHARYAN", "S-GHARYAN"}
    after = seen(mountain, "D-GHARYAN", DAY)
    assert (after.own, after.territory) == ({"D-GHARYAN", "D-ASABAA"}, {"D-GHARYAN", "D-ASABAA"} | stations)
    assert seen(mountain, "D-ASABAA", DAY) == Reach(frozenset(), frozenset())


def test_an_order_leaves_every_earlier_row_as_it_was_and_says_why_in_the_trail(mountain: Database) -> None:
    order_id = merge(mountain, ADMIN, ORDER, ["D-ASABAA"], "D-GHARYAN", NOW)
    with mountain.reading() as read:
        row = read.get(OfficeOrder, order_id)
    assert row is not None
    assert (row.kind, row.effective_on, row.reason) == ("merge", DAY, ORDER.reason)
    assert row.legal_reference == ORDER.legal_reference
    assert trail(mountain)[-3:] == ["offices.merge", "offices.place", "offices.place"]


def test_split_closes_the_office_and_both_successors_reach_what_it_held(mountain: Database) -> None:
    into = {"D-NALUT": ["S-QAWALISH"], "D-GHARYAN": ["S-ASABAA"]}
    split(mountain, ADMIN, ORDER, "D-ASABAA", into, NOW)
    assert seen(mountain, "D-NALUT", DAY) == Reach(
        frozenset({"D-NALUT", "D-ASABAA"}), frozenset({"D-NALUT", "D-ASABAA", "S-QAWALISH"})
    )
    assert seen(mountain, "D-GHARYAN", DAY).territory == {"D-GHARYAN", "D-ASABAA", "S-GHARYAN", "S-ASABAA"}


def test_an_office_split_into_itself_and_another_stays_open(mountain: Database) -> None:
    split(mountain, ADMIN, ORDER, "D-ASABAA", {"D-ASABAA": ["S-ASABAA"], "D-NALUT": ["S-QAWALISH"]}, NOW)
    assert seen(mountain, "D-ASABAA", DAY).territory == {"D-ASABAA", "S-ASABAA"}
    assert seen(mountain, "D-NALUT", DAY) == Reach(frozenset({"D-NALUT"}), frozenset({"D-NALUT", "S-QAWALISH"}))


def test_split_places_every_office_below_exactly_once(mountain: Database) -> None:
    with pytest.raises(Invalid) as caught:
        split(mountain, ADMIN, ORDER, "D-ASABAA", {"D-NALUT": ["S-QAWALISH"], "D-GHARYAN": []}, NOW)
    assert codes(caught) == {"staff.office.children"}
    with pytest.raises(Invalid) as caught:
        split(mountain, ADMIN, ORDER, "D-ASABAA", {"D-NALUT": ["S-QAWALISH", "S-ASABAA"]}, NOW)
    assert codes(caught) == {"staff.office.into"}


def test_closed_station_is_succeeded_by_the_office_above_it_and_one_without_needs_a_name(mountain: Database) -> None:
    close(mountain, ADMIN, ORDER, "S-QAWALISH", None, NOW)
    assert seen(mountain, "D-ASABAA", DAY).own == {"D-ASABAA", "S-QAWALISH"}
    with pytest.raises(Invalid) as caught:
        close(mountain, ADMIN, ORDER, "D-NALUT", None, NOW)
    assert codes(caught) == {"staff.office.successor"}


def test_successor_of_a_successor_reaches_the_oldest_office(mountain: Database) -> None:
    close(mountain, ADMIN, ORDER, "S-QAWALISH", "S-ASABAA", NOW)
    close(mountain, ADMIN, Order(date(2024, 10, 1), "again", "S91"), "S-ASABAA", "S-GHARYAN", NOW)
    assert seen(mountain, "S-ASABAA", date(2024, 9, 30)).own == {"S-ASABAA", "S-QAWALISH"}
    assert seen(mountain, "S-GHARYAN", date(2024, 10, 1)).own == {"S-GHARYAN", "S-ASABAA", "S-QAWALISH"}


def test_a_station_that_succeeds_the_directorate_above_it_comes_to_stand_where_that_stood(mountain: Database) -> None:
    merge(mountain, ADMIN, ORDER, ["D-ASABAA"], "S-QAWALISH", NOW)
    with mountain.reading() as read:
        assert require_office(read, "S-QAWALISH", DAY).parent is None
        assert require_office(read, "S-ASABAA", DAY).parent == "S-QAWALISH"


def test_an_order_names_every_fault_and_changes_nothing(mountain: Database) -> None:
    empty = Order(DAY, " ", "")
    with pytest.raises(Invalid) as caught:
        merge(mountain, ADMIN, empty, ["NONE", "D-ASABAA"], "D-LATE", NOW)
    assert {(f.code, f.field) for f in caught.value.faults} == {
        ("staff.office.reason", "reason"),
        ("staff.office.legal_reference", "legal_reference"),
        ("staff.office.unknown", "unknown"),
    }
    assert len(caught.value.faults) == 4
    with mountain.reading() as read:
        assert len(offices(read, DAY)) == 6


def test_orders_about_an_office_come_in_the_order_of_their_days(mountain: Database) -> None:
    close(mountain, ADMIN, ORDER, "S-QAWALISH", None, NOW)
    with pytest.raises(Invalid) as caught:
        merge(mountain, ADMIN, Order(date(2023, 7, 15), "earlier", "x"), ["S-QAWALISH"], "S-GHARYAN", NOW)
    assert codes(caught) == {"staff.office.later_order"}
    with pytest.raises(Invalid) as caught:
        close(mountain, ADMIN, ORDER, "S-QAWALISH", None, NOW)
    assert codes(caught) == {"staff.office.closed"}


def test_an_office_moves_below_another_and_under_another_authority_but_never_below_itself(mountain: Database) -> None:
    rules = SPEC.staff_offices
    move(mountain, ADMIN, ORDER, "S-GHARYAN", parent="D-NALUT", authority="hor_interior", rules=rules, now=NOW)
    with mountain.reading() as read:
        before, after = require_office(read, "S-GHARYAN", date(2023, 7, 15)), require_office(read, "S-GHARYAN", DAY)
    assert (before.parent, before.authority) == ("D-GHARYAN", "gnu_interior")
    assert (after.parent, after.authority) == ("D-NALUT", "hor_interior")
    for parent in ("D-NALUT", "S-GHARYAN"):
        with pytest.raises(Refused) as caught:
            move(mountain, ADMIN, ORDER, "D-NALUT", parent=parent, authority=None, rules=rules, now=NOW)
        assert caught.value.faults[0].code == "staff.office.circle"
    with pytest.raises(Invalid):
        move(mountain, ADMIN, ORDER, "S-GHARYAN", parent=None, authority="nobody", rules=rules, now=NOW)


def test_a_later_move_cannot_close_a_circle_either(mountain: Database) -> None:
    rules = SPEC.staff_offices
    later = Order(date(2027, 1, 1), "later", "x")
    move(mountain, ADMIN, later, "D-NALUT", parent="S-GHARYAN", authority=None, rules=rules, now=NOW)
    with pytest.raises(Refused):
        move(mountain, ADMIN, ORDER, "D-GHARYAN", parent="D-NALUT", authority=None, rules=rules, now=NOW)


def test_only_administrators_order_offices(mountain: Database) -> None:
    chief = Actor("someone", "staff", frozenset({"station_chief"}), "S-GHARYAN")
    with pytest.raises(NotAllowed):
        close(mountain, chief, ORDER, "S-GHARYAN", None, NOW)


def test_offices_that_succeed_each_other_in_a_circle_end_the_walk() -> None:
    circle = [Succession("A", "B", OPENED), Succession("B", "A", OPENED), Succession("B", "C", OPENED)]
    assert reach("C", DAY, circle).own == {"A", "B", "C"}
