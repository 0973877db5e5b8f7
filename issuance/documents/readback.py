"""Read back what was printed: the MRZ lines on a picture of a page, by PassportEye, and the repairs that need no guess.

Gives text; whether it is a valid MRZ is the validator's to say (PassportEye's own verdict is not used).
"""

from __future__ import annotations

import io
import re
from dataclasses import dataclass

from issuance.documents.children import texts_read_by
from issuance.documents.printable import decode_picture

_LONGEST_SIDE = 2600
"""Pixels; 50 megapixels cost PassportEye 13 s and a gigabyte, and a data page at 500 dpi has no more than this."""
CHILD_SECONDS = 30
CHILD_MEMORY_BYTES = 3 * 1024 * 1024 * 1024
_TD3_CHARACTERS = 44
_OPTIONAL_DATA = slice(28, 42)
_DIGITS = (9, *range(13, 20), *range(21, 28), 43)
"""TD3 line 2, from 0: positions that hold a digit (or a filler in a birth date), Doc 9303-4 §4.2.2."""
_LETTERS = (10, 11, 12, 20)
_FILLER_LOOKALIKES = "<KCESL"


@dataclass(frozen=True, slots=True)
class Repaired:
    """lines after repair, and what was changed, one sentence an edit; no edit: the lines are as they were read."""

    lines: tuple[str, ...]
    edits: tuple[str, ...]


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


def repair_td3(lines: list[str]) -> Repaired:
    """Undo what OCR does to two TD3 lines, where the format itself leaves one answer; anything else stays as read.

    Fillers read as K, C, E, S or L in a run that may hold only fillers; the length of such a run; O and I where only a
    digit may stand, 0 and 1 where only a letter may. No check digit is consulted.
    """
    if len(lines) != 2 or max(map(len, lines)) > 2 * _TD3_CHARACTERS:
        return Repaired(tuple(lines), ())
    edits: list[str] = []
    names, data = _repair_names(lines[0], edits), _repair_data(lines[1], edits)
    return Repaired((names, data), tuple(edits))


def _repair_names(line: str, edits: list[str]) -> str:
    """After the second `<<` of a name line only fillers may follow (Doc 9303-4 §4.2.2)."""
    match = re.match(r"(.{5}[A-Z<]*?[A-Z]<<[A-Z]+(?:<[A-Z]+)*?)(<<.*)", line)
    if match is None or not _is_filler_run(match[2]) or len(match[1]) > _TD3_CHARACTERS:
        return line
    mended = match[1].ljust(_TD3_CHARACTERS, "<")
    if mended != line:
        edits.append("line 1: the closing run of fillers restored")
    return mended


def _repair_data(line: str, edits: list[str]) -> str:
    run = line[_OPTIONAL_DATA.start : -2]
    if len(line) > _OPTIONAL_DATA.start + 4 and _is_filler_run(run):
        mended = line[: _OPTIONAL_DATA.start] + "<" * 14 + line[-2:]
        if mended != line:
            edits.append("line 2: the fillers of the optional data restored")
        line = mended
    if len(line) != _TD3_CHARACTERS:
        return line
    characters = list(line)
    for places, table in ((_DIGITS, {"O": "0", "I": "1"}), (_LETTERS, {"0": "O", "1": "I"})):
        for place in places:
            if (right := table.get(characters[place])) is not None:
                edits.append(f"line 2, position {place + 1}: {characters[place]} read for {right}")
                characters[place] = right
    return "".join(characters)


def _is_filler_run(run: str) -> bool:
    """Mostly fillers, and otherwise only what fillers are misread as."""
    return set(run) <= set(_FILLER_LOOKALIKES) and run.count("<") * 2 >= len(run)
