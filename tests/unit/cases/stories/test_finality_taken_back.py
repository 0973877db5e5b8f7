"""A finality entered wrongly is taken back by two officers, and what it had begun ends with it (LIBYA.md 5.1)."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from sqlmodel import col, select

from issuance.cases.act import Move
from issuance.cases.case_rules import CaseRules
from issuance.cases.exchange_history import history_faults
from issuance.cases.file import CaseFile
from issuance.cases.finality import make_final
from issuance.cases.four_eyes import propose
from issuance.cases.history import actions_of, file_of
from issuance.cases.legal import legal_moves
from issuance.cases.public import record_of
from issuance.db.tables import OutboxRow
from issuance.people.public import require_person
from issuance.service import Service
from specs.errors import Invalid, Refused
from tests.casework import (
    CHIEF_PROSECUTOR,
    DETENTION,
    FIRST,
    PROSECUTION,
    PROSECUTOR,
    SUMMARY,
    SUMMARY_REGISTRAR,
    SUPREME,
    SUPREME_REGISTRAR,
    SYSTEM,
    at_prosecution,
    before_felony_court,
    before_summary_court,
    officer,
    step,
)
from tests.service import NOW, PERSON, TODAY
from tests.unit.cases.stories.telling import (
    CONVICTED,
    JUDGE,
    by_two,
    finally_convicted,
    read,
    record,
    record_final,
    state,
)

EXECUTION = officer("execution_officer", SUMMARY)
VOID = {"legal_basis": "بطلان الإعلان"}


def on_record(service: Service, file: CaseFile, on: date) -> bool:
    """Whether the person's record of that day shows a ruling of this case."""
    with service.db.reading() as session:
        person = require_person(session, PERSON["national_number"])
        return any(one.case_number == file.number for one in record_of(session, person.id, on).rulings)


def finally_convicted_in_absentia(service: Service) -> CaseFile:
    """Served on 2 March 2026; the times to object, to appeal and the Attorney General's are long over."""
    file = before_summary_court(service)
    absent = CONVICTED | {"presence": "in_absentia"}
    file = step(service, SUMMARY_REGISTRAR, file, "rule", date(2026, 3, 1), **absent)
    file = step(service, SUMMARY_REGISTRAR, file, "notify", date(2026, 3, 2), notice_kind="at_home")
    return step(service, SUMMARY_REGISTRAR, file, "become_final", TODAY)


def test_a_finality_taken_back_by_two_leaves_the_record_and_the_appeal_made_in_time_is_entered(
    register: Service,
) -> None:
    file = finally_convicted(register)
    assert on_record(register, file, TODAY)
    with pytest.raises(Refused, match="two officers"):
        step(register, SUMMARY_REGISTRAR, file, "revoke_finality", TODAY, **VOID)
    file = by_two(register, SUMMARY_REGISTRAR, JUDGE, file, "revoke_finality", TODAY, legal_basis="استئناف في الميعاد")
    ruling = file.matters["A1/C1"].rulings[-1]
    assert (state(file), ruling.final_on, ruling.final_by) == ("ruled", None, None)
    assert file.matters["A1/C1"].since == date(2026, 3, 1)  # the day of the ruling
    assert record(register, PERSON["national_number"], file) == [("conviction", None)]
    assert not on_record(register, file, TODAY)
    assert read(register, file.number) == file
    file = step(register, SUMMARY_REGISTRAR, file, "appeal", date(2026, 3, 5), challenger="accused", to_office=FIRST)
    assert state(file) == "appeal"


def test_a_finality_taken_back_is_told_to_those_who_were_told_of_it(register: Service) -> None:
    file = finally_convicted(register)
    file = by_two(register, SUMMARY_REGISTRAR, JUDGE, file, "revoke_finality", TODAY, **VOID)
    subject = f"ruling:{file.matters['A1/C1'].rulings[-1].id}"
    with register.db.reading() as session:
        rows = session.exec(select(OutboxRow).where(OutboxRow.subject == subject).order_by(col(OutboxRow.seq))).all()
        told = [row.topic for row in rows]
    assert told == ["ruling.recorded", "ruling.final", "ruling.not_final"]
    assert rows[-1].body["final_on"] == "2026-04-01"  # ten days and thirty are over with 31 March


def test_a_notice_corrected_after_finality_was_taken_back_gives_the_accused_his_time(register: Service) -> None:
    """Served on 10 November: ten days end on a Friday, so he objects until the 22nd and appeals ten days more."""
    file = finally_convicted_in_absentia(register)
    right = {"corrects": file.version - 1, "corrected": {"happened_on": "2026-11-10"}, "note": "تاريخ الإعلان"}
    with pytest.raises(Refused, match="take that back first"):
        by_two(register, SUMMARY_REGISTRAR, JUDGE, file, "correct", **right)
    file = by_two(register, SUMMARY_REGISTRAR, JUDGE, file, "revoke_finality", TODAY, **VOID)
    file = by_two(register, SUMMARY_REGISTRAR, JUDGE, file, "correct", **right)
    assert (state(file), record_final(file)) == ("ruled", None)
    rules = CaseRules.of(register.spec)
    with register.db.reading() as session:
        assert file_of(session, file.number, rules) == file
        assert history_faults(file.id, file.number, actions_of(session, file.id), rules, NOW) == []
    with pytest.raises(Invalid, match="not before"):
        step(register, SUMMARY_REGISTRAR, file, "become_final", TODAY)
    later = datetime(2027, 1, 5, tzinfo=UTC)
    assert file.number in make_final(register, SYSTEM, later)  # the new time is over, and nobody challenged
    assert read(register, file.number).matters["A1/C1"].rulings[-1].final_on == date(2026, 12, 3)


def test_the_service_does_not_enter_again_a_finality_that_two_took_back_but_a_person_may(register: Service) -> None:
    file = finally_convicted(register)
    file = by_two(register, SUMMARY_REGISTRAR, JUDGE, file, "revoke_finality", TODAY, **VOID)
    assert file.number not in make_final(register, SYSTEM, NOW + timedelta(days=30))
    file = step(register, SUMMARY_REGISTRAR, file, "become_final", TODAY)
    assert (state(file), record_final(file)) == ("final_convicted", date(2026, 4, 1))


def test_a_suspension_ends_with_the_finality_it_began_with_and_the_courts_own_words_stand(register: Service) -> None:
    file = before_summary_court(register)
    suspended = CONVICTED | {"penalties": [DETENTION[0] | {"suspended": True}]}
    file = step(register, SUMMARY_REGISTRAR, file, "rule", date(2026, 3, 1), **suspended)
    file = step(register, SUMMARY_REGISTRAR, file, "become_final", TODAY)
    file = step(register, EXECUTION, file, "suspend", TODAY, legal_basis="المادة 112")
    file = by_two(register, SUMMARY_REGISTRAR, JUDGE, file, "revoke_finality", TODAY, **VOID)
    assert [(e.kind, e.revoked_on) for e in file.matters["A1/C1"].rulings[-1].effects] == [("suspension", TODAY)]
    file = step(register, SUMMARY_REGISTRAR, file, "become_final", TODAY)
    moves = legal_moves(file, CaseRules.of(register.spec))
    assert "suspend" in moves and "execute" not in moves


def test_a_penal_order_is_final_no_more_and_the_chief_cancels_it(register: Service) -> None:
    file = at_prosecution(register)
    file = step(register, PROSECUTOR, file, "penal_order", date(2026, 2, 1), fine_dinars=200)
    file = step(register, PROSECUTOR, file, "become_final", TODAY)
    moves = legal_moves(file, CaseRules.of(register.spec))
    assert "revoke_order_finality" in moves and "revoke_finality" not in moves
    file = by_two(register, PROSECUTOR, CHIEF_PROSECUTOR, file, "revoke_order_finality", TODAY, **VOID)
    assert state(file) == "penal_order"
    file = step(register, CHIEF_PROSECUTOR, file, "cancel_penal_order", date(2026, 2, 5), to_office=SUMMARY, note="-")
    assert state(file) == "trial_summary"


def test_what_the_last_instance_made_final_is_not_taken_back_and_the_refusal_says_what_is_done(
    register: Service,
) -> None:
    registrar = officer("court_registrar", "AC-TIP")
    file = before_felony_court(register)
    said = {"presence": "in_presence", "verdict": "conviction", "penalties": [{"kind": "death"}]}
    file = step(register, registrar, file, "rule", date(2026, 3, 1), **said)
    file = step(
        register, registrar, file, "appeal_cassation", date(2026, 3, 9), challenger="accused", to_office=SUPREME
    )
    file = step(register, SUPREME_REGISTRAR, file, "acknowledge", date(2026, 3, 12))
    file = step(register, SUPREME_REGISTRAR, file, "reject_cassation", date(2026, 6, 1))
    file = step(register, SUPREME_REGISTRAR, file, "hand_over", TODAY, to_office="AC-TIP", note="-")
    file = step(register, registrar, file, "acknowledge", TODAY)
    assert "revoke_finality" not in legal_moves(file, CaseRules.of(register.spec))
    with pytest.raises(Refused, match=r"last instance.*\(quash\)"):
        propose(register, registrar, file.number, Move("revoke_finality", VOID), "سبب", NOW)


def test_a_kept_suspension_found_broken_runs_again_and_can_be_revoked(register: Service) -> None:
    suspended = CONVICTED | {"penalties": [DETENTION[0] | {"suspended": True}]}
    file = step(register, SUMMARY_REGISTRAR, before_summary_court(register), "rule", date(2026, 3, 1), **suspended)
    file = step(register, SUMMARY_REGISTRAR, file, "become_final", TODAY)
    file = step(register, SUMMARY_REGISTRAR, file, "hand_over", TODAY, to_office=PROSECUTION, note="للتنفيذ")
    execution = officer("execution_officer", PROSECUTION)
    file = step(register, execution, file, "acknowledge", TODAY)
    file = step(register, execution, file, "suspend", TODAY, legal_basis="المادة 112")
    late, day = datetime(2031, 5, 1, 9, tzinfo=UTC), date(2031, 5, 1)
    file = step(register, execution, file, "suspension_kept", day, late, legal_basis="المادة 117")
    file = by_two(register, execution, CHIEF_PROSECUTOR, file, "revoke_suspension_kept", day, late,
                  legal_basis="إدانة في المدة")  # fmt: skip
    kept = [(e.kind, e.revoked_on) for e in file.matters["A1/C1"].rulings[-1].effects]
    assert (state(file), kept) == ("suspended", [("suspension", None), ("suspension_kept", day)])
    file = by_two(register, execution, CHIEF_PROSECUTOR, file, "revoke_suspension", day, late, legal_basis="م 115")
    assert state(file) == "execution"


def test_a_sentence_served_is_no_kept_suspension_to_take_back(register: Service) -> None:
    file = step(register, EXECUTION, finally_convicted(register), "execute", TODAY)
    file = step(register, EXECUTION, file, "complete", TODAY)
    assert "revoke_suspension_kept" not in legal_moves(file, CaseRules.of(register.spec))
