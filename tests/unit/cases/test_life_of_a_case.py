"""Whole lives of cases through the commands: a misdemeanour, a felony to cassation, and what is refused on the way."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from sqlmodel import select

from issuance.cases.act import Move, StaleCase, act, open_case
from issuance.cases.case_rules import CaseRules
from issuance.cases.fold import fold
from issuance.cases.four_eyes import approve, propose
from issuance.cases.history import actions_of, broken_links, file_of, rows_of_case
from issuance.cases.model import Ruling
from issuance.service import Service
from keys.record_verify import verify_record
from specs.errors import Invalid, NotAllowed, NotFound, Refused
from tests.casework import (
    CHIEF_PROSECUTOR,
    DETENTION,
    EXECUTION_OFFICER,
    FELONY,
    FELONY_REGISTRAR,
    FIRST,
    FIRST_REGISTRAR,
    PRISON,
    PROSECUTION,
    PROSECUTOR,
    STATION,
    STATION_OFFICER,
    SUMMARY_REGISTRAR,
    SUPREME,
    SUPREME_REGISTRAR,
    at_prosecution,
    before_felony_court,
    before_summary_court,
    officer,
    opened,
    step,
    with_case_offices,
)
from tests.service import NOW, TODAY


@pytest.fixture
def register(service: Service) -> Service:
    return with_case_offices(service)


def state(file: object) -> str:
    return file.matters["A1/C1"].state  # type: ignore[attr-defined,no-any-return]


def test_a_misdemeanour_goes_from_the_station_to_execution(register: Service) -> None:
    file = before_summary_court(register)
    assert (file.number, file.holder, state(file)) == (f"{STATION}-2026-000001", "SC-TIP", "trial_summary")
    file = step(register, SUMMARY_REGISTRAR, file, "rule", date(2026, 3, 1), presence="in_presence",
                verdict="conviction", penalties=DETENTION)  # fmt: skip
    assert file.matters["A1/C1"].rulings[0].penalty_arabic == "الحبس 6 أشهر والغرامة 500 دينار"
    with pytest.raises(Invalid, match="2026-04-01"):  # the Attorney General's 30 days after 1 March (CCP 369)
        step(register, SUMMARY_REGISTRAR, file, "become_final", date(2026, 3, 31))
    file = step(register, SUMMARY_REGISTRAR, file, "become_final", date(2026, 4, 20))
    assert state(file) == "final_convicted"
    assert file.matters["A1/C1"].rulings[0].final_on == date(2026, 4, 1)  # the day after, not the day it was noticed
    file = step(
        register, SUMMARY_REGISTRAR, file, "hand_over", date(2026, 4, 21), to_office=PROSECUTION, note="للتنفيذ"
    )
    file = step(register, EXECUTION_OFFICER, file, "acknowledge", date(2026, 4, 22))
    file = step(register, EXECUTION_OFFICER, file, "execute", date(2026, 4, 22))
    file = step(register, EXECUTION_OFFICER, file, "complete", date(2026, 9, 22))
    assert state(file) == "completed"
    with register.db.reading() as read:
        row = read.exec(select(Ruling)).one()
        again = fold(file.id, file.number, actions_of(read, file.id), CaseRules.of(register.spec))
        assert list(broken_links(file.id, rows_of_case(read, file.id))) == []
    assert again == file
    assert (row.final_on, row.final_by, row.verdict, row.instance) == (
        date(2026, 4, 1),
        "lapsed",
        "conviction",
        "summary",
    )


def test_a_felony_is_quashed_remanded_and_ruled_again(register: Service) -> None:
    file = before_felony_court(register)
    file = step(register, FELONY_REGISTRAR, file, "rule", date(2026, 3, 1), presence="in_presence",
                verdict="conviction", penalties=PRISON)  # fmt: skip
    file = step(
        register, FELONY_REGISTRAR, file, "appeal_cassation", date(2026, 3, 20), challenger="accused", to_office=SUPREME
    )
    file = step(register, SUPREME_REGISTRAR, file, "acknowledge", date(2026, 3, 21))
    file = step(register, SUPREME_REGISTRAR, file, "quash_and_remand", date(2026, 6, 1), to_office=FELONY)
    file = step(register, FELONY_REGISTRAR, file, "acknowledge", date(2026, 6, 2))
    file = step(register, FELONY_REGISTRAR, file, "rule", date(2026, 7, 1), presence="in_presence", verdict="acquittal")
    rulings = file.matters["A1/C1"].rulings
    assert [(r.instance, r.verdict, r.final_on) for r in rulings] == [
        ("felony", "conviction", None),
        ("felony", "acquittal", None),
    ]
    file = step(register, FELONY_REGISTRAR, file, "become_final", TODAY)
    assert state(file) == "final_acquitted"


def test_a_stale_screen_is_told_what_happened_meanwhile(register: Service) -> None:
    file = at_prosecution(register)
    step(register, PROSECUTOR, file, "investigate", date(2026, 1, 14))
    with pytest.raises(StaleCase) as caught:
        step(register, CHIEF_PROSECUTOR, file, "shelve", date(2026, 1, 14), shelving_reason="no_offence")
    assert [action.name for action in caught.value.since] == ["investigate"]
    assert caught.value.version == file.version + 1


def test_an_illegal_move_is_refused_with_the_legal_ones(register: Service) -> None:
    file = opened(register)
    with pytest.raises(Refused, match="Send to the prosecution"):
        step(register, officer("prosecutor", STATION), file, "shelve", date(2026, 1, 12), shelving_reason="no_offence")


def test_while_a_hand_over_waits_only_its_answers_are_legal(register: Service) -> None:
    file = opened(register)
    file = step(register, STATION_OFFICER, file, "send_to_prosecution", date(2026, 1, 12), to_office=PROSECUTION)
    assert (file.holder, file.transfer.receiver if file.transfer else None) == (STATION, PROSECUTION)
    with pytest.raises((Refused, NotAllowed)):
        step(register, PROSECUTOR, file, "investigate", date(2026, 1, 13))
    back = step(register, PROSECUTOR, file, "refuse_transfer", date(2026, 1, 13), note="خارج الاختصاص")
    assert (state(back), back.holder, back.transfer) == ("reported", STATION, None)


def test_a_hand_over_and_its_receipt_are_signed(register: Service) -> None:
    file = opened(register)
    file = step(register, STATION_OFFICER, file, "send_to_prosecution", date(2026, 1, 12), to_office=PROSECUTION)
    file = step(register, PROSECUTOR, file, "acknowledge", date(2026, 1, 12))
    with register.db.reading() as read:
        receipts = {row.name: row.receipt for row in rows_of_case(read, file.id) if row.receipt is not None}
    assert set(receipts) == {"send_to_prosecution", "acknowledge"}
    for receipt in receipts.values():
        assert verify_record(receipt, register.trust, NOW).verdict.status == "valid"


def test_who_has_nothing_to_do_with_a_file_does_not_learn_that_it_exists(register: Service) -> None:
    file = opened(register)
    with pytest.raises(NotFound):
        step(register, officer("station_officer", "ST-BEN"), file, "begin_evidence", date(2026, 1, 12))


def test_a_correction_needs_two_officers_and_keeps_the_entry_as_first_written(register: Service) -> None:
    file = before_summary_court(register)
    file = step(register, SUMMARY_REGISTRAR, file, "rule", date(2026, 3, 1), presence="in_presence",
                verdict="conviction", penalties=DETENTION)  # fmt: skip
    wrong = {"corrects": file.version, "corrected": {"presence": "in_absentia"}, "note": "سهو"}
    with pytest.raises(Refused):
        act(register, SUMMARY_REGISTRAR, file.number, Move("correct", wrong), NOW)
    asked = propose(register, SUMMARY_REGISTRAR, file.number, Move("correct", wrong), "سهو", NOW)
    judge = officer("judge", "SC-TIP")
    with pytest.raises(NotAllowed):
        approve(register, SUMMARY_REGISTRAR, asked, "نعم", NOW)
    file = approve(register, judge, asked, "نعم", NOW)
    assert file.matters["A1/C1"].rulings[0].presence == "in_absentia"
    with register.db.reading() as read:
        assert actions_of(read, file.id)[-2].body["presence"] == "in_presence"  # as first written
        assert file_of(read, file.number, CaseRules.of(register.spec)) == file


def test_what_is_split_off_goes_on_in_its_own_file_and_can_be_joined_again(register: Service) -> None:
    file = at_prosecution(register)
    file = step(register, PROSECUTOR, file, "add_accused", date(2026, 1, 13), accused_name="خالد عمر", charges=["C1"])
    assert set(file.matters) == {"A1/C1", "A2/C1"}
    split = Move("split", {"note": "لاختلاف المسار"}, ("A2/C1",), date(2026, 1, 14))
    file = act(register, CHIEF_PROSECUTOR, file.number, split, NOW)
    other = file.links[-1].number
    with register.db.reading() as read:
        fresh = file_of(read, other, CaseRules.of(register.spec))
    assert (file.matters["A2/C1"].state, fresh.matters["A1/C1"].state) == ("moved", "at_prosecution")
    assert fresh.accused["A1"].name == "خالد عمر"
    joined = act(register, CHIEF_PROSECUTOR, file.number, Move("join", {"other_case": other, "note": "ضم"}), NOW)
    assert joined.matters["A3/C2"].state == "at_prosecution"


def test_a_file_is_not_opened_without_what_it_asks_for_and_every_field_is_named(register: Service) -> None:
    with pytest.raises(Invalid) as caught:
        open_case(register, STATION_OFFICER, Move("open", {}), NOW)
    asked = set(register.spec.cases_lifecycle.actions["open"].asks)
    assert {fault.field for fault in caught.value.faults} == asked
    assert all(fault.clause and fault.ar and fault.en for fault in caught.value.faults)


@pytest.mark.parametrize("late", [False, True])
def test_a_late_appeal_needs_the_ground_on_which_it_is_admitted_and_no_judge_is_blocked(
    register: Service, late: bool
) -> None:
    file = before_summary_court(register)
    file = step(register, SUMMARY_REGISTRAR, file, "rule", date(2026, 3, 1), presence="in_presence",
                verdict="conviction", penalties=DETENTION)  # fmt: skip
    on = date(2026, 3, 11) + timedelta(days=late)
    move = Move("appeal", {"challenger": "accused", "to_office": FIRST}, happened_on=on)
    if late:
        with pytest.raises(Invalid, match="late"):
            act(register, SUMMARY_REGISTRAR, file.number, move, NOW)
        move = Move(move.name, move.body, happened_on=on, basis="عذر قهري")
    file = act(register, SUMMARY_REGISTRAR, file.number, move, NOW)
    file = step(register, FIRST_REGISTRAR, file, "acknowledge", on)
    assert state(file) == "appeal"
