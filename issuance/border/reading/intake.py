"""A file to grey pictures of its pages, within limits. Runs in a worker: decoders are native code on foreign bytes.

Every failure is `Invalid`: nothing is decoded before its bytes and pixels are known to be few enough.
"""

from __future__ import annotations

import subprocess
from typing import Final

import numpy as np
from PIL import Image

from issuance.border.reading.reader import Page
from issuance.documents.printable import decode_picture
from specs.errors import Fault, Invalid
from specs.schema.page_reading import PageIntake

PDF: Final = b"%PDF-"
_FIELD: Final = "page"
_CLAUSE: Final = "border/reading.yaml"
_PAST_THE_END: Final = 99
_MEMORY_BYTES: Final = 1 << 30


def is_pdf(data: bytes) -> bool:
    return data[:1024].lstrip().startswith(PDF)


def page_of(data: bytes, number: int, limits: PageIntake) -> Page | None:
    """Page `number` (from 1) of a picture or PDF, grey, reduced to the longest side; None past the last page.

    Raises `Invalid`: too many bytes or pixels, or what cannot be decoded.
    """
    if len(data) > limits.maximum_bytes:
        raise Invalid(too_many_bytes(limits))
    if not is_pdf(data):
        return (
            _grey(decode_picture(data, _FIELD, maximum_pixels=limits.maximum_pixels), limits) if number == 1 else None
        )
    drawn = _drawn(data, number, limits)
    return None if drawn is None else _grey(decode_picture(drawn, _FIELD, maximum_pixels=limits.maximum_pixels), limits)


def too_many_bytes(limits: PageIntake) -> Fault:
    return Fault(
        "page.too_many_bytes",
        f"الملف أكبر من {limits.maximum_bytes} بايت",
        f"the file has more than {limits.maximum_bytes} bytes",
        field=_FIELD,
        clause=_CLAUSE,
    )


def _grey(image: Image.Image, limits: PageIntake) -> Page:
    """Eight bits of grey: what is transparent is white paper, 16 bits are brought down by their own range."""
    if image.mode in ("I", "F") or image.mode.startswith("I;16"):
        deep = np.asarray(image).astype(np.float64)
        low, high = float(deep.min()), float(deep.max())
        image = Image.fromarray(((deep - low) * (255 / max(high - low, 1e-9))).astype(np.uint8))
    if "A" in image.getbands() or "transparency" in image.info:
        over = image.convert("RGBA")
        image = Image.alpha_composite(Image.new("RGBA", over.size, "white"), over)
    grey = image.convert("L")
    grey.thumbnail((limits.longest_side_pixels, limits.longest_side_pixels))
    return np.asarray(grey, np.uint8)


def _drawn(pdf: bytes, number: int, limits: PageIntake) -> bytes | None:
    """One page of a PDF as PNG of the longest side, whatever size it gives itself; None past its last page."""
    bounds = ["prlimit", f"--as={_MEMORY_BYTES}", f"--cpu={limits.pdf_seconds}", "--core=0"]
    draw = ["pdftoppm", "-gray", "-png", "-singlefile", "-f", str(number), "-l", str(number)]
    draw += ["-scale-to", str(limits.longest_side_pixels), "-"]
    try:
        done = subprocess.run([*bounds, *draw], input=pdf, capture_output=True, timeout=limits.pdf_seconds, check=False)
    except subprocess.TimeoutExpired as error:
        raise Invalid(_undrawable()) from error
    if done.returncode == _PAST_THE_END:
        return None
    if done.returncode != 0 or not done.stdout:
        raise Invalid(_undrawable())
    return done.stdout


def _undrawable() -> Fault:
    return Fault(
        "page.undrawable", "تعذر رسم الصفحة", "the page of the PDF cannot be drawn", field=_FIELD, clause=_CLAUSE
    )
