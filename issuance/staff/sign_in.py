"""Sign in, sign out, and who a cookie or bearer token is.

A failed sign-in says the same, after the same work, for an unknown name, a wrong password and a locked account.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import bindparam
from sqlmodel import Session, col, select

from issuance.core.actor import PUBLIC, Actor
from issuance.core.ids import new_token
from issuance.core.uow import unit_of_work
from issuance.db.session import Database, ReadSession
from issuance.staff.cut_off import require_not_cut_off
from issuance.staff.model import Account, ApiClient, ClientCertificate, StaffSession
from issuance.staff.passwords import hash_password, outdated, password_matches
from issuance.staff.rules import ACCESS_CLAUSE, normal_username, session_live, token_hash
from specs.errors import Fault, NotAllowed
from specs.schema.staff import Access, Throttle

LAST_USED_RESOLUTION = timedelta(minutes=1)  # spares a write for every page


@dataclass(frozen=True, slots=True)
class SignedIn:
    """A signed-in member of staff. While must_change_password holds, the actor has no roles and can do nothing else."""

    actor: Actor
    session_id: str
    username: str
    display_name: str
    must_change_password: bool
    expires_at: datetime


def sign_in(db: Database, username: str, password: str, access: Access, now: datetime) -> tuple[SignedIn, str]:
    """(who, session token for the cookie). Raises `NotAllowed` (`staff.sign_in.failed`), audited either way;
    `Refused` when the office is cut off."""
    account = _count_attempt(db, normal_username(username), access.throttle, now)
    may_try = account is not None and account[1]
    stored = account[0].password_hash if account is not None and may_try else None
    if not password_matches(stored, password, access.hashing) or account is None or stored is None:
        subject = "account:unknown" if account is None else f"account:{account[0].id}"
        with unit_of_work(db, PUBLIC, "sign-in", now) as tx:
            tx.audit("staff.sign_in_failed", subject, {"locked": account is not None and not may_try})
        raise NotAllowed(_failed())
    with db.reading() as read:
        require_not_cut_off(read, account[0].office)
    fresh_hash = hash_password(password, access.hashing) if outdated(stored, access.hashing) else None
    return _open_session(db, account[0], fresh_hash, access, now)


def sign_out(db: Database, token: str, now: datetime) -> None:
    """End the session of this token; no session, nothing to do."""
    with db.reading() as read:
        row = read.exec(select(StaffSession).where(StaffSession.token_hash == token_hash(token))).first()
        account = read.get(Account, row.account_id) if row is not None else None
    if row is None or account is None or row.ended_at is not None:
        return
    with unit_of_work(db, _actor(account), "sign-out", now) as tx:
        held = tx.session.get_one(StaffSession, row.id)
        held.ended_at = now
        tx.audit("staff.sign_out", f"session:{held.id}")


def session_of(db: Database, token: str, access: Access, now: datetime) -> SignedIn | None:
    """Who this cookie is, None when its session ended, expired, idled out or never was."""
    with db.reading() as read:
        row = read.exec(select(StaffSession).where(StaffSession.token_hash == token_hash(token))).first()
        if row is None or row.ended_at is not None:
            return None
        account = read.get(Account, row.account_id)
    if account is None or account.closed_at is not None:
        return None
    if not session_live(row.expires_at, row.last_used_at, access.session, now):
        return None
    if now - row.last_used_at >= LAST_USED_RESOLUTION:
        with db.writing() as session:
            session.get_one(StaffSession, row.id).last_used_at = now
    return _signed_in(account, row)


def client_of(read: ReadSession, token: str, now: datetime, certificate: str | None = None) -> Actor | None:
    """The API client of `Authorization: Bearer <token>`, None when unknown, revoked or expired.

    certificate: hex SHA-256 of the one this connection was made with. Where the client was ever bound to one, its token
    is worth nothing without a bound one: unbinding the last does not make a stolen token good again.
    """
    return _client(read.rows(_OF_TOKEN, {"token_hash": token_hash(token)}), now, certificate)


def client_by_certificate(read: ReadSession, certificate: str, now: datetime) -> Actor | None:
    """The API client bound to the certificate of this connection (hex SHA-256), None when no live one is."""
    return _client(read.rows(_OF_CERTIFICATE, {"sha256": certificate}), now, certificate)


def _client(rows: Sequence[tuple[Any, ...]], now: datetime, certificate: str | None) -> Actor | None:
    """rows: the client beside each certificate it was ever bound to, or beside none (`_HELD`)."""
    bound = [row[5:] for row in rows if row[5] is not None]
    proven = any(
        sha256 == certificate and ended is None and first <= now < last for sha256, first, last, ended in bound
    )
    if not rows or (bound and not proven):
        return None
    client_id, roles, office, expires_at, revoked_at = rows[0][:5]
    if revoked_at is not None or expires_at <= now:
        return None
    return Actor(f"client:{client_id}", "client", frozenset(roles), office)


def _held() -> Any:
    """Built once: every call of a program asks it."""
    client: tuple[Any, ...] = (
        ApiClient.id,
        ApiClient.roles,
        ApiClient.office,
        ApiClient.expires_at,
        ApiClient.revoked_at,
    )
    certificate: tuple[Any, ...] = (
        ClientCertificate.sha256,
        ClientCertificate.not_before,
        ClientCertificate.not_after,
        ClientCertificate.unbound_at,
    )
    bound = col(ClientCertificate.client_id) == ApiClient.id
    return select(*client, *certificate).select_from(ApiClient).join(ClientCertificate, bound, isouter=True)


_HELD: Final = _held()
_OF_TOKEN: Final = _HELD.where(ApiClient.token_hash == bindparam("token_hash"))
_OF_CERTIFICATE: Final = _HELD.where(ClientCertificate.sha256 == bindparam("sha256"))


def end_sessions(session: Session, account_id: str, now: datetime) -> None:
    """End every session of an account, inside the unit of work that changed its password, roles or state."""
    open_sessions = select(StaffSession).where(StaffSession.account_id == account_id)
    for row in session.exec(open_sessions):
        row.ended_at = row.ended_at or now


def _count_attempt(db: Database, username: str, rules: Throttle, now: datetime) -> tuple[Account, bool] | None:
    """(account, may try). The attempt is counted before the password is looked at: parallel guesses gain nothing."""
    with db.writing() as session:
        account = session.exec(select(Account).where(Account.username == username).with_for_update()).first()
        if account is None:
            return None
        locked = account.locked_until is not None and now < account.locked_until
        if locked or account.closed_at is not None:
            return account, False
        account.failed_attempts += 1
        account.locked_until = None
        if account.failed_attempts >= rules.attempts:
            account.failed_attempts = 0
            account.locked_until = now + timedelta(seconds=rules.lock_seconds)
        return account, True


def _open_session(
    db: Database, account: Account, fresh_hash: str | None, access: Access, now: datetime
) -> tuple[SignedIn, str]:
    token = new_token(access.session.token_bytes)
    with unit_of_work(db, _actor(account), "sign-in", now) as tx:
        held = tx.session.get_one(Account, account.id, with_for_update=True)
        if held.closed_at is not None or held.password_hash != account.password_hash:
            raise NotAllowed(_failed())  # closed, or the password was changed, while we hashed
        held.failed_attempts, held.locked_until = 0, None
        if fresh_hash is not None:
            held.password_hash = fresh_hash
        row = StaffSession(
            account_id=held.id,
            token_hash=token_hash(token),
            created_at=now,
            last_used_at=now,
            expires_at=now + timedelta(hours=access.session.absolute_hours),
        )
        tx.session.add(row)
        tx.audit("staff.sign_in", f"account:{held.id}", {"session": row.id})
    return _signed_in(held, row), token


def _signed_in(account: Account, row: StaffSession) -> SignedIn:
    return SignedIn(
        actor=_actor(account),
        session_id=row.id,
        username=account.username,
        display_name=account.display_name,
        must_change_password=account.must_change_password,
        expires_at=row.expires_at,
    )


def _actor(account: Account) -> Actor:
    roles = frozenset[str]() if account.must_change_password else frozenset(account.roles)
    return Actor(account.id, "staff", roles, account.office)


def _failed() -> Fault:
    return Fault(
        code="staff.sign_in.failed",
        clause=ACCESS_CLAUSE,
        ar="اسم المستخدم أو كلمة المرور غير صحيحة، أو الحساب موقوف مؤقتاً",
        en="The username or password is wrong, or the account is locked for a while",
    )
