"""What poppler makes of a PDF in a bounded child: a page as a PNG, its count; for read-back, preview and measuring.

The PDF may be hostile; time, memory and size of the picture are limited.
"""

from __future__ import annotations

import re
import subprocess

from specs.errors import Fault, Invalid, Unavailable

MAX_PDF_BYTES = 8 * 1024 * 1024
MAX_PIXELS = 25_000_000
CHILD_SECONDS = 15
CHILD_MEMORY_BYTES = 1024 * 1024 * 1024
_COUNT = re.compile(rb"^Pages: +([0-9]+)", re.MULTILINE)
_SIZE = re.compile(rb"^Page +\d+ size: +([0-9.]+) x ([0-9.]+) pts", re.MULTILINE)


def page_png(pdf: bytes, *, page: int = 1, dpi: int = 200) -> bytes:
    """PNG of `page` (from 1) at `dpi`. Raises `Invalid` (no PDF, no such page, too large) or `Unavailable`."""
    return _drawn(pdf, page, dpi, "-png")


def page_grey(pdf: bytes, *, page: int = 1, dpi: int = 200) -> bytes:
    """The same in grey and uncompressed (PGM), four times as fast: for machines. Raises as `page_png`."""
    return _drawn(pdf, page, dpi, "-gray")


def _drawn(pdf: bytes, page: int, dpi: int, form: str) -> bytes:
    if len(pdf) > MAX_PDF_BYTES:
        raise Invalid(_fault("too_many_bytes", "الملف أكبر من 8 ميغابايت", "the file is over 8 MiB"))
    size = _SIZE.search(poppler(["pdfinfo", "-f", str(page), "-l", str(page), "-"], pdf))
    if size is None:
        raise Invalid(_fault("no_page", "لا توجد هذه الصفحة", "there is no such page"))
    width, height = (float(points) / 72 * dpi for points in size.groups())
    if width * height > MAX_PIXELS:
        raise Invalid(_fault("too_many_pixels", "الصفحة أكبر من الحد", "the page would exceed 25 megapixels"))
    return poppler(["pdftoppm", form, "-r", str(dpi), "-f", str(page), "-l", str(page), "-singlefile", "-"], pdf)


def page_count(pdf: bytes) -> int:
    """How many pages. Raises as `page_png`."""
    counted = _COUNT.search(poppler(["pdfinfo", "-"], pdf))
    return int(counted.group(1)) if counted else 0


def poppler(command: list[str], pdf: bytes) -> bytes:
    """What a tool of poppler answers to `pdf` on its standard input, in a bounded child. Raises as `page_png`."""
    limits = ["prlimit", f"--as={CHILD_MEMORY_BYTES}", f"--cpu={CHILD_SECONDS}", "--core=0"]
    try:
        child = subprocess.run([*limits, *command], input=pdf, capture_output=True, timeout=CHILD_SECONDS, check=False)
    except FileNotFoundError as error:
        raise Unavailable(_fault("tool", "أداة غير مثبتة", "prlimit is not installed (util-linux)")) from error
    except subprocess.TimeoutExpired as error:
        raise Invalid(
            _fault("too_slow", "استغرقت قراءة الملف وقتاً طويلاً", "the file takes too long to draw")
        ) from error
    if child.returncode == 127:
        raise Unavailable(_fault("tool", "أداة غير مثبتة", f"{command[0]} is not installed (poppler-utils)"))
    if child.returncode != 0 or not child.stdout:
        raise Invalid(_fault("unreadable", "ليس ملف PDF سليماً", "not a readable PDF"))
    return child.stdout


def _fault(code: str, ar: str, en: str) -> Fault:
    return Fault(f"documents.pdf.{code}", ar, en, field="pdf")
