"""What the visible digital seal of a document says, and how its code is printed, against their clauses. Pure but for
decoding the picture of the page."""

from __future__ import annotations

import io
import math
from collections.abc import Iterator
from typing import Any, Final

import zxingcpp
from PIL import Image

from issuance.documents.barcodes import octets_qr
from issuance.documents.printable import decode_picture
from issuance.specification.conform.given import Given
from issuance.specification.conform.registry import Wanted, judges, the
from issuance.specification.conform.report import Measured
from keys import vds
from keys.travel_seal_contents import zone_lines
from specs.errors import Invalid
from specs.schema.base import Bilingual
from specs.schema.travel_seal import BookPlace, SheetPlace, Symbol, TravelSealDefinition

_INCH_MM: Final = 25.4
_MODULE_SLACK_MM: Final = 0.02  # a pixel more or less over the whole code is 0.002 mm a module
_FORM: Final = Bilingual(ar="البنية", en="form")
_ZONE: Final = Bilingual(ar="المنطقة المختومة", en="sealed zone")
_CODE: Final = Bilingual(ar="الرمز كما يُقرأ", en="the code as it reads")
_ACROSS: Final = Bilingual(ar="وسط الرمز من اليسار", en="middle of the code from the left")
_DOWN: Final = Bilingual(ar="وسط الرمز من الأعلى", en="middle of the code from the top")


@judges("passport/seal.definitions.passport_seal", "passport/seal.definitions.etd_seal", needs="seal")
def seal_contents(given: Given, want: Wanted) -> Iterator[Measured]:
    """Reference, category and zone of the seal of the document's own format."""
    rule = want.of(TravelSealDefinition)
    made = want.spec.passport.seal.made_for(given.of_type.zone_format)
    if made is None or rule.id != made.id:
        return
    try:
        seal = vds.decode(the(given.seal))
    except Invalid as refused:
        yield want.says(_FORM, False, refused.faults[0].en, "ok", "package.json")
        return
    header, feature = seal.header, rule.features[0]
    for key, held, wanted in (
        ("feature_definition_reference", header.definition, rule.feature_definition_reference),
        ("type_category", header.category, rule.type_category),
    ):
        yield want.says(key, held == wanted, held, wanted, "package.json")
    ordered = the(given.zone_lines)[0] if given.zone_lines is not None else ()
    lines = zone_lines(feature, seal.feature(feature.tag) or b"", want.spec.text_mrz) or ()
    yield want.says(_ZONE, lines == tuple(ordered), " ".join(lines) or "-", " ".join(ordered), "package.json")


@judges("passport/seal.symbol", needs="sealed_page")
def seal_code(given: Given, want: Wanted) -> Iterator[Measured]:
    """The code on the page reads as the seal, at the level and in the size ordered."""
    rule, where = want.of(Symbol), the(given.sealed_page)[0]
    code, _ = _read(given)
    octets = the(given.seal)
    held = code is not None and bytes(code.bytes) == octets
    yield want.says(_CODE, held, "the seal" if held else "-", "the seal", where)
    if code is None:
        return
    yield want.says(
        "error_correction", code.ec_level == rule.error_correction, code.ec_level, rule.error_correction, where
    )
    drawn = octets_qr(bytes(code.bytes), error_correction=code.ec_level, module_mm=1, quiet_zone_modules=0)
    dots = math.dist(_xy(code.position.top_left), _xy(code.position.top_right)) / drawn.side_mm
    module = dots / _dpi(given, want) * _INCH_MM
    yield want.length("module_mm", module, rule.module_mm, _MODULE_SLACK_MM, where)


@judges("passport/seal.book", needs="sealed_page")
def place_in_a_book(given: Given, want: Wanted) -> Iterator[Measured]:
    if given.of_type.zone_format == "TD3":
        rule, words = want.of(BookPlace), want.edition.page_plan.observation_page.box
        middle = rule.side_mm / 2
        yield from _placed(given, want, words.x_mm + middle, words.y_mm + rule.below_top_mm + middle)


@judges("passport/seal.sheet", needs="sealed_page")
def place_on_a_sheet(given: Given, want: Wanted) -> Iterator[Measured]:
    if given.of_type.zone_format == "TD2":
        box = want.of(SheetPlace).box
        yield from _placed(given, want, box.x_mm + box.width_mm / 2, box.y_mm + box.height_mm / 2)


def _placed(given: Given, want: Wanted, x_mm: float, y_mm: float) -> Iterator[Measured]:
    """The middle of the code, from the upper left corner of the page."""
    where, (code, _) = the(given.sealed_page)[0], _read(given)
    if code is None:
        yield want.unknown(_CODE, "no code was read", where)
        return
    at, mm = code.position, _INCH_MM / _dpi(given, want)
    corners = [_xy(p) for p in (at.top_left, at.top_right, at.bottom_right, at.bottom_left)]
    across, down = (sum(values) / len(values) * mm for values in zip(*corners, strict=True))
    slack = want.spec.passport.conformance.page.placement_tolerance_mm
    yield want.length(_ACROSS, across, x_mm, slack, where)
    yield want.length(_DOWN, down, y_mm, slack, where)


def _read(given: Given) -> tuple[Any, Image.Image | None]:
    """The one code on the page, and the page; None where there is not just one, or no picture."""
    try:
        page = decode_picture(the(given.sealed_page)[1], "page").convert("L")
    except Invalid:
        return None, None
    codes = zxingcpp.read_barcodes(page)
    return (codes[0] if len(codes) == 1 and codes[0].valid else None), page


def _dpi(given: Given, want: Wanted) -> float:
    """Dots per inch as the picture states, else as the edition orders."""
    stated = Image.open(io.BytesIO(the(given.sealed_page)[1])).info.get("dpi")
    return float(stated[0]) if stated else float(want.edition.page_plan.observation_page.resolution_dpi)


def _xy(point: Any) -> tuple[float, float]:
    return float(point.x), float(point.y)
