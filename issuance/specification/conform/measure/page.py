"""A data page measured from its picture alone: size, skew, ink of each zone, portrait, machine readable zone."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import cv2
import numpy as np

from issuance.specification.conform.measure.boxes import Ink, ink_of, picture_edges
from issuance.specification.conform.measure.sheet import sheet_of
from issuance.specification.conform.measure.zone import Zone, zone_of
from specs.errors import Fault, Invalid
from specs.schema.conformance import Conformance
from specs.schema.data_page import Box, DataPageSpec

HEADER, SIGNATURE, ZONE = "header", "signature", "mrz"


@dataclass(frozen=True, slots=True)
class PageMeasure:
    """where: what was measured; width_mm, height_mm: None where the page's edges or its resolution are not known;
    placed: positions mean something; ink: by field id, `header`, `signature`, `mrz`; portrait: left, top, right and
    bottom edge in mm, None where one does not stand out; read_surely: every cell of the zone matches its character."""

    where: str
    dpi: float | None
    width_mm: float | None
    height_mm: float | None
    skew_degrees: float
    placed: bool
    ink: Mapping[str, Ink]
    portrait: tuple[float | None, ...]
    zone: Zone

    @property
    def read_surely(self) -> bool:
        return bool(self.zone.measured) and all(line.share == 1 for line in self.zone.measured)


def measure_page(picture: bytes, page: DataPageSpec, rules: Conformance) -> PageMeasure:
    """Measure the page in a PDF, PNG or JPEG. page: says where to look; rules: how well a cell must match.

    Raises `Invalid` for what is no picture, `Unavailable` without a font or a tool.
    """
    try:
        return _measured(picture, page, rules)
    except (cv2.error, np.linalg.LinAlgError) as error:
        unlike = "لا يمكن قياس هذه الصورة", "nothing on this picture can be measured"
        raise Invalid(Fault("conform.page.unlike", *unlike, field="page", clause="Doc 9303-4 §4")) from error


def _measured(picture: bytes, page: DataPageSpec, rules: Conformance) -> PageMeasure:
    sheet = sheet_of(picture, page.page.width_mm, page.page.height_mm)
    places: dict[str, Box] = {field.id: field.box for field in page.fields}
    places |= {HEADER: page.header.box, SIGNATURE: page.signature.box, ZONE: page.mrz_box()}
    return PageMeasure(
        "data_page.pdf" if picture.startswith(b"%PDF-") else "data_page",
        sheet.dpi,
        sheet.width_mm,
        sheet.height_mm,
        sheet.skew_degrees,
        sheet.placed,
        ink_of(sheet, places, [page.portrait.box]) if sheet.placed else {},
        picture_edges(sheet, page.portrait.box) if sheet.placed else (None,) * 4,
        zone_of(sheet, page.fonts.mrz, rules.glyphs.least_correlation),
    )
