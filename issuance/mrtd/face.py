"""The ISO/IEC 19794-5:2005 face record: 14 bytes, then for each face 20 bytes, feature points, 12 bytes, image.

Pure layout: it never decodes an image. Codes keep the numbers of the standard, 0 being "unspecified" in every field.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass

from issuance.mrtd.tlv import LdsInvalid
from specs.schema.chip import FaceRecordRules, ImageFormat

CLAUSE = "ISO/IEC 19794-5:2005 §5"
FIELD = "DG2"
_HEADER = struct.Struct(">4s4sIH")
_INFORMATION = struct.Struct(">IHBBB3sH3s3s")
_POINT = struct.Struct(">BBHHH")
_IMAGE = struct.Struct(">BBHHBBHH")
_DATA_TYPES: dict[ImageFormat, int] = {"JPEG": 0, "JPEG2000": 1}
_MAGIC: tuple[tuple[bytes, ImageFormat], ...] = (
    (b"\xff\xd8\xff", "JPEG"),
    (b"\x00\x00\x00\x0cjP  \r\n\x87\n", "JPEG2000"),
    (b"\xff\x4f\xff\x51", "JPEG2000"),
)
# New Zealand and United Kingdom documents in circulation declare lengths that are off by one to eight bytes.
LENGTH_TOLERANCE_BYTES = 8


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

    pose and pose_uncertainty: yaw, pitch, roll as coded (§5.5.8); length_excess_bytes: declared less actual length.
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
    length_excess_bytes: int = 0


def image_format(image: bytes) -> ImageFormat:
    """The format by content. Raises LdsInvalid for anything but JPEG and JPEG 2000."""
    for magic, name in _MAGIC:
        if image.startswith(magic):
            return name
    raise _broken("face.image", "the image is neither JPEG nor JPEG 2000", "الصورة ليست JPEG ولا JPEG 2000")


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


def read_face_record(data: bytes) -> tuple[Face, ...]:
    """Every face of the record. Raises LdsInvalid.

    Declared lengths may be off by up to `LENGTH_TOLERANCE_BYTES` in a record of one face, whose image is then all that
    follows; with several faces nothing else tells where one ends, and lengths must hold.
    """
    if len(data) < _HEADER.size:
        raise _broken("face.truncated", "the face record is cut short", "سجل الوجه مقطوع")
    magic, version, declared, count = _HEADER.unpack_from(data)
    if magic != b"FAC\0" or version != b"010\0":
        raise _broken(
            "face.format", "this is no face record of ISO/IEC 19794-5:2005", "ليس سجل وجه ISO/IEC 19794-5:2005"
        )
    if count == 0:
        raise _broken("face.count", "the record holds no face", "السجل لا يحوي وجهًا")
    _check_length(declared, len(data), LENGTH_TOLERANCE_BYTES if count == 1 else 0)
    faces, position = [], _HEADER.size
    for _ in range(count):
        face, position = _read_face(data, position, alone=count == 1)
        faces.append(face)
    if position != len(data):
        raise _broken("face.length", "bytes are left over after the last face", "بايتات زائدة بعد آخر وجه")
    return tuple(faces)


def _read_face(data: bytes, start: int, *, alone: bool) -> tuple[Face, int]:
    left = len(data) - start
    if left < _INFORMATION.size + _IMAGE.size:
        raise _broken("face.truncated", "the face record is cut short", "سجل الوجه مقطوع")
    length, count, gender, eyes, hair, properties, expression, pose, uncertainty = _INFORMATION.unpack_from(data, start)
    end = len(data) if alone else start + length
    _check_length(length, end - start if end <= len(data) else left, LENGTH_TOLERANCE_BYTES if alone else 0)
    position = start + _INFORMATION.size
    if position + count * _POINT.size + _IMAGE.size > end:
        raise _broken("face.truncated", "the face record is cut short", "سجل الوجه مقطوع")
    points = []
    for _ in range(count):
        kind, code, x, y, _reserved = _POINT.unpack_from(data, position)
        points.append(FeaturePoint(kind, code, x, y))
        position += _POINT.size
    image_type, data_type, width, height, colours, source, device, quality = _IMAGE.unpack_from(data, position)
    face = Face(
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
        length_excess_bytes=length - (end - start),
    )
    return face, end


def _check_length(declared: int, actual: int, tolerance: int) -> None:
    if abs(declared - actual) > tolerance:
        raise _broken(
            "face.length", f"{declared} bytes declared, {actual} present", f"الطول المعلن {declared} والموجود {actual}"
        )


def _broken(code: str, en: str, ar: str) -> LdsInvalid:
    return LdsInvalid.because(code, en, ar, field=FIELD, clause=CLAUSE)
