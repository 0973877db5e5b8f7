"""Programs by other hands judge the documents: poppler, qpdf, pyHanko, zbar, zxing-cpp, PassportEye."""

from __future__ import annotations

import io
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
from PIL import Image, ImageFilter
from pyhanko.pdf_utils.reader import PdfFileReader

from issuance.documents.attachment import attachment_json
from issuance.documents.barcodes import read_with_zxing
from issuance.documents.certificate import BilingualText
from issuance.documents.data_page import render_data_page
from issuance.documents.raster import page_png
from specs.load import SHIPPED, SpecInvalid, load
from tests.pages import lines_by_passporteye
from tests.unit.documents.samples import LONG, MRZ, SEAL_URL, certificate, data_page, render

pytestmark = pytest.mark.heavy

_DIRECTION_MARKS = re.compile("[\u200e\u200f\u061c\u202a-\u202e\u2066-\u2069]")


def text_of(pdf: bytes, tmp_path: Path) -> str:
    """What a reader copies: poppler's text without its direction marks, runs of white space as one space."""
    file = tmp_path / "judged.pdf"
    file.write_bytes(pdf)
    text = subprocess.run(["pdftotext", "-enc", "UTF-8", file, "-"], capture_output=True, check=True).stdout.decode()
    return " ".join(_DIRECTION_MARKS.sub("", text).split())


@pytest.fixture
def changed_spec(tmp_path: Path) -> Any:
    """Change one file of a copy of the specification and load it."""

    def change(file: str, old: str, new: str) -> Any:
        copy = tmp_path / "specs"
        shutil.copytree(SHIPPED, copy, ignore=shutil.ignore_patterns("*.py", "__pycache__"))
        text = (copy / file).read_text("utf-8")
        assert old in text
        (copy / file).write_text(text.replace(old, new), "utf-8")
        return load(copy)

    return change


@pytest.mark.parametrize(
    "names",
    [
        ("فاطمة", "محمد", "علي", "المبروك"),
        ("عبدالله", "الله", "لآلئ", "الإزمرلي"),
        ("رياض", "زكريا", "الشريف", "الغرياني"),
        ("فوزية", "زياد", "بريك", "السويحلي"),
        LONG["arabic_name"],
    ],
)
def test_arabic_names_copied_from_the_certificate_equal_the_stored_ones(names: tuple[str, ...], tmp_path: Path) -> None:
    text = text_of(render(certificate(arabic_name=names)), tmp_path)
    if names is LONG["arabic_name"]:  # stands on two lines, between them the captions
        assert {word for part in names for word in part.split()} <= set(text.split())
    else:
        assert " ".join(names) in text


def test_latin_names_and_dates_copied_from_the_certificate_are_not_turned(tmp_path: Path) -> None:
    text = text_of(render(certificate(rulings=2)), tmp_path)
    for value in ("FATIMA MOHAMED ALI ALMABROUK", "2026-11-22", "2027-02-21", "1990-05-17", "101/2019", "219909000017"):
        assert value in text


def test_a_date_inside_an_arabic_sentence_is_not_turned(tmp_path: Path) -> None:
    purpose = BilingualText("السفر بتاريخ 2026-12-01 بموجب القرار رقم 259/2012 الصادر")
    text = text_of(render(certificate(purpose=purpose)), tmp_path)
    assert "2026-12-01" in text
    assert "259/2012" in text


def boxes(pdf: bytes, tmp_path: Path) -> list[tuple[float, float, float, float]]:
    """xMin, yMin, xMax, yMax of every word in points, as poppler finds them."""
    (tmp_path / "boxes.pdf").write_bytes(pdf)
    command = ["pdftotext", "-bbox", tmp_path / "boxes.pdf", "-"]
    listing = subprocess.run(command, capture_output=True, check=True, text=True).stdout
    found = re.findall(r'<word xMin="([-.0-9]+)" yMin="([-.0-9]+)" xMax="([-.0-9]+)" yMax="([-.0-9]+)">', listing)
    return [tuple(map(float, box)) for box in found]  # type: ignore[misc]


def test_the_longest_values_stay_inside_the_margins_and_the_seal_on_the_first_page(tmp_path: Path) -> None:
    long = "عبدالرحمن المبروك " * 12
    widest = {
        "arabic_name": (long[:49].strip(),) * 4,
        "latin_name": ("ABDURRAHMAN " * 20)[:200],
        "birth_place": BilingualText(long[:80], "W" * 80),
        "purpose": BilingualText(long[:200], "W" * 200),
        "addressee": BilingualText("س" * 200, ("Embassy " * 30)[:200]),
        "office": BilingualText(long[:120], "W" * 120),
    }
    pdf = render(certificate(rulings=12, **widest))
    margin = 15 / 25.4 * 72
    for x_min, y_min, x_max, y_max in boxes(pdf, tmp_path):
        assert x_min >= margin - 1
        assert x_max <= 595.3 - margin + 1
        assert y_min >= 0
        assert y_max <= 841.9
    assert read_with_zxing(page_png(pdf, dpi=200)) == [SEAL_URL]


def test_the_longest_names_stay_inside_the_data_page(tmp_path: Path) -> None:
    facts = data_page(
        surname=BilingualText("عبدالرحمن المبروك " * 3, "ABDURRAHMAN WWWWWWWW " * 2),
        given_names=BilingualText("عبدالرحمن المبروك " * 5, "ABDURRAHMAN WWWWWWWW " * 4),
        birth_place=BilingualText("س" * 60, "W" * 60),
        authority=BilingualText("س" * 120, "W" * 120),
    )
    margin = 3 / 25.4 * 72
    for x_min, _, x_max, _ in boxes(render_data_page(facts, load().passport.editions["2026"]).pdf, tmp_path):
        assert x_min >= margin
        assert x_max <= 125 / 25.4 * 72 - margin


def test_names_copied_from_the_data_page_equal_the_stored_ones(tmp_path: Path) -> None:
    text = text_of(render_data_page(data_page(), load().passport.editions["2026"]).pdf, tmp_path)
    assert {"المبروك", "فاطمة", "محمد", "علي", "ALMABROUK", "LB2222222"} <= set(text.split())


@pytest.mark.parametrize("changes", [{}, {"rulings": 2}, {"rulings": 12} | LONG])
def test_qpdf_and_poppler_find_no_fault_in_the_file(changes: dict[str, Any], tmp_path: Path) -> None:
    file = tmp_path / "certificate.pdf"
    file.write_bytes(render(certificate(**changes)))
    assert subprocess.run(["qpdf", "--check", file], capture_output=True, check=False).returncode == 0
    info = subprocess.run(["pdfinfo", file], capture_output=True, check=True, text=True).stdout
    assert "Tagged:          yes" in info
    assert "Page size:       595.276 x 841.89 pts (A4)" in info
    assert f"Pages:           {2 if changes.get('rulings') == 12 else 1}" in info
    metadata = subprocess.run(["pdfinfo", "-meta", file], capture_output=True, check=True, text=True).stdout
    assert "<pdfaid:part>3</pdfaid:part><pdfaid:conformance>A</pdfaid:conformance>" in metadata
    assert "<pdfuaid:part>1</pdfuaid:part>" in metadata
    fonts = subprocess.run(["pdffonts", file], capture_output=True, check=True, text=True).stdout.splitlines()[2:]
    assert fonts
    assert all(re.search(r" yes yes yes +\d+ +\d+$", line) for line in fonts), "embedded, subset, with Unicode"


def test_pyhanko_and_pdfdetach_take_out_the_attached_data_unchanged(tmp_path: Path) -> None:
    facts = certificate(rulings=2)
    pdf = render(facts)
    name, specification = PdfFileReader(io.BytesIO(pdf)).root["/Names"]["/EmbeddedFiles"]["/Names"]
    specification = specification.get_object()
    assert name == "certificate.json"
    assert specification["/AFRelationship"] == "/Data"
    assert specification["/EF"]["/F"].data == attachment_json(facts)
    (tmp_path / "c.pdf").write_bytes(pdf)
    subprocess.run(["pdfdetach", "-saveall", "-o", tmp_path, tmp_path / "c.pdf"], capture_output=True, check=True)
    assert (tmp_path / "certificate.json").read_bytes() == attachment_json(facts)


@pytest.mark.slow
@pytest.mark.parametrize("year", ["2021", "2026"])
def test_passporteye_reads_the_data_line_of_the_page_at_300_dpi(year: str) -> None:
    page = render_data_page(data_page(), load().passport.editions[year])
    assert lines_by_passporteye(page.png)[1] == MRZ[1]


@pytest.mark.slow
def test_a_page_without_an_mrz_reads_as_nothing() -> None:
    out = io.BytesIO()
    Image.effect_noise((400, 300), 60).filter(ImageFilter.GaussianBlur(3)).save(out, "PNG")
    assert lines_by_passporteye(out.getvalue()) != MRZ


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("ar: الاسم الرباعي", "ar: الاسم الكامل"),
        ("en: No final criminal conviction is recorded", "en: Nothing final is recorded"),
        ("en: Certificate No.", "en: Serial"),
    ],
)
def test_a_wording_changed_in_the_specification_changes_the_certificate(
    old: str, new: str, changed_spec: Any, tmp_path: Path
) -> None:
    spec = changed_spec("certificate/certificate.yaml", old, new).certificate_certificate
    text = text_of(render(certificate(), spec), tmp_path)
    assert new.partition(": ")[2] in text
    assert old.partition(": ")[2] not in text


def test_a_caption_changed_in_the_specification_changes_the_data_page(changed_spec: Any, tmp_path: Path) -> None:
    spec = changed_spec("passport/editions/2026/data_page.yaml", "en: Place of birth", "en: Birthplace")
    text = text_of(render_data_page(data_page(), spec.passport.editions["2026"]).pdf, tmp_path)
    assert "Birthplace" in text
    assert "Place of birth" not in text
    assert "Place of birth" in text_of(render_data_page(data_page(), spec.passport.editions["2021"]).pdf, tmp_path)


def test_a_box_moved_over_another_is_a_named_fault_of_the_specification(changed_spec: Any) -> None:
    with pytest.raises(SpecInvalid) as caught:
        changed_spec("passport/editions/2026/data_page.yaml", "x_mm: 53", "x_mm: 40")
    fault = caught.value.spec_faults[0]
    assert fault.file == "passport/editions/2026/data_page.yaml"
    assert fault.wrong == "the box lies over fields.0.box"
