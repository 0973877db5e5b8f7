"""The face block of ISO/IEC 39794-5:2019 as we write it: the mandatory fields, and the size of the image.

The ICAO application profile leaves everything else optional, and its coded fields have two encodings in the field, so
none is written. Shares nothing with the reader (`iso39794`), which judges it in the tests beside readers of others.
"""

from __future__ import annotations

from issuance.mrtd.face.image import image_format
from issuance.mrtd.tlv import LdsInvalid, encode
from specs.schema.chip import ImageFormat

CLAUSE = "ISO/IEC 39794-5:2019 §8, ICAO application profile"
GENERATION, YEAR = 3, 2019
# jpeg, jpeg2000Lossy: a portrait is always compressed to the size its edition allows
_FORMAT_CODES: dict[ImageFormat, int] = {"JPEG": 2, "JPEG2000": 3}


def build_face_block(image: bytes, width_px: int | None = None, height_px: int | None = None) -> bytes:
    """FaceImageDataBlock ([APPLICATION 5]) with one representation. The size is left out when not given.

    Raises LdsInvalid for an image of another format and for a size that does not fit.
    """
    information = encode(0xA0, _integer(0x80, _FORMAT_CODES[image_format(image)]))
    if width_px is not None and height_px is not None:
        if not (0 < width_px <= 0xFFFF and 0 < height_px <= 0xFFFF):
            raise LdsInvalid.because(
                "face.value", "a value does not fit its field", "قيمة لا تتسع لها خانتها", field="DG2", clause=CLAUSE
            )
        information += encode(0xA7, _integer(0x80, width_px), _integer(0x81, height_px))
    two_dimensional = encode(0xA0, encode(0x80, image), encode(0xA1, information))
    representation = encode(0x30, _integer(0x80, 0), encode(0xA1, encode(0xA0, two_dimensional)))
    version = encode(0xA0, _integer(0x80, GENERATION), _integer(0x81, YEAR))
    return encode(0x65, version, encode(0xA1, representation))


def _integer(tag: int, value: int) -> bytes:
    """A non-negative INTEGER under a context tag, shortest form."""
    return encode(tag, value.to_bytes(value.bit_length() // 8 + 1, "big"))
