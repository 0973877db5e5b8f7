"""When a store runs dry. Weekdays counted on paper; Friday and Saturday are no working days, 24 December neither."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from issuance.core.uow import unit_of_work
from issuance.service import Service
from issuance.stock.alarms import alarms, forecasts
from issuance.stock.forecast import Forecast, Stock, country_supply, foretell, office_supply
from issuance.stock.public import draw
from specs.load import load
from tests.service import NOW, TODAY
from tests.stock import keeper, stocked

SPEC = load()
RULES = SPEC.passport.stock.forecast
HOLIDAYS = SPEC.cases_holidays
LONG_AGO = date(2026, 1, 4)


def use(per_day: int, first: date, last: date) -> dict[date, int]:
    days = (first + timedelta(days=i) for i in range((last - first).days + 1))
    return {day: per_day for day in days if not HOLIDAYS.closed(day)}


def told(numbers: int, *, per_day: int = 10, on_the_way: int = 0, since: date = LONG_AGO) -> Forecast:
    held = Stock(numbers, on_the_way, use(per_day, since, TODAY - timedelta(days=1)), since)
    return foretell(RULES, HOLIDAYS, office_supply(RULES), "PTIP", held, TODAY)


@pytest.mark.parametrize(
    ("numbers", "dry_on", "state"),
    [
        (0, date(2026, 11, 22), "dry"),
        (60, date(2026, 11, 30), "late"),  # an order of today comes on 2 December
        (100, date(2026, 12, 6), "order"),  # five days of reserve are gone by then
        (109, date(2026, 12, 6), "order"),
        (110, date(2026, 12, 7), "order"),
        (120, date(2026, 12, 8), "enough"),
        (250, date(2026, 12, 28), "enough"),  # one day later than by weeks alone: Independence Day
    ],
)
def test_a_store_lasts_so_many_working_days(numbers: int, dry_on: date, state: str) -> None:
    found = told(numbers)
    assert (float(found.per_day), found.dry_on, found.state) == (10.0, dry_on, state)


def test_an_order_covers_45_days_with_what_is_there_and_on_the_way() -> None:
    """22 November to 5 January: 33 weekdays from Sunday to Thursday, less Independence Day."""
    assert (told(60).order, told(60, on_the_way=40).order, told(120).order) == (260, 220, 0)
    assert (told(60, on_the_way=100).state, told(0, on_the_way=500).state) == ("enough", "dry")


def test_too_little_on_record_foretells_nothing() -> None:
    assert [told(50, since=TODAY - timedelta(days=n)).state for n in (0, 6, 7)] == ["unknown", "unknown", "late"]
    assert told(50, per_day=0).state == "enough"


def test_the_country_orders_before_it_runs_out_of_blanks_as_it_did_in_2015() -> None:
    """LIBYA 1.3, S17: intake halted until 500,000 blanks arrived. At 2,800 a working day (LIBYA 7) they last 178."""
    supply = country_supply(RULES, SPEC.passport.editions["2026"].delivery)
    assert (supply.lead_days, supply.reserve_days) == (60, 60)  # delivery.yaml: alarm at 120 days, 60 of them reserve
    left, used, day, alarm = 500_000, dict[date, int](), LONG_AGO, None
    while left >= 2_800:
        held = Stock(left, 0, used, LONG_AGO)
        if alarm is None and foretell(RULES, HOLIDAYS, supply, None, held, day).state == "order":
            alarm = day
        if not HOLIDAYS.closed(day):
            left, used[day] = left - 2_800, 2_800
        day += timedelta(days=1)
    while HOLIDAYS.closed(day):
        day += timedelta(days=1)
    assert alarm is not None
    assert (day - alarm).days == 120


def test_an_office_without_blanks_is_an_alarm_and_so_is_the_country(embedded: Service) -> None:
    stocked(embedded.db, "PTIP", 40, NOW - timedelta(days=30))
    stocked(embedded.db, "PBEN", 1, NOW - timedelta(days=30), first=910_000_000_000)
    for i in range(21):
        with unit_of_work(embedded.db, keeper(), "draw", NOW - timedelta(days=21 - i)) as tx:
            draw(tx, "PTIP", f"LB22222{i:02d}")
    with unit_of_work(embedded.db, keeper(), "the last one", NOW - timedelta(days=3)) as tx:
        draw(tx, "PBEN", "LB3333333")
    with embedded.db.reading() as read:
        found = {one.office: one for one in forecasts(read, embedded.spec, NOW)}
        own = forecasts(read, embedded.spec, NOW, ["PTIP"])
        said = {(one.office, one.fault.code) for one in alarms(read, embedded.spec, NOW)}
    assert [(found[o].numbers, found[o].used) for o in (None, "PTIP", "PBEN")] == [(19, 22), (19, 21), (0, 1)]
    assert [one.office for one in own] == ["PTIP"]
    assert {("PBEN", "stock.alarm.dry"), (None, "stock.alarm.order_late")} <= said
