"""Packages of a printing line as they stand, and the books that wait for one. Reads only."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, Literal

from sqlmodel import col, select

from issuance.core.actor import Actor
from issuance.passports.line_model import LinePackage, LinePackageBook
from issuance.passports.line_packages import waiting_for
from issuance.passports.lines import line_seen
from issuance.service import Service

MAX_ROWS: Final = 500
PackageState = Literal["sent", "answered_in_part", "answered", "expired"]


@dataclass(frozen=True, slots=True)
class BookOfPackage:
    """result: None until the line answered."""

    number: str
    result: str | None
    reason: str | None
    answered_at: datetime | None


@dataclass(frozen=True, slots=True)
class PackageView:
    """collected_at: first fetched for the line, None: not yet."""

    id: str
    line: str
    sequence: int
    created_at: datetime
    expires_at: datetime
    made_by: str
    collected_at: datetime | None
    state: PackageState
    books: tuple[BookOfPackage, ...]

    @property
    def outstanding(self) -> int:
        """Books without an answer."""
        return sum(book.result is None for book in self.books)

    def as_json(self) -> dict[str, Any]:
        """The wire form."""
        return {
            "id": self.id,
            "line": self.line,
            "sequence": self.sequence,
            "state": self.state,
            "created_at": self.created_at.isoformat(),
            "expires_at": self.expires_at.isoformat(),
            "made_by": self.made_by,
            "collected_at": self.collected_at.isoformat() if self.collected_at else None,
            "outstanding": self.outstanding,
            "books": [
                {
                    "number": book.number,
                    "result": book.result,
                    "reason": book.reason,
                    "answered_at": book.answered_at.isoformat() if book.answered_at else None,
                }
                for book in self.books
            ],
        }


def packages(service: Service, actor: Actor, line: str, now: datetime, limit: int = 50) -> list[PackageView]:
    """The packages sealed for a line, the newest first. Raises `NotAllowed`, `NotFound`."""
    with service.db.reading() as read:
        line_seen(read, actor, line)
        query = select(LinePackage).where(LinePackage.line == line, col(LinePackage.sealed_at).is_not(None))
        rows = read.exec(query.order_by(col(LinePackage.sequence).desc()).limit(max(1, min(limit, MAX_ROWS)))).all()
        books: dict[str, list[BookOfPackage]] = {row.id: [] for row in rows}
        held = select(LinePackageBook).where(col(LinePackageBook.package_id).in_(books))
        for one in read.exec(held.order_by(col(LinePackageBook.number))):
            books[one.package_id].append(BookOfPackage(one.number, one.result, one.reason, one.answered_at))
    return [_view(row, tuple(books[row.id]), now) for row in rows]


def waiting(service: Service, actor: Actor, line: str, now: datetime) -> list[str]:
    """Numbers of books made for a line that wait to be sent to it; of a closed line: to be spoiled, for nobody else can
    write them. Raises `NotAllowed`, `NotFound`."""
    with service.db.reading() as read:
        line_seen(read, actor, line)
        return waiting_for(read, line, now, MAX_ROWS)


def _view(row: LinePackage, books: tuple[BookOfPackage, ...], now: datetime) -> PackageView:
    answered = sum(book.result is not None for book in books)
    state: PackageState = "answered_in_part" if answered else "sent"
    if answered == len(books):
        state = "answered"
    elif row.expires_at <= now:
        state = "expired"
    return PackageView(
        id=row.id,
        line=row.line,
        sequence=row.sequence,
        created_at=row.created_at,
        expires_at=row.expires_at,
        made_by=row.made_by,
        collected_at=row.collected_at,
        state=state,
        books=books,
    )
