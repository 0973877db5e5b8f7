"""Which blank the ledger says is which passport: for the daily reconciliation, which joins it with the books."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import or_
from sqlmodel import col, func, select

from issuance.stock.blanks import printed
from issuance.stock.model import StockAccount, StockBlank, StockEntry, StockMovement

if TYPE_CHECKING:
    from sqlalchemy import Subquery

    from issuance.db.session import ReadSession

__all__ = ["drawn_for_several", "printed", "tied", "tied_to"]


def tied() -> Subquery:
    """Every blank that is consumed or tied to a passport number: `number` (as the ledger keeps it), `passport`, `kind`
    of its account, `office` (both None where the account is none of the ledger)."""
    query = (
        select(col(StockBlank.number), col(StockBlank.passport), col(StockAccount.kind), col(StockAccount.office))
        .outerjoin(StockAccount, col(StockAccount.id) == col(StockBlank.account))
        .where(
            or_(
                col(StockBlank.passport).is_not(None),
                col(StockBlank.account).startswith("consumed:", autoescape=True),
            )
        )
    )
    return query.subquery("tied")


def tied_to(read: ReadSession, blank: str) -> str | None:
    """The passport number the ledger ties this blank to, None where there is no such blank or no tie."""
    if not (blank.isascii() and blank.isdigit()):
        return None
    return read.exec(select(StockBlank.passport).where(StockBlank.number == int(blank))).first()


def drawn_for_several(read: ReadSession) -> list[tuple[str, str, tuple[str, ...]]]:
    """(blank, office, passports): blanks that movements consumed for more than one passport and did not give back."""
    consumed = (
        select(
            col(StockEntry.first).label("blank"),
            col(StockMovement.passport).label("passport"),
            func.min(StockMovement.office).label("office"),
        )
        .join(StockMovement, col(StockMovement.id) == col(StockEntry.movement_id))
        .where(
            col(StockMovement.kind).in_(("consume", "give_back")),
            col(StockEntry.account).startswith("consumed:", autoescape=True),
        )
        .group_by(col(StockEntry.first), col(StockMovement.passport))
        .having(func.sum(StockEntry.quantity) > 0)
        .subquery()
    )
    twice = select(consumed.c.blank).group_by(consumed.c.blank).having(func.count() > 1)
    query = select(consumed.c.blank, consumed.c.office, consumed.c.passport).where(consumed.c.blank.in_(twice))
    found: dict[int, tuple[str, list[str]]] = {}
    for number, office, passport in read.exec(query.order_by(consumed.c.blank, consumed.c.passport)):
        found.setdefault(number, (office, []))[1].append(passport or "")
    return [(printed(number), office, tuple(passports)) for number, (office, passports) in found.items()]
