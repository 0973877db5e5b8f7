"""What one officer entered of a person or of finality is changed by two, and then counts for nobody wrongly."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from issuance.cases.act import Move, act, open_case
from issuance.cases.case_rules import CaseRules
from issuance.cases.file import CaseFile
from issuance.cases.four_eyes import approve, propose
from issuance.cases.history import file_of
from issuance.cases.public import rulings_of
from issuance.core.actor import Actor
from issuance.people.public import require_person
from issuance.service import Service
from specs.errors import Invalid, NotAllowed, NotFound
from tests.casework import (
    CHIEF_PROSECUTOR,
    DETENTION,
    PROSECUTOR,
    STATION_OFFICER,
    SUMMARY,
    SUMMARY_REGISTRAR,
    at_prosecution,
    before_summary_court,
    officer,
    opened,
    step,
    with_case_offices,
)
from tests.service import CLERK, NOW, PERSON, TODAY, enter

OTHER, CHILD = "219950000015", "120110000016"
JUDGE = officer("judge", SUMMARY)
FOUND = {"accused": "A1", "confirmation": "fingerprints", "note": "مطابقة"}


@pytest.fixture(scope="module")
def register(desk: Service) -> Service:
    enter(desk, national_number=OTHER, sex="F", birth_date="1995-03-01")
    enter(desk, national_number=CHILD, birth_date="2011-05-17")
    return with_case_offices(desk)


def by_two(service: Service, first: Actor, second: Actor, file: CaseFile, move: Move) -> CaseFile:
    return approve(service, second, propose(service, first, file.number, move, "سبب", NOW), "نعم", NOW)


def on_record(service: Service, national_number: str, file: CaseFile) -> list[date | None]:
    """The days on which the person's rulings of this file became final."""
    with service.db.reading() as read:
        person = require_person(read, national_number)
        return [ruling.final_on for ruling in rulings_of(read, person.id) if ruling.case_number == file.number]


def convicted(service: Service, **said: Any) -> CaseFile:
    file = before_summary_court(service)
    body = {"presence": "in_presence", "verdict": "conviction", "penalties": DETENTION} | said
    return step(service, SUMMARY_REGISTRAR, file, "rule", date(2026, 2, 1), **body)


def test_one_officer_does_not_make_an_identified_accused_somebody_else(register: Service) -> None:
    file = convicted(register)
    with pytest.raises(Invalid, match="two officers correct it"):
        step(register, SUMMARY_REGISTRAR, file, "identify_accused", TODAY, **FOUND, national_number=OTHER)
    again = step(
        register, SUMMARY_REGISTRAR, file, "identify_accused", TODAY, **FOUND, national_number=PERSON["national_number"]
    )
    assert again.accused["A1"].person_id == file.accused["A1"].person_id


def test_one_officer_does_not_unseal_a_childs_file_by_describing_the_child(register: Service) -> None:
    born = {"accused_birth_date": "1990-01-01"}
    chief = officer("station_chief", "ST-TIP")
    file = opened(register)
    file = step(register, STATION_OFFICER, file, "identify_accused", date(2026, 1, 11), **FOUND, national_number=CHILD)
    told = opened(register, accused_birth_date="2011-05-17")
    assert file.sealed and told.sealed
    for sealed in (file, told):
        with pytest.raises(Invalid, match="two officers correct it"):
            move = Move("describe_accused", {"accused": "A1", "accused_name": "فلان علي"} | born)
            act(register, chief, sealed.number, move, NOW)


def test_a_wrong_identity_is_taken_back_by_two_although_nobody_knows_the_right_one(register: Service) -> None:
    file = convicted(register)
    assert on_record(register, PERSON["national_number"], file) == [None]
    file = by_two(
        register, SUMMARY_REGISTRAR, JUDGE, file, Move("unidentify_accused", {"accused": "A1", "note": "ليس هو"})
    )
    assert on_record(register, PERSON["national_number"], file) == []
    accused = file.accused["A1"]
    assert (accused.person_id, accused.confirmation, accused.birth_date) == (None, None, None)
    assert accused.name == "سالم علي محمد المبروك"  # as the report said
    with register.db.reading() as read:
        assert file_of(read, file.number, CaseRules.of(register.spec)) == file
    with pytest.raises(Invalid, match="not identified"):
        by_two(register, SUMMARY_REGISTRAR, JUDGE, file, Move("unidentify_accused", {"accused": "A1", "note": "ثانية"}))
    file = step(register, SUMMARY_REGISTRAR, file, "identify_accused", TODAY, **FOUND, national_number=OTHER)
    assert on_record(register, OTHER, file) == [None]


def test_a_correction_reaches_a_file_of_another_office_only_by_who_may_approve_there(register: Service) -> None:
    file = at_prosecution(register)
    file = step(register, PROSECUTOR, file, "add_accused", date(2026, 1, 13), accused_name="خالد عمر", charges=["C1"])
    split = Move("split", {"note": "لاختلاف المسار"}, ("A1/C1",), date(2026, 1, 14))
    file = act(register, CHIEF_PROSECUTOR, file.number, split, NOW)
    right = Move("correct", {"corrects": 2, "corrected": {"national_number": OTHER}, "note": "تشابه"})
    with register.db.reading() as read:
        fresh = file_of(read, file.links[-1].number, CaseRules.of(register.spec))
    fresh = step(register, PROSECUTOR, fresh, "refer_summary", date(2026, 1, 20), to_office=SUMMARY)
    fresh = step(register, SUMMARY_REGISTRAR, fresh, "acknowledge", date(2026, 1, 20))
    with pytest.raises((NotAllowed, NotFound)):
        by_two(register, PROSECUTOR, CHIEF_PROSECUTOR, file, right)
    with register.db.reading() as read:
        assert file_of(read, fresh.number, CaseRules.of(register.spec)) == fresh
        assert file_of(read, file.number, CaseRules.of(register.spec)) == file


@pytest.mark.parametrize(
    ("said", "final_on"),
    [({"presence": "in_presence"}, "2030-01-01"), ({"presence": "in_absentia"}, "2026-11-22")],
)
def test_a_past_ruling_is_not_final_tomorrow_nor_in_absentia_for_a_felony_the_day_it_is_given(
    register: Service, said: dict[str, str], final_on: str
) -> None:
    body = {
        "national_number": PERSON["national_number"], "confirmation": "court", "old_number": "1/2026",
        "court_arabic": "محكمة",
        "court_english": "Court", "kind": "felony", "verdict": "conviction", "offence_arabic": "قتل",
        "offence_english": "Murder", "penalty_arabic": "سجن", "penalty_english": "Prison", "committed_on": "2026-01-01",
    }  # fmt: skip
    move = Move("record_past_ruling", body | said | {"final_on": final_on}, happened_on=TODAY)
    with pytest.raises(Invalid) as caught:
        open_case(register, CLERK, move, NOW)
    assert [fault.field for fault in caught.value.faults] == ["final_on"]
