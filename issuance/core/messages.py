"""Messages to people's phones: written in the transaction of what they tell, sent afterwards, never lost or doubled.

Who sends them is a `Sender`; without one (development) they stay in the table and the staff page shows them. A text
holds no name and no national number; a one-time code is erased from the table once it is sent.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from sqlmodel import col, select

from issuance.core.ids import new_id
from issuance.core.uow import Tx
from issuance.db.session import ReadSession
from issuance.db.tables import MessageRow


class Sender(Protocol):
    """A line to the telephone operators. Raises `Unavailable`; the same id twice is sent once by a good provider."""

    def send(self, message_id: str, phone: str, text: str) -> None: ...


@dataclass(frozen=True, slots=True)
class Message:
    """phone: in full international form; subject: what it is about, as in the audit trail."""

    id: str
    phone: str
    text: str
    subject: str
    at: datetime
    sent_at: datetime | None


def write(tx: Tx, phone: str, text: str, subject: str) -> None:
    """Leave a message for sending, in this transaction."""
    tx.session.add(MessageRow(id=new_id(), phone=phone, text=text, subject=subject, at=tx.now))


def messages(read: ReadSession, limit: int = 50) -> Sequence[Message]:
    """The newest first."""
    query = select(MessageRow).order_by(col(MessageRow.id).desc()).limit(limit)
    return [_read(row) for row in read.exec(query)]


def waiting(read: ReadSession, limit: int = 100) -> Sequence[Message]:
    """Those not sent yet, the oldest first."""
    query = select(MessageRow).where(col(MessageRow.sent_at).is_(None)).order_by(col(MessageRow.id)).limit(limit)
    return [_read(row) for row in read.exec(query)]


def _read(row: MessageRow) -> Message:
    return Message(row.id, row.phone, row.text, row.subject, row.at, row.sent_at)
