"""How closely a page is measured from its picture alone: drawn, compressed, scanned, turned, at other resolutions."""

from __future__ import annotations

import io
from collections.abc import Callable

import cv2
import numpy as np
import pytest
from PIL import Image

from issuance.documents.data_page import render_data_page
from issuance.jobs.kit import scanned
from issuance.specification.conform.measure.page import PageMeasure, measure_page
from specs.load import load
from tests.unit.documents.samples import MRZ, data_page

pytestmark = pytest.mark.heavy

SPEC = load()
EDITION = SPEC.passport.editions["2026"]
PAGE = EDITION.data_page
CAPITAL_MM = 0.713 * PAGE.mrz.font_size_mm  # an L of OCR-B, by the font file: 713 of 1000


@pytest.fixture(scope="module")
def drawn() -> bytes:
    return render_data_page(data_page(), EDITION).png


def measured(picture: bytes) -> PageMeasure:
    return measure_page(picture, PAGE, SPEC.passport.conformance)


def compressed(page: bytes, quality: int = 75, dpi: int = 300) -> bytes:
    image = Image.open(io.BytesIO(page)).convert("RGB")
    size = (round(image.width * dpi / 300), round(image.height * dpi / 300))
    out = io.BytesIO()
    image.resize(size, Image.Resampling.LANCZOS).save(out, "JPEG", quality=quality, dpi=(dpi, dpi))
    return out.getvalue()


PICTURES: dict[str, Callable[[bytes], bytes]] = {
    "drawn": lambda page: page,
    "compressed": compressed,
    "scanned and turned": scanned,
    "600 dpi": lambda page: compressed(page, 85, 600),
}


@pytest.mark.parametrize("kind", PICTURES)
def test_size_zone_and_portrait_are_measured_to_a_tenth_of_a_millimetre(kind: str, drawn: bytes) -> None:
    page = measured(PICTURES[kind](drawn))
    assert [page.width_mm, page.height_mm] == pytest.approx([125, 88], abs=0.1)
    assert page.placed
    assert page.zone.lines == MRZ
    assert page.zone.font == "OCR B"
    for line, centre in zip(page.zone.measured, PAGE.mrz.line_centres_from_bottom_mm, strict=True):
        assert line.pitch_mm == pytest.approx(PAGE.mrz.pitch_mm, abs=0.005)
        assert line.left_mm == pytest.approx(PAGE.mrz.first_character_left_mm, abs=0.1)
        assert line.centre_mm == pytest.approx(centre, abs=0.1)
        assert line.height_mm == pytest.approx(CAPITAL_MM, abs=0.08)
        assert line.share == 1
    box = PAGE.portrait.box
    ends = (box.x_mm, box.y_mm, box.x_mm + box.width_mm, box.y_mm + box.height_mm)
    found = [(held, end) for held, end in zip(page.portrait, ends, strict=True) if held is not None]
    assert len(found) >= 2
    assert all(held == pytest.approx(end, abs=0.15) for held, end in found)


def test_a_scan_says_how_it_was_turned(drawn: bytes) -> None:
    assert abs(measured(scanned(drawn)).skew_degrees) == pytest.approx(1, abs=0.05)


def test_where_the_edges_of_the_page_are_not_seen_nothing_is_said_of_places(drawn: bytes) -> None:
    image = np.asarray(Image.open(io.BytesIO(drawn)).convert("L"))
    turn = cv2.getRotationMatrix2D((738, 520), 2, 1)
    white = cv2.warpAffine(image, turn, (image.shape[1], image.shape[0]), borderValue=255)
    out = io.BytesIO()
    Image.fromarray(white.astype(np.uint8)).save(out, "PNG", dpi=(300, 300))
    page = measured(out.getvalue())
    assert not page.placed
    assert (page.width_mm, page.ink, page.portrait) == (None, {}, (None,) * 4)
    assert page.zone.lines == MRZ  # the letters are those they are, wherever they stand
    assert all(line.pitch_mm == pytest.approx(PAGE.mrz.pitch_mm, abs=0.01) for line in page.zone.measured)
