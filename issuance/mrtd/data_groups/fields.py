"""Text, dates and the tag list as DG11 and DG12 write them."""

from __future__ import annotations

import calendar
import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from issuance.mrtd.tlv import LdsInvalid, Noted, elements, encode, odd, only, tag_list, tags
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

    @classmethod
    def parse(cls, iso: str) -> PartialDate:
        """The inverse of `iso`."""
        year, month, day = map(int, iso.split("-"))
        return cls(year or None, month or None, day or None)

    def iso(self) -> str:
        """CCYY-MM-DD, zeros for what is unknown."""
        return f"{self.year or 0:04}-{self.month or 0:02}-{self.day or 0:02}"


def read_date(data: bytes, field: str, noted: Noted = None) -> PartialDate | None:
    """A date of 8 ASCII digits, or of 4 bytes BCD as some issuers write it. Odd: a date that cannot be, then None."""
    digits = data.hex().encode("ascii") if len(data) == 4 else data
    if not _DIGITS.fullmatch(digits):
        en, ar = "a date is 8 digits or 4 bytes BCD", "التاريخ 8 أرقام أو 4 بايتات BCD"
        odd(noted, "lds.date", en, ar, field=field, clause=CLAUSE)
        return None
    year, month, day = int(digits[:4]), int(digits[4:6]), int(digits[6:])
    try:
        return PartialDate(year or None, month or None, day or None)
    except LdsInvalid as impossible:
        fault = impossible.faults[0]
        odd(noted, "lds.date", fault.en, fault.ar, field=field, clause=CLAUSE)
        return None


def read_moment(data: bytes, field: str, noted: Noted = None) -> str | None:
    """A moment of 14 ASCII digits, or of 7 bytes BCD: `CCYY-MM-DDThh:mm:ss`. Odd: one that cannot be, then None."""
    digits = data.hex() if len(data) == 7 else data.decode("latin-1")
    try:
        if len(digits) == 14 and digits.isascii() and digits.isdigit():
            return datetime.strptime(digits, "%Y%m%d%H%M%S").isoformat()
    except ValueError:
        pass
    en, ar = "a moment is 14 digits or 7 bytes BCD", "اللحظة 14 رقمًا أو 7 بايتات BCD"
    odd(noted, "lds.moment", en, ar, field=field, clause=CLAUSE)
    return None


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


def listed_objects(
    data: bytes, tag: int, field: str, groups: Mapping[int, int], noted: Noted = None
) -> dict[int, bytes]:
    """The data objects of the template `tag`, which its tag list must name. Raises LdsInvalid.

    groups: tag of a group to the tag of its members; the list may name either for it. Odd but readable: no list, a list
    that names other objects than there are, an object that stands twice (the first is kept).
    """
    held = elements(only(data, tag, field, noted), noted)
    listed: set[int] = set()
    if held and held[0].tag == _TAGS:
        listed = {next((group for group, member in groups.items() if member == t), t) for t in tags(held[0].value)}
        held = held[1:]
    else:
        en, ar = "the list of tags must come first", "قائمة الوسوم يجب أن تأتي أولًا"
        odd(noted, "lds.tag_list", en, ar, field=field, clause=CLAUSE)
    found: dict[int, bytes] = {}
    for element in held:
        found.setdefault(element.tag, element.value)
    if len(found) != len(held) or (listed and listed != set(found)):
        en, ar = "the list of tags does not name what is there", "قائمة الوسوم لا تطابق الموجود"
        odd(noted, "lds.tag_list", en, ar, field=field, clause=CLAUSE)
    return found


def read_text(data: bytes, field: str, noted: Noted = None) -> str:
    """UTF-8 text of a field, fillers kept. Odd but readable: text in another encoding, taken for ISO 8859-1."""
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        odd(noted, "lds.text", "the text is not UTF-8", "النص ليس UTF-8", field=field, clause=CLAUSE)
        return data.decode("latin-1")


def _longest(year: int | None, month: int | None) -> int:
    """Days of the longest month that fits what is known."""
    if month is None:
        return 31
    return calendar.monthrange(year or 2000, month)[1]


def _broken(code: str, en: str, ar: str, field: str) -> LdsInvalid:
    return LdsInvalid.because(code, en, ar, field=field, clause=CLAUSE)
