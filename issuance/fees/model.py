"""Fees: what is to be paid, the money that came and went, receipts, closings. Money rows are added, never changed."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import BigInteger, Index, Text
from sqlmodel import Field, SQLModel

from issuance.db.types import UtcDateTime


class FeePayment(SQLModel, table=True):
    """One fee to be paid and how it stands. Amounts are whole dirhams.

    reference: what people say at the desk; subject: what it is paid for (`certificate_request:<id>`); state: open,
    paid, exempt or closed (the request ended); followed: whether the domain of the subject went on with it; kept: the
    entry that pays it; owed: what is to go back; refunding: the approved refund a provider still has to make; pay_at:
    where an outside provider takes the money; asked_at: when that provider was asked last.
    """

    __tablename__ = "fee_payments"
    __table_args__ = (
        Index("ix_fee_payments_office_state", "office", "state", "opened_at"),
        Index("ix_fee_payments_followed", "followed", "document", "id"),
        Index("ix_fee_payments_owed", "owed", "office"),
    )

    id: str = Field(primary_key=True, max_length=36)
    reference: str = Field(unique=True, max_length=16)
    subject: str = Field(unique=True, max_length=80)
    document: str = Field(max_length=16)
    channel: str = Field(max_length=12)
    office: str = Field(max_length=16)
    tariff: str = Field(max_length=40)
    fee: int = Field(sa_type=BigInteger)
    electronic: int = Field(sa_type=BigInteger)
    state: str = Field(max_length=8)
    followed: bool = False
    exemption: str | None = Field(default=None, max_length=40)
    exemption_proof: str | None = Field(default=None, max_length=200)
    reason: str | None = Field(default=None, max_length=16)
    kept: str | None = Field(default=None, max_length=36)
    owed: int = Field(default=0, sa_type=BigInteger)
    refunding: str | None = Field(default=None, max_length=36)
    pay_at: str | None = Field(default=None, max_length=1000)
    asked_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    opened_at: datetime = Field(sa_type=UtcDateTime)
    since: datetime = Field(sa_type=UtcDateTime)


class FeeEntry(SQLModel, table=True):
    """Money that came (`taken`, above zero) or went back (`refunded`, below zero). Rows are added only.

    cashier: the account whose desk it was, or the service for an outside provider; transaction: of that provider;
    refunds: the entry that this one gives back; once: what can happen once only.
    """

    __tablename__ = "fee_entries"
    __table_args__ = (Index("ix_fee_entries_cashier", "cashier", "office", "at"),)

    id: str = Field(primary_key=True, max_length=36)
    payment_id: str = Field(foreign_key="fee_payments.id", index=True, max_length=36)
    kind: str = Field(max_length=8)
    amount: int = Field(sa_type=BigInteger)
    method: str = Field(max_length=8)
    office: str = Field(max_length=16)
    cashier: str = Field(max_length=80)
    on: date
    at: datetime = Field(sa_type=UtcDateTime)
    transaction: str | None = Field(default=None, max_length=80)
    refunds: str | None = Field(default=None, unique=True, max_length=36)
    reason: str | None = Field(default=None, max_length=16)
    approval: str | None = Field(default=None, max_length=36)
    once: str = Field(unique=True, max_length=120)


class FeeReceipt(SQLModel, table=True):
    """The signed paper of one entry: a receipt or a credit note. data: the JSON attached to the PDF, as text."""

    __tablename__ = "fee_receipts"

    number: str = Field(primary_key=True, max_length=40)
    entry_id: str = Field(foreign_key="fee_entries.id", unique=True, max_length=36)
    payment_id: str = Field(foreign_key="fee_payments.id", index=True, max_length=36)
    office: str = Field(max_length=16)
    data: str = Field(sa_type=Text)
    pdf: bytes
    pdf_intent_id: str
    issued_at: datetime = Field(sa_type=UtcDateTime)


class FeeClosing(SQLModel, table=True):
    """A cash desk counted: what the ledger expects, what was counted, the difference. signed: CMS over it."""

    __tablename__ = "fee_closings"
    __table_args__ = (Index("ix_fee_closings_office", "office", "at"),)

    id: str = Field(primary_key=True, max_length=36)
    cashier: str = Field(max_length=80)
    office: str = Field(max_length=16)
    on: date
    entries: int
    expected: int = Field(sa_type=BigInteger)
    counted: int = Field(sa_type=BigInteger)
    words: str | None = Field(default=None, max_length=1000)
    signed: bytes
    at: datetime = Field(sa_type=UtcDateTime)


class FeeClosingEntry(SQLModel, table=True):
    """Which closing an entry was counted in; each in one."""

    __tablename__ = "fee_closing_entries"

    entry_id: str = Field(foreign_key="fee_entries.id", primary_key=True, max_length=36)
    closing_id: str = Field(foreign_key="fee_closings.id", index=True, max_length=36)
