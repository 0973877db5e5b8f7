"""Events for other systems: written in the transaction of the change, read in order by each at its own pace.

An event takes its place in the order at the very end of its transaction, under a lock held until the commit. So the
order is the order of commits: whoever has read up to `seq` never misses a smaller one that another transaction commits
later, and there is no gap. (A database sequence gives its numbers earlier, and would lose events.) Delivery is at least
once: a reader keeps the last `seq` it has dealt with and asks for what comes after.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from pydantic import ValidationError
from sqlalchemy import insert, update
from sqlmodel import Session, col, select

from issuance.core import policy
from issuance.core.actor import Actor
from issuance.core.audit import holds_personal_data
from issuance.core.canonical import canonical
from issuance.core.ids import new_id
from issuance.db.session import ReadSession, lock
from issuance.db.tables import OutboxRow
from specs.events import TOPICS, Event


@dataclass(frozen=True, slots=True)
class Draft:
    """An event before it has a place in the order. closed: of a secret or sealed file."""

    topic: str
    subject: str
    body: Mapping[str, Any]
    office: str | None
    closed: bool

    def checked(self) -> Mapping[str, Any]:
        """The body as JSON, in the topic's newest form. Raises `ValueError` for any other, or personal data: bugs."""
        try:
            form = TOPICS[self.topic][-1].model_validate(dict(self.body))
        except (KeyError, ValidationError) as error:
            raise ValueError(f"{self.topic} is no such event: {error}") from error
        said = form.model_dump(mode="json")
        if holds_personal_data(canonical({"subject": self.subject, "body": said}).decode()):
            raise ValueError(f"the event {self.topic} holds personal data")
        return said


def append(session: Session, at: datetime, drafts: Iterable[tuple[Draft, Mapping[str, Any]]]) -> None:
    """Give the events their places after the last one. Call at the end of a transaction: others wait from here."""
    lock(session, "outbox")
    last = session.exec(select(OutboxRow.seq).order_by(col(OutboxRow.seq).desc()).limit(1)).first()
    rows = [
        {
            "seq": seq,
            "id": new_id(),
            "topic": draft.topic,
            "schema_version": len(TOPICS[draft.topic]),
            "subject": draft.subject,
            "office": draft.office,
            "closed": draft.closed,
            "happened_at": at,
            "body": dict(body),
        }
        for seq, (draft, body) in enumerate(drafts, start=(last or 0) + 1)
    ]
    session.connection().execute(insert(OutboxRow), rows)


def close(session: Session, subjects: Collection[str]) -> None:
    """What was told of these things is from now on only for who may read closed files; it keeps its place."""
    session.execute(update(OutboxRow).where(col(OutboxRow.subject).in_(subjects)).values(closed=True))


def events_after(read: ReadSession, actor: Actor, after: int, limit: int) -> Sequence[Event]:
    """At most `limit` events the actor may know of, in order, from the first one behind `after`. Raises `NotAllowed`.

    Own office only, or all, as the actor's role says; those of secret and sealed files only for who may read them.
    """
    policy.require(actor, "events.read")
    query = select(OutboxRow).where(col(OutboxRow.seq) > after)
    offices = policy.offices_in_scope(actor, "events.read")
    if offices is not None:
        query = query.where(col(OutboxRow.office).in_(offices))
    if not policy.allowed(actor, "events.read_closed"):
        query = query.where(col(OutboxRow.closed).is_(False))
    rows = read.exec(query.order_by(col(OutboxRow.seq)).limit(limit))
    return [Event.model_validate(row.model_dump(exclude={"closed"})) for row in rows]
