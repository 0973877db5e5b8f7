"""Every document type that is switched on goes the whole way: application, decision, making, check, hand-over.

Judges: openssl for EF.SOD and the signed package, the check digits of Doc 9303-3 §4.9 reckoned here, the page as text.
"""

from __future__ import annotations

import base64
import copy
import hashlib
import io
import json
import subprocess
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import zxingcpp
from PIL import Image
from pyzbar import pyzbar
from sqlmodel import select

from issuance.border.mrz import verify_mrz
from issuance.border.status import with_status
from issuance.border.verify import verify_bytes
from issuance.db.tables import SigningIntent
from issuance.mrtd import mrz
from issuance.passports import books, delivering, enrol, producing, quality, reports
from issuance.passports.model import Passport, PassportFile, SltdRecord
from issuance.passports.read_back import PageLook, seal_look
from issuance.service import Service
from issuance.specification.conform.given import given
from issuance.specification.conform.run import conform
from issuance.staff.offices import OfficeEntry, register_office
from keys.seal_verify import verify_seal
from specs.errors import Invalid, IssuanceError, Refused
from tests import passports as office
from tests.service import CLERK, NOW, enter, found, portrait
from tests.stock import stocked

pytestmark = pytest.mark.slow
FOREIGN = OfficeEntry("MFA", "قسم الجوازات", "Passport Section", "foreign_ministry", date(2014, 1, 1))
MISSION = OfficeEntry("MTUN", "سفارة ليبيا تونس", "Embassy of Libya, Tunis", "mission", date(2014, 1, 1))
CREW = {"medical_report": "MR-7/2026"}
APPROVED = {"authority_approval": "AA-3/2026"}
HOME = {"nationality_confirmation": "NC-9/2026", "fingerprint_record": "FR-9/2026"}


@dataclass(frozen=True)
class Case:
    """What one type is made as. zone: lines x characters; begins: of its blanks' numbers; years: whole, 0: 14 days."""

    office: str
    code: str
    nationality: str
    zone: tuple[int, int]
    years: int
    begins: str
    title: str
    kind: str = "first"
    papers: dict[str, str] | None = None
    of: str = "LBY"
    chip: bool = True


CASES = {
    "ORDINARY": Case("PTIP", "PP", "LBY", (2, 44), 8, "90", "PASSPORT"),
    "DIPLOMATIC": Case("MFA", "PD", "LBY", (2, 44), 4, "71", "DIPLOMATIC PASSPORT"),
    "SPECIAL": Case("MFA", "PO", "LBY", (2, 44), 4, "72", "SPECIAL PASSPORT"),
    "EMERGENCY": Case(
        "MTUN", "PU", "LBY", (2, 36), 0, "85", "EMERGENCY TRAVEL DOCUMENT", "emergency", HOME, chip=False
    ),
    "TEMPORARY_REFUGEE": Case(
        "PTIP", "PR", "XXB", (2, 44), 2, "74", "DOCUMENT FOR A REFUGEE", "temporary", APPROVED, of="SDN"
    ),
    "TEMPORARY_STATELESS": Case(
        "PTIP", "PS", "XXA", (2, 44), 2, "75", "DOCUMENT FOR A STATELESS PERSON", "temporary", APPROVED, of="XXA"
    ),
    "SEA_CREW": Case("PTIP", "I<", "LBY", (3, 30), 4, "81", "SEA CREW TRAVEL DOCUMENT", papers=CREW),
    "AIR_CREW": Case("PTIP", "AC", "LBY", (3, 30), 4, "82", "AIR CREW TRAVEL DOCUMENT", papers=CREW),
}
SERIAL = {name: 700 + n for n, name in enumerate(CASES)}
VALUES = {c: n for n, c in enumerate("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ")} | {"<": 0}


@dataclass(frozen=True)
class Made:
    number: str
    application: str
    files: dict[str, bytes]

    @property
    def lines(self) -> list[str]:
        return json.loads(self.files["package.json"])["work"]["mrz"]  # type: ignore[no-any-return]

    @property
    def chip(self) -> dict[str, bytes]:
        return {name: content for name, content in self.files.items() if name.endswith(".bin")}


@pytest.fixture(scope="module")
def service(desk: Service) -> Service:
    """With a ministry and a mission, and blanks of every kind."""
    for entry in (FOREIGN, MISSION):
        register_office(desk.db, CLERK, entry, desk.spec, NOW)
    office.filled(desk, 5)
    for n, case in enumerate(CASES.values()):
        if case.begins != "90":
            stocked(desk.db, "MTUN" if case.office == "MTUN" else "PTIP", 4, NOW, int(f"{case.begins}{n + 1:010d}"))
    return desk


def wanted(name: str, serial: int, latin: dict[str, str] | None = None) -> dict[str, Any]:
    """The request of an invented person for this type. latin: of the name, if not the usual one."""
    case = CASES[name]
    person = {"national_number": f"1199090{serial:05d}", "nationality": case.of}
    asked = office.asked(person, case.kind, **({"papers": dict(case.papers)} if case.papers else {}))
    asked["application"] |= {"document_type": name, "office": case.office}
    if latin is not None:
        asked["application"]["names"] |= {"latin": latin}
    return asked


def approved(service: Service, name: str, serial: int, latin: dict[str, str] | None = None) -> str:
    """The person is entered, applies at an office that issues the type, and is approved; the application's id."""
    case, asked = CASES[name], wanted(name, serial, latin)
    enter(service, **{field: asked["application"][field] for field in ("national_number", "nationality", "names")})
    clerk = office.duty("passport_clerk", f"clerk-{case.office}", case.office)
    view = enrol.draft(service, clerk, asked, NOW).view
    enrol.attach(service, clerk, view.id, "portrait", portrait(), "image/jpeg", NOW)
    view = office.pay(service, enrol.submit(service, clerk, view.id, NOW))
    assert view.state == "deciding", (view.state, view.reason)
    office.approve(service, view.id, officer=office.duty("passport_officer", f"officer-{case.office}", case.office))
    return view.id


def kept(service: Service, number: str) -> dict[str, bytes]:
    with service.db.reading() as read:
        query = select(PassportFile.name, PassportFile.content).where(PassportFile.passport_number == number)
        return dict(read.exec(query).all())


_made: dict[str, Made] = {}


@pytest.fixture
def made(service: Service, request: pytest.FixtureRequest) -> Made:
    """The document of the type, handed over; made once."""
    name = request.param
    if name not in _made:
        _made[name] = _whole_way(service, name)
    return _made[name]


def _whole_way(service: Service, name: str) -> Made:
    case, application = CASES[name], approved(service, name, SERIAL[name])
    maker, controller, giver = (
        office.duty(role, f"{role}-{case.office}", case.office)
        for role in ("personaliser", "quality_controller", "delivery_clerk")
    )
    if case.office != "MTUN":  # books and cards are made in Tripoli, a sheet at the mission
        maker = office.MAKER
    number = producing.produce(service, maker, application, NOW).number
    made = Made(number, application, kept(service, number))
    quality.written(service, maker, number, NOW)
    scans = made.files["data_page.png"], made.files.get("data_page_back.png", b"")
    assert quality.check(service, controller, number, made.chip, scans[0], NOW, back=scans[1]).passed
    if office.look(service, application).state == "sending":
        delivering.receive(service, giver, number, NOW)
    delivering.hand_over(service, giver, number, dict(office.AT_THE_DESK), NOW)
    assert office.look(service, application).state == "handed_over"
    return made


every_type = pytest.mark.parametrize("made", CASES, indirect=True)


def case_of(made: Made) -> tuple[str, Case]:
    return next((name, case) for name, case in CASES.items() if _made.get(name) is made)


def digit(text: str) -> str:
    """Doc 9303-3 §4.9: weights 7 3 1, modulus 10."""
    return str(sum(VALUES[c] * (7, 3, 1)[n % 3] for n, c in enumerate(text)) % 10)


def test_every_type_that_is_switched_on_is_issued(service: Service) -> None:
    types = service.spec.passport.editions["2026"].document_types
    assert set(types.issued()) == {one.id for one in types.types if one.entitlement.switched_on} == set(CASES)
    asked = wanted("ORDINARY", 99)
    asked["application"]["document_type"] = "SERVICE"  # no law was found for it
    with pytest.raises(Invalid) as caught:
        enrol.judged(service, asked, portrait(), NOW)
    assert ("application.document_type", "passports.document_type") in found(caught.value)


@every_type
def test_the_zone_is_that_of_the_type_with_right_check_digits(made: Made) -> None:
    _, case = case_of(made)
    lines = made.lines
    assert (len(lines), {len(line) for line in lines}) == (case.zone[0], {case.zone[1]})
    assert lines[0][:5] == f"{case.code}LBY"
    whole = "".join(lines)
    if case.zone[0] == 3:  # Doc 9303-5 §4.2.2
        number, data, covered = lines[0][5:15], lines[1][:7] + lines[1][8:15], slice(5, 30)
        composite = whole[covered] + lines[1][:7] + lines[1][8:15] + lines[1][18:29]
        nationality, last = lines[1][15:18], lines[1][29]
    else:
        number, data = lines[1][:10], lines[1][13:20] + lines[1][21:28]
        composite = lines[1][:10] + lines[1][13:20] + lines[1][21 : case.zone[1] - 1]
        nationality, last = lines[1][10:13], lines[1][-1]
    assert number[:9] == made.number
    assert [digit(part[:-1]) for part in (number, data[:7], data[7:])] == [number[-1], data[6], data[13]]
    assert (nationality, last) == (case.nationality, digit(composite))
    ends = date(2026, 12, 5) if not case.years else date(2026 + case.years, 11, 21)  # 14 days, or years less a day
    assert data[7:13] == f"{ends:%y%m%d}"


def test_a_zone_of_two_lines_of_36_takes_the_code_of_the_single_sheet_and_no_other_passport_code() -> None:
    # The sample that readers of ICAO's seal for emergency travel documents are tested with (vdstools, tsenger).
    sample = ("PUD<<KOEPPENIK<<JONATHAN<GERALD<<<<<", "2L1T3QPB04D<<8506210M2604239<<<<<<<8")
    read = mrz.check(sample)
    assert (read.valid, read.format, read.fields["document_code"]) == (True, "TD2", "PU")
    other = mrz.check(("PP" + sample[0][2:], sample[1]))
    assert {(fault.field, fault.code) for fault in other.errors} == {("document_code", "mrz.not_allowed")}


@every_type
def test_a_chip_is_signed_where_there_is_one_and_the_package_always(
    service: Service, made: Made, tmp_path: Path
) -> None:
    name, case = case_of(made)
    work = json.loads(made.files["package.json"])
    (tmp_path / "package.p7s").write_bytes(base64.b64decode(work["signature"]["value"]))
    seen = openssl("cms", "-verify", "-noverify", "-binary", "-inform", "DER", "-in", tmp_path / "package.p7s")
    assert json.loads(seen) == work["work"]
    assert work["work"]["document_type"] == name
    assert ("EF_SOD.bin" in made.files, bool(made.chip)) == (case.chip, case.chip)
    row = office.book(service, made.number)
    assert row.intent_id
    assert row.blank is not None
    assert row.blank.startswith(case.begins)
    if case.chip:
        sod = made.files["EF_SOD.bin"]
        header = 4 if sod[1] == 0x82 else 3
        (tmp_path / "sod.der").write_bytes(sod[header:])
        signed = openssl("cms", "-verify", "-noverify", "-binary", "-inform", "DER", "-in", tmp_path / "sod.der")
        assert openssl("dgst", "-sha256", "-binary", given=made.files["DG1.bin"]) in signed
        assert "".join(made.lines).encode() in made.files["DG1.bin"]


def seal_of(made: Made) -> bytes | None:
    said = json.loads(made.files["package.json"])["work"]["seal"]
    return base64.b64decode(said) if said is not None else None


def sealed_page(made: Made) -> tuple[bytes, bytes]:
    """The page with the code as a picture, and as one drawn by Poppler from the PDF."""
    book = "observation_page.png" in made.files
    pdf, page = ("observation_page.pdf", 1) if book else ("data_page.pdf", 2)
    drawn = subprocess.run(
        ["pdftoppm", "-r", "300", "-f", str(page), "-l", str(page), "-png", "-"],
        input=made.files[pdf],
        capture_output=True,
        check=True,
    )
    return made.files["observation_page.png" if book else "data_page_back.png"], drawn.stdout


@every_type
def test_books_and_sheets_bear_a_seal_of_their_zone_that_two_readers_read_and_the_package_says(
    service: Service, made: Made
) -> None:
    _, case = case_of(made)
    seal = seal_of(made)
    with service.db.reading() as read:
        query = select(SigningIntent).where(SigningIntent.reference == f"passport-seal:{made.number}")
        intents = read.exec(query).all()
    if case.zone[0] == 3:  # no room on a card
        assert (seal, len(intents)) == (None, 0)
        return
    assert seal is not None
    [intent] = intents
    assert (intent.outcome, intent.result_sha256) == ("signed", hashlib.sha256(seal).hexdigest())
    for picture in sealed_page(made):
        assert [bytes(code.bytes) for code in zxingcpp.read_barcodes(grey(picture))] == [seal]
        [read_by_zbar] = pyzbar.decode(grey(picture), symbols=[pyzbar.ZBarSymbol.QRCODE])
        assert read_by_zbar.data.decode().encode("latin-1") == seal  # zbar writes octets down as Latin-1 text
        verdict = verify_bytes(picture, "page.png", service.trust, NOW, service.spec)
        assert (verdict.status, verdict.facts["mrz"]) == ("valid", made.lines)
    assert verdict.facts["kind"] == ("passport_seal" if case.zone[1] == 44 else "etd_seal")


@every_type
def test_the_code_is_large_enough_and_nothing_stands_in_its_quiet_zone(made: Made) -> None:
    """Doc 9303-13 and ISO/IEC 18004: modules of half a millimetre and more, four of them white on every side."""
    if seal_of(made) is None:
        return
    page = grey(sealed_page(made)[0])
    [code] = zxingcpp.read_barcodes(page)
    left, top, right, bottom = (
        min(p.x for p in corners(code)), min(p.y for p in corners(code)),
        max(p.x for p in corners(code)), max(p.y for p in corners(code)),
    )  # fmt: skip
    pixels = np.asarray(page)
    assert pixels[top + 3, left + 3] < 64  # a corner of a finder is dark
    modules = round((right - left) / 6)
    assert (modules - 17) % 4 == 0  # a QR code has 17 + 4 v of them
    module = (right - left) / modules
    assert module * 25.4 / 300 >= 0.5 - 0.01  # a pixel more or less over the whole code
    quiet = round(4 * module) - 2
    around = pixels[top - quiet : bottom + quiet, left - quiet : right + quiet].copy()
    around[quiet - 2 : -quiet + 2, quiet - 2 : -quiet + 2] = 255
    assert around.min() > 250


def corners(code: Any) -> list[Any]:
    at = code.position
    return [at.top_left, at.top_right, at.bottom_right, at.bottom_left]


def grey(picture: bytes) -> Image.Image:
    return Image.open(io.BytesIO(picture)).convert("L")


@every_type
def test_the_page_is_titled_as_the_type_and_speaks_of_a_passport_only_where_it_is_one(
    made: Made, tmp_path: Path
) -> None:
    _, case = case_of(made)
    (tmp_path / "page.pdf").write_bytes(made.files["data_page.pdf"])
    text = subprocess.run(["pdftotext", tmp_path / "page.pdf", "-"], capture_output=True, check=True).stdout.decode()
    words = " ".join(text.split())
    assert case.title in words
    assert ("Passport No." in words, "Document No." in words) == (
        ("PASSPORT" in case.title),
        "PASSPORT" not in case.title,
    )
    assert ("رقم الجواز" in words) == ("PASSPORT" in case.title)
    for line in made.lines:
        assert line in words.replace(" ", "")
    size = {2: {44: (1476, 1039), 36: (1240, 874)}, 3: {30: (1011, 638)}}[case.zone[0]][case.zone[1]]
    for name in ("data_page.png", "data_page_back.png"):
        if name in made.files:
            assert Image.open(io.BytesIO(made.files[name])).size == size
    assert ("data_page_back.png" in made.files) == (case.zone[0] == 3 or case.zone[1] == 36)


@every_type
def test_the_border_knows_it_and_interpol_is_told_its_type(service: Service, made: Made) -> None:
    _, case = case_of(made)
    verdict = with_status(verify_mrz("\n".join(made.lines), NOW, service.spec), service.db, NOW, service.spec)
    assert (verdict.status, verdict.facts["book_status"]) == ("valid", "active")
    seal = seal_of(made)
    if seal is not None:
        by_seal = with_status(verify_seal(seal, service.trust, NOW, service.spec), service.db, NOW, service.spec)
        assert (by_seal.status, by_seal.facts["book_status"]) == ("valid", "active")
    reports.report(
        service, office.duty("passport_officer", office=case.office), made.number, "stolen", "POL-1", "", NOW
    )
    if seal is not None:
        by_seal = with_status(verify_seal(seal, service.trust, NOW, service.spec), service.db, NOW, service.spec)
        assert (by_seal.status, [check.id for check in by_seal.failed()]) == ("invalid", ["passport.status"])
    verdict = with_status(verify_mrz("\n".join(made.lines), NOW, service.spec), service.db, NOW, service.spec)
    assert (verdict.status, verdict.facts["book_status"]) == ("invalid", "stolen")
    with service.db.reading() as read:
        (told,) = read.exec(select(SltdRecord).where(SltdRecord.number == made.number)).all()
    assert (told.document_code, told.issuing_state, told.category) == (case.code, "LBY", "stolen")


@every_type
def test_it_keeps_the_clauses_of_its_own_type(service: Service, made: Made, tmp_path: Path) -> None:
    for name, content in made.files.items():
        (tmp_path / name).write_bytes(content)
    report = conform(given(tmp_path, service.spec), service.spec)
    assert [(held.clause.id, [v.measured for v in held.values if v.kept is False]) for held in report.broken()] == []
    kept = {held.clause.id for held in report.clauses if held.result == "kept"}
    assert {"mrz.format", "mrz.document_code", "series.number", "data_page.header"} <= kept


@every_type
def test_the_desk_sees_the_holders_face(service: Service, made: Made) -> None:
    _, case = case_of(made)
    seen = books.face_of(service, office.duty("passport_officer", office=case.office), made.number, NOW)
    assert Image.open(io.BytesIO(seen)).format == "JPEG"


@pytest.mark.parametrize("name", [name for name, case in CASES.items() if case.papers])
def test_conditions_of_the_type_are_asked_for_by_name(service: Service, name: str) -> None:
    asked = wanted(name, 98)
    papers = asked.pop("papers")
    with pytest.raises(Invalid) as caught:
        enrol.judged(service, asked, portrait(), NOW)
    assert found(caught.value) == {(f"papers.{paper}", "passports.request.paper") for paper in papers}
    ordinary = copy.deepcopy(asked) | {"kind": "first", "papers": papers}
    ordinary["application"] |= {"document_type": "ORDINARY", "office": "PTIP", "nationality": "LBY"}
    with pytest.raises(Invalid) as caught:
        enrol.judged(service, ordinary, portrait(), NOW)
    assert found(caught.value) == {(f"papers.{paper}", "passports.request.paper_unasked") for paper in papers}


def test_a_refugee_whose_name_is_one_word_has_it_as_the_primary_identifier(service: Service, tmp_path: Path) -> None:
    """Doc 9303-3 §4.6: fillers follow it to the end of the field; nothing stands for what there is not."""
    application = approved(service, "TEMPORARY_REFUGEE", 991, {"surname": "SUKARNO", "given": ""})
    files = kept(service, producing.produce(service, office.MAKER, application, NOW).number)
    first_line = files["DG1.bin"][5:49].decode()
    assert first_line == "PRLBYSUKARNO".ljust(44, "<")
    (tmp_path / "page.pdf").write_bytes(files["data_page.pdf"])
    text = subprocess.run(["pdftotext", "-layout", tmp_path / "page.pdf", "-"], capture_output=True, check=True).stdout
    assert text.decode().count("SUKARNO") == 2  # in its field and in the zone


def test_a_card_is_not_made_on_the_blank_of_a_book(service: Service) -> None:
    with service.db.reading() as read:
        blank = read.exec(select(Passport.blank).where(Passport.document_type == "ORDINARY")).first()
    book = str(int(blank or "900000000001") + 1)  # the next blue book of the store
    view = approved(service, "SEA_CREW", 791)
    with pytest.raises(Refused) as caught:
        producing.produce(service, office.MAKER, view, NOW, blank=book)
    assert found(caught.value) == {("blank", "stock.kind")}
    assert office.look(service, view).state == "approved"


def test_no_sheet_is_made_where_only_books_are_in_store(service: Service) -> None:
    view = approved(service, "EMERGENCY", 792)
    with pytest.raises(Refused) as caught:
        producing.produce(service, office.MAKER, view, NOW)  # its own store, in Tripoli, holds no sheets
    assert found(caught.value) == {("office", producing.NO_BLANK)}


def test_the_back_of_a_card_is_scanned_and_a_letter_for_a_filler_on_it_is_seen(service: Service) -> None:
    view = approved(service, "AIR_CREW", 793)
    number = producing.produce(service, office.MAKER, view, NOW).number
    quality.written(service, office.MAKER, number, NOW)
    files = kept(service, number)
    chip = {name: content for name, content in files.items() if name.endswith(".bin")}
    front, back = files["data_page.png"], files["data_page_back.png"]
    with pytest.raises(IssuanceError) as caught:
        quality.check(service, office.CONTROLLER, number, chip, front, NOW)
    assert found(caught.value) == {("back", "passports.quality.page")}
    page, mm = Image.open(io.BytesIO(back)).convert("RGB"), 300 / 25.4
    letter, filler = ((round((4.7 + n * 2.54) * mm), round(31.5 * mm)) for n in (0, 20))
    cell = page.crop((*letter, letter[0] + round(2.54 * mm), letter[1] + round(8 * mm)))
    page.paste(cell, filler)  # the A of the code for a filler of the first line
    changed = io.BytesIO()
    page.save(changed, "PNG")
    checked = quality.check(service, office.CONTROLLER, number, chip, front, NOW, back=changed.getvalue())
    assert {(one.file, one.kind) for one in checked.differences} == {("back", "picture")}


def test_a_sheet_with_the_seal_of_another_is_found_and_one_whose_seal_does_not_read_is_scanned_again(
    service: Service,
) -> None:
    numbers = []
    for serial in (794, 795):
        view = approved(service, "EMERGENCY", serial)
        maker = office.duty("personaliser", "personaliser-MTUN", "MTUN")
        numbers.append(producing.produce(service, maker, view, NOW).number)
        quality.written(service, maker, numbers[-1], NOW)
    files, others = (kept(service, number) for number in numbers)
    controller = office.duty("quality_controller", "quality_controller-MTUN", "MTUN")
    front, back = files["data_page.png"], files["data_page_back.png"]
    swapped = quality.check(service, controller, numbers[0], {}, front, NOW, back=others["data_page_back.png"])
    assert ("back", "seal") in {(one.file, one.kind) for one in swapped.differences}
    ordered = json.loads(files["package.json"])["work"]["seal"]
    spotted = Image.open(io.BytesIO(back)).convert("RGB")
    held = io.BytesIO()
    spotted.resize((spotted.width // 6, spotted.height // 6)).resize(spotted.size).save(held, "PNG")
    assert seal_look(base64.b64decode(ordered), held.getvalue(), "back") == PageLook(False, ())
    assert seal_look(base64.b64decode(ordered), back, "back") == PageLook(True, ())


def openssl(*arguments: Any, given: bytes | None = None) -> bytes:
    return subprocess.run(["openssl", *map(str, arguments)], input=given, capture_output=True, check=True).stdout
