"""Stories of cases that law makes hard, one test each, named by the rule (LIBYA.md 4 and 5.1)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime
from typing import Any

import pytest

from issuance.cases.act import Move, act, open_case
from issuance.cases.case_rules import CaseRules
from issuance.cases.file import CaseFile
from issuance.cases.fold import fold
from issuance.cases.four_eyes import approve, propose
from issuance.cases.history import actions_of, file_of
from issuance.cases.legal import legal_moves
from issuance.cases.public import rulings_of
from issuance.certificates.rules import why_left_out
from issuance.core.actor import Actor
from issuance.people.birth_date import BirthDate
from issuance.people.public import require_person
from issuance.service import Service
from issuance.staff.office_orders import Order, merge
from specs.errors import Conflict, Invalid, Refused
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
    STATION_CHIEF,
    STATION_OFFICER,
    SUMMARY,
    SUMMARY_REGISTRAR,
    SUPREME,
    SUPREME_REGISTRAR,
    THEFT,
    at_prosecution,
    before_felony_court,
    before_summary_court,
    identified,
    officer,
    opened,
    step,
    with_case_offices,
)
from tests.service import CLERK, NOW, PERSON, TODAY, enter

SECOND = "219950000015"
JUDGE = officer("judge", SUMMARY)
CONVICTED = {"presence": "in_presence", "verdict": "conviction", "penalties": DETENTION}


@pytest.fixture(scope="module")
def register(desk: Service) -> Service:
    enter(desk, national_number=SECOND, sex="F", birth_date="1995-03-01")
    return with_case_offices(desk)


def state(file: CaseFile, code: str = "A1/C1") -> str:
    return file.matters[code].state


def read(service: Service, number: str) -> CaseFile:
    with service.db.reading() as session:
        return file_of(session, number, CaseRules.of(service.spec))


def record(service: Service, national_number: str, case: CaseFile) -> list[tuple[str, date | None]]:
    """(verdict, final on) of the person's rulings in this case, as certificates read them."""
    with service.db.reading() as session:
        person = require_person(session, national_number)
        return [(r.verdict, r.final_on) for r in rulings_of(session, person.id) if r.case_number == case.number]


def record_final(file: CaseFile) -> date | None:
    return file.matters["A1/C1"].rulings[0].final_on


def by_two(service: Service, first: Actor, second: Actor, file: CaseFile, name: str, on: date | None = None,
           matters: Sequence[str] = (), **body: Any) -> CaseFile:  # fmt: skip
    asked = propose(service, first, file.number, Move(name, body, tuple(matters), on), "سبب", NOW)
    return approve(service, second, asked, "نعم", NOW)


def on_matter(
    service: Service, actor: Actor, file: CaseFile, name: str, on: date, matter: str, **body: Any
) -> CaseFile:
    return act(service, actor, file.number, Move(name, body, (matter,), on), NOW, expected=file.version)


def convicted(service: Service, on: date = date(2026, 3, 1), **body: Any) -> CaseFile:
    """A misdemeanour on which the summary court ruled, in presence."""
    file = before_summary_court(service, **body)
    return step(service, SUMMARY_REGISTRAR, file, "rule", on, **CONVICTED)


def finally_convicted(service: Service, **body: Any) -> CaseFile:
    return step(service, SUMMARY_REGISTRAR, convicted(service, **body), "become_final", TODAY)


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


def test_a_sentence_suspended_by_the_court_is_not_executed_but_suspended_until_that_is_revoked(
    register: Service,
) -> None:
    execution = officer("execution_officer", SUMMARY)
    file = before_summary_court(register)
    penalties = [DETENTION[0] | {"suspended": True}]
    file = step(register, SUMMARY_REGISTRAR, file, "rule", date(2026, 3, 1), **CONVICTED | {"penalties": penalties})
    file = step(register, SUMMARY_REGISTRAR, file, "become_final", date(2026, 4, 10))
    moves = legal_moves(file, CaseRules.of(register.spec))
    assert "suspend" in moves
    assert "execute" not in moves
    with pytest.raises(Refused, match="Suspend the sentence"):
        step(register, execution, file, "execute", date(2026, 4, 12))
    file = step(register, execution, file, "suspend", date(2026, 4, 12), legal_basis="المادة 112")
    file = step(register, execution, file, "revoke_suspension", date(2026, 5, 1), legal_basis="المادة 115")
    assert state(file) == "execution"


def test_a_suspension_kept_five_years_from_finality_counts_as_if_not_convicted(register: Service) -> None:
    """Final on 1 April 2026, suspended on 1 June: the five years end with 1 April 2031, however late it was entered."""
    execution = officer("execution_officer", SUMMARY)
    file = convicted(register)
    file = step(register, SUMMARY_REGISTRAR, file, "become_final", TODAY)
    assert record_final(file) == date(2026, 4, 1)
    file = step(register, execution, file, "suspend", TODAY, legal_basis="المادة 112")
    late, basis = datetime(2031, 5, 1, 9, tzinfo=UTC), {"legal_basis": "المادة 117"}
    with pytest.raises(Invalid, match="2031-04-02"):
        step(register, execution, file, "suspension_kept", date(2031, 4, 1), late, **basis)
    file = step(register, execution, file, "suspension_kept", date(2031, 4, 2), late, **basis)
    assert state(file) == "completed"
    with register.db.reading() as session:
        person = require_person(session, PERSON["national_number"])
        (ruling,) = [r for r in rulings_of(session, person.id) if r.case_number == file.number]
    born, rule = BirthDate(1990, 5, 17), register.spec.certificate_disclosure
    assert why_left_out(ruling, born, rule, date(2031, 4, 2)) == "suspension_kept"
    assert why_left_out(ruling, born, rule, date(2031, 4, 1)) is None


def test_no_ruling_is_dated_before_the_court_received_the_file(register: Service) -> None:
    file = at_prosecution(register)
    file = step(register, PROSECUTOR, file, "refer_summary", date(2026, 1, 14), to_office=SUMMARY)
    file = step(register, SUMMARY_REGISTRAR, file, "acknowledge", date(2026, 1, 20))
    with pytest.raises(Invalid, match="received the file \\(2026-01-20\\)"):
        step(register, SUMMARY_REGISTRAR, file, "rule", date(2026, 1, 19), **CONVICTED)
    assert state(step(register, SUMMARY_REGISTRAR, file, "rule", date(2026, 1, 20), **CONVICTED)) == "ruled"


def test_the_same_detention_ordered_again_runs_from_the_first_order(register: Service) -> None:
    """CCP Art 176: six days of the prosecution; a term of the summary judge is a new one with each order."""
    file, basis = at_prosecution(register), {"accused": "A1", "legal_basis": "المادة 176"}
    for kind, day, since in (
        ("prosecution_detention", 14, 14),
        ("prosecution_detention", 18, 14),
        ("summary_judge_detention", 20, 20),
        ("summary_judge_detention", 30, 30),
    ):
        said = {"custody_kind": kind, "moment": f"2026-01-{day}T10:00:00+02:00"}
        file = step(register, PROSECUTOR, file, "detain", date(2026, 1, day), **said, **basis)
        assert file.custody["A1"].since.day == since


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


def test_an_amnesty_before_a_ruling_ends_the_action_and_its_revocation_brings_it_back(register: Service) -> None:
    file = at_prosecution(register)
    file = step(register, CHIEF_PROSECUTOR, file, "amnesty", date(2026, 2, 1), legal_basis="القانون 6/2015")
    assert state(file) == "amnestied"
    file = by_two(register, CHIEF_PROSECUTOR, officer("attorney_general", PROSECUTION), file, "revoke_amnesty",
                  date(2026, 5, 1), legal_basis="القانون 35/2012 المادة 3")  # fmt: skip
    assert state(file) == "at_prosecution"


def test_an_amnesty_after_a_pardon_is_revoked_and_then_the_pardon_can_be_too(register: Service) -> None:
    file = finally_convicted(register)
    file = step(register, SUMMARY_REGISTRAR, file, "hand_over", TODAY, to_office=PROSECUTION, note="للتنفيذ")
    file = step(register, EXECUTION_OFFICER, file, "acknowledge", TODAY)
    file = step(register, EXECUTION_OFFICER, file, "pardon", TODAY, legal_basis="المادة 126")
    file = step(register, CHIEF_PROSECUTOR, file, "amnesty", TODAY, legal_basis="القانون 6/2015")
    general = officer("attorney_general", PROSECUTION)
    file = by_two(register, CHIEF_PROSECUTOR, general, file, "revoke_amnesty", TODAY, legal_basis="المادة 3")
    assert (state(file), file.matters["A1/C1"].previous) == ("pardoned", ("final_convicted",))
    assert "revoke_pardon" in legal_moves(file, CaseRules.of(register.spec))
    effects = file.matters["A1/C1"].rulings[-1].effects
    assert [(e.kind, e.revoked_on) for e in effects] == [("pardon", None), ("amnesty", TODAY)]


def test_death_ends_every_charge_of_the_accused_and_his_custody_and_can_be_found_untrue(register: Service) -> None:
    file = at_prosecution(register)
    file = step(register, PROSECUTOR, file, "add_charge", date(2026, 1, 13), offence="fraud",
                committed_on="2026-01-10", accused_list=["A1"])  # fmt: skip
    file = step(register, PROSECUTOR, file, "detain", date(2026, 1, 14), accused="A1",
                custody_kind="prosecution_detention", moment="2026-01-14T08:00:00+02:00",
                legal_basis="المادة 176")  # fmt: skip
    with pytest.raises(Invalid, match="all of that accused"):
        on_matter(register, PROSECUTOR, file, "record_death", date(2026, 2, 1), "A1/C1", note="شهادة وفاة")
    file = step(register, PROSECUTOR, file, "record_death", date(2026, 2, 1), note="شهادة وفاة")
    assert ({m.state for m in file.matters.values()}, file.custody) == ({"extinguished"}, {})
    file = by_two(register, CHIEF_PROSECUTOR, officer("attorney_general", PROSECUTION), file, "revoke_extinction",
                  date(2026, 5, 1), ["A1/C1", "A1/C2"], legal_basis="الشهادة تخص غيره")  # fmt: skip
    assert {m.state for m in file.matters.values()} == {"at_prosecution"}


def test_a_childs_file_is_sealed_and_an_adults_part_of_it_is_not(register: Service) -> None:
    file = at_prosecution(register)
    file = step(register, PROSECUTOR, file, "add_accused", date(2026, 1, 13), accused_name="فتى", charges=["C1"],
                accused_birth_date="2010-01-11")  # fmt: skip
    assert file.sealed  # fifteen on the day of the act
    chief = officer("attorney_general", PROSECUTION)
    file = on_matter(register, chief, file, "split", date(2026, 1, 14), "A1/C1", note="بالغ")
    assert (file.sealed, read(register, file.links[-1].number).sealed) == (True, False)


def test_the_travel_ban_goes_with_the_accused_whose_charges_leave_one_by_one(register: Service) -> None:
    file = at_prosecution(register)
    file = step(register, PROSECUTOR, file, "add_accused", date(2026, 1, 13), accused_name="خالد", charges=["C1"])
    file = step(register, PROSECUTOR, file, "add_charge", date(2026, 1, 13), offence="fraud",
                committed_on="2026-01-10", accused_list=["A1"])  # fmt: skip
    file = step(register, CHIEF_PROSECUTOR, file, "ban_travel", date(2026, 1, 14), accused="A1", legal_basis="أمر")
    for matter in ("A1/C1", "A1/C2"):
        file = on_matter(register, CHIEF_PROSECUTOR, file, "split", date(2026, 1, 15), matter, note="فصل")
    with pytest.raises(Invalid, match="went to another file"):
        step(register, CHIEF_PROSECUTOR, file, "lift_travel_ban", date(2026, 1, 16), accused="A1", legal_basis="أمر")
    last = read(register, file.links[-1].number)
    last = step(register, CHIEF_PROSECUTOR, last, "lift_travel_ban", date(2026, 1, 16), accused="A1", legal_basis="أمر")
    assert [ban.lifted_on for ban in last.travel_bans] == [date(2026, 1, 16)]


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


def test_a_second_notice_does_not_begin_the_time_anew(register: Service) -> None:
    file = before_summary_court(register)
    absent = CONVICTED | {"presence": "in_absentia"}
    file = step(register, SUMMARY_REGISTRAR, file, "rule", date(2026, 3, 1), **absent)
    file = step(register, SUMMARY_REGISTRAR, file, "notify", date(2026, 3, 5), notice_kind="at_home")
    with pytest.raises(Refused):
        step(register, SUMMARY_REGISTRAR, file, "notify", date(2026, 3, 25), notice_kind="in_person")


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


def test_a_ban_past_its_last_day_is_over_and_cannot_be_lifted(register: Service) -> None:
    file = at_prosecution(register)
    file = step(register, CHIEF_PROSECUTOR, file, "ban_travel", date(2026, 2, 1), accused="A1", legal_basis="أمر",
                until="2026-03-01")  # fmt: skip
    with pytest.raises(Invalid, match="no ban"):
        step(register, CHIEF_PROSECUTOR, file, "lift_travel_ban", date(2026, 3, 2), accused="A1", legal_basis="أمر")


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
        "national_number": SECOND, "old_number": "12/1999", "court_arabic": "محكمة", "court_english": "Court",
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
