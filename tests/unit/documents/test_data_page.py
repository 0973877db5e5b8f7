from __future__ import annotations

import io
import subprocess
from pathlib import Path
from typing import Any, Literal

import pytest
from PIL import Image

from issuance.documents.barcodes import read_with_zxing
from issuance.documents.certificate import BilingualText
from issuance.documents.data_page import PageForm, render_data_page
from issuance.documents.seal_code import PageSeal
from specs.errors import Invalid
from specs.load import load
from specs.schema import PassportEdition
from specs.schema.data_page import layout_faults
from tests.unit.documents.samples import MRZ, data_page, portrait

pytestmark = pytest.mark.heavy

SPEC = load().passport.editions
EDITION = SPEC["2026"]


def text_of(pdf: bytes, tmp_path: Path) -> str:
    (tmp_path / "page.pdf").write_bytes(pdf)
    return subprocess.run(["pdftotext", tmp_path / "page.pdf", "-"], capture_output=True, check=True).stdout.decode()


def changed(**parts: Any) -> PassportEdition:
    return EDITION.model_copy(update={"data_page": EDITION.data_page.model_copy(update=parts)})


@pytest.mark.parametrize("year", ["2021", "2026"])
def test_the_page_has_the_size_of_the_book_at_300_dpi(year: str) -> None:
    page = render_data_page(data_page(), SPEC[year])
    image = Image.open(io.BytesIO(page.png))
    assert image.size == (1476, 1039)  # 125 and 88 mm / 25.4 * 300
    assert image.info["dpi"] == pytest.approx((300, 300), abs=0.1)


def test_equal_facts_give_equal_bytes() -> None:
    assert render_data_page(data_page(), EDITION) == render_data_page(data_page(), EDITION)


def test_dates_are_day_month_year_and_unknown_parts_are_x(tmp_path: Path) -> None:
    text = text_of(render_data_page(data_page(birth_date="1950-00-00"), EDITION).pdf, tmp_path)
    assert "XX XX 1950" in text
    assert "22 11 2026" in text


def test_national_number_is_off_unless_the_switch_is_on(tmp_path: Path) -> None:
    facts = data_page(national_number="219909000017")
    assert "219909000017" not in text_of(render_data_page(facts, EDITION).pdf, tmp_path)
    on = changed(switches=EDITION.data_page.switches.model_copy(update={"national_number_shown": True}))
    assert "219909000017" in text_of(render_data_page(facts, on).pdf, tmp_path)


def test_mrz_characters_stand_in_cells_of_one_tenth_of_an_inch(tmp_path: Path) -> None:
    facts = data_page(mrz=("H" * 44, "H" * 44))
    grey = Image.open(io.BytesIO(render_data_page(facts, EDITION).png)).convert("L")
    top, bottom = (round((88 - height) / 25.4 * 300) for height in (16.9, 14.6))  # within the upper line
    ink = grey.crop((0, top, grey.width, bottom)).point(lambda value: 255 * (value < 100)).getbbox()
    assert ink is not None
    left_mm, right_mm = (edge / 300 * 25.4 for edge in (ink[0], ink[2]))
    assert left_mm == pytest.approx(6.0 + 0.5, abs=0.3)  # an H about 1.5 mm wide stands in the middle of its cell
    assert right_mm - left_mm == pytest.approx(43 * 2.54 + 1.5, abs=0.15)


def test_a_field_is_printed_in_the_scripts_that_its_clause_orders(tmp_path: Path) -> None:
    fields = EDITION.data_page.fields
    latin = [f.model_copy(update={"scripts": "latin"}) if f.id == "surname" else f for f in fields]
    both, one = (
        text_of(render_data_page(data_page(), edition).pdf, tmp_path) for edition in (EDITION, changed(fields=latin))
    )
    assert ("المبروك" in both, "ALMABROUK" in both) == (True, True)
    assert ("المبروك" in one, "ALMABROUK" in one) == (False, True)


def test_a_sex_not_stated_is_printed_in_the_words_of_its_clause(tmp_path: Path) -> None:
    assert "غير محدد" in text_of(render_data_page(data_page(sex="X"), EDITION).pdf, tmp_path)


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"mrz": MRZ[:1]}, "mrz"),
        ({"mrz": (MRZ[0], MRZ[1][:43])}, "mrz"),
        ({"mrz": (MRZ[0], MRZ[1].lower())}, "mrz"),
        ({"surname": BilingualText("المبروك")}, "surname.en"),
        ({"surname": BilingualText("", "ALMABROUK")}, "surname.ar"),
        ({"number": "LB22222222"}, "number"),
        ({"birth_date": "1990-5-17"}, "birth_date"),
        ({"portrait": portrait()[:2000]}, "portrait"),
        ({"signature": b"x"}, "signature"),
    ],
)
def test_a_fact_that_cannot_stand_on_the_page_is_refused_by_name(changes: dict[str, Any], field: str) -> None:
    with pytest.raises(Invalid) as caught:
        render_data_page(data_page(**changes), EDITION)
    assert field in {f.field for f in caught.value.faults}


def test_the_shipped_layout_holds() -> None:
    for edition in SPEC.values():
        assert [*layout_faults(edition.data_page)] == []


def test_layout_faults_name_overlap_margin_and_mrz() -> None:
    page = EDITION.data_page
    first, second, *rest = page.fields
    over = page.model_copy(update={"fields": [first, second.model_copy(update={"box": first.box}), *rest]})
    assert [path for path, _, _ in layout_faults(over)] == [("fields", 1, "box")]
    low = first.model_copy(update={"box": first.box.model_copy(update={"y_mm": 62.0, "x_mm": 90.0})})
    found = [wrong for _, wrong, _ in layout_faults(page.model_copy(update={"fields": [low, second, *rest]}))]
    assert found == ["the box reaches 68.2 mm"]
    wide = page.model_copy(update={"mrz": page.mrz.model_copy(update={"pitch_mm": 2.8})})
    assert [path for path, _, _ in layout_faults(wide)] == [("mrz", "pitch_mm")]


ZONES = {
    "TD1": ("I<LBYML22222223<<<<<<<<<<<<<<<", "9005178M3011216LBY<<<<<<<<<<<8", "ALMABROUK<<SALEM<ALI<MOHAMED<<"),
    "TD2": ("PULBYALMABROUK<<SALEM<ALI<MOHAMED<<<", "XL22222226LBY9005178M2612055<<<<<<<8"),
}


@pytest.mark.parametrize(("form", "size", "sides"), [("TD1", (1011, 638), 2), ("TD2", (1240, 874), 1)])
def test_a_card_has_two_sides_and_a_sheet_one_titled_as_its_type(
    form: Literal["TD1", "TD2"], size: tuple[int, int], sides: int, tmp_path: Path
) -> None:
    crew = EDITION.document_types.of("SEA_CREW")
    facts = data_page(mrz=ZONES[form], form=PageForm(form, crew.title, called_passport=False))
    page = render_data_page(facts, EDITION)
    pictures = [page.png, *([page.back] if page.back is not None else [])]
    assert [Image.open(io.BytesIO(picture)).size for picture in pictures] == [size] * sides  # Doc 9303-5, -6 §2.1
    words = text_of(page.pdf, tmp_path)
    for said in ("SEA CREW TRAVEL DOCUMENT", "مستند سفر بحري", "Document No.", "17 05 1990", "TRIPOLI", *ZONES[form]):
        assert said in words
    assert ("re-enter Libya" in words) == (sides == 2)
    assert "Passport No." not in words


def test_the_back_of_a_sheet_bears_the_seal_read_in_its_place(tmp_path: Path) -> None:
    octets, rules = bytes(range(144)), load().passport.seal
    sheet = EDITION.document_types.of("EMERGENCY")
    form = PageForm("TD2", sheet.title, called_passport=False)
    facts = data_page(mrz=ZONES["TD2"], form=form, seal=PageSeal(octets, "XL2222222", rules))
    page = render_data_page(facts, EDITION)
    assert page.back is not None
    back = Image.open(io.BytesIO(page.back)).convert("L")
    assert back.size == (1240, 874)
    box, dots = rules.sheet.box, 300 / 25.4
    inside = (box.x_mm * dots, box.y_mm * dots, (box.x_mm + box.width_mm) * dots, (box.y_mm + box.height_mm) * dots)
    cut = io.BytesIO()
    back.crop(tuple(round(place) for place in inside)).save(cut, "PNG")
    assert read_with_zxing(cut.getvalue()) == [octets]
    words = text_of(page.pdf, tmp_path)
    assert "XL2222222" in words
    assert "signed by the State of Libya" in words


def test_a_book_that_is_no_passport_calls_itself_a_document(tmp_path: Path) -> None:
    title = EDITION.document_types.of("TEMPORARY_REFUGEE").title
    page = render_data_page(data_page(form=PageForm("TD3", title, called_passport=False)), EDITION)
    words = text_of(page.pdf, tmp_path)
    for said in (
        "TEMPORARY TRAVEL DOCUMENT FOR A REFUGEE",
        "Document No.",
        "رقم الوثيقة",
        "نوع الوثيقة",
        "توقيع حامل الوثيقة",
    ):
        assert said in words
    assert "رقم الجواز" not in words
