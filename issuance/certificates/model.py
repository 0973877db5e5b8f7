"""Requests for criminal-status certificates, and the certificates issued. Documents are added, never rewritten."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import Index, Text
from sqlmodel import Field, SQLModel

from issuance.db.types import JsonValue, UtcDateTime


class Request(SQLModel, table=True):
    """One request as it stands now; how it came there is in `RequestStep`.

    tracking: SHA-256 of the private code of the applicant; person_id: None while nobody is found by what was said;
    asked: the request as read; active: `<person>:<purpose>` while it runs, so that there is one; since: the moment of
    this state, due_at: when its owner is late; code: MAC of the one-time code; compiled: canonical JSON of the facts
    the decision rests on; number: of the certificate or refusal it ended in.
    """

    __tablename__ = "certificate_requests"
    __table_args__ = (
        Index("ix_certificate_requests_state_due", "state", "due_at", "id"),
        Index("ix_certificate_requests_office_state", "office", "state", "due_at"),
    )

    id: str = Field(primary_key=True, max_length=36)
    tracking: str = Field(unique=True, max_length=64)
    person_id: str | None = Field(default=None, foreign_key="people.id", index=True)
    channel: str = Field(max_length=12)
    level: str = Field(max_length=12)
    purpose: str = Field(max_length=40)
    office: str = Field(max_length=16)
    asked: dict[str, object] = Field(sa_type=JsonValue)
    legal_basis: str | None = Field(default=None, max_length=400)
    active: str | None = Field(default=None, unique=True, max_length=80)
    state: str = Field(max_length=12)
    reason: str | None = Field(default=None, max_length=40)
    words: str | None = Field(default=None, max_length=1000)
    since: datetime = Field(sa_type=UtcDateTime)
    due_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    code: str | None = Field(default=None, max_length=64)
    code_tries: int = 0
    compiled: str | None = Field(default=None, sa_type=Text)
    number: str | None = Field(default=None, max_length=40)
    request_id: str | None = Field(default=None, unique=True, max_length=120)
    requested_by: str = Field(max_length=80)
    requested_at: datetime = Field(sa_type=UtcDateTime)


class RequestStep(SQLModel, table=True):
    """One step of a request: who, when, from which state to which, why. Rows are added only."""

    __tablename__ = "certificate_request_steps"

    request_id: str = Field(foreign_key="certificate_requests.id", primary_key=True, max_length=36)
    seq: int = Field(primary_key=True)
    at: datetime = Field(sa_type=UtcDateTime)
    actor: str = Field(max_length=80)
    before: str | None = Field(default=None, max_length=12)
    after: str = Field(max_length=12)
    reason: str | None = Field(default=None, max_length=40)
    words: str | None = Field(default=None, max_length=1000)


class Certificate(SQLModel, table=True):
    """data: the canonical JSON attached to the PDF, as text; seal: the address in its QR code; request_id: as in
    `passports`; compiled: the facts it was computed from, as in `Request`; status_index: its place in the status list.
    pdf_level: PAdES level of its signature, None: not judged yet; pdf_waits: for a time stamp, or to be judged.
    """

    __tablename__ = "certificates"

    number: str = Field(primary_key=True)
    person_id: str = Field(foreign_key="people.id", index=True)
    office: str = Field(index=True)
    purpose: str
    level: str = Field(default="person", max_length=12)
    outcome: str
    rule_version: str
    issued_on: date
    expires_on: date
    data: str
    compiled: str | None = Field(default=None, sa_type=Text)
    seal: str
    pdf: bytes
    pdf_level: str | None = Field(default=None, max_length=4)
    pdf_waits: bool = Field(default=True, index=True)
    seal_intent_id: str
    pdf_intent_id: str
    request_id: str | None = Field(default=None, unique=True)
    status_index: int | None = Field(default=None, unique=True)
    issued_by: str
    issued_at: datetime = Field(sa_type=UtcDateTime)


class CertificateEvent(SQLModel, table=True):
    """What became of a certificate after its issue: withdrawn, replaced, superseded, or a step of legalisation.

    kind: of `certificate/status.yaml`, or `legalised`, `corrected` (a step taken back), `confirmed` (an officer looked
    at an emergency); on: the civil day it holds from; reason: its code, or the step; other: the number that replaces
    it, or the `seq` of the step taken back; signed: CMS over the event. Rows are added only.
    """

    __tablename__ = "certificate_events"

    number: str = Field(foreign_key="certificates.number", primary_key=True)
    seq: int = Field(primary_key=True)
    kind: str = Field(max_length=24, index=True)
    at: datetime = Field(sa_type=UtcDateTime, index=True)
    on: date
    actor: str = Field(max_length=80)
    office: str | None = Field(default=None, max_length=16)
    reason: str | None = Field(default=None, max_length=40)
    words: str | None = Field(default=None, max_length=1000)
    other: str | None = Field(default=None, max_length=40)
    signed: bytes


class CertificateRefusal(SQLModel, table=True):
    """A signed refusal. data: the canonical JSON attached to the PDF, as text; reason: of `refusal.reasons`; upholds:
    the number of the refusal that this one upholds after a grievance; pdf_level, pdf_waits: as in `Certificate`."""

    __tablename__ = "certificate_refusals"

    number: str = Field(primary_key=True, max_length=40)
    request_id: str = Field(foreign_key="certificate_requests.id", index=True, max_length=36)
    upholds: str | None = Field(default=None, max_length=40)
    person_id: str = Field(foreign_key="people.id", index=True)
    office: str = Field(max_length=16)
    reason: str = Field(max_length=40)
    decided_on: date
    appeal_until: date
    data: str = Field(sa_type=Text)
    pdf: bytes
    pdf_level: str | None = Field(default=None, max_length=4)
    pdf_waits: bool = Field(default=True, index=True)
    pdf_intent_id: str
    refused_at: datetime = Field(sa_type=UtcDateTime)


class CertificateMark(SQLModel, table=True):
    """How far this service has come: `register`: last event of the case register that certificates were compared
    with; `day`: last civil day on which all were; `status_list`: the signed list as handed out."""

    __tablename__ = "certificate_marks"

    name: str = Field(primary_key=True, max_length=20)
    value: str = Field(sa_type=Text)
    at: datetime = Field(sa_type=UtcDateTime)
