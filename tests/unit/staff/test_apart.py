"""Insiders who entered people and issued to them (LIBYA 1.3, S26): no role and no account has both hands."""

from __future__ import annotations

import pytest

from issuance.people import commands as people
from issuance.service import Service
from issuance.staff import commands as staff
from issuance.staff.commands import AccountEntry
from specs.errors import Invalid, NotAllowed
from specs.load import load
from specs.schema.crosschecks import officers_answer_the_effects_of_the_registry, what_is_apart_is_in_no_role
from tests.passports import ENROLLER, MAKER, OFFICER, duty
from tests.service import CLERK, NOW, PERSON, desk, found

__all__ = ["desk"]
SPEC = load()
ENTERS = {"people.register", "people.change_registry", "people.approve_registry"}
ISSUES = {"passports.enrol", "passports.decide", "passports.issue", "passports.personalise"}


@pytest.mark.parametrize("role", [name for name in SPEC.roles.roles if name != "system"])
def test_no_role_enters_people_and_has_a_part_in_their_passports(role: str) -> None:
    granted = {action for grant in SPEC.roles.grants_of(role) for action in grant.actions}
    assert not (granted & ENTERS and granted & ISSUES)


def test_who_enrols_decides_or_makes_enters_nobody_and_a_registry_officer_does(desk: Service) -> None:
    record = PERSON | {"national_number": "119909000801"}
    for actor in (ENROLLER, OFFICER, MAKER):
        with pytest.raises(NotAllowed):
            people.register(desk, actor, record, None, NOW)
    registry = duty("registry_officer", office="CTIP")
    assert people.register(desk, registry, record, None, NOW).national_number == "119909000801"


@pytest.mark.parametrize("second", ["passport_clerk", "passport_officer", "personaliser"])
def test_an_account_is_not_given_both_hands_by_two_roles(desk: Service, second: str) -> None:
    both = ["registry_officer", second]
    with pytest.raises(Invalid) as refused:
        staff.open_account(desk.db, CLERK, AccountEntry("both", "Both", both, "PTIP"), desk.spec, NOW)
    assert found(refused.value) == {("roles", "staff.roles.apart")}
    one = staff.open_account(desk.db, CLERK, AccountEntry(f"r-{second}", "R", both[:1], "PTIP"), desk.spec, NOW)
    with pytest.raises(Invalid):
        staff.set_roles(desk.db, CLERK, one.id, both, desk.spec, now=NOW)


def test_a_role_that_grants_what_is_kept_apart_is_a_fault_of_the_specification() -> None:
    assert list(what_is_apart_is_in_no_role(SPEC)) == []
    clerk = SPEC.roles.roles["passport_clerk"]
    grant = clerk.grants[0].model_copy(update={"actions": [*clerk.grants[0].actions, "people.register"]})
    wrong = clerk.model_copy(update={"grants": [grant, *clerk.grants[1:]]})
    roles = SPEC.roles.model_copy(update={"roles": SPEC.roles.roles | {"passport_clerk": wrong}})
    (fault,) = what_is_apart_is_in_no_role(SPEC.model_copy(update={"roles": roles}))
    assert fault.path == ("roles", "passport_clerk")


@pytest.mark.parametrize(("kind", "officers"), [("under_review", 1), ("recent_transfer", 1), ("late_registration", 0)])
def test_officers_who_lift_a_hold_are_those_the_civil_registry_asks_for(kind: str, officers: int) -> None:
    assert list(officers_answer_the_effects_of_the_registry(SPEC)) == []
    office = SPEC.passport.office
    rule = office.holds.entries[kind].model_copy(update={"officers": officers})  # type: ignore[index]
    holds = office.holds.model_copy(update={"entries": office.holds.entries | {kind: rule}})
    passport = SPEC.passport.model_copy(update={"office": office.model_copy(update={"holds": holds})})
    (fault,) = officers_answer_the_effects_of_the_registry(SPEC.model_copy(update={"passport": passport}))
    assert fault.path == ("holds", "entries", kind, "officers")
