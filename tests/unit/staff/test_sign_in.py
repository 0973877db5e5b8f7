"""Sign-in, sessions and tokens."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest
from sqlmodel import select

from issuance.core.actor import system
from issuance.db.session import Database
from issuance.db.tables import AuditRow
from issuance.staff import passwords
from issuance.staff.commands import (
    AccountEntry,
    Issued,
    change_password,
    close_account,
    open_account,
    register_client,
    reset_password,
    revoke_client,
    set_roles,
)
from issuance.staff.model import Account, ApiClient, StaffSession
from issuance.staff.sign_in import client_of, session_of, sign_in, sign_out
from specs.errors import NotAllowed
from specs.load import load
from tests.passwords import AS_ORDERED

_SPEC = load()
# The cost of a hash is the specification's; tests pay the least argon2 admits.
_CHEAP = _SPEC.staff_access.hashing.model_copy(update={"passes": 1, "memory_kib": 8, "lanes": 1})
ACCESS = _SPEC.staff_access.model_copy(update={"hashing": _CHEAP})
SPEC = _SPEC.model_copy(update={"staff_access": ACCESS})
NOW = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)
ADMIN = system("test")


def opened(db: Database, username: str = "clerk.one", *, must_change: bool = False) -> Issued:
    entry = AccountEntry(username, "موظف", ["passport_clerk"])
    return open_account(db, ADMIN, entry, SPEC, NOW, must_change=must_change)


def refused(db: Database, username: str, password: str, now: datetime = NOW) -> NotAllowed:
    with pytest.raises(NotAllowed) as caught:
        sign_in(db, username, password, ACCESS, now)
    return caught.value


def audited(db: Database) -> list[tuple[str, str]]:
    with db.reading() as read:
        return [(row.action, row.subject) for row in read.exec(select(AuditRow).order_by(AuditRow.seq))]  # type: ignore[arg-type]


def test_right_password_opens_a_session_that_names_the_person(database: Database) -> None:
    account = opened(database)
    who, token = sign_in(database, " Clerk.ONE ", account.secret, ACCESS, NOW)
    assert (who.actor.id, who.actor.kind, who.actor.roles) == (account.id, "staff", {"passport_clerk"})
    assert session_of(database, token, ACCESS, NOW) == who
    assert ("staff.sign_in", f"account:{account.id}") in audited(database)


def test_failures_do_not_tell_whether_the_account_exists(sqlite_database: Database) -> None:
    account = opened(sqlite_database)
    wrong = refused(sqlite_database, "clerk.one", "wrong").faults
    assert wrong == refused(sqlite_database, "nobody", "wrong").faults
    close_account(sqlite_database, ADMIN, account.id, "left", NOW)
    assert wrong == refused(sqlite_database, "clerk.one", account.secret).faults
    assert audited(sqlite_database).count(("staff.sign_in_failed", f"account:{account.id}")) == 2
    assert ("staff.sign_in_failed", "account:unknown") in audited(sqlite_database)


@pytest.mark.parametrize("username", ["clerk.one", "nobody", "closed.one"])
def test_every_failure_costs_one_password_hash(
    sqlite_database: Database, monkeypatch: pytest.MonkeyPatch, username: str
) -> None:
    opened(sqlite_database)
    closed = opened(sqlite_database, "closed.one")
    close_account(sqlite_database, ADMIN, closed.id, "left", NOW)
    verified: list[str] = []
    hasher = passwords._hasher(_CHEAP)
    passwords._dummy(_CHEAP)

    class Counting:
        def verify(self, stored: str, password: str) -> bool:
            verified.append(stored)
            return hasher.verify(stored, password)

    monkeypatch.setattr(passwords, "_hasher", lambda _: Counting())
    refused(sqlite_database, username, "wrong")
    assert len(verified) == 1


def test_account_locks_after_the_allowed_attempts_and_opens_again(database: Database) -> None:
    account = opened(database)
    for _ in range(ACCESS.throttle.attempts):
        refused(database, "clerk.one", "wrong")
    refused(database, "clerk.one", account.secret)
    late = NOW + timedelta(seconds=ACCESS.throttle.lock_seconds)
    refused(database, "clerk.one", account.secret, late - timedelta(seconds=1))
    sign_in(database, "clerk.one", account.secret, ACCESS, late)


def test_success_forgets_earlier_failures(sqlite_database: Database) -> None:
    account = opened(sqlite_database)
    for _ in range(3):
        for _ in range(ACCESS.throttle.attempts - 1):
            refused(sqlite_database, "clerk.one", "wrong")
        sign_in(sqlite_database, "clerk.one", account.secret, ACCESS, NOW)


def test_parallel_guesses_gain_nothing(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    """Twenty guesses at once: no more than the allowed number meet the real hash."""
    opened(database)
    met: list[bool] = []
    real = passwords.password_matches

    def counting(stored: str | None, password: str, hashing: object) -> bool:
        met.append(stored is not None)
        return real(stored, password, _CHEAP)

    monkeypatch.setattr("issuance.staff.sign_in.password_matches", counting)
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda n: refused(database, "clerk.one", f"guess {n}"), range(20)))
    assert len(met) == 20
    assert sum(met) == ACCESS.throttle.attempts


def test_signing_in_again_gives_another_token(sqlite_database: Database) -> None:
    account = opened(sqlite_database)
    tokens = {sign_in(sqlite_database, "clerk.one", account.secret, ACCESS, NOW)[1] for _ in range(2)}
    assert len(tokens) == 2


def test_session_ends_by_sign_out_idleness_and_age(database: Database) -> None:
    account = opened(database)
    idle, hours = timedelta(minutes=ACCESS.session.idle_minutes), timedelta(hours=ACCESS.session.absolute_hours)

    _, token = sign_in(database, "clerk.one", account.secret, ACCESS, NOW)
    sign_out(database, token, NOW)
    assert session_of(database, token, ACCESS, NOW) is None

    _, token = sign_in(database, "clerk.one", account.secret, ACCESS, NOW)
    assert session_of(database, token, ACCESS, NOW + idle) is None

    moment, step = NOW, idle - timedelta(minutes=1)
    while moment < NOW + hours:
        assert session_of(database, token, ACCESS, moment) is not None
        moment += step
    assert session_of(database, token, ACCESS, NOW + hours) is None


@pytest.mark.parametrize("token", ["", "x", "é", "\ud800", "x" * 100_000])
def test_any_text_as_token_is_nobody(sqlite_database: Database, token: str) -> None:
    assert session_of(sqlite_database, token, ACCESS, NOW) is None
    sign_out(sqlite_database, token, NOW)
    with sqlite_database.reading() as read:
        assert client_of(read, token, NOW) is None


def test_new_password_roles_or_closing_end_every_session(database: Database) -> None:
    account = opened(database)
    secret = account.secret

    who, token = sign_in(database, "clerk.one", secret, ACCESS, NOW)
    change_password(database, who.actor, secret, "a new long password", SPEC, now=NOW)
    assert session_of(database, token, ACCESS, NOW) is None

    _, token = sign_in(database, "clerk.one", "a new long password", ACCESS, NOW)
    set_roles(database, ADMIN, account.id, ["auditor"], SPEC, now=NOW)
    assert session_of(database, token, ACCESS, NOW) is None

    _, token = sign_in(database, "clerk.one", "a new long password", ACCESS, NOW)
    secret = reset_password(database, ADMIN, account.id, SPEC, NOW).secret
    assert session_of(database, token, ACCESS, NOW) is None

    _, token = sign_in(database, "clerk.one", secret, ACCESS, NOW)
    close_account(database, ADMIN, account.id, "left the service", NOW)
    assert session_of(database, token, ACCESS, NOW) is None


def test_first_password_opens_nothing_but_its_own_change(sqlite_database: Database) -> None:
    account = opened(sqlite_database, must_change=True)
    who, _ = sign_in(sqlite_database, "clerk.one", account.secret, ACCESS, NOW)
    assert who.must_change_password
    assert who.actor.roles == frozenset()
    change_password(sqlite_database, who.actor, account.secret, "a new long password", SPEC, now=NOW)
    who, _ = sign_in(sqlite_database, "clerk.one", "a new long password", ACCESS, NOW)
    assert who.actor.roles == {"passport_clerk"}


def test_a_hash_costs_what_the_specification_orders() -> None:
    ordered = _SPEC.staff_access.hashing
    held = AS_ORDERED(ordered).hash("a long password")
    assert held.startswith(f"$argon2id$v=19$m={ordered.memory_kib},t={ordered.passes},p={ordered.lanes}$")


def test_hash_is_renewed_when_its_cost_changed(sqlite_database: Database) -> None:
    account = opened(sqlite_database)
    dearer = ACCESS.model_copy(update={"hashing": _CHEAP.model_copy(update={"passes": 2})})
    sign_in(sqlite_database, "clerk.one", account.secret, dearer, NOW)
    with sqlite_database.reading() as read:
        held = read.get(Account, account.id)
    assert held is not None
    assert held.password_hash.startswith("$argon2id$v=19$m=8,t=2,p=1$")


def test_api_client_works_until_it_expires_or_is_revoked(database: Database) -> None:
    issued = register_client(database, ADMIN, AccountEntry("ministry.portal", "", ["passport_system"]), SPEC, NOW)
    end = NOW + timedelta(days=ACCESS.api_token.validity_days)
    with database.reading() as read:
        actor = client_of(read, issued.secret, NOW)
        assert actor is not None
        assert (actor.kind, actor.roles) == ("client", {"passport_system"})
        assert client_of(read, issued.secret, end) is None
    revoke_client(database, ADMIN, issued.id, "token seen in a log", NOW)
    with database.reading() as read:
        assert client_of(read, issued.secret, NOW) is None


def test_no_secret_stands_in_the_database(sqlite_database: Database) -> None:
    account = opened(sqlite_database)
    _, token = sign_in(sqlite_database, "clerk.one", account.secret, ACCESS, NOW)
    client = register_client(sqlite_database, ADMIN, AccountEntry("portal", "", ["passport_system"]), SPEC, NOW)
    with sqlite_database.reading() as read:
        rows = [row for model in (Account, StaffSession, ApiClient, AuditRow) for row in read.exec(select(model))]
    held = " ".join(row.model_dump_json() for row in rows)
    for secret in (account.secret, token, client.secret):
        assert secret not in held
