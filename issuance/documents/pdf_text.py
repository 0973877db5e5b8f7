"""What a PDF says of itself: its text as copied, the fonts inside, the size of its first page. By poppler, bounded.

The PDF may be hostile; nothing here is believed, it is only compared.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

from issuance.documents.raster import MAX_PDF_BYTES, poppler
from specs.errors import Fault, Invalid

_MARKS = re.compile("[\u200e\u200f\u061c\u202a-\u202e\u2066-\u2069]")
_WORD = re.compile(r"\w+")
_SIZE = re.compile(rb"^Page +\d+ size: +([0-9.]+) x ([0-9.]+) pts", re.MULTILINE)
_SUBSET = re.compile(r"^[A-Z]{6}\+")
_SHORT = 4
_MAXIMUM_CHARACTERS = 200_000


def text_of(pdf: bytes) -> str:
    """All text in one line, direction marks off, presentation forms undone. Raises `Invalid` or `Unavailable`."""
    return " ".join(raw_text(pdf).split())


def raw_text(pdf: bytes) -> str:
    """The text line by line, direction marks off. Raises `Invalid` or `Unavailable`."""
    _bounded(pdf)
    said = poppler(["pdftotext", "-enc", "UTF-8", "-l", "20", "-", "-"], pdf).decode("utf-8", "replace")
    return unicodedata.normalize("NFKC", _MARKS.sub(" ", said[:_MAXIMUM_CHARACTERS]))


def fonts_of(pdf: bytes) -> set[str]:
    """PostScript names of the fonts inside, subset marks off: `Amiri-Bold`. Raises `Invalid` or `Unavailable`."""
    _bounded(pdf)
    lines = poppler(["pdffonts", "-l", "20", "-"], pdf).decode("utf-8", "replace").splitlines()[2:]
    return {_SUBSET.sub("", line.split(maxsplit=1)[0]) for line in lines if line.strip()}


def page_size_mm(pdf: bytes) -> tuple[float, float]:
    """Width and height of page 1 in millimetres. Raises `Invalid` or `Unavailable`."""
    _bounded(pdf)
    found = _SIZE.search(poppler(["pdfinfo", "-f", "1", "-l", "1", "-"], pdf))
    if found is None:
        raise Invalid(Fault("documents.pdf.no_page", "لا توجد صفحة", "there is no page", field="pdf"))
    width, height = (float(points) / 72 * 25.4 for points in found.groups())
    return width, height


def _bounded(pdf: bytes) -> None:
    if len(pdf) > MAX_PDF_BYTES:
        raise Invalid(
            Fault("documents.pdf.too_many_bytes", "الملف أكبر من 8 ميغابايت", "the file is over 8 MiB", field="pdf")
        )


def says(text: str, words: str) -> bool:
    """Whether a text as copied says these words. Capitals and vowel signs aside.

    A short word stands by itself; longer ones at one stretch (letters may be tracked, words run together); or, as a
    wrapped line of Arabic is copied in pieces, each word somewhere.
    """
    wanted, held = _plain(words), _plain(text)
    pieces = set(_WORD.findall(wanted)) <= set(_WORD.findall(held))
    squeezed = "".join(wanted.split())
    return pieces or (len(squeezed) >= _SHORT and squeezed in "".join(held.split()))


@lru_cache(maxsize=64)
def _plain(text: str) -> str:
    """Without vowel signs, which a copy may move away from their letter."""
    plain = unicodedata.normalize("NFKC", text).casefold()
    return "".join(character for character in plain if unicodedata.category(character) != "Mn")
