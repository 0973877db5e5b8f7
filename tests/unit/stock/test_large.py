"""The delivery of 2016 (LIBYA 7, S17) in one receipt: in a few seconds, and no list of half a million numbers."""

from __future__ import annotations

import resource
import time

import pytest

from issuance.core.uow import unit_of_work
from issuance.db.session import Database
from issuance.stock.look import balances, fate, numbers_at
from issuance.stock.public import draw
from tests.service import NOW
from tests.stock import keeper, stocked


@pytest.mark.slow
def test_half_a_million_blanks_come_in_at_once(sqlite_database: Database) -> None:
    database = sqlite_database
    stocked(database, "PTIP", 1, NOW, first=100_000_000_000)  # what is used first is loaded
    before, began = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, time.monotonic()
    stocked(database, "PTIP", 500_000, NOW)
    assert time.monotonic() - began < 60
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 64 * 1024  # KiB
    began = time.monotonic()
    for i in range(20):
        with unit_of_work(database, keeper(), "draw", NOW) as tx:
            draw(tx, "PTIP", f"LB33333{i:02d}")
    assert time.monotonic() - began < 10
    with database.reading() as read:
        assert {one.account: one.numbers for one in balances(read)} == {
            "supplier": -500_001, "store:PTIP": 499_981, "consumed:PTIP": 20,
        }  # fmt: skip
        assert fate(read, "900000500000").account == "store:PTIP"
        assert len(numbers_at(read, "PTIP")) == 499_981
