"""Issued criminal-status certificates. Rows are added, never rewritten."""

from __future__ import annotations

from datetime import date, datetime

from sqlmodel import Field, SQLModel

from issuance.db.types import UtcDateTime


class Certificate(SQLModel, table=True):
    """data: the canonical JSON attached to the PDF, as text; seal: the address in its QR code; request_id: as in
    `passports`."""

    __tablename__ = "certificates"

    number: str = Field(primary_key=True)
    person_id: str = Field(foreign_key="people.id", index=True)
    office: str = Field(index=True)
    purpose: str
    outcome: str
    rule_version: str
    issued_on: date
    expires_on: date
    data: str
    seal: str
    pdf: bytes
    seal_intent_id: str
    pdf_intent_id: str
    request_id: str | None = Field(default=None, unique=True)
    issued_by: str
    issued_at: datetime = Field(sa_type=UtcDateTime)
