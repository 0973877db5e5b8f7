"""Applications for passports, the books made of them, their files, and what became of each.

A book's rows are added, never rewritten, but for `Passport.state`, which repeats its last event; an application's row
says how it stands now, its steps how it came there.
"""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import Index, Text, text
from sqlmodel import Field, SQLModel

from issuance.core.ids import new_id
from issuance.db.types import JsonValue, UtcDateTime


class PassportApplication(SQLModel, table=True):
    """tracking: SHA-256 of the applicant's private code; asked: what was asked for, as it was read; person_id: None
    until the civil registry answered; content_version: grows with each change of `asked` or a file; active:
    `<person>:<document type>` while it runs, so that there is one; predecessor: the earlier book it names; number: of
    the book made for it, the last one when one was spoiled; due_at: when its owner is late; authors: the accounts that
    had a part in enrolling; lease_*: the officer who works on it, and until when nobody else does; request_id: of the
    repeatable request that made it.
    """

    __tablename__ = "passport_applications"
    __table_args__ = (
        Index("ix_passport_applications_state_due", "state", "due_at", "id"),
        Index("ix_passport_applications_office_state", "office", "state", "due_at", "id"),
        Index(
            "ix_passport_applications_delivery",
            text("coalesce(asked ->> 'delivery_office', office)"),
            "state",
            "due_at",
            "id",
        ),
    )

    id: str = Field(primary_key=True, max_length=36)
    tracking: str = Field(unique=True, max_length=64)
    kind: str = Field(max_length=12)
    channel: str = Field(max_length=12)
    document_type: str = Field(max_length=24)
    office: str = Field(max_length=16)
    asked: dict[str, object] = Field(sa_type=JsonValue)
    content_version: int = 1
    person_id: str | None = Field(default=None, foreign_key="people.id", index=True)
    active: str | None = Field(default=None, unique=True, max_length=80)
    predecessor: str | None = Field(default=None, max_length=9)
    state: str = Field(max_length=12)
    reason: str | None = Field(default=None, max_length=40)
    words: str | None = Field(default=None, max_length=1000)
    since: datetime = Field(sa_type=UtcDateTime)
    due_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    lease_by: str | None = Field(default=None, max_length=80)
    lease_until: datetime | None = Field(default=None, sa_type=UtcDateTime)
    number: str | None = Field(default=None, max_length=9)
    enrolled_by: str = Field(max_length=80)
    authors: list[str] = Field(sa_type=JsonValue)
    enrolled_at: datetime = Field(sa_type=UtcDateTime)
    decided_by: str | None = Field(default=None, max_length=80)
    decided_digest: str | None = Field(default=None, max_length=64)
    request_id: str | None = Field(default=None, unique=True, max_length=120)


class PassportApplicationStep(SQLModel, table=True):
    """One step of an application: who, when, from which state to which, why. faults: field-level reasons of a return.

    Rows are added only.
    """

    __tablename__ = "passport_application_steps"

    application_id: str = Field(foreign_key="passport_applications.id", primary_key=True, max_length=36)
    seq: int = Field(primary_key=True)
    at: datetime = Field(sa_type=UtcDateTime)
    actor: str = Field(max_length=80)
    before: str | None = Field(default=None, max_length=12)
    after: str = Field(max_length=12)
    reason: str | None = Field(default=None, max_length=40)
    words: str | None = Field(default=None, max_length=1000)
    faults: list[object] | None = Field(default=None, sa_type=JsonValue)


class PassportApplicationFile(SQLModel, table=True):
    """A file of an application as it was handed in: `portrait`, ... The newest row of a name holds.

    warnings: what its judgement noted and did not refuse, each as {code, ar, en} (an older row: the code
    alone); None: not judged yet.
    """

    __tablename__ = "passport_application_files"

    id: str = Field(default_factory=new_id, primary_key=True, max_length=36)
    application_id: str = Field(foreign_key="passport_applications.id", index=True, max_length=36)
    name: str = Field(max_length=40)
    media_type: str = Field(max_length=40)
    content: bytes
    sha256: str = Field(max_length=64)
    at: datetime = Field(sa_type=UtcDateTime)
    by: str = Field(max_length=80)
    warnings: list[object] | None = Field(default=None, sa_type=JsonValue)


class PassportHold(SQLModel, table=True):
    """Why an application waits (`passport/office.yaml` holds). reference: ids or codes alone, of the other application,
    of the review, of the court; open: `<application>:<kind>:<reference>` while it stands; ended: `lifted` by officers
    or `gone` with its cause."""

    __tablename__ = "passport_holds"

    id: str = Field(default_factory=new_id, primary_key=True, max_length=36)
    application_id: str = Field(foreign_key="passport_applications.id", index=True, max_length=36)
    kind: str = Field(max_length=24)
    reference: str = Field(max_length=120)
    open: str | None = Field(default=None, unique=True, max_length=200)
    raised_at: datetime = Field(sa_type=UtcDateTime)
    raised_by: str = Field(max_length=80)
    lifted_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    ended: str | None = Field(default=None, max_length=8)
    lifted_by: str | None = Field(default=None, max_length=80)
    words: str | None = Field(default=None, max_length=1000)


class Passport(SQLModel, table=True):
    """mrz: the lines joined by a newline; intent_id: the signature over its security object; request_id: of the
    repeatable request that asked for it, so that the request makes one document even across a crash.

    application_id None: a trial outside production, made in one step (`commands.issue`); blank: number of the blank
    book; line: the printing line its chip key is sealed to; predecessor: the book it follows; state: of
    `passport/office.yaml` documents, as its last event says.
    """

    __tablename__ = "passports"
    __table_args__ = (
        Index("ix_passports_office_issued", "office", "issued_on", "number"),
        Index("ix_passports_issued_at", "issued_at"),
        Index("ix_passports_office_issued_at", "office", "issued_at"),
    )

    number: str = Field(primary_key=True, max_length=9)
    edition: str
    document_type: str = Field(default="ORDINARY", max_length=24)
    person_id: str = Field(foreign_key="people.id", index=True)
    office: str = Field(index=True)
    issued_on: date
    expires_on: date
    mrz: str
    intent_id: str
    request_id: str | None = Field(default=None, unique=True)
    issued_by: str
    issued_at: datetime = Field(sa_type=UtcDateTime)
    application_id: str | None = Field(default=None, foreign_key="passport_applications.id", index=True, max_length=36)
    blank: str | None = Field(default=None, unique=True, max_length=12)
    line: str | None = Field(default=None, index=True, max_length=16)
    predecessor: str | None = Field(default=None, index=True, max_length=9)
    state: str = Field(default="active", index=True, max_length=24)


class PassportFile(SQLModel, table=True):
    """One file of a passport: `EF_COM.bin`, `DG1.bin`, `EF_SOD.bin`, `data_page.pdf`, `package.json`, and so on."""

    __tablename__ = "passport_files"

    id: str = Field(default_factory=new_id, primary_key=True)
    passport_number: str = Field(foreign_key="passports.number", index=True)
    name: str
    content: bytes


class PassportReminder(SQLModel, table=True):
    """Somebody was reminded to collect a book so many days before its time ends. sent: a phone was known."""

    __tablename__ = "passport_reminders"

    application_id: str = Field(foreign_key="passport_applications.id", primary_key=True, max_length=36)
    number: str = Field(primary_key=True, max_length=9)
    days: int = Field(primary_key=True)
    at: datetime = Field(sa_type=UtcDateTime)
    sent: bool


class PassportEvent(SQLModel, table=True):
    """What became of a book: kind is the state it came into (`passport/office.yaml` documents).

    on: the civil day it holds from; office: whose officer said so; reason: a code or case reference; other: the number
    of another book it speaks of (its successor). Rows are added only.
    """

    __tablename__ = "passport_events"
    __table_args__ = (Index("ix_passport_events_at", "at"),)

    number: str = Field(foreign_key="passports.number", primary_key=True, max_length=9)
    seq: int = Field(primary_key=True)
    kind: str = Field(max_length=24, index=True)
    at: datetime = Field(sa_type=UtcDateTime)
    on: date
    actor: str = Field(max_length=80)
    office: str | None = Field(default=None, max_length=16)
    reason: str | None = Field(default=None, max_length=120)
    words: str | None = Field(default=None, max_length=1000)
    other: str | None = Field(default=None, max_length=9)


class SltdRecord(SQLModel, table=True):
    """One thing INTERPOL is to be told: `add` or `withdraw` a document under a category. seq orders what is said of one
    number; number: of a book or of a blank; export: in which it left, None: it waits. Rows are added only."""

    __tablename__ = "sltd_records"
    __table_args__ = (Index("ix_sltd_records_number", "number", "seq"),)

    seq: int | None = Field(default=None, primary_key=True)
    action: str = Field(max_length=8)
    number: str = Field(max_length=12)
    document_code: str = Field(max_length=2)
    issuing_state: str = Field(max_length=3)
    category: str = Field(max_length=12)
    on: date
    at: datetime = Field(sa_type=UtcDateTime)
    export: int | None = Field(default=None, index=True)


class SltdExport(SQLModel, table=True):
    """Records that left together. It is given out again, byte for byte, until it is acknowledged; then the next one.

    sent_at: the last time; reference: what INTERPOL's side answered.
    """

    __tablename__ = "sltd_exports"

    sequence: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    records: int
    sha256: str = Field(max_length=64)
    made_at: datetime = Field(sa_type=UtcDateTime)
    made_by: str = Field(max_length=80)
    times: int = 1
    sent_at: datetime = Field(sa_type=UtcDateTime)
    acknowledged_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    acknowledged_by: str | None = Field(default=None, max_length=80)
    reference: str | None = Field(default=None, max_length=120)


class Invalidation(SQLModel, table=True):
    """Books invalidated together by two people. scope: what named them; digest: of their numbers; undone_*: the second
    decision that reinstated them."""

    __tablename__ = "passport_invalidations"

    id: str = Field(primary_key=True, max_length=36)
    case_reference: str = Field(max_length=120)
    scope: dict[str, object] = Field(sa_type=JsonValue)
    digest: str = Field(max_length=64)
    books: int
    at: datetime = Field(sa_type=UtcDateTime)
    asked_by: str = Field(max_length=80)
    decided_by: str = Field(max_length=80)
    undone_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    undone_asked_by: str | None = Field(default=None, max_length=80)
    undone_by: str | None = Field(default=None, max_length=80)


class PassportDefect(SQLModel, table=True):
    """A defect of books: which (`conditions`, of `defects.Conditions`), and what is wrong as a deviation list says it
    (name or OID, what of the document it is about, words)."""

    __tablename__ = "passport_defects"

    id: str = Field(primary_key=True, max_length=36)
    title: str = Field(max_length=200)
    deviation: str = Field(max_length=80)
    about: str | None = Field(default=None, max_length=80)
    words: str = Field(max_length=1000)
    conditions: dict[str, object] = Field(sa_type=JsonValue)
    at: datetime = Field(sa_type=UtcDateTime)
    by: str = Field(max_length=80)


class PassportMark(SQLModel, table=True):
    """`status_list`: the signed list as handed out, as of `at`."""

    __tablename__ = "passport_marks"

    name: str = Field(primary_key=True, max_length=20)
    value: str = Field(sa_type=Text)
    at: datetime = Field(sa_type=UtcDateTime)


class Reconciliation(SQLModel, table=True):
    """Blanks held against books once a day (`passport/stock.yaml` reconciliation). offices: counts of each; findings:
    what does not agree, as far as it is named; found: all of it. Rows are added only."""

    __tablename__ = "passport_reconciliations"

    id: str = Field(primary_key=True, max_length=36)
    on: date = Field(index=True)
    at: datetime = Field(sa_type=UtcDateTime)
    by: str = Field(max_length=80)
    offices: list[object] = Field(sa_type=JsonValue)
    findings: list[object] = Field(sa_type=JsonValue)
    found: int


class Appointment(SQLModel, table=True):
    """A place at an office, or the wait for one. No name and no number of a person stands in it.

    tracking: SHA-256 of the private code; active: keyed digest of the person while it runs, so that there is one;
    state: waiting, booked, cancelled, past; slot: when its place begins."""

    __tablename__ = "passport_appointments"
    __table_args__ = (
        Index("ix_passport_appointments_queue", "office", "state", "asked_at"),
        Index("ix_passport_appointments_slot", "office", "slot"),
    )

    id: str = Field(primary_key=True, max_length=36)
    tracking: str = Field(unique=True, max_length=64)
    office: str = Field(max_length=16)
    active: str | None = Field(default=None, unique=True, max_length=64)
    state: str = Field(max_length=12)
    slot: datetime | None = Field(default=None, sa_type=UtcDateTime)
    asked_at: datetime = Field(sa_type=UtcDateTime)
    since: datetime = Field(sa_type=UtcDateTime)
