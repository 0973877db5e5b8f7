"""Manage accounts and API clients. Each command: permission, rules, rows and audit in one transaction."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlmodel import Session, select

from issuance.core.actor import Actor
from issuance.core.ids import new_id, new_token
from issuance.core.policy import Subject, require
from issuance.core.uow import unit_of_work
from issuance.db.session import Database
from issuance.staff.model import Account, ApiClient
from issuance.staff.offices import office_missing
from issuance.staff.passwords import hash_password, initial_password, password_matches
from issuance.staff.rules import (
    ACCESS_CLAUSE,
    normal_password,
    normal_username,
    password_faults,
    role_faults,
    token_hash,
    username_faults,
)
from issuance.staff.sign_in import end_sessions
from specs.errors import Conflict, Fault, Invalid, NotAllowed, NotFound
from specs.schema import Specification


@dataclass(frozen=True, slots=True)
class AccountEntry:
    """What a person says of an account."""

    username: str
    display_name: str
    roles: Collection[str]
    office: str | None = None


@dataclass(frozen=True, slots=True)
class Issued:
    """A new account or client and its secret, shown once: it is not stored."""

    id: str
    secret: str


def open_account(
    db: Database, actor: Actor, entry: AccountEntry, spec: Specification, now: datetime, *, must_change: bool = True
) -> Issued:
    """A new account with a random first password. must_change False: for demonstrations on this machine only.

    Raises `NotAllowed`, `Invalid` with every fault, `Conflict` when the username is taken.
    """
    require(actor, "staff.manage", Subject("account", "new", entry.office), spec.roles)
    username = normal_username(entry.username)
    faults = [*username_faults(username), *role_faults(entry.roles, "staff", spec.roles)]
    password = initial_password(spec.staff_access.password.initial_characters)
    password_hash = hash_password(password, spec.staff_access.hashing)
    account_id = new_id()
    with unit_of_work(db, actor, "open account", now) as tx:
        faults.extend(office_missing(tx.session, entry.office, "office"))
        if faults:
            raise Invalid(*faults)
        if tx.session.exec(select(Account).where(Account.username == username)).first() is not None:
            raise Conflict(
                Fault("staff.username.taken", "اسم المستخدم مستعمل", "This username is taken", field="username")
            )
        tx.session.add(
            Account(
                id=account_id,
                username=username,
                display_name=entry.display_name,
                office=entry.office,
                roles=sorted(entry.roles),
                password_hash=password_hash,
                must_change_password=must_change,
                created_at=now,
            )
        )
        tx.audit("staff.open_account", f"account:{account_id}", {"roles": sorted(entry.roles), "office": entry.office})
    return Issued(account_id, password)


def set_roles(
    db: Database, actor: Actor, account_id: str, roles: Collection[str], spec: Specification, *, now: datetime
) -> None:
    """Replace an account's roles and end its sessions. Nobody changes their own. Raises `NotAllowed`, `Invalid`."""
    require(actor, "staff.manage", Subject("account", account_id), spec.roles)
    _not_oneself(actor, account_id)
    if faults := list(role_faults(roles, "staff", spec.roles)):
        raise Invalid(*faults)
    with unit_of_work(db, actor, "set roles", now) as tx:
        account = _account(tx.session, account_id)
        before, account.roles = account.roles, sorted(roles)
        end_sessions(tx.session, account_id, now)
        tx.audit("staff.set_roles", f"account:{account_id}", {"before": before, "after": account.roles})


def set_office(
    db: Database, actor: Actor, account_id: str, office: str | None, spec: Specification, *, now: datetime
) -> None:
    """Move an account to another office and end its sessions. Raises `NotAllowed`, `Invalid`, `NotFound`."""
    require(actor, "staff.manage", Subject("account", account_id), spec.roles)
    _not_oneself(actor, account_id)
    with unit_of_work(db, actor, "move to another office", now) as tx:
        if faults := office_missing(tx.session, office, "office"):
            raise Invalid(*faults)
        account = _account(tx.session, account_id)
        before, account.office = account.office, office
        end_sessions(tx.session, account_id, now)
        tx.audit("staff.set_office", f"account:{account_id}", {"before": before, "after": office})


def reset_password(db: Database, actor: Actor, account_id: str, spec: Specification, now: datetime) -> Issued:
    """A new random password, to be changed at the next sign-in; open sessions end. Raises `NotAllowed`, `NotFound`."""
    require(actor, "staff.manage", Subject("account", account_id), spec.roles)
    _not_oneself(actor, account_id)
    password = initial_password(spec.staff_access.password.initial_characters)
    password_hash = hash_password(password, spec.staff_access.hashing)
    with unit_of_work(db, actor, "reset password", now) as tx:
        account = _account(tx.session, account_id)
        account.password_hash, account.must_change_password = password_hash, True
        account.failed_attempts, account.locked_until = 0, None
        end_sessions(tx.session, account_id, now)
        tx.audit("staff.reset_password", f"account:{account_id}")
    return Issued(account_id, password)


def change_password(
    db: Database, actor: Actor, present: str, wanted: str, spec: Specification, *, now: datetime
) -> None:
    """One's own password; every session ends, sign in again. Raises `NotAllowed`, `Invalid` with every fault."""
    access = spec.staff_access
    with db.reading() as read:
        account = read.get(Account, actor.id)
    if not password_matches(account.password_hash if account else None, present, access.hashing) or account is None:
        wrong = "كلمة المرور الحالية غير صحيحة", "The present password is wrong"
        raise NotAllowed(Fault("staff.password.present", *wrong, field="present", clause=ACCESS_CLAUSE))
    faults = list(password_faults(normal_password(wanted), account.username, access.password))
    if normal_password(wanted) == normal_password(present):
        same = "كلمة المرور الجديدة هي نفسها الحالية", "The new password is the present one"
        faults.append(Fault("staff.password.same", *same, field="password", clause=ACCESS_CLAUSE))
    if faults:
        raise Invalid(*faults)
    password_hash = hash_password(wanted, access.hashing)
    with unit_of_work(db, actor, "change password", now) as tx:
        held = _account(tx.session, actor.id)
        held.password_hash, held.must_change_password = password_hash, False
        end_sessions(tx.session, held.id, now)
        tx.audit("staff.change_password", f"account:{held.id}")


def close_account(db: Database, actor: Actor, account_id: str, reason: str, now: datetime) -> None:
    """No more sign-in, sessions end; the row stays for the audit trail. Raises `NotAllowed`, `NotFound`."""
    require(actor, "staff.manage", Subject("account", account_id))
    _not_oneself(actor, account_id)
    with unit_of_work(db, actor, reason, now) as tx:
        account = _account(tx.session, account_id)
        account.closed_at = account.closed_at or now
        end_sessions(tx.session, account_id, now)
        tx.audit("staff.close_account", f"account:{account_id}")


def register_client(db: Database, actor: Actor, entry: AccountEntry, spec: Specification, now: datetime) -> Issued:
    """A program that calls the API; `Issued.secret` is its bearer token. entry.username: its name.

    Raises `NotAllowed`, `Invalid`, `Conflict`.
    """
    require(actor, "clients.manage", Subject("api_client", "new", entry.office), spec.roles)
    name = normal_username(entry.username)
    faults = [*username_faults(name), *role_faults(entry.roles, "client", spec.roles)]
    rules = spec.staff_access.api_token
    client_id, token = new_id(), new_token(rules.token_bytes)
    with unit_of_work(db, actor, "register API client", now) as tx:
        faults.extend(office_missing(tx.session, entry.office, "office"))
        if faults:
            raise Invalid(*faults)
        if tx.session.exec(select(ApiClient).where(ApiClient.name == name)).first() is not None:
            raise Conflict(Fault("staff.client.exists", "اسم النظام مستعمل", "This name is taken", field="username"))
        row = ApiClient(
            id=client_id,
            name=name,
            office=entry.office,
            roles=sorted(entry.roles),
            token_hash=token_hash(token),
            created_at=now,
            expires_at=now + timedelta(days=rules.validity_days),
        )
        tx.session.add(row)
        tx.audit("clients.register", f"client:{client_id}", {"roles": row.roles, "office": entry.office})
    return Issued(client_id, token)


def revoke_client(db: Database, actor: Actor, client_id: str, reason: str, now: datetime) -> None:
    """The token stops working at once. Raises `NotAllowed`, `NotFound`."""
    require(actor, "clients.manage", Subject("api_client", client_id))
    with unit_of_work(db, actor, reason, now) as tx:
        row = tx.session.get(ApiClient, client_id)
        if row is None:
            raise NotFound(Fault("staff.client.unknown", "لا يوجد نظام بهذا المعرف", "There is no such API client"))
        row.revoked_at = row.revoked_at or now
        tx.audit("clients.revoke", f"client:{client_id}")


def managed_account(session: Session, actor: Actor, account_id: str) -> Account:
    """The row, held for a change by somebody else. Raises `NotAllowed` for one's own, `NotFound`."""
    _not_oneself(actor, account_id)
    return _account(session, account_id)


def _account(session: Session, account_id: str) -> Account:
    account = session.get(Account, account_id, with_for_update=True)
    if account is None:
        raise NotFound(Fault("staff.account.unknown", "لا يوجد حساب بهذا المعرف", "There is no such account"))
    return account


def _not_oneself(actor: Actor, account_id: str) -> None:
    if actor.id == account_id:
        words = "لا يجوز أن يدير أحد حسابه بنفسه", "Nobody manages their own account"
        raise NotAllowed(Fault("staff.account.own", *words, clause="specs/roles.yaml"))
