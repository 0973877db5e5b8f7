"""Pages for tests of reading: zones drawn in OCR-B, and PassportEye's lines after the one repair."""

from __future__ import annotations

import io
from collections.abc import Sequence
from functools import cache
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont

from issuance.border.reading.repair import Repaired, repair
from issuance.documents.readback import read_mrz_text
from issuance.mrtd.mrz import rules_of
from specs.load import load
from specs.schema import Specification

OCR_B = Path("/usr/share/fonts/opentype/ocr-b/OCRB.otf")
_MARGIN, _LETTER = 60, 44


def repaired(lines: Sequence[str]) -> Repaired:
    """The one repair by the shipped specification."""
    spec = load()
    return repair(tuple(lines), rules_of(spec), spec.border_reading.lookalikes)


def lines_by_passporteye(picture: bytes) -> tuple[str, ...]:
    """What PassportEye reads, repaired."""
    return repaired(read_mrz_text(picture)).lines


@cache
def drawn(lines: tuple[str, ...]) -> bytes:
    """A white page (PNG) with these lines at its foot, as they stand on a data page."""
    font = ImageFont.truetype(str(OCR_B), _LETTER)
    wide = max(int(font.getlength(line)) for line in lines) + 2 * _MARGIN
    page = Image.new("L", (wide, int(wide / 1.42)), 245)
    pen = ImageDraw.Draw(page)
    for number, line in enumerate(lines):
        pen.text((_MARGIN, page.height - _MARGIN - (len(lines) - number) * 80), line, fill=20, font=font)
    out = io.BytesIO()
    page.save(out, "PNG")
    return out.getvalue()


@cache
def eager() -> Specification:
    """The specification with page workers of ordinary priority: the machine of the tests has many others at work."""
    spec = load()
    rules = spec.border_reading
    eager_workers = rules.workers.model_copy(update={"niceness": 0})
    return spec.model_copy(update={"border_reading": rules.model_copy(update={"workers": eager_workers})})
