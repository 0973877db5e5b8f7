"""Messages to people's phones: written in the transaction of what they tell, sent afterwards, never lost or doubled.

Who sends them is a `Sender`; without one (development) they stay in the table and the staff page shows them. A text
holds no name and no national number; a one-time code is erased from the table once it is sent or worthless.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from sqlalchemy import ColumnElement, or_
from sqlmodel import col, select

from issuance.core.ids import new_id
from issuance.core.uow import Tx
from issuance.db.session import ReadSession
from issuance.db.tables import MessageRow

FIRST_PAUSE = timedelta(minutes=1)
"""After a failure; each further pause is twice as long, at most a day."""
MOST_TRIES = 20


class Sender(Protocol):
    """A line to the telephone operators. The same id twice is sent once by a good provider.

    Raises `Unavailable` when the line is down, `Refused` when this one message is not taken.
    """

    def send(self, message_id: str, phone: str, text: str) -> None: ...


@dataclass(frozen=True, slots=True)
class Message:
    """phone: in full international form; subject: what it is about, as in the audit trail; text: empty once erased."""

    id: str
    phone: str
    text: str
    subject: str
    at: datetime
    sent_at: datetime | None
    tries: int = 0


def write(tx: Tx, phone: str, text: str, subject: str, *, secret_until: datetime | None = None) -> None:
    """Leave a message for sending, in this transaction.

    secret_until: the text holds a secret, worthless from then on: it is erased once sent, or at that moment unsent.
    """
    row = MessageRow(id=new_id(), phone=phone, text=text, subject=subject, at=tx.now, next_at=tx.now)
    row.secret_until = secret_until
    tx.session.add(row)


def messages(read: ReadSession, limit: int = 50) -> Sequence[Message]:
    """The newest first."""
    query = select(MessageRow).order_by(col(MessageRow.id).desc()).limit(limit)
    return [_read(row) for row in read.exec(query)]


def waiting(read: ReadSession, now: datetime) -> bool:
    """Whether a message is due to be sent."""
    return read.exec(select(MessageRow.id).where(*_due(now)).limit(1)).first() is not None


def claim(tx: Tx, limit: int = 50) -> Sequence[Message]:
    """Those to be sent now, the oldest first; until the pause is over nobody else is given them."""
    query = select(MessageRow).where(*_due(tx.now)).order_by(col(MessageRow.id)).limit(limit)
    rows = tx.session.exec(query.with_for_update(skip_locked=True)).all()
    for row in rows:
        row.next_at = tx.now + min(FIRST_PAUSE * 2**row.tries, timedelta(days=1))
        row.tries += 1
        tx.session.add(row)
    if rows:
        tx.audit("messages.send", "messages", {"count": len(rows)})
    return [_read(row) for row in rows]


def sent(tx: Tx, message_id: str) -> None:
    """The operator took it; a secret in it is erased."""
    row = tx.session.get(MessageRow, message_id)
    if row is not None and row.sent_at is None:
        row.sent_at = tx.now
        row.text = "" if row.secret_until is not None else row.text
        tx.session.add(row)
        tx.audit("messages.sent", f"message:{message_id}")


def erase_worthless(tx: Tx) -> int:
    """Erase the secrets whose time is over; answers how many."""
    query = select(MessageRow).where(col(MessageRow.secret_until) <= tx.now, MessageRow.text != "")
    rows = tx.session.exec(query).all()
    for row in rows:
        row.text = ""
        tx.session.add(row)
    if rows:
        tx.audit("messages.erase", "messages", {"count": len(rows)})
    return len(rows)


def _due(now: datetime) -> tuple[ColumnElement[bool], ...]:
    return (
        col(MessageRow.sent_at).is_(None),
        col(MessageRow.next_at) <= now,
        col(MessageRow.tries) < MOST_TRIES,
        or_(col(MessageRow.secret_until).is_(None), col(MessageRow.secret_until) > now),
    )


def _read(row: MessageRow) -> Message:
    return Message(row.id, row.phone, row.text, row.subject, row.at, row.sent_at, row.tries)
