"""The one way blanks move: a balanced double entry over ranges of numbers, and the place of each number with it.

`post` alone writes accounts, entries and blanks. Who may ask for what stands in the commands around it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

from sqlalchemy import insert, text, update
from sqlmodel import col, func, select

from issuance.core.approvals import digest_of
from issuance.core.civil import civil_day
from issuance.core.ids import new_id
from issuance.core.uow import Tx
from issuance.db.session import ReadSession, lock
from issuance.stock.facts import SUPPLIER, Account, Line, fault, store
from issuance.stock.model import StockAccount, StockBlank, StockEntry, StockMovement
from issuance.stock.ranges import Range, size, written
from specs.errors import Fault, NotFound, Refused
from specs.load import directory, load
from specs.schema.stock import MovementKind

_DESPITE_FREEZING: Final = ("miss", "give_back")
"""Of a store that is cut off, what is gone is still written down, and what never left it."""
_NAMED: Final = 5
"""So many numbers are named in a refusal; the rest are counted."""
_ENTER: Final = text(
    "WITH RECURSIVE run(number) AS (SELECT CAST(:first AS BIGINT) UNION ALL"
    " SELECT number + 1 FROM run WHERE number < :last)"
    " INSERT INTO stock_blanks (number, account) SELECT number, :account FROM run"
)


@dataclass(frozen=True, slots=True)
class Deed:
    """Why blanks move. office: whose doing; by: the account, default the actor's; the rest as in `StockMovement`."""

    kind: MovementKind
    office: str
    by: str | None = None
    second: str | None = None
    approval: str | None = None
    reason: str | None = None
    document: str | None = None
    passport: str | None = None


def post(tx: Tx, deed: Deed, lines: Sequence[Line]) -> str:
    """Move the numbers of `lines`, all or none; the id of the movement.

    Raises `Refused`: `stock.frozen`, `stock.elsewhere` (a number is not where it is to leave), `stock.known` (one that
    is to be received is in the ledger already, wherever it is: no number comes twice).
    """
    accounts = hold(tx, {account for line in lines for account in _touched(line)})
    if deed.kind not in _DESPITE_FREEZING:
        for line in lines:
            for account in _touched(line):
                if account.kind == "store":
                    _require_thawed(accounts[account.id])
    movement = StockMovement(
        id=new_id(),
        kind=deed.kind,
        office=deed.office,
        by=deed.by or tx.actor.id,
        second=deed.second,
        approval=deed.approval,
        reason=deed.reason,
        document=deed.document,
        passport=deed.passport,
        numbers=sum(size(line.ranges) for line in lines),
        on=civil_day(tx.now),
        at=tx.now,
    )
    tx.session.add(movement)
    tx.session.flush()
    for line in lines:
        _move(tx, line)
        moved = size(line.ranges)
        accounts[line.source.id].balance -= moved
        accounts[line.target.id].balance += moved
    entries = list(_entries(movement.id, lines))
    tx.session.execute(insert(StockEntry), entries)
    tx.session.flush()
    detail = {"movement": movement.id, "numbers": movement.numbers, "entries": entries_digest(entries)}
    if deed.passport is not None:
        detail["passport"] = deed.passport
    tx.audit(f"stock.{deed.kind}", f"stock:{deed.office}", detail)
    return movement.id


def hold(tx: Tx, accounts: Iterable[Account]) -> dict[str, StockAccount]:
    """The rows of `accounts`, opened when new, and kept from other writers until the transaction ends."""
    held: dict[str, StockAccount] = {}
    for account in sorted(set(accounts), key=lambda one: one.id):  # one order for all: nobody waits in a circle
        lock(tx.session, f"stock:{account.id}")
        row = tx.session.get(StockAccount, account.id, populate_existing=True)
        if row is None:
            row = StockAccount(id=account.id, kind=account.kind, office=account.office)
            tx.session.add(row)
            tx.session.flush()
        held[account.id] = row
    return held


def place_of(read: ReadSession, number: int) -> StockBlank:
    """The row of one blank. Raises `NotFound`."""
    row = read.exec(
        select(StockBlank).where(StockBlank.number == number).execution_options(populate_existing=True)
    ).first()
    if row is None:
        words = "لا دفتر بهذا الرقم في العهدة", "there is no blank of this number in the ledger"
        raise NotFound(fault("unknown", *words, field="blank"))
    return row


def runs_in(read: ReadSession, account: Account) -> tuple[Range, ...]:
    """The numbers that stand in an account."""
    place = func.row_number().over(order_by=col(StockBlank.number))
    inner = (
        select(col(StockBlank.number).label("number"), (col(StockBlank.number) - place).label("run"))
        .where(StockBlank.account == account.id)
        .subquery()
    )
    query = select(func.min(inner.c.number), func.max(inner.c.number)).group_by(inner.c.run)
    return tuple(sorted(Range(first, last) for first, last in read.exec(query)))


def standing(read: ReadSession, ranges: Iterable[Range]) -> dict[str, int]:
    """How many of these numbers stand in which account."""
    found: dict[str, int] = {}
    for one in ranges:
        query = (
            select(StockBlank.account, func.count())
            .where(col(StockBlank.number).between(one.first, one.last))
            .group_by(col(StockBlank.account))
        )
        for account, numbers in read.exec(query):
            found[account] = found.get(account, 0) + numbers
    return found


def digits() -> int:
    """How many digits a blank's number has."""
    return _digits(directory())


@lru_cache(maxsize=4)
def _digits(specification: Path) -> int:
    editions = load(specification).passport.editions
    return editions[min(editions)].series.blank_number.length_digits  # of all editions alike: a cross check


def entries_digest(entries: Iterable[dict[str, Any]]) -> str:
    """Hex SHA-256 of the entries of one movement, as the audit trail keeps it."""
    rows = sorted((one["line"], one["account"], one["first"], one["last"], one["quantity"]) for one in entries)
    return digest_of({"entries": [list(row) for row in rows]})


def _touched(line: Line) -> tuple[Account, ...]:
    """Both sides; and the store whose freezing also keeps spoiled books from being destroyed."""
    sides = (line.source, line.target)
    if line.source.kind == "spoiled" and line.source.office is not None:
        return (*sides, store(line.source.office))
    return sides


def _require_thawed(row: StockAccount) -> None:
    if row.frozen_at is not None:
        words = f"مخزن {row.office} مجمد", f"the store of {row.office} is frozen"
        raise Refused(fault("frozen", *words, field="office"))


def _move(tx: Tx, line: Line) -> None:
    for one in line.ranges:
        inside = col(StockBlank.number).between(one.first, one.last)
        if line.source == SUPPLIER:
            _require_new(tx, one)
            tx.session.execute(_ENTER, {"first": one.first, "last": one.last, "account": line.target.id})
            continue
        there = col(StockBlank.account) == line.source.id
        counted = tx.session.exec(select(func.count()).select_from(StockBlank).where(inside, there)).one()
        if counted != len(one):
            raise Refused(_elsewhere(tx, one, line.source))
        tx.session.execute(
            update(StockBlank)
            .where(inside, there)
            .values(account=line.target.id)
            .execution_options(synchronize_session=False)
        )


def _require_new(tx: Tx, one: Range) -> None:
    query = select(StockBlank.number).where(col(StockBlank.number).between(one.first, one.last))
    known = list(tx.session.exec(query.order_by(col(StockBlank.number)).limit(_NAMED)))
    if known:
        names = ", ".join(f"{number:0{digits()}d}" for number in known)
        words = f"أرقام دخلت العهدة من قبل: {names}", f"numbers that came into the ledger before: {names}"
        raise Refused(fault("known", *words, field="ranges"))


def _elsewhere(tx: Tx, one: Range, wanted: Account) -> Fault:
    inside = col(StockBlank.number).between(one.first, one.last)
    query = select(StockBlank.number).where(inside, col(StockBlank.account) != wanted.id)
    wrong = list(tx.session.exec(query.order_by(col(StockBlank.number)).limit(_NAMED)))
    names = ", ".join(f"{number:0{digits()}d}" for number in wrong) or ", ".join(written([one], digits()))
    words = (
        f"أرقام ليست في {wanted.id}: {names}",
        f"numbers that are not in {wanted.id}: {names}",
    )
    return fault("elsewhere", *words, field="ranges")


def _entries(movement: str, lines: Sequence[Line]) -> Iterable[dict[str, Any]]:
    place = 0
    for line in lines:
        for one in line.ranges:
            for account, sign in ((line.source, -1), (line.target, 1)):
                yield {
                    "movement_id": movement,
                    "line": place,
                    "account": account.id,
                    "first": one.first,
                    "last": one.last,
                    "quantity": sign * len(one),
                }
                place += 1
