"""The data page against its clauses: by measuring its picture, and by text and fonts where there is a PDF."""

from __future__ import annotations

from collections.abc import Iterator
from statistics import median
from typing import Final

from issuance.documents.data_page import caption_of
from issuance.documents.pdf_text import says
from issuance.specification.conform.given import Given
from issuance.specification.conform.measure.boxes import Ink, text_size_of
from issuance.specification.conform.measure.page import HEADER, SIGNATURE, ZONE
from issuance.specification.conform.registry import Wanted, judges, the
from issuance.specification.conform.report import Measured
from specs.schema.base import Bilingual
from specs.schema.certificate import BilingualClause
from specs.schema.conformance import PageTolerances
from specs.schema.data_page import (
    Box,
    Captions,
    DataPageField,
    DataPageFonts,
    DataPagePortrait,
    DataPageSize,
    DateStyle,
    Header,
    MrzZone,
    SexValues,
    Signature,
    Switches,
)

_LEFT = Bilingual(ar="حافة النص اليسرى", en="left edge of the text")
_RIGHT = Bilingual(ar="حافة النص اليمنى", en="right edge of the text")
_TOP = Bilingual(ar="أعلى التسمية", en="top of the caption")
_BEYOND = Bilingual(ar="حبر خارج الإطار", en="ink beyond the box")
_ABOVE = Bilingual(ar="آخر حبر فوق المنطقة (مم من الأعلى)", en="lowest ink above the zone (mm from the top)")
_EMPTY = Bilingual(ar="المحتوى", en="content")
_WORDS = Bilingual(ar="النص المطبوع", en="printed words")
_EDGES: Final = (
    Bilingual(ar="حافة الصورة اليسرى", en="left edge of the portrait"),
    Bilingual(ar="حافة الصورة العليا", en="upper edge of the portrait"),
    Bilingual(ar="حافة الصورة اليمنى", en="right edge of the portrait"),
    Bilingual(ar="حافة الصورة السفلى", en="lower edge of the portrait"),
)
_READ_FONT = Bilingual(ar="خط المنطقة المقروءة آليًا", en="font of the MRZ")
_INSIDE_FONTS = Bilingual(ar="خطوط الملف", en="fonts of the file")
_MATCHING = Bilingual(ar="الخانات المطابقة", en="matching cells")
_PLACES = "the page's edges are not seen"


@judges("data_page.page", needs="page")
def page_size(given: Given, want: Wanted) -> Iterator[Measured]:
    rule, page, allowed = want.of(DataPageSize), the(given.page), _tolerances(want)
    sizes = given.page_pdf_size if page.where.endswith(".pdf") else (page.width_mm, page.height_mm)
    for key, held in zip(("width_mm", "height_mm"), sizes or (None, None), strict=True):
        if held is None:
            yield want.unknown(key, "edges or resolution unknown", page.where)
        else:
            yield want.length(key, held, getattr(rule, key), allowed.page_size_tolerance_mm, page.where)
    if page.dpi is None:
        yield want.unknown("resolution_dpi", "not stated in the file", page.where)
    else:
        least = rule.resolution_dpi - allowed.resolution_tolerance_dpi
        yield want.says("resolution_dpi", page.dpi >= least, round(page.dpi), f"≥ {rule.resolution_dpi}", page.where)


@judges("data_page.fields.*", needs="page")
def field(given: Given, want: Wanted) -> Iterator[Measured]:
    """Caption and value are inside their box, from its left edge to its right, in the size ordered."""
    rule, page, allowed = want.of(DataPageField), the(given.page), _tolerances(want)
    if not page.placed:
        yield want.unknown("box", _PLACES, page.where)
        return
    ink = page.ink.get(rule.id)
    if rule.id == "national_number" and not want.edition.data_page.switches.national_number_shown:
        return  # switched off: what would stand there breaks the switch
    if ink is None:
        yield want.says(_EMPTY, False, "empty", "caption and value", page.where)
        return
    right = rule.box.x_mm + rule.box.width_mm
    yield want.length(_LEFT, ink.left_mm, rule.box.x_mm, allowed.placement_tolerance_mm, page.where)
    yield want.length(_RIGHT, ink.right_mm, right, allowed.placement_tolerance_mm, page.where)
    if ink.caption_top_mm is not None:
        yield want.length(_TOP, ink.caption_top_mm, rule.box.y_mm, allowed.placement_tolerance_mm, page.where)
    yield _beyond(want, ink, rule.box, page.where)
    if ink.value_mm is None:
        yield want.unknown("text_size_mm", "no letter found", page.where)
        return
    size = text_size_of(ink.value_mm)
    full = ink.blank_mm < allowed.full_line_blank_mm and size < rule.text_size_mm  # a long value is set smaller
    if not full:
        yield want.length("text_size_mm", size, rule.text_size_mm, allowed.text_size_tolerance_mm, page.where)


@judges("data_page.header", needs="page")
def header_place(given: Given, want: Wanted) -> Iterator[Measured]:
    yield from _within(given, want, HEADER, want.of(Header).box)


@judges("data_page.signature", needs="page")
def signature_place(given: Given, want: Wanted) -> Iterator[Measured]:
    yield from _within(given, want, SIGNATURE, want.of(Signature).box)


@judges("data_page.portrait", needs="page")
def portrait(given: Given, want: Wanted) -> Iterator[Measured]:
    """Each edge of the picture lies where its box ends; its size follows from the edges."""
    rule, page, allowed = want.of(DataPagePortrait), the(given.page), _tolerances(want)
    box = rule.box
    ends = (box.x_mm, box.y_mm, box.x_mm + box.width_mm, box.y_mm + box.height_mm)
    for what, held, end in zip(_EDGES, page.portrait, ends, strict=True):
        if held is None:
            yield want.unknown(what, "does not stand out from the page", page.where)
        else:
            yield want.length(what, held, end, allowed.portrait_edge_tolerance_mm, page.where)


@judges("data_page.captions", needs="page")
def captions(given: Given, want: Wanted) -> Iterator[Measured]:
    """The middle of the sizes of all captions: one letter is too few pixels to tell."""
    rule, page = want.of(Captions), the(given.page)
    fields = [field.id for field in want.edition.data_page.fields]
    held = [text_size_of(page.ink[name].caption_mm or 0) for name in fields if _has_caption(page.ink.get(name))]
    if len(held) < 4:
        yield want.unknown("size_mm", "too few captions found", page.where)
    else:
        tolerance = _tolerances(want).caption_size_tolerance_mm
        yield want.length("size_mm", median(held), rule.size_mm, tolerance, page.where)


@judges("data_page.mrz", needs="page")
def zone(given: Given, want: Wanted) -> Iterator[Measured]:
    """Lines, cells and letters of the machine readable zone."""
    rule, page, allowed = want.of(MrzZone), the(given.page), want.spec.passport.conformance.zone
    measured = page.zone.measured
    yield want.says("lines", len(measured) == rule.lines, len(measured), rule.lines, page.where)
    if len(measured) != rule.lines:
        return
    for n, (line, centre) in enumerate(zip(measured, rule.line_centres_from_bottom_mm, strict=True), 1):
        where = f"{page.where} {n}"
        yield want.says("characters", line.cells == rule.characters, line.cells, rule.characters, where)
        yield want.length("pitch_mm", line.pitch_mm, rule.pitch_mm, allowed.pitch_tolerance_mm, where)
        height = allowed.character_height_tolerance_mm
        yield want.length("character_height_mm", line.height_mm, rule.character_height_mm, height, where)
        if page.placed:
            first, at = allowed.first_character_tolerance_mm, allowed.line_position_tolerance_mm
            yield want.length("first_character_left_mm", line.left_mm, rule.first_character_left_mm, first, where)
            yield want.length("line_centres_from_bottom_mm", line.centre_mm, centre, at, where)
    if page.placed:
        top = want.edition.data_page.page.height_mm - rule.zone_height_mm
        lowest = max((ink.bottom_mm for name, ink in page.ink.items() if name != ZONE), default=0.0)
        room = top + rule.zone_height_tolerance_mm
        yield want.at_most(_ABOVE, round(lowest, 2), round(room, 2), page.where)


@judges("data_page.fonts", needs="page")
def zone_font(given: Given, want: Wanted) -> Iterator[Measured]:
    """Each cell of the MRZ laid over the shapes of the font ordered, and of others; the fonts a PDF holds."""
    rule, page, glyphs = want.of(DataPageFonts), the(given.page), want.spec.passport.conformance.glyphs
    if page.zone.measured:
        yield want.says(_READ_FONT, page.zone.font == rule.mrz, page.zone.font, rule.mrz, page.where)
        percent = 100 * sum(line.share for line in page.zone.measured) / len(page.zone.measured)
        kept = percent >= glyphs.matching_percent
        yield want.says(_MATCHING, kept, f"{percent:.0f}%", f"≥ {glyphs.matching_percent:g}%", page.where)
    else:
        yield want.unknown(_READ_FONT, "no line of the zone was found", page.where)
    if given.page_fonts:
        families = {name.partition("-")[0].casefold() for name in given.page_fonts}
        wanted = {name.replace(" ", "").casefold() for name in (rule.arabic, rule.latin, rule.mrz)}
        yield want.says(_INSIDE_FONTS, families == wanted, sorted(families), sorted(wanted), "data_page.pdf")


@judges("data_page.header", needs="page_text")
def header_words(given: Given, want: Wanted) -> Iterator[Measured]:
    rule = want.of(Header)
    title = rule.document if given.of_type.own else given.of_type.type.title
    yield from _printed(given, want, rule.state.ar, rule.state.en, title.ar, title.en)


@judges("data_page.fields.*", needs="page_text")
def field_captions(given: Given, want: Wanted) -> Iterator[Measured]:
    rule = want.of(DataPageField)
    if rule.id != "national_number" or want.edition.data_page.switches.national_number_shown:
        own = rule if given.of_type.own else want.edition.data_page.fields_of(given.of_type.zone_format).get(rule.id)
        if own is not None:
            caption = caption_of(own, given.of_type.type.document_form.called_passport)
            yield from _printed(given, want, caption.ar, caption.en)


@judges("data_page.signature", needs="page_text")
def signature_caption(given: Given, want: Wanted) -> Iterator[Measured]:
    rule, sides = want.of(Signature), want.edition.data_page.sides(given.of_type.zone_format)
    own = rule if given.of_type.own else next(side.signature for side in sides if side.signature is not None)
    caption = caption_of(own, given.of_type.type.document_form.called_passport)
    yield from _printed(given, want, caption.ar, caption.en)


@judges("data_page.switches", needs="page_text")
def switches(given: Given, want: Wanted) -> Iterator[Measured]:
    """A national number (12 digits) is printed above the zone exactly when the edition says so."""
    rule, text = want.of(Switches), given.page_text or ""
    shown = any(word.isdigit() and len(word) == 12 for word in text.split())
    kept = shown == rule.national_number_shown
    yield want.says("national_number_shown", kept, shown, rule.national_number_shown, "data_page.pdf")


@judges("data_page.dates", needs="page_text")
def dates(given: Given, want: Wanted) -> Iterator[Measured]:
    """The dates of issue and expiry as text, in the order ordered."""
    rule, text = want.of(DateStyle), given.page_text or ""
    for day in (given.issued_on, given.expires_on):
        if day is not None:
            wanted = rule.format.replace("YYYY", f"{day:%Y}").replace("MM", f"{day:%m}").replace("DD", f"{day:%d}")
            yield want.says("format", wanted in text, wanted if wanted in text else "-", wanted, "data_page.pdf")


@judges("data_page.sex_values", needs="page_text")
def sex_words(given: Given, want: Wanted) -> Iterator[Measured]:
    sex = given.zone.fields.get("sex", "") if given.zone is not None else ""
    if sex in ("M", "F", "X", "<"):
        value: Bilingual = getattr(want.of(SexValues), "X" if sex == "<" else sex)
        yield from _printed(given, want, value.ar, value.en)


@judges("data_page.specimen", needs="page_text")
def specimen(given: Given, want: Wanted) -> Iterator[Measured]:
    """A page that calls itself a specimen does so in the words ordered; others are no matter of this clause."""
    rule, text = want.of(BilingualClause), given.page_text or ""
    arabic, english = says(text, rule.ar), says(text, rule.en)
    if arabic or english:
        yield want.says(_WORDS, arabic and english, arabic and english, f"{rule.ar}, {rule.en}", "data_page.pdf")


def _printed(given: Given, want: Wanted, *words: str) -> Iterator[Measured]:
    for word in words:
        held = says(given.page_text or "", word)
        yield want.says(_WORDS, held, word if held else "-", word, "data_page.pdf")


def _within(given: Given, want: Wanted, name: str, box: Box) -> Iterator[Measured]:
    """Ink from the left edge of the box to its right, and nothing far beyond it."""
    page, allowed = the(given.page), _tolerances(want)
    if not page.placed:
        yield want.unknown("box", _PLACES, page.where)
        return
    ink = page.ink.get(name)
    if ink is None:
        yield want.says(_EMPTY, False, "empty", "text", page.where)
        return
    yield want.length(_LEFT, ink.left_mm, box.x_mm, allowed.placement_tolerance_mm, page.where)
    yield want.length(_RIGHT, ink.right_mm, box.x_mm + box.width_mm, allowed.placement_tolerance_mm, page.where)
    yield _beyond(want, ink, box, page.where)


def _beyond(want: Wanted, ink: Ink, box: Box, where: str) -> Measured:
    """How far ink leaves the box upwards or downwards; descenders of Arabic do so a little."""
    most = max(box.y_mm - ink.top_mm, ink.bottom_mm - box.y_mm - box.height_mm, 0.0)
    return want.at_most(_BEYOND, round(most, 2), _tolerances(want).ink_beyond_box_mm, where)


def _has_caption(ink: Ink | None) -> bool:
    return ink is not None and ink.caption_mm is not None


def _tolerances(want: Wanted) -> PageTolerances:
    return want.spec.passport.conformance.page
