"""The day it is in Libya. Documents carry civil days; moments are kept in UTC. Pure."""

from __future__ import annotations

from datetime import date, datetime
from zoneinfo import ZoneInfo

TRIPOLI = ZoneInfo("Africa/Tripoli")


def civil_day(moment: datetime) -> date:
    """The calendar day of an aware `moment` in Libya."""
    if moment.tzinfo is None:
        raise ValueError("a moment needs a time zone")
    return moment.astimezone(TRIPOLI).date()
