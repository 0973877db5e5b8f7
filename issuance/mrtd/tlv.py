"""Tag, length, value as the files of a travel document chip use them: strict, bounded, without recursion.

One level at a time: `elements` splits a value into its parts, and a reader descends as deep as its own grammar goes, so
no input decides the depth. Lengths must be the shortest form (DER, as Doc 9303-10 §4.3 asks), never indefinite. It
knows no data group and never guesses: any other bytes raise `LdsInvalid`.

Chips of other States hold what is wrong and can still be read. Every reader takes `noted`: given a list, it appends
what is odd and reads on; without one (our own files) what is odd is refused like everything else.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from specs.errors import Fault, Invalid

MAXIMUM_FILE_BYTES = 1 << 20
MAXIMUM_ELEMENTS = 256
MAXIMUM_NOTED = 64
CLAUSE = "Doc 9303-10 §4.3"
Noted = list[Fault] | None


class LdsInvalid(Invalid):
    """Bytes of a chip file that do not follow its grammar, or values that cannot be written into one."""

    @classmethod
    def because(cls, code: str, en: str, ar: str, *, field: str | None = None, clause: str = CLAUSE) -> LdsInvalid:
        """One fault; code is completed to `mrtd.<code>`."""
        return cls(Fault(code=f"mrtd.{code}", ar=ar, en=en, field=field, clause=clause))


@dataclass(frozen=True, slots=True)
class Element:
    """One data object. tag: one or two bytes as a number (0x61, 0x5F1F)."""

    tag: int
    value: bytes


def odd(noted: Noted, code: str, en: str, ar: str, *, field: str | None = None, clause: str = CLAUSE) -> None:
    """Note what is wrong but readable; without a list to note it in, raise it as LdsInvalid."""
    broken = LdsInvalid.because(code, en, ar, field=field, clause=clause)
    if noted is None:
        raise broken
    if broken.faults[0] not in noted and len(noted) < MAXIMUM_NOTED:
        noted.extend(broken.faults)


def encode(tag: int, *parts: bytes) -> bytes:
    """The data object `tag` whose value is `parts` joined; shortest length form."""
    length = sum(map(len, parts))
    if length < 0x80:
        head = bytes((length,))
    else:
        digits = length.to_bytes((length.bit_length() + 7) // 8, "big")
        head = bytes((0x80 | len(digits),)) + digits
    return b"".join((tag.to_bytes(1 if tag < 0x100 else 2, "big"), head, *parts))


def elements(data: bytes, noted: Noted = None) -> list[Element]:
    """The data objects that `data` consists of, in order; nothing may be left over. Raises LdsInvalid.

    Odd but readable: a length that is not in its shortest form.
    """
    if len(data) > MAXIMUM_FILE_BYTES:
        raise _broken("tlv.too_large", f"more than {MAXIMUM_FILE_BYTES} bytes", "الملف أكبر من الحد المسموح")
    found: list[Element] = []
    position = 0
    while position < len(data):
        if len(found) == MAXIMUM_ELEMENTS:
            raise _broken(
                "tlv.too_many", f"more than {MAXIMUM_ELEMENTS} data objects", "عدد عناصر البيانات أكبر من الحد"
            )
        element, position = _element(data, position, noted)
        found.append(element)
    return found


def only(data: bytes, tag: int, what: str, noted: Noted = None) -> bytes:
    """The value of the single data object `tag` that `data` must be; `what` names it for a person (`DG1`).

    Odd but readable: bytes after it.
    """
    if len(data) > MAXIMUM_FILE_BYTES:
        raise _broken("tlv.too_large", f"more than {MAXIMUM_FILE_BYTES} bytes", "الملف أكبر من الحد المسموح")
    found, end = _element(data, 0, noted) if data else (None, 0)
    if found is None or found.tag != tag:
        raise LdsInvalid.because(
            "tlv.unexpected",
            f"{what}: exactly one data object {tag:02X} was expected",
            f"{what}: يجب أن يكون عنصر بيانات واحدًا بالوسم {tag:02X}",
            field=what,
        )
    if end != len(data):
        odd(
            noted,
            "tlv.trailing",
            f"{what}: {len(data) - end} bytes follow the data object",
            f"{what}: {len(data) - end} بايت زائدة بعد عنصر البيانات",
            field=what,
        )
    return found.value


def tags(data: bytes) -> list[int]:
    """The tags of a tag list (value of 5C), in order. Raises LdsInvalid."""
    found: list[int] = []
    position = 0
    while position < len(data):
        if len(found) == MAXIMUM_ELEMENTS:
            raise _broken("tlv.too_many", f"more than {MAXIMUM_ELEMENTS} tags", "عدد الوسوم أكبر من الحد")
        tag, position = _tag(data, position)
        found.append(tag)
    return found


def tag_list(held: Iterable[int]) -> bytes:
    """The data object 5C naming `held`."""
    return encode(0x5C, *(tag.to_bytes(1 if tag < 0x100 else 2, "big") for tag in held))


def _element(data: bytes, position: int, noted: Noted) -> tuple[Element, int]:
    tag, position = _tag(data, position)
    length, position = _length(data, position, noted)
    if length > len(data) - position:
        raise _broken("tlv.truncated", f"tag {tag:02X} declares more bytes than there are", "البيانات مقطوعة")
    return Element(tag, data[position : position + length]), position + length


def _tag(data: bytes, position: int) -> tuple[int, int]:
    first = data[position]
    if first == 0:
        raise _broken("tlv.tag", "a tag may not be zero", "وسم البيانات لا يكون صفرًا")
    if first & 0x1F != 0x1F:
        return first, position + 1
    if position + 1 == len(data):
        raise _broken("tlv.truncated", "the data end inside a tag", "البيانات مقطوعة داخل الوسم")
    second = data[position + 1]
    if second & 0x80:
        raise _broken("tlv.tag", "a tag is longer than two bytes", "الوسم أطول من بايتين")
    return first << 8 | second, position + 2


def _length(data: bytes, position: int, noted: Noted) -> tuple[int, int]:
    if position == len(data):
        raise _broken("tlv.truncated", "the data end before a length", "البيانات مقطوعة قبل الطول")
    first = data[position]
    position += 1
    if first < 0x80:
        return first, position
    count = first & 0x7F
    if not 1 <= count <= 4:
        raise _broken(
            "tlv.length", "a length is indefinite or longer than four bytes", "الطول غير محدد أو أطول من الحد"
        )
    if count > len(data) - position:
        raise _broken("tlv.truncated", "the data end inside a length", "البيانات مقطوعة داخل الطول")
    length = int.from_bytes(data[position : position + count], "big")
    if length < 0x80 or length < 1 << 8 * (count - 1):
        odd(noted, "tlv.length", "a length is not in its shortest form", "الطول ليس بأقصر صيغة")
    return length, position + count


def _broken(code: str, en: str, ar: str) -> LdsInvalid:
    return LdsInvalid.because(code, en, ar)
