"""Entering a person: every fault of the record at once, one entry a number, only whole entries. Law 8/2014."""

from __future__ import annotations

from typing import Any

import pytest
from sqlmodel import func, select

from issuance.core.actor import PUBLIC, Actor
from issuance.people import commands, views
from issuance.people.model import Person
from issuance.people.place import place_faults
from issuance.service import Service
from specs.errors import Conflict, IssuanceError, NotAllowed, NotFound
from tests.service import CLERK, NOW, PERSON, enter, found, replaced, trail


def known(service: Service) -> int:
    with service.db.reading() as read:
        return read.exec(select(func.count()).select_from(Person)).one()


def refused(service: Service, record: Any) -> set[tuple[str | None, str]]:
    """Every (field, code) of the refusal; nothing is kept."""
    before = trail(service.db), known(service)
    with pytest.raises(IssuanceError) as caught:
        commands.register(service, CLERK, record, None, NOW)
    assert (trail(service.db), known(service)) == before
    return found(caught.value)


@pytest.mark.parametrize(
    ("path", "value", "fields"),
    [
        ("national_number", "", {"national_number"}),
        ("national_number", "219909000012", {"national_number"}),
        ("names.arabic.father", "", {"names.arabic.father"}),
        ("names.arabic.first", "SALEM", {"names.arabic.first"}),
        ("names.latin.surname", "المبروك", {"names.latin.surname"}),
        ("names.latin.given", "SALEM 4TH", {"names.latin.given"}),
        ("mother_arabic", "", {"mother_arabic"}),
        ("mother_arabic", "فاطمة\u202e", {"mother_arabic"}),
        ("mother_arabic", "----", {"mother_arabic"}),
        ("mother_arabic", "#image()", {"mother_arabic"}),
        ("names.latin_confirmed", ..., {"names.latin_confirmed"}),
        ("names.latin_confirmed", False, {"names.latin_confirmed"}),
        ("names.latin_confirmed", "yes", {"names.latin_confirmed"}),
        ("place_of_birth.latin", '#image("x") $ \\', {"place_of_birth.latin"}),
        ("place_of_birth.arabic", "طرابلس <b>", {"place_of_birth.arabic"}),
        ("sex", "F", {"national_number"}),
        ("sex", "male", {"sex"}),
        ("birth_date", "1990-02-29", {"birth_date"}),
        ("birth_date", "", {"birth_date"}),
        ("place_of_birth.arabic", "Tripoli", {"place_of_birth.arabic"}),
        ("place_of_birth.latin", "", {"place_of_birth.latin"}),
        ("place_of_birth.latin", "T" * 61, {"place_of_birth.latin"}),
        ("nationality", "LIBYA", {"nationality"}),
        ("nationality", "ZZZ", {"nationality"}),
        ("nationality", "", {"nationality"}),
        ("synthetic", ..., {"synthetic"}),
        ("age", 36, {"age"}),
        ("names", "سالم", {"names"}),
    ],
)
def test_each_wrong_field_is_named(desk: Service, path: str, value: Any, fields: set[str]) -> None:
    assert {field for field, _ in refused(desk, replaced(PERSON, path, value))} == fields


def test_every_fault_is_said_at_once(desk: Service) -> None:
    record = replaced(replaced(replaced(PERSON, "sex", "?"), "nationality", "ZZZ"), "names.arabic.first", "")
    record = replaced(record, "birth_date", "1990-99-01")
    assert {field for field, _ in refused(desk, record)} == {"sex", "nationality", "names.arabic.first", "birth_date"}


def test_nobody_is_born_tomorrow(desk: Service) -> None:
    record = PERSON | {"national_number": "120269000010", "birth_date": "2026-11-23"}
    assert refused(desk, record) == {("birth_date", "people.birth_date.future")}
    assert enter(desk, national_number="120269000010", birth_date="2026-11-22").birth_date.iso() == "2026-11-22"


def test_one_number_has_one_entry_however_it_is_written(desk: Service) -> None:
    for written in (PERSON["national_number"], "1 1990 900001 2", "١١٩٩٠٩٠٠٠٠١٢"):
        with pytest.raises(Conflict) as caught:
            enter(desk, national_number=written)
        assert found(caught.value) == {("national_number", "people.registered")}
    assert views.person(desk, CLERK, "١١٩٩٠٩٠٠٠٠١٢").national_number == PERSON["national_number"]


def test_text_is_stored_in_one_form(service: Service) -> None:
    names = {
        "arabic": {
            "first": " \ufeb3\ufe8e\ufedf\ufee2 ",
            "father": "ا\u0655براهيم",
            "grandfather": "محمد",
            "family": "عبد  السلام",
        },
        "latin": PERSON["names"]["latin"],
        "latin_confirmed": True,
    }
    person = enter(service, national_number="1 1990 900009 9", names=names)
    assert person.national_number == "119909000099"
    assert (person.arabic.first, person.arabic.father, person.arabic.family) == ("سالم", "إبراهيم", "عبد السلام")
    assert views.person(service, CLERK, "119909000099") == person


def test_the_register_keeps_the_scheme_form_of_the_arabic_name(desk: Service) -> None:
    # Doc 9303-3 §6.C table by hand: سالم SALM, علي ELY, محمد MXHMD, المبروك ALMBRWK
    assert views.person(desk, CLERK, PERSON["national_number"]).as_json()["names"]["scheme"] == "SALM<ELY<MXHMD<ALMBRWK"


@pytest.mark.parametrize("place", ["WADI ASH SHATI’", "AL BAYDA (EAST)", "ST. JOHN'S", "SECTOR 5"])
def test_the_marks_of_place_names_stand(desk: Service, place: str) -> None:
    assert not [*place_faults("طرابلس", place, 60)]


@pytest.mark.parametrize(
    ("number", "birth_date"),
    [("119909000201", "1990-00-00"), ("119909000202", "1990-05-00"), ("119909000203", "0000-00-00")],
)
def test_an_unknown_part_of_a_birth_date_may_be_entered(desk: Service, number: str, birth_date: str) -> None:
    assert enter(desk, national_number=number, birth_date=birth_date).birth_date.iso() == birth_date


def test_only_those_who_may_enter_people(desk: Service) -> None:
    for actor in (
        PUBLIC,
        Actor("a", "staff", frozenset({"auditor"})),
        Actor("c", "staff", frozenset({"certificate_officer"}), "CTIP"),
    ):
        with pytest.raises(NotAllowed):
            commands.register(desk, actor, PERSON | {"national_number": "119909000055"}, None, NOW)
    with pytest.raises(NotFound):
        views.person(desk, CLERK, "119909000055")


def test_people_are_found_by_number_and_by_every_word_of_a_name(desk: Service) -> None:
    held = views.people(desk, CLERK, "سالم المبروك", now=NOW)
    assert PERSON["national_number"] in [person.national_number for person in held]
    assert [p.national_number for p in views.people(desk, CLERK, "119909000012", now=NOW)] == [
        PERSON["national_number"]
    ]
    assert views.people(desk, CLERK, "%", now=NOW) == views.people(desk, CLERK, "_", now=NOW) == []
    assert len(views.people(desk, CLERK, limit=1, now=NOW)) == 1
    assert views.people(desk, CLERK, "11990900001", now=NOW)[0].national_number == PERSON["national_number"]
    assert views.people(desk, CLERK, "21", now=NOW) == []


def test_a_list_of_people_is_audited(desk: Service) -> None:
    before = len(trail(desk.db))
    views.people(desk, CLERK, "سالم", now=NOW)
    assert len(trail(desk.db)) == before + 1
