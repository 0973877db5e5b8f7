"""The ISO/IEC 19794-5:2005 face record: 14 bytes, then for each face 20 bytes, feature points, 12 bytes, image.

Pure layout: it never decodes an image. Codes keep the numbers of the standard, 0 being "unspecified" in every field.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from typing import Any, ClassVar

from issuance.mrtd.face.image import image_format
from issuance.mrtd.tlv import LdsInvalid, Noted, odd
from specs.schema.chip import FaceFormat, FaceRecordRules, ImageFormat

CLAUSE = "ISO/IEC 19794-5:2005 §5"
FIELD = "DG2"
_HEADER = struct.Struct(">4s4sIH")
_INFORMATION = struct.Struct(">IHBBB3sH3s3s")
_POINT = struct.Struct(">BBHHH")
_IMAGE = struct.Struct(">BBHHBBHH")
MAXIMUM_FACES = 64
_DATA_TYPES: dict[ImageFormat, int] = {"JPEG": 0, "JPEG2000": 1}


@dataclass(frozen=True, slots=True)
class FeaturePoint:
    """A landmark in image pixels; kind and code as in ISO/IEC 19794-5 §5.6 (1 and 0xC1: left eye centre)."""

    kind: int
    code: int
    x_px: int
    y_px: int


@dataclass(frozen=True, slots=True)
class Face:
    """One face of the record. width_px and height_px are as declared, which need not be those of the image.

    pose and pose_uncertainty: yaw, pitch, roll as coded (§5.5.8).
    """

    image: bytes
    width_px: int
    height_px: int
    data_type: int
    image_type: int
    colour_space: int
    source_type: int
    device_type: int = 0
    quality: int = 0
    gender: int = 0
    eye_colour: int = 0
    hair_colour: int = 0
    properties: int = 0
    expression: int = 0
    pose: tuple[int, int, int] = (0, 0, 0)
    pose_uncertainty: tuple[int, int, int] = (0, 0, 0)
    points: tuple[FeaturePoint, ...] = ()

    record_format: ClassVar[FaceFormat] = "ISO/IEC 19794-5:2005"

    @property
    def declared_format(self) -> ImageFormat | None:
        """The format of the image as the record states it, which need not be its own."""
        return next((name for name, code in _DATA_TYPES.items() if code == self.data_type), None)

    def details(self) -> dict[str, Any]:
        """What the record says beside the image, as plain values; what it leaves unspecified is left out."""
        said: dict[str, Any] = {
            "width_px": self.width_px,
            "height_px": self.height_px,
            "data_type": self.data_type,
            "image_type": self.image_type,
            "colour_space": self.colour_space,
            "source_type": self.source_type,
            "device_type": self.device_type,
            "quality": self.quality,
            "gender": self.gender,
            "eye_colour": self.eye_colour,
            "hair_colour": self.hair_colour,
            "properties": self.properties,
            "expression": self.expression,
            "pose": list(self.pose) if any(self.pose) else None,
            "pose_uncertainty": list(self.pose_uncertainty) if any(self.pose_uncertainty) else None,
            "points": [{"kind": p.kind, "code": p.code, "x_px": p.x_px, "y_px": p.y_px} for p in self.points],
        }
        always = {"width_px", "height_px", "data_type", "image_type"}
        return {name: value for name, value in said.items() if value or name in always}


def portrait_face(image: bytes, width_px: int, height_px: int, rules: FaceRecordRules) -> Face:
    """The face an issuer writes: codes from the specification, everything else unspecified. Raises LdsInvalid."""
    found = image_format(image)
    if found not in rules.image_formats:
        raise _broken(
            "face.image", f"{found} is not a format of this edition", f"الصيغة {found} غير مسموحة في هذا الإصدار"
        )
    return Face(
        image=image,
        width_px=width_px,
        height_px=height_px,
        data_type=_DATA_TYPES[found],
        image_type=rules.image_type_code,
        colour_space=rules.colour_space_code,
        source_type=rules.source_type_code,
    )


def build_face_record(face: Face) -> bytes:
    """The record holding one face, lengths exact. Raises LdsInvalid when a value does not fit its field."""
    try:
        points = b"".join(_POINT.pack(p.kind, p.code, p.x_px, p.y_px, 0) for p in face.points)
        length = _INFORMATION.size + len(points) + _IMAGE.size + len(face.image)
        return b"".join(
            (
                _HEADER.pack(b"FAC\0", b"010\0", _HEADER.size + length, 1),
                _INFORMATION.pack(
                    length,
                    len(face.points),
                    face.gender,
                    face.eye_colour,
                    face.hair_colour,
                    face.properties.to_bytes(3, "big"),
                    face.expression,
                    bytes(face.pose),
                    bytes(face.pose_uncertainty),
                ),
                points,
                _IMAGE.pack(
                    face.image_type,
                    face.data_type,
                    face.width_px,
                    face.height_px,
                    face.colour_space,
                    face.source_type,
                    face.device_type,
                    face.quality,
                ),
                face.image,
            )
        )
    except (struct.error, ValueError, OverflowError) as error:
        raise _broken("face.value", "a value does not fit its field", "قيمة لا تتسع لها خانتها") from error


def read_face_record(data: bytes, noted: Noted = None, length_tolerance_bytes: int = 0) -> tuple[Face, ...]:
    """Every face of the record. Raises LdsInvalid.

    Odd but readable: declared lengths off by up to `length_tolerance_bytes` in a record of one face, whose image is
    then all that follows; with several faces nothing else tells where one ends, and lengths must hold.
    """
    if len(data) < _HEADER.size:
        raise _broken("face.truncated", "the face record is cut short", "سجل الوجه مقطوع")
    magic, version, declared, count = _HEADER.unpack_from(data)
    if magic != b"FAC\0" or version != b"010\0":
        raise _broken(
            "face.format", "this is no face record of ISO/IEC 19794-5:2005", "ليس سجل وجه ISO/IEC 19794-5:2005"
        )
    if not 1 <= count <= MAXIMUM_FACES:
        raise _broken(
            "face.count", f"the record declares {count} faces, 1 to {MAXIMUM_FACES} are read", "عدد الوجوه غير مقبول"
        )
    tolerance = length_tolerance_bytes if count == 1 else 0
    _check_length(declared, len(data), tolerance, noted)
    faces, position = [], _HEADER.size
    for _ in range(count):
        end = len(data) if count == 1 else position + int.from_bytes(data[position : position + 4], "big")
        faces.append(_read_face(data, position, end, tolerance, noted))
        position = end
    if position != len(data):
        raise _broken("face.length", "bytes are left over after the last face", "بايتات زائدة بعد آخر وجه")
    return tuple(faces)


def _read_face(data: bytes, start: int, end: int, tolerance: int, noted: Noted) -> Face:
    """The face of the block from `start` to `end`."""
    if not start + _INFORMATION.size + _IMAGE.size <= end <= len(data):
        raise _broken("face.truncated", "the face record is cut short", "سجل الوجه مقطوع")
    length, count, gender, eyes, hair, properties, expression, pose, uncertainty = _INFORMATION.unpack_from(data, start)
    _check_length(length, end - start, tolerance, noted)
    position = start + _INFORMATION.size
    if position + count * _POINT.size + _IMAGE.size > end:
        raise _broken("face.truncated", "the face record is cut short", "سجل الوجه مقطوع")
    points = []
    for _ in range(count):
        kind, code, x, y, _reserved = _POINT.unpack_from(data, position)
        points.append(FeaturePoint(kind, code, x, y))
        position += _POINT.size
    image_type, data_type, width, height, colours, source, device, quality = _IMAGE.unpack_from(data, position)
    return Face(
        image=data[position + _IMAGE.size : end],
        width_px=width,
        height_px=height,
        data_type=data_type,
        image_type=image_type,
        colour_space=colours,
        source_type=source,
        device_type=device,
        quality=quality,
        gender=gender,
        eye_colour=eyes,
        hair_colour=hair,
        properties=int.from_bytes(properties, "big"),
        expression=expression,
        pose=(pose[0], pose[1], pose[2]),
        pose_uncertainty=(uncertainty[0], uncertainty[1], uncertainty[2]),
        points=tuple(points),
    )


def _check_length(declared: int, actual: int, tolerance: int, noted: Noted) -> None:
    if declared != actual:
        en, ar = f"{declared} bytes declared, {actual} present", f"الطول المعلن {declared} والموجود {actual}"
        near = noted if abs(declared - actual) <= tolerance else None
        odd(near, "face.length", en, ar, field=FIELD, clause=CLAUSE)


def _broken(code: str, en: str, ar: str) -> LdsInvalid:
    return LdsInvalid.because(code, en, ar, field=FIELD, clause=CLAUSE)
