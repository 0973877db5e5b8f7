"""Blanks drawn, spoiled and cut off: every number in one account, tied to one passport, once and for good."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from issuance.core.uow import Tx, unit_of_work
from issuance.db.session import Database
from issuance.stock.public import (
    balances,
    draw,
    fate,
    freeze,
    frozen,
    numbers_at,
    of_passport,
    spoil,
    unfreeze,
    usable,
)
from specs.errors import Conflict, Invalid, IssuanceError, NotAllowed, NotFound, Refused
from tests.service import NOW, assert_complete, trail
from tests.stock import keeper, stocked

TWO = ("salma", "omar")


def test_a_blank_is_drawn_once_for_one_passport_and_keeps_its_fate(database: Database) -> None:
    stocked(database, "PTIP", 3, NOW)
    with unit_of_work(database, keeper(), "personalise", NOW) as tx:
        assert draw(tx, "PTIP", "LB2222222") == "900000000001"
        assert draw(tx, "PTIP", "LB2222223", "900000000003") == "900000000003"
    refused(database, lambda tx: draw(tx, "PTIP", "LB2222222"), Conflict, "stock.tied")
    refused(database, lambda tx: draw(tx, "PTIP", "LB2222224", "900000000001"), Refused, "stock.elsewhere")
    refused(database, lambda tx: draw(tx, "CTIP", "LB2222224", "900000000002"), Refused, "stock.elsewhere")
    refused(database, lambda tx: draw(tx, "CTIP", "LB2222224"), Refused, "stock.empty")
    refused(database, lambda tx: draw(tx, "PTIP", "LB2222224", "900000000009"), NotFound, "stock.unknown")
    refused(database, lambda tx: draw(tx, "PTIP", "LB2222224", "77"), NotFound, "stock.form")
    with database.reading() as read:
        assert of_passport(read, "LB2222223") == "900000000003"
        assert of_passport(read, "LB2222229") is None
        told = fate(read, "900000000001")
        assert [one.kind for one in told.history] == ["receive", "consume"]
        assert (told.passport, told.account, told.history[0].second) == ("LB2222222", "consumed:PTIP", "second-keeper")
        assert usable(read, "PTIP") == 1
        assert {one.account: one.numbers for one in balances(read)} == {
            "supplier": -3,
            "store:PTIP": 1,
            "consumed:PTIP": 2,
        }


def test_two_people_spoil_a_blank_and_a_spoiled_passport_keeps_its_tie(database: Database) -> None:
    stocked(database, "PTIP", 2, NOW)
    with unit_of_work(database, keeper(), "quality control", NOW) as tx:
        blank = draw(tx, "PTIP", "LB2222222")
        spoil(tx, blank, "quality_control", TWO)
    refused(database, lambda tx: spoil(tx, "900000000002", "quality_control", ("omar", "omar")), NotAllowed)
    refused(database, lambda tx: spoil(tx, "900000000002", "bored", TWO), Invalid)
    refused(database, lambda tx: spoil(tx, blank, "damaged", TWO), Refused, "stock.not_at_hand")
    refused(database, lambda tx: draw(tx, "PTIP", "LB2222222"), Conflict, "stock.tied")
    with database.reading() as read:
        told = fate(read, blank)
        assert (told.kind, told.passport, told.history[-1].by, told.history[-1].second) == (
            "spoiled",
            "LB2222222",
            *TWO,
        )


def test_blanks_of_a_seized_office_make_no_passport_and_are_listed(database: Database) -> None:
    """S28: the passport office of Sirte was taken with what it held."""
    stocked(database, "PTIP", 4, NOW)
    with unit_of_work(database, keeper(), "one is drawn, one spoiled before the attack", NOW) as tx:
        drawn = draw(tx, "PTIP", "LB2222222")
        spoil(tx, "900000000002", "damaged", TWO)
    with unit_of_work(database, keeper("supervisor"), "the office was taken", NOW) as tx:
        assert freeze(tx, "PTIP", "armed men in the building") == 2
    refused(database, lambda tx: draw(tx, "PTIP", "LB2222223"), Refused, "stock.frozen")
    refused(database, lambda tx: spoil(tx, "900000000003", "damaged", TWO), Refused, "stock.frozen")
    refused(database, lambda tx: freeze(tx, "PTIP", "again"), Conflict)
    with database.reading() as read:
        assert (usable(read, "PTIP"), frozen(read, "PTIP"), frozen(read, "CTIP")) == (0, True, False)
        assert numbers_at(read, "PTIP") == ["900000000002", "900000000003", "900000000004"]
    with unit_of_work(database, keeper(), "a book drawn before fails its check", NOW) as tx:
        spoil(tx, drawn, "quality_control", TWO)
    with unit_of_work(database, keeper("supervisor"), "the office is ours again", NOW) as tx:
        unfreeze(tx, "PTIP", "the police hold the building")
    refused(database, lambda tx: unfreeze(tx, "PTIP", "again"), Conflict)
    with database.reading() as read:
        assert usable(read, "PTIP") == 2
    assert trail(database)[-2:] == ["stock.spoil", "stock.unfreeze"]


def refused(
    database: Database, act: Callable[[Tx], object], kind: type[IssuanceError], code: str | None = None
) -> None:
    """`act` raises, says why in both languages, and changes nothing."""
    before = _balances(database)
    with pytest.raises(kind) as told, unit_of_work(database, keeper(), "try", NOW) as tx:
        act(tx)
    for fault in told.value.faults:
        assert_complete(fault)
    if code is not None:
        assert [fault.code for fault in told.value.faults] == [code]
    assert _balances(database) == before


def _balances(database: Database) -> object:
    with database.reading() as read:
        return balances(read)
