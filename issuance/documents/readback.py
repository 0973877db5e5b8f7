"""Read back what was printed: the MRZ lines on a picture of a page, by PassportEye, held against those ordered.

For the quality control of our own books; pages of travellers are read by `issuance.border.reading`.
"""

from __future__ import annotations

import io
import re
from collections.abc import Sequence

from issuance.documents.children import texts_read_by
from issuance.documents.printable import decode_picture
from issuance.mrtd.mrz import Rules, standing_rules
from issuance.mrtd.mrz.rules import Layout

_LONGEST_SIDE = 2600
"""Pixels; 50 megapixels cost PassportEye 13 s and a gigabyte, and a data page at 500 dpi has no more than this."""
CHILD_SECONDS = 30
CHILD_MEMORY_BYTES = 3 * 1024 * 1024 * 1024
FILLER_LOOKALIKES = "<KCESL"
_DIGIT_LOOKALIKES = {"0": "0ODQ", "1": "1IL", "2": "2Z", "5": "5S", "6": "6G", "8": "8B"}


def read_mrz_text(image: bytes) -> list[str]:
    """The MRZ lines PassportEye reads on `image` (PNG or JPEG), spaces removed, in capitals; [] when it finds none.

    Raises `Invalid` for a picture that is too large (8 MiB, 25 megapixels) or cannot be decoded.
    """
    upright = io.BytesIO()
    page = decode_picture(image, "image").convert("L")
    page.thumbnail((_LONGEST_SIDE, _LONGEST_SIDE))
    page.save(upright, "PNG", compress_level=1)
    return texts_read_by(
        "issuance.documents.passporteye_child",
        upright.getvalue(),
        seconds=CHILD_SECONDS,
        memory_bytes=CHILD_MEMORY_BYTES,
    )


def first_misread(ordered: Sequence[str], read: Sequence[str], rules: Rules | None = None) -> int | None:
    """Where what was read of a TD3 zone cannot be a reading of the lines that were `ordered`: the character, counted
    from 0 over both lines; None: it can be.

    Forgiven is what PassportEye does to a zone that is right: a run of fillers longer, shorter or with letters that
    look like them, the digit after the last run not seen, a letter for a digit where only a digit may stand. What
    really stands there a picture tells (`page_compare`).
    """
    layout = (rules or standing_rules()).formats["TD3"]
    digits, start = set(_digits(layout)), 0
    for line, seen in zip(ordered, read, strict=True):
        pattern = ""
        for run in re.finditer("<+|[^<]", line):
            pattern += _seen_as(run, len(line), start + run.start() in digits)
            if re.match(pattern + ("$" if run.end() == len(line) else ""), seen) is None:
                return start + run.start()
        start += len(line)
    return None


def _seen_as(run: re.Match[str], width: int, digit: bool) -> str:
    """What may be read for a run of fillers, or for one other character; what ends a line may not be seen at all."""
    last = run.end() == width
    if run[0][0] == "<":
        return f"[{FILLER_LOOKALIKES}X]" + ("*" if last else "+")
    seen = f"[{_DIGIT_LOOKALIKES.get(run[0], run[0])}]" if digit else run[0]
    return seen + ("?" if last and run.string[run.start() - 1] == "<" else "")


_CLOSING = re.compile(rf"[{FILLER_LOOKALIKES}X]*[0-9]?$")


def overfull(ordered: Sequence[str], read: Sequence[str]) -> bool:
    """Whether one character of the data line was taken for two: more stand before its closing run than were ordered,
    which no line has room for. Nothing is then known of its text; the picture tells."""
    head, seen = (_CLOSING.sub("", lines[1], count=1) for lines in (ordered, read))
    return len(seen) > len(head)


def _digits(layout: Layout) -> list[int]:
    """Where only a digit stands (or a filler, in a birth date); the optional data's check digit may be a filler."""
    dates = [index for part in (layout.birth_date, layout.expiry_date) for index in range(part.start, part.stop)]
    checks = [layout.number_check, layout.birth_check, layout.expiry_check, layout.composite]
    return sorted([*dates, *(index for index in checks if index is not None)])
