"""Rules of passwords, names, sessions and form tokens."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from issuance.staff.rules import (
    csrf_matches,
    csrf_token,
    normal_username,
    office_faults,
    password_faults,
    role_faults,
    session_live,
    username_faults,
)
from specs.load import load

SPEC = load()
RULES = SPEC.staff_access
NOW = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)


def codes(faults: object) -> set[str]:
    return {fault.code for fault in faults}  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("password", "expected"),
    [
        ("x" * 11, {"staff.password.length"}),
        ("x" * 12, set()),
        ("كلمة مرور طويلة", set()),
        ("x" * 256, set()),
        ("x" * 257, {"staff.password.length"}),
        ("my-Clerk.One-2026", {"staff.password.username"}),
    ],
)
def test_password_rules(password: str, expected: set[str]) -> None:
    assert codes(password_faults(password, "clerk.one", RULES.password)) == expected


@pytest.mark.parametrize("name", ["ab", "1ab", "a b c", "محمد", "a" * 41, "a\nbc", ""])
def test_username_that_has_another_shape_is_refused(name: str) -> None:
    assert codes(username_faults(normal_username(name))) == {"staff.username.shape"}


def test_usernames_that_look_the_same_are_the_same() -> None:
    assert normal_username("  Clerk.One ") == normal_username("ｃｌｅｒｋ.one") == "clerk.one"


def test_roles_must_exist_and_fit_the_kind_of_account() -> None:
    assert codes(role_faults([], "staff", SPEC.roles)) == {"staff.roles.none"}
    assert len(list(role_faults(["system", "nobody", "auditor"], "staff", SPEC.roles))) == 2


def test_office_entry_names_every_fault() -> None:
    faults = office_faults("x", "castle", "LY-XX", (date(2026, 1, 2), date(2026, 1, 1)), SPEC.staff_offices)
    assert codes(faults) == {f"staff.office.{field}" for field in ("code", "kind", "region", "valid_to")}


@pytest.mark.parametrize(
    ("used_ago", "left", "live"),
    [
        (timedelta(minutes=29, seconds=59), timedelta(hours=1), True),
        (timedelta(minutes=30), timedelta(hours=1), False),
        (timedelta(0), timedelta(0), False),
        (timedelta(0), timedelta(microseconds=1), True),
    ],
)
def test_session_ends_idle_or_at_its_absolute_end(used_ago: timedelta, left: timedelta, live: bool) -> None:
    assert session_live(NOW + left, NOW - used_ago, RULES.session, NOW) is live


def test_form_token_belongs_to_one_session_and_one_installation() -> None:
    token = csrf_token(b"secret", "session-a")
    assert csrf_matches(b"secret", "session-a", token)
    assert not csrf_matches(b"secret", "session-b", token)
    assert not csrf_matches(b"other", "session-a", token)


@given(st.text())
def test_any_text_as_form_token_is_only_wrong(sent: str) -> None:
    assert not csrf_matches(b"secret", "session-a", sent)
    csrf_matches(b"secret", sent, "x")
