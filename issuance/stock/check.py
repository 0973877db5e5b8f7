"""The ledger held against itself: every movement sums to zero, every account holds what its entries say, number by
number, and the entries are those the audit trail saw. A fault is a bug or somebody's hand in the database."""

from __future__ import annotations

import json
from collections.abc import Iterator
from itertools import groupby
from typing import Any

from sqlmodel import col, func, select

from issuance.core import policy
from issuance.core.actor import Actor
from issuance.db.session import ReadSession
from issuance.db.tables import AuditRow
from issuance.service import Service
from issuance.stock.facts import account_of, fault
from issuance.stock.ledger import digits, entries_digest, runs_in
from issuance.stock.model import StockAccount, StockBlank, StockEntry
from issuance.stock.ranges import Range, size, written
from specs.errors import Fault


def verify(service: Service, actor: Actor) -> list[Fault]:
    """Every fault of the ledger, none when it is whole. Raises `NotAllowed`."""
    policy.require(actor, "audit.verify")
    with service.db.reading() as read:
        return list(faults(read))


def faults(read: ReadSession) -> Iterator[Fault]:
    """As `verify`, for who holds a snapshot already."""
    yield from _unbalanced(read)
    for row in list(read.exec(select(StockAccount).order_by(col(StockAccount.id)))):
        yield from _account(read, row)
    yield from _untied(read)
    yield from _not_as_audited(read)


def _unbalanced(read: ReadSession) -> Iterator[Fault]:
    query = (
        select(StockEntry.movement_id)
        .group_by(col(StockEntry.movement_id), col(StockEntry.first), col(StockEntry.last))
        .having(func.sum(StockEntry.quantity) != 0)
    )
    for movement in sorted(set(read.exec(query))):
        words = f"حركة لا تتوازن: {movement}", f"a movement does not balance: {movement}"
        yield fault("verify.unbalanced", *words, field="movement")


def _account(read: ReadSession, row: StockAccount) -> Iterator[Fault]:
    moved = tuple(_folded(read, row.id))
    sums = read.exec(select(func.coalesce(func.sum(StockEntry.quantity), 0)).where(StockEntry.account == row.id)).one()
    if sums != row.balance:
        words = f"رصيد {row.id} ليس مجموع قيوده", f"the balance of {row.id} is not the sum of its entries"
        yield fault("verify.balance", *words, field="account")
    if row.kind == "supplier":
        return
    held = runs_in(read, account_of(row.id, row.kind, row.office))
    if held != moved or size(held) != row.balance:
        shown = ", ".join(written((set(held) ^ set(moved)) or held, digits())[:5])
        words = f"دفاتر {row.id} ليست ما تقوله القيود: {shown}", f"blanks of {row.id} are not as entered: {shown}"
        yield fault("verify.places", *words, field="account")


def _folded(read: ReadSession, account: str) -> Iterator[Range]:
    """The numbers that stand in an account by its entries alone: a sweep over where each range begins and ends."""
    edges: dict[int, int] = {}
    query = select(StockEntry.first, StockEntry.last, StockEntry.quantity).where(StockEntry.account == account)
    for first, last, quantity in read.exec(query):
        step = 1 if quantity > 0 else -1
        edges[first] = edges.get(first, 0) + step
        edges[last + 1] = edges.get(last + 1, 0) - step
    inside, began = 0, 0
    for at in sorted(edge for edge, step in edges.items() if step):
        if inside == 0:
            began = at
        inside += edges[at]
        if inside == 0:
            yield Range(began, at - 1)


def _untied(read: ReadSession) -> Iterator[Fault]:
    """A blank in `consumed` has its passport."""
    query = (
        select(StockBlank.number)
        .join(StockAccount, col(StockAccount.id) == col(StockBlank.account))
        .where(StockAccount.kind == "consumed", col(StockBlank.passport).is_(None))
    )
    for number in read.exec(query.order_by(col(StockBlank.number)).limit(5)):
        name = f"{number:0{digits()}d}"
        yield fault("verify.untied", f"دفتر صُرف بلا جواز: {name}", f"drawn for no passport: {name}", field="blank")


def _not_as_audited(read: ReadSession) -> Iterator[Fault]:
    """The digest in the audit trail, which is chained and signed, is of the entries as they stand."""
    seen: dict[str, str] = {}
    told = select(AuditRow.detail).where(col(AuditRow.action).like("stock.%"))
    for detail in read.exec(told):
        held: dict[str, Any] = json.loads(detail)
        if "entries" in held:
            seen[held["movement"]] = held["entries"]
    rows = read.exec(select(StockEntry).order_by(col(StockEntry.movement_id), col(StockEntry.line)))
    for movement, entries in groupby(rows, key=lambda one: one.movement_id):
        if seen.pop(movement, None) != entries_digest(one.model_dump() for one in entries):
            words = f"قيود الحركة {movement} ليست ما شهده سجل المراجعة", f"entries of {movement} are not as audited"
            yield fault("verify.audited", *words, field="movement")
    for movement in seen:
        words = f"حركة في سجل المراجعة وليست في العهدة: {movement}", f"audited, and gone from the ledger: {movement}"
        yield fault("verify.audited", *words, field="movement")
