"""Who may do what, as a table."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from pydantic import ValidationError

import issuance
from issuance.core.actor import PUBLIC, Actor, system
from issuance.core.policy import Subject, allowed, available, offices_in_scope, require, scopes
from specs.errors import NotAllowed
from specs.load import load
from specs.schema.roles import Roles, Scope

ROLES = load().roles
TRIPOLI, BENGHAZI = "PAS-TIP", "PAS-BEN"


def staff(*roles: str, office: str | None = TRIPOLI) -> Actor:
    return Actor("someone", "staff", frozenset(roles), office)


def passport(office: str, permitted: frozenset[str] | None = None) -> Subject:
    return Subject("passport", "1", office, permitted)


def case(*within: Scope) -> Subject:
    return Subject("case", "1", BENGHAZI, within=frozenset(within))


@pytest.mark.parametrize(
    ("actor", "action", "subject", "expected"),
    [
        (staff("passport_officer"), "passports.issue", passport(TRIPOLI), True),
        (staff("passport_officer"), "passports.issue", passport(BENGHAZI), False),
        (staff("passport_officer", office=None), "passports.issue", passport(TRIPOLI), False),
        (staff("passport_officer"), "certificates.request", Subject("certificate", "1", TRIPOLI), False),
        (staff("passport_clerk"), "passports.issue", passport(TRIPOLI), False),
        (staff("passport_clerk"), "passports.read", passport(TRIPOLI), True),
        (staff("passport_officer"), "passports.issue", Subject("certificate", "1", TRIPOLI), False),
        (staff("passport_officer"), "passports.issue", passport(TRIPOLI, frozenset({"passports.read"})), False),
        (staff("certificate_officer"), "cases.read_record", None, True),
        (staff("certificate_officer"), "cases.read", Subject("case", "1", TRIPOLI), False),
        (staff("station_officer"), "cases.add_accused", Subject("case", "1", TRIPOLI), True),
        (staff("station_officer"), "cases.add_accused", Subject("case", "1", BENGHAZI), False),
        (staff("station_officer"), "cases.add_accused", case("own_office"), True),
        (staff("station_officer"), "cases.add_accused", case("involved"), False),
        (staff("station_officer"), "cases.read", case("involved"), True),
        (staff("station_officer"), "cases.read", case("territory"), False),
        (staff("station_officer"), "cases.acknowledge", case("receiving_office"), True),
        (staff("station_officer"), "cases.approve", case("own_office"), False),
        (staff("station_chief"), "cases.approve", case("own_office"), True),
        (staff("station_chief"), "cases.add_accused", case("own_office"), True),
        (staff("prosecutor"), "cases.read_secret", case("own_office", "involved"), False),
        (staff("prosecutor"), "cases.read_secret", case("assigned"), True),
        (staff("attorney_general", office=None), "cases.read_secret", case(), True),
        (staff("statistics_officer"), "cases.read", case("own_office", "territory"), False),
        (staff("case_supervisor"), "cases.audit", None, True),
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


def test_scopes_of_a_role_are_its_own_and_those_of_the_roles_it_includes() -> None:
    assert scopes(staff("chief_prosecutor"), "cases.read_secret", ROLES) == {
        "own_office",
        "receiving_office",
        "assigned",
    }
    assert scopes(staff("certificate_officer"), "cases.read", ROLES) == frozenset()


def test_a_role_includes_only_roles_that_stand_above_it() -> None:
    held = ROLES.model_dump()
    held["roles"]["prosecutor"]["includes"] = ["chief_prosecutor"]
    with pytest.raises(ValidationError, match="above it"):
        Roles.model_validate(held)


def test_whoever_counts_cases_or_sees_who_looked_changes_none() -> None:
    acts = {name for name, action in ROLES.actions.items() if action.subject == "case" and not action.reads}
    for role in ("statistics_officer", "case_supervisor", "auditor", "administrator", "security_officer"):
        assert not acts & set(available(staff(role), None, ROLES))
    assert not {n for n in available(staff("statistics_officer"), None, ROLES) if n.startswith("cases.read")}


def test_nobody_who_manages_accounts_or_reads_the_trail_can_issue() -> None:
    for role in ("administrator", "auditor", "security_officer"):
        assert not {"passports.issue", "certificates.request"} & set(available(staff(role), None, ROLES))


def test_unknown_action_is_a_bug() -> None:
    with pytest.raises(KeyError):
        require(system("x"), "passports.fly", None, ROLES)


def test_every_action_named_in_the_program_stands_in_the_specification() -> None:
    asked = re.compile(r"\b(?:require|allowed|offices_in_scope|scopes)\(\s*\w+,\s*\"([a-z_.]+)\"")
    source = Path(issuance.__file__).parent
    named = {name for path in source.rglob("*.py") for name in asked.findall(path.read_text("utf-8"))}
    assert named
    assert named <= set(ROLES.actions)
