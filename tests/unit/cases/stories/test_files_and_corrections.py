"""What is put right, and files on their way: identity, days, split and joined files, offices, repeated requests.

Stories of cases that law makes hard, named by the rule (LIBYA.md 4 and 5.1).
"""

from __future__ import annotations

from datetime import date

import pytest

from issuance.cases.act import Move, act, open_case
from issuance.cases.case_rules import CaseRules
from issuance.cases.fold import fold
from issuance.cases.history import actions_of
from issuance.service import Service
from issuance.staff.office_orders import Order, merge
from specs.errors import Conflict, Invalid, Refused
from tests.casework import (
    CHIEF_PROSECUTOR,
    FELONY,
    FELONY_REGISTRAR,
    FIRST,
    FIRST_REGISTRAR,
    PRISON,
    PROSECUTION,
    PROSECUTOR,
    STATION_CHIEF,
    STATION_OFFICER,
    SUMMARY,
    SUMMARY_REGISTRAR,
    SUPREME,
    SUPREME_REGISTRAR,
    THEFT,
    at_prosecution,
    before_felony_court,
    identified,
    officer,
    opened,
    step,
    with_case_offices,
)
from tests.service import CLERK, NOW, PERSON, TODAY
from tests.unit.cases.stories.telling import (
    CONVICTED,
    JUDGE,
    SECOND,
    by_two,
    convicted,
    finally_convicted,
    on_matter,
    read,
    record,
    record_final,
    state,
)


def test_an_unknown_offender_is_shelved_and_the_file_goes_on_when_somebody_is_found(register: Service) -> None:
    said = {name: value for name, value in THEFT.items() if name != "accused_name"}
    file = open_case(register, STATION_OFFICER, Move("open", said, happened_on=date(2026, 1, 11)), NOW)
    assert file.accused["A1"].name is None
    file = step(register, STATION_OFFICER, file, "send_to_prosecution", date(2026, 1, 12), to_office=PROSECUTION)
    file = step(register, PROSECUTOR, file, "acknowledge", date(2026, 1, 13))
    file = step(register, PROSECUTOR, file, "shelve", date(2026, 1, 14), shelving_reason="unknown_offender")
    with pytest.raises(Refused):
        step(register, PROSECUTOR, file, "refer_summary", date(2026, 6, 1), to_office=SUMMARY)
    file = step(register, PROSECUTOR, file, "reopen", date(2026, 6, 1), note="ظهر الفاعل")
    with pytest.raises(Invalid, match="not known yet"):
        step(register, PROSECUTOR, file, "refer_summary", date(2026, 6, 2), to_office=SUMMARY)
    file = step(register, PROSECUTOR, file, "describe_accused", date(2026, 6, 2), accused="A1", accused_name="عمر علي")
    file = step(register, PROSECUTOR, file, "refer_summary", date(2026, 6, 3), to_office=SUMMARY)
    assert state(file) == "trial_summary"


def test_a_wrong_identity_is_corrected_and_the_wrong_persons_record_is_clean(register: Service) -> None:
    file = finally_convicted(register)
    assert len(record(register, PERSON["national_number"], file)) == 1
    file = by_two(register, SUMMARY_REGISTRAR, JUDGE, file, "correct", corrects=2,  # the entry after the opening
                  corrected={"national_number": SECOND}, note="تشابه أسماء")  # fmt: skip
    assert record(register, PERSON["national_number"], file) == []
    assert len(record(register, SECOND, file)) == 1


def test_the_day_of_a_ruling_is_corrected_and_its_finality_counts_from_the_right_day(register: Service) -> None:
    file = convicted(register)
    ruled = file.version
    file = step(register, SUMMARY_REGISTRAR, file, "become_final", TODAY)
    before = file.matters["A1/C1"].rulings[0].final_on
    file = by_two(register, SUMMARY_REGISTRAR, JUDGE, file, "correct", corrects=ruled,
                  corrected={"happened_on": "2026-03-03"}, note="سهو")  # fmt: skip
    after = file.matters["A1/C1"].rulings[0]
    assert before is not None
    assert after.final_on is not None
    assert (after.ruled_on, after.final_on > before) == (date(2026, 3, 3), True)


def test_a_correction_where_a_file_began_reaches_the_file_that_was_split_off(register: Service) -> None:
    file = at_prosecution(register)
    file = step(register, PROSECUTOR, file, "add_accused", date(2026, 1, 13), accused_name="خالد", charges=["C1"])
    named = file.version
    file = on_matter(register, CHIEF_PROSECUTOR, file, "split", date(2026, 1, 14), "A2/C1", note="فصل")
    other = file.links[-1].number
    file = by_two(register, PROSECUTOR, CHIEF_PROSECUTOR, file, "correct", corrects=named,
                  corrected={"accused_name": "خالد عمر سعيد"}, note="الاسم كامل")  # fmt: skip
    fresh = read(register, other)
    assert fresh.accused["A1"].name == "خالد عمر سعيد"
    joined = act(register, CHIEF_PROSECUTOR, file.number, Move("join", {"other_case": other, "note": "ضم"}), NOW)
    joined = by_two(register, PROSECUTOR, CHIEF_PROSECUTOR, joined, "correct", corrects=named,
                    corrected={"accused_name": "خالد سعيد"}, note="الاسم كامل")  # fmt: skip
    assert {a.name for a in joined.accused.values() if a.code != "A1"} >= {"خالد سعيد"}
    with register.db.reading() as session:
        rules = CaseRules.of(register.spec)
        again = read(register, joined.number)
        assert fold(again.id, again.number, actions_of(session, again.id), rules) == again
    assert again.accused["A3"].name == "خالد سعيد"  # through the split file and back


def test_what_was_signed_or_made_elsewhere_is_not_corrected(register: Service) -> None:
    file = at_prosecution(register)
    with pytest.raises(Invalid, match="cannot be corrected"):
        by_two(register, PROSECUTOR, CHIEF_PROSECUTOR, file, "correct", corrects=3,  # sent to the prosecution
               corrected={"to_office": "PR-X"}, note="سهو")  # fmt: skip


def test_a_file_of_a_merged_office_is_received_and_ruled_on_by_its_successor(service: Service) -> None:
    register = with_case_offices(service)
    file = at_prosecution(register)
    file = step(register, PROSECUTOR, file, "refer_summary", date(2026, 1, 20), to_office=SUMMARY)
    order = Order(date(2026, 2, 1), "دمج", "قرار 1")
    merge(register.db, CLERK, order, [SUMMARY], FIRST, NOW)
    file = step(register, FIRST_REGISTRAR, file, "acknowledge", date(2026, 2, 2))
    assert file.holder == FIRST
    file = step(register, FIRST_REGISTRAR, file, "rule", date(2026, 3, 1), **CONVICTED)
    assert file.matters["A1/C1"].rulings[0].court == FIRST


def test_only_the_sender_recalls_a_hand_over_and_nobody_receives_it_before_it_was_sent(register: Service) -> None:
    file = opened(register)
    file = step(register, STATION_OFFICER, file, "send_to_prosecution", date(2026, 1, 12), to_office=PROSECUTION)
    with pytest.raises(Invalid, match="before it was handed over"):
        step(register, PROSECUTOR, file, "acknowledge", date(2026, 1, 11))
    file = step(register, STATION_CHIEF, file, "recall", date(2026, 1, 13), note="سهو")
    assert (state(file), file.transfer) == ("reported", None)


def test_a_person_is_one_accused_of_a_file_and_may_be_two_after_files_are_joined(register: Service) -> None:
    file = at_prosecution(register)
    file = step(register, PROSECUTOR, file, "add_accused", date(2026, 1, 13), accused_name="سالم", charges=["C1"])
    who = {"national_number": PERSON["national_number"], "confirmation": "fingerprints", "note": "مطابقة"}
    with pytest.raises(Invalid, match="this person is A1"):
        step(register, PROSECUTOR, file, "identify_accused", date(2026, 1, 14), accused="A2", **who)
    other = at_prosecution(register)
    joined = act(register, CHIEF_PROSECUTOR, file.number, Move("join", {"other_case": other.number, "note": "ضم"}), NOW)
    people = [joined.accused[code].person_id for code in ("A1", "A3")]
    assert people[0] == people[1] is not None
    joined = step(register, PROSECUTOR, joined, "identify_accused", TODAY, accused="A3", **who)
    assert state(joined, "A3/C2") == "at_prosecution"


def test_a_ruling_of_an_earlier_register_becomes_final_by_a_correction_of_two(register: Service) -> None:
    body = {
        "national_number": SECOND, "confirmation": "court", "old_number": "12/1999",
        "court_arabic": "محكمة", "court_english": "Court",
        "kind": "misdemeanour", "presence": "in_presence", "verdict": "conviction", "offence_arabic": "سرقة",
        "offence_english": "Theft", "penalty_arabic": "حبس", "penalty_english": "Detention",
        "committed_on": "1999-01-01",
    }  # fmt: skip
    clerk, second = officer("records_officer", "CTIP"), officer("records_officer", "CTIP", "another")
    file = open_case(register, clerk, Move("record_past_ruling", body, happened_on=date(1999, 5, 1)), NOW)
    assert (state(file), file.matters["A1/C1"].rulings[0].final_on) == ("ruled", None)
    file = by_two(
        register, clerk, second, file, "correct", corrects=1, corrected={"final_on": "1999-06-01"}, note="سجل"
    )
    assert (state(file), record_final(file)) == ("final_convicted", date(1999, 6, 1))


def test_what_a_past_ruling_says_of_its_finality_is_the_word_of_two(register: Service) -> None:
    body = {
        "national_number": SECOND, "confirmation": "court", "old_number": "12/1999",
        "court_arabic": "محكمة", "court_english": "Court",
        "kind": "felony", "presence": "in_absentia", "verdict": "conviction", "offence_arabic": "قتل",
        "offence_english": "Murder", "penalty_arabic": "سجن", "penalty_english": "Prison",
        "committed_on": "1999-01-01",
    }  # fmt: skip
    clerk, second = officer("records_officer", "CTIP"), officer("records_officer", "CTIP", "another")
    alone = Move("record_past_ruling", body | {"final_on": "1999-06-01"}, happened_on=date(1999, 5, 1))
    with pytest.raises(Refused, match="two officers enter: Final on"):
        open_case(register, clerk, alone, NOW)
    file = open_case(register, clerk, Move("record_past_ruling", body, happened_on=date(1999, 5, 1)), NOW)
    with pytest.raises(Invalid, match="in absentia"):
        by_two(register, clerk, second, file, "confirm_past_finality", final_on="1999-05-01", note="سجل")
    file = by_two(register, clerk, second, file, "confirm_past_finality", final_on="1999-06-01", note="سجل")
    assert (state(file), record_final(file)) == ("final_convicted", date(1999, 6, 1))
    assert file.matters["A1/C1"].rulings[0].final_by == "register"
    effect = {"effect_kind": "amnesty", "effective_on": "2012-05-02", "legal_basis": "القانون 35/2012"}
    with pytest.raises(Refused, match="two officers"):
        step(register, clerk, file, "record_past_effect", TODAY, **effect)
    assert state(by_two(register, clerk, second, file, "record_past_effect", TODAY, **effect)) == "amnestied"


def test_a_request_is_carried_out_once_and_its_id_serves_no_other(register: Service) -> None:
    file = opened(register)
    request = "0190f3a2-0000-7000-8000-000000000001"
    move = Move("begin_evidence", {}, happened_on=date(2026, 1, 12))
    done = act(register, STATION_OFFICER, file.number, move, NOW, request_id=request)
    again = act(register, STATION_OFFICER, file.number, move, NOW, request_id=request, expected=file.version)
    assert again == done
    other = identified(register, STATION_OFFICER, opened(register), date(2026, 1, 12))
    with pytest.raises(Conflict):
        act(register, STATION_OFFICER, other.number, move, NOW, request_id=request)


def test_the_supreme_court_receives_a_secret_file(register: Service) -> None:
    file = before_felony_court(register)
    file = step(register, FELONY_REGISTRAR, file, "rule", date(2026, 3, 1), presence="in_presence",
                verdict="conviction", penalties=PRISON)  # fmt: skip
    judge = officer("judge", FELONY)
    file = step(register, judge, file, "classify", date(2026, 3, 2), classification="secret", note="أمر المحكمة")
    file = step(register, FELONY_REGISTRAR, file, "appeal_cassation", date(2026, 3, 5), challenger="accused",
                to_office=SUPREME)  # fmt: skip
    file = step(register, SUPREME_REGISTRAR, file, "acknowledge", date(2026, 3, 6))
    assert (state(file), file.classification) == ("cassation", "secret")
