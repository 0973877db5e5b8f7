"""Printing lines, the packages sent to them, and what they answered for each book. Rows are added; answers once."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import UniqueConstraint
from sqlmodel import Field, SQLModel, col, select

from issuance.db.session import ReadSession
from issuance.db.types import JsonValue, UtcDateTime


class PrintingLine(SQLModel, table=True):
    """office: whose books it makes; certificate: DER, of the key it keeps to itself; closed_at None: in use."""

    __tablename__ = "printing_lines"

    id: str = Field(primary_key=True, max_length=16)
    office: str = Field(index=True, max_length=16)
    certificate: bytes
    registered_by: str = Field(max_length=80)
    registered_at: datetime = Field(sa_type=UtcDateTime)
    closed_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


class LinePackage(SQLModel, table=True):
    """sequence: counts the line's packages; expires_at: after it the line takes the package in no more; dropped_at: it
    could not be sealed, and its books are free again."""

    __tablename__ = "line_packages"
    __table_args__ = (UniqueConstraint("line", "sequence"),)

    id: str = Field(primary_key=True, max_length=36)
    line: str = Field(foreign_key="printing_lines.id", max_length=16)
    sequence: int
    created_at: datetime = Field(sa_type=UtcDateTime)
    expires_at: datetime = Field(sa_type=UtcDateTime)
    made_by: str = Field(max_length=80)
    dropped_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


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


def line_certificate(read: ReadSession, office: str) -> bytes | None:
    """The certificate (DER) of the line in use that makes the books of this office."""
    query = select(PrintingLine.certificate).where(PrintingLine.office == office, col(PrintingLine.closed_at).is_(None))
    return read.exec(query).first()
