"""Files of requests that an authority sent, and where its systems are told what becomes of them."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Index, UniqueConstraint
from sqlmodel import Field, SQLModel

from issuance.db.types import JsonValue, UtcDateTime


class CertificateBulk(SQLModel, table=True):
    """One file. sender: the client, or the office whose officer sent it; sha256: of the file, so that it counts once;
    ended_at: since when every row has a fate or waits for somebody else."""

    __tablename__ = "certificate_bulks"
    __table_args__ = (UniqueConstraint("sender", "sha256", name="uq_certificate_bulks_sender_sha256"),)

    id: str = Field(primary_key=True, max_length=36)
    sender: str = Field(max_length=80, index=True)
    office: str = Field(max_length=16)
    sha256: str = Field(max_length=64)
    rows: int
    requested_by: str = Field(max_length=80)
    requested_at: datetime = Field(sa_type=UtcDateTime)
    ended_at: datetime | None = Field(default=None, sa_type=UtcDateTime, index=True)


class CertificateBulkRow(SQLModel, table=True):
    """One row of a file. reference: the sender's own; asked: what the row says, erased once it is a request or refused;
    outcome: None until then, `requested`, `already_there` or `refused`; faults: why, as JSON."""

    __tablename__ = "certificate_bulk_rows"
    __table_args__ = (Index("ix_certificate_bulk_rows_outcome", "bulk_id", "outcome", "line"),)

    bulk_id: str = Field(foreign_key="certificate_bulks.id", primary_key=True, max_length=36)
    line: int = Field(primary_key=True)
    reference: str | None = Field(default=None, max_length=60)
    asked: dict[str, object] | None = Field(default=None, sa_type=JsonValue)
    outcome: str | None = Field(default=None, max_length=16)
    request_id: str | None = Field(default=None, foreign_key="certificate_requests.id", index=True, max_length=36)
    faults: list[dict[str, object]] | None = Field(default=None, sa_type=JsonValue)


class Webhook(SQLModel, table=True):
    """Where a requester's system is told. sender: as in `CertificateBulk`; closed_at: nothing is sent any more. The
    secret is no column: it follows from the installation's own and the id."""

    __tablename__ = "certificate_webhooks"

    id: str = Field(primary_key=True, max_length=36)
    sender: str = Field(max_length=80, index=True)
    url: str = Field(max_length=400)
    registered_by: str = Field(max_length=80)
    registered_at: datetime = Field(sa_type=UtcDateTime)
    closed_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


class WebhookCall(SQLModel, table=True):
    """One thing to be told, in the order of `seq`. body: the JSON as it is signed and sent; state: `waiting`, `sent`,
    `given_up`."""

    __tablename__ = "certificate_webhook_calls"
    __table_args__ = (Index("ix_certificate_webhook_calls_state", "state", "webhook_id", "seq"),)

    webhook_id: str = Field(foreign_key="certificate_webhooks.id", primary_key=True, max_length=36)
    seq: int = Field(primary_key=True)
    id: str = Field(unique=True, max_length=36)
    body: str = Field(max_length=2000)
    at: datetime = Field(sa_type=UtcDateTime)
    state: str = Field(default="waiting", max_length=12)
    tries: int = 0
    next_at: datetime = Field(sa_type=UtcDateTime)
    answered: str | None = Field(default=None, max_length=80)
