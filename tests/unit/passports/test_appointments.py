"""Appointments: first come first served, one a person, never two on one place, nobody moved (LIBYA S18, S21, S32)."""

from __future__ import annotations

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from itertools import pairwise

import pytest

from issuance.core.civil import TRIPOLI
from issuance.passports import appointments
from issuance.service import Service
from specs.errors import Conflict, Invalid, NotFound, Unavailable
from tests.service import NOW


def person(serial: int) -> str:
    return f"1199090{serial:05d}"


def test_a_burst_of_150_bookings_gives_no_place_twice_and_no_person_two(service: Service) -> None:
    """S21: 150,000 registrations came in three hours; 150 here come at once, a third of them twice."""
    asked = [person(serial) for serial in range(100)] + [person(serial) for serial in range(50)]

    def book(number: str) -> datetime | None:
        while True:
            try:
                return appointments.book(service, "PTIP", number, NOW).slot
            except Unavailable:  # "the database is busy; nothing was saved: try again"
                continue
            except Conflict:
                return None

    with ThreadPoolExecutor(16) as pool:
        given = [slot for slot in pool.map(book, asked) if slot is not None]
    assert len(given) == 100
    places = Counter(given)
    assert max(places.values()) == 8
    assert sorted(places.values(), reverse=True) == [8] * 12 + [4]  # 100 people, eight a slot, no slot left half empty


def test_slots_are_sunday_to_thursday_between_ten_and_twelve(desk: Service) -> None:
    """LIBYA 1.2, S4."""
    rules = desk.spec.passport.appointments
    week = [slot for day in range(7) for slot in appointments.slots_of(rules, NOW.date() + timedelta(days=day))]
    assert {slot.strftime("%A") for slot in week} == {"Sunday", "Monday", "Tuesday", "Wednesday", "Thursday"}
    assert {slot.astimezone(TRIPOLI).strftime("%H:%M") for slot in week} == {"10:00", "10:30", "11:00", "11:30"}


def test_a_place_given_back_goes_to_whoever_waits_longest_and_nobody_jumps(desk: Service) -> None:
    rules = desk.spec.passport.appointments
    few = rules.model_copy(update={"places": rules.places.model_copy(update={"offices": {"PTIP": 1}})})
    few = few.model_copy(update={"booking": rules.booking.model_copy(update={"days_ahead": 1})})
    whole = desk.spec
    desk.spec = whole.model_copy(update={"passport": whole.passport.model_copy(update={"appointments": few})})
    try:
        seconds = [NOW + timedelta(seconds=serial) for serial in range(9)]
        booked = [appointments.book(desk, "PTIP", person(500 + at.second), at) for at in seconds]
        slots = [one.slot for one in booked if one.slot is not None]
        assert all(before < after for before, after in pairwise(slots))
        waiting = [one for one in booked if one.slot is None]
        assert [one.ahead for one in waiting] == list(range(len(waiting)))
        assert len(waiting) >= 2
        (office,) = [one for one in appointments.wait_times(desk, NOW) if one["office"]["code"] == "PTIP"]
        assert (office["waiting"], office["earliest"]) == (len(waiting), None)
        appointments.cancel(desk, booked[0].code, NOW)
        assert appointments.seen(desk, waiting[0].code).slot == booked[0].slot
        assert appointments.seen(desk, waiting[1].code).state == "waiting"
        assert appointments.book(desk, "PTIP", person(600), NOW).state == "waiting"
        with pytest.raises(Conflict):
            appointments.book(desk, "PTIP", person(600), NOW)
        with pytest.raises(Conflict):
            appointments.cancel(desk, booked[0].code, NOW)
    finally:
        desk.spec = whole
    assert appointments.draw_all(desk, NOW) == len(waiting)  # more days came within reach


def test_an_appointment_tells_no_name_and_no_number_and_needs_a_well_formed_one(desk: Service) -> None:
    one = appointments.book(desk, "PTIP", person(700), NOW)
    assert person(700) not in str(appointments.seen(desk, one.code).as_json())
    with pytest.raises(NotFound):
        appointments.seen(desk, "0000-0000-0000-0000")
    with pytest.raises(Invalid):
        appointments.book(desk, "PTIP", "12", NOW)
