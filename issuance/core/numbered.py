"""A number for the time a document is made: used with its document, void when making it fails, never forgotten.

Only a killed process leaves a number `allocated`; the sweep finds it (`core.sweep`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime

from issuance.core.actor import Actor
from issuance.core.numbers import Allocation, NumberSeries, allocate_together, void
from issuance.core.uow import unit_of_work
from issuance.db.session import Database
from specs.errors import IssuanceError


@contextmanager
def numbered(
    db: Database, actor: Actor, series: NumberSeries, reference: str, clock: Callable[[], datetime]
) -> Iterator[Allocation]:
    """Allocate (committed), hand the number to the block, void it when the block raises.

    The block marks it used itself, in the transaction that keeps the document (`numbers.use`). When even the void
    cannot be written (database gone), the first error passes and the sweep settles the number later.
    """
    with numbered_together(db, actor, series, [reference], clock) as (allocation,):
        yield allocation


@contextmanager
def numbered_together(
    db: Database, actor: Actor, series: NumberSeries, references: Sequence[str], clock: Callable[[], datetime]
) -> Iterator[list[Allocation]]:
    """The same for several documents that are kept in one transaction."""
    allocations = allocate_together(db, actor, series, references, clock())
    try:
        yield allocations
    except BaseException as error:
        reason = error.faults[0].code if isinstance(error, IssuanceError) else type(error).__name__
        try:
            with unit_of_work(db, actor, f"not issued: {reason}", clock()) as tx:
                for allocation in allocations:
                    void(tx, allocation.number, reason)
        except IssuanceError:
            pass
        raise
