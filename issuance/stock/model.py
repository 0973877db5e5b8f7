"""Blanks: where each number is, and the movements that brought it there. Movements are added, never changed.

The primary key of `stock_blanks` is what keeps a number in one account: there is one row a number, and it names one.
"""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import BigInteger, CheckConstraint, Index, Integer, Text, text
from sqlmodel import Field, SQLModel

from issuance.db.types import UtcDateTime

_NUMBER = BigInteger().with_variant(Integer, "sqlite")  # there the key is then the row itself


class StockAccount(SQLModel, table=True):
    """One side of a movement. id: `store:PTIP`, `transit:<transfer>`, `supplier`; balance: blanks in it, for the
    supplier below zero by what was received; frozen_*: of a store nothing may leave and nothing enter."""

    __tablename__ = "stock_accounts"
    __table_args__ = (
        CheckConstraint("balance >= 0 OR kind = 'supplier'", name="ck_stock_accounts_balance"),
        Index("ix_stock_accounts_office", "office"),
    )

    id: str = Field(primary_key=True, max_length=48)
    kind: str = Field(max_length=10)
    office: str | None = Field(default=None, max_length=16)
    balance: int = Field(default=0, sa_type=BigInteger)
    frozen_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    frozen_by: str | None = Field(default=None, max_length=80)
    frozen_reason: str | None = Field(default=None, max_length=1000)


class StockMovement(SQLModel, table=True):
    """What moved blanks. office: whose doing it was; second: the other person, where two are needed; reason: a code of
    the specification; document: delivery note, protocol, transfer or count; numbers: how many moved."""

    __tablename__ = "stock_movements"
    __table_args__ = (
        Index("ix_stock_movements_use", "kind", "office", "on"),
        Index("ix_stock_movements_office", "office", "id"),
    )

    id: str = Field(primary_key=True, max_length=36)
    kind: str = Field(max_length=12)
    office: str = Field(max_length=16)
    by: str = Field(max_length=80)
    second: str | None = Field(default=None, max_length=80)
    approval: str | None = Field(default=None, max_length=36)
    reason: str | None = Field(default=None, max_length=40)
    document: str | None = Field(default=None, max_length=80)
    passport: str | None = Field(default=None, max_length=9)
    numbers: int
    on: date
    at: datetime = Field(sa_type=UtcDateTime)


class StockEntry(SQLModel, table=True):
    """One range of numbers that left an account (quantity below zero) or came into it."""

    __tablename__ = "stock_entries"
    __table_args__ = (
        CheckConstraint('"last" >= "first"', name="ck_stock_entries_range"),
        CheckConstraint('abs(quantity) = "last" - "first" + 1', name="ck_stock_entries_quantity"),
        Index("ix_stock_entries_first", "first"),
        Index(
            "ix_stock_entries_wide",
            "first",
            "last",
            sqlite_where=text('"last" > "first"'),
            postgresql_where=text('"last" > "first"'),
        ),
        Index("ix_stock_entries_account", "account", "movement_id"),
    )

    movement_id: str = Field(foreign_key="stock_movements.id", primary_key=True, max_length=36)
    line: int = Field(primary_key=True)
    account: str = Field(foreign_key="stock_accounts.id", max_length=48)
    first: int = Field(sa_type=BigInteger)
    last: int = Field(sa_type=BigInteger)
    quantity: int = Field(sa_type=BigInteger)


class StockBlank(SQLModel, table=True):
    """One blank and the account it stands in. passport: the number it was made into, tied for ever, or given back
    because no passport was made."""

    __tablename__ = "stock_blanks"
    __table_args__ = (Index("ix_stock_blanks_account", "account", "number"),)

    number: int = Field(primary_key=True, sa_type=_NUMBER, sa_column_kwargs={"autoincrement": False})
    account: str = Field(foreign_key="stock_accounts.id", max_length=48)
    passport: str | None = Field(default=None, unique=True, max_length=9)


class StockTransfer(SQLModel, table=True):
    """Blanks on their way. state: sent, arrived or turned_back; seals: numbers of the seals, as the sender closed them;
    missing: how many did not arrive; surplus: what arrived and was not sent, as ranges."""

    __tablename__ = "stock_transfers"
    __table_args__ = (
        Index("ix_stock_transfers_state", "state", "to_office"),
        Index("ix_stock_transfers_from", "from_office", "id"),
    )

    id: str = Field(primary_key=True, max_length=36)
    from_office: str = Field(max_length=16)
    to_office: str = Field(max_length=16)
    numbers: int
    seals: str = Field(max_length=200)
    state: str = Field(max_length=12)
    sent_by: str = Field(max_length=80)
    sent_at: datetime = Field(sa_type=UtcDateTime)
    ended_by: str | None = Field(default=None, max_length=80)
    ended_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    missing: int = 0
    surplus: str = Field(default="", sa_type=Text)


class StockCount(SQLModel, table=True):
    """A store counted. on: the day it closes; expected: by the books; missing: in the books and not on the shelf;
    surplus: on the shelf and not in the books, as ranges; words: what the keeper said of a difference."""

    __tablename__ = "stock_counts"
    __table_args__ = (Index("ix_stock_counts_office", "office", "on"),)

    id: str = Field(primary_key=True, max_length=36)
    office: str = Field(max_length=16)
    on: date
    expected: int
    counted: int
    missing: int
    surplus: str = Field(default="", sa_type=Text)
    words: str | None = Field(default=None, max_length=1000)
    by: str = Field(max_length=80)
    at: datetime = Field(sa_type=UtcDateTime)
