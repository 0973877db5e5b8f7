"""Where lines of a machine readable zone may stand on a grey picture: long thin runs of strokes, by twos or threes.

A zone's lines are equally long, parallel and 6.35 mm apart (Doc 9303-3 §4.4), so that length over distance tells the
format before anything is read: 17.5 for TD3, 14.3 for TD2, 11.9 for TD1. Pure.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import combinations
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from issuance.border.reading.strip import Grey

Point = NDArray[np.float64]

SEARCHED_PX: Final = 960  # longest side of the copy that is searched: lines of 300 pixels are found on it
_BORDER: Final = 24
_SMEARED: Final = 13  # by how much counting edges over a width lengthens a run at either end
_CHARACTERS_APART: Final = 2.5  # pitches between lines
_COUNTS: Final = {2: (44, 36), 3: (30,)}
_MOST_PIECES: Final = 60
_MOST_RUNS: Final = 24
_MOST_GROUPS: Final = 6


@dataclass(frozen=True)
class Run:
    """A long thin run of strokes: its ends on its middle line, left first, and its height; in pixels of the picture.
    along: one pixel in its direction."""

    left: Point
    right: Point
    height: float
    length: float = field(init=False)
    along: Point = field(init=False)
    middle: Point = field(init=False)

    def __post_init__(self) -> None:
        across = self.right - self.left
        length = max(math.hypot(across[0], across[1]), 1e-6)
        for name, value in (("length", length), ("along", across / length), ("middle", (self.left + self.right) / 2)):
            object.__setattr__(self, name, value)


@dataclass(frozen=True, slots=True)
class Group:
    """Lines that may be one zone, top first; pitch: pixels a character, as the lines' length or distance has it."""

    runs: tuple[Run, ...]
    pitch: float
    characters: int
    worth: float


def groups_of(page: Grey, searched_px: int = SEARCHED_PX) -> list[Group]:
    """What may be a zone with lines from left to right, upright or upside down; the likeliest first."""
    high, wide = page.shape
    scale = searched_px / max(high, wide)
    size = (max(1, round(wide * scale)), max(1, round(high * scale)))
    small = cv2.resize(page, size, interpolation=cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR)
    dense, around = _strokes(np.asarray(small, np.uint8))
    floor = 0.15 * float(np.percentile(dense[::4, ::4], 97))
    runs = [run for share in (0.55, 0.8) for run in _runs(dense > around / share + floor, max(size))]
    runs = _distinct(sorted(runs, key=lambda run: -run.length))[:_MOST_RUNS]
    found = sorted([*_groups(runs), *_lonely(runs, size[0])], key=lambda group: -group.worth)
    return [_enlarged(group, 1 / scale) for group in found[:_MOST_GROUPS]]


def _strokes(small: Grey) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """How dense upright edges stand at each place, in light and contrast as they are there, and how dense around it."""
    padded = cv2.copyMakeBorder(small, _BORDER, _BORDER, _BORDER, _BORDER, cv2.BORDER_REPLICATE)
    smooth = cv2.GaussianBlur(padded, (0, 0), 1.2).astype(np.float32)
    strokes = np.abs(cv2.Scharr(smooth, cv2.CV_32F, 1, 0))
    strokes /= cv2.blur(cv2.absdiff(smooth, cv2.blur(smooth, (61, 61))), (121, 121)) + 1.0
    np.minimum(strokes, 4 * float(np.percentile(strokes[::4, ::4], 95)) + 1e-6, out=strokes)
    dense = np.asarray(cv2.blur(strokes, (33, 5)), np.float32)
    return dense, np.asarray(cv2.blur(dense, (161, 121)), np.float32)


def _runs(marked: NDArray[np.bool_], longest_side: int) -> list[Run]:
    """What is marked, closed to runs; those long and thin enough for a line."""
    mask = cv2.morphologyEx(marked.astype(np.uint8), cv2.MORPH_CLOSE, np.ones((1, 19), np.uint8))
    mask = cv2.morphologyEx(mask, cv2.MORPH_OPEN, np.ones((3, 21), np.uint8))
    contours, _ = cv2.findContours(mask, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_SIMPLE)
    pieces = [run for contour in contours if (run := _as_run(contour)) is not None]
    return [run for run in _joined(pieces) if run.length > 0.2 * longest_side and run.length > 7 * run.height]


def _as_run(contour: cv2.typing.MatLike) -> Run | None:
    (x, y), (wide, high), angle = cv2.minAreaRect(contour)
    if wide < high:
        wide, high, angle = high, wide, angle + 90
    angle = (angle + 90) % 180 - 90
    if abs(angle) > 30 or wide < 24 or not 4 <= high <= 60:
        return None
    half = np.array([np.cos(np.deg2rad(angle)), np.sin(np.deg2rad(angle))]) * (wide / 2 - _SMEARED)
    middle = np.array([x - _BORDER, y - _BORDER])
    return Run(middle - half, middle + half, float(high))


def _joined(pieces: list[Run]) -> list[Run]:
    """Pieces of one line made one: glare or a shadow's edge may have cut it. A long piece also stays by itself."""
    longest = sorted(pieces, key=lambda run: -run.length)[:_MOST_PIECES]
    done: list[Run] = []
    for piece in sorted(longest, key=lambda run: float(run.left[0])):
        at = next((n for n, run in enumerate(done) if _goes_on(run, piece)), None)
        if at is None:
            done.append(piece)
        else:
            done[at] = Run(done[at].left, piece.right, max(done[at].height, piece.height))
    return [*done, *(piece for piece in longest if piece.length > 200 and all(piece is not run for run in done))]


def _goes_on(run: Run, piece: Run) -> bool:
    gap, high = piece.left - run.right, max(run.height, piece.height)
    ahead = float(gap @ run.along)
    if not -2 * high < ahead < 5 * high or abs(_cross(run.along, piece.along)) > 0.12:
        return False
    return abs(_cross(run.along if run.length > piece.length else piece.along, gap)) < 0.6 * high


def _cross(a: Point, b: Point) -> float:
    return float(a[0] * b[1] - a[1] * b[0])


def _distinct(runs: list[Run]) -> list[Run]:
    kept: list[Run] = []
    for run in runs:
        if not any(
            np.hypot(*(run.left - other.left)) < 0.03 * other.length + 6
            and np.hypot(*(run.right - other.right)) < 0.03 * other.length + 6
            for other in kept
        ):
            kept.append(run)
    return kept


def _groups(runs: list[Run]) -> Iterator[Group]:
    pairs: dict[tuple[int, int], float] = {}
    for i, j in combinations(range(len(runs)), 2):
        upper, lower = sorted((i, j), key=lambda n: float(runs[n].middle[1]))
        a, b = runs[upper], runs[lower]
        length, shorter = max(a.length, b.length), min(a.length, b.length)
        apart = _cross(a.along, b.middle - a.middle)
        shift = abs(float((b.middle - a.middle) @ a.along))
        if shorter < 0.7 * length or abs(_cross(a.along, b.along)) > 0.1 or apart <= 0 or shift > 0.2 * length:
            continue
        if not 9.5 < length / apart < 25:
            continue
        pairs[upper, lower] = apart
        count = min(_COUNTS[2], key=lambda n: abs(np.log(length / apart / (n / _CHARACTERS_APART))))
        even = shorter / length - shift / length
        yield Group((a, b), length / (count - 0.3), count, length * even)
    for (i, j), apart in pairs.items():
        for (second, k), further in pairs.items():
            if second == j and 0.75 < apart / further < 1.33:
                three = runs[i], runs[j], runs[k]
                length = max(run.length for run in three)
                if 8 < 2 * length / (apart + further) < 19:
                    yield Group(three, length / 29.7, 30, 1.5 * length * min(run.length for run in three) / length)


def _lonely(runs: list[Run], wide: int) -> Iterator[Group]:
    """A long line alone: its fellow is looked for where it must be, above and below."""
    for run in runs[:4]:
        if run.length < 0.4 * wide:
            continue
        for count in _COUNTS[2]:
            pitch = run.length / (count - 0.3)
            down = np.array([-run.along[1], run.along[0]]) * pitch * _CHARACTERS_APART
            for first in (-1, 0):
                fellows = tuple(Run(run.left + down * n, run.right + down * n, run.height) for n in (first, first + 1))
                yield Group(fellows, pitch, count, 0.3 * run.length)


def _enlarged(group: Group, factor: float) -> Group:
    runs = tuple(
        Run((run.left + 0.5) * factor - 0.5, (run.right + 0.5) * factor - 0.5, run.height * factor)
        for run in group.runs
    )
    return Group(runs, group.pitch * factor, group.characters, group.worth)
