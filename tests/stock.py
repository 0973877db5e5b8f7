"""Blanks for tests: keepers, and an office's store filled as two of them fill it."""

from __future__ import annotations

from datetime import datetime

from issuance.core.actor import Actor
from issuance.core.uow import unit_of_work
from issuance.db.session import Database
from issuance.stock.facts import SUPPLIER, Line, store
from issuance.stock.ledger import Deed, post
from issuance.stock.ranges import Range

FIRST = 900_000_000_001


def keeper(name: str = "keeper", office: str = "PTIP") -> Actor:
    """A keeper of blanks with an account of that name."""
    return Actor(name, "staff", frozenset({"stock_keeper"}), office)


def stocked(db: Database, office: str, numbers: int, now: datetime, first: int = FIRST) -> Range:
    """`numbers` blanks in the store of `office`, received from the supplier."""
    run = Range(first, first + numbers - 1)
    with unit_of_work(db, keeper(office=office), "blanks for a test", now) as tx:
        deed = Deed("receive", office, second="second-keeper", document="DN-1")
        post(tx, deed, [Line(SUPPLIER, store(office), (run,))])
    return run


def run_of(first: int, numbers: int, digits: int = 12) -> str:
    """`numbers` blanks from the one numbered so on, as people write them; first: counted from `FIRST`."""
    begin = FIRST + first
    return f"{begin:0{digits}d}-{begin + numbers - 1:0{digits}d}"
