"""Kinds of blanks: a book, a card or a sheet is told by how its number begins (passport/stock.yaml, blanks)."""

from __future__ import annotations

from sqlmodel import col, select

from issuance.db.session import ReadSession
from issuance.stock.facts import Account
from issuance.stock.ledger import digits
from issuance.stock.model import StockBlank
from issuance.stock.ranges import Range, merged, minus
from specs.load import load


def numbers_of(kind: str | None) -> tuple[Range, ...]:
    """Every number of this kind, None: of any, as a set. Raises KeyError for a kind the specification does not know."""
    if kind is None:
        return (Range(0, 10 ** digits() - 1),)
    entries = load().passport.stock.blanks.entries
    if (begins := entries[kind].first_digits) is not None:
        return (_beginning(begins),)
    others = merged(_beginning(held.first_digits) for held in entries.values() if held.first_digits is not None)
    return minus((Range(0, 10 ** digits() - 1),), others)


def first_of_kind(read: ReadSession, held: Account, kind: str | None) -> int | None:
    """The lowest number of the kind in an account; None: there is none."""
    for one in numbers_of(kind):
        query = select(StockBlank.number).where(
            StockBlank.account == held.id, col(StockBlank.number) >= one.first, col(StockBlank.number) <= one.last
        )
        number = read.exec(query.order_by(col(StockBlank.number)).limit(1)).first()
        if number is not None:
            return number
    return None


def _beginning(begins: str) -> Range:
    step = 10 ** (digits() - len(begins))
    return Range(int(begins) * step, (int(begins) + 1) * step - 1)
