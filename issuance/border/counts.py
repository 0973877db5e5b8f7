"""Inspections are counted by post, day and outcome, and nothing else is kept of them.

Counts wait in memory and are added to the table together every few seconds and at the end of the process: no inspection
waits for a write. A killed process loses what waited, at most `record.flush_seconds` of it.
"""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from threading import Lock, Timer
from typing import Any

from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import col, select

from issuance.border.model import BorderCount
from issuance.core import policy
from issuance.core.actor import Actor
from issuance.core.civil import civil_day
from issuance.db.session import Database
from issuance.service import Service
from issuance.staff.public import reach_of
from keys.verdict import Status
from specs.errors import Fault, Invalid, IssuanceError

ACTION = "border.counts"
CLAUSE = "border/inspections.yaml record"
MOST_DAYS = 400
_Key = tuple[str, date, Status]
log = logging.getLogger("issuance.border")


class Counts:
    """The counts of this process that are not in the table yet."""

    def __init__(self, db: Database, flush_seconds: float) -> None:
        self._db = db
        self._every = flush_seconds
        self._waiting: Counter[_Key] = Counter()
        self._lock = Lock()
        self._timer: Timer | None = None

    def add(self, post: str, on: date, outcome: Status) -> None:
        """One more."""
        with self._lock:
            self._waiting[post, on, outcome] += 1
            self._start()

    def flush(self) -> None:
        """Add what waits to the table; what cannot be written now goes on waiting."""
        with self._lock:
            taken, self._waiting, self._timer = self._waiting, Counter(), None
        try:
            if taken:
                _write(self._db, taken)
        except IssuanceError as error:
            log.warning("counts of inspections wait: %s", error.faults[0].code)
            with self._lock:
                self._waiting.update(taken)
                self._start()

    def close(self) -> None:
        """Write what waits, and start no more."""
        self._every = 0
        with self._lock:
            if self._timer is not None:
                self._timer.cancel()
        self.flush()

    def _start(self) -> None:
        """With the lock: a flush after the interval, unless one is due."""
        if self._timer is None and self._every > 0:
            self._timer = Timer(self._every, self.flush)
            self._timer.daemon = True
            self._timer.start()


def _write(db: Database, counts: Counter[_Key]) -> None:
    """No audit row: a sum is nobody's act, and says nothing of anybody."""
    insert = postgresql.insert if db.dialect == "postgresql" else sqlite.insert
    with db.writing() as session:
        for (post, on, outcome), number in sorted(counts.items()):
            row = {"post": post, "on": on, "outcome": outcome, "inspections": number}
            statement: Any = insert(BorderCount).values(row)
            key = [BorderCount.post, BorderCount.on, BorderCount.outcome]
            more = {"inspections": col(BorderCount.inspections) + number}
            session.execute(statement.on_conflict_do_update(index_elements=key, set_=more))


@dataclass(frozen=True, slots=True)
class Counted:
    """How many inspections of a post had that outcome on a day."""

    post: str
    on: date
    outcome: Status
    inspections: int

    def as_json(self) -> dict[str, Any]:
        return {"post": self.post, "on": self.on.isoformat(), "outcome": self.outcome, "inspections": self.inspections}


def counted(service: Service, actor: Actor, first: date, last: date, now: datetime) -> Sequence[Counted]:
    """What the posts in the actor's territory inspected from `first` to `last`, by day and post.

    Raises `NotAllowed`; `Invalid` for an empty or too long period.
    """
    policy.require(actor, ACTION)
    if not 0 <= (last - first).days < MOST_DAYS:
        words = f"الفترة من يوم إلى {MOST_DAYS} يوماً", f"a period is of 1 to {MOST_DAYS} days"
        raise Invalid(Fault("border.counts.period", *words, field="to", clause=CLAUSE))
    scopes = policy.scopes(actor, ACTION)
    with service.db.reading() as read:
        query = select(BorderCount).where(col(BorderCount.on) >= first, col(BorderCount.on) <= last)
        if "everywhere" not in scopes:
            reach = reach_of(read, actor.office, civil_day(now), territory="territory" in scopes)
            posts = reach.territory if "territory" in scopes else reach.own
            query = query.where(col(BorderCount.post).in_(posts))
        order = (col(BorderCount.on), col(BorderCount.post), col(BorderCount.outcome))
        rows = read.exec(query.order_by(*order))
        return [Counted(row.post, row.on, row.outcome, row.inspections) for row in rows]  # type: ignore[arg-type]
