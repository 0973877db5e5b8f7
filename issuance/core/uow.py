"""The unit of work: everything a command changes, with its audit rows, in one transaction, or nothing.

Inside the block: rows only. No network, key or PDF work: the writer of an embedded database keeps all others waiting.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlmodel import Session

from issuance.core import audit, clock, outbox
from issuance.core.actor import Actor
from issuance.db.session import Database, ReadSession


class Tx:
    """An open unit of work. session: add rows here; read: for views; now: the moment all rows of this work carry."""

    def __init__(self, session: Session, actor: Actor, reason: str, now: datetime) -> None:
        self.session = session
        self.read = ReadSession(session)
        self.actor = actor
        self.reason = reason
        self.now = now
        self._entries: list[audit.Entry] = []
        self._events: list[tuple[outbox.Draft, Mapping[str, Any]]] = []

    def audit(self, action: str, subject: str, detail: Mapping[str, Any] | None = None) -> None:
        """Say what was done to what (`passport:<id>`). Written at the end of the block, in the same transaction."""
        self._entries.append(audit.Entry(action, subject, dict(detail or {})))

    def emit(
        self, topic: str, subject: str, body: Mapping[str, Any], *, office: str | None = None, closed: bool = False
    ) -> None:
        """Tell other systems (`specs/events.py`), in the same transaction. A body of another form is a bug.

        office: whose systems are told besides those told all, default the actor's; closed: of a secret or sealed file.
        """
        draft = outbox.Draft(topic, subject, body, office or self.actor.office, closed)
        self._events.append((draft, draft.checked()))

    def close_events(self, subjects: Collection[str]) -> None:
        """What was told of these things before, also in this work, is from now on closed (`emit`)."""
        outbox.close(self.session, subjects)
        self._events = [
            (replace(draft, closed=True) if draft.subject in subjects else draft, body) for draft, body in self._events
        ]

    @contextmanager
    def part(self, actor: Actor) -> Iterator[None]:
        """A part that stands or falls alone, done for `actor`: at an error its rows and audit rows go."""
        before, entries, events = self.actor, len(self._entries), len(self._events)
        self.actor = actor
        try:
            with self.session.begin_nested():
                yield
        except BaseException:
            del self._entries[entries:], self._events[events:]
            raise
        finally:
            self.actor = before

    def _finish(self) -> None:
        if not self._entries:
            if self._events or self.session.new or self.session.dirty or self.session.deleted:
                raise RuntimeError("a unit of work that changes rows says so with tx.audit(...)")
            return
        self.session.flush()
        if self._events:
            outbox.append(self.session, self.now, self._events)
        audit.append(self.session, self.actor, self.reason, self.now, self._entries)


@contextmanager
def unit_of_work(db: Database, actor: Actor, reason: str, now: datetime | None = None) -> Iterator[Tx]:
    """Commit at clean exit, roll back at any error. reason: why, for the audit trail; now: default the clock's.

    Raises `Unavailable` when the database is busy, full or away, `Conflict` when a row exists already.
    """
    if not reason.strip():
        raise ValueError("a unit of work has a reason")
    with db.writing() as session:
        tx = Tx(session, actor, reason, now or clock.now())
        yield tx
        tx._finish()


class _Undone(Exception):
    """Ends a trial."""


class _Trial(Tx):
    """Checks what it is told of and keeps none of it."""

    def _finish(self) -> None:
        self._entries.clear()
        self._events.clear()
        self.session.flush()
        self.session.expunge_all()


@contextmanager
def trial(db: Database, actor: Actor, reason: str, now: datetime) -> Iterator[Tx]:
    """What a unit of work would do, undone whatever happens: a dry run. Writers of an embedded database wait for it."""
    with suppress(_Undone), db.writing() as session:
        yield _Trial(session, actor, reason, now)
        raise _Undone
