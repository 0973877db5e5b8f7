"""What the civil registry said of the people held here, every change of it, and family records that are watched."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import CheckConstraint, Index
from sqlmodel import Field, SQLModel

from issuance.core.ids import new_id
from issuance.db.types import JsonValue, UtcDateTime


class RegistryEntry(SQLModel, table=True):
    """The civil registry's own facts of a person, as they stand. A person without a row counts as live.

    transfers: `[{from_office, to_office, on}]`; etag: of the outside registry's answer this row was made from, None
    when it was not made from one, or changed since.
    """

    __tablename__ = "registry_entries"
    __table_args__ = (
        CheckConstraint(
            "state IN ('live', 'deceased', 'nationality_withdrawn', 'number_withdrawn', 'unregistered')",
            name="ck_registry_entries_state",
        ),
    )

    person_id: str = Field(foreign_key="people.id", primary_key=True)
    state: str = Field(max_length=30)
    family_record: str | None = Field(default=None, index=True, max_length=40)
    registered_on: date
    registered_late: bool
    transfers: list[dict[str, str]] = Field(sa_type=JsonValue)
    under_review: str | None = Field(default=None, max_length=60)
    father: str | None = Field(default=None, max_length=12)
    mother: str | None = Field(default=None, max_length=12)
    guardian: str | None = Field(default=None, max_length=12)
    etag: str | None = Field(default=None, max_length=100)
    as_of: datetime = Field(sa_type=UtcDateTime)


class RegistryChange(SQLModel, table=True):
    """One change of what is held of a person. Rows are added only.

    kind: a mark of `passport/registry.yaml`, `unregistered`, `moved` or `corrected`; changes: field -> [before, after];
    reference: of the file it rests on; approval: of the second officer, where it takes two.
    """

    __tablename__ = "registry_changes"
    __table_args__ = (Index("ix_registry_changes_person", "person_id", "id"),)

    id: str = Field(default_factory=new_id, primary_key=True, max_length=36)
    person_id: str = Field(foreign_key="people.id")
    kind: str = Field(max_length=30)
    reference: str | None = Field(default=None, max_length=60)
    changes: dict[str, list[Any]] = Field(sa_type=JsonValue)
    approval: str | None = Field(default=None, max_length=36)
    by: str = Field(max_length=80)
    at: datetime = Field(sa_type=UtcDateTime)


class WatchedFamily(SQLModel, table=True):
    """A family record whose applications a second officer sees. Two officers begin it and two end it.

    standing: the family record while it is watched, so that it is watched once at a time; None: ended.
    """

    __tablename__ = "watched_families"

    id: str = Field(default_factory=new_id, primary_key=True, max_length=36)
    family_record: str = Field(max_length=40, index=True)
    standing: str | None = Field(default=None, max_length=40, unique=True)
    case_reference: str = Field(max_length=60)
    asked_by: str = Field(max_length=80)
    approval: str = Field(max_length=36)
    approved_by: str = Field(max_length=80)
    since: datetime = Field(sa_type=UtcDateTime)
    ended_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    end_approval: str | None = Field(default=None, max_length=36)
