"""EF.COM: which versions and which data groups. It is not signed: a verifier takes the list from the SOD."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from issuance.mrtd.tlv import LdsInvalid, Noted, elements, encode, odd, only, tag_list, tags
from specs.schema.chip import LdsVersion

CLAUSE = "Doc 9303-10 §4.6.1"
_COM, _LDS_VERSION, _UNICODE_VERSION, _TAGS = 0x60, 0x5F01, 0x5F36, 0x5C
# Outer tag of each data group, by number (Doc 9303-10 table of data groups).
GROUP_TAGS = dict(
    enumerate(
        (0x61, 0x75, 0x63, 0x76, 0x65, 0x66, 0x67, 0x68, 0x69, 0x6A, 0x6B, 0x6C, 0x6D, 0x6E, 0x6F, 0x70),
        start=1,
    )
)
_NUMBERS = {tag: number for number, tag in GROUP_TAGS.items()}


@dataclass(frozen=True, slots=True)
class Com:
    """lds_version: four digits (`0108`); unicode_version: six (`040000`); data_groups: numbers 1 to 16, as listed."""

    lds_version: str
    unicode_version: str
    data_groups: tuple[int, ...]


def build_com(data_groups: Iterable[int], version: LdsVersion) -> bytes:
    """EF.COM naming `data_groups` (numbers 1 to 16) in ascending order."""
    return encode(
        _COM,
        encode(_LDS_VERSION, version.lds_version.encode("ascii")),
        encode(_UNICODE_VERSION, version.unicode_version.encode("ascii")),
        tag_list(GROUP_TAGS[number] for number in sorted(set(data_groups))),
    )


def read_com(data: bytes, noted: Noted = None) -> Com:
    """The content of EF.COM. Raises LdsInvalid.

    Odd but readable: a version that is not of digits, other objects beside the three, a group that is unknown or twice.
    """
    held = elements(only(data, _COM, "COM", noted), noted)
    found = {element.tag: element.value for element in reversed(held)}
    if not {_LDS_VERSION, _UNICODE_VERSION, _TAGS} <= found.keys():
        raise _broken("com.content", "two versions and the tag list were expected", "يجب أن يحوي إصدارين وقائمة الوسوم")
    if [element.tag for element in held] != [_LDS_VERSION, _UNICODE_VERSION, _TAGS]:
        en, ar = "more than two versions and the tag list, or in another order", "عناصر غير الإصدارين وقائمة الوسوم"
        odd(noted, "com.content", en, ar, field="COM", clause=CLAUSE)
    lds, unicode = _digits(found[_LDS_VERSION], 4, noted), _digits(found[_UNICODE_VERSION], 6, noted)
    listed = tags(found[_TAGS])
    if any(tag not in _NUMBERS for tag in listed) or len(set(listed)) != len(listed):
        en, ar = "an unknown data group is listed, or one twice", "القائمة تذكر وسمًا مجهولًا أو مكررًا"
        odd(noted, "com.tags", en, ar, field="COM", clause=CLAUSE)
    return Com(lds, unicode, tuple(dict.fromkeys(_NUMBERS[tag] for tag in listed if tag in _NUMBERS)))


def _digits(value: bytes, count: int, noted: Noted) -> str:
    if len(value) != count or not value.isdigit():
        en, ar = f"a version must be {count} digits", f"الإصدار يتكون من {count} أرقام"
        odd(noted, "com.version", en, ar, field="COM", clause=CLAUSE)
        return value[:count].hex()
    return value.decode("ascii")


def _broken(code: str, en: str, ar: str) -> LdsInvalid:
    return LdsInvalid.because(code, en, ar, field="COM", clause=CLAUSE)
