"""DG2: the portrait as a biometric template in the nested frame 7F61 / 7F60 (also for a single image).

Written in the record format the issue date admits; read in either.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from issuance.mrtd.data_groups.templates import MAXIMUM_TEMPLATES, templates
from issuance.mrtd.face import (
    Face,
    FaceRepresentation,
    build_face_block,
    build_face_record,
    read_face_block,
    read_face_record,
)
from issuance.mrtd.tlv import Element, LdsInvalid, Noted, elements, encode, odd
from specs.schema.chip import Chip, FaceFormat

CLAUSE = "Doc 9303-10 §4.7.2"
_DG2, _GROUP, _COUNT, _TEMPLATE, _HEADER = 0x75, 0x7F61, 0x02, 0x7F60, 0xA1
_BLOCK, _CONSTRUCTED_BLOCK, _BLOCK_FRAME = 0x5F2E, 0x7F2E, 0xA1
_BIOMETRIC_TYPE, _SUBTYPE, _FORMAT_OWNER, _FORMAT_TYPE = 0x81, 0x82, 0x87, 0x88
# CBEFF: facial features, no subtype, owner ISO/IEC JTC 1/SC 37, format types of the two face standards.
_FACE, _NO_SUBTYPE, _SC37 = b"\x02", b"\x00", b"\x01\x01"
_FORMAT_TYPES: Final[dict[FaceFormat, bytes]] = {
    "ISO/IEC 19794-5:2005": b"\x00\x08",
    "ISO/IEC 39794-5:2019": b"\x00\x2a",
}
FaceImage = Face | FaceRepresentation


def build_dg2(face: Face, chip: Chip, record_format: FaceFormat | None = None) -> bytes:
    """DG2 holding one face. record_format: the edition's preferred when not given.

    Raises LdsInvalid, also when it is larger than the chip's file.
    """
    record_format = record_format or chip.face.preferred_format
    write: Callable[[Face], bytes] = {
        "ISO/IEC 19794-5:2005": _write_19794,
        "ISO/IEC 39794-5:2019": _write_39794,
    }[record_format]
    owner_and_type = encode(_FORMAT_OWNER, _SC37) + encode(_FORMAT_TYPE, _FORMAT_TYPES[record_format])
    template = encode(_TEMPLATE, encode(_HEADER, _kind(record_format), owner_and_type), write(face))
    data = encode(_DG2, encode(_GROUP, encode(_COUNT, b"\x01"), template))
    if len(data) > (room := chip.file("DG2").maximum_bytes):
        raise _broken("dg2.too_large", f"{len(data)} bytes, at most {room}", f"الحجم {len(data)} بايت والحد {room}")
    return data


def read_dg2(data: bytes, noted: Noted = None, length_tolerance_bytes: int = 0) -> tuple[FaceImage, ...]:
    """Every face of every template, in order. Raises LdsInvalid."""
    found: list[FaceImage] = []
    for template in templates(data, _DG2, "DG2", CLAUSE, noted):
        found += _faces(template, noted, length_tolerance_bytes)
        if len(found) > MAXIMUM_TEMPLATES:
            raise _broken("dg2.count", "more faces than are read", "عدد الوجوه أكبر من الحد")
    if not found:
        raise _broken("dg2.count", "there is no face", "لا يوجد وجه")
    return tuple(found)


def _kind(record_format: FaceFormat) -> bytes:
    """What is optional in the header, and was always written beside the older record."""
    if record_format == "ISO/IEC 39794-5:2019":
        return b""
    return encode(_BIOMETRIC_TYPE, _FACE) + encode(_SUBTYPE, _NO_SUBTYPE)


def _write_19794(face: Face) -> bytes:
    return encode(_BLOCK, build_face_record(face))


def _write_39794(face: Face) -> bytes:
    block = build_face_block(face.image, face.width_px or None, face.height_px or None)
    return encode(_CONSTRUCTED_BLOCK, encode(_BLOCK_FRAME, block))


def _faces(template: Element, noted: Noted, length_tolerance_bytes: int) -> tuple[FaceImage, ...]:
    held = elements(template.value, noted)
    if len(held) != 2 or held[0].tag != _HEADER:
        raise _broken("dg2.template", "a template is one header and one block", "القالب ترويسة واحدة وكتلة واحدة")
    header, block = {element.tag: element.value for element in elements(held[0].value, noted)}, held[1]
    if header.get(_BIOMETRIC_TYPE, _FACE) != _FACE:
        raise _broken("dg2.type", "the template is not one of a face", "القالب ليس لوجه")
    declared = header.get(_FORMAT_TYPE)
    actual: FaceFormat = "ISO/IEC 19794-5:2005" if block.tag == _BLOCK else "ISO/IEC 39794-5:2019"
    if block.tag not in (_BLOCK, _CONSTRUCTED_BLOCK):
        raise _broken("dg2.format", f"no face block under tag {block.tag:02X}", "لا توجد كتلة وجه تحت هذا الوسم")
    if (header.get(_FORMAT_OWNER), declared) != (_SC37, _FORMAT_TYPES[actual]):
        odd(noted, "dg2.format", f"the header does not say {actual}", f"الترويسة لا تذكر {actual}", field="DG2")
    if block.tag == _BLOCK:
        return read_face_record(block.value, noted, length_tolerance_bytes)
    framed = elements(block.value, noted)
    if len(framed) == 1 and framed[0].tag == _BLOCK_FRAME:
        return read_face_block(framed[0].value, noted)
    odd(noted, "dg2.frame", "the block does not stand in its frame A1", "الكتلة ليست في إطارها A1", field="DG2")
    return read_face_block(block.value, noted)


def _broken(code: str, en: str, ar: str) -> LdsInvalid:
    return LdsInvalid.because(code, en, ar, field="DG2", clause=CLAUSE)
