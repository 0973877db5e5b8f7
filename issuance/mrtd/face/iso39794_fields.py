"""The fields of ISO/IEC 39794-5:2019 and -1:2019 by context tag, after the ASN.1 module of the ICAO profile.

This software makes use of the Schema from ISO/IEC 39794-1 and ISO/IEC 39794-5 within modifications permitted in the
relevant ISO/IEC standard. Please reproduce this note if possible.

Each field has a reader from bytes to a plain value; readers nest as the module does. Codes become their names, or
stay numbers when they have none here.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from issuance.mrtd.tlv import LdsInvalid, Noted, elements, odd

CLAUSE = "ISO/IEC 39794-5:2019 §8"
_INTEGER_OCTETS = 8
_TEXT_OCTETS = 256

Block = dict[str, Any]
Read = Callable[[bytes, Noted], Any]


def broken(code: str, en: str, ar: str) -> LdsInvalid:
    """A fault of the face block."""
    return LdsInvalid.because(code, en, ar, field="DG2", clause=CLAUSE)


def integer(data: bytes, _noted: Noted) -> int:
    """INTEGER or the content of one under another tag."""
    if not 1 <= len(data) <= _INTEGER_OCTETS:
        raise broken("face.value", "a number without bytes, or of too many", "رقم بلا بايتات أو أطول من الحد")
    return int.from_bytes(data, "big", signed=True)


def flag(data: bytes, _noted: Noted) -> bool:
    """BOOLEAN; any value but 00 is true (BER)."""
    if len(data) != 1:
        raise broken("face.value", "a truth value is one byte", "القيمة المنطقية بايت واحد")
    return data != b"\x00"


def octets(data: bytes, _noted: Noted) -> bytes:
    """OCTET STRING as it stands."""
    return data


def text(data: bytes, _noted: Noted) -> str:
    """OCTET STRING that need not be text: hexadecimal, cut after its first 256 bytes."""
    return data[:_TEXT_OCTETS].hex()


def block(fields: Mapping[int, tuple[str, Read]]) -> Callable[[bytes, Noted], Block]:
    """A SEQUENCE of context-tagged fields."""

    def read(data: bytes, noted: Noted) -> Block:
        found: Block = {}
        for element in elements(data, noted):
            number = element.tag & 0x1F
            name, inner = fields.get(number, ("", integer))
            if element.tag & 0xC0 != 0x80 or element.tag > 0xFF or not name:
                unknown = f"field {element.tag:02X} is not one of the module"
                odd(noted, "face.unknown_field", unknown, f"الحقل {element.tag:02X} مجهول", field="DG2", clause=CLAUSE)
            elif name in found:
                raise broken("face.value", f"{name} stands twice", f"الحقل {name} مكرر")
            else:
                found[name] = inner(element.value, noted)
        return found

    return read


def many(inner: Read) -> Read:
    """A SEQUENCE OF: each member under its own universal tag."""
    return lambda data, noted: [inner(element.value, noted) for element in elements(data, noted)]


def code(names: Sequence[str], first: int = 0) -> Read:
    """A CHOICE of a code [0] and an extension [1] that names a code to fall back to [0]; the name, or the number."""
    fallback = block({0: ("code", integer)})
    choice = block({0: ("code", integer), 1: ("extension", fallback)})

    def read(data: bytes, noted: Noted) -> str | int | None:
        held = choice(data, noted)
        number: int | None = held.get("code", held.get("extension", {}).get("code"))
        return names[number - first] if number is not None and 0 <= number - first < len(names) else number

    return read


def one_of(fields: Mapping[int, tuple[str, Read]]) -> Read:
    """A CHOICE: the block of its single alternative."""
    return block(fields)


def flags(*names: str) -> Read:
    """A SEQUENCE of truth values: the names of those that hold."""
    held = block({number: (name, flag) for number, name in enumerate(names)})
    return lambda data, noted: [name for name, value in held(data, noted).items() if value]


def _base(inner: Read) -> Read:
    """`base [0]` of a CHOICE between what the module knows and an extension without content."""
    return one_of({0: ("base", inner), 1: ("extension", text)})


_REGISTRY_ID = block({0: ("organization", integer), 1: ("id", integer)})
_MOMENT = block(
    dict(enumerate((n, integer) for n in ["year", "month", "day", "hour", "minute", "second", "millisecond"]))
)
_SCORE = one_of({0: ("score", integer), 1: ("error", code(["failure_to_assess"]))})
_SCORED = block({0: ("algorithm", _REGISTRY_ID), 1: ("result", _SCORE)})
_ATTACK_DETECTION = block(
    {
        0: ("decision", code(["no_attack", "attack", "failure_to_assess"])),
        1: ("scores", many(_SCORED)),
        2: ("extended_data", many(block({0: ("type", _REGISTRY_ID), 1: ("data", text)}))),
        3: ("capture_context", code(["enrolment", "verification", "identification"])),
        4: ("supervision", code(["unknown", "controlled", "assisted", "observed", "unattended"])),
        5: ("risk_level", integer),
        6: ("criteria", code(["unknown", "individual", "common"])),
        7: ("parameter", text),
        8: ("challenges", many(text)),
        9: ("captured_at", _MOMENT),
    }
)
_ANGLE = block({0: ("degrees", integer), 1: ("uncertainty_degrees", integer)})
_IDENTITY = block(
    {
        0: ("gender", code(["unknown", "other", "male", "female"])),
        1: (
            "eye_colour",
            code(["unknown", "other", "black", "blue", "brown", "grey", "green", "hazel", "multi_coloured", "pink"]),
        ),
        2: (
            "hair_colour",
            code(["unknown", "other", "bald", "black", "blonde", "brown", "grey", "white", "red", "known_coloured"]),
        ),
        3: ("height_mm", integer),
        4: (
            "properties",
            flags(
                *[
                    "glasses",
                    "moustache",
                    "beard",
                    "teeth_visible",
                    "pupil_or_iris_not_visible",
                    "mouth_open",
                    "left_eye_patch",
                ],
                *["right_eye_patch", "dark_glasses", "biometric_absent", "head_coverings_present"],
            ),
        ),
        5: (
            "expressions",
            flags(*["neutral", "smile", "raised_eyebrows", "eyes_looking_away", "squinting", "frowning"]),
        ),
        6: ("pose", block({0: ("yaw", _ANGLE), 1: ("pitch", _ANGLE), 2: ("roll", _ANGLE)})),
    }
)
_COORDINATES = block({0: ("x", integer), 1: ("y", integer), 2: ("z", integer)})
_ANTHROPOMETRIC = one_of({0: ("name", code([])), 1: ("point_name", code([])), 2: ("point_id", code([]))})
_LANDMARK = block(
    {
        0: ("kind", _base(one_of({0: ("mpeg4", code([])), 1: ("anthropometric", _base(_ANTHROPOMETRIC))}))),
        1: (
            "at",
            _base(one_of({0: ("image_px", _COORDINATES), 1: ("texture_px", _COORDINATES), 2: ("space", _COORDINATES)})),
        ),
    }
)
_COLOUR_MAPPING = block(
    {0: ("schema", text), 1: ("values", many(block({0: ("definition", text), 1: ("value", text)})))}
)
_MEASURES = ["head_width_px", "inter_eye_distance_px", "eye_to_mouth_distance_px", "head_length_px"]
_INFORMATION = block(
    {
        0: ("format", code(["unknown", "other", "JPEG", "JPEG2000 lossy", "JPEG2000 lossless"])),
        1: ("kind", code(["travel document", "general purpose"])),
        2: (
            "processing",
            flags(
                *[
                    "rotated",
                    "cropped",
                    "down_sampled",
                    "white_balance_adjusted",
                    "multiply_compressed",
                    "interpolated",
                ],
                *[
                    "contrast_stretched",
                    "pose_corrected",
                    "multi_view_image",
                    "age_progressed",
                    "super_resolution",
                    "normalised",
                ],
            ),
        ),
        3: ("lossy_transformations", code(["unknown", "none", "one", "more than one"])),
        4: ("camera_to_subject_mm", integer),
        5: ("sensor_diagonal_mm", integer),
        6: ("focal_length_mm", integer),
        7: ("size", block({0: ("width_px", integer), 1: ("height_px", integer)})),
        8: ("face_measurements", block({n: (name, integer) for n, name in enumerate(_MEASURES)})),
        9: ("colour_space", code(["unknown", "other", "RGB 24", "RGB 48", "YUV 422", "greyscale 8", "greyscale 16"])),
        10: ("reference_colours", _COLOUR_MAPPING),
    }
)
_TECHNOLOGIES = (
    "unknown",
    "photograph, unknown source",
    "photograph, digital camera",
    "photograph, scanner",
    "video frame, unknown source",
    "video frame, analogue camera",
    "video frame, digital camera",
)
_PICTURE = block(
    {
        0: ("image", octets),
        1: ("information", _INFORMATION),
        2: (
            "capture",
            block(
                {
                    0: ("spectrum", flags("white_light", "near_infrared", "thermal")),
                    1: ("technology", code(_TECHNOLOGIES)),
                }
            ),
        ),
    }
)
REPRESENTATION = block(
    {
        0: ("id", integer),
        1: (
            "image_representation",
            one_of({0: ("base", one_of({0: ("two_dimensional", _PICTURE)})), 1: ("extension", text)}),
        ),
        2: ("captured_at", _MOMENT),
        3: ("quality", many(_SCORED)),
        4: ("attack_detection", _ATTACK_DETECTION),
        5: ("session_id", integer),
        6: ("derived_from", integer),
        7: ("capture_device", block({0: ("model", _REGISTRY_ID), 1: ("certifications", many(_REGISTRY_ID))})),
        8: ("identity", _IDENTITY),
        9: ("landmarks", many(_LANDMARK)),
    }
)
FACE_BLOCK = block(
    {0: ("version", block({0: ("generation", integer), 1: ("year", integer)})), 1: ("representations", octets)}
)
