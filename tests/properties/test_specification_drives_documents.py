"""A value changed in a copy of the specification changes the documents: the program holds no second copy of it."""

from __future__ import annotations

import json
import re
import subprocess
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from issuance.certificates import commands as certificates
from issuance.certificates import views as certificate_views
from issuance.mrtd.mrz import rules as mrz_rules
from issuance.mrtd.text import names, tables
from issuance.passports import commands as passports
from issuance.passports import views as passport_views
from issuance.people import national_number
from issuance.service import Service
from specs.errors import Invalid
from tests.service import (
    CLERK,
    NOW,
    TODAY,
    application,
    changed_specification,
    console,
    installation,
    portrait,
    replaced,
    request,
)

BOOK = "passport/editions/2026"
MARKS = re.compile("[\u200e\u200f\u061c\u202a-\u202e\u2066-\u2069]")
Changed = Callable[..., Service]


def text_of(pdf: bytes, tmp_path: Path) -> str:
    """What poppler reads."""
    (tmp_path / "judged.pdf").write_bytes(pdf)
    command: list[str | Path] = ["pdftotext", "-enc", "UTF-8", tmp_path / "judged.pdf", "-"]
    text = subprocess.run(command, capture_output=True, check=True).stdout.decode()
    return " ".join(MARKS.sub("", text).split())


def forget() -> None:
    """A process reads its specification once; these tests change it under the process."""
    for cached in (
        mrz_rules.standing_rules,
        names.standing_name_rules,
        tables.standing_tables,
        national_number.standing_number_rules,
    ):
        cached.cache_clear()


@pytest.fixture
def changed(sqlite_template: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Changed]:
    """Open an installation under a copy of the specification with (file, old, new) changes."""
    opened: list[Service] = []

    def open_with(*changes: tuple[str, str, str]) -> Service:
        specs = changed_specification(tmp_path / "specs", *changes)
        monkeypatch.setenv("ISSUANCE_SPECS", str(specs))
        forget()
        (tmp_path / "issuance.db").write_bytes(sqlite_template.read_bytes())
        opened.append(installation(tmp_path, f"sqlite:///{tmp_path / 'issuance.db'}", specs=specs))
        return opened[0]

    yield open_with
    for service in opened:
        service.close()
    forget()


def passport(service: Service, **asked: Any) -> Any:
    return passports.issue(service, CLERK, application(**asked), portrait(), NOW)


def test_the_years_of_validity(changed: Changed) -> None:
    service = changed((f"{BOOK}/validity.yaml", "validity_years: 8", "validity_years: 10"))
    made = passport(service)
    assert made.expires_on == date(2036, 11, 21)
    assert made.mrz[1][21:27] == "361121"
    assert passport(service, edition="2021").expires_on == date(2034, 11, 21)


def test_the_days_before_the_anniversary(changed: Changed) -> None:
    change = (f"{BOOK}/validity.yaml", "days_before_anniversary: 1", "days_before_anniversary: 0")
    assert passport(changed(change)).expires_on == date(2034, 11, 22)


def test_the_days_an_issue_may_lie_back(changed: Changed) -> None:
    service = changed((f"{BOOK}/validity.yaml", "days_back_allowed: 30", "days_back_allowed: 0"))
    with pytest.raises(Invalid) as caught:
        passport(service, issued_on=str(TODAY - timedelta(days=1)))
    assert [fault.field for fault in caught.value.faults] == ["issued_on"]


def test_the_prefix_and_first_serial_of_numbers(changed: Changed) -> None:
    series = f"{BOOK}/series.yaml"
    made = passport(
        changed(
            (series, "^LB", "^XY"), (series, "prefix: LB", "prefix: XY"), (series, "first_serial: 0", "first_serial: 1")
        )
    )
    assert made.number == "XY2222223"
    assert made.mrz[1][:9] == "XY2222223"


def test_the_document_code(changed: Changed) -> None:
    service = changed((f"{BOOK}/mrz.yaml", "code: PP", "code: PO"))
    made = passport(service)
    assert made.mrz[0][:5] == "POLBY"
    assert b"POLBY" in passport_views.passport_file(service, CLERK, made.number, "DG1.bin")[0]


def test_the_optional_data_of_the_zone(changed: Changed) -> None:
    made = passport(changed((f"{BOOK}/mrz.yaml", "holds: nothing", "holds: national_number")))
    assert made.mrz[1][28:42] == "119909000012<<"


def test_the_form_of_the_name_in_the_zone(changed: Changed) -> None:
    made = passport(changed((f"{BOOK}/mrz.yaml", "written_from: latin", "written_from: scheme")))
    # Doc 9303-3 §6.C: alef A, lam L, meem M, beh B, reh R, waw W, kaf K; seen S; ain E, yeh Y; hah XH, dal D
    assert made.mrz[0] == "PPLBYALMBRWK<<SALM<ELY<MXHMD".ljust(44, "<")


def test_a_caption_of_the_data_page(changed: Changed, tmp_path: Path) -> None:
    service = changed((f"{BOOK}/data_page.yaml", "en: Place of birth", "en: Birthplace"))
    page, _ = passport_views.passport_file(service, CLERK, passport(service).number, "data_page.pdf")
    text = text_of(page, tmp_path)
    assert "Birthplace" in text
    assert "Place of birth" not in text


def test_the_smallest_portrait(changed: Changed) -> None:
    service_change = (f"{BOOK}/portrait.yaml", "minimum_width_px: 400", "minimum_width_px: 1200")
    with pytest.raises(Invalid) as caught:
        changed(service_change)  # the portrait of the person has 1,100 pixels
    assert [fault.code for fault in caught.value.faults] == ["passports.portrait.too_small"]


def test_the_size_of_the_chip_image(changed: Changed) -> None:
    service = changed((f"{BOOK}/portrait.yaml", "maximum_bytes: 20000", "maximum_bytes: 9000"))
    content, _ = passport_views.passport_file(service, CLERK, passport(service).number, "DG2.bin")
    assert len(content) < 9200


def test_the_months_wordings_and_disclosure_of_the_certificate(changed: Changed, tmp_path: Path) -> None:
    file = "certificate/certificate.yaml"
    service = changed(
        (file, "  months: 3\n", "  months: 1\n"),
        (file, "en: No final criminal conviction is recorded", "en: Nothing is recorded"),
        (file, "ar: الاسم الرباعي", "ar: الاسم الكامل"),
        (file, "series: CS", "series: ZZ"),
        (file, "national_number: full", "national_number: masked"),
    )
    made = certificates.issue(service, CLERK, request(), NOW)
    text = text_of(certificate_views.certificate_pdf(service, CLERK, made.number), tmp_path)
    assert made.expires_on == date(2026, 12, 22)
    assert made.number.startswith("ZZ2026-CTIP-")
    assert "Nothing is recorded" in text
    assert "الاسم الكامل" in text
    assert "119909000012" not in text + made.data
    assert "0012" in text


def test_who_may_issue(changed: Changed) -> None:
    from issuance.core.actor import Actor

    old = "[people.read, certificates.read, certificates.request]"
    service = changed(("roles.yaml", old, "[people.read, certificates.read, passports.issue]"))
    officer = Actor("u", "staff", frozenset({"certificate_clerk"}), "PTIP")
    assert passports.issue(service, officer, application(), portrait(), NOW).office == "PTIP"


def test_the_sex_digits_of_a_national_number_and_the_length_of_a_name(changed: Changed) -> None:
    service = changed(
        ("text/names.yaml", "surname_maximum_letters: 60", "surname_maximum_letters: 9"),
        ("identity/national_number.yaml", "{M: '1', F: '2'}", "{M: '1', F: '3'}"),
    )
    asked = replaced(application(national_number="219909000012"), "names.latin.surname", "ALMABROUKI")
    with pytest.raises(Invalid) as caught:
        passports.issue(service, CLERK, asked, portrait(), NOW)
    assert {(fault.field, fault.code) for fault in caught.value.faults} == {
        ("names.latin.surname", "names.length"),
        ("national_number", "people.national_number.sex_digit"),
    }


@pytest.mark.slow
def test_the_environment_alone_governs_the_console(tmp_path: Path) -> None:
    specs = changed_specification(
        tmp_path / "specs",
        (f"{BOOK}/validity.yaml", "validity_years: 8", "validity_years: 5"),
        (f"{BOOK}/series.yaml", "first_serial: 0", "first_serial: 29"),
        (f"{BOOK}/mrz.yaml", "holds: nothing", "holds: national_number"),
        ("certificate/certificate.yaml", "  months: 3\n", "  months: 6\n"),
    )
    out, example = tmp_path / "out", Path(__file__).parents[2] / "docs/application.example.json"
    done = console("demo", "--out", out, "--application", example, "--json", specs=specs)
    assert done.returncode == 0, done.stdout + done.stderr
    work = json.loads((out / "passport/package.json").read_bytes())["work"]
    issued = date.fromisoformat(work["issued_on"])
    assert 1824 <= (date.fromisoformat(work["expires_on"]) - issued).days <= 1826
    assert work["number"] == "LB2222232"  # 29 in an alphabet of 29 characters that begins with 2 and 3
    assert work["mrz"][1][28:42] == "119909000012<<"
    text = text_of((out / "certificate/certificate.pdf").read_bytes(), tmp_path)
    dates = [date.fromisoformat(found) for found in re.findall(r"\d{4}-\d{2}-\d{2}", text)]
    assert [day for day in dates if 181 <= (day - issued).days <= 184]
