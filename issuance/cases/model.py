"""Tables of the case register. `case_actions` is the truth and is only appended to; every other table is a projection,
but for the counters of numbers and the alarms that were told.

The projections are written by `issuance.cases.projection` alone and can be made anew from the actions.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Any, Final

from sqlalchemy import Index, LargeBinary, Text, UniqueConstraint, text
from sqlmodel import Field, SQLModel

from issuance.core.ids import new_id
from issuance.db.types import UtcDateTime


class CaseAction(SQLModel, table=True):
    """One entry of a file, for ever. body, resolved, matters, evidence: canonical JSON, the text that was hashed.

    digest: hex SHA-256 over the entry and the digest before it; receipt: the signed record of a hand-over (CMS).
    """

    __tablename__ = "case_actions"
    __table_args__ = (UniqueConstraint("case_id", "seq", name="uq_case_actions_case_seq"),)

    id: str = Field(primary_key=True, max_length=36)
    case_id: str = Field(max_length=36)
    seq: int
    name: str = Field(max_length=40)
    at: datetime = Field(sa_type=UtcDateTime)
    happened_on: date
    actor_id: str = Field(max_length=80)
    actor_role: str | None = Field(default=None, max_length=40)
    office: str | None = Field(default=None, max_length=16)
    asked_by: str | None = Field(default=None, max_length=80)
    basis: str = Field(sa_type=Text)
    matters: str = Field(sa_type=Text)
    evidence: str = Field(sa_type=Text)
    body: str = Field(sa_type=Text)
    resolved: str = Field(sa_type=Text)
    digest: str = Field(max_length=64)
    receipt: bytes | None = Field(default=None, sa_type=LargeBinary)


class CaseCounter(SQLModel, table=True):
    """The last case number of an office in a year: numbers have no gap, for they are taken with the opening action."""

    __tablename__ = "case_counters"

    office: str = Field(primary_key=True, max_length=16)
    year: int = Field(primary_key=True)
    last: int


class CaseRow(SQLModel, table=True):
    """Projection: one file. state, stage: of its least advanced matter that has not ended, else of its last.

    awaiting: the office that is to acknowledge a hand-over; next_due: the nearest end of a clock.
    """

    __tablename__ = "cases"
    __table_args__ = (
        Index("ix_cases_holder_due", "holder", "ended", "next_due", "id"),
        Index("ix_cases_assigned_due", "assigned", "ended", "next_due", "id"),
        Index("ix_cases_awaiting_due", "awaiting", "next_due", "id"),
        Index("ix_cases_due", "ended", "next_due", "id"),
        Index("ix_cases_stage_opened", "stage", "opened_on"),
        Index("ix_cases_opened", "opened_on", "number", "office", "holder"),
        Index("ix_cases_counted", "ended", "stage", "kind", "holder", "opened_on"),
    )

    id: str = Field(primary_key=True, max_length=36)
    number: str = Field(unique=True, max_length=40)
    version: int
    opened_at: datetime = Field(sa_type=UtcDateTime)
    opened_on: date
    updated_at: datetime = Field(sa_type=UtcDateTime)
    office: str = Field(max_length=16)
    holder: str = Field(max_length=16)
    awaiting: str | None = Field(default=None, max_length=16)
    assigned: str | None = Field(default=None, max_length=80)
    classification: str = Field(max_length=10)
    sealed: bool
    state: str = Field(max_length=30)
    stage: str = Field(max_length=30)
    ended: bool
    kind: str = Field(max_length=20)
    offence: str | None = Field(default=None, max_length=40)
    region: str | None = Field(default=None, max_length=5)
    next_due: datetime | None = Field(default=None, sa_type=UtcDateTime)


class CaseOffice(SQLModel, table=True):
    """Projection: an office that holds, held or is to receive the file."""

    __tablename__ = "case_offices"

    case_id: str = Field(primary_key=True, max_length=36)
    office: str = Field(primary_key=True, max_length=16, index=True)


class CaseAccused(SQLModel, table=True):
    """Projection: a person accused in a file; person_id only where the identity is confirmed."""

    __tablename__ = "case_accused"

    case_id: str = Field(primary_key=True, max_length=36)
    code: str = Field(primary_key=True, max_length=8)
    name: str | None = None
    birth_date: date | None = None
    person_id: str | None = Field(default=None, foreign_key="people.id", index=True, max_length=36)


class CaseNameKey(SQLModel, table=True):
    """Projection: a key under which an accused known by name only is looked for (`people.name_keys`)."""

    __tablename__ = "case_name_keys"
    __table_args__ = {"sqlite_with_rowid": False}

    key: str = Field(primary_key=True)
    case_id: str = Field(primary_key=True, index=True, max_length=36)
    accused: str = Field(primary_key=True, max_length=8)


class CaseMatter(SQLModel, table=True):
    """Projection: one accused on one charge. office, opened_on: of its file; finals are counted from an index."""

    __tablename__ = "case_matters"
    __table_args__ = (Index("ix_case_matters_final", "final_on", "office", "opened_on"),)

    case_id: str = Field(primary_key=True, max_length=36)
    code: str = Field(primary_key=True, max_length=16)
    accused: str = Field(max_length=8)
    charge: str = Field(max_length=8)
    state: str = Field(max_length=30)
    since: date
    kind: str = Field(max_length=20)
    offence: str | None = Field(default=None, max_length=40)
    final_on: date | None = None
    office: str = Field(max_length=16)
    opened_on: date


_TOLD: Final[Any] = {f"{name}_where": text("told IS NOT NULL") for name in ("sqlite", "postgresql")}


class CaseClock(SQLModel, table=True):
    """Projection: a clock that runs. target: a matter, an accused in custody, or `transfer`.

    told: the highest share told of it, as `case_alarms` says; warn_at: when its next alarm is due, None: none is.
    """

    __tablename__ = "case_clocks"
    __table_args__ = (
        Index("ix_case_clocks_code_due", "code", "due_at", "office"),
        Index("ix_case_clocks_told", "alarm_role", "last_day", "case_id", "target", "code", **_TOLD),
    )

    case_id: str = Field(primary_key=True, max_length=36)
    target: str = Field(primary_key=True, max_length=16)
    code: str = Field(primary_key=True, max_length=60)
    office: str = Field(max_length=16)
    started_at: datetime = Field(sa_type=UtcDateTime)
    told: int | None = None
    warn_at: datetime | None = Field(default=None, sa_type=UtcDateTime, index=True)
    due_at: datetime = Field(sa_type=UtcDateTime)
    last_day: date
    alarm_role: str = Field(max_length=40)


class CaseAlarm(SQLModel, table=True):
    """One alarm as it was told, for ever; no projection. target, code, started_at: which clock (`case_clocks`)."""

    __tablename__ = "case_alarms"
    __table_args__ = (
        UniqueConstraint("case_id", "target", "code", "started_at", "percent", name="uq_case_alarms_clock_percent"),
    )

    id: str = Field(default_factory=new_id, primary_key=True, max_length=36)
    case_id: str = Field(max_length=36)
    target: str = Field(max_length=16)
    code: str = Field(max_length=60)
    started_at: datetime = Field(sa_type=UtcDateTime)
    percent: int
    due_on: date
    role: str = Field(max_length=40)
    office: str = Field(max_length=16)
    told_at: datetime = Field(sa_type=UtcDateTime)


class TravelBanRow(SQLModel, table=True):
    """Projection: a ban; until_on: last day, if any; lifted_on: the first day without it."""

    __tablename__ = "travel_bans"

    id: str = Field(primary_key=True, max_length=60)
    case_id: str = Field(index=True, max_length=36)
    person_id: str | None = Field(default=None, foreign_key="people.id", index=True, max_length=36)
    accused: str = Field(max_length=8)
    since_on: date
    until_on: date | None = None
    lifted_on: date | None = None
    legal_basis: str
    office: str | None = Field(default=None, max_length=16)


class Ruling(SQLModel, table=True):
    """Projection: a ruling on an identified person for one charge. final_on None: not final.

    case_number: as the certificate shows it, an earlier register's where it comes from one. case_id None: entered
    before there were case files.
    """

    __tablename__ = "rulings"

    id: str = Field(default_factory=new_id, primary_key=True)
    person_id: str = Field(foreign_key="people.id", index=True)
    case_id: str | None = Field(default=None, index=True, max_length=36)
    matter: str | None = Field(default=None, max_length=16)
    instance: str | None = Field(default=None, max_length=20)
    case_number: str
    court_arabic: str
    court_english: str
    kind: str
    presence: str
    verdict: str
    ruled_on: date
    final_on: date | None = None
    final_by: str | None = Field(default=None, max_length=20)
    recidivist: bool = False
    penalty_ended_on: date | None = None
    committed_on: date
    offence_arabic: str
    offence_english: str
    penalty_arabic: str
    penalty_english: str
    foreign_judgment: bool = False
    recorded_at: datetime = Field(sa_type=UtcDateTime)


class RulingEffect(SQLModel, table=True):
    """Projection: a dated effect on a ruling with its legal basis; `revoked_on` ends it."""

    __tablename__ = "ruling_effects"

    id: str = Field(default_factory=new_id, primary_key=True)
    ruling_id: str = Field(foreign_key="rulings.id", index=True)
    kind: str
    effective_on: date
    legal_basis: str
    revoked_on: date | None = None
    recorded_at: datetime = Field(sa_type=UtcDateTime)
