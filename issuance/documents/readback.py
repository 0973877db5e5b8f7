"""Read back what was printed: the MRZ lines on a picture of a page, by PassportEye, and the repairs that need no guess.

Gives text; whether it is a valid MRZ is the validator's to say (PassportEye's own verdict is not used).
"""

from __future__ import annotations

import io
import re
from collections.abc import Sequence
from dataclasses import dataclass

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


def repair_td3(lines: list[str], rules: Rules | None = None) -> Repaired:
    """Undo what OCR does to two TD3 lines, where the format itself leaves one answer; anything else stays as read.

    Fillers read as K, C, E, S or L in a run that may hold only fillers; the length of such a run; O and I where only a
    digit may stand, 0 and 1 where only a letter may. No check digit is consulted.
    """
    layout = (rules or standing_rules()).formats["TD3"]
    if len(lines) != 2 or max(map(len, lines)) > 2 * layout.line_characters:
        return Repaired(tuple(lines), ())
    edits: list[str] = []
    names, data = _repair_names(lines[0], layout, edits), _repair_data(lines[1], layout, edits)
    return Repaired((names, data), tuple(edits))


def _repair_names(line: str, layout: Layout, edits: list[str]) -> str:
    """After the second `<<` of a name line only fillers may follow (Doc 9303-4 §4.2.2)."""
    head = f".{{{layout.name_field.start}}}"
    match = re.match(rf"({head}[A-Z<]*?[A-Z]<<[A-Z]+(?:<[A-Z]+)*?)(<<.*)", line)
    if match is None or not _is_filler_run(match[2]) or len(match[1]) > layout.line_characters:
        return line
    mended = match[1].ljust(layout.line_characters, "<")
    if mended != line:
        edits.append("line 1: the closing run of fillers restored")
    return mended


def _repair_data(line: str, layout: Layout, edits: list[str]) -> str:
    size = layout.line_characters
    optional = layout.optional[0]
    start, room = optional.start - size, optional.stop - optional.start
    last = 2 * size - optional.stop  # the two check digits that close the line
    if len(line) > start + 2 * last and _is_filler_run(line[start:-last]):
        mended = line[:start] + "<" * room + line[-last:]
        if mended != line:
            edits.append("line 2: the fillers of the optional data restored")
        line = mended
    if len(line) != size:
        return line
    characters = list(line)
    for places, table in ((_digits(layout), {"O": "0", "I": "1"}), (_letters(layout), {"0": "O", "1": "I"})):
        for place in (index - size for index in places):
            if (right := table.get(characters[place])) is not None:
                edits.append(f"line 2, position {place + 1}: {characters[place]} read for {right}")
                characters[place] = right
    return "".join(characters)


def _digits(layout: Layout) -> list[int]:
    """Where only a digit stands (or a filler, in a birth date); the optional data's check digit may be a filler."""
    dates = [index for part in (layout.birth_date, layout.expiry_date) for index in range(part.start, part.stop)]
    checks = [layout.number_check, layout.birth_check, layout.expiry_check, layout.composite]
    return sorted([*dates, *(index for index in checks if index is not None)])


def _letters(layout: Layout) -> list[int]:
    return [*range(layout.nationality.start, layout.nationality.stop), layout.sex]


def _is_filler_run(run: str) -> bool:
    """Mostly fillers, and otherwise only what fillers are misread as."""
    return set(run) <= set(FILLER_LOOKALIKES) and run.count("<") * 2 >= len(run)
