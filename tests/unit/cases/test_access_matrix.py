"""The reviewed table of role, action and state, and what must hold of it whatever a reviewer accepts."""

from __future__ import annotations

import pytest

from tests.unit.cases.matrix import GOLDEN, ROLES, RULES, access, cell, file, legal_in, standing, text

pytestmark = pytest.mark.heavy

COURTS = {"court_registrar", "judge", "supreme_court_registrar"}


def test_the_access_matrix_is_the_reviewed_one() -> None:
    assert text() == GOLDEN.read_text("utf-8"), "review it, then: python -m tests.unit.cases.matrix --write"


def test_every_role_that_may_touch_a_case_has_a_column() -> None:
    touching = {
        name
        for name in RULES.roles.roles
        if any(action.startswith("cases.") for grant in RULES.roles.grants_of(name) for action in grant.actions)
    }
    assert touching == set(ROLES)


@pytest.mark.parametrize("state", [name for name, state in RULES.lifecycle.states.items() if not state.ended])
def test_the_owner_of_a_state_can_lead_a_file_out_of_it(state: str) -> None:
    owner = RULES.lifecycle.states[state].owner
    out = [name for name in legal_in(state) if RULES.lifecycle.actions[name].moves]
    assert any("O" in cell(owner, f"cases.{name}", file(state)) for name in out)


@pytest.mark.parametrize("role", [role for role in ROLES if role != "system"])
def test_moves_shown_to_a_person_are_those_of_the_matrix(role: str) -> None:
    for state in RULES.lifecycle.states:
        who, held = access(role, "O"), standing(file(state), "O")
        legal = {name for name in legal_in(state) if cell(role, f"cases.{name}", file(state), among="O") == "O"}
        assert set(who.moves(held)) <= legal


def test_only_courts_and_the_service_itself_record_what_courts_rule() -> None:
    for action in ("rule", "quash_and_rule", "quash_and_remand", "reject_cassation", "quash", "rehabilitate"):
        may = {role for role in ROLES if cell(role, f"cases.{action}", file("cassation")) != "."}
        assert may - {"system"} <= COURTS, action


def test_no_role_both_counts_cases_everywhere_and_reads_one() -> None:
    assert cell("statistics_officer", "cases.read", file()) == "."
