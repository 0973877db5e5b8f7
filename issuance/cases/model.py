"""Rulings and their effects, as the certificate needs them. Rows are added, never rewritten."""

from __future__ import annotations

from datetime import date, datetime

from sqlmodel import Field, SQLModel

from issuance.core.ids import new_id
from issuance.db.types import UtcDateTime


class Ruling(SQLModel, table=True):
    """One ruling on one person for one charge. Codes: `specs/cases/register.yaml`; final_on None: not final."""

    __tablename__ = "rulings"

    id: str = Field(default_factory=new_id, primary_key=True)
    person_id: str = Field(foreign_key="people.id", index=True)
    case_number: str
    court_arabic: str
    court_english: str
    kind: str
    presence: str
    verdict: str
    ruled_on: date
    final_on: date | None = None
    committed_on: date
    offence_arabic: str
    offence_english: str
    penalty_arabic: str
    penalty_english: str
    foreign_judgment: bool = False
    recorded_at: datetime = Field(sa_type=UtcDateTime)


class RulingEffect(SQLModel, table=True):
    """A dated effect on a ruling with its legal basis; `revoked_on` ends it (amnesty: a new offence within 5 years)."""

    __tablename__ = "ruling_effects"

    id: str = Field(default_factory=new_id, primary_key=True)
    ruling_id: str = Field(foreign_key="rulings.id", index=True)
    kind: str
    effective_on: date
    legal_basis: str
    revoked_on: date | None = None
    recorded_at: datetime = Field(sa_type=UtcDateTime)
