"""Editions as they are drafted, decided and signed. A signed edition and a step of a draft are added, never changed."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import Index, Text
from sqlmodel import Field, SQLModel

from issuance.db.types import UtcDateTime


class SpecificationEdition(SQLModel, table=True):
    """A signed edition. manifest: the canonical JSON that was signed; signature: the CMS that holds it; files: JSON of
    name -> text, from which another node, or this one after a loss, writes them again."""

    __tablename__ = "specification_editions"

    edition: str = Field(primary_key=True, max_length=4)
    from_date: date
    digest: str = Field(max_length=64)
    manifest: str = Field(sa_type=Text)
    signature: bytes
    files: str = Field(sa_type=Text)
    draft_id: str | None = Field(default=None, max_length=36)
    signed_by: str = Field(max_length=80)
    signed_at: datetime = Field(sa_type=UtcDateTime)


class SpecificationDraft(SQLModel, table=True):
    """An edition somebody drafts. version counts changes; open: its edition while it may still become one, so that each
    has one draft; digest: what the two approvals of its present submission are bound to."""

    __tablename__ = "specification_drafts"

    id: str = Field(primary_key=True, max_length=36)
    edition: str = Field(max_length=4, index=True)
    open: str | None = Field(default=None, unique=True, max_length=4)
    based_on: str = Field(max_length=4)
    state: str = Field(max_length=10)
    version: int = 1
    words: str = Field(max_length=1000)
    proposed_by: str = Field(max_length=80)
    proposed_at: datetime = Field(sa_type=UtcDateTime)
    digest: str | None = Field(default=None, max_length=64)
    first_approval: str | None = Field(default=None, max_length=36)
    second_approval: str | None = Field(default=None, max_length=36)


class SpecificationDraftFile(SQLModel, table=True):
    """The present text of one file of a draft, right or wrong: what an editor typed is kept."""

    __tablename__ = "specification_draft_files"

    draft_id: str = Field(foreign_key="specification_drafts.id", primary_key=True, max_length=36)
    name: str = Field(primary_key=True, max_length=60)
    text: str = Field(sa_type=Text)
    changed_by: str = Field(max_length=80)
    changed_at: datetime = Field(sa_type=UtcDateTime)


class SpecificationDraftStep(SQLModel, table=True):
    """One thing that happened to a draft. kind: `rules.StepKind`; file, digest: what it was about, where it was."""

    __tablename__ = "specification_draft_steps"
    __table_args__ = (Index("ix_specification_draft_steps_draft", "draft_id", "id"),)

    id: str = Field(primary_key=True, max_length=36)
    draft_id: str = Field(foreign_key="specification_drafts.id", max_length=36)
    kind: str = Field(max_length=10)
    account: str = Field(max_length=80)
    words: str | None = Field(default=None, max_length=1000)
    file: str | None = Field(default=None, max_length=60)
    digest: str | None = Field(default=None, max_length=64)
    at: datetime = Field(sa_type=UtcDateTime)
