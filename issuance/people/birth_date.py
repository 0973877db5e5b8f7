"""A birth date whose day, month or year may be unknown. Pure.

Three forms of one fact: ISO text with `00` for unknown parts (`1950-00-00`; how it is stored), `YYMMDD` with fillers
(MRZ, Doc 9303-3 §4.8), `CCYYMMDD` with zeros (DG11, Doc 9303-10 table 45).
"""

from __future__ import annotations

import calendar
import re
from dataclasses import dataclass
from datetime import date

from specs.errors import Fault, Invalid

_FORM = re.compile(r"(\d{4})-(\d{2})-(\d{2})")
CLAUSE = "Doc 9303-3 §4.8"


@dataclass(frozen=True, slots=True)
class BirthDate:
    """year 0, month 0 or day 0 stands for unknown; an unknown part makes the smaller parts unknown too."""

    year: int
    month: int
    day: int

    @classmethod
    def parse(cls, text: object, field: str = "birth_date") -> BirthDate:
        """`YYYY-MM-DD`, unknown parts `00` (`0000`). Raises `Invalid` naming `field`."""
        match = _FORM.fullmatch(text) if isinstance(text, str) else None
        if match is None:
            raise Invalid(_fault(field, "form", "يجب أن يكون التاريخ على الصورة YYYY-MM-DD", "write it as YYYY-MM-DD"))
        year, month, day = (int(part) for part in match.groups())
        if (month == 0 and day != 0) or (year == 0 and month != 0):
            raise Invalid(
                _fault(
                    field,
                    "unknown_part",
                    "لا يعرف اليوم دون الشهر ولا الشهر دون السنة",
                    "an unknown part leaves the smaller parts unknown",
                )
            )
        if year and month and not (1 <= month <= 12 and 0 <= day <= calendar.monthrange(year, month)[1]):
            raise Invalid(_fault(field, "calendar", "ليس تاريخاً في التقويم", "this is not a calendar date"))
        return cls(year, month, day)

    def iso(self) -> str:
        """`1990-05-17`; unknown parts as zeros."""
        return f"{self.year:04d}-{self.month:02d}-{self.day:02d}"

    def mrz(self) -> str:
        """`900517`; unknown parts as fillers."""
        return "".join(f"{part % 100:02d}" if part else "<<" for part in (self.year, self.month, self.day))

    def dg11(self) -> str:
        """`19900517`; unknown parts as zeros."""
        return f"{self.year:04d}{self.month:02d}{self.day:02d}"

    def printed(self) -> str:
        """`17.05.1990` for the visual zone; unknown parts as `XX` (Doc 9303-3 §3.7)."""
        year = f"{self.year:04d}" if self.year else "XXXX"
        return f"{self.day:02d}.{self.month:02d}.{year}".replace("00.", "XX.")

    def latest(self) -> date | None:
        """The youngest the holder can be; None when the year is unknown."""
        if not self.year:
            return None
        month = self.month or 12
        return date(self.year, month, self.day or calendar.monthrange(self.year, month)[1])

    def earliest(self) -> date | None:
        """The oldest the holder can be; None when the year is unknown."""
        return date(self.year, self.month or 1, self.day or 1) if self.year else None

    def age_on(self, on: date) -> int | None:
        """Whole years on `on`, the lesser where the date leaves a doubt; None when the year is unknown."""
        born = self.latest()
        if born is None:
            return None
        return on.year - born.year - ((on.month, on.day) < (born.month, born.day))


def _fault(field: str, code: str, ar: str, en: str) -> Fault:
    return Fault(code=f"people.birth_date.{code}", field=field, clause=CLAUSE, ar=ar, en=en)
