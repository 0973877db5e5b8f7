"""Captures, accepted portraits, searches for duplicates, and the gallery of the embedded stand-in.

No picture of a finger is kept and no template: scanner and search exchange these, here stand quality and count. A
portrait is kept with a search only until the search was answered.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Index
from sqlmodel import Field, SQLModel

from issuance.core.ids import new_id
from issuance.db.types import JsonValue, UtcDateTime


class BiometricCapture(SQLModel, table=True):
    """Fingerprints once taken for an application; the newest counts. fingers: as `facts.Finger`."""

    __tablename__ = "biometric_captures"
    __table_args__ = (Index("ix_biometric_captures_application", "application_id", "id"),)

    id: str = Field(default_factory=new_id, primary_key=True, max_length=36)
    application_id: str = Field(max_length=36)
    office: str | None = Field(default=None, max_length=16)
    device: str = Field(max_length=120)
    fingers: list[dict[str, Any]] = Field(sa_type=JsonValue)
    state: str = Field(max_length=8)
    approval: str | None = Field(default=None, max_length=36)
    taken_by: str = Field(max_length=80)
    taken_at: datetime = Field(sa_type=UtcDateTime)


class BiometricPortrait(SQLModel, table=True):
    """A portrait an officer accepted, by its digest, with the warnings they saw. Rows are added; the newest counts."""

    __tablename__ = "biometric_portraits"
    __table_args__ = (Index("ix_biometric_portraits_application", "application_id", "id"),)

    id: str = Field(default_factory=new_id, primary_key=True, max_length=36)
    application_id: str = Field(max_length=36)
    digest: str = Field(max_length=64)
    warnings: list[str] = Field(sa_type=JsonValue)
    words: str | None = Field(default=None, max_length=1000)
    accepted_by: str = Field(max_length=80)
    at: datetime = Field(sa_type=UtcDateTime)


class BiometricSearch(SQLModel, table=True):
    """One search; the newest of an application counts.

    probe: what still has to be searched for, None once answered; degraded_id: under which declared outage a
    humanitarian case may go on; outcome: what two officers found of the candidates, None: not yet or none.
    """

    __tablename__ = "biometric_searches"
    __table_args__ = (
        Index("ix_biometric_searches_application", "application_id", "id"),
        Index("ix_biometric_searches_state", "state", "id"),
    )

    id: str = Field(default_factory=new_id, primary_key=True, max_length=36)
    application_id: str = Field(max_length=36)
    person_id: str = Field(foreign_key="people.id", max_length=36)
    office: str | None = Field(default=None, max_length=16)
    state: str = Field(max_length=8)
    digest: str = Field(max_length=64)
    probe: bytes | None = None
    eyes: list[float] = Field(sa_type=JsonValue)
    humanitarian: str | None = Field(default=None, max_length=24)
    degraded_id: str | None = Field(default=None, max_length=36)
    recheck_due: datetime | None = Field(default=None, sa_type=UtcDateTime)
    outcome: str | None = Field(default=None, max_length=9)
    searched_by: str = Field(max_length=80)
    at: datetime = Field(sa_type=UtcDateTime)
    answered_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


class BiometricCandidate(SQLModel, table=True):
    """Another person a search found, and how alike they are, 0 to 100."""

    __tablename__ = "biometric_candidates"

    search_id: str = Field(foreign_key="biometric_searches.id", primary_key=True, max_length=36)
    person_id: str = Field(foreign_key="people.id", primary_key=True, max_length=36)
    face_percent: int | None = None
    name_percent: int | None = None


class AfisFace(SQLModel, table=True):
    """The gallery of the stand-in: a face as 256 small numbers (`descriptor`), from which no picture can be made.

    seq grows in the order of commits, so that a reader who remembers the last one misses none.
    """

    __tablename__ = "afis_faces"
    __table_args__ = (Index("ix_afis_faces_once", "reference", "digest", unique=True),)

    seq: int | None = Field(default=None, primary_key=True)
    reference: str = Field(max_length=36)
    digest: str = Field(max_length=64)
    person_id: str = Field(max_length=36)
    face: bytes


class AfisDegraded(SQLModel, table=True):
    """The search was declared out of order by one person and approved by another, from `since` to `until`."""

    __tablename__ = "afis_degraded"

    id: str = Field(default_factory=new_id, primary_key=True, max_length=36)
    words: str = Field(max_length=1000)
    declared_by: str = Field(max_length=80)
    approved_by: str = Field(max_length=80)
    since: datetime = Field(sa_type=UtcDateTime)
    until: datetime = Field(sa_type=UtcDateTime)
    ended_by: str | None = Field(default=None, max_length=80)
