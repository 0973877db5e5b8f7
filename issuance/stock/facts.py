"""What the stock tells: accounts, movements, the fate of one blank. Numbers are text, as printed in the book."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, cast

from issuance.stock.ranges import CLAUSE, Range
from specs.errors import Fault
from specs.schema.stock import AccountKind, MovementKind


@dataclass(frozen=True, slots=True)
class Account:
    """One side of a movement. office: whose, of the way: where it leads; transfer: of `transit` alone."""

    kind: AccountKind
    office: str | None = None
    transfer: str | None = None

    @property
    def id(self) -> str:
        """As rows name it: `store:PTIP`."""
        key = self.transfer or self.office
        return self.kind if key is None else f"{self.kind}:{key}"


def store(office: str) -> Account:
    """Blanks an office can draw from."""
    return Account("store", office)


SUPPLIER = Account("supplier")


@dataclass(frozen=True, slots=True)
class Line:
    """Numbers that go from one account to another."""

    source: Account
    target: Account
    ranges: tuple[Range, ...]


@dataclass(frozen=True, slots=True)
class Balance:
    """How many blanks stand in an account; frozen: a store nothing may leave or enter."""

    account: str
    kind: AccountKind
    office: str | None
    numbers: int
    frozen: bool

    def as_json(self) -> dict[str, Any]:
        return {
            "account": self.account,
            "kind": self.kind,
            "office": self.office,
            "numbers": self.numbers,
            "frozen": self.frozen,
        }


@dataclass(frozen=True, slots=True)
class Movement:
    """One movement. by, second: accounts of the people; ranges: what moved; source, target: of the first line."""

    id: str
    kind: MovementKind
    office: str
    by: str
    second: str | None
    reason: str | None
    document: str | None
    passport: str | None
    numbers: int
    ranges: tuple[str, ...]
    source: str
    target: str
    on: date
    at: datetime

    def as_json(self) -> dict[str, Any]:
        return {
            "id": self.id,
            "kind": self.kind,
            "office": self.office,
            "by": self.by,
            "second": self.second,
            "reason": self.reason,
            "document": self.document,
            "passport": self.passport,
            "numbers": self.numbers,
            "ranges": list(self.ranges),
            "source": self.source,
            "target": self.target,
            "on": self.on.isoformat(),
            "at": self.at.isoformat(),
        }


@dataclass(frozen=True, slots=True)
class Fate:
    """Where a blank is and how it came there, the oldest movement first. passport: made into it, for ever."""

    blank: str
    account: str
    kind: AccountKind
    office: str | None
    passport: str | None
    history: tuple[Movement, ...]

    def as_json(self) -> dict[str, Any]:
        return {
            "blank": self.blank,
            "account": self.account,
            "kind": self.kind,
            "office": self.office,
            "passport": self.passport,
            "history": [one.as_json() for one in self.history],
        }


def account_of(row_id: str, kind: str, office: str | None) -> Account:
    """The account of a row of `stock_accounts`."""
    named = cast(AccountKind, kind)
    return Account(named, office, row_id.partition(":")[2] if kind == "transit" else None)


def fault(kind: str, ar: str, en: str, field: str | None = None) -> Fault:
    """A fault of the stock: `stock.<kind>`."""
    return Fault(f"stock.{kind}", ar, en, field=field, clause=CLAUSE)
