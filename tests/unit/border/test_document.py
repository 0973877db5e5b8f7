"""One inspection by text and chip: what each planted fault is called, and what the register adds."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import keys
from issuance.border.chip_files import Chip
from issuance.border.cross_check import same_name
from issuance.border.document import Given, Inspected, inspect_document
from issuance.border.register import RegisterKnowledge, TrustKnowledge
from issuance.db.session import Database
from issuance.passports import defects
from issuance.service import Service
from keys.seal import seal_text
from keys.travel_seal import TravelSealRequest
from keys.trust import TrustStore
from keys.verdict import Status
from specs.load import load
from specs.schema.passport_office import DocumentState
from tests import casework
from tests.border import Book, altered, inspected, issue, with_posts
from tests.passport_books import SUPERVISOR, put_book, say
from tests.pki.test_worlds import chip_of
from tests.pki.world import build, names
from tests.service import NOW, desk, installation
from tests.unit.border.test_book_status import digit, zone

__all__ = ["desk"]


@pytest.fixture(scope="module")
def book(desk: Service) -> Book:
    """A book in force of somebody who may travel."""
    return issue(with_posts(desk))


def asked(told: Inspected) -> dict[str, Status]:
    return {question.name: question.status for question in told.questions}


def reason(told: Inspected, name: str) -> str:
    """In both languages."""
    question = told.as_json()["questions"][name]
    assert any("\u0621" <= character <= "\u064a" for character in question["reason_ar"]), question
    return f"{question['reason']} {question['reason_ar']}"


def named(told: Inspected) -> list[tuple[str, tuple[str, ...]]]:
    return [(one.field, one.routes) for one in told.differences]


def with_digits(second: str) -> str:
    """The second line of TD3 with its check digits summed anew (Doc 9303-3 §4.9)."""
    parts = second[:9], second[13:19], second[21:27], second[28:42]
    digits = [digit(part) for part in parts]
    last = second[42] if not parts[3].strip("<") else digits[3]
    line = f"{parts[0]}{digits[0]}{second[10:13]}{parts[1]}{digits[1]}{second[20]}{parts[2]}{digits[2]}{parts[3]}{last}"
    return line + digit(line[:10] + line[13:20] + line[21:43])


def changed(lines: tuple[str, str], field: str) -> tuple[str, str]:
    """The zone with one field altered by hand and every digit made to fit."""
    first, second = lines
    match field:
        case "name":
            first = first.replace("SALEM", "SALIM")
        case "document_code":
            first = "PS" + first[2:]
        case "issuer":
            first = f"{first[:2]}TUN{first[5:]}"
        case "document_number":
            second = f"LB2222224{second[9:]}"
        case "nationality":
            second = f"{second[:10]}TUN{second[13:]}"
        case "birth_date":
            second = f"{second[:13]}910517{second[19:]}"
        case "sex":
            second = f"{second[:20]}F{second[21:]}"
        case "expiry_date":
            second = f"{second[:21]}351121{second[27:]}"
        case "optional":
            second = f"{second[:28]}A{second[29:]}"
    return first, with_digits(second)


def test_text_and_chip_of_a_book_in_force_are_valid(desk: Service, book: Book) -> None:
    told = inspected(desk, mrz=book.lines, chip=book.chip)
    assert (told.status, asked(told)) == ("valid", {"genuine": "valid", "current": "valid", "travel": "valid"})
    assert told.differences == ()
    assert told.advised == ("valid",)
    assert told.document["document_number"] == book.number
    assert inspected(desk, chip=book.chip).status == "valid"


def test_text_alone_proves_no_document_genuine_and_is_told_current(desk: Service, book: Book) -> None:
    told = inspected(desk, mrz=book.lines)
    assert asked(told) == {"genuine": "indeterminate", "current": "valid", "travel": "valid"}
    assert (told.status, told.advised) == ("indeterminate", ("unproven",))
    assert "signed" in reason(told, "genuine")


@pytest.mark.parametrize("status", ["verified", "corrected"])
def test_a_picture_alone_proves_no_document_genuine(desk: Service, book: Book, status: str) -> None:
    told = inspected(desk, page=reading(book.lines, status))
    assert asked(told) == {"genuine": "indeterminate", "current": "valid", "travel": "valid"}


def reading(lines: tuple[str, str], status: str = "verified") -> dict[str, Any]:
    """As a page reader answers."""
    return {"status": status, "format": "TD3", "lines": list(lines), "fields": {}, "edits": [], "readers": ["rapidocr"],
            "errors": []}  # fmt: skip


@pytest.mark.parametrize(
    "field",
    [
        "document_code",
        "issuer",
        "name",
        "nationality",
        "birth_date",
        "sex",
        "expiry_date",
        "optional",
        "document_number",
    ],
)
def test_a_field_altered_on_the_page_is_named_against_the_chip(desk: Service, book: Book, field: str) -> None:
    forged = changed(book.lines, field)
    text = inspected(desk, mrz=forged, chip=book.chip)
    assert (field, ("mrz", "chip")) in named(text)
    assert {one for one, _ in named(text)} == {field}
    assert (text.status, asked(text)["genuine"], text.advised[0]) == ("invalid", "invalid", "differs")
    assert field.replace("_", " ") in reason(text, "genuine")
    seen = inspected(desk, page=reading(forged), chip=book.chip)
    assert named(seen) == [(field, ("page", "chip"))]
    protected = field in ("document_number", "birth_date", "expiry_date", "optional")
    assert asked(seen)["genuine"] == ("invalid" if protected else "indeterminate"), "no digit: it may be a misreading"
    assert seen.status != "valid"


def test_a_corrected_reading_that_differs_from_the_chip_is_looked_at_by_eye_and_accuses_nobody(
    desk: Service, book: Book
) -> None:
    told = inspected(desk, page=reading(changed(book.lines, "birth_date"), "corrected"), chip=book.chip)
    assert named(told) == [("birth_date", ("page", "chip"))]
    assert (asked(told)["genuine"], told.advised) == ("indeterminate", ("unread",))


@pytest.mark.parametrize("status", ["conflicting", "unreadable", "none", "nonsense"])
def test_a_picture_that_was_not_read_leaves_a_good_chip_open_and_never_invalid(
    desk: Service, book: Book, status: str
) -> None:
    told = inspected(desk, page=reading(book.lines, status) | {"lines": []}, chip=book.chip)
    assert (told.status, asked(told)["current"], told.advised) == ("indeterminate", "valid", ("unread",))


@pytest.mark.parametrize("field", ["name", "birth_date", "expiry_date"])
def test_text_that_is_not_what_was_issued_under_its_number_is_named_against_the_register(
    desk: Service, book: Book, field: str
) -> None:
    told = inspected(desk, mrz=changed(book.lines, field))
    assert named(told) == [(field, ("mrz", "register"))]
    assert asked(told)["genuine"] == "invalid"
    assert "register" not in told.as_json()["routes"]
    assert "900517" not in json.dumps(told.as_json()) or field != "birth_date", "what was issued is not told"


def test_a_wrong_check_digit_is_named(desk: Service, book: Book) -> None:
    second = book.lines[1][:19] + str((int(book.lines[1][19]) + 1) % 10) + book.lines[1][20:]
    told = inspected(desk, mrz=(book.lines[0], second))
    assert asked(told)["genuine"] == "invalid"
    assert "birth_date" in reason(told, "genuine")


def test_one_byte_of_dg1_changed_is_told_of_its_digest(desk: Service, book: Book) -> None:
    data = bytearray(book.files["DG1"])
    data[data.index(b"SALEM") + 3] = ord("I")
    told = inspected(desk, chip=altered(book.chip, "DG1", bytes(data)))
    assert (told.status, told.advised) == ("invalid", ("forged",))
    assert [check.id for check in told.checks if check.result == "fail" and check.level == "crypto"] == [
        "sod.data_group.1"
    ]
    assert "DG1" in reason(told, "genuine")


def test_the_picture_of_another_passport_is_told_of_its_digest(desk: Service, book: Book) -> None:
    other = issue(desk, 871)
    foreign = other.files["DG2"]
    if foreign == book.files["DG2"]:  # one test portrait serves all: change its last byte, inside the picture
        foreign = foreign[:-1] + bytes([foreign[-1] ^ 1])
    told = inspected(desk, chip=altered(book.chip, "DG2", foreign))
    assert told.advised == ("forged",)
    failed = [check.id for check in told.checks if check.result == "fail" and check.level == "crypto"]
    assert failed == ["sod.data_group.2"]
    assert "DG2" in reason(told, "genuine")


def test_a_cloned_chip_that_answers_wrongly_is_told_and_one_not_asked_is_warned_of(desk: Service, book: Book) -> None:
    quiet = inspected(desk, chip=book.chip)
    assert quiet.status == "valid"
    assert [c.result for c in quiet.checks if c.id == "chip.active_authentication"] == ["warning"]
    clone = replace(book.chip, active_authentication=(bytes(8), bytes(64)))
    told = inspected(desk, chip=clone)
    assert (told.status, told.advised) == ("invalid", ("forged",))
    assert [c.id for c in told.checks if c.result == "fail"] == ["aa.response"]


@pytest.mark.parametrize("name", names())
def test_any_states_chip_is_genuine_as_far_as_its_world_says(name: str) -> None:
    """The worlds say by their own table what fails and what is not known."""
    world = build(name)
    trust = TrustStore(world.trusted, world.crls, deviation_lists=world.deviation_lists)
    held = {"seal": world.seal} if world.seal is not None else {"chip": chip_of(world)}
    told = inspect_document(Given(**held), TrustKnowledge(trust, world.at), world.at, load())  # type: ignore[arg-type]
    failed = set(world.expected["failed"]) - {"document.expiry", "seal.expiry"}
    expected = "invalid" if failed else "indeterminate" if world.expected["unknown"] else "valid"
    assert asked(told)["genuine"] == expected
    assert {c.id for c in told.checks if c.result == "fail"} == set(world.expected["failed"])
    if world.seal is None and told.document and told.document["issuer"] != "LBY":
        assert told.as_json()["questions"]["travel"]["applies"] is False
        assert told.status == world.expected["status"]


def test_a_chip_of_one_state_signed_by_anothers_signer_is_told_so() -> None:
    world = build("ds_country_is_not_the_mrz_state")
    told = inspect_document(
        Given(chip=chip_of(world)), TrustKnowledge(TrustStore(world.trusted, world.crls), world.at), world.at, load()
    )
    assert told.advised == ("forged",)
    assert "FRA" in reason(told, "genuine")
    assert "UT" in reason(told, "genuine")


def test_a_signer_nobody_here_knows_leaves_the_question_open(desk: Service, book: Book) -> None:
    told = inspect_document(
        Given(chip=book.chip), RegisterKnowledge(desk.db, TrustStore(), NOW, desk.spec, of_holders=True), NOW, desk.spec
    )
    assert (asked(told)["genuine"], told.advised) == ("indeterminate", ("issuer_unknown",))


@pytest.mark.parametrize("state", ["lost", "stolen", "invalidated", "superseded", "damaged", "holder_deceased"])
def test_every_route_says_what_became_of_the_book(desk: Service, state: DocumentState) -> None:
    serial = 880 + ["lost", "stolen", "invalidated", "superseded", "damaged", "holder_deceased"].index(state)
    held = issue(desk, serial)
    say(SUPERVISOR, desk, held.number, state)
    title = desk.spec.passport.office.documents.entries[state].title
    for route in ({"mrz": held.lines}, {"chip": held.chip}, {"page": reading(held.lines)}):
        told = inspected(desk, **route)
        current = told.as_json()["questions"]["current"]
        assert (current["status"], current["state"], current["since"]) == ("invalid", state, "2026-11-22")
        assert title.en in current["reason"]
        assert title.ar in current["reason_ar"]
        assert (told.status, told.advised) == ("invalid", ("not_current",))


@pytest.mark.parametrize("until", ["produced", "passed"])
def test_a_book_that_was_not_handed_over_is_not_good_for_travel(desk: Service, until: DocumentState) -> None:
    number = put_book(desk, {"produced": "LBZZZ2233", "passed": "LBZZZ2234"}[until], until)
    told = inspected(desk, mrz=zone(number).split())
    assert told.as_json()["questions"]["current"]["state"] == until
    assert asked(told)["current"] == "invalid"


def test_a_number_of_our_series_that_the_register_does_not_hold_is_never_valid(desk: Service) -> None:
    told = inspected(desk, mrz=zone("LBZZZZZZZ").split())
    assert asked(told) == {"genuine": "indeterminate", "current": "indeterminate", "travel": "indeterminate"}
    assert told.advised == ("unregistered",)


def test_a_book_of_before_this_register_is_judged_by_its_dates_and_that_is_said(desk: Service) -> None:
    told = inspected(desk, mrz=zone("123456789").split())
    assert asked(told)["current"] == "valid"
    assert "before this register" in reason(told, "current")
    assert asked(told)["travel"] == "indeterminate"


def test_a_foreign_document_is_judged_by_its_dates_alone_and_its_holder_is_not_asked_about(desk: Service) -> None:
    told = inspected(desk, mrz=zone("L898902C3", "UTO").split())
    assert (asked(told)["current"], asked(told)["travel"]) == ("valid", "indeterminate")
    assert "another State" in reason(told, "current")
    assert told.as_json()["questions"]["travel"]["applies"] is False
    assert told.as_json()["questions"]["travel"]["authority"] is None


def test_an_expired_document_is_told_so(desk: Service, book: Book) -> None:
    told = inspected(desk, mrz=book.lines, at=NOW + timedelta(days=8 * 366))
    assert asked(told)["current"] == "invalid"
    assert "expired on 2034-11-21" in reason(told, "current")
    assert told.advised == ("expired",)


def test_a_published_defect_is_told_and_ends_no_document(desk: Service) -> None:
    held = issue(desk, 891)
    entry = {
        "title": "Faded overlay",
        "deviation": "DGHashWrong",
        "about": 3,
        "words": "the digest of DG3 is wrong",
        "conditions": {"numbers": [held.number]},
    }
    defects.enter(desk, SUPERVISOR, entry, NOW)
    told = inspected(desk, chip=held.chip)
    assert told.status == "valid"
    found = [check for check in told.checks if check.id == "document.defect"]
    assert [(c.result, c.deviation) for c in found] == [("warning", "2.23.136.1.1.7.2.2")]
    assert "Faded overlay" in found[0].reason
    other = issue(desk, 892)
    assert not [c for c in inspected(desk, chip=other.chip).checks if c.id == "document.defect"]


def test_who_may_not_leave_is_told_whom_to_call_and_nothing_of_the_case(sqlite_template: Path, tmp_path: Path) -> None:
    (tmp_path / "i.db").write_bytes(sqlite_template.read_bytes())
    service = casework.with_case_offices(with_posts(installation(tmp_path, f"sqlite:///{tmp_path / 'i.db'}")))
    held = issue(service)
    file = casework.before_summary_court(service)
    judge = casework.officer("judge", casework.SUMMARY)
    words = "أمر منع رقم 77"
    banned = casework.step(service, judge, file, "ban_travel", date(2026, 2, 1), accused="A1", legal_basis=words)
    told = inspected(service, mrz=held.lines, chip=held.chip)
    travel = told.as_json()["questions"]["travel"]
    assert (told.status, asked(told)["genuine"], asked(told)["current"]) == ("invalid", "valid", "valid")
    assert told.advised == ("banned",)
    assert travel["authority"] == "Tripoli summary court"
    assert travel["authority_ar"] == "محكمة طرابلس الجزئية"
    assert travel["call"] == casework.SUMMARY
    whole = json.dumps(told.as_json(), ensure_ascii=False)
    for secret in (banned.number, banned.id, words, "سرقة", "theft"):
        assert secret not in whole
    casework.step(service, judge, banned, "lift_travel_ban", date(2026, 11, 22), accused="A1", legal_basis="براءة")
    assert inspected(service, mrz=held.lines, chip=held.chip).status == "valid"
    service.close()


def test_a_register_that_cannot_be_asked_leaves_it_open_and_the_chip_is_judged(desk: Service, book: Book) -> None:
    away = Database("postgresql+psycopg://nobody@127.0.0.1:9/none", busy_timeout_seconds=0.2)
    told = inspect_document(
        Given(chip=book.chip), RegisterKnowledge(away, desk.trust, NOW, desk.spec, of_holders=True), NOW, desk.spec
    )
    assert asked(told) == {"genuine": "valid", "current": "indeterminate", "travel": "indeterminate"}
    assert told.advised == ("stale",)


def test_certificates_alone_say_nothing_of_what_became_of_a_document(desk: Service, book: Book) -> None:
    told = inspect_document(Given(chip=book.chip), TrustKnowledge(desk.trust, NOW), NOW, desk.spec)
    assert asked(told) == {"genuine": "valid", "current": "indeterminate", "travel": "indeterminate"}
    assert told.knowledge["kind"] == "trust"


def sealed(service: Service, lines: tuple[str, str]) -> bytes:
    """A seal of the zone by the service's own signer."""
    request = TravelSealRequest("passport:test", lines, "TD3", date(2026, 11, 22), service.spec)
    return keys.issue(keys.prepare(service.keys, request, NOW), NOW).artefact


def test_a_seal_proves_its_zone_and_agrees_with_chip_and_text(desk: Service, book: Book) -> None:
    seal = sealed(desk, book.lines)
    alone = inspected(desk, seal=seal)
    assert (alone.status, asked(alone)) == ("valid", {"genuine": "valid", "current": "valid", "travel": "valid"})
    every = inspected(desk, seal=seal_text(seal), mrz=book.lines, chip=book.chip, page=reading(book.lines))
    assert (every.status, every.differences) == ("valid", ())
    assert set(every.as_json()["routes"]) == {"mrz", "page", "chip", "seal"}


@pytest.mark.parametrize("field", ["name", "sex", "nationality", "birth_date", "expiry_date", "optional"])
def test_a_field_altered_in_the_seal_or_against_it_is_named(desk: Service, book: Book, field: str) -> None:
    """The seal of another zone, signed by us, beside the chip; and an altered page beside a true seal."""
    forged = changed(book.lines, field)
    told = inspected(desk, seal=sealed(desk, forged), chip=book.chip)
    assert named(told)[0] == (field, ("seal", "chip"))
    assert asked(told)["genuine"] == "invalid"
    told = inspected(desk, seal=sealed(desk, book.lines), mrz=forged)
    assert (field, ("mrz", "seal")) in named(told)
    assert asked(told)["genuine"] == "invalid"


def test_an_altered_seal_is_forged(desk: Service, book: Book) -> None:
    data = bytearray(sealed(desk, book.lines))
    data[40] ^= 1
    told = inspected(desk, seal=bytes(data))
    assert asked(told)["genuine"] == "invalid"
    assert told.advised[0] == "forged"


def test_a_stolen_book_is_told_by_its_seal_too(desk: Service) -> None:
    held = issue(desk, 893)
    seal = sealed(desk, held.lines)
    say(SUPERVISOR, desk, held.number, "stolen")
    assert inspected(desk, seal=seal).as_json()["questions"]["current"]["state"] == "stolen"


def test_readers_that_agree_on_a_printed_fault_speak_against_the_document(desk: Service, book: Book) -> None:
    fault = {
        "field": "birth_date",
        "code": "printed_fault",
        "message": "the printed digit is wrong",
        "message_ar": "خطأ",
    }
    told = inspected(desk, page=reading(book.lines, "conflicting") | {"errors": [fault]}, chip=book.chip)
    assert asked(told)["genuine"] == "invalid"
    assert "printed digit" in reason(told, "genuine")


def test_a_correction_that_a_second_reader_confirms_stands_for_the_page(desk: Service, book: Book) -> None:
    seen = reading(book.lines, "corrected")
    assert inspected(desk, page=seen, chip=book.chip).status == "indeterminate"
    assert inspected(desk, page=seen | {"confirmed_by": ["passport_eye"]}, chip=book.chip).status == "valid"


def test_names_compare_by_what_their_zones_hold() -> None:
    """Doc 9303-4 §4.2.3 and 9303-6: the same long name fills TD3 (39) and TD2 (31) with other letters."""
    names = ("NILAVADHANANANDA", "ARNPOL PETCH CHARLES"), ("NILAVADHANANANDA", "ARNPOL PETCH")
    long, short = ({"surname": surname, "given": given_names} for surname, given_names in names)
    assert same_name(long, short, False, True)
    assert same_name(short, long, True, False)
    assert not same_name(long, short, False, False), "a name that does not fill its field was not cut"
    assert not same_name(long, {"surname": "NILAVADHANANANDA", "given": "ARNPOL PITCH"}, False, True)
    assert not same_name(long, {"surname": "SMITH", "given": "ARNPOL PETCH"}, False, True)


@settings(max_examples=150, deadline=2000, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    lines=st.none() | st.lists(st.text(max_size=60), max_size=4) | st.lists(
        st.text("ABCPLY<0123456789", min_size=44, max_size=44), min_size=2, max_size=2
    ),
    files=st.none()
    | st.dictionaries(st.sampled_from(["EF_SOD", "DG1", "DG2", "DG14", "DG15", "EF_COM"]), st.binary(max_size=80)),
    seal=st.none() | st.text(max_size=80) | st.binary(max_size=120),
)  # fmt: skip
def test_no_text_or_bytes_stop_an_inspection(
    desk: Service, lines: list[str] | None, files: dict[str, bytes] | None, seal: str | bytes | None
) -> None:
    told = inspected(desk, mrz=lines, chip=None if files is None else Chip(files), seal=seal)
    assert told.status in ("invalid", "indeterminate")
    json.dumps(told.as_json())
