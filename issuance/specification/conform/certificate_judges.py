"""The criminal-status certificate against its clauses: paper, words, serial, validity, code. From the PDF alone.

The signature is not judged here (`issuance verify`), and nothing in the file is believed: it is only compared.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from datetime import date
from typing import Final

import zxingcpp
from PIL import Image

from issuance.documents.attachment import certificate_data
from issuance.documents.certificate import CertificateData
from issuance.documents.pdf_text import fonts_of, page_size_mm, says
from issuance.documents.raster import page_grey
from issuance.documents.serial import check
from issuance.specification.conform.given import Given
from issuance.specification.conform.registry import Wanted, judges
from issuance.specification.conform.report import Measured
from keys.pdf_attachment import extract_attachment
from specs.errors import IssuanceError
from specs.schema.base import Bilingual
from specs.schema.certificate import (
    BilingualClause,
    CertificateField,
    CertificateFonts,
    CertificateValidity,
    Issuer,
    NationalNumberDisclosure,
    Notice,
    Outcomes,
    Paper,
    Qr,
    RulingTable,
    SerialRule,
)

_WORDS: Final = Bilingual(ar="النص المطبوع", en="printed words")
_ATTACHED: Final = Bilingual(ar="البيانات المرفقة", en="attached data")
_FONTS: Final = Bilingual(ar="خطوط الملف", en="fonts of the file")
_WHERE: Final = "certificate.pdf"
_DRAWN_DPI: Final = 150
_SIZE_TOLERANCE_MM: Final = 0.5
_STANDARD: Final = re.compile(rb"pdf(a|ua)id:part>(\d)|pdfaid:conformance>([A-Z])")
_ONLY_IF_THERE: Final = {"passport_number", "level"}


@judges("certificate/certificate.paper", needs="certificate")
def paper(given: Given, want: Wanted) -> Iterator[Measured]:
    rule, pdf = want.of(Paper), given.certificate or b""
    try:
        width, height = page_size_mm(pdf)
    except IssuanceError as refused:
        yield want.says("format", False, refused.faults[0].en, rule.format, _WHERE)
        return
    yield want.length("width_mm", width, rule.width_mm, _SIZE_TOLERANCE_MM, _WHERE)
    yield want.length("height_mm", height, rule.height_mm, _SIZE_TOLERANCE_MM, _WHERE)
    parts = {(kind, part) for kind, part, _ in _STANDARD.findall(pdf) if kind}
    level = next((held.decode().lower() for _, _, held in _STANDARD.findall(pdf) if held), "")
    held = [f"a-{p.decode()}{level}" if k == b"a" else f"ua-{p.decode()}" for k, p in sorted(parts)]
    yield want.says("pdf_standards", set(rule.pdf_standards) <= set(held), held, list(rule.pdf_standards), _WHERE)
    there = _data(given, rule.attachment_name) is not None
    yield want.says("attachment_name", there, rule.attachment_name if there else "-", rule.attachment_name, _WHERE)


@judges("certificate/certificate.fonts", needs="certificate")
def fonts(given: Given, want: Wanted) -> Iterator[Measured]:
    rule = want.of(CertificateFonts)
    held = {name.partition("-")[0].casefold() for name in fonts_of(given.certificate or b"")}
    known = {name.replace(" ", "").casefold() for name in (rule.arabic, rule.latin, rule.mono)}
    yield want.says(_FONTS, held <= known and bool(held), sorted(held), sorted(known), _WHERE)


@judges("certificate/certificate.title", needs="certificate")
def title(given: Given, want: Wanted) -> Iterator[Measured]:
    rule = want.of(BilingualClause)
    yield from _printed(given, want, rule.ar, rule.en)


@judges("certificate/certificate.issuer", needs="certificate")
def issuer(given: Given, want: Wanted) -> Iterator[Measured]:
    rule = want.of(Issuer)
    for name in (rule.state, rule.ministry, rule.department):
        yield from _printed(given, want, name.ar, name.en)


@judges("certificate/certificate.fields.*", needs="certificate")
def captions(given: Given, want: Wanted) -> Iterator[Measured]:
    """Each caption is printed; what only some holders have, only with its value."""
    rule = want.of(CertificateField)
    if rule.id not in _ONLY_IF_THERE:
        yield from _printed(given, want, rule.caption.ar, rule.caption.en)


@judges("certificate/certificate.notices.*", needs="certificate")
def notices(given: Given, want: Wanted) -> Iterator[Measured]:
    rule = want.of(Notice)
    yield from _printed(given, want, rule.text.ar, rule.text.en)


@judges("certificate/certificate.outcomes", needs="certificate")
def outcome(given: Given, want: Wanted) -> Iterator[Measured]:
    data = _data(given, want.spec.certificate_certificate.paper.attachment_name)
    if data is not None:
        words = want.of(Outcomes).words(data.outcome, data.sex)
        yield from _printed(given, want, words.ar, words.en)


@judges("certificate/certificate.rulings", needs="certificate")
def rulings(given: Given, want: Wanted) -> Iterator[Measured]:
    data, rule = _data(given, want.spec.certificate_certificate.paper.attachment_name), want.of(RulingTable)
    if data is not None and data.rulings:
        yield want.at_most("maximum_count", len(data.rulings), rule.maximum_count, _WHERE)
        for column in rule.columns:
            yield from _printed(given, want, column.caption.ar, column.caption.en)


@judges("certificate/certificate.validity", needs="certificate")
def validity(given: Given, want: Wanted) -> Iterator[Measured]:
    """Whole months from the day of issue; the day printed is the last valid one."""
    data, rule = _data(given, want.spec.certificate_certificate.paper.attachment_name), want.of(CertificateValidity)
    if data is not None:
        months = round((date.toordinal(data.expires_on) + 1 - date.toordinal(data.issued_on)) / 30.44)
        yield want.says("months", months == rule.months, months, rule.months, _WHERE)


@judges("certificate/certificate.serial", needs="certificate")
def serial(given: Given, want: Wanted) -> Iterator[Measured]:
    data, rule = _data(given, want.spec.certificate_certificate.paper.attachment_name), want.of(SerialRule)
    if data is not None:
        wanted = f"{rule.series}YYYY{rule.separator}{rule.office_pattern}{rule.separator}{'0' * rule.count_digits}"
        yield want.says("serial", check(rule, data.number), data.number, wanted, _WHERE)


@judges("certificate/certificate.disclosure", needs="certificate")
def disclosure(given: Given, want: Wanted) -> Iterator[Measured]:
    data, rule = (
        _data(given, want.spec.certificate_certificate.paper.attachment_name),
        want.of(NationalNumberDisclosure),
    )
    if data is not None:
        held = "masked" if rule.mask_character in data.national_number else "full"
        yield want.says("national_number", held == rule.national_number, held, rule.national_number, _WHERE)


@judges("certificate/certificate.qr", needs="certificate")
def code(given: Given, want: Wanted) -> Iterator[Measured]:
    """The one code of the first page: its size and its level of error correction, as another reader sees them."""
    rule = want.of(Qr)
    try:
        page = Image.open(io.BytesIO(page_grey(given.certificate or b"", dpi=_DRAWN_DPI)), formats=("PPM",))
    except IssuanceError as refused:
        yield want.says("size_mm", False, refused.faults[0].en, f"{rule.size_mm:g}", _WHERE)
        return
    found = [held for held in zxingcpp.read_barcodes(page) if held.valid]
    if len(found) != 1:
        yield want.says("size_mm", False, f"{len(found)} codes", f"{rule.size_mm:g}", _WHERE)
        return
    place = found[0].position
    side = ((place.top_left.x - place.bottom_right.x) ** 2 + (place.top_left.y - place.bottom_right.y) ** 2) ** 0.5
    yield want.length("size_mm", side / 2**0.5 / _DRAWN_DPI * 25.4, rule.size_mm, _SIZE_TOLERANCE_MM * 2, _WHERE)
    level = found[0].ec_level
    yield want.says("error_correction", level == rule.error_correction, level, rule.error_correction, _WHERE)


def _data(given: Given, name: str) -> CertificateData | None:
    """The attached data, where there is one of that name that reads."""
    try:
        return certificate_data(extract_attachment(given.certificate or b"", name))
    except IssuanceError:
        return None


def _printed(given: Given, want: Wanted, *words: str) -> Iterator[Measured]:
    text = given.certificate_text or ""
    for word in words:
        held = says(text, word)
        yield want.says(_WORDS, held, word if held else "-", word, _WHERE)
