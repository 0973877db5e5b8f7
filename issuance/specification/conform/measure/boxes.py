"""The ink of each zone of the page: how far it reaches, how large its first letters are, where the portrait ends. Pure.

Ink is what is much darker than the ground around it; fine security lines are lighter or thinner than a letter.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from issuance.specification.conform.measure.sheet import Grey, Sheet
from specs.schema.data_page import Box

_SMALLEST_MARK_MM: Final = 0.22
_LETTER_MM: Final = 0.75  # a first letter is at least so high; dots and accents are less
_FIRST_LETTER_MM: Final = 3.0  # from the left edge of a box
_EDGE_SEARCH_MM: Final = 3.0
_EDGE_STEP: Final = 10.0  # grey levels across an edge, along half of its length
_CAPITAL_EM: Final = 0.692  # capitals and digits of the Latin font: 1409 to 1422 of 2048, Liberation Sans


@dataclass(frozen=True, slots=True)
class Ink:
    """The ink nearest to a box, in mm from the page's corner.

    caption_mm, value_mm: height of the leftmost letter of its caption and of its value, None without one;
    caption_top_mm: where that first letter of the caption begins; blank_mm: the widest gap in the row of its value.
    """

    left_mm: float
    top_mm: float
    right_mm: float
    bottom_mm: float
    caption_mm: float | None
    caption_top_mm: float | None
    value_mm: float | None
    blank_mm: float


def ink_of(sheet: Sheet, boxes: Mapping[str, Box], skip: list[Box]) -> dict[str, Ink]:
    """The ink of each box by name: every mark belongs to the box it lies in or nearest to. skip: pictures."""
    marks = _marks(sheet, skip)
    names = list(boxes)
    if not len(marks):
        return {}
    edges = np.array([[b.x_mm, b.y_mm, b.x_mm + b.width_mm, b.y_mm + b.height_mm] for b in boxes.values()])
    across = np.maximum(np.maximum(edges[:, 0] - marks[:, 2:3], marks[:, 0:1] - edges[:, 2]), 0)
    down = np.maximum(np.maximum(edges[:, 1] - marks[:, 3:4], marks[:, 1:2] - edges[:, 3]), 0)
    wide = np.minimum(marks[:, 2:3], edges[:, 2]) - np.maximum(marks[:, 0:1], edges[:, 0])
    high = np.minimum(marks[:, 3:4], edges[:, 3]) - np.maximum(marks[:, 1:2], edges[:, 1])
    shared = np.clip(wide, 0, None) * np.clip(high, 0, None)
    owner = np.argmin(np.hypot(across, down) * 1000 - shared, axis=1)  # nearest; among those it lies in, the most
    found = {}
    for n, name in enumerate(names):
        own = marks[owner == n]
        if len(own):
            left, top = own[:, :2].min(0)
            right, bottom = own[:, 2:].max(0)
            found[name] = Ink(float(left), float(top), float(right), float(bottom), *_rows(own, boxes[name]))
    return found


def text_size_of(letter_mm: float) -> float:
    """The size of Latin text whose capitals are so high."""
    return letter_mm / _CAPITAL_EM


def picture_edges(sheet: Sheet, box: Box) -> tuple[float | None, ...]:
    """Left, top, right and bottom edge of a picture in mm, each None where it does not stand out from the page."""
    grey, scale = cv2.GaussianBlur(sheet.grey, (3, 3), 0).astype(np.float32), sheet.px_per_mm
    left, top = box.x_mm * scale, box.y_mm * scale
    right, bottom = left + box.width_mm * scale, top + box.height_mm * scale
    down, across = (
        slice(round(top + 0.1 * (bottom - top)), round(bottom - 0.2 * (bottom - top))),
        slice(round(left + 0.1 * (right - left)), round(right - 0.1 * (right - left))),
    )
    return (
        _edge(grey[down, :], left, scale, outside=1),
        _edge(grey[:, across].T, top, scale, outside=1),
        _edge(grey[down, :], right, scale, outside=-1),
        _edge(grey[:, across].T, bottom, scale, outside=-1),
    )


def _edge(rows: NDArray[np.float32], near_px: float, scale: float, *, outside: int) -> float | None:
    """The outermost place around `near_px` where the rows clearly step, by the median over all rows, so that lines
    across it do not count and marks inside the picture do not either. outside: 1 from the left, -1 from the right."""
    search = _EDGE_SEARCH_MM * scale
    start, end = max(2, round(near_px - search)), min(rows.shape[1] - 2, round(near_px + search))
    if end - start < 5:
        return None
    steps = np.abs(np.median(rows[:, start + 1 : end + 1] - rows[:, start - 1 : end - 1], axis=0))
    clear = np.flatnonzero(steps >= max(_EDGE_STEP, float(steps.max()) / 2))
    if not len(clear):
        return None
    first = int(clear[0] if outside == 1 else clear[-1])
    low, high = max(0, first - 1 if outside == 1 else first - 4), first + 5 if outside == 1 else first + 2
    weights = steps[low:high]
    middle = float((np.arange(low, low + len(weights)) * weights).sum() / weights.sum())
    return (start + middle + 0.5) / scale


def _marks(sheet: Sheet, skip: list[Box]) -> NDArray[np.float64]:
    """Left, top, right, bottom in mm of every dark mark outside the pictures."""
    scale = sheet.px_per_mm
    ink = _dark(sheet.grey, scale)
    for box in skip:
        ink[
            round((box.y_mm - 0.2) * scale) : round((box.y_mm + box.height_mm + 0.2) * scale),
            round((box.x_mm - 0.2) * scale) : round((box.x_mm + box.width_mm + 0.2) * scale),
        ] = 0
    count, _, stats, _ = cv2.connectedComponentsWithStats(ink)
    boxes = stats[1:count, :4].astype(np.float64)
    size = np.maximum(boxes[:, 2], boxes[:, 3])
    keep = boxes[size >= _SMALLEST_MARK_MM * scale]
    corners = np.column_stack([keep[:, 0], keep[:, 1], keep[:, 0] + keep[:, 2], keep[:, 1] + keep[:, 3]])
    return corners / scale


def _dark(grey: Grey, scale: float) -> NDArray[np.uint8]:
    """255 where ink is: at most the middle between the paper and the letters' own darkness."""
    smooth = cv2.GaussianBlur(grey, (0, 0), max(0.4, 0.03 * scale))
    paper, letters = float(np.percentile(smooth, 70)), float(np.percentile(smooth, 1))
    limit = letters + 0.55 * (paper - letters)
    return (255 * (smooth < limit)).astype(np.uint8)


def _rows(marks: NDArray[np.float64], box: Box) -> tuple[float | None, float | None, float | None, float]:
    """Caption height and top, value height, widest gap of the value row. The caption has the upper third of a box."""
    high = marks[:, 3] - marks[:, 1]
    middles = (marks[:, 1] + marks[:, 3]) / 2
    upper = middles < box.y_mm + box.height_mm / 3
    letters = (high >= _LETTER_MM) & (marks[:, 0] < box.x_mm + _FIRST_LETTER_MM)
    caption, value = _leftmost(marks[letters & upper]), _leftmost(marks[letters & ~upper])
    row = marks[~upper]
    row = row[np.argsort(row[:, 0])]
    ends = np.maximum.accumulate(row[:, 2]) if len(row) else np.array([box.x_mm])
    starts = np.append(row[1:, 0], box.x_mm + box.width_mm) if len(row) else np.array([box.x_mm + box.width_mm])
    blank = float((starts - ends).max())
    if caption is None:
        return None, None, _height(value), blank
    return _height(caption), float(caption[1]), _height(value), blank


def _leftmost(marks: NDArray[np.float64]) -> NDArray[np.float64] | None:
    found: NDArray[np.float64] | None = marks[np.argmin(marks[:, 0])] if len(marks) else None
    return found


def _height(mark: NDArray[np.float64] | None) -> float | None:
    return float(mark[3] - mark[1]) if mark is not None else None
