"""From a picture of a person to the portrait of the passport: found, framed by the ICAO geometry, compressed.

No pixel is invented: a frame that would reach beyond the picture is moved within its limits, or refused. Every rule
comes from the specification (`portrait.yaml`); the same bytes and rules give the same bytes.
"""

from __future__ import annotations

import io
from dataclasses import dataclass

from PIL import Image

from issuance.mrtd.detect import DetectedFace, detect_faces
from issuance.mrtd.portrait_intake import portrait_fault, take_in
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


def prepare_portrait(data: bytes, rules: PortraitRules) -> Portrait:
    """The portrait of the one person in the JPEG or PNG file `data`. Raises Invalid with field `portrait`."""
    picture = take_in(data, rules)
    face = _one_face(detect_faces(picture), rules)
    _check_pose(face, rules)
    frame = frame_face(face, picture.size, rules)
    if frame is None:
        raise Invalid(
            portrait_fault(
                "head_at_border",
                "the head is too close to the border of the picture for the frame of the passport",
                "الرأس قريب جدًا من حافة الصورة فلا يتسع له إطار صورة الجواز",
                rules.head_size,
            )
        )
    chip, page = rules.chip_image, rules.page_image
    cut = _cut(picture, frame, page.width_px, page.height_px)
    page_image = _jpeg(cut, page.jpeg_quality)
    small = _cut(picture, frame, chip.width_px, chip.height_px)
    left, right = (frame.place(eye, chip.width_px, chip.height_px) for eye in (face.left_eye, face.right_eye))
    return Portrait(
        image=compress(small, chip.format, chip.maximum_bytes, rules),
        format=chip.format,
        width_px=chip.width_px,
        height_px=chip.height_px,
        page_image=page_image,
        page_width_px=page.width_px,
        page_height_px=page.height_px,
        eyes=(left, right),
        eye_distance_px=face.eye_distance,
        warnings=_warnings(face, rules),
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


def _one_face(faces: list[DetectedFace], rules: PortraitRules) -> DetectedFace:
    if not faces:
        raise Invalid(
            portrait_fault(
                "no_face", "no face was found in the picture", "لم يُعثر على وجه في الصورة", rules.face_resolution
            )
        )
    largest = faces[0]
    if any(face.width >= largest.width * rules.one_person.second_face_share for face in faces[1:]):
        raise Invalid(
            portrait_fault(
                "several_faces", "the picture shows several persons", "في الصورة أكثر من شخص", rules.one_person
            )
        )
    return largest


def _check_pose(face: DetectedFace, rules: PortraitRules) -> None:
    faults = []
    if face.eye_distance < (least := rules.face_resolution.minimum_eye_distance_px):
        faults.append(
            portrait_fault(
                "face_too_small",
                f"the eyes are {face.eye_distance:.0f} pixels apart, at least {least} are needed",
                f"المسافة بين العينين {face.eye_distance:.0f} بكسل، والحد الأدنى {least}",
                rules.face_resolution,
            )
        )
    if abs(face.roll_degrees) > (most := rules.pose.maximum_roll_degrees):
        faults.append(
            portrait_fault(
                "tilted",
                f"the head is tilted by {abs(face.roll_degrees):.0f} degrees, at most {most:g}",
                f"الرأس مائل بمقدار {abs(face.roll_degrees):.0f} درجة والحد {most:g}",
                rules.pose,
            )
        )
    if faults:
        raise Invalid(*faults)


def _warnings(face: DetectedFace, rules: PortraitRules) -> tuple[Fault, ...]:
    if face.eye_distance >= (wanted := rules.face_resolution.recommended_eye_distance_px):
        return ()
    return (
        portrait_fault(
            "coarse",
            f"the eyes are {face.eye_distance:.0f} pixels apart, {wanted} are recommended",
            f"المسافة بين العينين {face.eye_distance:.0f} بكسل، والموصى به {wanted}",
            rules.face_resolution,
        ),
    )


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
