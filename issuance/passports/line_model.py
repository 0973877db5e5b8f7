"""Printing lines, the packages sent to them, and what they answered for each book. Rows are added; answers once."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import UniqueConstraint
from sqlmodel import Field, SQLModel, col, select

from issuance.db.session import ReadSession
from issuance.db.types import JsonValue, UtcDateTime


class PrintingLine(SQLModel, table=True):
    """office: whose books it makes; certificate: DER, of the key it keeps to itself; approved_by: the second person,
    None: registered at a console for trials; closed_at None: in use; closed_reason: of `production.yaml` closing."""

    __tablename__ = "printing_lines"

    id: str = Field(primary_key=True, max_length=16)
    office: str = Field(index=True, max_length=16)
    certificate: bytes
    registered_by: str = Field(max_length=80)
    registered_at: datetime = Field(sa_type=UtcDateTime)
    approved_by: str | None = Field(default=None, max_length=80)
    closed_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    closed_by: str | None = Field(default=None, max_length=80)
    closed_reason: str | None = Field(default=None, max_length=16)
    closed_words: str | None = Field(default=None, max_length=1000)


class LinePackage(SQLModel, table=True):
    """sequence: counts the line's packages; expires_at: after it the line takes the package in no more; sealed_at None:
    not yet, or cut off on the way; dropped_at: it could not be sealed, and its books are free again; collected_at:
    first fetched for the line."""

    __tablename__ = "line_packages"
    __table_args__ = (UniqueConstraint("line", "sequence"),)

    id: str = Field(primary_key=True, max_length=36)
    line: str = Field(foreign_key="printing_lines.id", max_length=16)
    sequence: int
    created_at: datetime = Field(sa_type=UtcDateTime)
    expires_at: datetime = Field(sa_type=UtcDateTime)
    made_by: str = Field(max_length=80)
    sealed_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    dropped_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    collected_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


class LineEnvelope(SQLModel, table=True):
    """The sealed package (DER) as long as its line may fetch it; nobody here can open it."""

    __tablename__ = "line_envelopes"

    package_id: str = Field(foreign_key="line_packages.id", primary_key=True, max_length=36)
    content: bytes


class LinePackageBook(SQLModel, table=True):
    """result: `written` or `failed`, None until the line said; read_back: file -> SHA-256 as read from the chip."""

    __tablename__ = "line_package_books"

    package_id: str = Field(foreign_key="line_packages.id", primary_key=True, max_length=36)
    number: str = Field(foreign_key="passports.number", primary_key=True, index=True, max_length=9)
    result: str | None = Field(default=None, max_length=8)
    reason: str | None = Field(default=None, max_length=1000)
    read_back: dict[str, object] | None = Field(default=None, sa_type=JsonValue)
    answered_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


class LineMessage(SQLModel, table=True):
    """A message of a line that was taken, by its SHA-256: none is taken twice."""

    __tablename__ = "line_messages"

    sha256: str = Field(primary_key=True, max_length=64)
    package_id: str = Field(foreign_key="line_packages.id", index=True, max_length=36)
    taken_by: str = Field(max_length=80)
    taken_at: datetime = Field(sa_type=UtcDateTime)


@dataclass(frozen=True, slots=True)
class LineInUse:
    """certificate: DER."""

    id: str
    certificate: bytes


def line_in_use(read: ReadSession, office: str) -> LineInUse | None:
    """The line that makes the books of this office."""
    query = select(PrintingLine).where(PrintingLine.office == office, col(PrintingLine.closed_at).is_(None))
    row = read.exec(query).first()
    return None if row is None else LineInUse(row.id, row.certificate)
