"""Two keepers receive, spoil, destroy and take back; both ends sign a transfer; a count lets nothing vanish unseen."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from sqlmodel import Session, text

from issuance.core.actor import Actor, system
from issuance.core.uow import unit_of_work
from issuance.db.session import ReadSession
from issuance.service import Service
from issuance.stock import check, counts, desk, transfers, two
from issuance.stock.alarms import alarms
from issuance.stock.look import balances, fate, usable
from issuance.stock.public import draw
from issuance.stock.two import Wanted
from specs.errors import Conflict, Invalid, NotAllowed, NotFound, Refused
from tests.service import NOW, found
from tests.stock import keeper, run_of, stocked

SALMA, OMAR = keeper("salma"), keeper("omar")
BENGHAZI = keeper("hana", "PBEN")
SUPERVISOR = Actor("supervisor", "staff", frozenset({"stock_supervisor"}), None)
DELIVERY = Wanted("receive", "PTIP", (run_of(0, 250), run_of(300, 50)), document="DN-7/2026", count=300)


def held(service: Service) -> dict[str, int]:
    with service.db.reading() as read:
        assert list(check.faults(read)) == []
        return {one.account: one.numbers for one in balances(read)}


def said(service: Service, now: datetime = NOW) -> set[tuple[str | None, str]]:
    with service.db.reading() as read:
        return {(one.office, one.fault.code.removeprefix("stock.alarm.")) for one in alarms(read, service.spec, now)}


def test_a_delivery_is_received_by_two_keepers_who_counted_it(stores: Service) -> None:
    with pytest.raises(Invalid) as wrong:
        two.ask(stores, SALMA, replace(DELIVERY, count=299), "box 3 is short", NOW)
    assert found(wrong.value) == {("count", "stock.count")}
    for changed, fault in (
        ({"document": " "}, ("document", "stock.document")),
        ({"ranges": ("12",)}, ("ranges", "stock.range.form")),
        ({"ranges": (run_of(0, 9), run_of(5, 9))}, ("ranges", "stock.range.twice")),
        ({"ranges": ()}, ("ranges", "stock.range.none")),
        ({"kind": "gift"}, ("kind", "stock.kind")),
    ):
        with pytest.raises(Invalid) as wrong:
            two.ask(stores, SALMA, replace(DELIVERY, **changed), "delivery", NOW)
        assert found(wrong.value) == {fault}
    with pytest.raises(NotAllowed):
        two.ask(stores, BENGHAZI, DELIVERY, "delivery", NOW)
    with pytest.raises(Refused):
        two.ask(stores, keeper(office="CTIP"), replace(DELIVERY, office="CTIP"), "delivery", NOW)
    asked = two.ask(stores, SALMA, DELIVERY, "delivery", NOW)
    assert held(stores) == {}
    with pytest.raises(NotAllowed):
        two.approve(stores, SALMA, asked, "I counted", NOW)
    with pytest.raises(NotFound):
        two.approve(stores, BENGHAZI, asked, "not my office", NOW)
    moved = two.approve(stores, OMAR, asked, "counted again", NOW)
    assert (moved.by, moved.second, moved.document, moved.numbers) == ("salma", "omar", "DN-7/2026", 300)
    assert held(stores) == {"supplier": -300, "store:PTIP": 300}
    with pytest.raises(Conflict):
        two.approve(stores, OMAR, asked, "again", NOW)
    with pytest.raises(Refused) as known:
        two.ask(stores, SALMA, replace(DELIVERY, ranges=(run_of(299, 5),), count=5), "the same box", NOW)
    assert found(known.value) == {("ranges", "stock.known")}


def test_spoiled_blanks_are_destroyed_by_two_with_a_protocol(embedded: Service) -> None:
    stocked(embedded.db, "PTIP", 10, NOW)
    spoiling = Wanted("spoil", "PTIP", (run_of(0, 2),), reason="damaged")
    asked = two.ask(embedded, SALMA, spoiling, "water in the store", NOW)
    two.refuse(embedded, OMAR, asked, "look again", NOW)
    asked = two.ask(embedded, SALMA, spoiling, "water in the store", NOW)
    assert [one.id for one in two.waiting(embedded, OMAR, NOW)] == [asked]
    assert [two.waiting(embedded, who, NOW) for who in (SALMA, BENGHAZI)] == [[], []]
    with unit_of_work(embedded.db, OMAR, "one of them is drawn meanwhile", NOW) as tx:
        draw(tx, "PTIP", "LB2222222")
    with pytest.raises(Conflict):
        two.approve(embedded, OMAR, asked, "seen", NOW)
    asked = two.ask(embedded, SALMA, replace(spoiling, ranges=(run_of(1, 1),)), "the other", NOW)
    two.approve(embedded, SUPERVISOR, asked, "seen", NOW)
    made = two.ask(embedded, SALMA, replace(spoiling, ranges=(run_of(0, 1),), reason="quality_control"), "torn", NOW)
    two.approve(embedded, OMAR, made, "seen", NOW)
    assert held(embedded) == {"supplier": -10, "store:PTIP": 8, "spoiled:PTIP": 2}
    late = NOW + timedelta(days=91)  # delivery.yaml: within 90 days
    assert ("PTIP", "undestroyed") in said(embedded, late) - said(embedded, NOW + timedelta(days=90))
    shredding = Wanted("destroy", "PTIP", (run_of(0, 2),), document="P-12")
    with pytest.raises(Refused):
        two.ask(embedded, SALMA, replace(shredding, ranges=(run_of(0, 3),)), "shredder", NOW)
    two.approve(embedded, OMAR, two.ask(embedded, SALMA, shredding, "shredder", NOW), "watched", NOW)
    assert held(embedded) == {"supplier": -10, "store:PTIP": 8, "destroyed:PTIP": 2}
    with embedded.db.reading() as read:
        told = fate(read, "900000000001")
        assert [one.kind for one in told.history] == ["receive", "consume", "spoil", "destroy"]
        assert (told.passport, told.history[-1].document) == ("LB2222222", "P-12")


def test_what_does_not_arrive_is_missing_by_its_number(stores: Service) -> None:
    stocked(stores.db, "PTIP", 100, NOW)
    with pytest.raises(Invalid):
        transfers.send(stores, SALMA, "PTIP", "PTIP", [run_of(0, 50)], "S1", NOW)
    with pytest.raises(Refused):
        transfers.send(stores, SALMA, "PTIP", "CTIP", [run_of(0, 50)], "S1", NOW)
    sent = transfers.send(stores, SALMA, "PTIP", "PBEN", [run_of(0, 50)], "S1 S2", NOW)
    assert held(stores) == {"supplier": -100, "store:PTIP": 50, f"transit:{sent.id}": 50}
    assert ("PBEN", "overdue") in said(stores, NOW + timedelta(days=6))
    with pytest.raises(NotFound):
        transfers.acknowledge(stores, OMAR, sent.id, sent.ranges, NOW)
    with pytest.raises(NotAllowed):
        transfers.turn_back(stores, SALMA, sent.id, sent.ranges, NOW)
    arrived = [run_of(0, 20), run_of(22, 28), run_of(60, 1)]
    ended = transfers.acknowledge(stores, BENGHAZI, sent.id, arrived, NOW)
    assert (ended.missing, ended.surplus, ended.state) == (2, ("900000000061",), "arrived")
    assert held(stores) == {"supplier": -100, "store:PTIP": 50, "store:PBEN": 48, "missing:PBEN": 2}
    assert ("PBEN", "missing") in said(stores)
    with stores.db.reading() as read:
        assert [one.kind for one in fate(read, "900000000021").history] == ["receive", "send", "miss"]
    with pytest.raises(Conflict):
        transfers.acknowledge(stores, BENGHAZI, sent.id, arrived, NOW)
    back = transfers.send(stores, SALMA, "PTIP", "PBEN", [run_of(60, 5)], "S3", NOW)
    desk.freeze(stores, SUPERVISOR, "PBEN", "the road is cut", NOW)
    with pytest.raises(Refused):
        transfers.acknowledge(stores, BENGHAZI, back.id, back.ranges, NOW)
    assert transfers.turn_back(stores, OMAR, back.id, back.ranges, NOW).state == "turned_back"
    assert held(stores)["store:PTIP"] == 50


def test_a_blank_an_insider_took_is_missing_at_the_next_count(stores: Service) -> None:
    """LIBYA 1.3: bribery of insiders. The day cannot be closed over it in silence."""
    stocked(stores.db, "PTIP", 20, NOW)
    shelf = [run_of(0, 7), run_of(8, 12)]  # number 8 is in somebody's pocket
    with pytest.raises(Invalid) as silent:
        counts.count(stores, SALMA, "PTIP", shelf, "", NOW)
    assert found(silent.value) == {("words", "stock.count.difference")}
    assert ("PTIP", "missing") not in said(stores)
    made = counts.count(stores, SALMA, "PTIP", shelf, "searched twice", NOW)
    assert (made.expected, made.counted, made.missing, made.even) == (20, 19, 1, False)
    assert held(stores) == {"supplier": -20, "store:PTIP": 19, "missing:PTIP": 1}
    assert ("PTIP", "missing") in said(stores)
    with (
        pytest.raises(Refused),
        unit_of_work(stores.db, SALMA, "the taken blank is to become a passport", NOW) as tx,
    ):
        draw(tx, "PTIP", "LB2222222", "900000000008")
    back = Wanted("find", "PTIP", ("900000000008",), reason="returned")
    two.approve(stores, OMAR, two.ask(stores, SALMA, back, "found in a drawer", NOW), "seen", NOW)
    assert held(stores) == {"supplier": -20, "store:PTIP": 19, "spoiled:PTIP": 1}  # never usable again
    assert counts.count(stores, OMAR, "PTIP", shelf, "", NOW).even
    extra = counts.count(stores, OMAR, "PTIP", [*shelf, "900000000008"], "one too many", NOW)
    assert (extra.surplus, extra.extra, extra.missing) == (("900000000008",), 1, 0)
    assert ("PTIP", "surplus") in said(stores)


def test_a_store_nobody_counted_is_told_after_a_working_day(embedded: Service) -> None:
    """22 November 2026 is a Sunday; Friday and Saturday are no working days."""
    stocked(embedded.db, "PTIP", 5, NOW)
    days = [NOW + timedelta(days=n) for n in range(3)]
    assert [("PTIP", "uncounted") in said(embedded, day) for day in days] == [False, False, True]
    counts.count(embedded, SALMA, "PTIP", [run_of(0, 5)], "", NOW + timedelta(days=4))  # Thursday
    later = [NOW + timedelta(days=n) for n in (5, 6, 7, 8)]
    assert [("PTIP", "uncounted") in said(embedded, day) for day in later] == [False, False, False, True]


def test_a_frozen_store_still_says_what_is_missing_and_nothing_else_moves(embedded: Service) -> None:
    stocked(embedded.db, "PTIP", 5, NOW)
    asked = two.ask(embedded, SALMA, Wanted("spoil", "PTIP", (run_of(0, 1),), reason="damaged"), "wet", NOW)
    two.approve(embedded, OMAR, asked, "seen", NOW)
    shredding = two.ask(embedded, SALMA, Wanted("destroy", "PTIP", (run_of(0, 1),), document="P-1"), "now", NOW)
    with pytest.raises(NotAllowed):
        desk.freeze(embedded, SALMA, "PTIP", "no right to", NOW)
    assert desk.freeze(embedded, SUPERVISOR, "PTIP", "armed men in the building", NOW) == 4
    with pytest.raises(Refused):
        two.approve(embedded, OMAR, shredding, "burn the proof", NOW)
    with pytest.raises(Refused):
        transfers.send(embedded, SALMA, "PTIP", "PBEN", [run_of(1, 4)], "S1", NOW)
    counts.count(embedded, SALMA, "PTIP", [run_of(1, 2)], "two were taken", NOW)
    assert held(embedded) == {"supplier": -5, "store:PTIP": 2, "missing:PTIP": 2, "spoiled:PTIP": 1}
    assert {("PTIP", "frozen"), ("PTIP", "missing")} <= said(embedded)
    assert desk.numbers(embedded, SUPERVISOR, "PTIP") == ["900000000001", "900000000002", "900000000003"]


def test_what_a_hand_in_the_database_changes_is_seen(embedded: Service) -> None:
    stocked(embedded.db, "PTIP", 3, NOW)
    with unit_of_work(embedded.db, SALMA, "draw", NOW) as tx:
        draw(tx, "PTIP", "LB2222222")
    assert check.verify(embedded, system("test")) == []
    for change, codes in (
        ("DELETE FROM stock_blanks WHERE number = 900000000002", {"places"}),
        ("UPDATE stock_blanks SET account = 'store:PTIP' WHERE number = 900000000001", {"places"}),
        ("UPDATE stock_accounts SET balance = 4 WHERE id = 'store:PTIP'", {"balance", "places"}),
        ("UPDATE stock_blanks SET passport = NULL", {"untied"}),
        ("UPDATE stock_entries SET last = last - 1, quantity = quantity + 1 WHERE account = 'supplier'", None),
        ("UPDATE stock_entries SET account = 'supplier' WHERE account = 'store:PTIP'", None),
    ):
        with Session(embedded.db.engine) as session:
            session.execute(text(change))
            session.flush()
            seen = {one.code.removeprefix("stock.verify.") for one in check.faults(ReadSession(session))}
            assert seen and (codes is None or seen == codes), change
            session.rollback()


def test_the_console_receives_for_trials_alone(embedded: Service) -> None:
    with pytest.raises(NotAllowed):
        two.receive_at_console(embedded, SALMA, DELIVERY, NOW)
    assert two.receive_at_console(embedded, system("console"), DELIVERY, NOW).second is None
    assert held(embedded) == {"supplier": -300, "store:PTIP": 300}
    with embedded.db.reading() as read:
        assert usable(read, "PTIP") == 300
