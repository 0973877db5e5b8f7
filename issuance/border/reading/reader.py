"""What every reader of a page is: a picture in, candidate zones out. Raw: nothing is repaired or judged here."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final, Protocol

import numpy as np
from numpy.typing import NDArray

Page = NDArray[np.uint8]
"""Grey, (height, width), roughly upright or turned by a quarter."""
Candidate = tuple[str, ...]
"""Two or three lines as read: capitals, digits and `<`; any length."""

_BRACKETS: Final = str.maketrans(dict.fromkeys("‹〈＜《《≤⟨", "<") | {"«": "<<", "€": "C", "£": "E"})
_FOREIGN: Final = re.compile(r"[^A-Z0-9<]")
_LEAST_CHARACTERS: Final = 18
_LONGEST: Final = 60
_LEAST_DIGITS: Final = 8
_TRIPLE: Final = range(24, 35)
"""Lengths of lines that may be three of 30; a line of 36 that lost fillers may be among them, so both are tried."""


class Reader(Protocol):
    """One way of reading zones. `read` may be slow and may end its process; it is called in a worker."""

    name: str

    def read(self, page: Page) -> list[Candidate]:
        """The zones that may stand on the page, the likeliest first; [] when there is none."""
        ...


@dataclass(frozen=True, slots=True)
class Row:
    """One row of text as read. along, down: where its middle lies in the reading direction and across it, in pixels;
    height: of its letters."""

    text: str
    along: float
    down: float
    height: float


def cleaned(text: str) -> str:
    """Capitals without blanks, brackets of other kinds as fillers; what belongs to no zone stays."""
    return "".join(text.split()).upper().translate(_BRACKETS)


def zone_line(text: str) -> str | None:
    """The text as a line of a zone, without the odd stray mark; None when it can be none."""
    line = cleaned(text)
    kept = _FOREIGN.sub("", line)
    foreign = len(line) - len(kept)
    if not _LEAST_CHARACTERS <= len(kept) <= _LONGEST or foreign * 10 > len(line):
        return None
    return kept


def zones_of(lines: Sequence[str]) -> list[Candidate]:
    """The zones among lines in their order: one begins with a known letter, `<<` parts a name, another holds the dates.

    A stray line may lie between two of a zone.
    """
    found: list[Candidate] = []
    for at, first in enumerate(lines):
        if not _opens(first):
            continue
        for second, third in ((1, 2), (1, 3), (2, 3)):
            three = tuple(lines[at + step] for step in (0, second, third) if at + step < len(lines))
            if len(three) == 3 and all(len(one) in _TRIPLE for one in three) and _dates(three[1]) and "<<" in three[2]:
                found.append(three)
        for step in (1, 2):
            two = tuple(lines[at : at + step + 1 : step])
            if len(two) == 2 and "<<" in first and _dates(two[1]):
                found.append(two)
    return found


def complete(zones: Sequence[Candidate]) -> bool:
    """Whether one of them needs no further line: three short ones, or two long ones."""
    return any(len(zone) == 3 or max(map(len, zone)) not in _TRIPLE for zone in zones)


def rows_of(pieces: Sequence[Row]) -> list[str]:
    """Pieces of text as whole rows from top to bottom: pieces side by side are one row, read from left to right."""
    rows: list[list[Row]] = []
    for piece in sorted(pieces, key=lambda one: one.down):
        if rows and abs(rows[-1][-1].down - piece.down) < 0.5 * min(rows[-1][-1].height, piece.height):
            rows[-1].append(piece)
        else:
            rows.append([piece])
    return ["".join(part.text for part in sorted(row, key=lambda one: one.along)) for row in rows]


def _opens(line: str) -> bool:
    return line[0] in "PVIAC1" and not line[2:5].isdigit()


def _dates(line: str) -> bool:
    """Whether a birth date, an expiry date and their check digits may stand in it."""
    return sum(character.isdigit() for character in line) >= _LEAST_DIGITS


def environment_of_one_thread() -> dict[str, Any]:
    """What keeps numpy, OpenMP and tesseract to one thread each: several readers share the cores by processes."""
    return dict.fromkeys(("OMP_THREAD_LIMIT", "OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"), "1")
