"""What the process does that dies while blanks move (`test_stock_killed`)."""

from __future__ import annotations

import os
import signal
from importlib import import_module

from issuance.core.uow import unit_of_work
from issuance.db.session import Database
from issuance.stock.public import draw, spoil
from tests.service import NOW
from tests.stock import keeper


def move_until(url: str, point: str) -> None:
    """Draw one blank and spoil it, each in a transaction of its own; calling `point` (`module:name`) is the end."""
    db = Database(url)
    module, _, name = point.partition(":")
    setattr(import_module(module), name, lambda *_a, **_k: os.kill(os.getpid(), signal.SIGKILL))
    with unit_of_work(db, keeper(), "personalise", NOW) as tx:
        blank = draw(tx, "PTIP", "LB2222222")
    with unit_of_work(db, keeper(), "quality control", NOW) as tx:
        spoil(tx, blank, "quality_control", ("salma", "omar"))
