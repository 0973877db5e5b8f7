"""The machine readable zone on a page: its lines, cells and glyphs, measured from their ink. Pure.

Positions come from a straight line laid through all cells, so that one blot moves nothing. The glyph that fits a cell
best is its character; how well OCR-B fits against other fonts says in which font the zone is printed.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from issuance.specification.conform.measure.glyphs import ALPHABET, normal, shapes
from issuance.specification.conform.measure.sheet import Grey, Sheet
from specs.errors import Unavailable

_ZONE_MM: Final = 28.0  # of the lower edge: searched for lines
_GLYPH_MM: Final = (1.5, 3.6)  # height of what can be a line of the zone
_OTHER_FONTS: Final = ("Liberation Mono", "Liberation Sans", "DejaVu Sans Mono", "DejaVu Sans")
_LETTERS: Final = 26  # of the alphabet; digits are taller in OCR-B, and fillers lower
_Marks = NDArray[np.int32]


@dataclass(frozen=True, slots=True)
class Line:
    """One line: text as read; centre_mm: above the page's lower edge; left_mm: of the first cell; pitch_mm: of cells;
    height_mm: of capitals; fit: mean correlation of its glyphs with the font, 0 to 1; cells: how many marks."""

    text: str
    centre_mm: float
    left_mm: float
    pitch_mm: float
    height_mm: float
    fit: float
    share: float
    cells: int


@dataclass(frozen=True, slots=True)
class Zone:
    """lines: texts of the measured lines, top first, empty when none is found; font: the one that fits best."""

    measured: tuple[Line, ...]
    font: str

    @property
    def lines(self) -> tuple[str, ...]:
        return tuple(line.text for line in self.measured)


def zone_of(sheet: Sheet, family: str, glyph_fit: float) -> Zone:
    """The zone at the foot of the page. family: the font its characters are compared with; glyph_fit: the correlation
    from which a cell matches."""
    lower = max(0, sheet.grey.shape[0] - round(_ZONE_MM * sheet.px_per_mm))
    grey = sheet.grey[lower:]
    paper = float(np.percentile(grey, 75))
    ink = (255 * np.clip((paper - grey.astype(np.float32)) / max(paper - float(grey.min()), 1), 0, 1)).astype(
        np.float32
    )
    marks = _marks(grey, sheet.px_per_mm)
    lines = []
    rows = _rows(marks, sheet.px_per_mm)
    for row in rows:
        lines.append(_line(sheet, ink, lower, row, family, glyph_fit))
    font = _font(ink, [mark for row in rows for mark in row], family)
    return Zone(tuple(lines), font)


def _marks(grey: Grey, scale: float) -> _Marks:
    """Left, top, width, height of every dark mark that could be a glyph."""
    dark = cv2.threshold(cv2.GaussianBlur(grey, (3, 3), 0), 0, 255, cv2.THRESH_BINARY_INV + cv2.THRESH_OTSU)[1]
    count, _, stats, _ = cv2.connectedComponentsWithStats(dark)
    boxes: _Marks = stats[1:count, :4].astype(np.int32)
    small, large = 0.9 * scale, _GLYPH_MM[1] * scale
    keep = (boxes[:, 3] >= small) & (boxes[:, 3] <= large) & (boxes[:, 2] <= large)
    return np.asarray(boxes[keep], np.int32)


def _rows(marks: _Marks, scale: float) -> list[_Marks]:
    """The marks of each line, left to right: those whose middles lie within a millimetre of a common height."""
    held: list[_Marks] = []
    rest = marks
    while len(rest):
        middles = rest[:, 1] + rest[:, 3] / 2
        near = [(np.abs(middles - middle) < 0.9 * scale) for middle in middles]
        best = max(near, key=lambda found: int(found.sum()))
        if int(best.sum()) < 20:
            break
        row = rest[best]
        held.append(row[np.argsort(row[:, 0])])
        rest = rest[~best]
    return sorted(held, key=lambda row: float(np.median(row[:, 1])))


def _line(sheet: Sheet, ink: NDArray[np.float32], lower: int, row: _Marks, family: str, glyph_fit: float) -> Line:
    scale, high = sheet.px_per_mm, sheet.grey.shape[0]
    table, aspects, _ = shapes(family)
    read = [_best(ink, mark, table, aspects) for mark in row]
    centres = row[:, 0] + row[:, 2] / 2
    gaps = np.diff(centres)
    pitch = float(np.median(gaps[gaps > 0.4 * np.median(gaps)]))
    places = np.round((centres - centres[0]) / pitch)
    slope, first = _straight(places, centres, [character for character, _ in read])
    places = np.round((centres - first) / slope)
    text = _text(places.astype(int), [ALPHABET[character] for character, _ in read])
    full = [n for n, (character, _) in enumerate(read) if character < _LETTERS] or list(range(len(row)))
    tops = [_edge(ink, row[n], upper=True) for n in full]
    bottoms = [_edge(ink, row[n], upper=False) for n in full]
    middle = lower + float(np.median([(t + b) / 2 for t, b in zip(tops, bottoms, strict=True)]))
    height = float(np.median([b - t for t, b in zip(tops, bottoms, strict=True)]))
    fits = [fit for _, fit in read]
    return Line(
        text,
        (high - middle) / scale,
        (first - slope / 2) / scale,
        slope / scale,
        height / scale,
        float(np.mean(fits)),
        float(np.mean([fit >= glyph_fit for fit in fits])),
        int(places.max()) + 1,
    )


def _straight(places: NDArray[np.float64], centres: NDArray[np.float64], read: list[int]) -> tuple[float, float]:
    """Distance of cells and middle of the first, by least squares over glyphs whose ink is in the middle of a cell."""
    even = np.array([ALPHABET[character] in "AHIMNOTUVWXY08" for character in read])
    use = even if int(even.sum()) >= 8 else np.ones(len(places), bool)
    slope, first = np.polyfit(places[use], centres[use], 1)
    return float(slope), float(first)


def _text(places: NDArray[np.int64], characters: list[str]) -> str:
    """The characters in their cells; a cell without a mark is a blank."""
    out = [" "] * (int(places.max()) + 1 if len(places) else 0)
    for place, character in zip(places, characters, strict=True):
        if 0 <= place < len(out):
            out[place] = character
    return "".join(out)


def _edge(ink: NDArray[np.float32], mark: NDArray[np.int32], *, upper: bool) -> float:
    """The upper or lower edge of a glyph in rows, to a fraction: where its darkness passes the half."""
    left, top, wide, high = (int(value) for value in mark)
    block = ink[max(0, top - 3) : top + high + 3, left : left + wide]
    profile = block.max(1) / max(float(block.max()), 1)
    start = max(0, top - 3)
    order = range(1, len(profile)) if upper else range(len(profile) - 2, -1, -1)
    for n in order:
        before = n - 1 if upper else n + 1
        if profile[n] >= 0.5 > profile[before]:
            part = (0.5 - profile[before]) / (profile[n] - profile[before])
            at = before + part if upper else before - part
            return float(start + at + 0.5)
    return float(top if upper else top + high)


def _best(
    ink: NDArray[np.float32], mark: NDArray[np.int32], table: NDArray[np.float32], aspects: tuple[float, ...]
) -> tuple[int, float]:
    """The character whose shape fits the mark best, and how well (0 to 1)."""
    left, top, wide, high = (int(value) for value in mark)
    held = table @ normal(ink[top : top + high, left : left + wide])
    apart = np.abs(np.log((wide / high) / np.array(aspects)))  # an I is no H, however well it is stretched
    held = held - 0.35 * np.clip(apart - 0.12, 0, None)
    best = int(np.argmax(held))
    return best, float(max(held[best], 0))


def _font(ink: NDArray[np.float32], marks: list[NDArray[np.int32]], family: str) -> str:
    """The font that fits the marks best: the wanted one, or another that is installed here."""
    if not marks:
        return ""
    fits: dict[str, float] = {}
    for name in (family, *_OTHER_FONTS):
        try:
            table, aspects, _ = shapes(name)
        except Unavailable:
            if name == family:
                raise
            continue
        fits[name] = float(np.mean([_best(ink, mark, table, aspects)[1] for mark in marks]))
    return max(fits, key=lambda name: fits[name])
