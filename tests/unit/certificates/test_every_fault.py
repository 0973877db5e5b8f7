"""A request with several faults names all; a passport that is not the person's waits for an officer. Issue 5."""

from __future__ import annotations

import pytest

from issuance.certificates import requests, review
from issuance.passports import commands as passports
from issuance.service import Service
from specs.errors import Invalid, NotFound, Refused
from tests.service import CLERK, NOW, PERSON, application, enter, found, officer, portrait, request

BORN = PERSON["birth_date"]


def test_an_office_names_every_fault_of_what_it_asks_for(desk: Service) -> None:
    asked = request(national_number="119909000871", office="PTIP", purpose="bad", addressee={"ar": "latin"})
    with pytest.raises(Invalid) as refused:
        requests.open_at_office(desk, CLERK, asked, NOW)
    assert {field for field, _ in found(refused.value)} == {"national_number", "office", "purpose", "addressee.ar"}


def test_a_citizen_too_is_told_of_the_office_beside_all_else(desk: Service) -> None:
    asked = request(national_number="1", office="NONE", purpose="bad")
    with pytest.raises(Invalid) as refused:
        requests.begin(desk, "citizen", asked, "1990-99-99", NOW)
    assert {field for field, _ in found(refused.value)} == {"national_number", "office", "purpose", "birth_date"}


def test_a_single_fault_keeps_its_own_kind(desk: Service) -> None:
    enter(desk, national_number="119909000872")
    with pytest.raises(Refused):
        requests.open_at_office(desk, CLERK, request(national_number="119909000872", office="PTIP"), NOW)
    with pytest.raises(NotFound):
        requests.open_at_office(desk, CLERK, request(national_number="119909000879"), NOW)


def test_a_passport_that_is_not_the_person_s_waits_for_an_officer_and_is_not_refused(desk: Service) -> None:
    holder, other = "119909000873", "119909000874"
    for number in (holder, other):
        enter(desk, national_number=number)
    ours = passports.issue(desk, CLERK, application({"national_number": holder}), portrait(), NOW).number

    def asked(person: str, passport: str, purpose: str) -> str | None:
        wanted = request(national_number=person, passport_number=passport, purpose=purpose)
        view = requests.open_at_office(desk, CLERK, wanted, NOW)
        if view.state == "issued":
            return None
        assert (view.state, view.reason) == ("review", "passport")
        return view.id

    assert asked(holder, ours, "employment") is None
    assert asked(other, "AB123456", "employment") is None  # no passport of ours: nothing to compare with
    assert asked(other, ours, "study") is not None  # another's
    waiting = asked(holder, "AB123456", "study")
    assert waiting is not None
    held = review.docket(desk, officer("a"), waiting, NOW)
    assert "سجل الجوازات" in str(held.as_json(desk.spec, NOW)["doubts"])
    assert review.decide_issue(desk, officer("a"), waiting, "جواز أقدم من السجل", NOW).state == "issued"
