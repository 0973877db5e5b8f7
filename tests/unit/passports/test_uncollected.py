"""A book that nobody collects: its owner is reminded on the days of the specification, then it goes back against a
signature, and two people see it destroyed with its blank."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlmodel import select

from issuance.core import messages
from issuance.passports import delivering, reminding, reports, returning, sltd
from issuance.passports.model import PassportApplication
from issuance.passports.upkeep import tick
from issuance.people.model import Person
from issuance.service import Service
from specs.errors import Conflict, Invalid, NotAllowed, NotFound
from tests.passport_books import put_book
from tests.passports import AT_THE_DESK, DELIVERER, OFFICER, asked, book, duty
from tests.service import NOW, PERSON, enter

DUE = NOW + timedelta(days=40)
KEEPER = duty("stock_keeper")
SECOND_KEEPER = duty("stock_keeper", "second keeper")


def waiting(service: Service, number: str, due: datetime = DUE, **more: Any) -> str:
    """A book that waits to be collected until `due`; the id of its application."""
    put_book(service, number, "passed", **more)
    with service.db.writing() as session:
        row = session.get_one(PassportApplication, book(service, number).application_id)
        row.due_at = due
        return row.id


def phone(service: Service, national_number: str, number: str) -> None:
    with service.db.writing() as session:
        session.exec(select(Person).where(Person.national_number == national_number)).one().phone = number


def texts(service: Service, application: str) -> list[tuple[str, str]]:
    with service.db.reading() as read:
        held = messages.messages(read, 500)
    return [(one.phone, one.text) for one in reversed(held) if one.subject == f"passport_application:{application}"]


def test_the_holder_is_reminded_once_on_each_day_of_the_specification_and_the_text_names_nobody(desk: Service) -> None:
    phone(desk, PERSON["national_number"], "+218910000001")
    application = waiting(desk, "U0000001")
    assert desk.spec.passport.office.life.remind_days_before == [30, 14, 3]
    for day, told in ((0, 0), (9, 0), (10, 1), (11, 1), (25, 1), (26, 2), (26, 2), (37, 3), (39, 3)):
        reminding.remind(desk, NOW + timedelta(days=day))
        assert len(texts(desk, application)) == told, day
    for number, text in texts(desk, application):
        assert number == "+218910000001"
        assert "فرع الجوازات طرابلس" in text
        assert "2027-01-01" in text
        names = [*PERSON["names"]["arabic"].values(), *PERSON["names"]["latin"].values()]
        secret = ["U0000001", PERSON["national_number"], *(one for one in names if isinstance(one, str))]
        assert not [one for one in secret if one in text]


def test_after_a_standstill_only_the_nearest_day_is_told_and_upkeep_tells_it(desk: Service) -> None:
    application = waiting(desk, "U0000002")
    phone(desk, PERSON["national_number"], "+218910000001")
    tick(desk, DUE - timedelta(days=2))
    tick(desk, DUE - timedelta(days=1))
    assert len(texts(desk, application)) == 1


def test_of_a_child_the_guardian_is_reminded_and_who_has_no_phone_is_not(desk: Service) -> None:
    enter(desk, national_number="119709000013", birth_date="1970-02-02")
    phone(desk, "119709000013", "+218910000002")
    guardian = {"national_number": "119709000013", "relation": "father", "proof": "KT-9"}
    child = waiting(desk, "U0000003", wanted=asked(None, guardians=[guardian]))
    silent = waiting(desk, "U0000004", person=enter(desk, national_number="119909090415").id)
    reminding.remind(desk, DUE - timedelta(days=1))
    assert [number for number, _ in texts(desk, child)] == ["+218910000002"]
    assert texts(desk, silent) == []
    assert silent not in [one for one, _ in reminding.to_remind(desk, DUE - timedelta(days=1))]


def test_an_uncollected_book_goes_back_against_a_signature_and_two_people_destroy_it(desk: Service) -> None:
    number, late = "U0000005", NOW + timedelta(days=1)
    waiting(desk, number, late)
    with pytest.raises(Conflict):
        returning.send_back(desk, DELIVERER, number, "S-1", NOW)
    delivering.uncollected(desk, DELIVERER, late)
    with pytest.raises(NotAllowed):
        returning.send_back(desk, duty("delivery_clerk", "elsewhere", "PBEN"), number, "S-1", late)
    with pytest.raises(Invalid):
        returning.send_back(desk, DELIVERER, number, " ", late)
    returning.send_back(desk, DELIVERER, number, "S-1", late)
    over = late + timedelta(days=91)
    for refused in (
        lambda: delivering.hand_over(desk, DELIVERER, number, dict(AT_THE_DESK), late),
        lambda: delivering.ask_destruction(desk, DELIVERER, number, "on its way", over),
    ):
        with pytest.raises(Conflict):
            refused()
    both = duty("stock_keeper", DELIVERER.id)
    with pytest.raises(NotAllowed):
        returning.take_back(desk, both, number, "R-1", late)
    with pytest.raises(NotAllowed):
        returning.take_back(desk, duty("stock_keeper", "elsewhere", "PBEN"), number, "R-1", late)
    returning.take_back(desk, KEEPER, number, "R-1", late)
    assert [(e.kind, e.reason) for e in reports.standing(desk, OFFICER, number).events][-2:] == [
        ("returning", "S-1"), ("returned", "R-1"),
    ]  # fmt: skip
    with pytest.raises(Conflict):
        delivering.ask_destruction(desk, KEEPER, number, "too early", late + timedelta(days=89))
    request = delivering.ask_destruction(desk, KEEPER, number, "shredder 2", over)
    with pytest.raises(NotAllowed):
        delivering.approve_destruction(desk, KEEPER, request, "seen", over)
    delivering.approve_destruction(desk, SECOND_KEEPER, request, "seen", over)
    assert book(desk, number).state == "destroyed"
    with pytest.raises(NotFound):
        returning.take_back(desk, KEEPER, "U9999999", "R-1", over)


def test_a_book_that_goes_missing_on_its_way_back_is_told_to_interpol_as_stolen(desk: Service) -> None:
    number, late = "U0000006", NOW + timedelta(days=1)
    waiting(desk, number, late)
    delivering.uncollected(desk, DELIVERER, late)
    returning.send_back(desk, DELIVERER, number, "S-2", late)
    reports.report(desk, OFFICER, number, "stolen", "PV-9", "from the van", late)
    with desk.db.reading() as read:
        assert sltd.standing(read, [number]) == {number: "stolen"}
    with pytest.raises(Conflict):
        returning.take_back(desk, KEEPER, number, "R-2", late)
