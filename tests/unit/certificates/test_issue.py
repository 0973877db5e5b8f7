"""Issuing a certificate: what it says of the record, its dates, bad requests. LIBYA 3.1 and 4, issue 2 §5 and §9."""

from __future__ import annotations

import json
import re
import subprocess
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest

from issuance.cases import commands as cases
from issuance.cases.commands import EffectEntry
from issuance.certificates import commands, views
from issuance.certificates.listing import listing
from issuance.core.actor import Actor
from issuance.people import commands as people
from issuance.service import Service
from specs.errors import IssuanceError, NotAllowed, NotFound, Refused
from tests.service import CLERK, NOW, PERSON, enter, found, intents, issued, numbers, replaced, request, trail
from tests.unit.cases.test_commands import AMNESTY, RULING

MARKS = re.compile("[\u200e\u200f\u061c\u202a-\u202e\u2066-\u2069]")
CLEAR = "No final criminal conviction is recorded"
ENTRIES = "The convictions listed below are recorded"


def text_of(service: Service, number: str, tmp_path: Path) -> str:
    """What poppler reads on the stored PDF."""
    (tmp_path / "c.pdf").write_bytes(views.certificate_pdf(service, CLERK, number))
    command: list[str | Path] = ["pdftotext", "-enc", "UTF-8", tmp_path / "c.pdf", "-"]
    text = subprocess.run(command, capture_output=True, check=True).stdout.decode()
    return " ".join(MARKS.sub("", text).split())


def refused(service: Service, asked: Any) -> set[tuple[str | None, str]]:
    """Every (field, code) of the refusal, after which nothing new is kept: no number, no signature, no audit row."""
    before = numbers(service.db), intents(service.db), trail(service.db)
    with pytest.raises(IssuanceError) as caught:
        commands.issue(service, CLERK, asked, NOW)
    assert (numbers(service.db), intents(service.db), trail(service.db)) == before
    return found(caught.value)


def person(service: Service, number: str, **changed: Any) -> str:
    enter(service, national_number=number, **changed)
    return number


def test_a_person_without_an_entry_is_clear(service: Service, tmp_path: Path) -> None:
    made = issued(service, request(), NOW)
    kept = [action for action in trail(service.db) if action.startswith(("numbers.", "cases.", "certificates."))]
    assert kept[-7:] == [
        "certificates.step", "cases.read_record", "certificates.step", "numbers.allocate",
        "certificates.step", "certificates.issue", "numbers.use",
    ]  # fmt: skip
    text = text_of(service, made.number, tmp_path)
    assert made.outcome == "clear"
    assert CLEAR in text
    assert ENTRIES not in text
    assert "سالم علي محمد المبروك" in text
    assert numbers(service.db) == [(made.number, "used", None)]
    assert intents(service.db) == [(f"certificate:{made.number}", "signed")] * 3  # seal, PDF, its time stamp


def test_the_wording_agrees_with_a_woman(desk: Service, tmp_path: Path) -> None:
    number = person(desk, "219909000350", sex="F")
    made = issued(desk, request(national_number=number), NOW)
    assert "لا توجد بحقها أحكام" in text_of(desk, made.number, tmp_path)
    assert json.loads(made.data)["sex"] == "F"
    cases.record_ruling(desk, CLERK, number, RULING, NOW)
    made = issued(desk, request(national_number=number), NOW)
    assert "توجد بحقها الأحكام" in text_of(desk, made.number, tmp_path)


def test_a_free_purpose_is_arabic_text_with_english_beside_it(desk: Service) -> None:
    asked = request(purpose="other", purpose_text={"ar": "Work", "en": "عمل"})
    assert {field for field, _ in refused(desk, asked)} == {"purpose_text.ar", "purpose_text.en"}


def test_two_final_rulings_are_listed_with_court_date_and_penalty(desk: Service, tmp_path: Path) -> None:
    number = person(desk, "119909000301")
    cases.record_ruling(desk, CLERK, number, RULING, NOW)
    second = replace(RULING, case_number="2019/77", kind="misdemeanour", ruled_on=date(2019, 10, 14))
    cases.record_ruling(desk, CLERK, number, replace(second, final_on=date(2019, 12, 15)), NOW)
    made = issued(desk, request(national_number=number), NOW)
    text = text_of(desk, made.number, tmp_path)
    assert made.outcome == "entries"
    assert CLEAR not in text
    for words in (ENTRIES, "2015/123", "2015-03-01", "2019/77", "2019-10-14", "سرقة", "Imprisonment, three years"):
        assert words in text


@pytest.mark.parametrize(
    ("number", "change", "effect"),
    [
        ("119909000302", {}, AMNESTY),
        ("119909000303", {}, replace(AMNESTY, kind="rehabilitation")),
        ("119909000304", {"final_on": None}, None),
        ("119909000305", {"final_on": date(2026, 11, 22), "verdict": "acquittal"}, None),
        ("119909000306", {"kind": "contravention"}, None),
        ("119909000307", {"foreign_judgment": True}, None),
        ("119909000308", {"committed_on": date(2008, 5, 16)}, None),  # a day before the holder's 18th birthday
    ],
)
def test_what_the_disclosure_rule_leaves_out_stands_nowhere_on_the_certificate(
    desk: Service, tmp_path: Path, number: str, change: dict[str, Any], effect: EffectEntry | None
) -> None:
    person(desk, number)
    ruling = cases.record_ruling(desk, CLERK, number, replace(RULING, **change), NOW)
    if effect is not None:
        cases.record_effect(desk, CLERK, ruling, effect, NOW)
    made = issued(desk, request(national_number=number), NOW)
    assert made.outcome == "clear"
    text = text_of(desk, made.number, tmp_path)
    assert CLEAR in text
    assert "2015/123" not in text + made.data
    assert "سرقة" not in text + made.data


def test_a_revoked_amnesty_and_a_pardon_hide_nothing(desk: Service) -> None:
    number = person(desk, "119909000309")
    ruling = cases.record_ruling(desk, CLERK, number, RULING, NOW)
    cases.record_effect(desk, CLERK, ruling, replace(AMNESTY, revoked_on=date(2018, 1, 1)), NOW)
    cases.record_effect(desk, CLERK, ruling, replace(AMNESTY, kind="pardon"), NOW)
    assert issued(desk, request(national_number=number), NOW).outcome == "entries"


def test_an_unknown_birth_day_is_printed_as_unknown(desk: Service, tmp_path: Path) -> None:
    number = person(desk, "119909000310", birth_date="1990-05-00")
    made = issued(desk, request(national_number=number), NOW)
    assert "1990-05-XX" in text_of(desk, made.number, tmp_path)
    assert json.loads(made.data)["birth_date"] == "1990-05-00"


@pytest.mark.parametrize(
    ("moment", "expires"),
    [
        (datetime(2026, 11, 22, 10, tzinfo=UTC), date(2027, 2, 22)),
        (datetime(2026, 11, 30, 9, tzinfo=UTC), date(2027, 2, 28)),
        (datetime(2026, 12, 31, 21, 59, tzinfo=UTC), date(2027, 3, 31)),
        (datetime(2026, 12, 31, 22, 0, tzinfo=UTC), date(2027, 4, 1)),  # midnight in Tripoli, UTC+2: a new day and year
    ],
)
def test_a_certificate_holds_three_months_from_the_civil_day_of_libya(
    desk: Service, moment: datetime, expires: date
) -> None:
    made = issued(desk, request(), moment)
    assert made.expires_on == expires
    assert made.number.startswith(f"CS{2027 if expires == date(2027, 4, 1) else 2026}-CTIP-")


@pytest.mark.parametrize(
    ("path", "value", "fields"),
    [
        ("national_number", "119909999990", {"national_number"}),
        ("national_number", "", {"national_number"}),
        ("purpose", "revenge", {"purpose"}),
        ("purpose", "", {"purpose"}),
        ("purpose_text", {"ar": "غرض"}, {"purpose_text"}),
        ("addressee.ar", "", {"addressee.ar"}),
        ("addressee.ar", "س" * 201, {"addressee.ar"}),
        ("addressee.en", "x\u202ey", {"addressee.en"}),
        ("addressee", ..., {"addressee"}),
        ("addressee.ar", "Central Bank", {"addressee.ar"}),
        ("addressee.ar", "؟؟؟ 12", {"addressee.ar"}),
        ("addressee.ar", "مصرف " + "س" * 41, {"addressee.ar"}),
        ("addressee.en", "W" * 41, {"addressee.en"}),
        ("addressee.ar", "مصرف #image()", {"addressee.ar"}),
        ("addressee.en", "مصرف ليبيا", {"addressee.en"}),
        ("addressee.en", "<b>Bank</b>", {"addressee.en"}),
        ("passport_number", "L" * 13, {"passport_number"}),
        ("passport_number", "hello", {"passport_number"}),
        ("passport_number", "lb2222222", {"passport_number"}),
        ("office", "NONE", {"office"}),
        ("office", ..., {"office"}),
        ("urgent", True, {"urgent"}),
    ],
)
def test_each_wrong_field_of_a_request_is_named_and_costs_no_number(
    desk: Service, path: str, value: Any, fields: set[str]
) -> None:
    assert {field for field, _ in refused(desk, replaced(request(), path, value))} == fields


def test_every_fault_of_a_request_is_said_at_once(desk: Service) -> None:
    asked = request(purpose="revenge", addressee={"ar": "س" * 201, "en": "x\u200b"}, passport_number="L" * 13)
    assert {field for field, _ in refused(desk, asked)} == {
        "purpose",
        "addressee.ar",
        "addressee.en",
        "passport_number",
    }


def test_a_record_without_a_portrait_gives_no_certificate(desk: Service) -> None:
    record = PERSON | {"national_number": "119909000311"}
    people.register(desk, CLERK, record, None, NOW)
    asked = request(national_number="119909000311")
    assert refused(desk, asked) == {("national_number", "certificates.portrait.missing")}


def test_a_closed_office_issues_nothing(desk: Service) -> None:
    with pytest.raises(Refused) as caught:
        issued(desk, request(office="POLD"), NOW)
    assert found(caught.value) == {("office", "staff.office.closed")}


def test_a_passports_branch_issues_no_certificate(desk: Service) -> None:
    assert refused(desk, request(office="PTIP")) == {("office", "staff.office.document")}


def test_an_officer_issues_and_reads_only_for_the_own_office(desk: Service) -> None:
    own = Actor("u1", "staff", frozenset({"certificate_officer"}), "CTIP")
    other = replace(own, office="PTIP")
    with pytest.raises(NotAllowed):
        commands.issue(desk, other, request(), NOW)
    number = commands.issue(desk, own, request(office=None), NOW).number
    assert number in [one.view.number for one in listing(desk, own, "all", NOW).rows]
    assert listing(desk, other, "all", NOW).rows == ()
    for read in (views.certificate, views.certificate_pdf):
        with pytest.raises(NotFound):
            read(desk, other, number)


def test_one_request_has_one_certificate(service: Service) -> None:
    first = issued(service, request(), NOW, "request-1")
    assert issued(service, request(), NOW, "request-1") == first
    assert len(numbers(service.db)) == 1


def test_names_with_hyphen_apostrophe_and_abd_al_are_printed_as_stored(desk: Service, tmp_path: Path) -> None:
    names = {
        "arabic": {"first": "عبد الرحمن", "father": "أبو القاسم", "grandfather": "ضياء الدين", "family": "بن غشير"},
        "latin": {"surname": "BEN-GHASHIR", "given": "ABD AL-RAHMAN ABU'LQASIM"},
        "latin_confirmed": True,
    }
    number = person(desk, "119909000312", names=names)
    text = text_of(desk, issued(desk, request(national_number=number), NOW).number, tmp_path)
    assert "عبد الرحمن أبو القاسم ضياء الدين بن غشير" in text
    assert "ABD AL-RAHMAN ABU'LQASIM BEN-GHASHIR" in text
