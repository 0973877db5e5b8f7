"""The population register as this service holds it. One row a person."""

from __future__ import annotations

from datetime import datetime

from sqlmodel import Field, SQLModel

from issuance.core.ids import new_id
from issuance.db.types import UtcDateTime


class Person(SQLModel, table=True):
    """birth_date: ISO text with `00` for unknown parts; portrait: the prepared portrait (JPEG), or None.

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
    portrait: bytes | None = None
    registered_at: datetime = Field(sa_type=UtcDateTime)


class PersonNameKey(SQLModel, table=True):
    """The person is looked for under this key (`people.name_keys`). Derived from `people` by `people.name_index`."""

    __tablename__ = "person_name_keys"
    __table_args__ = {"sqlite_with_rowid": False}

    key: str = Field(primary_key=True)
    person_id: str = Field(foreign_key="people.id", primary_key=True)
