"""Who looked at criminal data, when, and for what. Rows are added only."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Index
from sqlmodel import Field, SQLModel

from issuance.core.ids import new_id
from issuance.db.types import UtcDateTime


class CaseLook(SQLModel, table=True):
    """One look. kind: read, search, record or denied; words: may name people, so they stand here and not in the trail.

    own_part: the reader's office had a part in what was looked at, or it was assigned to the reader; found: how many
    files or rulings were shown.
    """

    __tablename__ = "case_looks"
    __table_args__ = (Index("ix_case_looks_account_at", "account", "at"), Index("ix_case_looks_at", "at"))

    id: str = Field(default_factory=new_id, primary_key=True, max_length=36)
    at: datetime = Field(sa_type=UtcDateTime)
    account: str = Field(max_length=100)
    office: str | None = Field(default=None, max_length=16)
    kind: str = Field(max_length=10)
    case_id: str | None = Field(default=None, index=True, max_length=36)
    person_id: str | None = Field(default=None, index=True, max_length=36)
    purpose: str = Field(max_length=40)
    words: str = Field(max_length=1000)
    own_part: bool
    found: int
