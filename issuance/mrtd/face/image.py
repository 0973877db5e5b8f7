"""What the first bytes of a face image say of it: format and size in pixels. It never decodes a pixel.

Only the two formats of Doc 9303-10 §4.7.2 are known, JPEG (ISO/IEC 10918-1) and JPEG 2000 (ISO/IEC 15444-1: a file or a
bare codestream). The search for the size is bounded by the number of segments or boxes, not by the size of the image.
"""

from __future__ import annotations

from dataclasses import dataclass

from issuance.mrtd.tlv import LdsInvalid
from specs.schema.chip import ImageFormat

CLAUSE = "Doc 9303-10 §4.7.2"
FIELD = "DG2"
_JP2 = b"\x00\x00\x00\x0cjP  \r\n\x87\n"
_CODESTREAM = b"\xff\x4f\xff\x51"
_MAGIC: tuple[tuple[bytes, ImageFormat], ...] = (
    (b"\xff\xd8\xff", "JPEG"),
    (_JP2, "JPEG2000"),
    (_CODESTREAM, "JPEG2000"),
)
_STARTS_OF_FRAME = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
_STANDALONE = frozenset({0x01, *range(0xD0, 0xD8)})
_MAXIMUM_PARTS = 64


@dataclass(frozen=True, slots=True)
class ImageSize:
    """Of the image itself, whatever the record around it declares."""

    width_px: int
    height_px: int


def image_format(image: bytes) -> ImageFormat:
    """The format by content. Raises LdsInvalid for anything but JPEG and JPEG 2000."""
    for magic, name in _MAGIC:
        if image.startswith(magic):
            return name
    raise _broken("the image is neither JPEG nor JPEG 2000", "الصورة ليست JPEG ولا JPEG 2000")


def image_size(image: bytes) -> ImageSize:
    """Width and height as the image's own header states them. Raises LdsInvalid."""
    found = _jpeg(image) if image_format(image) == "JPEG" else _jpeg2000(image)
    if found is None or not found.width_px or not found.height_px:
        raise _broken("the image states no size", "الصورة لا تذكر أبعادها")
    return found


def _jpeg(image: bytes) -> ImageSize | None:
    """Walks the marker segments to the start of frame (ISO/IEC 10918-1 §B.2)."""
    at = 2
    for _ in range(_MAXIMUM_PARTS):
        while image[at : at + 2] == b"\xff\xff":  # fill bytes
            at += 1
        if image[at : at + 1] != b"\xff" or len(image) < at + 4:
            return None
        marker, length = image[at + 1], int.from_bytes(image[at + 2 : at + 4], "big")
        if marker in _STARTS_OF_FRAME:
            return _size(image[at + 7 : at + 9], image[at + 5 : at + 7])
        if marker in _STANDALONE:
            at += 2
        elif length < 2:
            return None
        else:
            at += 2 + length
    return None


def _jpeg2000(image: bytes) -> ImageSize | None:
    """The image header box of a file (ISO/IEC 15444-1 §I.5.3.1), or the SIZ segment of a codestream (§A.5.1)."""
    if image.startswith(_CODESTREAM):
        right, lower, left, upper = (image[n : n + 4] for n in (8, 12, 16, 20))
        whole, offset = _size(right, lower), _size(left, upper)
        if whole is None or offset is None:
            return None
        return ImageSize(max(whole.width_px - offset.width_px, 0), max(whole.height_px - offset.height_px, 0))
    at = len(_JP2)
    for _ in range(_MAXIMUM_PARTS):
        length, kind = int.from_bytes(image[at : at + 4], "big"), image[at + 4 : at + 8]
        if kind == b"ihdr":
            return _size(image[at + 12 : at + 16], image[at + 8 : at + 12])
        if kind == b"jp2h":
            at += 8  # a box of boxes: the image header is its first
        elif kind == b"jp2c" or length < 8:
            return None
        else:
            at += length
    return None


def _size(width: bytes, height: bytes) -> ImageSize | None:
    if len(width) not in (2, 4) or len(height) != len(width):
        return None
    return ImageSize(int.from_bytes(width, "big"), int.from_bytes(height, "big"))


def _broken(en: str, ar: str) -> LdsInvalid:
    return LdsInvalid.because("face.image", en, ar, field=FIELD, clause=CLAUSE)
