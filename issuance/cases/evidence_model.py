"""Tables of evidence: what was taken in, and the integrity checks over it. Custody stands in the case's own actions."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import BigInteger, Text
from sqlmodel import Field, SQLModel

from issuance.core.ids import new_id
from issuance.db.types import JsonValue, UtcDateTime


class EvidenceItem(SQLModel, table=True):
    """One thing taken in for a case, for ever. sha256: hex, of the file as it came; place, captured_on: where and when.

    The action that names it (`add_evidence`) is written with it.
    """

    __tablename__ = "evidence_items"

    id: str = Field(default_factory=new_id, primary_key=True, max_length=36)
    case_id: str = Field(index=True, max_length=36)
    sha256: str = Field(index=True, max_length=64)
    size_bytes: int = Field(sa_type=BigInteger)
    media_type: str = Field(max_length=80)
    file_name: str = Field(max_length=255)
    description: str = Field(sa_type=Text)
    place: str = Field(sa_type=Text)
    captured_on: date
    recorded_by: str = Field(max_length=80)
    office: str | None = Field(default=None, max_length=16)
    recorded_at: datetime = Field(sa_type=UtcDateTime)


class EvidenceCheck(SQLModel, table=True):
    """One check of all evidence files. after: the last hash examined; found: how many findings; findings: the first of
    them, [{kind, sha256, items}].

    finished_at None: it was interrupted, and the next one goes on from there.
    """

    __tablename__ = "evidence_checks"

    id: str = Field(default_factory=new_id, primary_key=True, max_length=36)
    started_at: datetime = Field(sa_type=UtcDateTime)
    started_by: str = Field(max_length=80)
    after: str = Field(default="", max_length=64)
    examined: int = 0
    examined_bytes: int = Field(default=0, sa_type=BigInteger)
    found: int = 0
    findings: list[dict[str, Any]] = Field(sa_type=JsonValue)
    finished_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
