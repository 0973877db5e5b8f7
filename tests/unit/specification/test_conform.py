"""Conformity: a document keeps its edition, and a value changed in a copy of it breaks just the clause it stands in."""

from __future__ import annotations

import io
import json
import shutil
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from issuance.specification.conform.changed import specification_with, with_values
from issuance.specification.conform.registry import JUDGES, judges_of
from issuance.specification.conform.report import Report
from issuance.specification.conform.run import conform_path
from specs.clauses import numbered, numbered_part
from specs.load import load
from tests.service import changed_specification, console, demonstration

pytestmark = pytest.mark.heavy

SPEC = load()
EDITION = "2026"


@pytest.fixture(scope="module")
def package() -> Path:
    return demonstration()[0] / "passport"


@pytest.fixture(scope="module")
def chip(package: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The chip files alone: nothing of it is slow to judge."""
    folder = tmp_path_factory.mktemp("chip")
    for file in package.glob("*.bin"):
        shutil.copy(file, folder)
    return folder


def broken(report: Report) -> list[str]:
    return [held.clause.id for held in report.broken()]


def under(path: Path, *changes: tuple[tuple[str | int, ...], Any]) -> Report:
    """The document judged by an edition with other values."""
    edition = with_values(SPEC.passport.editions[EDITION], *changes)
    return conform_path(path, specification_with(SPEC, edition), EDITION)


def test_an_issued_package_keeps_every_clause_it_shows(package: Path) -> None:
    report = conform_path(package, SPEC)
    assert (report.kind, report.edition, report.result) == ("package", EDITION, "kept")
    assert [check.id for check in report.checks if check.result != "pass"] == []
    assert report.counts()["kept"] >= 45
    assert all(held.values for held in report.clauses if held.result == "kept")


def test_an_issued_certificate_keeps_every_clause_it_shows() -> None:
    report = conform_path(demonstration()[0] / "certificate" / "certificate.pdf", SPEC)
    assert (report.kind, broken(report)) == ("certificate", [])
    assert report.counts()["kept"] >= 22


def test_a_package_of_one_edition_breaks_the_other_in_what_differs(package: Path) -> None:
    assert broken(conform_path(package, SPEC, "2021")) == ["series.number", "mrz.document_code", "chip.files.COM"]


CHIP = [
    ("booklet.in_force", ("booklet", "in_force", "from_date"), date(2027, 1, 1)),
    ("series.number", ("series", "number", "pattern"), "^LB[0-9]{7}$x"),
    ("validity.rules.2", ("validity", "rules", 1, "validity_years"), 10),
    ("validity.expiry", ("validity", "expiry", "days_before_anniversary"), 0),
    ("mrz.document_code", ("mrz", "document_code", "code"), "PD"),
    ("mrz.issuer", ("mrz", "issuer", "code"), "UTO"),
    ("mrz.name", ("mrz", "name", "written_from"), "scheme"),
    ("mrz.optional_data", ("mrz", "optional_data", "holds"), "national_number"),
    ("portrait.chip_image", ("portrait", "chip_image", "width_px"), 412),
    ("chip.lds", ("chip", "lds", "unicode_version"), "050000"),
    ("chip.files.DG2", ("chip", "files", 2, "maximum_bytes"), 15000),
    ("chip.security_options", ("chip", "security_options", "pace_parameter_id"), 13),
    ("chip.active_authentication", ("chip", "active_authentication", "key_kind"), "P-384"),
    ("chip.data_group_digest", ("chip", "data_group_digest", "algorithm"), "SHA-384"),
    ("chip.face", ("chip", "face", "colour_space_code"), 2),
    ("chip.holder_details", ("chip", "holder_details", "elements"), ["full_name", "birth_date"]),
    ("chip.document_details", ("chip", "document_details", "text_maximum_bytes"), 10),
]


@pytest.mark.parametrize(("clause", "path", "value"), CHIP, ids=[case[0] for case in CHIP])
def test_another_value_of_the_chip_breaks_just_its_clause(chip: Path, clause: str, path: Any, value: Any) -> None:
    report = under(chip, (path, value))
    assert broken(report) == [clause]
    held = next(c for c in report.clauses if c.clause.id == clause)
    wrong = [v for v in held.values if v.kept is False]
    assert wrong and all(v.measured and v.wanted and v.what.ar and v.what.en for v in wrong)


PAGE = [
    ("data_page.page", (("data_page", "page", "width_mm"), 127)),
    ("data_page.header", (("data_page", "header", "box", "x_mm"), 7)),
    ("data_page.fields.number", (("data_page", "fields", 2, "box", "x_mm"), 81)),
    ("data_page.fields.birth_place", (("data_page", "fields", 8, "text_size_mm"), 3.2)),
    ("data_page.portrait", (("data_page", "portrait", "box", "width_mm"), 32)),
    ("data_page.mrz", (("data_page", "mrz", "pitch_mm"), 2.6)),
    ("data_page.mrz", (("data_page", "mrz", "line_centres_from_bottom_mm"), [16.5, 9.4])),
    ("data_page.fonts", (("data_page", "fonts", "mrz"), "Liberation Mono")),
    ("data_page.captions", (("data_page", "captions", "size_mm"), 2.1)),
]


@pytest.mark.parametrize(("clause", "change"), PAGE, ids=[str(case[1][0][1:]) for case in PAGE])
def test_another_value_of_the_page_breaks_just_its_clause(package: Path, clause: str, change: Any) -> None:
    assert broken(under(package / "data_page.png", change)) == [clause]


def test_the_specification_on_disk_is_what_is_judged_by(chip: Path, tmp_path: Path) -> None:
    specs = changed_specification(
        tmp_path / "specs",
        (f"passport/editions/{EDITION}/chip.yaml", "maximum_bytes: 8000", "maximum_bytes: 800"),
    )
    done = console("spec", "conform", chip, "--edition", EDITION, "--json", specs=specs)
    said = json.loads(done.stdout)
    assert done.returncode == 1
    assert [c["id"] for c in said["clauses"] if c["result"] == "broken"] == ["chip.files.SOD"]


def test_a_changed_file_of_a_package_is_found(package: Path, tmp_path: Path) -> None:
    copy = Path(shutil.copytree(package, tmp_path / "copy", ignore=shutil.ignore_patterns("data_page.*")))
    report = conform_path(copy, SPEC)
    assert [check.id for check in report.checks if check.result == "fail"] == ["conform.package.files"]
    assert report.result == "broken"


@pytest.mark.parametrize("content", [b"", b"%PDF-1.7\n", b"\x89PNG\r\n\x1a\n" + b"\0" * 50, b"PPLBY", b"\x77\x82"])
def test_any_bytes_end_in_a_report(content: bytes, tmp_path: Path) -> None:
    (tmp_path / "given").write_bytes(content)
    report = conform_path(tmp_path / "given", SPEC)
    assert report.result in ("broken", "not_judged")
    assert not any(held.result == "kept" for held in report.clauses)


@pytest.mark.parametrize("shade", [0, 128, 255])
def test_a_picture_that_is_no_page_keeps_nothing_of_the_page(shade: int, tmp_path: Path) -> None:
    out = io.BytesIO()
    Image.new("L", (1476, 1039), shade).save(out, "PNG", dpi=(300, 300))
    (tmp_path / "page.png").write_bytes(out.getvalue())
    report = conform_path(tmp_path / "page.png", SPEC)
    assert report.result == "broken"
    kept = {held.clause.id for held in report.clauses if held.result == "kept"}
    assert kept <= {"data_page.page"}


def test_every_judge_stands_on_a_clause_and_no_physical_clause_has_one() -> None:
    start = SPEC.passport.editions[EDITION].booklet.in_force.from_date
    clauses = [*numbered(SPEC, EDITION), *numbered_part(SPEC, "certificate/certificate", start)]
    ids = [held.id for held in clauses if held.clause is not None]
    idle = [held.pattern for held in JUDGES if not any(held in judges_of(name) for name in ids)]
    assert idle == []
    physical = [held.id for held in clauses if held.proof not in (None, "program") and [*judges_of(held.id)]]
    assert physical == []
