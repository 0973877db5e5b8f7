"""When a store runs dry, and by which day to order so that it does not. Pure.

Use is reckoned by working days: a week of feasts is no sign that fewer passports are wanted. What is on the way counts
as there. In 2015-16 passports stopped for want of blanks (LIBYA 1.3, S17); here the day is known months before.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction
from math import ceil, floor
from typing import Any, Final, Literal

from specs.schema.clocks import Holidays
from specs.schema.delivery import Delivery
from specs.schema.stock import ForecastRules

State = Literal["dry", "late", "order", "enough", "unknown"]
_DAY: Final = timedelta(days=1)
_HORIZON: Final = 3650
"""Calendar days beyond which nobody plans."""


@dataclass(frozen=True, slots=True)
class Supply:
    """Calendar days: from an order to its arrival; that are to be left then; for which one order is enough."""

    lead_days: int
    reserve_days: int
    cover_days: int


@dataclass(frozen=True, slots=True)
class Stock:
    """What an office, or the country, has. used: blanks drawn by day; since: the first day on record."""

    numbers: int
    on_the_way: int
    used: Mapping[date, int]
    since: date


@dataclass(frozen=True, slots=True)
class Forecast:
    """office None: the country. per_day: blanks a working day; dry_on: the first day that cannot be served in full;
    order: how many, when something is to be ordered. state: `dry`: nothing left; `late`: an order of today comes too
    late; `order`: order now; `unknown`: too little on record."""

    office: str | None
    numbers: int
    on_the_way: int
    used: int
    working_days: int
    per_day: Fraction
    dry_on: date | None
    order_by: date | None
    order: int
    state: State

    def as_json(self) -> dict[str, Any]:
        return {
            "office": self.office,
            "numbers": self.numbers,
            "on_the_way": self.on_the_way,
            "used": self.used,
            "working_days": self.working_days,
            "per_day": f"{float(self.per_day):.2f}",
            "dry_on": self.dry_on.isoformat() if self.dry_on else None,
            "order_by": self.order_by.isoformat() if self.order_by else None,
            "order": self.order,
            "state": self.state,
        }


def office_supply(rules: ForecastRules) -> Supply:
    """An office, supplied from the centre."""
    return Supply(rules.lead_days, rules.reserve_days, rules.cover_days)


def country_supply(rules: ForecastRules, delivery: Delivery) -> Supply:
    """The country, supplied by the maker: the alarm of its contract is what lead and reserve make together."""
    ledger = delivery.stock_ledger
    return Supply(ledger.alarm_stock_days - ledger.reserve_days, ledger.reserve_days, rules.country_cover_days)


def foretell(
    rules: ForecastRules, holidays: Holidays, supply: Supply, office: str | None, held: Stock, today: date
) -> Forecast:
    """What use until yesterday says of the days from today on."""
    first = max(held.since, today - timedelta(days=rules.look_back_days))
    days = working_days(holidays, first, today - _DAY)
    used = sum(number for day, number in held.used.items() if first <= day < today)
    known = days >= rules.fewest_working_days
    rate = Fraction(used, days) if known else Fraction(0)
    dry_on = _dry_on(holidays, held.numbers + held.on_the_way, rate, today)
    order_by = dry_on - timedelta(days=supply.lead_days + supply.reserve_days) if dry_on is not None else None
    state = _state(supply, held, known, dry_on, today)
    order = 0
    if state in ("dry", "late", "order"):
        covered = working_days(holidays, today, today + timedelta(days=supply.cover_days - 1))
        order = max(0, ceil(rate * covered) - held.numbers - held.on_the_way)
    return Forecast(office, held.numbers, held.on_the_way, used, days, rate, dry_on, order_by, order, state)


def working_days(holidays: Holidays, first: date, last: date) -> int:
    """Days on which offices work, both ends included."""
    return sum(not holidays.closed(first + timedelta(days=i)) for i in range((last - first).days + 1))


def _dry_on(holidays: Holidays, numbers: int, rate: Fraction, today: date) -> date | None:
    if not rate:
        return None
    left = floor(numbers / rate)
    for i in range(_HORIZON):
        day = today + timedelta(days=i)
        if holidays.closed(day):
            continue
        if left == 0:
            return day
        left -= 1
    return None


def _state(supply: Supply, held: Stock, known: bool, dry_on: date | None, today: date) -> State:
    if held.numbers == 0:
        return "dry"
    if not known:
        return "unknown"
    if dry_on is None:
        return "enough"
    if today + timedelta(days=supply.lead_days) >= dry_on:
        return "late"
    return "order" if today + timedelta(days=supply.lead_days + supply.reserve_days) >= dry_on else "enough"
