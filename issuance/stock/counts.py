"""A store is counted against its books each working day. What is not on the shelf is missing from that moment.

Nobody closes a day in silence: a difference needs words, is kept with the names of the numbers, and raises an alarm.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlmodel import col, select

from issuance.core.actor import Actor
from issuance.core.civil import civil_day
from issuance.core.ids import new_id
from issuance.core.uow import unit_of_work
from issuance.db.session import ReadSession
from issuance.service import Service
from issuance.stock.facts import Account, Line, fault, store
from issuance.stock.ledger import Deed, digits, hold, post, runs_in
from issuance.stock.model import StockCount
from issuance.stock.ranges import minus, size, written
from issuance.stock.where import named, require_store
from specs.errors import Invalid

_WORDS = 1000


@dataclass(frozen=True, slots=True)
class Count:
    """missing: how many of the books' numbers were not there; surplus: numbers that were and stand elsewhere."""

    id: str
    office: str
    on: date
    expected: int
    counted: int
    missing: int
    surplus: tuple[str, ...]
    words: str | None
    by: str
    at: datetime

    @property
    def extra(self) -> int:
        """How many numbers were on the shelf and stand elsewhere in the books."""
        return self.counted - (self.expected - self.missing)

    @property
    def even(self) -> bool:
        """Whether shelf and books agree."""
        return not self.missing and not self.surplus

    def as_json(self) -> dict[str, Any]:
        return {
            "id": self.id,
            "office": self.office,
            "on": self.on.isoformat(),
            "expected": self.expected,
            "counted": self.counted,
            "missing": self.missing,
            "surplus": list(self.surplus),
            "words": self.words,
            "by": self.by,
            "at": self.at.isoformat(),
        }


def count(service: Service, actor: Actor, office: str, ranges: Sequence[str], words: str, now: datetime) -> Count:
    """Every number on the shelf of `office`, none for an empty one. words: why it differs from the books, when it does.

    Raises `NotAllowed`, `NotFound`, `Invalid` (numbers; `stock.count.difference` without words), `Refused`.
    """
    said = words.strip() or None
    if said is not None and len(said) > _WORDS:
        raise Invalid(fault("words", f"{_WORDS} حرف على الأكثر", f"{_WORDS} characters at most", field="words"))
    with unit_of_work(service.db, actor, "a store of blanks is counted", now) as tx:
        require_store(service, tx.read, actor, "stock.count", office, now)
        seen = named(service, ranges) if any(one.strip() for one in ranges) else ()
        hold(tx, (store(office), Account("missing", office)))
        held = runs_in(tx.read, store(office))
        gone, extra = minus(held, seen), minus(seen, held)
        if (gone or extra) and said is None:
            ar = f"ناقص {size(gone)} وزائد {size(extra)}: راجع العد واذكر السبب"
            en = f"{size(gone)} missing, {size(extra)} too many: count again, or say why"
            raise Invalid(fault("count.difference", ar, en, field="words"))
        row = StockCount(
            id=new_id(),
            office=office,
            on=civil_day(now),
            expected=size(held),
            counted=size(seen),
            missing=size(gone),
            surplus=",".join(written(extra, digits())),
            words=said,
            by=actor.id,
            at=now,
        )
        tx.session.add(row)
        tx.session.flush()
        if gone:
            deed = Deed("miss", office, document=row.id)
            post(tx, deed, [Line(store(office), Account("missing", office), gone)])
        detail = {"count": row.id, "expected": row.expected, "missing": row.missing, "surplus": size(extra)}
        tx.audit("stock.count", f"stock:{office}", detail)
        return _view(row)


def counts(read: ReadSession, offices: Collection[str] | None = None, limit: int = 50) -> list[Count]:
    """Counts of these offices, None: all; the newest first."""
    query = select(StockCount).order_by(col(StockCount.id).desc()).limit(limit)
    if offices is not None:
        query = query.where(col(StockCount.office).in_(offices))
    return [_view(row) for row in read.exec(query)]


def last_count(read: ReadSession, office: str) -> Count | None:
    """The latest count of one store."""
    return next(iter(counts(read, [office], 1)), None)


def _view(row: StockCount) -> Count:
    values = row.model_dump(exclude={"surplus"})
    return Count(surplus=tuple(filter(None, row.surplus.split(","))), **values)
