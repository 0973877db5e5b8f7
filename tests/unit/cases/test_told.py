"""What other systems are told: nothing stays told of a person whom it does not concern."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from issuance.cases.act import Move, act
from issuance.cases.file import CaseFile
from issuance.cases.four_eyes import approve, propose
from issuance.core.actor import Actor
from issuance.core.outbox import events_after
from issuance.people.public import require_person
from issuance.service import Service
from specs.errors import NotFound
from tests.casework import (
    CHIEF_PROSECUTOR,
    DETENTION,
    PROSECUTOR,
    SUMMARY,
    SUMMARY_REGISTRAR,
    at_prosecution,
    before_summary_court,
    officer,
    step,
    with_case_offices,
)
from tests.service import CLERK, NOW, PERSON, enter

OTHER = "119909000020"
JUDGE = officer("judge", SUMMARY)


@pytest.fixture
def register(service: Service) -> Service:
    with_case_offices(service)
    enter(service, national_number=OTHER)
    return service


def person(service: Service, national_number: str) -> str:
    with service.db.reading() as read:
        return require_person(read, national_number).id


def told(service: Service, actor: Actor = CLERK, after: int = 0) -> list[tuple[str, dict[str, Any]]]:
    with service.db.reading() as read:
        return [(event.topic, event.body) for event in events_after(read, actor, after, 1000)]


def was_somebody_else(service: Service, first: Actor, second: Actor, file: CaseFile) -> CaseFile:
    """A1 was found to be `PERSON` by the second entry of the file; it was `OTHER`."""
    body = {"corrects": 2, "corrected": {"national_number": OTHER}, "note": "تشابه أسماء"}
    return approve(service, second, propose(service, first, file.number, Move("correct", body), "سهو", NOW), "نعم", NOW)


def test_a_ruling_and_a_ban_are_withdrawn_from_whom_they_do_not_concern(register: Service) -> None:
    wrong, right = person(register, PERSON["national_number"]), person(register, OTHER)
    file = at_prosecution(register)
    file = step(register, PROSECUTOR, file, "ban_travel", date(2026, 1, 13), accused="A1", until="2026-07-13",
                legal_basis="المادة 115")  # fmt: skip
    ban = file.travel_bans[0].id
    file = step(register, PROSECUTOR, file, "refer_summary", date(2026, 1, 20), to_office=SUMMARY)
    file = step(register, SUMMARY_REGISTRAR, file, "acknowledge", date(2026, 1, 20))
    file = step(register, SUMMARY_REGISTRAR, file, "rule", date(2026, 3, 1), presence="in_presence",
                verdict="conviction", penalties=DETENTION)  # fmt: skip
    ruling = file.matters["A1/C1"].rulings[0].id
    before = len(told(register))
    was_somebody_else(register, SUMMARY_REGISTRAR, JUDGE, file)
    now = told(register)[before:]
    assert [topic for topic, _ in now] == [
        "case.action", "ruling.withdrawn", "travel_ban.withdrawn", "ruling.recorded", "travel_ban.changed",
    ]  # fmt: skip
    said = dict(now)
    place = {"case_number": file.number}
    assert said["ruling.withdrawn"] == {**place, "ruling": ruling, "matter": "A1/C1", "person": wrong}
    assert said["travel_ban.withdrawn"] == {**place, "ban": ban, "person": wrong}
    assert (said["ruling.recorded"]["person"], said["travel_ban.changed"]["person"]) == (right, right)


def test_a_correction_that_comes_back_by_another_file_answers_the_version_the_file_then_has(register: Service) -> None:
    file = at_prosecution(register)
    file = step(register, PROSECUTOR, file, "add_accused", date(2026, 1, 13), accused_name="آخر علي", charges=["C1"])
    move = Move("split", {"note": "تعدد المتهمين"}, ("A1/C1",), date(2026, 1, 14))
    file = act(register, CHIEF_PROSECUTOR, file.number, move, NOW)
    other = file.links[-1].number
    file = step(register, CHIEF_PROSECUTOR, file, "join", date(2026, 1, 15), other_case=other, note="ارتباط")
    file = was_somebody_else(register, PROSECUTOR, CHIEF_PROSECUTOR, file)
    right = person(register, OTHER)
    assert {accused.person_id for code, accused in file.accused.items() if code != "A2"} == {right}
    step(register, PROSECUTOR, file, "add_report", date(2026, 1, 16), summary="بلاغ لاحق", report_kind="victim")


def test_a_request_sent_again_answers_nothing_to_who_may_not_read_the_file_any_more(register: Service) -> None:
    file = at_prosecution(register)
    move = Move("add_charge", {"offence": "theft", "committed_on": "2026-01-09", "accused_list": ["A1"]})
    request = "0190f4d2-0000-7000-8000-000000000001"
    made = act(register, PROSECUTOR, file.number, move, NOW, request_id=request)
    assert act(register, PROSECUTOR, file.number, move, NOW, request_id=request).version == made.version
    step(register, CHIEF_PROSECUTOR, made, "classify", date(2026, 2, 2), classification="secret", note="حماية شهود")
    with pytest.raises(NotFound):
        act(register, PROSECUTOR, file.number, move, NOW, request_id=request)


def test_what_was_told_of_a_file_before_it_became_secret_is_closed_with_it(register: Service) -> None:
    file = before_summary_court(register)
    file = step(register, SUMMARY_REGISTRAR, file, "rule", date(2026, 2, 1), presence="in_presence",
                verdict="conviction", penalties=DETENTION)  # fmt: skip
    hub = Actor("hub", "client", frozenset({"event_system"}))
    assert "ruling.recorded" in {topic for topic, _ in told(register, hub)}
    everything = len(told(register))
    step(register, JUDGE, file, "classify", date(2026, 2, 2), classification="secret", note="حماية شهود")
    assert told(register, hub) == []
    assert len(told(register)) == everything + 1
