"""What other domains may know of staff: the register of offices."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from typing import Literal

from sqlalchemy import or_
from sqlmodel import col, select

from issuance.db.session import ReadSession
from issuance.staff.cut_off import CutOff, cut_off, cut_offs, require_not_cut_off, restore
from issuance.staff.holders import holders
from issuance.staff.model import Account, ApiClient, Office
from issuance.staff.register import OfficeFacts, OrderFacts, facts_of, office_orders, orders, register_on
from issuance.staff.rules import OFFICES_CLAUSE
from issuance.staff.territory import NOWHERE, Reach, parents_on, reach
from specs.errors import Fault, NotFound, Refused
from specs.schema.staff import Offices

__all__ = [
    "AccountFacts",
    "AccountName",
    "CutOff",
    "OfficeFacts",
    "OrderFacts",
    "Reach",
    "account_names",
    "accounts_of",
    "client_id",
    "cut_off",
    "cut_offs",
    "holders",
    "offices",
    "offices_named",
    "orders",
    "reach_of",
    "require_account",
    "require_issuing_office",
    "require_not_cut_off",
    "require_office",
    "restore",
]


def require_office(read: ReadSession, code: str, day: date) -> OfficeFacts:
    """The office that is to act on `day`. Raises `NotFound`, `Refused` (`staff.office.closed`)."""
    row = read.get(Office, code)
    if row is None:
        words = "لا يوجد مكتب بهذا الرمز", "There is no office with this code"
        raise NotFound(Fault("staff.office.unknown", *words, field="office", clause=OFFICES_CLAUSE))
    facts = facts_of(row, *office_orders(read, code), day)
    if not facts.open_on(day):
        words = "المكتب غير قائم في هذا التاريخ", "The office is not open on this date"
        raise Refused(Fault("staff.office.closed", *words, field="office", clause=OFFICES_CLAUSE))
    return facts


def require_issuing_office(
    read: ReadSession, code: str, day: date, document: Literal["passports", "certificates"], rules: Offices
) -> OfficeFacts:
    """The office that is to issue `document` on `day`. Raises as `require_office`, and `Refused`
    (`staff.office.document`) when offices of its kind do not issue it."""
    office = require_office(read, code, day)
    if office.kind not in (kinds := getattr(rules.may_issue, document)):
        names = [rules.kinds.names[kind] for kind in kinds]
        ar, en = "، ".join(name.ar for name in names), ", ".join(name.en for name in names)
        words = f"لا يصدر هذا المكتب هذه الوثيقة؛ تصدرها: {ar}", f"this office does not issue this document; {en} does"
        raise Refused(Fault("staff.office.document", *words, field="office", clause=OFFICES_CLAUSE))
    return office


@dataclass(frozen=True, slots=True)
class AccountName:
    """An account as people call it; username, name None: a program or the service itself."""

    id: str
    username: str | None = None
    name: str | None = None


def account_names(read: ReadSession, ids: Collection[str]) -> dict[str, AccountName]:
    """The name of every one of `ids`."""
    rows = read.exec(select(Account.id, Account.username, Account.display_name).where(col(Account.id).in_(ids)))
    return {account: AccountName(account) for account in ids} | {row[0]: AccountName(*row) for row in rows}


@dataclass(frozen=True, slots=True)
class AccountFacts:
    """A member of staff as another domain may know them."""

    id: str
    display_name: str
    office: str | None


def require_account(read: ReadSession, account_id: str) -> AccountFacts:
    """An account that is open. Raises `NotFound`."""
    row = read.get(Account, account_id)
    if row is None or row.closed_at is not None:
        words = "لا يوجد مستخدم بهذا المعرف", "there is no open account of this id"
        raise NotFound(Fault("staff.account.unknown", *words, field="account", clause=OFFICES_CLAUSE))
    return AccountFacts(row.id, row.display_name, row.office)


def client_id(read: ReadSession, named: str) -> str | None:
    """Of a connected system that is called so, or has this id: as it acts (`client:...`)."""
    known = named.removeprefix("client:")
    query = select(ApiClient.id).where(or_(col(ApiClient.id) == known, col(ApiClient.name) == known))
    found = read.exec(query.where(col(ApiClient.revoked_at).is_(None)).order_by(col(ApiClient.id))).first()
    return f"client:{found}" if found is not None else None


def accounts_of(read: ReadSession, office: str) -> list[AccountFacts]:
    """The open accounts of an office, by name."""
    query = select(Account).where(Account.office == office, col(Account.closed_at).is_(None))
    rows = read.exec(query.order_by(col(Account.display_name), col(Account.id)))
    return [AccountFacts(row.id, row.display_name, row.office) for row in rows]


def offices(read: ReadSession, on: date | None = None) -> list[OfficeFacts]:
    """Every office by code as the last order leaves it; on: only those open that day, as they stood then."""
    return register_on(read) if on is None else [office for office in register_on(read, on) if office.open_on(on)]


def offices_named(read: ReadSession, codes: Collection[str]) -> dict[str, OfficeFacts]:
    """Those of `codes` that are in the register, as the last order leaves them."""
    rows = read.exec(select(Office).where(col(Office.code).in_(codes))).all()
    placements, successions = office_orders(read) if rows else ([], [])
    return {row.code: facts_of(row, placements, successions, date.max) for row in rows}


def reach_of(read: ReadSession, office: str | None, day: date, *, territory: bool) -> Reach:
    """What a person of `office` answers for on `day`. territory False: spares reading the whole register."""
    if office is None:
        return NOWHERE
    placements, successions = office_orders(read)
    if not territory:
        return reach(office, day, successions)
    entered = dict(read.exec(select(Office.code, Office.parent)).all())
    return reach(office, day, successions, parents_on(day, entered, placements))
