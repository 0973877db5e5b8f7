"""Whatever a program sends to the case register, the answer is a typed error that names the field, never a crash."""

from __future__ import annotations

import time
from datetime import date
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from issuance.cases.act import Move, act, open_case
from issuance.cases.case_rules import CaseRules
from issuance.cases.fields import read_body
from issuance.cases.file import CaseFile
from issuance.cases.four_eyes import propose
from issuance.cases.history import file_of
from issuance.service import Service
from specs.errors import Invalid, IssuanceError
from specs.load import load
from tests.casework import PROSECUTOR, STATION_OFFICER, THEFT, at_prosecution, with_case_offices
from tests.service import NOW, assert_complete

RULES = CaseRules.of(load())
SCALARS = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=30)
JSON = st.recursive(
    SCALARS, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4)
)
NASTY = st.text(alphabet="اأبA1/\x00\x1b\u202e\u2067\u200f\ud800\udfff\ufffe\n", max_size=12)
FAST = settings(deadline=None, suppress_health_check=list(HealthCheck))


@pytest.fixture(scope="module")
def register(desk: Service) -> Service:
    return with_case_offices(desk)


@pytest.fixture(scope="module")
def file(register: Service) -> CaseFile:
    return at_prosecution(register)


def typed(error: IssuanceError, *, wherever: bool = False) -> None:
    for fault in error.faults:
        if wherever:
            assert fault.code and fault.ar and fault.en
        else:
            assert_complete(fault)
            fault.en.encode()


@pytest.mark.heavy
@settings(FAST, max_examples=150)
@given(name=st.sampled_from([*RULES.lifecycle.actions]), body=JSON)
def test_any_json_is_no_body_or_is_refused_field_by_field(name: str, body: Any) -> None:
    try:
        read_body(name, body, RULES)
    except Invalid as error:
        typed(error)


@pytest.mark.heavy
@settings(FAST, max_examples=150)
@given(data=st.data())
def test_any_value_of_any_field_is_taken_or_refused_with_its_name(data: Any) -> None:
    name = data.draw(st.sampled_from([*RULES.lifecycle.actions]))
    kind = RULES.lifecycle.actions[name]
    fields = [*kind.asks, *kind.may]
    body = {field: data.draw(JSON | NASTY) for field in fields}
    try:
        kept = read_body(name, body, RULES)
    except Invalid as error:
        typed(error)
        assert {(fault.field or "").split(".")[0] for fault in error.faults} <= {*fields}
    else:
        assert {*kept} <= {*fields}


@settings(FAST, max_examples=60)
@given(data=st.data())
def test_any_move_on_a_file_is_carried_out_or_refused(register: Service, file: CaseFile, data: Any) -> None:
    draw = data.draw
    name = draw(st.sampled_from([*RULES.lifecycle.actions]) | SCALARS | NASTY)
    kind = RULES.lifecycle.actions.get(name) if isinstance(name, str) else None
    body = draw(JSON) if kind is None else {field: draw(JSON | NASTY) for field in (*kind.asks, *kind.may)}
    matters = draw(st.just(("A1/C1",)) | st.lists(NASTY, max_size=2).map(tuple) | SCALARS)
    day = draw(st.none() | st.dates() | SCALARS)
    basis, evidence = draw(NASTY | SCALARS), draw(st.just(()) | st.lists(NASTY, max_size=2).map(tuple))
    move = Move(name, body, matters, day, basis, evidence)
    for work in (
        lambda: act(register, PROSECUTOR, file.number, move, NOW),
        lambda: propose(register, PROSECUTOR, file.number, move, "سبب", NOW),
        lambda: open_case(register, STATION_OFFICER, move, NOW),
    ):
        try:
            work()
        except IssuanceError as error:
            typed(error, wherever=True)


@pytest.mark.parametrize("number", ["", "\0", "\ud800", "x" * 10_000, "ST-TIP-2026-999999"])
def test_a_number_that_nobody_holds_is_not_found(register: Service, number: str) -> None:
    with pytest.raises(IssuanceError, match="no case"):
        act(register, PROSECUTOR, number, Move("investigate"), NOW)


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("سطر أول\nسطر ثان", True),
        ("علامة\u200fاتجاه", True),
        ("صفر\x00", False),
        ("\ud800", False),
        ("قلب\u202eالنص", False),
        ("\u2067عزل\u2069", False),
        ("جرس\x07", False),
    ],
)
def test_text_is_kept_as_typed_or_refused_never_changed(register: Service, text: str, kept: bool) -> None:
    move = Move("open", THEFT | {"summary": text}, happened_on=date(2026, 1, 11))
    if not kept:
        with pytest.raises(Invalid, match="Summary"):
            open_case(register, STATION_OFFICER, move, NOW)
        return
    number = open_case(register, STATION_OFFICER, move, NOW).number
    with register.db.reading() as read:
        assert file_of(read, number, RULES).summary == text


def test_a_huge_body_is_refused_at_once_and_in_few_words() -> None:
    deep: dict[str, Any] = {}
    for _ in range(5000):
        deep = {"a": deep}
    huge = {"corrects": 1, "corrected": deep, "note": "x" * 1_000_000, **{f"k{n}": n for n in range(100_000)}}
    began = time.perf_counter()
    with pytest.raises(Invalid) as caught:
        read_body("correct", huge, RULES)
    assert time.perf_counter() - began < 1
    assert len(caught.value.faults) < 110
