"""Text, dates and the tag list as DG11 and DG12 write them."""

from __future__ import annotations

import calendar
import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from issuance.mrtd.tlv import LdsInvalid, elements, encode, only, tag_list, tags
from specs.errors import Fault

CLAUSE = "Doc 9303-10 §4.7.11, §4.7.12"
FILLER = "<"
_TAGS = 0x5C
_HIDDEN = {"Cc", "Cf", "Cs", "Cn", "Co"}
_DIGITS = re.compile(rb"[0-9]{8}")


@dataclass(frozen=True, slots=True)
class PartialDate:
    """A date of which year, month or day may be unknown (None). Raises LdsInvalid when no such date can be."""

    year: int | None
    month: int | None
    day: int | None

    def __post_init__(self) -> None:
        year, month, day = self.year, self.month, self.day
        possible = (
            (year is None or 1 <= year <= 9999)
            and (month is None or 1 <= month <= 12)
            and (day is None or 1 <= day <= _longest(year, month))
        )
        if not possible:
            raise _broken("lds.date", "there is no such date", "لا يوجد تاريخ كهذا", "date")

    def text(self) -> str:
        """CCYYMMDD, zeros for what is unknown."""
        return f"{self.year or 0:04}{self.month or 0:02}{self.day or 0:02}"


def read_date(data: bytes, field: str) -> PartialDate:
    """A date of 8 ASCII digits, or of 4 bytes BCD as some issuers write it. Raises LdsInvalid."""
    digits = data.hex().encode("ascii") if len(data) == 4 else data
    if not _DIGITS.fullmatch(digits):
        raise _broken("lds.date", "a date is 8 digits or 4 bytes BCD", "التاريخ 8 أرقام أو 4 بايتات BCD", field)
    year, month, day = int(digits[:4]), int(digits[4:6]), int(digits[6:])
    return PartialDate(year or None, month or None, day or None)


def words(text: str) -> str:
    """`text` in normal form C with single spaces."""
    return " ".join(unicodedata.normalize("NFC", text).split())


def name(text: str) -> str:
    """`text` as a name component: words joined by one filler, as in the machine readable zone."""
    return words(text).replace(" ", FILLER)


def field_faults(field: str, parts: Iterable[str], whole: str, maximum_bytes: int) -> list[Fault]:
    """What keeps `parts` from being written as `whole` into a field of at most `maximum_bytes` bytes of UTF-8."""
    faults: list[Fault] = []

    def fault(code: str, en: str, ar: str) -> None:
        faults.append(Fault(code=f"mrtd.lds.{code}", ar=ar, en=en, field=field, clause=CLAUSE))

    held = list(parts)
    if not all(part.strip() for part in held):
        fault("text_empty", "the text is empty", "النص فارغ")
    if any(FILLER in part or _HIDDEN.intersection(map(unicodedata.category, part)) for part in held):
        fault(
            "text_characters",
            "the text holds a filler, a control or an invisible character",
            "النص يحوي حرف حشو أو تحكم أو حرفًا خفيًا",
        )
    elif (length := len(whole.encode())) > maximum_bytes:
        fault(
            "text_too_long",
            f"the text takes {length} bytes, at most {maximum_bytes}",
            f"النص يشغل {length} بايت والحد {maximum_bytes}",
        )
    return faults


def with_tag_list(tag: int, held: Iterable[tuple[int, bytes]]) -> bytes:
    """The template `tag`: tag list, then the data objects; each given as (tag in the list, encoded object)."""
    objects = list(held)
    return encode(tag, tag_list(listed for listed, _ in objects), *(data for _, data in objects))


def listed_objects(data: bytes, tag: int, field: str, groups: Mapping[int, int]) -> dict[int, bytes]:
    """The data objects of the template `tag`, which its tag list must name. Raises LdsInvalid.

    groups: tag of a group to the tag of its members; the list may name either for it.
    """
    held = elements(only(data, tag, field))
    if not held or held[0].tag != _TAGS:
        raise _broken("lds.tag_list", "the list of tags must come first", "قائمة الوسوم يجب أن تأتي أولًا", field)
    found = {element.tag: element.value for element in held[1:]}
    listed = {next((group for group, member in groups.items() if member == t), t) for t in tags(held[0].value)}
    if len(found) != len(held) - 1 or listed != set(found):
        raise _broken(
            "lds.tag_list", "the list of tags does not name what is there", "قائمة الوسوم لا تطابق الموجود", field
        )
    return found


def read_text(data: bytes, field: str) -> str:
    """UTF-8 text of a field, fillers kept. Raises LdsInvalid."""
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError as error:
        raise _broken("lds.text", "the text is not UTF-8", "النص ليس UTF-8", field) from error


def _longest(year: int | None, month: int | None) -> int:
    """Days of the longest month that fits what is known."""
    if month is None:
        return 31
    return calendar.monthrange(year or 2000, month)[1]


def _broken(code: str, en: str, ar: str, field: str) -> LdsInvalid:
    return LdsInvalid.because(code, en, ar, field=field, clause=CLAUSE)
