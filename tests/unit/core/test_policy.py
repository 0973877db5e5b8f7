"""Who may do what, as a table."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import issuance
from issuance.core.actor import PUBLIC, Actor, system
from issuance.core.policy import Subject, allowed, available, offices_in_scope, require
from specs.errors import NotAllowed
from specs.load import load

ROLES = load().roles
TRIPOLI, BENGHAZI = "PAS-TIP", "PAS-BEN"


def staff(*roles: str, office: str | None = TRIPOLI) -> Actor:
    return Actor("someone", "staff", frozenset(roles), office)


def passport(office: str, permitted: frozenset[str] | None = None) -> Subject:
    return Subject("passport", "1", office, permitted)


@pytest.mark.parametrize(
    ("actor", "action", "subject", "expected"),
    [
        (staff("passport_officer"), "passports.issue", passport(TRIPOLI), True),
        (staff("passport_officer"), "passports.issue", passport(BENGHAZI), False),
        (staff("passport_officer", office=None), "passports.issue", passport(TRIPOLI), False),
        (staff("passport_officer"), "certificates.issue", Subject("certificate", "1", TRIPOLI), False),
        (staff("passport_clerk"), "passports.issue", passport(TRIPOLI), False),
        (staff("passport_clerk"), "passports.read", passport(TRIPOLI), True),
        (staff("passport_officer"), "passports.issue", Subject("certificate", "1", TRIPOLI), False),
        (staff("passport_officer"), "passports.issue", passport(TRIPOLI, frozenset({"passports.read"})), False),
        (staff("certificate_officer"), "cases.read", Subject("case", "1", BENGHAZI), True),
        (staff("auditor"), "audit.verify", None, True),
        (staff("auditor"), "passports.read", passport(TRIPOLI), False),
        (staff("administrator"), "staff.manage", Subject("account", "2"), True),
        (staff("administrator"), "passports.issue", None, False),
        (staff("security_officer"), "keys.manage", None, True),
        (staff("security_officer"), "staff.manage", None, False),
        (staff(), "verify.public", None, False),
        (staff("no_such_role"), "passports.read", None, False),
        (staff("system"), "keys.manage", None, False),
        (Actor("c", "client", frozenset({"auditor"})), "audit.verify", None, False),
        (Actor("c", "client", frozenset({"passport_system"}), TRIPOLI), "passports.issue", passport(TRIPOLI), True),
        (PUBLIC, "verify.public", None, True),
        (PUBLIC, "passports.read", None, False),
        (system("seed"), "passports.issue", passport(BENGHAZI), True),
    ],
)
def test_permission_table(actor: Actor, action: str, subject: Subject | None, expected: bool) -> None:
    assert allowed(actor, action, subject, ROLES) is expected
    assert (action in available(actor, subject, ROLES)) is expected
    if expected:
        require(actor, action, subject, ROLES)
    else:
        with pytest.raises(NotAllowed) as caught:
            require(actor, action, subject, ROLES)
        assert caught.value.faults[0].code == "core.policy.not_allowed"


def test_lists_are_limited_to_the_offices_in_scope() -> None:
    assert offices_in_scope(staff("passport_officer"), "passports.read", ROLES) == {TRIPOLI}
    assert offices_in_scope(staff("passport_officer", office=None), "passports.read", ROLES) == frozenset()
    assert offices_in_scope(staff("auditor"), "passports.read", ROLES) == frozenset()
    assert offices_in_scope(system("x"), "passports.read", ROLES) is None


def test_nobody_who_manages_accounts_or_reads_the_trail_can_issue() -> None:
    for role in ("administrator", "auditor", "security_officer"):
        assert not {"passports.issue", "certificates.issue"} & set(available(staff(role), None, ROLES))


def test_unknown_action_is_a_bug() -> None:
    with pytest.raises(KeyError):
        require(system("x"), "passports.fly", None, ROLES)


def test_every_action_named_in_the_program_stands_in_the_specification() -> None:
    asked = re.compile(r"\b(?:require|allowed|offices_in_scope)\(\s*\w+,\s*\"([a-z_.]+)\"")
    source = Path(issuance.__file__).parent
    named = {name for path in source.rglob("*.py") for name in asked.findall(path.read_text("utf-8"))}
    assert named
    assert named <= set(ROLES.actions)
