"""Where the faces and the eyes are, by OpenCV's Haar cascades. It judges nothing: `portrait` holds the rules.

OpenCV loads at first use, because it costs more than the rest of the program's start.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cache
from itertools import islice
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING, Any

import numpy as np
from PIL import Image

if TYPE_CHECKING:
    from numpy.typing import NDArray

_FINDER, _WITNESS, _EYES = (
    "haarcascade_frontalface_alt2.xml",
    "haarcascade_frontalface_alt.xml",
    "haarcascade_eye.xml",
)
# What follows describes the cascades, not a rule: measured against the heads they mark.
_HEAD_PER_BOX = 1.6  # crown to chin, in widths of the frontal face box
_EYES_PER_BOX = 0.44  # eye to eye
_EYE_HEIGHT_PER_BOX = 0.385  # eye line below the upper edge of the box
_SEARCH_SIDE_PX = 512  # a face fit for a portrait is found at this size, and in bounded time
_SMALLEST_FACE_SHARE = 0.08  # of the picture's shorter side
_EYE_SEARCH_BOX_PX = 200
_CASCADE_LOCK = Lock()  # a cascade may not be used by two threads at once


@dataclass(frozen=True, slots=True)
class DetectedFace:
    """Pixels of the picture searched. left_eye and right_eye as seen by the viewer, (x, y); eyes_found: or guessed."""

    x: float
    y: float
    width: float
    left_eye: tuple[float, float]
    right_eye: tuple[float, float]
    eyes_found: bool

    @property
    def head_height(self) -> float:
        """Crown to chin, estimated from the box."""
        return self.width * _HEAD_PER_BOX

    @property
    def eye_distance(self) -> float:
        return math.dist(self.left_eye, self.right_eye)

    @property
    def between_eyes(self) -> tuple[float, float]:
        return (self.left_eye[0] + self.right_eye[0]) / 2, (self.left_eye[1] + self.right_eye[1]) / 2

    @property
    def roll_degrees(self) -> float:
        """Tilt of the eye line; 0 when the eyes are estimated."""
        dx, dy = self.right_eye[0] - self.left_eye[0], self.right_eye[1] - self.left_eye[1]
        return math.degrees(math.atan2(dy, dx))


def detect_faces(picture: Image.Image, most: int = 2) -> list[DetectedFace]:
    """At most `most` frontal faces of an RGB picture, largest first; the same picture gives the same list."""
    scale = min(1.0, _SEARCH_SIDE_PX / max(picture.size))
    small = picture.convert("L")
    if scale < 1:
        small = small.resize(
            (max(1, round(picture.width * scale)), max(1, round(picture.height * scale))), Image.Resampling.BOX
        )
    gray = np.asarray(small)
    smallest = max(24, round(min(gray.shape) * _SMALLEST_FACE_SHARE))
    boxes = _boxes(_FINDER, gray, smallest)
    boxes.sort(key=lambda box: (-box[2], box))
    faces = list(islice((_with_eyes(gray, box) for box in boxes if _confirmed(gray, box)), most))
    return [_scaled(face, 1 / scale) for face in faces]


def _confirmed(gray: NDArray[np.uint8], box: tuple[int, int, int]) -> bool:
    """One cascade alone takes folds of cloth for a face now and then; a second one does not take the same."""
    x, y, width = box
    margin = width // 4
    around = gray[max(0, y - margin) : y + width + margin, max(0, x - margin) : x + width + margin]
    return bool(_boxes(_WITNESS, np.ascontiguousarray(around), round(width * 0.7), neighbours=3))


def _with_eyes(gray: NDArray[np.uint8], box: tuple[int, int, int]) -> DetectedFace:
    x, y, width = box
    upper = Image.fromarray(gray[y : y + round(width * 0.6), x : x + width])
    scale = _EYE_SEARCH_BOX_PX / width
    enlarged = np.asarray(
        upper.resize((round(upper.width * scale), round(upper.height * scale)), Image.Resampling.BICUBIC)
    )
    centres = [(x + (ex + ew / 2) / scale, y + (ey + ew / 2) / scale, ew) for ex, ey, ew in _boxes(_EYES, enlarged, 30)]
    pair = _pair(centres, x + width / 2, width)
    if pair is not None:
        return DetectedFace(x, y, width, *pair, eyes_found=True)
    middle, line, half = x + width / 2, y + width * _EYE_HEIGHT_PER_BOX, width * _EYES_PER_BOX / 2
    return DetectedFace(x, y, width, (middle - half, line), (middle + half, line), eyes_found=False)


def _pair(
    centres: list[tuple[float, float, int]], middle: float, width: int
) -> tuple[tuple[float, float], tuple[float, float]] | None:
    """The two eyes, when exactly one believable pair is there: one a side, neither too near, too far nor too steep."""
    lefts = [(cx, cy) for cx, cy, _ in centres if cx < middle]
    rights = [(cx, cy) for cx, cy, _ in centres if cx >= middle]
    if len(lefts) != 1 or len(rights) != 1:
        return None
    left, right = lefts[0], rights[0]
    near, far, steep = _EYES_PER_BOX * 0.75, _EYES_PER_BOX * 1.25, 0.36
    dx, dy = right[0] - left[0], abs(right[1] - left[1])
    return (left, right) if near * width <= dx <= far * width and dy <= steep * dx else None


def _boxes(cascade: str, gray: NDArray[np.uint8], smallest: int, *, neighbours: int = 5) -> list[tuple[int, int, int]]:
    """Squares (x, y, width) the cascade marks, none under `smallest`; neighbours: marks that must agree on one."""
    with _CASCADE_LOCK:
        found = _cascade(cascade).detectMultiScale(gray, 1.1, neighbours, minSize=(smallest, smallest))
    return sorted((int(x), int(y), int(width)) for x, y, width, _ in found)


@cache
def _cascade(name: str) -> Any:
    import cv2

    loaded = cv2.CascadeClassifier(str(Path(cv2.__file__).parent / "data" / name))
    if loaded.empty():
        raise RuntimeError(f"OpenCV does not carry {name}: install opencv-python-headless 4.x")
    return loaded


def _scaled(face: DetectedFace, factor: float) -> DetectedFace:
    return DetectedFace(
        face.x * factor,
        face.y * factor,
        face.width * factor,
        (face.left_eye[0] * factor, face.left_eye[1] * factor),
        (face.right_eye[0] * factor, face.right_eye[1] * factor),
        face.eyes_found,
    )
