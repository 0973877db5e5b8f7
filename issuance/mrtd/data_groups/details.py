"""All data objects of DG11 and DG12 of any State's chip, by name: those we do not write and unknown ones too."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

from issuance.mrtd.data_groups.fields import FILLER, listed_objects, read_date, read_moment, read_text
from issuance.mrtd.tlv import Noted, elements, odd

CLAUSE = "Doc 9303-10 §4.7.11, §4.7.12"
DG11, DG12 = 0x6B, 0x6C
_GROUP, _COUNT = 0xA0, 0x02
_UNKNOWN_OCTETS = 256
# A reader turns the bytes of the field so named into a plain value.
Read = Callable[[bytes, str, Noted], Any]


def parts(data: bytes, field: str, noted: Noted) -> list[str]:
    """Text whose parts stand apart by fillers, as in an address."""
    return [part for part in read_text(data, field, noted).split(FILLER) if part]


def spaced(data: bytes, field: str, noted: Noted) -> str:
    """Text with a filler for each space."""
    return read_text(data, field, noted).replace(FILLER, " ").strip()


def day(data: bytes, field: str, noted: Noted) -> str | None:
    """`CCYY-MM-DD`, zeros for what is unknown."""
    found = read_date(data, field, noted)
    return found.iso() if found is not None else None


def picture(data: bytes, _field: str, _noted: Noted) -> bytes:
    """An image, as it stands."""
    return data


HOLDER: Final[dict[int, tuple[str, Read]]] = {
    0x5F0E: ("full_name", read_text),
    0x5F10: ("national_number", spaced),
    0x5F2B: ("birth_date", day),
    0x5F11: ("place_of_birth", parts),
    0x5F42: ("address", parts),
    0x5F12: ("telephone", spaced),
    0x5F13: ("profession", spaced),
    0x5F14: ("title", spaced),
    0x5F15: ("personal_summary", spaced),
    0x5F16: ("proof_of_citizenship", picture),
    0x5F17: ("other_documents", parts),
    0x5F18: ("custody", spaced),
}
HOLDER_OTHERS: Final = ("other_names", 0x5F0F)
DOCUMENT: Final[dict[int, tuple[str, Read]]] = {
    0x5F19: ("authority", read_text),
    0x5F26: ("issue_date", day),
    0x5F1B: ("endorsements", spaced),
    0x5F1C: ("tax_and_exit", spaced),
    0x5F1D: ("front_image", picture),
    0x5F1E: ("rear_image", picture),
    0x5F55: ("personalised_at", read_moment),
    0x5F56: ("device_serial", spaced),
}
DOCUMENT_OTHERS: Final = ("other_people", 0x5F1A)


def read_details(
    data: bytes,
    tag: int,
    what: str,
    known: Mapping[int, tuple[str, Read]],
    others: tuple[str, int],
    noted: Noted = None,
) -> dict[str, Any]:
    """Name -> plain value of every data object; images are bytes. Raises LdsInvalid.

    others: name of the group A0, and tag of its members. Objects of unknown tags are noted and kept under `unknown`, by
    tag in hexadecimal; of long ones the first 256 bytes.
    """
    group, member = others
    held = listed_objects(data, tag, what, {_GROUP: member}, noted)
    found: dict[str, Any] = {}
    for number, value in held.items():
        if number == _GROUP:
            found[group] = _members(value, member, group, noted)
        elif number == member:  # a single one, without its group
            found[group] = [spaced(value, group, noted)]
        elif number in known:
            name, read = known[number]
            found[name] = read(value, name, noted)
        else:
            en, ar = f"data object {number:02X} is not known", f"عنصر البيانات {number:02X} مجهول"
            odd(noted, "lds.unknown_tag", en, ar, field=what, clause=CLAUSE)
            found.setdefault("unknown", {})[f"{number:02X}"] = value[:_UNKNOWN_OCTETS].hex()
    return found


def _members(data: bytes, member: int, group: str, noted: Noted) -> list[str]:
    held = elements(data, noted)
    texts = [spaced(element.value, group, noted) for element in held if element.tag == member]
    if not held or held[0].tag != _COUNT or held[0].value != bytes((len(held) - 1,)) or len(texts) != len(held) - 1:
        en, ar = "the members of the group and their number do not agree", "عناصر المجموعة لا تطابق عددها"
        odd(noted, f"lds.{group}", en, ar, field=group, clause=CLAUSE)
    return texts
