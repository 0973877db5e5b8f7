"""Our own reader of OCR-B: finds a zone's lines, straightens each into a strip, reads the strips with a small network.

The network (`ocrb.onnx`) is trained by `tests/training/ocrb.py`. It gives characters alone: nothing is repaired here,
and no check digit is looked at. Any grey array is answered; what cannot hold a zone gives [].
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product
from pathlib import Path
from typing import Final

import cv2
import numpy as np
import onnxruntime
from numpy.typing import NDArray

from issuance.border.reading.find_lines import SEARCHED_PX, Group, groups_of
from issuance.border.reading.spell import chances, goes_on, spell
from issuance.border.reading.strip import HEIGHT_PX, PITCH_PX, Grey, even

MODEL: Final = Path(__file__).with_name("ocrb.onnx")
_MARGIN: Final = 3  # characters of room at either end of a strip
_LEAST_SIDE_PX: Final = 24
_SURE: Final = 0.93  # mean trust from which nothing else is tried
_CHARACTER_SURE: Final = 0.85  # trust in one character, below which all are looked at again
_LIKELY: Final = 0.8  # mean trust from which that is worth while
_LOOKS: Final = ((-1, 1.06), (1, 1.06), (0, 0.94), (0, 1.1))  # rows moved, times higher
_PART: Final = 0.8  # of the trust is left when the lines go on where they were cut
_WORTH_TELLING: Final = 0.5
_MOST_TOLD: Final = 3
_LENGTHS: Final = {2: (44, 36), 3: (30,)}
_SPELLED: Final = {2: (44, 36, 30), 3: (30,)}  # two lines of 30 are read, but are not a whole zone


@dataclass(frozen=True, slots=True)
class _Reading:
    lines: tuple[str, ...]
    trust: float


class OcrbReader:
    """Reads machine readable zones on grey pages, in one thread. Made once a process: it loads the network."""

    name = "ocr-b"

    def __init__(self, model: Path = MODEL) -> None:
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = options.inter_op_num_threads = 1
        options.log_severity_level = 3
        self._session = onnxruntime.InferenceSession(model, options, providers=["CPUExecutionProvider"])

    def read(self, page: Grey) -> list[tuple[str, ...]]:
        """The zones on `page` (uint8, (height, width)), the surest first, lines as read; [] when none is found."""
        if page.ndim != 2 or min(page.shape) < _LEAST_SIDE_PX:
            return []
        threads = cv2.getNumThreads()
        cv2.setNumThreads(1)
        try:
            readings = self._readings(np.ascontiguousarray(page, np.uint8))
        finally:
            cv2.setNumThreads(threads)
        told = [reading for reading in readings if reading.trust >= _WORTH_TELLING][:_MOST_TOLD]
        return list(dict.fromkeys(reading.lines for reading in told))

    def _readings(self, page: Grey) -> list[_Reading]:
        """All that was read up to the first sure zone; on a small copy first, then on a larger one."""
        found: list[_Reading] = []
        turns = (page, np.ascontiguousarray(np.rot90(page)))
        sizes = (SEARCHED_PX, 2 * SEARCHED_PX) if max(page.shape) > 1.5 * SEARCHED_PX else (SEARCHED_PX,)
        for size, turned in product(sizes, turns):
            for reading in self._of_groups(turned, size):
                found.append(reading)
                if reading.trust >= _SURE and _whole(reading):
                    return sorted(found, key=lambda one: -one.trust)
        return sorted(found, key=lambda one: -one.trust)

    def _of_groups(self, page: Grey, size: int) -> Iterator[_Reading]:
        for group in groups_of(page, size):
            strips = strips_of(page, group)
            yield self._read(strips)
            yield self._read(np.ascontiguousarray(strips[::-1, ::-1, ::-1]))  # upside down

    def _read(self, strips: NDArray[np.float32]) -> _Reading:
        lengths = _SPELLED[len(strips)]
        chance = self._chances(strips)
        lines = spell(chance, lengths)
        trust = min(line.trust for line in lines)
        if trust > _LIKELY and min(float(line.sure.min()) for line in lines) < _CHARACTER_SURE:
            looks = [chance, *(self._chances(np.stack([_again(one, *look) for one in strips])) for look in _LOOKS)]
            lines = spell([np.asarray(np.mean(same, 0), np.float32) for same in zip(*looks, strict=True)], lengths)
        part = all(goes_on(one) for one in chance)
        return _Reading(tuple(line.text for line in lines), trust * (_PART if part else 1))

    def _chances(self, strips: NDArray[np.float32]) -> list[NDArray[np.float32]]:
        evened = np.stack([even(strip) for strip in strips])[:, None]
        return [chances(one) for one in self._session.run(None, {"strips": evened})[0]]


def _again(strip: NDArray[np.float32], down: float, higher: float) -> NDArray[np.float32]:
    """The strip as another cut of the page would have given it."""
    middle = (HEIGHT_PX - 1) / 2
    view = np.array([[1, 0, 0], [0, higher, (1 - higher) * middle + down]], np.float64)
    size = (strip.shape[1], HEIGHT_PX)
    moved = cv2.warpAffine(strip, view, size, flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    return np.asarray(moved, np.float32)


def _whole(reading: _Reading) -> bool:
    lengths = _LENGTHS[len(reading.lines)]
    return all(len(line) in lengths for line in reading.lines)


def strips_of(page: Grey, group: Group) -> NDArray[np.float32]:
    """Each line of the group straightened: float32 (lines, HEIGHT_PX, width), about PITCH_PX a character."""
    width = (group.characters + 2 * _MARGIN) * PITCH_PX
    source, corner, shrink = _cut(page, group)
    strips = np.empty((len(group.runs), HEIGHT_PX, width), np.float32)
    target = np.array([(width - 1) / 2, (HEIGHT_PX - 1) / 2])
    for n, run in enumerate(group.runs):
        along, across = run.along, np.array([-run.along[1], run.along[0]])
        zoom = (group.characters - 0.3) * PITCH_PX / run.length
        linear = np.stack([along * zoom, across * PITCH_PX / group.pitch]) / shrink
        view = np.column_stack([linear, target - linear @ ((run.middle - corner) * shrink)])
        size = (width, HEIGHT_PX)
        strips[n] = cv2.warpAffine(source, view, size, flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    return strips


def _cut(page: Grey, group: Group) -> tuple[Grey, NDArray[np.float64], float]:
    """The part of the page the group needs, smaller where its characters are large; its corner; how much smaller."""
    ends = np.array([end for run in group.runs for end in (run.left, run.right)])
    room = (_MARGIN + 1) * group.pitch
    high, wide = page.shape
    left, top = (int(v) for v in np.clip(np.floor(ends.min(0) - room), 0, (wide - 2, high - 2)))
    right, foot = (int(v) for v in np.clip(np.ceil(ends.max(0) + room), (left + 2, top + 2), (wide, high)))
    part, corner = page[top:foot, left:right], np.array([left, top], np.float64)
    shrink = 1.25 * PITCH_PX / group.pitch
    if shrink > 0.9:
        return part, corner, 1.0
    size = (max(1, round((right - left) * shrink)), max(1, round((foot - top) * shrink)))
    return np.asarray(cv2.resize(part, size, interpolation=cv2.INTER_AREA), np.uint8), corner, shrink
