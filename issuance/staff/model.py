"""Offices and the orders that change them, accounts, sessions, API clients. No secret stands here, only hashes."""

from __future__ import annotations

from datetime import date, datetime

from sqlmodel import Field, SQLModel

from issuance.core.ids import new_id
from issuance.db.types import JsonValue, UtcDateTime


class Office(SQLModel, table=True):
    """An entry of the office register, as it was entered; what became of it later stands in dated rows of its own.

    Kind, region and authority are codes of `specs/staff/offices.yaml`; valid_to: last day.
    """

    __tablename__ = "offices"

    code: str = Field(primary_key=True, max_length=16)
    name_arabic: str = Field(max_length=200)
    name_english: str = Field(max_length=200)
    kind: str = Field(max_length=20)
    region: str | None = Field(default=None, max_length=5)
    parent: str | None = Field(default=None, foreign_key="offices.code", index=True, max_length=16)
    authority: str | None = Field(default=None, max_length=30)
    valid_from: date
    valid_to: date | None = None


class OfficeOrder(SQLModel, table=True):
    """A decision that changes the register of offices: kind merge, split, close or move; rows are added only."""

    __tablename__ = "office_orders"

    id: str = Field(default_factory=new_id, primary_key=True, max_length=36)
    kind: str = Field(max_length=10)
    effective_on: date
    reason: str = Field(max_length=1000)
    legal_reference: str = Field(max_length=500)
    recorded_at: datetime = Field(sa_type=UtcDateTime)
    recorded_by: str = Field(max_length=100)


class OfficeSuccession(SQLModel, table=True):
    """By this order the predecessor is closed from effective_on, and the successor answers for what it held."""

    __tablename__ = "office_successions"

    order_id: str = Field(foreign_key="office_orders.id", primary_key=True, max_length=36)
    predecessor: str = Field(foreign_key="offices.code", primary_key=True, index=True, max_length=16)
    successor: str = Field(foreign_key="offices.code", primary_key=True, max_length=16)
    effective_on: date


class OfficePlacement(SQLModel, table=True):
    """By this order the office stands below this parent, under this authority, from effective_on."""

    __tablename__ = "office_placements"

    order_id: str = Field(foreign_key="office_orders.id", primary_key=True, max_length=36)
    office: str = Field(foreign_key="offices.code", primary_key=True, index=True, max_length=16)
    parent: str | None = Field(default=None, foreign_key="offices.code", max_length=16)
    authority: str | None = Field(default=None, max_length=30)
    effective_on: date


class OfficeCutOff(SQLModel, table=True):
    """An office that was cut off at once. standing: its code until it is restored, so that it is cut off once."""

    __tablename__ = "office_cut_offs"

    id: str = Field(default_factory=new_id, primary_key=True, max_length=36)
    office: str = Field(foreign_key="offices.code", index=True, max_length=16)
    standing: str | None = Field(default=None, unique=True, max_length=16)
    at: datetime = Field(sa_type=UtcDateTime)
    by: str = Field(max_length=80)
    reason: str = Field(max_length=1000)
    ended_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    ended_by: str | None = Field(default=None, max_length=80)


class Account(SQLModel, table=True):
    """A member of staff. failed_attempts: wrong passwords in a row, counted before each password is looked at; person:
    whose account it is, by the id of the civil registry, where an administrator said so."""

    __tablename__ = "accounts"

    id: str = Field(default_factory=new_id, primary_key=True, max_length=36)
    username: str = Field(unique=True, max_length=40)
    display_name: str = Field(max_length=100)
    office: str | None = Field(default=None, foreign_key="offices.code", max_length=16)
    roles: list[str] = Field(sa_type=JsonValue)
    password_hash: str = Field(max_length=200)
    must_change_password: bool = True
    failed_attempts: int = 0
    locked_until: datetime | None = Field(default=None, sa_type=UtcDateTime)
    created_at: datetime = Field(sa_type=UtcDateTime)
    closed_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    person: str | None = Field(default=None, max_length=36)


class StaffSession(SQLModel, table=True):
    """A signed-in browser. token_hash: hex SHA-256 of the cookie's value."""

    __tablename__ = "staff_sessions"

    id: str = Field(default_factory=new_id, primary_key=True, max_length=36)
    account_id: str = Field(foreign_key="accounts.id", index=True, max_length=36)
    token_hash: str = Field(unique=True, max_length=64)
    created_at: datetime = Field(sa_type=UtcDateTime)
    last_used_at: datetime = Field(sa_type=UtcDateTime)
    expires_at: datetime = Field(sa_type=UtcDateTime)
    ended_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


class ApiClient(SQLModel, table=True):
    """A program with a bearer token. token_hash: hex SHA-256 of the token."""

    __tablename__ = "api_clients"

    id: str = Field(default_factory=new_id, primary_key=True, max_length=36)
    name: str = Field(unique=True, max_length=100)
    office: str | None = Field(default=None, foreign_key="offices.code", max_length=16)
    roles: list[str] = Field(sa_type=JsonValue)
    token_hash: str = Field(unique=True, max_length=64)
    created_at: datetime = Field(sa_type=UtcDateTime)
    expires_at: datetime = Field(sa_type=UtcDateTime)
    revoked_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


class ClientCertificate(SQLModel, table=True):
    """A TLS certificate that a program proves itself by. sha256: hex, of the certificate in DER; kept when unbound."""

    __tablename__ = "client_certificates"

    sha256: str = Field(primary_key=True, max_length=64)
    client_id: str = Field(foreign_key="api_clients.id", index=True, max_length=36)
    not_before: datetime = Field(sa_type=UtcDateTime)
    not_after: datetime = Field(sa_type=UtcDateTime)
    bound_at: datetime = Field(sa_type=UtcDateTime)
    unbound_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
