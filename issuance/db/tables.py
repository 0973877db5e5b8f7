"""Tables of the core. Domains keep theirs in their own `model.py`. Rows are appended; what was settled stays so.

A table class is not an API schema and never leaves the service.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, CheckConstraint, Index, Text
from sqlmodel import Field, SQLModel

from issuance.db.types import JsonValue, UtcDateTime


class AuditRow(SQLModel, table=True):
    """One thing that happened. hash: SHA-256 over every other column (`core.audit.row_hash`), the predecessor's too."""

    __tablename__ = "audit_rows"

    seq: int = Field(primary_key=True, sa_type=BigInteger, sa_column_kwargs={"autoincrement": False})
    at: datetime = Field(sa_type=UtcDateTime)
    actor_id: str = Field(max_length=80)
    actor_kind: str = Field(max_length=10)
    office: str | None = Field(default=None, max_length=16)
    action: str = Field(max_length=80, index=True)
    subject: str = Field(max_length=200, index=True)
    reason: str = Field(sa_type=Text)
    detail: str = Field(sa_type=Text)
    previous_hash: str = Field(max_length=64)
    hash: str = Field(max_length=64)


class SigningIntent(SQLModel, table=True):
    """Announced before a key is used; result_sha256 (hex) tells what came of it. outcome: None while unknown."""

    __tablename__ = "signing_intents"
    __table_args__ = (
        CheckConstraint("outcome IN ('signed', 'failed')", name="ck_signing_intents_outcome"),
        Index("ix_signing_intents_key_id", "key_id"),
    )

    id: str = Field(primary_key=True, max_length=80)
    purpose: str = Field(max_length=40)
    reference: str = Field(max_length=200, index=True)
    key_id: str = Field(max_length=80)
    to_be_signed_sha256: str = Field(max_length=64)
    created_at: datetime = Field(sa_type=UtcDateTime)
    outcome: str | None = Field(default=None, max_length=10)
    result_sha256: str | None = Field(default=None, max_length=64)
    resolved_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


class NumberAllocation(SQLModel, table=True):
    """One number of one series, kept for ever: without a row it was never given out, with a row it never is again."""

    __tablename__ = "number_allocations"
    __table_args__ = (
        CheckConstraint("state IN ('allocated', 'used', 'void')", name="ck_number_allocations_state"),
        CheckConstraint("(state = 'void') = (void_reason IS NOT NULL)", name="ck_number_allocations_void_reason"),
    )

    series: str = Field(primary_key=True, max_length=80)
    serial: int = Field(primary_key=True, sa_type=BigInteger, sa_column_kwargs={"autoincrement": False})
    number: str = Field(unique=True, max_length=40)
    reference: str = Field(max_length=200, index=True)
    state: str = Field(max_length=10)
    void_reason: str | None = Field(default=None, sa_type=Text)
    allocated_by: str = Field(max_length=80)
    allocated_at: datetime = Field(sa_type=UtcDateTime)
    resolved_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


class IdempotencyKey(SQLModel, table=True):
    """A creating request by its key. request_id stays the same when the request is taken over after a crash."""

    __tablename__ = "idempotency_keys"

    actor_id: str = Field(primary_key=True, max_length=80)
    key: str = Field(primary_key=True, max_length=255)
    route: str = Field(primary_key=True, max_length=200)
    body_sha256: str = Field(max_length=64)
    request_id: str = Field(max_length=36)
    leased_until: datetime = Field(sa_type=UtcDateTime)
    expires_at: datetime = Field(sa_type=UtcDateTime, index=True)
    status: int | None = None
    content_type: str | None = Field(default=None, max_length=100)
    body: bytes | None = None


class ApprovalRow(SQLModel, table=True):
    """A change one person asked for and another decides on (`core.approvals`). decision: None while nobody did."""

    __tablename__ = "approvals"
    __table_args__ = (
        CheckConstraint("decision IN ('approved', 'refused', 'withdrawn')", name="ck_approvals_decision"),
        CheckConstraint(
            "(decision IS NULL) = (decided_by IS NULL) AND (decision IS NULL) = (decided_at IS NULL)"
            " AND (decision IS NULL) = (decision_reason IS NULL)",
            name="ck_approvals_whole",
        ),
        CheckConstraint(
            "decision <> 'approved' OR (decided_by <> asked_by AND (about IS NULL OR decided_by <> about))",
            name="ck_approvals_two_people",
        ),
        Index("ix_approvals_waiting", "decision", "expires_at"),
    )

    id: str = Field(primary_key=True, max_length=36)
    action: str = Field(max_length=80)
    subject: str = Field(max_length=200, index=True)
    subject_digest: str = Field(max_length=64)
    proposal: dict[str, Any] = Field(sa_type=JsonValue)
    office: str | None = Field(default=None, max_length=16)
    about: str | None = Field(default=None, max_length=80)
    asked_by: str = Field(max_length=80, index=True)
    asked_at: datetime = Field(sa_type=UtcDateTime)
    reason: str = Field(sa_type=Text)
    expires_at: datetime = Field(sa_type=UtcDateTime)
    decision: str | None = Field(default=None, max_length=10)
    decided_by: str | None = Field(default=None, max_length=80)
    decided_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    decision_reason: str | None = Field(default=None, sa_type=Text)


class OutboxRow(SQLModel, table=True):
    """One event for other systems (`core.outbox`). closed: of a secret or sealed file."""

    __tablename__ = "outbox"
    __table_args__ = (Index("ix_outbox_office", "office", "seq"), Index("ix_outbox_subject", "subject"))

    seq: int = Field(primary_key=True, sa_type=BigInteger, sa_column_kwargs={"autoincrement": False})
    id: str = Field(unique=True, max_length=36)
    topic: str = Field(max_length=40)
    schema_version: int
    subject: str = Field(max_length=200)
    office: str | None = Field(default=None, max_length=16)
    closed: bool
    happened_at: datetime = Field(sa_type=UtcDateTime)
    body: dict[str, Any] = Field(sa_type=JsonValue)


class MessageRow(SQLModel, table=True):
    """A text to somebody's phone (`core.messages`). sent_at: when the operator took it, None: not yet; next_at: before
    then it is not tried (again); secret_until: the text holds a secret that is worthless from then on."""

    __tablename__ = "messages"

    id: str = Field(primary_key=True, max_length=36)
    phone: str = Field(max_length=16)
    text: str = Field(max_length=500)
    subject: str = Field(max_length=200)
    at: datetime = Field(sa_type=UtcDateTime)
    sent_at: datetime | None = Field(default=None, sa_type=UtcDateTime, index=True)
    tries: int = 0
    next_at: datetime = Field(sa_type=UtcDateTime)
    secret_until: datetime | None = Field(default=None, sa_type=UtcDateTime)
