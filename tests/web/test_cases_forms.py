"""The form of a case action: what is typed is what the command gets, and back. Pure, no browser."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from issuance.cases.case_rules import CaseRules
from issuance.cases.fields import read_body
from issuance.web.cases_charts import WIDTH, bars
from issuance.web.cases_forms import Offered, as_sent, compacted, inputs, move_of, penalty_rows
from issuance.web.cases_words import apart
from issuance.web.language import language
from specs.errors import Invalid
from specs.load import load

pytestmark = pytest.mark.heavy

RULES = CaseRules.of(load())
ACTIONS = RULES.lifecycle.actions
BY_A_PERSON = sorted(name for name, kind in ACTIONS.items() if not kind.internal and name != "correct")
_TEXT = st.text(st.characters(codec="utf-8", exclude_characters="\x00", exclude_categories=["Cc", "Z"]), min_size=1,
                max_size=40)  # fmt: skip


def _penalty() -> st.SearchStrategy[dict[str, Any]]:
    measured = RULES.register.penalty_units.measured_in

    def part(kind: str) -> st.SearchStrategy[dict[str, Any]]:
        fields: dict[str, Any] = {"kind": st.just(kind)}
        if measured[kind]:
            fields |= {"amount": st.integers(1, 10**6), "unit": st.sampled_from(measured[kind])}
        return st.fixed_dictionaries(fields, optional={"suspended": st.just(True)})

    return st.sampled_from(sorted(measured)).flatmap(part)


def _value(name: str) -> st.SearchStrategy[Any]:
    field = RULES.lifecycle.fields[name]
    if field.kind == "choice":
        return st.sampled_from(sorted(RULES.vocabularies[field.vocabulary or ""]))
    codes = st.lists(st.sampled_from(["A1", "A2", "A3"]), min_size=1, unique=True)
    return {
        "date": st.dates().map(date.isoformat),
        "moment": st.datetimes(datetime(2015, 1, 1), datetime(2030, 1, 1)).map(
            lambda at: at.strftime("%Y-%m-%dT%H:%M:00+02:00")
        ),
        "flag": st.just(True),
        "dinars": st.integers(1, 10**9),
        "sequence": st.integers(1, 10**9),
        "accused_list": codes,
        "charges": codes,
        "evidence_list": codes,
        "penalties": st.lists(_penalty(), min_size=1, max_size=4),
    }.get(field.kind, _TEXT)


@pytest.mark.parametrize("name", BY_A_PERSON)
@given(data=st.data())
@settings(max_examples=20, deadline=None)
def test_what_a_body_says_survives_its_form(name: str, data: st.DataObject) -> None:
    kind = ACTIONS[name]
    body = {field: data.draw(_value(field), label=field) for field in (*kind.asks, *kind.may)}
    sent = as_sent(body, RULES) | {"happened_on": "2026-01-31", "basis": " سند "}
    move = move_of(name, compacted(sent), RULES)
    assert move.body == body
    assert (move.happened_on, move.basis) == (date(2026, 1, 31), "سند")


@pytest.mark.parametrize("code", ["ar", "en"])
@pytest.mark.parametrize("name", BY_A_PERSON)
def test_every_action_has_an_input_for_everything_one_officer_may_say(name: str, code: Any) -> None:
    kind = ACTIONS[name]
    shown = inputs(kind, Offered(), language(code), RULES)
    assert [(one.name, one.required) for one in shown] == [
        *((field, True) for field in kind.asks),
        *((field, False) for field in kind.may if field not in kind.by_two),
    ]
    assert all(one.label and (one.kind != "choice" or one.options) for one in shown)


def test_a_local_time_is_taken_as_libyas() -> None:
    sent = {"accused": "A1", "custody_kind": "prosecution_detention", "moment": "2026-01-13 09:30", "legal_basis": "x"}
    assert move_of("detain", sent, RULES).body["moment"] == "2026-01-13T09:30:00+02:00"


def test_what_is_no_time_reaches_the_command_which_says_so() -> None:
    move = move_of("release", {"accused": "A1", "moment": "غداً", "legal_basis": "x"}, RULES)
    with pytest.raises(Invalid, match="Date and time"):
        read_body("release", move.body, RULES)


def test_a_wrong_day_is_told_with_everything_else_that_is_wrong() -> None:
    with pytest.raises(Invalid) as caught:
        move_of("rule", {"happened_on": "31/1/2026", "presence": "in_presence"}, RULES)
    assert {fault.field for fault in caught.value.faults} == {"happened_on", "verdict"}


def test_empty_rows_of_penalties_close_up_so_that_a_fault_stands_beside_its_row() -> None:
    sent = {"penalties.0.kind": "", "penalties.2.kind": "fine", "penalties.2.amount": " 500 ", "note": "x"}
    assert compacted(sent) == {"note": "x", "penalties.0.kind": "fine", "penalties.0.amount": "500"}
    assert penalty_rows(compacted(sent)) == 2
    assert penalty_rows({"penalties.4.kind": "fine"}) == 5


def test_matters_are_those_whose_boxes_were_ticked() -> None:
    assert move_of("investigate", {"matter.A1/C1": "yes", "matter.A2/C1": ""}, RULES).matters == ("A1/C1",)


def test_bars_grow_from_the_side_where_reading_begins() -> None:
    rows = [("a", 10), ("b", 5), ("c", None), ("d", 0)]
    assert [(bar.x, bar.length) for bar in bars(rows, rtl=False)] == [(0, WIDTH), (0, 500), (0, 0), (0, 0)]
    assert [(bar.x, bar.length) for bar in bars(rows, rtl=True)][:2] == [(0, WIDTH), (500, 500)]
    assert bars([], rtl=True) == []


def test_a_code_before_an_arabic_name_keeps_its_place() -> None:
    """UAX #9 rules X5c and P2: what is isolated decides nothing about the words around it."""
    assert apart("A1") == "\u2068A1\u2069"
