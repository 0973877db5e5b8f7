"""When a period of a case ends, when to warn of it, and how far it has run. Pure: no clock, no rows.

A period warns and never hinders; nothing here ends a case (Law 11/1997 Art 1). Lengths: `specs/cases/clocks.yaml`.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache

from issuance.core.civil import TRIPOLI, civil_day
from specs.schema.base import Bilingual
from specs.schema.clocks import Clocks, ClockVersion, Holidays

_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Due:
    """A running period. at: aware UTC, the first moment after it; last_day: the civil day it ends on.

    warnings: (per cent, aware UTC), in order, the last at `at`. sure: from when nobody can say that it still runs: `at`
    or, where a day off not yet declared may move the end, later. What takes a right from somebody waits for `sure`.
    """

    code: str
    started: datetime
    at: datetime
    last_day: date
    warnings: tuple[tuple[int, datetime], ...]
    legal_reference: Bilingual
    alarm_role: str
    sure: datetime


def due(clocks: Clocks, holidays: Holidays, code: str, started: datetime) -> Due:
    """The period `code` for an event at `started` (aware), by the version in force on that day in Libya.

    Hours run exactly; every other period ends with the end of its last day. Raises `KeyError` for an unknown code,
    which is a bug, and `ValueError` for a moment without a zone.
    """
    end = _end(clocks, holidays, code, civil_day(started))
    began = started.astimezone(UTC)
    at = end.at if end.at is not None else began + timedelta(hours=end.version.hours or 0)
    runs = at - began
    return Due(
        code,
        began,
        at,
        end.last_day or civil_day(at),
        tuple([(percent, began + runs * percent / 100) for percent in end.warns_at]),
        end.version.legal_reference,
        end.alarm_role,
        at + end.doubt,
    )


def level(running: Due, now: datetime) -> int:
    """The highest warning reached at `now` (aware), 0 before the first."""
    return max((percent for percent, at in running.warnings if at <= now), default=0)


def next_warning(running: Due, told: int) -> datetime | None:
    """When the first warning above the share that was told is due; None: it was told to the end."""
    return next((at for percent, at in running.warnings if percent > told), None)


def next_working_day(holidays: Holidays, day: date) -> date:
    """`day`, or the first day after it on which courts and offices work."""
    while holidays.closed(day):
        day += _DAY
    return day


@dataclass(frozen=True, slots=True)
class _End:
    """What depends on the day of the event alone. at and last_day None: counted in hours, from its moment."""

    version: ClockVersion
    warns_at: tuple[int, ...]
    alarm_role: str
    last_day: date | None
    at: datetime | None
    doubt: timedelta


@lru_cache(maxsize=1 << 16)
def _end(clocks: Clocks, holidays: Holidays, code: str, day: date) -> _End:
    """Remembered: a register of a million files has some thousand days."""
    clock = clocks.clocks[code]
    version = clock.version(day)
    warns_at = clocks.warnings.at_percent if clock.for_rehabilitation is None else clocks.warnings.at_percent[-1:]
    if version.hours is not None:
        return _End(version, warns_at, clock.alarm_role, None, None, timedelta())
    last = _last_day(version, holidays, day)
    at = datetime.combine(last + _DAY, time(), TRIPOLI).astimezone(UTC)
    doubtful = _doubtful(version, holidays, day, last)
    return _End(version, warns_at, clock.alarm_role, last, at, timedelta(days=holidays.doubt.days if doubtful else 0))


def _last_day(version: ClockVersion, holidays: Holidays, day: date) -> date:
    """The last day of a period not given in hours, after an event on `day`."""
    if version.working_days is not None:
        for _ in range(version.working_days):
            day = next_working_day(holidays, day + _DAY)
        return day
    if version.calendar_days is not None:
        last = day + timedelta(days=version.calendar_days)
    else:
        last = _same_day_of(day, day.year + (version.calendar_years or 0))
    if version.first_day == "counts":
        last -= _DAY
    return next_working_day(holidays, last) if version.holidays == "last_day_moves" else last


def _same_day_of(day: date, year: int) -> date:
    """`day` in `year`; 29 February of a year without it is its last day of February."""
    try:
        return day.replace(year=year)
    except ValueError:
        return day.replace(year=year, day=28)


def _doubtful(version: ClockVersion, holidays: Holidays, first: date, last: date) -> bool:
    """Whether days off that are not yet declared may move the end."""
    if version.holidays == "run_through":
        return False
    if version.holidays == "skipped" and not all(map(holidays.listed, range(first.year, last.year))):
        return True
    return holidays.doubtful(last)
