"""From a picture of a person to the portrait of the passport: found, framed by the ICAO geometry, compressed.

No pixel is invented: a frame that would reach beyond the picture is moved within its limits, or refused. Every rule
comes from the specification (`portrait.yaml`); the same bytes and rules give the same bytes.
"""

from __future__ import annotations

import io
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from PIL import Image

from issuance.mrtd import portrait_checks as checks
from issuance.mrtd.detect import DetectedFace, detect_faces
from issuance.mrtd.portrait_checks import Check
from issuance.mrtd.portrait_intake import portrait_fault, take_in
from issuance.mrtd.portrait_quality import face_quality, ground_of
from specs.errors import Fault, Invalid
from specs.schema.chip import ImageFormat
from specs.schema.portrait import Band, PortraitRules

_LOWEST_JPEG_QUALITY, _HIGHEST_JPEG_QUALITY = 10, 95
_RATE_STEPS = 12


@dataclass(frozen=True, slots=True)
class Portrait:
    """image: for DG2, in `format`; page_image: JPEG for the printed page; eyes: viewer's left and right, (x, y) pixels
    of `image`; eye_distance_px: in the picture handed in; warnings: what a clerk should know, none forbids issuing."""

    image: bytes
    format: ImageFormat
    width_px: int
    height_px: int
    page_image: bytes
    page_width_px: int
    page_height_px: int
    eyes: tuple[tuple[float, float], tuple[float, float]]
    eye_distance_px: float
    warnings: tuple[Fault, ...]


@dataclass(frozen=True, slots=True)
class Frame:
    """The part of the picture that becomes the portrait; pixels of the picture."""

    left: float
    top: float
    width: float
    height: float

    @property
    def box(self) -> tuple[float, float, float, float]:
        return self.left, self.top, self.left + self.width, self.top + self.height

    def place(self, point: tuple[float, float], width_px: int, height_px: int) -> tuple[float, float]:
        """Where `point` of the picture comes to lie in an image of the frame of that size."""
        return (point[0] - self.left) * width_px / self.width, (point[1] - self.top) * height_px / self.height


@dataclass(frozen=True, slots=True)
class Assessment:
    """Every limit that could be measured, in the order of the examination; portrait: None when one of them fails."""

    checks: tuple[Check, ...]
    portrait: Portrait | None

    def as_json(self) -> dict[str, Any]:
        return {"accepted": self.portrait is not None, "checks": [check.as_json() for check in self.checks]}

    @property
    def failed(self) -> tuple[Fault, ...]:
        return tuple(check.fault for check in self.checks if check.result == "fail")

    @property
    def warnings(self) -> tuple[Fault, ...]:
        return tuple(check.fault for check in self.checks if check.result == "warning")


_last = threading.local()
"""The last portrait each thread made: the checks before a book and its making follow one another with one picture."""


def prepare_portrait(data: bytes, rules: PortraitRules) -> Portrait:
    """The portrait of the one person in the JPEG or PNG file `data`. Raises Invalid with field `portrait`, one fault
    for each limit that is not kept."""
    held: tuple[bytes, PortraitRules, Portrait] | None = getattr(_last, "held", None)
    if held is not None and held[0] == data and held[1] is rules:
        return held[2]
    assessed = assess(data, rules)
    if assessed.portrait is None:
        raise Invalid(*assessed.failed)
    _last.held = data, rules, assessed.portrait
    return assessed.portrait


def assess(data: bytes, rules: PortraitRules) -> Assessment:
    """Examine the picture in `data`. Never raises for what is wrong with it: the checks say it."""
    try:
        picture = take_in(data, rules)
    except Invalid as error:
        return Assessment(tuple(checks.of_fault("file", fault) for fault in error.faults), None)
    found = detect_faces(picture)
    made = [checks.faces(found, rules)]
    if made[0].result == "fail":
        return Assessment(tuple(made), None)
    face = found[0]
    made += checks.face_checks(face, rules)
    frame = frame_face(face, picture.size, rules)
    made += checks.framing(None if frame is None else _placed(face, frame), rules)
    made += checks.quality_checks(face_quality(picture, face, rules), rules)
    if frame is None:
        return Assessment(tuple(made), None)
    made += checks.ground_checks(ground_of(picture, frame.box, rules), rules)
    if any(check.result == "fail" for check in made):
        return Assessment(tuple(made), None)
    try:
        portrait = _made(picture, face, frame, rules, made)
    except Invalid as error:
        made += [checks.of_fault("compression", fault) for fault in error.faults]
        return Assessment(tuple(made), None)
    return Assessment(tuple(made), portrait)


def _placed(face: DetectedFace, frame: Frame) -> tuple[float, float, float]:
    """Head height, eye line from below and centre, as shares of the frame."""
    x, y = frame.place(face.between_eyes, 1, 1)
    return face.head_height / frame.height, 1 - y, x


def _made(
    picture: Image.Image, face: DetectedFace, frame: Frame, rules: PortraitRules, made: Sequence[Check]
) -> Portrait:
    chip, page = rules.chip_image, rules.page_image
    cut = _cut(picture, frame, page.width_px, page.height_px)
    small = _cut(picture, frame, chip.width_px, chip.height_px)
    left, right = (frame.place(eye, chip.width_px, chip.height_px) for eye in (face.left_eye, face.right_eye))
    return Portrait(
        image=compress(small, chip.format, chip.maximum_bytes, rules),
        format=chip.format,
        width_px=chip.width_px,
        height_px=chip.height_px,
        page_image=_jpeg(cut, page.jpeg_quality),
        page_width_px=page.width_px,
        page_height_px=page.height_px,
        eyes=(left, right),
        eye_distance_px=face.eye_distance,
        warnings=tuple(check.fault for check in made if check.result == "warning"),
    )


def frame_face(face: DetectedFace, size: tuple[int, int], rules: PortraitRules) -> Frame | None:
    """The frame round `face`, nearest to the targets, inside a picture of `size`; None when there is none."""
    x, y = face.between_eyes
    for share in (rules.head_size.target_share, rules.head_size.maximum_share):
        height = face.head_height / share
        width = height * rules.frame.width_mm / rules.frame.height_mm
        left = _offset(x, width, size[0], rules.centre, from_end=False)
        top = _offset(y, height, size[1], rules.eye_line, from_end=True)
        if left is not None and top is not None:
            return Frame(left, top, width, height)
    return None


def compress(image: Image.Image, into: ImageFormat, maximum_bytes: int, rules: PortraitRules) -> bytes:
    """`image` in the format `into`, as good as `maximum_bytes` allows. Raises Invalid when it cannot be that small."""
    found = _smallest_jpeg2000(image, maximum_bytes) if into == "JPEG2000" else _best_jpeg(image, maximum_bytes)
    if found is None:
        raise Invalid(
            portrait_fault(
                "incompressible",
                f"the portrait cannot be compressed to {maximum_bytes} bytes",
                f"تعذر ضغط الصورة إلى {maximum_bytes} بايت",
                rules.chip_image,
            )
        )
    return found


def _offset(point: float, extent: float, room: int, band: Band, *, from_end: bool) -> float | None:
    """Where a frame of `extent` begins in 0..room so that `point` lies at the share of `band`, or None.

    from_end: the share is measured from the frame's far edge (the eye line, from below).
    """
    if extent > room:
        return None
    wanted = point - extent * (1 - band.target_share if from_end else band.target_share)
    offset = min(max(wanted, 0.0), room - extent)
    share = (point - offset) / extent
    share = 1 - share if from_end else share
    return offset if band.minimum_share <= share <= band.maximum_share else None


def _cut(picture: Image.Image, frame: Frame, width: int, height: int) -> Image.Image:
    return picture.resize((width, height), Image.Resampling.LANCZOS, box=frame.box)


def _smallest_jpeg2000(image: Image.Image, maximum_bytes: int) -> bytes | None:
    """The coder meets a rate closely from below; a few steps make up for what its headers add."""
    rate = image.width * image.height * 3 / maximum_bytes
    for _ in range(_RATE_STEPS):
        out = io.BytesIO()
        image.save(out, "JPEG2000", irreversible=True, quality_mode="rates", quality_layers=[max(rate, 1.0)])
        if out.tell() <= maximum_bytes:
            return out.getvalue()
        rate *= max(1.02, out.tell() / maximum_bytes)
    return None


def _best_jpeg(image: Image.Image, maximum_bytes: int) -> bytes | None:
    low, high, best = _LOWEST_JPEG_QUALITY, _HIGHEST_JPEG_QUALITY, None
    while low <= high:
        middle = (low + high) // 2
        data = _jpeg(image, middle)
        if len(data) <= maximum_bytes:
            low, best = middle + 1, data
        else:
            high = middle - 1
    return best


def _jpeg(image: Image.Image, quality: int) -> bytes:
    out = io.BytesIO()
    image.save(out, "JPEG", quality=quality, optimize=True)
    return out.getvalue()
