"""The process dies (SIGKILL) between two steps of a movement: the ledger balances, and the blank is where it was."""

from __future__ import annotations

import signal

import pytest

from issuance.core.uow import unit_of_work
from issuance.db.session import Database
from issuance.stock import check
from issuance.stock.public import draw, fate, of_passport
from tests import warm
from tests.failure.stock_until import move_until
from tests.service import NOW
from tests.stock import keeper, stocked

# where it is killed -> the account the blank then stands in
KILLED_AT = {
    "numbers moved, entries not written": ("issuance.stock.ledger:_entries", "store:PTIP"),
    "moved, not yet tied to its passport": ("issuance.stock.blanks:update", "store:PTIP"),
    "all written but the audit row": ("issuance.core.audit:append", "store:PTIP"),
    "drawn, before it is spoiled": ("issuance.stock.blanks:require_two", "consumed:PTIP"),
}


@pytest.mark.slow  # each in a process of its own
@pytest.mark.parametrize("point", KILLED_AT)
def test_the_ledger_balances_wherever_the_process_dies(database_url: str, point: str) -> None:
    where, account = KILLED_AT[point]
    database = Database(database_url)
    stocked(database, "PTIP", 3, NOW)
    database.close()
    assert warm.forked(move_until, database_url, where) == -signal.SIGKILL
    with database.reading() as read:
        assert list(check.faults(read)) == []
        told = fate(read, "900000000001")
        assert told.account == account
        assert (told.passport is not None) == (of_passport(read, "LB2222222") is not None) == (account != "store:PTIP")
    with unit_of_work(database, keeper(), "again", NOW) as tx:
        assert draw(tx, "PTIP", "LB2222223") == ("900000000001" if account == "store:PTIP" else "900000000002")
    with database.reading() as read:
        assert list(check.faults(read)) == []
    database.close()
