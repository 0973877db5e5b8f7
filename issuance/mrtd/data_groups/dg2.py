"""DG2: the portrait as a biometric template in the nested frame 7F61 / 7F60 (also for a single image)."""

from __future__ import annotations

from issuance.mrtd.face import Face, build_face_record, read_face_record
from issuance.mrtd.tlv import Element, LdsInvalid, elements, encode, only
from specs.schema.chip import Chip

CLAUSE = "Doc 9303-10 §4.7.2"
_DG2, _GROUP, _COUNT, _TEMPLATE, _HEADER, _BLOCK = 0x75, 0x7F61, 0x02, 0x7F60, 0xA1, 0x5F2E
_BIOMETRIC_TYPE, _SUBTYPE, _FORMAT_OWNER, _FORMAT_TYPE = 0x81, 0x82, 0x87, 0x88
# CBEFF: facial features, no subtype, owner ISO/IEC JTC 1/SC 37, format type ISO/IEC 19794-5.
_FACE, _NO_SUBTYPE, _SC37, _FACE_19794 = b"\x02", b"\x00", b"\x01\x01", b"\x00\x08"


def build_dg2(face: Face, chip: Chip) -> bytes:
    """DG2 holding one face. Raises LdsInvalid, also when it is larger than the chip's file."""
    header = encode(
        _HEADER,
        encode(_BIOMETRIC_TYPE, _FACE),
        encode(_SUBTYPE, _NO_SUBTYPE),
        encode(_FORMAT_OWNER, _SC37),
        encode(_FORMAT_TYPE, _FACE_19794),
    )
    template = encode(_TEMPLATE, header, encode(_BLOCK, build_face_record(face)))
    data = encode(_DG2, encode(_GROUP, encode(_COUNT, b"\x01"), template))
    if len(data) > (room := chip.file("DG2").maximum_bytes):
        raise _broken("dg2.too_large", f"{len(data)} bytes, at most {room}", f"الحجم {len(data)} بايت والحد {room}")
    return data


def read_dg2(data: bytes) -> tuple[Face, ...]:
    """Every face of every template, in order. Raises LdsInvalid; ISO/IEC 39794-5 blocks are refused by name."""
    held = elements(only(only(data, _DG2, "DG2"), _GROUP, "DG2"))
    if not held or held[0].tag != _COUNT or len(held[0].value) != 1:
        raise _broken("dg2.count", "the number of templates must come first", "عدد القوالب يجب أن يأتي أولًا")
    templates = held[1:]
    if len(templates) != held[0].value[0] or not templates or any(e.tag != _TEMPLATE for e in templates):
        raise _broken("dg2.count", "the number of templates does not hold", "عدد القوالب المعلن لا يطابق الموجود")
    return tuple(face for template in templates for face in _faces(template))


def _faces(template: Element) -> tuple[Face, ...]:
    held = elements(template.value)
    if len(held) != 2 or held[0].tag != _HEADER:
        raise _broken("dg2.template", "a template is one header and one block", "القالب ترويسة واحدة وكتلة واحدة")
    header = {element.tag: element.value for element in elements(held[0].value)}
    if (header.get(_FORMAT_OWNER), header.get(_FORMAT_TYPE)) != (_SC37, _FACE_19794) or held[1].tag != _BLOCK:
        raise _broken("dg2.format", "the block is not ISO/IEC 19794-5", "الكتلة ليست بصيغة ISO/IEC 19794-5")
    if header.get(_BIOMETRIC_TYPE, _FACE) != _FACE:
        raise _broken("dg2.type", "the template is not one of a face", "القالب ليس لوجه")
    return read_face_record(held[1].value)


def _broken(code: str, en: str, ar: str) -> LdsInvalid:
    return LdsInvalid.because(code, en, ar, field="DG2", clause=CLAUSE)
