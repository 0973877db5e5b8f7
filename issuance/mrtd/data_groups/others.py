"""The groups this State does not issue: DG5 and DG7 (pictures), DG16 (persons to notify), and those of free content."""

from __future__ import annotations

from typing import Any, Final

from issuance.mrtd.data_groups.com import GROUP_TAGS
from issuance.mrtd.data_groups.details import Read, day, parts, spaced
from issuance.mrtd.tlv import Element, LdsInvalid, Noted, elements, odd, only

CLAUSE = "Doc 9303-10 §4.7"
MAXIMUM_MEMBERS = 64
_COUNT = 0x02
_PICTURES: Final = {5: 0x5F40, 7: 0x5F43}  # displayed portrait, displayed signature or usual mark
_FIRST_PERSON, _LAST_PERSON = 0xA1, 0xBE
_PERSON: Final[dict[int, tuple[str, Read]]] = {
    0x5F50: ("recorded_on", day),
    0x5F51: ("name", spaced),
    0x5F52: ("telephone", spaced),
    0x5F53: ("address", parts),
}


def read_pictures(number: int, data: bytes, noted: Noted = None) -> tuple[bytes, ...]:
    """The images of DG5 or DG7, as they stand. Raises LdsInvalid. Odd but readable: a count that does not hold."""
    held = _counted(number, data, noted)
    if any(element.tag != _PICTURES[number] for element in held):
        raise _broken(number, "picture", "there is something else than pictures", "عنصر غير الصور")
    return tuple(element.value for element in held)


def read_persons_to_notify(data: bytes, noted: Noted = None) -> list[dict[str, Any]]:
    """The persons of DG16 in plain values. Raises LdsInvalid. Odd: unknown objects, a count that does not hold."""
    found: list[dict[str, Any]] = []
    for held in _counted(16, data, noted):
        if not _FIRST_PERSON <= held.tag <= _LAST_PERSON:
            raise _broken(16, "person", "there is something else than persons", "عنصر غير الأشخاص")
        person: dict[str, Any] = {}
        for element in elements(held.value, noted):
            name, read = _PERSON.get(element.tag, ("", None))
            if read is None or name in person:
                en, ar = f"data object {element.tag:02X} is unknown or stands twice", "عنصر مجهول أو مكرر"
                odd(noted, "dg16.unknown_tag", en, ar, field="DG16", clause=CLAUSE)
            else:
                person[name] = read(element.value, name, noted)
        found.append(person)
    return found


def read_free(number: int, data: bytes, noted: Noted = None) -> int:
    """The size of the content of a group whose content each State chooses. Raises LdsInvalid for another group."""
    return len(only(data, GROUP_TAGS[number], f"DG{number}", noted))


def _counted(number: int, data: bytes, noted: Noted) -> list[Element]:
    held = elements(only(data, GROUP_TAGS[number], f"DG{number}", noted), noted)
    if not held or held[0].tag != _COUNT or len(held[0].value) != 1:
        raise _broken(number, "count", "the number of members must come first", "عدد العناصر يجب أن يأتي أولًا")
    if len(held) - 1 > MAXIMUM_MEMBERS:
        raise _broken(number, "count", "more members than are read", "عدد العناصر أكبر من الحد")
    if held[0].value[0] != len(held) - 1:
        en, ar = "the number of members does not hold", "العدد المعلن لا يطابق الموجود"
        odd(noted, f"dg{number}.count", en, ar, field=f"DG{number}", clause=CLAUSE)
    return held[1:]


def _broken(number: int, code: str, en: str, ar: str) -> LdsInvalid:
    return LdsInvalid.because(f"dg{number}.{code}", en, ar, field=f"DG{number}", clause=CLAUSE)
