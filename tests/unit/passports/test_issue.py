"""Issuing a passport: what a clerk can get wrong, dates, editions, the register. Issue 2 §9, LIBYA 1.2."""

from __future__ import annotations

import io
import json
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

import pytest
from PIL import Image

from issuance.core.actor import Actor
from issuance.passports import commands, views
from issuance.service import Service
from specs.errors import Invalid, IssuanceError, NotAllowed, NotFound, Refused
from tests.service import (
    CLERK,
    NOW,
    PERSON,
    application,
    enter,
    found,
    intents,
    numbers,
    portrait,
    replaced,
    trail,
)

NO_PORTRAIT = ("portrait", "passports.portrait.empty")
LONG = "س" * 31
PRESENTATION_FORMS = "\ufeb3\ufe8e\ufedf\ufee2"  # سالم as a legacy program writes it


def refused(service: Service, asked: Any, picture: bytes = b"") -> set[tuple[str | None, str]]:
    """Every (field, code) of the refusal, after which nothing new is kept: no number, no signature, no audit row."""
    before = numbers(service.db), intents(service.db), trail(service.db)
    with pytest.raises(IssuanceError) as caught:
        commands.issue(service, CLERK, asked, picture, NOW)
    assert (numbers(service.db), intents(service.db), trail(service.db)) == before
    return found(caught.value)


WRONG: list[tuple[str, Any, set[tuple[str, str]]]] = [
    ("document_type", "", {("document_type", "passports.document_type")}),
    ("document_type", "SERVICE", {("document_type", "passports.document_type")}),
    ("edition", "1999", {("edition", "passports.edition.unknown")}),
    ("national_number", "", {("national_number", "people.national_number.form")}),
    ("national_number", "11990900001", {("national_number", "people.national_number.form")}),
    ("national_number", "1199090000123", {("national_number", "people.national_number.form")}),
    ("national_number", "11990900001A", {("national_number", "people.national_number.form")}),
    ("national_number", "319909000012", {("national_number", "people.national_number.sex_digit")}),
    ("national_number", "219909000012", {("national_number", "people.national_number.sex")}),
    ("national_number", "119919000012", {("national_number", "people.national_number.birth_year")}),
    ("national_number", "118799000012", {("national_number", "people.national_number.birth_year_range")}),
    ("names.arabic.first", "", {("names.arabic.first", "names.missing")}),
    ("names.arabic.father", "   ", {("names.arabic.father", "names.missing")}),
    ("names.arabic.first", "ALI", {("names.arabic.first", "text.mixed_scripts")}),
    ("names.arabic.first", "علي2", {("names.arabic.first", "text.digits")}),
    ("names.arabic.first", "علي٢", {("names.arabic.first", "text.digits")}),
    ("names.arabic.grandfather", LONG, {("names.arabic.grandfather", "names.length")}),
    ("names.arabic.family", "ع", {("names.arabic.family", "names.length")}),
    ("names.arabic.family", "المبر\u202eوك", {("names.arabic.family", "text.invisible")}),
    ("names.arabic.family", "المبروك!", {("names.arabic.family", "names.punctuation")}),
    ("names.latin.surname", "", {("names.latin.surname", "names.missing")}),
    ("names.latin.surname", "المبروك", {("names.latin.surname", "text.not_in_table")}),
    ("names.latin.given", "SALEM 2", {("names.latin.given", "text.digits")}),
    ("names.latin.given", "SALEM\u200b", {("names.latin.given", "text.invisible")}),
    ("names.latin_confirmed", False, {("names.latin_confirmed", "passports.latin_unconfirmed")}),
    ("sex", "", {("sex", "passports.sex")}),
    ("sex", "X", {("sex", "passports.sex")}),
    ("birth_date", "", {("birth_date", "people.birth_date.form")}),
    ("birth_date", "17.05.1990", {("birth_date", "people.birth_date.form")}),
    ("birth_date", "1990-02-30", {("birth_date", "people.birth_date.calendar")}),
    ("birth_date", "1990-13-01", {("birth_date", "people.birth_date.calendar")}),
    ("birth_date", "1990-00-17", {("birth_date", "people.birth_date.unknown_part")}),
    (
        "birth_date",
        "2026-11-23",
        {("birth_date", "passports.birth_date.future"), ("national_number", "people.national_number.birth_year")},
    ),
    (
        "birth_date",
        "1900-05-17",
        {("birth_date", "passports.birth_date.too_old"), ("national_number", "people.national_number.birth_year")},
    ),
    ("place_of_birth.arabic", "", {("place_of_birth.arabic", "documents.text.empty")}),
    ("place_of_birth.arabic", "TRIPOLI", {("place_of_birth.arabic", "people.place.script")}),
    ("place_of_birth.arabic", "ط" * 61, {("place_of_birth.arabic", "documents.text.too_long")}),
    ("place_of_birth.latin", "طرابلس", {("place_of_birth.latin", "people.place.script")}),
    ("place_of_birth.latin", "T" * 61, {("place_of_birth.latin", "documents.text.too_long")}),
    ("place_of_birth.latin", "TRI\u202ePOLI", {("place_of_birth.latin", "documents.text.hidden_character")}),
    ("nationality", "", {("nationality", "passports.nationality")}),
    ("nationality", "EGY", {("nationality", "passports.nationality")}),
    ("office", "", {("office", "passports.office")}),
    ("issued_on", "2026-11-23", {("issued_on", "passports.issued_on")}),
    ("issued_on", "2026-10-22", {("issued_on", "passports.issued_on")}),
]
MISSHAPEN: list[tuple[str, Any, set[tuple[str, str]]]] = [
    ("names.arabic.first", ..., {("names.arabic.first", "passports.application.missing")}),
    ("names.latin_confirmed", ..., {("names.latin_confirmed", "passports.application.missing")}),
    ("names.latin_confirmed", "perhaps", {("names.latin_confirmed", "passports.application.type")}),
    ("names.latin.given", "A" * 201, {("names.latin.given", "passports.application.too_long")}),
    ("names.latin_confirmed", "yes", {("names.latin_confirmed", "passports.application.type")}),
    ("names.latin_confirmed", 1, {("names.latin_confirmed", "passports.application.type")}),
    ("issued_on", 1795300000, {("issued_on", "passports.application.type")}),
    ("issued_on", "2026-11-22T00:00:00Z", {("issued_on", "passports.application.type")}),
    ("birth_date", 19900517, {("birth_date", "passports.application.type")}),
    ("issued_on", "2026-02-30", {("issued_on", "passports.application.type")}),
    ("names", None, {("names", "passports.application.type")}),
    ("nick_name", "x", {("nick_name", "passports.application.unknown")}),
]


@pytest.mark.parametrize(("path", "value", "expected"), WRONG)
def test_each_wrong_field_is_named_and_the_missing_portrait_with_it(
    desk: Service, path: str, value: Any, expected: set[tuple[str, str]]
) -> None:
    assert refused(desk, replaced(application(), path, value)) == expected | {NO_PORTRAIT}


@pytest.mark.parametrize(("path", "value", "expected"), MISSHAPEN)
def test_each_field_of_wrong_shape_is_named_and_the_missing_portrait_with_it(
    desk: Service, path: str, value: Any, expected: set[tuple[str, str]]
) -> None:
    assert refused(desk, replaced(application(), path, value)) == expected | {NO_PORTRAIT}


def test_a_field_of_wrong_shape_hides_no_fault_of_another(desk: Service) -> None:
    asked = replaced(replaced(application(), "names.arabic.first", 7), "birth_date", ...)
    asked = replaced(replaced(asked, "sex", "X"), "names.latin.given", "SALEM 2") | {
        "nick_name": "x",
        "edition": "1999",
    }
    assert refused(desk, asked) == {
        ("names.arabic.first", "passports.application.type"),
        ("birth_date", "passports.application.missing"),
        ("nick_name", "passports.application.unknown"),
        ("sex", "passports.sex"),
        ("names.latin.given", "text.digits"),
        ("edition", "passports.edition.unknown"),
        NO_PORTRAIT,
    }


def test_a_records_office_issues_no_passport(desk: Service) -> None:
    assert refused(desk, application(office="CTIP"), portrait()) == {("office", "staff.office.document")}


@pytest.mark.parametrize("asked", [None, [], "text", 7, {}])
def test_what_is_no_application_is_refused_with_its_portrait(desk: Service, asked: Any) -> None:
    named = refused(desk, asked)
    assert NO_PORTRAIT in named
    assert len(named) >= 2


def test_every_fault_of_every_field_is_said_at_once(desk: Service) -> None:
    asked, expected = application(), {NO_PORTRAIT}
    one_a_field = {path: (value, faults) for path, value, faults in WRONG if len(faults) == 1}
    for path, (value, faults) in one_a_field.items():
        asked, expected = replaced(asked, path, value), expected | faults
    assert len(expected) == len(one_a_field) + 1 == 18
    assert refused(desk, asked) == expected


def picture(image: Image.Image, kind: str = "PNG") -> bytes:
    out = io.BytesIO()
    image.save(out, kind)
    return out.getvalue()


PICTURES = {
    "too_small": picture(Image.new("RGB", (399, 499))),
    "no_face": picture(Image.new("RGB", (800, 1000), "grey")),
    "wrong_format": picture(Image.new("RGB", (800, 1000)), "GIF"),
    "damaged": portrait()[:5000],
    "too_many_pixels": picture(Image.new("1", (10_000, 10_000))),
    "empty": b"",
}


@pytest.mark.parametrize("code", PICTURES)
def test_a_bad_portrait_is_named_beside_a_bad_field(desk: Service, code: str) -> None:
    asked = replaced(application(), "sex", "X")
    assert refused(desk, asked, PICTURES[code]) == {
        ("portrait", f"passports.portrait.{code}"),
        ("sex", "passports.sex"),
    }


def test_a_place_that_the_chip_cannot_hold_costs_no_number(desk: Service) -> None:
    # Doc 9303-10 §4.7.11: 99 bytes; 45 Arabic letters are 90 bytes, a filler and 20 Latin letters make 111.
    place = {"arabic": "ط" * 45, "latin": "T" * 20}
    enter(desk, national_number="119909000090", place_of_birth=place)
    asked = application(national_number="119909000090", place_of_birth=place)
    assert refused(desk, asked, portrait()) == {("place_of_birth", "mrtd.lds.text_too_long")}


def test_an_edition_is_refused_outside_its_dates(desk: Service) -> None:
    # Amendment 2: from 1 January 2028 every new passport carries a second letter, so the edition of 2021 has ended.
    later = datetime(2028, 1, 1, 9, tzinfo=UTC)
    with pytest.raises(Invalid) as caught:
        commands.issue(desk, CLERK, application(edition="2021"), portrait(), later)
    assert found(caught.value) == {("edition", "passports.edition.not_in_force")}


@pytest.mark.parametrize(
    ("office", "family", "code"),
    [
        ("NONE", NotFound, "staff.office.unknown"),
        ("POLD", Refused, "staff.office.closed"),
        ("PNEW", Refused, "staff.office.closed"),
    ],
)
def test_an_office_must_exist_and_be_open_on_the_day(
    desk: Service, office: str, family: type[IssuanceError], code: str
) -> None:
    with pytest.raises(family) as caught:
        commands.issue(desk, CLERK, application(office=office), portrait(), NOW)
    assert found(caught.value) == {("office", code)}


def test_nobody_gets_a_passport_before_being_registered(desk: Service) -> None:
    assert refused(desk, application(national_number="119909999990"), portrait()) == {
        ("national_number", "people.not_registered")
    }


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("names.arabic.first", "سليم"),
        ("names.arabic.father", "عمر"),
        ("names.arabic.grandfather", "أحمد"),
        ("names.arabic.family", "المصراتي"),
        ("birth_date", "1990-05-18"),
        ("place_of_birth.arabic", "بنغازي"),
    ],
)
def test_an_application_that_differs_from_the_living_record_is_refused(desk: Service, path: str, value: str) -> None:
    asked = replaced(application(), path, value)
    assert refused(desk, asked, portrait()) == {(path, "passports.differs_from_record")}


def test_all_differences_from_the_record_are_said_at_once(desk: Service) -> None:
    asked = replaced(replaced(application(), "names.arabic.first", "سليم"), "birth_date", "1990-05-18")
    assert refused(desk, asked, portrait()) == {
        ("names.arabic.first", "passports.differs_from_record"),
        ("birth_date", "passports.differs_from_record"),
    }


def test_an_officer_issues_only_for_the_own_office(desk: Service) -> None:
    officer = Actor("u1", "staff", frozenset({"passport_officer"}), "PBEN")
    clerk = Actor("u2", "staff", frozenset({"passport_clerk"}), "PTIP")
    for actor in (officer, clerk):
        with pytest.raises(NotAllowed):
            commands.issue(desk, actor, application(), portrait(), NOW)
    own = replace(officer, office="PTIP")
    number = commands.issue(desk, own, application(), portrait(), NOW).number
    assert views.passport(desk, own, number).number == number
    with pytest.raises(NotFound):
        views.passport(desk, officer, number)


@pytest.mark.parametrize("written", ["1 1990 900001 2", "١١٩٩٠٩٠٠٠٠١٢", " 119909000012 "])
def test_a_national_number_is_read_in_the_forms_people_write(desk: Service, written: str) -> None:
    made = commands.issue(desk, CLERK, application(national_number=written), portrait(), NOW)
    assert made.mrz[1][10:13] == "LBY"


def test_arabic_of_a_legacy_program_is_folded_to_the_record(desk: Service) -> None:
    asked = replaced(application(), "names.arabic.first", PRESENTATION_FORMS)
    made = commands.issue(desk, CLERK, asked, portrait(), NOW)
    details, _ = views.passport_file(desk, CLERK, made.number, "DG11.bin")
    assert "سالم".encode() in details


def test_what_is_kept_is_one_passport_its_files_its_number_and_its_audit_row(service: Service) -> None:
    made = commands.issue(service, CLERK, application(), portrait("PNG"), NOW)
    assert numbers(service.db) == [(made.number, "used", None)]
    signed = [f"{one}:{made.number}" for one in ("passport-seal", "passport", "package")]
    assert intents(service.db) == [(reference, "signed") for reference in signed]
    assert trail(service.db)[-3:] == ["numbers.allocate", "numbers.use", "passports.issue"]
    assert set(made.files) == {
        *("EF_COM.bin", "EF_CardAccess.bin", "DG1.bin", "DG2.bin", "DG11.bin", "DG12.bin", "DG14.bin", "DG15.bin"),
        "EF_SOD.bin",
        *("data_page.pdf", "data_page.png", "observation_page.pdf", "observation_page.png", "package.json"),
    }
    work = json.loads(views.passport_file(service, CLERK, made.number, "package.json")[0])["work"]
    assert work["mrz"] == list(made.mrz)
    # 900517 by weights 7 3 1: 63+0+0+35+3+7 = 108, check digit 8 (Doc 9303-3 §4.9); 8 years less a day.
    assert made.mrz[0] == "PPLBYALMABROUK<<SALEM<ALI<MOHAMED".ljust(44, "<")
    assert made.mrz[1][13:20] == "9005178"
    assert made.expires_on == date(2034, 11, 21)


@pytest.mark.parametrize(
    ("born", "issued", "expires"),
    [
        ("2008-11-23", "2026-11-22", date(2030, 11, 21)),  # one day short of 18: 4 years
        ("2008-11-22", "2026-11-22", date(2034, 11, 21)),  # 18 today: 8 years
        ("2026-11-22", "2026-11-22", date(2030, 11, 21)),  # born today
        ("1990-05-00", "2026-11-22", date(2034, 11, 21)),  # unknown day
        ("1990-00-00", "2026-10-23", date(2034, 10, 22)),  # unknown month; 30 days back
        ("2008-00-00", "2026-11-22", date(2030, 11, 21)),  # may be 17: the lesser age counts
    ],
)
def test_validity_is_4_years_for_a_child_and_8_for_an_adult_less_a_day(
    desk: Service, born: str, issued: str, expires: date
) -> None:
    year, number = born[:4], f"1{born[:4]}9{born[5:7]}{born[8:]}00"
    person: dict[str, Any] = {"national_number": number, "birth_date": born}
    enter(desk, **person)
    made = commands.issue(desk, CLERK, application(issued_on=issued, **person), portrait(), NOW)
    assert made.expires_on == expires
    assert made.mrz[1][21:27] == f"{expires:%y%m%d}"
    unknown = born[5:].replace("-", "").replace("00", "<<")
    assert made.mrz[1][13:19] == year[2:] + unknown


def test_a_passport_of_29_february_ends_on_the_27th_where_the_year_has_no_29th(desk: Service) -> None:
    # 29 February 2096 + 4 years: 2100 is no leap year, so the anniversary is 28 February and the last day the 27th.
    from issuance.passports.document_form import form_of
    from issuance.people.birth_date import BirthDate

    form = form_of(desk.spec.passport.editions["2026"], "ORDINARY")
    assert form.last_day(date(2096, 2, 29), BirthDate.parse("2090-01-01")) == date(2100, 2, 27)
    assert form.last_day(date(2028, 2, 29), BirthDate.parse("1990-01-01")) == date(2036, 2, 28)


@pytest.mark.parametrize(("edition", "code"), [("2021", "P<"), ("2026", "PP"), (None, "PP")])
def test_each_edition_writes_its_document_code_and_the_newest_is_the_default(
    desk: Service, edition: str | None, code: str
) -> None:
    made = commands.issue(desk, CLERK, application(edition=edition), portrait(), NOW)
    assert made.mrz[0][:5] == f"{code}LBY"
    assert made.edition == (edition or "2026")


@pytest.mark.parametrize(
    ("number", "surname", "given", "line"),
    [
        ("119909000101", "O'CONNOR", "JEAN-PAUL", "PPLBYOCONNOR<<JEAN<PAUL"),
        ("119909000102", "BEN GHASHIR", "ABD AL-RAHMAN", "PPLBYBEN<GHASHIR<<ABD<AL<RAHMAN"),
        # 39 places: 18 of the surname, two fillers, 19 for 11 + 1 + 5 + 1 + 1: every component leaves a letter
        # (Doc 9303-4 §4.2.3)
        (
            "119909000103",
            "ALMABROUKALFITOURI",
            "ABDURRAHMAN ABDULSALAM MUSTAFA",
            "PPLBYALMABROUKALFITOURI<<ABDURRAHMAN<ABDUL<M",
        ),
    ],
)
def test_latin_names_enter_the_zone_as_doc_9303_says(
    desk: Service, number: str, surname: str, given: str, line: str
) -> None:
    names = {
        "arabic": PERSON["names"]["arabic"],
        "latin": {"surname": surname, "given": given},
        "latin_confirmed": True,
    }
    enter(desk, national_number=number, names=names)
    asked = application(national_number=number, names=names)
    made = commands.issue(desk, CLERK, asked, portrait(), NOW)
    assert made.mrz[0] == line.ljust(44, "<")


def test_one_request_has_one_passport(service: Service) -> None:
    first = commands.issue(service, CLERK, application(), portrait(), NOW, "request-1")
    again = commands.issue(service, CLERK, application(), portrait(), NOW, "request-1")
    assert again == first
    assert len(numbers(service.db)) == 1
