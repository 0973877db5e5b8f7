"""A final ruling set aside and tried again; orders that there is no ground; bans that outlive a case (LIBYA.md 5)."""

from __future__ import annotations

from datetime import date

import pytest

from issuance.cases.act import Move, act
from issuance.cases.case_rules import CaseRules
from issuance.cases.deadlines import running_clocks
from issuance.cases.file import CaseFile
from issuance.cases.four_eyes import approve, propose
from issuance.cases.legal import legal_moves
from issuance.service import Service
from specs.errors import Invalid, NotAllowed, Refused
from tests.casework import (
    CHIEF_PROSECUTOR,
    FELONY,
    FELONY_REGISTRAR,
    FIRST,
    MURDER,
    PRISON,
    PROSECUTION,
    PROSECUTOR,
    SUMMARY_REGISTRAR,
    SUPREME,
    SUPREME_REGISTRAR,
    at_prosecution,
    before_felony_court,
    before_summary_court,
    officer,
    step,
)
from tests.service import NOW, TODAY
from tests.unit.cases.stories.telling import by_two, on_matter, read, state

GENERAL = officer("attorney_general", PROSECUTION)
NO_GROUND = {"no_ground_reason": "insufficient_evidence"}
REVIEW = {"legal_basis": "إعادة النظر: ظهر المجني عليه حياً"}


def investigated(service: Service, **body: object) -> CaseFile:
    return step(service, PROSECUTOR, at_prosecution(service, **body), "investigate", date(2026, 1, 13))


def quashed(service: Service) -> CaseFile:
    """A murder on which the felony court's ruling was final by time, set aside by the Supreme Court."""
    file = before_felony_court(service)
    said = {"presence": "in_presence", "verdict": "conviction", "penalties": PRISON}
    file = step(service, FELONY_REGISTRAR, file, "rule", date(2026, 3, 1), **said)
    file = step(service, FELONY_REGISTRAR, file, "become_final", TODAY)
    file = step(service, FELONY_REGISTRAR, file, "hand_over", TODAY, to_office=SUPREME, note="إعادة النظر")
    file = step(service, SUPREME_REGISTRAR, file, "acknowledge", TODAY)
    return by_two(service, SUPREME_REGISTRAR, officer("judge", SUPREME), file, "quash", TODAY, **REVIEW)


def test_a_final_ruling_set_aside_is_tried_again_by_a_court_of_its_instance(register: Service) -> None:
    file = quashed(register)
    assert state(file) == "quashed"  # an end, unless the case is sent back
    file = step(register, SUPREME_REGISTRAR, file, "send_to_retrial", TODAY, to_office=FELONY, **REVIEW)
    assert file.transfer is not None
    file = step(register, FELONY_REGISTRAR, file, "acknowledge", TODAY)
    file = step(register, FELONY_REGISTRAR, file, "rule", TODAY, presence="in_presence", verdict="acquittal")
    first, second = file.matters["A1/C1"].rulings
    assert (state(file), second.instance, [effect.kind for effect in first.effects]) == (
        "ruled",
        "felony",
        ["quashing"],
    )
    assert "appeal_cassation" in legal_moves(file, CaseRules.of(register.spec))
    assert read(register, file.number) == file


def test_a_quashed_penal_order_is_tried_by_the_first_instance_for_its_kind_of_offence(register: Service) -> None:
    file = at_prosecution(register)
    file = step(register, PROSECUTOR, file, "penal_order", date(2026, 2, 1), fine_dinars=200)
    file = step(register, PROSECUTOR, file, "become_final", TODAY)
    file = step(register, CHIEF_PROSECUTOR, file, "hand_over", TODAY, to_office=SUPREME, note="إعادة النظر")
    file = step(register, SUPREME_REGISTRAR, file, "acknowledge", TODAY)
    file = by_two(register, SUPREME_REGISTRAR, officer("judge", SUPREME), file, "quash", TODAY, **REVIEW)
    file = step(register, SUPREME_REGISTRAR, file, "send_to_retrial", TODAY, to_office="SC-TIP", **REVIEW)
    file = step(register, SUMMARY_REGISTRAR, file, "acknowledge", TODAY)
    file = step(register, SUMMARY_REGISTRAR, file, "rule", TODAY, presence="in_presence", verdict="acquittal")
    assert file.matters["A1/C1"].rulings[-1].instance == "summary"


def test_a_file_without_a_felony_does_not_go_to_the_chamber_and_what_is_connected_to_one_does(
    register: Service,
) -> None:
    theft = investigated(register)
    with pytest.raises(Refused, match="no charge of the file is a felony") as caught:
        step(register, PROSECUTOR, theft, "refer_indictment", date(2026, 1, 30), to_office=FIRST)
    assert caught.value.faults[0].field == "matters"
    both = investigated(register, **MURDER)
    both = step(register, PROSECUTOR, both, "add_charge", date(2026, 1, 14), offence="theft",
                committed_on="2026-01-10", accused_list=["A1"])  # fmt: skip
    both = step(register, PROSECUTOR, both, "refer_indictment", date(2026, 1, 30), to_office=FIRST)
    chamber = officer("indictment_chamber", FIRST)
    both = step(register, chamber, both, "acknowledge", date(2026, 1, 31))
    both = step(register, chamber, both, "chamber_to_felony_court", date(2026, 2, 10), to_office=FELONY)
    assert {matter.state for matter in both.matters.values()} == {"trial_felony"}


def test_a_no_ground_order_in_a_felony_is_approved_by_the_attorney_general_and_by_nobody_else(
    register: Service,
) -> None:
    file = investigated(register, **MURDER)
    moves = legal_moves(file, CaseRules.of(register.spec))
    assert "no_ground_felony" in moves and "no_ground" not in moves
    asked = propose(register, PROSECUTOR, file.number, Move("no_ground_felony", NO_GROUND), "سبب", NOW)
    with pytest.raises(NotAllowed, match="only Attorney General approves"):
        approve(register, CHIEF_PROSECUTOR, asked, "نعم", NOW)
    assert state(approve(register, GENERAL, asked, "نعم", NOW)) == "no_ground"


def test_the_investigating_judge_finds_no_ground_in_a_felony_without_asking_anybody(register: Service) -> None:
    judge = officer("investigating_judge", PROSECUTION)
    file = step(register, judge, investigated(register, **MURDER), "judge_no_ground", date(2026, 1, 20), **NO_GROUND)
    assert state(file) == "no_ground"


@pytest.mark.parametrize(("challenger", "last"), [("civil_party", 23), ("attorney_general", 4)])
def test_a_no_ground_order_is_appealed_in_three_days_and_by_the_attorney_general_in_fifteen(
    register: Service, challenger: str, last: int
) -> None:
    """CCP Art 141, from an order of 20 January 2026: three days end on a Friday, so on Sunday the 25th."""
    day = date(2026, 2, 4) if last == 4 else date(2026, 1, 25)
    file = step(register, PROSECUTOR, investigated(register), "no_ground", date(2026, 1, 20), **NO_GROUND)
    said = {"challenger": challenger, "note": "استئناف"}
    late = day.replace(day=day.day + 1)
    with pytest.raises(Invalid, match=f"until {day}"):
        step(register, PROSECUTOR, file, "appeal_no_ground", late, **said)
    admitted = Move("appeal_no_ground", said, happened_on=late, basis="عذر قهري")
    assert state(step(register, PROSECUTOR, file, "appeal_no_ground", day, **said)) == "order_appeal"
    other = step(register, PROSECUTOR, investigated(register), "no_ground", date(2026, 1, 20), **NO_GROUND)
    assert state(act(register, PROSECUTOR, other.number, admitted, NOW)) == "order_appeal"


def banned_and_then(service: Service, verdict: str) -> CaseFile:
    file = before_summary_court(service)
    judge = officer("judge", "SC-TIP")
    file = step(service, judge, file, "ban_travel", date(2026, 2, 1), accused="A1", legal_basis="أمر")
    said = {"presence": "in_presence", "verdict": verdict}
    more = {"penalties": [{"kind": "fine", "amount": 50, "unit": "dinars"}]} if verdict == "conviction" else {}
    file = step(service, SUMMARY_REGISTRAR, file, "rule", date(2026, 3, 1), **said, **more)
    return step(service, SUMMARY_REGISTRAR, file, "become_final", TODAY)


def bans_to_review(service: Service, file: CaseFile) -> list[str]:
    rules = CaseRules.of(service.spec)
    return [clock.target for clock in running_clocks(file, rules) if clock.due.code == "travel_ban_review"]


def test_a_travel_ban_that_outlives_a_final_acquittal_is_reviewed_until_it_is_lifted(register: Service) -> None:
    file = banned_and_then(register, "acquittal")
    assert bans_to_review(register, file) == ["A1"]
    judge = officer("judge", "SC-TIP")
    file = step(register, judge, file, "lift_travel_ban", TODAY, accused="A1", legal_basis="براءة")
    assert bans_to_review(register, file) == []


def test_a_travel_ban_on_somebody_with_a_sentence_to_serve_is_not_reviewed(register: Service) -> None:
    assert bans_to_review(register, banned_and_then(register, "conviction")) == []


def test_of_two_convicted_only_the_one_whose_ruling_was_set_aside_is_tried_again(register: Service) -> None:
    file = before_felony_court(register, more=["خالد عمر"])
    said = {"presence": "in_presence", "verdict": "conviction", "penalties": PRISON}
    both = Move("rule", said, ("A1/C1", "A2/C1"), date(2026, 3, 1))
    file = act(register, FELONY_REGISTRAR, file.number, both, NOW)
    file = act(register, FELONY_REGISTRAR, file.number, Move("become_final", {}, both.matters, TODAY), NOW)
    file = step(register, FELONY_REGISTRAR, file, "hand_over", TODAY, to_office=SUPREME, note="إعادة النظر")
    file = step(register, SUPREME_REGISTRAR, file, "acknowledge", TODAY)
    judge = officer("judge", SUPREME)
    file = by_two(register, SUPREME_REGISTRAR, judge, file, "quash", TODAY, matters=["A1/C1"], **REVIEW)
    assert "send_to_retrial" not in legal_moves(file, CaseRules.of(register.spec))  # the other's sentence stays here
    file = on_matter(register, SUPREME_REGISTRAR, file, "split", TODAY, "A1/C1", note="إعادة محاكمته وحده")
    fresh = read(register, file.links[-1].number)
    fresh = step(register, SUPREME_REGISTRAR, fresh, "send_to_retrial", TODAY, to_office=FELONY, **REVIEW)
    assert (state(file, "A2/C1"), state(fresh)) == ("final_convicted", "remanded")
