"""Numbers that people read: given out once, committed before anything is signed, accounted for for ever.

A number is `allocated`, then `used` (its document row is committed) or `void` with a reason. None is re-used. What a
crash left `allocated` is found by `unresolved`; `missing` proves that no serial vanished.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func
from sqlmodel import col, select

from issuance.core.actor import Actor
from issuance.core.uow import Tx, unit_of_work
from issuance.db.session import Database, ReadSession, lock
from issuance.db.tables import NumberAllocation
from specs.errors import Conflict, Fault, NotFound, Refused

CLAUSE = "issue 2 §9"


@dataclass(frozen=True, slots=True)
class NumberSeries:
    """name: `passport:2026`; first: the first serial; render: serial -> number, `ValueError` past the last."""

    name: str
    first: int
    render: Callable[[int], str]


@dataclass(frozen=True, slots=True)
class Allocation:
    """A number that is now taken."""

    series: str
    serial: int
    number: str


def allocate(db: Database, actor: Actor, series: NumberSeries, reference: str, now: datetime) -> Allocation:
    """Take the next number of `series` for `reference` (`passport:<id>`); it is committed when this returns.

    Raises `Refused` (`core.numbers.used_up`), `Unavailable`.
    """
    return allocate_together(db, actor, series, [reference], now)[0]


def allocate_together(
    db: Database, actor: Actor, series: NumberSeries, references: Sequence[str], now: datetime
) -> list[Allocation]:
    """The next numbers, one for each reference, all or none. Raises as `allocate`."""
    reason = f"number for {references[0]}" if len(references) == 1 else "numbers for several"
    with unit_of_work(db, actor, reason, now) as tx:
        lock(tx.session, f"numbers:{series.name}")
        query = select(func.max(NumberAllocation.serial)).where(NumberAllocation.series == series.name)
        last = tx.session.exec(query).one()
        taken = []
        for serial, reference in enumerate(references, start=series.first if last is None else last + 1):
            number = _rendered(series, serial)
            tx.session.add(
                NumberAllocation(
                    series=series.name,
                    serial=serial,
                    number=number,
                    reference=reference,
                    state="allocated",
                    allocated_by=actor.id,
                    allocated_at=tx.now,
                )
            )
            detail = {"series": series.name, "serial": serial, "for": reference}
            tx.audit("numbers.allocate", f"number:{number}", detail)
            taken.append(Allocation(series.name, serial, number))
    return taken


def _rendered(series: NumberSeries, serial: int) -> str:
    try:
        return series.render(serial)
    except ValueError as error:
        raise Refused(
            Fault(
                code="core.numbers.used_up",
                clause=CLAUSE,
                ar="نفدت أرقام هذه السلسلة، ويلزم فتح سلسلة جديدة",
                en="This number series is used up; a new one must be opened",
            )
        ) from error


def use(tx: Tx, number: str) -> None:
    """Mark `number` used, in the transaction that keeps its document. Raises `NotFound`, `Conflict`."""
    use_together(tx, [number])


def use_together(tx: Tx, numbers: Sequence[str]) -> None:
    """The same for several, all or none."""
    for row in _open(tx, numbers):
        row.state, row.resolved_at = "used", tx.now
        tx.audit("numbers.use", f"number:{row.number}", {"for": row.reference})


def void(tx: Tx, number: str, reason: str) -> None:
    """Give `number` up for ever; reason: for the auditor. Raises `NotFound`, `Conflict` when it is used or void."""
    (row,) = _open(tx, [number])
    row.state, row.void_reason, row.resolved_at = "void", reason, tx.now
    tx.audit("numbers.void", f"number:{number}", {"for": row.reference})


def unresolved(read: ReadSession, allocated_before: datetime) -> Sequence[NumberAllocation]:
    """For the sweep: numbers taken before that moment and neither used nor void, oldest first."""
    query = (
        select(NumberAllocation)
        .where(NumberAllocation.state == "allocated", col(NumberAllocation.allocated_at) < allocated_before)
        .order_by(col(NumberAllocation.allocated_at))
    )
    return read.exec(query).all()


def missing(read: ReadSession, series: NumberSeries) -> list[range]:
    """Serials between the first and the last that have no row: none, unless somebody deleted rows."""
    query = select(NumberAllocation.serial).where(NumberAllocation.series == series.name)
    gaps, expected = [], series.first
    for serial in read.exec(query.order_by(col(NumberAllocation.serial))):
        if serial > expected:
            gaps.append(range(expected, serial))
        expected = serial + 1
    return gaps


def _open(tx: Tx, numbers: Sequence[str]) -> list[NumberAllocation]:
    query = select(NumberAllocation).where(col(NumberAllocation.number).in_(numbers)).with_for_update()
    rows = {row.number: row for row in tx.session.exec(query)}
    return [_allocated(rows.get(number)) for number in numbers]


def _allocated(row: NumberAllocation | None) -> NumberAllocation:
    if row is None:
        raise NotFound(
            Fault(
                code="core.numbers.unknown",
                clause=CLAUSE,
                ar="هذا الرقم لم يُخصص",
                en="This number was never allocated",
            )
        )
    if row.state != "allocated":
        raise Conflict(
            Fault(
                code="core.numbers.resolved",
                clause=CLAUSE,
                ar="هذا الرقم استُعمل أو أُبطل من قبل",
                en="This number was used or voided before",
            )
        )
    return row
