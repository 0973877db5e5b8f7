"""Issued passports and the files each one is made of. Rows are added, never rewritten."""

from __future__ import annotations

from datetime import date, datetime

from sqlmodel import Field, SQLModel

from issuance.core.ids import new_id
from issuance.db.types import UtcDateTime


class Passport(SQLModel, table=True):
    """mrz: the two lines joined by a newline; intent_id: the signature over its security object; request_id: of the
    repeatable request that asked for it, so that the request makes one document even across a crash."""

    __tablename__ = "passports"

    number: str = Field(primary_key=True, max_length=9)
    edition: str
    person_id: str = Field(foreign_key="people.id", index=True)
    office: str = Field(index=True)
    issued_on: date
    expires_on: date
    mrz: str
    intent_id: str
    request_id: str | None = Field(default=None, unique=True)
    issued_by: str
    issued_at: datetime = Field(sa_type=UtcDateTime)


class PassportFile(SQLModel, table=True):
    """One file of a passport: `EF_COM.bin`, `DG1.bin`, `EF_SOD.bin`, `data_page.pdf`, `package.json`, and so on."""

    __tablename__ = "passport_files"

    id: str = Field(default_factory=new_id, primary_key=True)
    passport_number: str = Field(foreign_key="passports.number", index=True)
    name: str
    content: bytes
