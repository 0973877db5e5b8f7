"""Clocks of the case register and the days that move them (`cases/clocks.yaml`, `cases/holidays.yaml`).

A clock warns. What its end may mean is closed: nothing, that a ruling can no longer be challenged, or that a convict's
honour may be restored. Nothing in the specification can say that a case lapses (Law 11/1997 Art 1).
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import date, timedelta
from functools import cached_property
from itertools import product
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, model_validator

from specs.schema.base import Bilingual, Clause, CrossCheck, CrossFault, Part, Words

CLOCKS_FILE = "cases/clocks.yaml"
HOLIDAYS_FILE = "cases/holidays.yaml"
_LENGTHS = ("hours", "calendar_days", "working_days", "calendar_years")
_FIRST, _LAST = date.min, date.max
_DAY = timedelta(days=1)
_WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")

Date = date  # for the models that have a key of that name
Weekday = Literal["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]


def _ends_no_case(value: Any) -> Any:
    if value not in ("alarm", "challenge_ends", "rehabilitation"):
        raise ValueError(f"a clock cannot end in {value!r}: no case lapses by age (Law 11/1997 Art 1) -> alarm")
    return value


class Dated(Clause):
    """In force from the day `valid_from` to the day `valid_to`, both included; without them from or to any day."""

    valid_from: date | None = None
    valid_to: date | None = None

    @model_validator(mode="after")
    def _in_order(self) -> Dated:
        if self.first > self.last:
            raise ValueError(f"valid from {self.first} but only to {self.last} -> valid_from on or before valid_to")
        return self

    @cached_property
    def first(self) -> date:
        return self.valid_from or _FIRST

    @cached_property
    def last(self) -> date:
        return self.valid_to or _LAST

    def holds(self, day: date) -> bool:
        return self.first <= day <= self.last


class ClockVersion(Dated):
    """The length of a clock under one text: exactly one of the four lengths.

    first_day: whether the day of the event is the first day of the period or the day before it; holidays: what they do
    to it; needs_confirmation: a lawyer or the Ministry has to confirm the length.
    """

    hours: int | None = Field(default=None, gt=0)
    calendar_days: int | None = Field(default=None, gt=0)
    working_days: int | None = Field(default=None, gt=0)
    calendar_years: int | None = Field(default=None, gt=0)
    first_day: Literal["does_not_count", "counts"] = "does_not_count"
    holidays: Literal["run_through", "last_day_moves", "skipped"]
    legal_reference: Bilingual
    needs_confirmation: bool

    @model_validator(mode="after")
    def _one_length(self) -> ClockVersion:
        given = [name for name in _LENGTHS if getattr(self, name) is not None]
        if len(given) != 1:
            raise ValueError(f"{len(given)} lengths are given -> exactly one of {', '.join(_LENGTHS)}")
        if (given == ["working_days"]) != (self.holidays == "skipped"):
            raise ValueError("working days, and only they, skip holidays -> working_days with holidays: skipped")
        if given == ["hours"] and self.holidays != "run_through":
            raise ValueError("hours run through holidays -> holidays: run_through")
        if given not in (["calendar_days"], ["calendar_years"]) and self.first_day == "counts":
            raise ValueError("hours run from their moment and working days from the next -> leave first_day out")
        return self


class Waiting(Part):
    """Whose rehabilitation a period is for. kind: of `rehabilitation_kinds`; recidivist: found one by the court."""

    kind: Words
    offence_kind: Literal["felony", "misdemeanour"]
    recidivist: bool


class Clock(Part):
    """One period of the life of a case.

    starts: the event it runs from; basis: set by a text, or by this service to find what lies still; at_end: what its
    end means; alarm_role: who is told. each_order: a new order of custody begins it anew, else it runs from the first.
    for_rehabilitation: whom a waiting period is for; of it only the end is told.
    """

    title: Bilingual
    starts: Bilingual
    basis: Literal["law", "management"]
    at_end: Annotated[Literal["alarm", "challenge_ends", "rehabilitation"], BeforeValidator(_ends_no_case)]
    alarm_role: Words
    each_order: bool = False
    for_rehabilitation: Waiting | None = None
    versions: tuple[ClockVersion, ...] = Field(min_length=1)

    @model_validator(mode="after")
    def _ours_is_not_law(self) -> Clock:
        if self.basis == "management":
            if self.at_end != "alarm":
                raise ValueError("a clock of our own ends a challenge -> at_end: alarm")
            if any(version.status != "default" for version in self.versions):
                raise ValueError("a clock of our own calls itself law -> status: default")
        return self

    @model_validator(mode="after")
    def _who_waits_is_named(self) -> Clock:
        if (self.at_end == "rehabilitation") != (self.for_rehabilitation is not None):
            raise ValueError(
                "a period before rehabilitation, and no other, says whose -> at_end with for_rehabilitation"
            )
        return self

    @model_validator(mode="after")
    def _every_day_has_one_version(self) -> Clock:
        if self.versions[0].first != _FIRST or self.versions[-1].last != _LAST:
            raise ValueError("some days have no version -> no valid_from in the first, no valid_to in the last")
        for held, following in zip(self.versions, self.versions[1:], strict=False):
            if held.valid_to is None or held.last + _DAY != following.valid_from:
                raise ValueError(f"{held.last} and {following.first} do not meet -> the day after, oldest first")
        return self

    def version(self, day: date) -> ClockVersion:
        """The one that holds for a period whose event fell on `day`."""
        return next(version for version in reversed(self.versions) if version.first <= day)


class Warnings(Clause):
    """When a running clock is told of: shares of its time, in order; the last is its end."""

    at_percent: tuple[int, ...] = Field(min_length=1)

    @model_validator(mode="after")
    def _rise_to_the_end(self) -> Warnings:
        if (
            list(self.at_percent) != sorted(set(self.at_percent))
            or self.at_percent[-1] != 100
            or self.at_percent[0] < 1
        ):
            raise ValueError(f"{list(self.at_percent)} does not rise to the end -> for example [50, 80, 100]")
        return self


class Counting(Clause):
    """How days are counted, in words, for whoever is shown a date."""

    rule: Bilingual


class Clocks(Part):
    warnings: Warnings
    counting: Counting
    clocks: dict[Words, Clock] = Field(min_length=1)

    @cached_property
    def waiting(self) -> Mapping[tuple[str, str, bool], str]:
        """(kind of rehabilitation, kind of offence, whether a recidivist) -> the code of its clock."""
        held = [(code, clock.for_rehabilitation) for code, clock in self.clocks.items()]
        return {(one.kind, one.offence_kind, one.recidivist): code for code, one in held if one is not None}

    def __hash__(self) -> int:
        """By identity: what is computed from a specification may be remembered with it."""
        return id(self)


class WeeklyRest(Dated):
    days: frozenset[Weekday] = Field(min_length=1, max_length=6)

    @cached_property
    def weekdays(self) -> frozenset[int]:
        """As `date.weekday()` counts: Monday is 0."""
        return frozenset(map(_WEEKDAYS.index, self.days))


class NationalDay(Dated):
    title: Bilingual
    month: int = Field(ge=1, le=12)
    day: int = Field(ge=1, le=31)
    legal_reference: Bilingual


class Occasion(Part):
    title: Bilingual


class MovableDay(Part):
    """A day off that the Gregorian calendar does not fix. declared: a decision names it; expected: astronomy does."""

    date: Date
    occasion: Words
    standing: Literal["declared", "expected"]


class MovableDays(Clause):
    legal_reference: Bilingual
    occasions: dict[Words, Occasion] = Field(min_length=1)
    days: tuple[MovableDay, ...] = Field(min_length=1)

    @model_validator(mode="after")
    def _one_row_a_day_in_order(self) -> MovableDays:
        dates = [row.date for row in self.days]
        if dates != sorted(set(dates)):
            raise ValueError("the days are not in order, or one stands twice -> each day once, oldest first")
        if unknown := sorted({row.occasion for row in self.days} - set(self.occasions)):
            raise ValueError(f"{unknown[0]!r} is no occasion -> one of {', '.join(self.occasions)}")
        return self


class Doubt(Clause):
    """How many days a doubtful end is waited for before it takes anybody's right."""

    days: int = Field(gt=0)


class Holidays(Part):
    """Which days are no working days. weekly_rest and national days are dated; the others are listed one by one."""

    doubt: Doubt
    weekly_rest: tuple[WeeklyRest, ...] = Field(min_length=1)
    national: dict[Words, NationalDay]
    movable: MovableDays

    def __hash__(self) -> int:
        """By identity: what is computed from a specification may be remembered with it."""
        return id(self)

    def closed(self, day: date) -> bool:
        """Whether courts and offices rest on `day`."""
        if day in self._movable:
            return True
        weekday = day.weekday()
        for rest in self.weekly_rest:
            if weekday in rest.weekdays and rest.holds(day):
                return True
        fixed = self._national.get((day.month, day.day))
        return fixed is not None and fixed.holds(day)

    def listed(self, year: int) -> bool:
        """Whether the movable days of `year` stand here."""
        return year in self._years

    def doubtful(self, day: date) -> bool:
        """Whether `day` may yet turn out a day off: its year is not listed, or it stands beside an expected day."""
        return day.year not in self._years or day - _DAY in self._expected or day + _DAY in self._expected

    @cached_property
    def _national(self) -> Mapping[tuple[int, int], NationalDay]:
        return {(row.month, row.day): row for row in self.national.values()}

    @cached_property
    def _movable(self) -> frozenset[date]:
        return frozenset(row.date for row in self.movable.days)

    @cached_property
    def _expected(self) -> frozenset[date]:
        return frozenset(row.date for row in self.movable.days if row.standing == "expected")

    @cached_property
    def _years(self) -> frozenset[int]:
        return frozenset(row.date.year for row in self.movable.days)

    @model_validator(mode="after")
    def _every_day_has_a_weekly_rest(self) -> Holidays:
        if self.weekly_rest[0].first != _FIRST or self.weekly_rest[-1].last != _LAST:
            raise ValueError("some days have no weekly rest -> no valid_from in the first, no valid_to in the last")
        for held, following in zip(self.weekly_rest, self.weekly_rest[1:], strict=False):
            if held.valid_to is None or held.last + _DAY != following.valid_from:
                raise ValueError(f"{held.last} and {following.first} do not meet -> the day after, oldest first")
        if len(self._national) != len(self.national):
            raise ValueError("two national days share a date -> one row a date")
        return self


def clocks_alarm_known_roles(clocks: Clocks, roles: frozenset[str]) -> CrossCheck:
    """An alarm to a role nobody can hold would be told to nobody."""
    for code, clock in clocks.clocks.items():
        if clock.alarm_role not in roles:
            yield CrossFault(
                CLOCKS_FILE,
                ("clocks", code, "alarm_role"),
                f"no role is called {clock.alarm_role!r}",
                f"one of {', '.join(sorted(roles))}",
            )


def every_convict_has_a_waiting_period(clocks: Clocks, kinds: Collection[str]) -> CrossCheck:
    """One clock for each kind of rehabilitation and offence and for recidivists: no convict waits for no end or two."""
    for code, clock in clocks.clocks.items():
        if (held := clock.for_rehabilitation) is None:
            continue
        if held.kind not in kinds:
            words = f"no rehabilitation is called {held.kind!r}", f"one of {', '.join(kinds)}"
            yield CrossFault(CLOCKS_FILE, ("clocks", code, "for_rehabilitation", "kind"), *words)
        elif (other := clocks.waiting[held.kind, held.offence_kind, held.recidivist]) != code:
            words = f"the same waiting as {other!r}", "one clock for each"
            yield CrossFault(CLOCKS_FILE, ("clocks", code, "for_rehabilitation"), *words)
    for kind, offence, again in product(kinds, ("felony", "misdemeanour"), (False, True)):
        if (kind, offence, again) not in clocks.waiting:
            words = f"no waiting for {kind}, {offence}, recidivist {again}", "add a clock"
            yield CrossFault(CLOCKS_FILE, ("clocks",), *words)
