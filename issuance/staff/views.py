"""What people see of accounts, clients and offices: frozen values, never rows, never hashes."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlmodel import col, select

from issuance.core.actor import Actor
from issuance.core.policy import require
from issuance.db.session import ReadSession
from issuance.staff.model import Account, ApiClient


@dataclass(frozen=True, slots=True)
class AccountView:
    """locked_until: in the past or None when open."""

    id: str
    username: str
    display_name: str
    office: str | None
    roles: tuple[str, ...]
    locked_until: datetime | None
    closed_at: datetime | None


@dataclass(frozen=True, slots=True)
class ClientView:
    id: str
    name: str
    office: str | None
    roles: tuple[str, ...]
    expires_at: datetime
    revoked_at: datetime | None


def accounts(read: ReadSession, actor: Actor) -> list[AccountView]:
    """Every account by name. Raises `NotAllowed`."""
    require(actor, "staff.read")
    rows = read.exec(select(Account).order_by(col(Account.username)))
    return [
        AccountView(a.id, a.username, a.display_name, a.office, tuple(a.roles), a.locked_until, a.closed_at)
        for a in rows
    ]


def clients(read: ReadSession, actor: Actor) -> list[ClientView]:
    """Every API client by name. Raises `NotAllowed`."""
    require(actor, "staff.read")
    rows = read.exec(select(ApiClient).order_by(col(ApiClient.name)))
    return [ClientView(c.id, c.name, c.office, tuple(c.roles), c.expires_at, c.revoked_at) for c in rows]
