"""Our own reader of OCR-B: finds a zone's lines, straightens each into a strip, reads the strips with a small network.

The network (`ocrb.onnx`) is trained by `tests/training/ocrb.py`. It gives characters alone: nothing is repaired here,
and no check digit is looked at. Any grey array is answered; what cannot hold a zone gives [].
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import cv2
import numpy as np
import onnxruntime
from numpy.typing import NDArray

from issuance.border.reading.find_lines import Group, groups_of
from issuance.border.reading.spell import Spelled, chances, spell
from issuance.border.reading.strip import HEIGHT_PX, PITCH_PX, Grey, even

MODEL: Final = Path(__file__).with_name("ocrb.onnx")
_MARGIN: Final = 3  # characters of room at either end of a strip
_LEAST_SIDE_PX: Final = 24
_SURE: Final = 0.93  # mean trust from which nothing else is tried
_WORTH_TELLING: Final = 0.5
_MOST_TOLD: Final = 3
_LENGTHS: Final = {2: (44, 36), 3: (30,)}


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
        found: list[_Reading] = []
        for turned in (page, np.ascontiguousarray(np.rot90(page))):
            for group in groups_of(turned):
                for reading in self._both_ways(turned, group):
                    found.append(reading)
                    if reading.trust >= _SURE and _whole(reading):
                        return sorted(found, key=lambda one: -one.trust)
        return sorted(found, key=lambda one: -one.trust)

    def _both_ways(self, page: Grey, group: Group) -> Iterator[_Reading]:
        for upside_down in (False, True):
            yield self._read(page, group, upside_down=upside_down)

    def _read(self, page: Grey, group: Group, *, upside_down: bool) -> _Reading:
        strips = strips_of(page, group)
        if upside_down:
            strips = np.ascontiguousarray(strips[::-1, ::-1, ::-1])
        lines = self._spelled(strips, _LENGTHS[len(group.runs)])
        return _Reading(tuple(line.text for line in lines), min(line.trust for line in lines))

    def _spelled(self, strips: NDArray[np.float32], lengths: tuple[int, ...]) -> list[Spelled]:
        evened = np.stack([even(strip) for strip in strips])[:, None]
        scores = self._session.run(None, {"strips": evened})[0]
        return spell([chances(one) for one in scores], lengths)


def _whole(reading: _Reading) -> bool:
    lengths = _LENGTHS[len(reading.lines)]
    return all(len(line) in lengths for line in reading.lines)


def strips_of(page: Grey, group: Group) -> NDArray[np.float32]:
    """Each line of the group straightened: float32 (lines, HEIGHT_PX, width), about PITCH_PX a character."""
    width = (group.characters + 2 * _MARGIN) * PITCH_PX
    shrink = min(1.0, 1.25 * PITCH_PX / group.pitch)
    source = page
    if shrink < 0.9:
        source = np.asarray(cv2.resize(page, None, fx=shrink, fy=shrink, interpolation=cv2.INTER_AREA), np.uint8)
    else:
        shrink = 1.0
    strips = np.empty((len(group.runs), HEIGHT_PX, width), np.float32)
    for n, run in enumerate(group.runs):
        zoom = (group.characters - 0.3) * PITCH_PX / max(run.length, 1.0)
        upright = PITCH_PX / group.pitch
        along = run.along
        linear = np.array([[zoom * along[0], zoom * along[1]], [-upright * along[1], upright * along[0]]]) / shrink
        target = np.array([(width - 1) / 2, (HEIGHT_PX - 1) / 2])
        view = np.column_stack([linear, target - linear @ (run.middle * shrink)])
        strips[n] = cv2.warpAffine(
            source, view, (width, HEIGHT_PX), flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE
        )
    return strips
