"""What may be done against a ruling, and when it is final: absentia, notice, co-accused, remand, penal orders.

Stories of cases that law makes hard, named by the rule (LIBYA.md 4 and 5.1).
"""

from __future__ import annotations

from datetime import date

import pytest

from issuance.cases.act import Move, act
from issuance.cases.case_rules import CaseRules
from issuance.cases.legal import legal_moves
from issuance.service import Service
from specs.errors import Invalid, Refused
from tests.casework import (
    CHIEF_PROSECUTOR,
    FELONY,
    FELONY_REGISTRAR,
    FIRST,
    FIRST_REGISTRAR,
    PRISON,
    PROSECUTOR,
    SUMMARY,
    SUMMARY_REGISTRAR,
    SUPREME,
    SUPREME_REGISTRAR,
    at_prosecution,
    before_felony_court,
    before_summary_court,
    step,
)
from tests.service import NOW, TODAY
from tests.unit.cases.stories.telling import CONVICTED, convicted, on_matter, read, state


def test_a_felony_in_absentia_waits_for_the_arrest_and_is_then_tried_again(register: Service) -> None:
    file = before_felony_court(register)
    file = step(register, FELONY_REGISTRAR, file, "rule", date(2026, 3, 1), presence="in_absentia",
                verdict="conviction", penalties=PRISON)  # fmt: skip
    rules = CaseRules.of(register.spec)
    assert "become_final" not in legal_moves(file, rules)  # no time makes it final
    file = step(register, FELONY_REGISTRAR, file, "retry", date(2026, 9, 1), note="قبض عليه")
    file = step(
        register, FELONY_REGISTRAR, file, "rule", date(2026, 10, 1), presence="in_presence", verdict="acquittal"
    )
    assert [r.final_on for r in file.matters["A1/C1"].rulings] == [None, None]


def test_of_two_accused_one_appeals_in_a_file_of_his_own_and_both_become_final(register: Service) -> None:
    file = at_prosecution(register)
    file = step(register, PROSECUTOR, file, "add_accused", date(2026, 1, 13), accused_name="خالد عمر", charges=["C1"])
    file = step(register, PROSECUTOR, file, "refer_summary", date(2026, 1, 14), to_office=SUMMARY)
    file = step(register, SUMMARY_REGISTRAR, file, "acknowledge", date(2026, 1, 15))
    both = Move("rule", CONVICTED, ("A1/C1", "A2/C1"), date(2026, 3, 1))
    file = act(register, SUMMARY_REGISTRAR, file.number, both, NOW)
    file = on_matter(register, SUMMARY_REGISTRAR, file, "split", date(2026, 3, 5), "A2/C1", note="استأنف وحده")
    fresh = read(register, file.links[-1].number)
    fresh = step(register, SUMMARY_REGISTRAR, fresh, "appeal", date(2026, 3, 6), challenger="accused", to_office=FIRST)
    fresh = step(register, FIRST_REGISTRAR, fresh, "acknowledge", date(2026, 3, 7))
    fresh = step(
        register, FIRST_REGISTRAR, fresh, "rule", date(2026, 4, 1), presence="in_presence", verdict="acquittal"
    )
    fresh = step(register, FIRST_REGISTRAR, fresh, "become_final", TODAY)
    file = step(register, SUMMARY_REGISTRAR, file, "become_final", TODAY)
    assert (state(file), state(file, "A2/C1"), state(fresh)) == ("final_convicted", "moved", "final_acquitted")


def test_an_appeal_ruled_in_absentia_and_objected_to_goes_to_cassation_not_to_a_second_appeal(
    register: Service,
) -> None:
    file = convicted(register)
    file = step(register, SUMMARY_REGISTRAR, file, "appeal", date(2026, 3, 5), challenger="accused", to_office=FIRST)
    file = step(register, FIRST_REGISTRAR, file, "acknowledge", date(2026, 3, 6))
    absent = CONVICTED | {"presence": "in_absentia"}
    file = step(register, FIRST_REGISTRAR, file, "rule", date(2026, 4, 1), **absent)
    file = step(register, FIRST_REGISTRAR, file, "notify", date(2026, 4, 5), notice_kind="in_person")
    file = step(register, FIRST_REGISTRAR, file, "object", date(2026, 4, 8), challenger="accused")
    file = step(register, FIRST_REGISTRAR, file, "rule", date(2026, 5, 1), **CONVICTED)
    moves = legal_moves(file, CaseRules.of(register.spec))
    assert "appeal_cassation" in moves
    assert "appeal" not in moves


def test_the_prosecution_appeals_an_acquittal_given_in_absentia(register: Service) -> None:
    file = before_summary_court(register)
    file = step(
        register, SUMMARY_REGISTRAR, file, "rule", date(2026, 3, 1), presence="in_absentia", verdict="acquittal"
    )
    file = step(
        register, SUMMARY_REGISTRAR, file, "appeal", date(2026, 3, 5), challenger="prosecution", to_office=FIRST
    )
    assert state(file) == "appeal"


def test_an_acquittal_on_an_objection_in_absentia_becomes_final_without_notice(register: Service) -> None:
    file = before_summary_court(register)
    absent = {"presence": "in_absentia"}
    file = step(register, SUMMARY_REGISTRAR, file, "rule", date(2026, 3, 1), **CONVICTED | absent)
    file = step(register, SUMMARY_REGISTRAR, file, "notify", date(2026, 3, 2), notice_kind="in_person")
    file = step(register, SUMMARY_REGISTRAR, file, "object", date(2026, 3, 4), challenger="accused")
    file = step(register, SUMMARY_REGISTRAR, file, "rule", date(2026, 4, 1), **absent, verdict="acquittal")
    assert not {"object", "retry"} & {*legal_moves(file, CaseRules.of(register.spec))}
    assert state(step(register, SUMMARY_REGISTRAR, file, "become_final", TODAY)) == "final_acquitted"


def test_no_ruling_is_dated_before_the_court_received_the_file(register: Service) -> None:
    file = at_prosecution(register)
    file = step(register, PROSECUTOR, file, "refer_summary", date(2026, 1, 14), to_office=SUMMARY)
    file = step(register, SUMMARY_REGISTRAR, file, "acknowledge", date(2026, 1, 20))
    with pytest.raises(Invalid, match="received the file \\(2026-01-20\\)"):
        step(register, SUMMARY_REGISTRAR, file, "rule", date(2026, 1, 19), **CONVICTED)
    assert state(step(register, SUMMARY_REGISTRAR, file, "rule", date(2026, 1, 20), **CONVICTED)) == "ruled"


def test_an_appeal_takes_no_co_accused_along_whose_time_does_not_run(register: Service) -> None:
    """Of two convicted one was present and appeals; the other, absent and not served, keeps his objection."""
    file = at_prosecution(register)
    file = step(register, PROSECUTOR, file, "add_accused", date(2026, 1, 13), accused_name="خالد عمر", charges=["C1"])
    file = step(register, PROSECUTOR, file, "refer_summary", date(2026, 1, 14), to_office=SUMMARY)
    file = step(register, SUMMARY_REGISTRAR, file, "acknowledge", date(2026, 1, 15))
    file = on_matter(register, SUMMARY_REGISTRAR, file, "rule", date(2026, 3, 1), "A1/C1", **CONVICTED)
    absent = CONVICTED | {"presence": "in_absentia"}
    file = on_matter(register, SUMMARY_REGISTRAR, file, "rule", date(2026, 3, 1), "A2/C1", **absent)
    said = {"challenger": "accused", "to_office": FIRST}
    with pytest.raises(Invalid, match="A2/C1: split it off"):
        step(register, SUMMARY_REGISTRAR, file, "appeal", date(2026, 3, 5), **said)
    file = on_matter(register, SUMMARY_REGISTRAR, file, "split", date(2026, 3, 5), "A2/C1", note="لم يعلن")
    assert state(step(register, SUMMARY_REGISTRAR, file, "appeal", date(2026, 3, 5), **said)) == "appeal"


def test_a_ruling_is_quashed_and_remanded_twice(register: Service) -> None:
    file, day = before_felony_court(register), 1
    for month in (3, 6):
        file = step(register, FELONY_REGISTRAR, file, "rule", date(2026, month, day), presence="in_presence",
                    verdict="conviction", penalties=PRISON)  # fmt: skip
        file = step(register, FELONY_REGISTRAR, file, "appeal_cassation", date(2026, month, 5), challenger="accused",
                    to_office=SUPREME)  # fmt: skip
        file = step(register, SUPREME_REGISTRAR, file, "acknowledge", date(2026, month, 6))
        file = step(register, SUPREME_REGISTRAR, file, "quash_and_remand", date(2026, month, 20), to_office=FELONY)
        file = step(register, FELONY_REGISTRAR, file, "acknowledge", date(2026, month, 21))
    assert state(file) == "remanded"
    assert [r.instance for r in file.matters["A1/C1"].rulings] == ["felony", "felony"]


def test_a_cancelled_penal_order_is_tried_and_never_final(register: Service) -> None:
    file = at_prosecution(register)
    file = step(register, PROSECUTOR, file, "penal_order", date(2026, 2, 1), fine_dinars=100)
    file = step(register, CHIEF_PROSECUTOR, file, "cancel_penal_order", date(2026, 2, 5), to_office=SUMMARY, note="خطأ")
    file = step(register, SUMMARY_REGISTRAR, file, "acknowledge", date(2026, 2, 6))
    file = step(
        register, SUMMARY_REGISTRAR, file, "rule", date(2026, 3, 1), presence="in_presence", verdict="acquittal"
    )
    file = step(register, SUMMARY_REGISTRAR, file, "become_final", TODAY)
    assert [(r.instance, r.final_on is None) for r in file.matters["A1/C1"].rulings] == [
        ("penal_order", True),
        ("summary", False),
    ]


def test_a_second_notice_does_not_begin_the_time_anew(register: Service) -> None:
    file = before_summary_court(register)
    absent = CONVICTED | {"presence": "in_absentia"}
    file = step(register, SUMMARY_REGISTRAR, file, "rule", date(2026, 3, 1), **absent)
    file = step(register, SUMMARY_REGISTRAR, file, "notify", date(2026, 3, 5), notice_kind="at_home")
    with pytest.raises(Refused):
        step(register, SUMMARY_REGISTRAR, file, "notify", date(2026, 3, 25), notice_kind="in_person")
