"""Case files are found by number, person, name, office, state and day, within what the searcher may read."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from sqlmodel import select

from issuance.cases.act import Move, act, open_case
from issuance.cases.looks_model import CaseLook
from issuance.cases.model import CaseNameKey
from issuance.cases.search import Asked, search_cases
from issuance.core.actor import PUBLIC, Actor
from issuance.core.purpose import Purpose
from issuance.service import Service
from specs.errors import Invalid, NotAllowed
from tests.casework import (
    PROSECUTION,
    PROSECUTOR,
    STATION,
    STATION_CHIEF,
    STATION_OFFICER,
    THEFT,
    at_prosecution,
    identified,
    officer,
    opened,
    step,
    with_case_offices,
)
from tests.service import CLERK, NOW, PERSON, found, trail

DUTY = Purpose("duty")
BENGHAZI = officer("station_officer", "ST-BEN")


@pytest.fixture
def register(service: Service) -> Service:
    return with_case_offices(service)


def numbers(service: Service, actor: Actor, **asked: Any) -> list[str]:
    return [file.number for file in search_cases(service, actor, Asked(**asked), DUTY, NOW).files]


def test_a_number_finds_its_file_for_who_may_read_it(register: Service) -> None:
    file = opened(register)
    assert numbers(register, STATION_OFFICER, number=file.number) == [file.number]
    assert numbers(register, STATION_OFFICER, number=f" {file.number.lower()} ") == [file.number]
    assert numbers(register, BENGHAZI, number=file.number) == []
    assert numbers(register, STATION_OFFICER, number="ST-TIP-2026-999999") == []


def test_a_national_number_finds_confirmed_identities_only(register: Service) -> None:
    file = opened(register)  # in the name of PERSON, and only in the name
    assert numbers(register, STATION_OFFICER, national_number=PERSON["national_number"]) == []
    identified(register, STATION_OFFICER, file, date(2026, 1, 11))
    assert numbers(register, STATION_OFFICER, national_number=PERSON["national_number"]) == [file.number]
    assert numbers(register, STATION_OFFICER, national_number="119909000046") == []


@pytest.mark.parametrize("name", ["سالم على المبروك", "Salem Almabrouk", "المبروك", "Saalim Ali Muhammed el-Mabrook"])
def test_a_name_proposes_files_before_and_after_the_identity_is_confirmed(register: Service, name: str) -> None:
    file = opened(register)
    other = opened(register, accused_name="خالد عمر")
    (hit,) = search_cases(register, STATION_OFFICER, Asked(name=name), DUTY, NOW).files
    assert (hit.number, hit.accused[0].identified) == (file.number, False)
    identified(register, STATION_OFFICER, file, date(2026, 1, 11))
    (hit,) = search_cases(register, STATION_OFFICER, Asked(name=name), DUTY, NOW).files
    assert (hit.number, hit.accused[0].identified) == (file.number, True)
    assert hit.accused[0].like is not None and hit.accused[0].like.percent >= 80
    assert other.number not in numbers(register, STATION_OFFICER, name=name)


def test_who_is_identified_is_no_longer_indexed_by_the_name_of_the_report(register: Service) -> None:
    file = opened(register)
    with register.db.reading() as read:
        assert {row.accused for row in read.exec(select(CaseNameKey))} == {"A1"}
    identified(register, STATION_OFFICER, file, date(2026, 1, 11))
    with register.db.reading() as read:
        assert read.exec(select(CaseNameKey)).all() == []


def test_a_better_answer_comes_before_a_newer_file(register: Service) -> None:
    right = opened(register, accused_name="محمد الورفلي")
    near = opened(register, on=date(2026, 1, 12), accused_name="محمود الورفلي")
    assert numbers(register, STATION_OFFICER, name="محمد الورفلي") == [right.number, near.number]


def test_office_state_and_days_narrow_together(register: Service) -> None:
    early, late = opened(register), opened(register, on=date(2026, 2, 1))
    sent = at_prosecution(register)
    assert numbers(register, STATION_OFFICER, office=STATION) == [late.number, early.number]
    assert numbers(register, PROSECUTOR, office=PROSECUTION) == [sent.number]
    assert numbers(register, PROSECUTOR, state="at_prosecution") == [sent.number]
    assert numbers(register, STATION_OFFICER, state="at_prosecution") == [sent.number], "the station had a part"
    assert numbers(register, STATION_OFFICER, opened_from=date(2026, 1, 20)) == [late.number]
    assert early.number in numbers(register, STATION_OFFICER, opened_to=date(2026, 1, 11))
    assert numbers(register, STATION_OFFICER, office=STATION, opened_to=date(2026, 1, 11)) == [early.number]


def test_a_closed_file_is_not_found_by_who_may_not_read_it(register: Service) -> None:
    file = opened(register)
    step(register, STATION_CHIEF, file, "classify", date(2026, 1, 11), classification="restricted", note="سرية")
    for asked in ({"number": file.number}, {"name": "سالم المبروك"}, {"office": STATION}):
        assert numbers(register, STATION_OFFICER, **asked) == [], asked
        assert numbers(register, STATION_CHIEF, **asked) == [file.number], asked


def test_every_search_is_kept_with_its_purpose_and_no_name_in_the_trail(register: Service) -> None:
    opened(register)
    search_cases(register, STATION_OFFICER, Asked(name="سالم"), Purpose("identity", "مطابقة بلاغ"), NOW)
    search_cases(register, BENGHAZI, Asked(name="سالم"), DUTY, NOW)
    with register.db.reading() as read:
        looks = read.exec(select(CaseLook).order_by(CaseLook.id)).all()
    assert [(look.account, look.kind, look.purpose, look.words, look.found, look.own_part) for look in looks] == [
        (STATION_OFFICER.id, "search", "identity", "مطابقة بلاغ", 1, True),
        (BENGHAZI.id, "search", "duty", "", 0, True),
    ]
    assert trail(register.db)[-2:] == ["cases.search", "cases.search"]


@pytest.mark.parametrize(
    ("asked", "purpose", "field"),
    [
        (Asked(), DUTY, "asked"),
        (Asked(opened_to=date(2026, 1, 1)), Purpose(""), "purpose"),
        (Asked(name="12"), DUTY, "query"),
        (Asked(state="lost"), DUTY, "state"),
    ],
)
def test_a_search_for_nothing_or_without_purpose_is_refused(
    desk: Service, asked: Asked, purpose: Purpose, field: str
) -> None:
    with pytest.raises(Invalid) as caught:
        search_cases(desk, STATION_OFFICER, asked, purpose, NOW)
    assert {f for f, _ in found(caught.value)} == {field}


def test_who_has_no_such_right_does_not_search(desk: Service) -> None:
    for actor in (PUBLIC, officer("passport_clerk", "PTIP")):
        with pytest.raises(NotAllowed):
            search_cases(desk, actor, Asked(number="X"), DUTY, NOW)


def test_a_joined_file_is_found_by_the_name_it_brought(register: Service) -> None:
    first = opened(register)
    second = open_case(
        register,
        STATION_OFFICER,
        Move("open", THEFT | {"accused_name": "خالد عمر"}, happened_on=date(2026, 1, 11)),
        NOW,
    )
    move = Move("join", {"other_case": second.number, "note": "وحدة الواقعة"}, happened_on=date(2026, 1, 12))
    act(register, CLERK, first.number, move, NOW)
    assert first.number in numbers(register, STATION_OFFICER, name="خالد عمر")
