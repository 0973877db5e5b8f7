"""What the ledger says: balances, the fate of one number, numbers an office holds. No permission is asked here."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import cast

from sqlmodel import and_, col, or_, select

from issuance.db.session import ReadSession
from issuance.stock.blanks import number_of, printed
from issuance.stock.facts import Account, Balance, Fate, Movement, store
from issuance.stock.kinds import first_of_kind
from issuance.stock.ledger import digits, place_of, runs_in
from issuance.stock.model import StockAccount, StockBlank, StockEntry, StockMovement
from issuance.stock.ranges import Range, written
from specs.schema.stock import AccountKind, MovementKind


def usable(read: ReadSession, location: str, kind: str | None = None) -> int:
    """How many blanks can be drawn at `location` now: none of a store that is frozen. kind: 0 where none is of it."""
    row = _fresh(read, store(location).id)
    if row is None or row.frozen_at is not None or row.balance == 0:
        return 0
    return row.balance if first_of_kind(read, store(location), kind) is not None else 0


def frozen(read: ReadSession, location: str) -> bool:
    """Whether the store of `location` is cut off."""
    row = _fresh(read, store(location).id)
    return row is not None and row.frozen_at is not None


def balances(read: ReadSession, offices: Collection[str] | None = None) -> list[Balance]:
    """Accounts that hold something or are frozen, by office and kind; offices: only theirs, None: all."""
    query = select(StockAccount).where(or_(StockAccount.balance != 0, col(StockAccount.frozen_at).is_not(None)))
    if offices is not None:
        query = query.where(col(StockAccount.office).in_(offices))
    ordered = query.order_by(col(StockAccount.office), col(StockAccount.kind), col(StockAccount.id))
    return [
        Balance(row.id, cast(AccountKind, row.kind), row.office, row.balance, row.frozen_at is not None)
        for row in read.exec(ordered)
    ]


def numbers_at(read: ReadSession, location: str) -> list[str]:
    """Every number that lies at `location` and is nobody's passport: its store, and what awaits destruction."""
    width = digits()
    return [f"{number:0{width}d}" for one in _runs_at(read, location) for number in range(one.first, one.last + 1)]


def ranges_at(read: ReadSession, location: str) -> list[str]:
    """The same as people write them: 500,000 numbers of one delivery are one range."""
    return written(_runs_at(read, location), digits())


def _runs_at(read: ReadSession, location: str) -> list[Range]:
    return sorted((*runs_in(read, store(location)), *runs_in(read, Account("spoiled", location))))


def of_passport(read: ReadSession, number: str) -> str | None:
    """The blank that was made into this passport; it stays so when the book is spoiled."""
    found = read.exec(select(StockBlank.number).where(StockBlank.passport == number)).first()
    return None if found is None else printed(found)


def fate(read: ReadSession, blank: str) -> Fate:
    """Where a blank is and how it came there. Raises `NotFound`."""
    number = number_of(blank)
    row = place_of(read, number)
    account = _fresh(read, row.account)
    if account is None:
        raise RuntimeError(f"the account {row.account} of a blank is gone")
    return Fate(
        printed(number),
        row.account,
        cast(AccountKind, account.kind),
        account.office,
        row.passport,
        tuple(movements_of(read, _touching(read, number))),
    )


def movements(read: ReadSession, offices: Collection[str] | None = None, limit: int = 50) -> list[Movement]:
    """The latest movements that touched accounts of these offices, None: all; the newest first."""
    query = select(StockMovement.id).order_by(col(StockMovement.id).desc()).limit(limit)
    if offices is not None:
        touching = (
            select(StockEntry.movement_id)
            .join(StockAccount, col(StockAccount.id) == col(StockEntry.account))
            .where(col(StockAccount.office).in_(offices))
            .distinct()
            .order_by(col(StockEntry.movement_id).desc())
            .limit(limit)
        )
        query = query.where(col(StockMovement.id).in_(touching))
    return list(reversed(movements_of(read, list(read.exec(query)))))


def movements_of(read: ReadSession, ids: Sequence[str]) -> list[Movement]:
    """These movements with what moved, the oldest first."""
    rows = list(read.exec(select(StockMovement).where(col(StockMovement.id).in_(ids)).order_by(col(StockMovement.id))))
    entries: dict[str, list[StockEntry]] = {}
    lines = select(StockEntry).where(col(StockEntry.movement_id).in_(ids))
    for entry in read.exec(lines.order_by(col(StockEntry.movement_id), col(StockEntry.line))):
        entries.setdefault(entry.movement_id, []).append(entry)
    return [_movement(row, entries[row.id]) for row in rows]


def _movement(row: StockMovement, entries: Sequence[StockEntry]) -> Movement:
    values = row.model_dump(exclude={"approval", "kind"})
    out = [one for one in entries if one.quantity < 0]
    return Movement(
        kind=cast(MovementKind, row.kind),
        ranges=tuple(written((Range(one.first, one.last) for one in out), digits())),
        source=out[0].account,
        target=next(one.account for one in entries if one.quantity > 0),
        **values,
    )


def _touching(read: ReadSession, number: int) -> list[str]:
    """Movements of one number: those of it alone by their key, and the few wide ones that span it."""
    alone = col(StockEntry.first) == number
    wide = and_(
        col(StockEntry.last) > col(StockEntry.first),
        col(StockEntry.first) < number,
        col(StockEntry.last) >= number,
    )
    found: set[str] = set()
    for condition in (alone, wide):
        found |= set(read.exec(select(StockEntry.movement_id).where(condition).distinct()))
    return sorted(found)


def _fresh(read: ReadSession, account: str) -> StockAccount | None:
    query = select(StockAccount).where(StockAccount.id == account)
    return read.exec(query.execution_options(populate_existing=True)).first()
