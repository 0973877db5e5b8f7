"""Restored honour (رد الاعتبار): how long a convict waits, from which day, and who may be spared the waiting.

Periods: LIBYA.md 4, DEFAULT (judicial 3 and 6 years, by law 6 and 12, doubled for a recidivist).
"""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest
from sqlmodel import select

from issuance.cases.act import Move
from issuance.cases.alarms import tell_alarms
from issuance.cases.as_json import case_json
from issuance.cases.case_rules import CaseRules
from issuance.cases.deadlines import running_clocks
from issuance.cases.file import Action, CaseFile
from issuance.cases.four_eyes import approve, propose
from issuance.cases.legal import faults
from issuance.cases.model import CaseAlarm
from issuance.cases.public import rehabilitation_days, rulings_of
from issuance.cases.reading import CaseView
from issuance.core.actor import system
from issuance.people.public import require_person
from issuance.service import Service
from specs.errors import Invalid, Refused
from tests.casework import (
    SUMMARY,
    SUMMARY_REGISTRAR,
    at_prosecution,
    before_summary_court,
    officer,
    step,
)
from tests.service import NOW, PERSON, TODAY
from tests.unit.cases.stories.telling import CONVICTED, JUDGE, by_two, state

EXECUTION = officer("execution_officer", SUMMARY)
GENERAL = officer("attorney_general", SUMMARY)
CHIEF = officer("chief_prosecutor", SUMMARY)
COURT = {"rehabilitation_kind": "judicial", "legal_basis": "حكم المحكمة"}
BY_LAW = {"rehabilitation_kind": "by_law", "legal_basis": "بحكم القانون"}
SERVED = date(2026, 6, 30)
FAR = datetime(2050, 1, 1, 9, tzinfo=UTC)


def served(service: Service, on: date = SERVED, *, recidivist: bool = False) -> CaseFile:
    """A misdemeanour convicted on 1 March 2026, final, executed and served `on`."""
    file = before_summary_court(service)
    said = CONVICTED | ({"recidivist": True} if recidivist else {})
    file = step(service, SUMMARY_REGISTRAR, file, "rule", date(2026, 3, 1), **said)
    file = step(service, SUMMARY_REGISTRAR, file, "become_final", date(2026, 4, 10))
    file = step(service, EXECUTION, file, "execute", date(2026, 4, 12))
    return step(service, EXECUTION, file, "complete", on)


def rehabilitated(service: Service, file: CaseFile, on: date, basis: str = "", **body: str) -> CaseFile:
    move = Move("rehabilitate", body, happened_on=on, basis=basis)
    asked = propose(service, SUMMARY_REGISTRAR, file.number, move, "طلب صاحب الشأن", FAR, expected=file.version)
    return approve(service, JUDGE, asked, "اطلعت على الحكم", FAR)


def days(service: Service, file: CaseFile) -> dict[str, date]:
    """What certificates are told."""
    with service.db.reading() as read:
        person = require_person(read, PERSON["national_number"])
        (ruling,) = [one for one in rulings_of(read, person.id) if one.case_number == file.number]
    return dict(rehabilitation_days(ruling, CaseRules.of(service.spec)))


def waits(service: Service, file: CaseFile) -> set[str]:
    return {clock.due.code for clock in running_clocks(file, CaseRules.of(service.spec))}


def test_a_court_rehabilitates_after_three_years_from_the_day_the_penalty_was_served(register: Service) -> None:
    file = served(register)
    with pytest.raises(Invalid, match="not before 2029-07-01"):
        rehabilitated(register, file, date(2029, 6, 30), **COURT)
    assert state(rehabilitated(register, file, date(2029, 7, 1), **COURT)) == "rehabilitated"


def test_the_waiting_never_hinders_a_judge_whose_ruling_is_stated_as_basis(register: Service) -> None:
    file = served(register)
    assert (
        state(rehabilitated(register, file, date(2027, 1, 1), "حكم محكمة الاستئناف رقم 7", **COURT)) == "rehabilitated"
    )


def test_rehabilitation_by_law_is_recorded_only_when_its_six_years_have_run_whatever_is_stated(
    register: Service,
) -> None:
    file = served(register)
    for basis in ("", "طلب صاحب الشأن"):
        with pytest.raises(Invalid, match="not before 2032-07-01"):
            rehabilitated(register, file, date(2032, 6, 30), basis, **BY_LAW)
    assert state(rehabilitated(register, file, date(2032, 7, 1), **BY_LAW)) == "rehabilitated"


def test_who_the_court_found_a_recidivist_waits_twice_as_long(register: Service) -> None:
    file = served(register, recidivist=True)
    assert days(register, file) == {"judicial": date(2032, 7, 1), "by_law": date(2038, 7, 1)}


def test_a_child_is_no_recidivist(register: Service) -> None:
    """Penal Code Art 98: the rules on recidivism do not apply to children."""
    file, rules = before_summary_court(register), CaseRules.of(register.spec)
    child = replace(file, accused={"A1": replace(file.accused["A1"], birth_date=date(2010, 1, 1))})
    body = {**CONVICTED, "recidivist": True}
    entry = Action("1", 9, "rule", NOW, date(2026, 3, 1), "x", None, SUMMARY, body, matters=("A1/C1",))
    assert [fault.field for fault in faults(child, entry, rules)] == ["recidivist"]
    assert not list(faults(file, entry, rules))


def test_an_acquittal_makes_nobody_a_recidivist(register: Service) -> None:
    said = {"presence": "in_presence", "verdict": "acquittal", "recidivist": True}
    with pytest.raises(Invalid, match="makes nobody a recidivist"):
        step(register, SUMMARY_REGISTRAR, before_summary_court(register), "rule", date(2026, 3, 1), **said)


def test_a_pardon_ends_the_penalty_and_its_revocation_ends_the_waiting(register: Service) -> None:
    file = before_summary_court(register)
    file = step(register, SUMMARY_REGISTRAR, file, "rule", date(2026, 3, 1), **CONVICTED)
    file = step(register, SUMMARY_REGISTRAR, file, "become_final", date(2026, 4, 10))
    assert days(register, file) == {}
    file = by_two(register, CHIEF, GENERAL, file, "pardon", date(2026, 5, 1), legal_basis="المادة 126")
    assert days(register, file) == {"judicial": date(2029, 5, 2), "by_law": date(2032, 5, 2)}
    file = by_two(register, CHIEF, GENERAL, file, "revoke_pardon", date(2026, 6, 1), legal_basis="لم يستوف الشرط")
    assert (days(register, file), waits(register, file)) == ({}, {"execution_review"})


def test_the_waiting_runs_from_the_served_day_however_long_an_amnesty_stood_that_was_revoked(
    register: Service,
) -> None:
    file = served(register)
    file = by_two(register, CHIEF, GENERAL, file, "amnesty", date(2026, 8, 1), legal_basis="القانون 6/2015")
    assert "rehabilitation_by_law_misdemeanour" not in waits(register, file)
    file = by_two(register, CHIEF, GENERAL, file, "revoke_amnesty", TODAY, legal_basis="المادة 3")
    assert state(file) == "completed"
    assert waits(register, file) == {"rehabilitation_by_law_misdemeanour"}
    assert days(register, file)["judicial"] == date(2029, 7, 1)


def test_who_was_convicted_again_meanwhile_is_not_rehabilitated_by_law_without_a_basis(register: Service) -> None:
    file = served(register, date(2026, 4, 20))
    other = before_summary_court(register)
    other = step(register, SUMMARY_REGISTRAR, other, "rule", date(2026, 5, 1), **CONVICTED)
    step(register, SUMMARY_REGISTRAR, other, "become_final", TODAY)
    with pytest.raises(Invalid, match="convicted again"):
        rehabilitated(register, file, date(2033, 1, 1), **BY_LAW)
    assert (
        state(rehabilitated(register, file, date(2033, 1, 1), **COURT)) == "rehabilitated"
    )  # a court weighs it itself


def test_a_later_conviction_that_was_amnestied_does_not_stand_against_rehabilitation_by_law(register: Service) -> None:
    file = served(register, date(2026, 6, 10))
    other = before_summary_court(register)
    other = step(register, SUMMARY_REGISTRAR, other, "rule", date(2026, 6, 20), **CONVICTED)
    other = step(register, SUMMARY_REGISTRAR, other, "become_final", TODAY)
    by_two(register, CHIEF, GENERAL, other, "amnesty", TODAY, legal_basis="القانون 6/2015")
    assert state(rehabilitated(register, file, date(2033, 1, 1), **BY_LAW)) == "rehabilitated"


def test_a_completion_entered_by_mistake_is_taken_back_by_two_and_the_waiting_ends(register: Service) -> None:
    file = served(register)
    with pytest.raises(Refused, match="two officers"):
        step(register, EXECUTION, file, "revoke_completion", TODAY, legal_basis="قيد على غير ملفه")
    file = by_two(register, EXECUTION, CHIEF, file, "revoke_completion", TODAY, legal_basis="قيد على غير ملفه")
    assert (state(file), days(register, file), waits(register, file)) == ("execution", {}, {"execution_review"})
    file = step(register, EXECUTION, file, "complete", TODAY)
    assert days(register, file)["by_law"] == date(2032, 11, 23)


def test_the_registrar_is_told_once_when_the_time_by_law_has_run(register: Service) -> None:
    file, job, told = served(register), system("alarms"), []
    for now in (datetime(2032, 6, 30, 21, 59, tzinfo=UTC), datetime(2032, 6, 30, 22, tzinfo=UTC), FAR):
        tell_alarms(register, job, now)
        with register.db.reading() as read:
            rows = read.exec(select(CaseAlarm).where(CaseAlarm.case_id == file.id)).all()
        told.append([(row.code, row.percent, row.role) for row in rows])
    alarm = ("rehabilitation_by_law_misdemeanour", 100, "court_registrar")
    assert told == [[], [alarm], [alarm]]


def test_the_file_says_the_earliest_day_and_the_text_it_rests_on(register: Service) -> None:
    file, rules = served(register), CaseRules.of(register.spec)
    told = case_json(CaseView(file, (), {}, True), rules, NOW)["matters"][0]["rehabilitation"]
    assert [(one["kind"]["code"], one["not_before"]) for one in told] == [
        ("judicial", "2029-07-01"),
        ("by_law", "2032-07-01"),
    ]
    assert "474" in told[0]["legal_reference"]["en"]


def test_nobody_waits_before_the_penalty_has_ended(register: Service) -> None:
    assert waits(register, at_prosecution(register)) == {"prosecution_review"}
