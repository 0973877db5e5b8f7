"""The frame of biometric templates that DG2, DG3 and DG4 share: group 7F61, a count, templates 7F60."""

from __future__ import annotations

from typing import Any

from issuance.mrtd.tlv import Element, LdsInvalid, Noted, elements, odd, only

MAXIMUM_TEMPLATES = 64
_GROUP, _COUNT, _TEMPLATE, _HEADER, _RANDOM = 0x7F61, 0x02, 0x7F60, 0xA1, 0x53
_BLOCKS = (0x5F2E, 0x7F2E)
_HEADER_FIELDS = {
    0x80: "version",
    0x81: "type",
    0x82: "subtype",
    0x83: "created",
    0x85: "valid",
    0x86: "creator",
    0x87: "format_owner",
    0x88: "format_type",
}
_HEADER_OCTETS = 64


def templates(data: bytes, tag: int, what: str, clause: str, noted: Noted = None) -> list[Element]:
    """The templates of the data group. Raises LdsInvalid; a count of zero gives none.

    Odd but readable: a count that is not that of the templates.
    """
    held = elements(only(data, tag, what, noted), noted)
    if not held or held[0].tag != _GROUP:
        raise LdsInvalid.because(
            f"{what.lower()}.group", "there is no group of templates", "لا توجد مجموعة قوالب", field=what, clause=clause
        )
    parts = elements(held[0].value, noted)
    if not parts or parts[0].tag != _COUNT or len(parts[0].value) != 1:
        raise LdsInvalid.because(
            f"{what.lower()}.count",
            "the number of templates must come first",
            "عدد القوالب يجب أن يأتي أولًا",
            field=what,
            clause=clause,
        )
    found = [part for part in parts[1:] if part.tag == _TEMPLATE]
    if len(found) > MAXIMUM_TEMPLATES:
        raise LdsInvalid.because(
            f"{what.lower()}.count",
            "more templates than are read",
            "عدد القوالب أكبر من الحد",
            field=what,
            clause=clause,
        )
    beside = [element for element in (*parts[1:], *held[1:]) if element.tag not in (_TEMPLATE, _RANDOM)]
    if len(found) != parts[0].value[0] or beside:
        en, ar = "the number of templates does not hold", "عدد القوالب المعلن لا يطابق الموجود"
        odd(noted, f"{what.lower()}.count", en, ar, field=what, clause=clause)
    return found


def template_frames(data: bytes, tag: int, what: str, clause: str, noted: Noted = None) -> list[dict[str, Any]]:
    """Header fields (hexadecimal) and block size of each template; what stands inside the block is not read.

    Fingerprints and irises are shown only to terminals with a right to them, and are no business of this service.
    """
    found: list[dict[str, Any]] = []
    for template in templates(data, tag, what, clause, noted):
        parts = elements(template.value, noted)
        header = next((part.value for part in parts if part.tag == _HEADER), None)
        blocks = [part for part in parts if part.tag in _BLOCKS]
        if header is None or len(blocks) != 1:
            raise LdsInvalid.because(
                f"{what.lower()}.template",
                "a template is one header and one block",
                "القالب ترويسة واحدة وكتلة واحدة",
                field=what,
                clause=clause,
            )
        said = {
            _HEADER_FIELDS[field.tag]: field.value[:_HEADER_OCTETS].hex()
            for field in elements(header, noted)
            if field.tag in _HEADER_FIELDS
        }
        found.append({**said, "block_bytes": len(blocks[0].value)})
    return found
