"""Zones by RapidOCR: its detector finds long rows of text, its recogniser reads the longest.

Its classifier of upside-down lines stays off, since it turns name lines that are mostly fillers; a row that makes no
zone is read once more the other way up instead. The lower part of the page is tried before the whole.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

import cv2
import numpy as np
from numpy.typing import NDArray

from issuance.border.reading.reader import Candidate, Page, Row, cleaned, complete, rows_of, zone_line, zones_of

_LOWER_SIDE: Final = 800
_WHOLE_SIDE: Final = 1100
"""Pixels of the longest side in which rows are looked for: in the lower part, where zones stand, and on the whole."""
_LOWER_FROM: Final = 0.6
_LEAST_ASPECT: Final = 5.0
_ROWS_AT_ONCE: Final = 2
_MOST_ROWS: Final = 16
_LETTERS_HIGH: Final = 48


@dataclass(frozen=True, slots=True)
class _Box:
    """A row found: its corners from the beginning of its text clockwise, in pixels of the page."""

    corners: NDArray[np.float32]

    @property
    def length(self) -> float:
        return float(np.linalg.norm(self.corners[1] - self.corners[0]))

    @property
    def height(self) -> float:
        return max(1.0, float(np.linalg.norm(self.corners[3] - self.corners[0])))

    def turned(self) -> _Box:
        return _Box(np.roll(self.corners, 2, axis=0))

    def picture(self, page: Page) -> NDArray[np.uint8]:
        """The row laid straight, of the height that the recogniser takes."""
        wide = max(1, round(self.length * _LETTERS_HIGH / self.height))
        to = np.array([[0, 0], [wide, 0], [wide, _LETTERS_HIGH], [0, _LETTERS_HIGH]], np.float32)
        matrix = cv2.getPerspectiveTransform(self.corners, to)
        shrinks = self.height > _LETTERS_HIGH
        straight = cv2.warpPerspective(
            page,
            matrix,
            (wide, _LETTERS_HIGH),
            flags=cv2.INTER_AREA if shrinks else cv2.INTER_CUBIC,
            borderMode=cv2.BORDER_REPLICATE,
        )
        return cv2.cvtColor(straight.astype(np.uint8), cv2.COLOR_GRAY2BGR).astype(np.uint8)


class RapidReader:
    """RapidOCR with one thread; its models come with the package and are loaded here."""

    name = "rapidocr"

    def __init__(self) -> None:
        from rapidocr import RapidOCR

        logging.getLogger("RapidOCR").setLevel(logging.CRITICAL)
        self._engine: Any = RapidOCR(
            params={
                "Global.use_cls": False,
                "Global.log_level": "critical",
                "Global.max_side_len": 4 * _WHOLE_SIDE,
                "Det.limit_type": "max",
                "Det.limit_side_len": _WHOLE_SIDE,
                "EngineConfig.onnxruntime.intra_op_num_threads": 1,
                "EngineConfig.onnxruntime.inter_op_num_threads": 1,
            }
        )

    def read(self, page: Page) -> list[Candidate]:
        """As `Reader.read`."""
        high, wide = page.shape
        if min(high, wide) < _LETTERS_HIGH // 2:
            return []
        if wide >= high:
            top = int(high * _LOWER_FROM)
            if complete(found := self._zones(page, self._boxes(page, top, _LOWER_SIDE))):
                return found
        return self._zones(page, self._boxes(page, 0, _WHOLE_SIDE))

    def _boxes(self, page: Page, top: int, side: int) -> list[_Box]:
        """The rows of text below `top` that are long for their height, the longest first."""
        scale = side / max(page.shape)
        way = cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC
        small = cv2.resize(page[top:], None, fx=scale, fy=scale, interpolation=way)
        seen = self._engine(cv2.cvtColor(small, cv2.COLOR_GRAY2BGR), use_det=True, use_cls=False, use_rec=False)
        boxes = []
        for quad in seen.boxes if seen.boxes is not None else ():
            corners = np.asarray(quad, np.float32) / scale + np.array([0, top], np.float32)
            box = _Box(corners.astype(np.float32))
            if box.height > box.length:
                box = _Box(np.roll(box.corners, -1, axis=0))
            if box.length >= _LEAST_ASPECT * box.height:
                boxes.append(box)
        return sorted(boxes, key=lambda one: -one.length)[:_MOST_ROWS]

    def _zones(self, page: Page, boxes: Sequence[_Box]) -> list[Candidate]:
        """The longest rows are read first, and the others only when those make no zone."""
        read: list[tuple[_Box, str]] = []
        found: list[Candidate] = []
        for start in range(0, len(boxes), _ROWS_AT_ONCE):
            for box in boxes[start : start + _ROWS_AT_ONCE]:
                read += self._read_row(page, box)
            if complete(found := list(_zones_both_ways(read))):
                return found
        return found

    def _read_row(self, page: Page, box: _Box) -> Iterator[tuple[_Box, str]]:
        """The row as it lies, and the other way up when it holds no filler as it lies."""
        text = self._text(box.picture(page))
        if "<" in text:
            yield box, text
            return
        over = box.turned()
        turned = self._text(over.picture(page))
        yield (over, turned) if "<" in turned else (box, text)

    def _text(self, row: NDArray[np.uint8]) -> str:
        seen = self._engine(row, use_det=False, use_cls=False, use_rec=True)
        return cleaned("".join(seen.txts)) if seen.txts else ""


def _zones_both_ways(read: Sequence[tuple[_Box, str]]) -> Iterator[Candidate]:
    """Zones among the rows that run in one direction, for each of the four directions met."""
    directions: dict[tuple[int, int], list[tuple[_Box, str]]] = {}
    for box, text in read:
        x, y = box.corners[1] - box.corners[0]
        key = (1 if x > 0 else -1, 0) if abs(x) >= abs(y) else (0, 1 if y > 0 else -1)
        directions.setdefault(key, []).append((box, text))
    for held in directions.values():
        total = np.sum([box.corners[1] - box.corners[0] for box, _ in held], axis=0)
        along = total / max(1.0, float(np.linalg.norm(total)))
        down = np.array([-along[1], along[0]])
        rows = []
        for box, text in held:
            middle = box.corners.mean(axis=0)
            rows.append(Row(text, float(middle @ along), float(middle @ down), box.height))
        yield from zones_of([line for text in rows_of(rows) if (line := zone_line(text)) is not None])
