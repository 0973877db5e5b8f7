"""Blanks against books each day: whatever a hand changes in the rows is named, and an installation as it should be says
nothing. Insiders and offices out of control (LIBYA 1.3, S26, S28)."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import text
from sqlmodel import col, select

from issuance.core.actor import system
from issuance.db.tables import NumberAllocation
from issuance.jobs.upkeep import keep_up
from issuance.passports import delivering, producing, quality, reconciliation
from issuance.passports.model import Passport
from issuance.passports.reconciliation import reconcile, reconcile_daily
from issuance.passports.reports import report
from issuance.service import Service
from issuance.stock import public as stock
from specs.errors import NotAllowed
from tests.passports import (
    CONTROLLER,
    DELIVERER,
    MAKER,
    OFFICER,
    asked,
    duty,
    enter_nth,
    look,
    nth_person,
    walk,
)
from tests.service import CLERK, NOW, trail

CONSOLE = system("console")
LATER = NOW + timedelta(days=1)


def change(service: Service, statement: str, **values: Any) -> None:
    """A hand in the database."""
    with service.db.engine.begin() as connection:
        connection.exec_driver_sql("PRAGMA foreign_keys = OFF") if service.db.dialect == "sqlite" else None
        connection.execute(text(statement), values)


def named(service: Service, now: Any = NOW) -> list[tuple[str, str | None, str | None]]:
    """(kind, blank, number) of every finding of a reconciliation made now."""
    return [(one["kind"], one["blank"], one["number"]) for one in reconcile(service, CONSOLE, now).findings]


@pytest.fixture(scope="module")
def office(desk: Service) -> Service:
    """Books of several fates: handed over and lost, spoiled and made again, destroyed."""
    for serial in (2, 4):
        enter_nth(desk, 90000 + serial)
    walk(desk, "handed_over")
    spoiled = walk(desk, "quality", asked(nth_person(90002)))
    asked_for = quality.spoil(desk, CONTROLLER, spoiled.number or "", "scratched", NOW)
    quality.approve_spoiling(desk, OFFICER, asked_for, "seen", NOW)
    producing.produce(desk, MAKER, spoiled.id, NOW)
    gone = walk(desk, "handed_over", asked(nth_person(90004)))
    report(desk, OFFICER, gone.number or "", "damaged", "PV-2", "", NOW)
    request = delivering.ask_destruction(desk, DELIVERER, gone.number or "", "torn", NOW)
    delivering.approve_destruction(desk, OFFICER, request, "seen", NOW)
    return desk


def test_an_installation_as_it_should_be_says_nothing_and_leaves_an_entry_a_day(office: Service) -> None:
    assert named(office) == []
    first = reconcile_daily(office, LATER)
    assert first is not None
    assert reconcile_daily(office, LATER + timedelta(hours=2)) is None
    assert (first.found, [(one["office"], one["tied"], one["books"]) for one in first.offices]) == (
        0, [("PTIP", 4, 4)],
    )  # fmt: skip
    assert trail(office.db).count("passports.reconcile") >= 2


def test_a_destroyed_book_takes_its_blank_along(office: Service) -> None:
    with office.db.reading() as read:
        held = {one.kind: one.numbers for one in stock.balances(read) if one.office == "PTIP"}
    assert (held["destroyed"], held["spoiled"]) == (1, 1)


def test_each_thing_that_does_not_agree_is_named(office: Service) -> None:
    with office.db.reading() as read:
        rows = read.exec(select(Passport).order_by(col(Passport.number))).all()
    active = next(one for one in rows if one.state == "active")
    made = next(one for one in rows if one.state == "produced")

    def planted(undo: str, statement: str, **values: Any) -> list[tuple[str, str | None, str | None]]:
        change(office, statement, **values)
        try:
            return named(office)
        finally:
            change(office, undo, **values)
            assert named(office) == []

    tie = "UPDATE stock_blanks SET passport = :to WHERE number = :blank"
    number = int(active.blank or "")
    assert planted(
        "UPDATE stock_blanks SET account = 'store:PTIP' WHERE number = 900000000400",
        "UPDATE stock_blanks SET account = 'consumed:PTIP' WHERE number = 900000000400",
    ) == [("blank_without_book", "900000000400", None)]
    assert planted(
        "UPDATE stock_blanks SET passport = NULL, account = 'store:PTIP' WHERE number = 900000000401",
        "UPDATE stock_blanks SET passport = 'LB9999999', account = 'consumed:PTIP' WHERE number = 900000000401",
    ) == [("blank_without_book", "900000000401", "LB9999999")]
    assert planted(
        "UPDATE passports SET blank = :blank WHERE number = :number",
        "UPDATE passports SET blank = NULL WHERE number = :number",
        blank=made.blank, number=made.number,
    ) == [("book_without_blank", None, made.number)]  # fmt: skip
    assert planted(
        "UPDATE stock_blanks SET passport = :own WHERE number = :blank",
        "UPDATE stock_blanks SET passport = 'LB9999999' WHERE number = :blank",
        own=active.number, blank=number,
    ) == [
        ("blank_without_book", active.blank, "LB9999999"),
        ("blank_on_two_books", active.blank, active.number),
    ]  # fmt: skip
    assert planted(
        "UPDATE stock_blanks SET account = 'consumed:PTIP' WHERE number = :blank",
        "UPDATE stock_blanks SET account = 'spoiled:PTIP' WHERE number = :blank",
        blank=number,
    ) == [("fate_differs", active.blank, active.number)]  # fmt: skip
    assert planted(
        "UPDATE passports SET state = 'active' WHERE number = :number",
        "UPDATE passports SET state = 'spoiled' WHERE number = :number",
        number=active.number,
    ) == [("fate_differs", active.blank, active.number)]  # fmt: skip
    assert planted(
        "UPDATE number_allocations SET state = 'used', void_reason = NULL WHERE number = :number",
        "UPDATE number_allocations SET state = 'void', void_reason = 'x' WHERE number = :number",
        number=made.number,
    ) == [("book_without_number", None, made.number)]  # fmt: skip
    change(office, tie, to=None, blank=number)
    assert named(office) == [
        ("blank_without_book", active.blank, None), ("book_without_blank", active.blank, active.number),
    ]  # fmt: skip
    change(office, tie, to=active.number, blank=number)


def test_a_gap_in_the_series_and_a_number_used_for_nothing_are_named_by_their_numbers(office: Service) -> None:
    with office.db.reading() as read:
        rows = read.exec(select(NumberAllocation).order_by(col(NumberAllocation.serial))).all()
    gone, held = rows[1], rows[1].model_dump()
    change(office, "DELETE FROM number_allocations WHERE number = :n", n=gone.number)
    found = named(office)
    assert ("number_missing", None, gone.number) in found
    assert ("book_without_number", None, gone.number) in found
    with office.db.writing() as session:
        session.add(type(gone)(**held))
    last = rows[-1].model_dump() | {"serial": rows[-1].serial + 1, "number": "LB2222ZZZ"}
    with office.db.writing() as session:
        session.add(type(gone)(**last))
    assert named(office) == [("number_without_book", None, "LB2222ZZZ")]
    change(office, "UPDATE number_allocations SET state = 'allocated' WHERE number = 'LB2222ZZZ'")
    assert named(office) == [], "a number just taken may belong to a process that works"
    assert named(office, LATER) == [("claimed_too_long", None, "LB2222ZZZ")]
    change(office, "DELETE FROM number_allocations WHERE number = 'LB2222ZZZ'")


def test_a_blank_claimed_for_a_book_that_is_not_made_is_told_after_its_time(office: Service) -> None:
    enter_nth(office, 90009)
    view = walk(office, "approved", asked(nth_person(90009)))
    with producing.unit_of_work(office.db, MAKER, "claim", NOW) as tx:
        row = producing.held(tx, view.id, "approved")
        row.number = "LB2222YYY"
        drawn = stock.draw(tx, "PTIP", "LB2222YYY")
        producing.move(tx, office.spec, row, "production")
    assert named(office) == []
    assert named(office, LATER) == [("claimed_too_long", drawn, "LB2222YYY")]
    with producing.unit_of_work(office.db, MAKER, "release", NOW) as tx:
        stock.give_back(tx, "LB2222YYY")
        row = producing.held(tx, view.id)
        row.number = None
        producing.move(tx, office.spec, row, "approved")
    assert named(office, LATER) == []
    assert look(office, view.id).state == "approved"


def test_a_blank_that_the_ledger_drew_twice_is_named_though_the_rows_agree(office: Service) -> None:
    """The second draw was written into the ledger by hand."""
    with office.db.reading() as read:
        made = read.exec(select(Passport)).first()
    assert made is not None
    change(
        office,
        'INSERT INTO stock_movements (id, kind, office, by, passport, numbers, "on", at)'
        " SELECT 'planted', kind, office, by, 'LB8888888', numbers, \"on\", at FROM stock_movements WHERE passport = :n"
        " AND kind = 'consume'",
        n=made.number,
    )
    change(
        office,
        'INSERT INTO stock_entries (movement_id, line, account, "first", "last", quantity)'
        " VALUES ('planted', 0, 'consumed:PTIP', :b, :b, 1)",
        b=int(made.blank or ""),
    )
    assert [(kind, blank) for kind, blank, _ in named(office)] == [("blank_on_two_books", made.blank)]
    change(office, "DELETE FROM stock_entries WHERE movement_id = 'planted'")
    change(office, "DELETE FROM stock_movements WHERE id = 'planted'")


def test_an_office_sees_its_own_and_the_country_is_for_who_sees_all(office: Service) -> None:
    change(office, "UPDATE stock_blanks SET account = 'consumed:PTIP' WHERE number = 900000000402")
    change(
        office,
        "UPDATE number_allocations SET serial = serial + 1 WHERE serial = (SELECT max(serial) FROM number_allocations)",
    )
    reconcile(office, CONSOLE, NOW)
    keeper, other = duty("stock_keeper"), duty("stock_keeper", "another", "PBEN")
    whole = reconciliation.entries(office, duty("stock_supervisor", office="HQ"), 1)[0]
    assert [one["kind"] for one in whole.findings] == ["blank_without_book", "number_missing"]
    (own,), (none,) = (reconciliation.entries(office, who, 1) for who in (keeper, other))
    assert ([one["kind"] for one in own.findings], own.found) == (["blank_without_book"], 1)
    assert (none.findings, none.found, none.offices) == ((), 0, ())
    with pytest.raises(NotAllowed):
        reconciliation.entries(office, duty("passport_clerk"), 1)
    with pytest.raises(NotAllowed):
        reconcile(office, keeper, NOW)
    change(office, "UPDATE stock_blanks SET account = 'store:PTIP' WHERE number = 900000000402")
    change(
        office,
        "UPDATE number_allocations SET serial = serial - 1 WHERE serial = (SELECT max(serial) FROM number_allocations)",
    )


def test_upkeep_reconciles_on_both_databases(service: Service) -> None:
    keep_up(service)
    keep_up(service)
    told = reconciliation.entries(service, CLERK, 9)
    assert [(one.found, one.as_json(service.spec)["agrees"]) for one in told] == [(0, True)]
