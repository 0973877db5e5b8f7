"""The population register as this service holds it. One row a person."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Index
from sqlmodel import Field, SQLModel

from issuance.core.ids import new_id
from issuance.db.types import JsonValue, UtcDateTime
from issuance.people.birth_date import BirthDate
from issuance.people.facts import ArabicName, LatinName, PersonFacts


class Person(SQLModel, table=True):
    """birth_date: ISO text with `00` for unknown parts; portrait: the prepared portrait (JPEG), or
    None; phone: the registered one, in E.164 form.

    Three facts of a name: Arabic (identity), Latin (as the holder spells it), scheme_name (the Arabic by the table of
    Doc 9303-3, for matching; never printed).
    """

    __tablename__ = "people"

    id: str = Field(default_factory=new_id, primary_key=True)
    national_number: str = Field(unique=True, index=True, max_length=12)
    sex: str = Field(max_length=1)
    birth_date: str = Field(max_length=10)
    arabic_first: str
    arabic_father: str
    arabic_grandfather: str
    arabic_family: str
    latin_surname: str
    latin_given: str
    scheme_name: str
    mother_arabic: str
    birth_place_arabic: str
    birth_place_latin: str
    nationality: str = Field(max_length=3)
    synthetic: bool
    phone: str | None = Field(default=None, max_length=16)
    portrait: bytes | None = None
    registered_at: datetime = Field(sa_type=UtcDateTime)


class PersonLook(SQLModel, table=True):
    """One search by name: who, when, for what, and who was proposed (ids). Rows are added only.

    words: what the searcher added to the purpose; they may name people, so they stand here and not in the trail.
    """

    __tablename__ = "person_looks"
    __table_args__ = (Index("ix_person_looks_account_at", "account", "at"),)

    id: str = Field(default_factory=new_id, primary_key=True, max_length=36)
    at: datetime = Field(sa_type=UtcDateTime)
    account: str = Field(max_length=100)
    office: str | None = Field(default=None, max_length=16)
    purpose: str = Field(max_length=40)
    words: str = Field(max_length=1000)
    found: list[str] = Field(sa_type=JsonValue)


class PersonNameKey(SQLModel, table=True):
    """The person is looked for under this key (`people.name_keys`). Derived from `people` by `people.name_index`."""

    __tablename__ = "person_name_keys"
    __table_args__ = {"sqlite_with_rowid": False}

    key: str = Field(primary_key=True)
    person_id: str = Field(foreign_key="people.id", primary_key=True)


def facts(row: Person) -> PersonFacts:
    """The frozen facts of one row."""
    return PersonFacts(
        id=row.id,
        national_number=row.national_number,
        sex=row.sex,
        birth_date=BirthDate.parse(row.birth_date),
        arabic=ArabicName(row.arabic_first, row.arabic_father, row.arabic_grandfather, row.arabic_family),
        latin=LatinName(row.latin_surname, row.latin_given),
        scheme_name=row.scheme_name,
        birth_place_arabic=row.birth_place_arabic,
        birth_place_latin=row.birth_place_latin,
        nationality=row.nationality,
        synthetic=row.synthetic,
        portrait=row.portrait,
    )
