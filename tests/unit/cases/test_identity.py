"""A name proposes who an accused may be; a person confirms the identity, by proof, with a reason (LIBYA.md 3.1)."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from sqlmodel import select

from issuance.cases.act import Move, act
from issuance.cases.file import CaseFile
from issuance.cases.identity import born_alike, candidates
from issuance.cases.looks_model import CaseLook
from issuance.core.purpose import Purpose
from issuance.people import commands as people
from issuance.people.public import BirthDate, require_person
from issuance.service import Service
from specs.errors import Invalid, NotAllowed, NotFound
from tests.casework import (
    PROSECUTOR,
    STATION_OFFICER,
    at_prosecution,
    officer,
    opened,
    with_case_offices,
)
from tests.service import CLERK, NOW, PERSON, found

DUTY = Purpose("duty")
TWIN = PERSON | {"national_number": "119859000025", "birth_date": "1985-03-02"}
PROOF: dict[str, Any] = {
    "accused": "A1",
    "national_number": PERSON["national_number"],
    "confirmation": "fingerprints",
    "note": "تطابق البصمات العشر",
}


@pytest.fixture
def register(service: Service) -> Service:
    return with_case_offices(service)


@pytest.fixture
def file(register: Service) -> CaseFile:
    """An accused of the name that two people have, born as one of them."""
    people.register(register, CLERK, TWIN, None, NOW)
    return opened(register, accused_birth_date="1985-03-02")


def test_people_of_the_name_are_proposed_and_a_like_birth_date_comes_first(register: Service, file: CaseFile) -> None:
    held = candidates(register, STATION_OFFICER, file.number, "A1", DUTY, NOW)
    assert [(c.person.national_number, c.like.percent, c.born_alike) for c in held.candidates] == [
        (TWIN["national_number"], 100, True),
        (PERSON["national_number"], 100, False),
    ]
    assert (held.accused.name, held.accused.person_id, held.narrow) == (file.accused["A1"].name, None, None)


def test_the_look_at_the_file_and_the_search_are_kept(register: Service, file: CaseFile) -> None:
    candidates(register, STATION_OFFICER, file.number, "A1", DUTY, NOW)
    with register.db.reading() as read:
        looks = read.exec(select(CaseLook).order_by(CaseLook.id)).all()
    assert [(look.kind, look.case_id, look.purpose, look.found) for look in looks] == [
        ("read", file.id, "duty", 1),
        ("search", file.id, "duty", 2),
    ]


@pytest.mark.parametrize("missing", ["national_number", "confirmation", "note"])
def test_no_identity_without_number_confirmation_and_reason(register: Service, file: CaseFile, missing: str) -> None:
    for value in (..., "", "name"):
        if (missing, value) == ("note", "name"):
            continue
        body = {k: v for k, v in (PROOF | {missing: value}).items() if v is not ...}
        move = Move("identify_accused", body, happened_on=date(2026, 1, 11))
        with pytest.raises((Invalid, NotFound)) as caught:
            act(register, STATION_OFFICER, file.number, move, NOW)
        assert missing in {field for field, _ in found(caught.value)}, value


def test_the_identity_is_the_person_of_the_number_and_not_of_the_name(register: Service, file: CaseFile) -> None:
    move = Move("identify_accused", PROOF, happened_on=date(2026, 1, 11))
    after = act(register, STATION_OFFICER, file.number, move, NOW).accused["A1"]
    best = candidates(register, STATION_OFFICER, file.number, "A1", DUTY, NOW).candidates[0]
    with register.db.reading() as read:
        person = require_person(read, PERSON["national_number"])
    assert (after.person_id, after.confirmation) == (person.id, "fingerprints")
    assert best.person.id == person.id, "the birth date of the register now stands in the file"


def test_who_may_not_identify_gets_no_proposals(register: Service) -> None:
    file = at_prosecution(register)
    for actor, error in (
        (officer("station_officer", "ST-BEN"), NotFound),
        (officer("statistics_officer", "ST-TIP"), NotFound),
        (STATION_OFFICER, NotAllowed),  # may still read what the station sent, and acts on it no longer
    ):
        with pytest.raises(error):
            candidates(register, actor, file.number, "A1", DUTY, NOW)
    assert candidates(register, PROSECUTOR, file.number, "A1", DUTY, NOW).candidates


def test_an_unknown_accused_or_offender_has_no_proposals(register: Service) -> None:
    file = opened(register, accused_name="", accused_description="ملثم")
    with pytest.raises(NotFound):
        candidates(register, STATION_OFFICER, file.number, "A9", DUTY, NOW)
    with pytest.raises(Invalid) as caught:
        candidates(register, STATION_OFFICER, file.number, "A1", DUTY, NOW)
    assert {field for field, _ in found(caught.value)} == {"query"}


@pytest.mark.parametrize(
    ("registered", "said", "alike"),
    [
        ("1985-03-02", date(1985, 3, 2), True),
        ("1985-03-02", date(1985, 3, 3), False),
        ("1985-00-00", date(1985, 12, 31), True),
        ("1985-02-00", date(1985, 3, 1), False),
        ("0000-00-00", date(1985, 3, 1), None),
        ("1985-03-02", None, None),
    ],
)
def test_birth_dates_of_unknown_parts_agree_when_they_may(
    registered: str, said: date | None, alike: bool | None
) -> None:
    assert born_alike(BirthDate.parse(registered), said) is alike
