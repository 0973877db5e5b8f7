"""The codes printed on the first page of a certificate whose signature already held.

Draws in grey without compression, four times as fast as a picture for people (`issuance/documents/raster.py`). Not for
PDFs of strangers.
"""

from __future__ import annotations

import io
import subprocess
from typing import Final

import zxingcpp
from PIL import Image

from specs.errors import Fault, Invalid, Unavailable

_RESOLUTIONS_DPI: Final = (150, 300)  # the finer one for the denser code of a very long name
_SECONDS: Final = 15
_MEMORY_BYTES: Final = 1 << 30


def printed_codes(pdf: bytes) -> list[str]:
    """What the codes on page 1 hold. Raises `Invalid` when the page cannot be drawn, `Unavailable` without poppler."""
    codes: list[str] = []
    for dpi in _RESOLUTIONS_DPI:
        page = Image.open(io.BytesIO(_grey_page(pdf, dpi)), formats=("PPM",))
        codes = [code.text for code in zxingcpp.read_barcodes(page) if code.valid]
        if codes:
            break
    return codes


def _grey_page(pdf: bytes, dpi: int) -> bytes:
    """Page 1 as a PGM picture."""
    limits = ["prlimit", f"--as={_MEMORY_BYTES}", f"--cpu={_SECONDS}", "--core=0"]
    draw = ["pdftoppm", "-gray", "-r", str(dpi), "-f", "1", "-l", "1", "-singlefile", "-"]
    try:
        child = subprocess.run([*limits, *draw], input=pdf, capture_output=True, timeout=_SECONDS, check=False)
    except FileNotFoundError as error:
        raise Unavailable(_fault("tool", "أداة غير مثبتة", "prlimit is not installed (util-linux)")) from error
    except subprocess.TimeoutExpired as error:
        raise Invalid(_fault("too_slow", "استغرق رسم الصفحة وقتًا طويلًا", "the page takes too long to draw")) from error
    if child.returncode == 127:
        raise Unavailable(_fault("tool", "أداة غير مثبتة", "pdftoppm is not installed (poppler-utils)"))
    if child.returncode != 0 or not child.stdout:
        raise Invalid(_fault("unreadable", "تعذر رسم الصفحة", "the page cannot be drawn"))
    return child.stdout


def _fault(code: str, ar: str, en: str) -> Fault:
    return Fault(f"border.page.{code}", ar, en, field="pdf", clause="issue 2 §5")
