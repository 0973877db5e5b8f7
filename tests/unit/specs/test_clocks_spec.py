"""What the files of clocks and holidays may not say."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from pydantic import ValidationError

from specs.load import load
from specs.schema.clocks import Clock, ClockVersion, Holidays, Warnings, clocks_alarm_known_roles

SPEC = load()


def version(**changes: Any) -> dict[str, Any]:
    reference = {"ar": "المادة", "en": "Article"}
    held = {"calendar_days": 10, "holidays": "last_day_moves", "legal_reference": reference}
    return {**held, "needs_confirmation": False, "source": "text", "status": "default", **changes}


def clock(**changes: Any) -> dict[str, Any]:
    words = {"ar": "ميعاد", "en": "a clock"}
    held = {"title": words, "starts": words, "basis": "law", "at_end": "alarm", "alarm_role": "system"}
    return {**held, "versions": [version()], **changes}


def test_no_clock_can_end_a_case() -> None:
    with pytest.raises(ValidationError, match="Law 11/1997"):
        Clock.model_validate(clock(at_end="case_lapses"))


def test_a_clock_of_our_own_never_ends_a_challenge_and_is_never_called_law() -> None:
    with pytest.raises(ValidationError, match="ends a challenge"):
        Clock.model_validate(clock(basis="management", at_end="challenge_ends"))
    with pytest.raises(ValidationError, match="calls itself law"):
        Clock.model_validate(clock(basis="management", versions=[version(status="law")]))


@pytest.mark.parametrize(
    ("versions", "wrong"),
    [
        ([version(valid_from="2003-06-13")], "some days have no version"),
        ([version(valid_to="2003-06-12")], "some days have no version"),
        ([version(valid_to="2003-06-11"), version(valid_from="2003-06-13")], "do not meet"),
        ([version(valid_to="2003-06-13"), version(valid_from="2003-06-13")], "do not meet"),
        ([version(valid_from="2003-06-13", valid_to="2003-06-12")], "valid from"),
    ],
)
def test_every_day_has_exactly_one_version_of_a_clock(versions: list[dict[str, Any]], wrong: str) -> None:
    with pytest.raises(ValidationError, match=wrong):
        Clock.model_validate(clock(versions=versions))


@pytest.mark.parametrize(
    "changes",
    [
        {"hours": 5},
        {"calendar_days": None},
        {"calendar_days": 0},
        {"calendar_days": None, "working_days": 3},
        {"holidays": "skipped"},
        {"calendar_days": None, "hours": 48},
        {"calendar_days": None, "working_days": 3, "holidays": "skipped", "first_day": "counts"},
    ],
)
def test_a_length_is_one_length_with_a_holiday_rule_that_fits_it(changes: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        ClockVersion.model_validate(version(**changes))


@pytest.mark.parametrize("percents", [[], [50, 80], [80, 50, 100], [0, 100], [50, 50, 100], [50, 100, 120]])
def test_warnings_rise_to_the_end(percents: list[int]) -> None:
    with pytest.raises(ValidationError):
        Warnings.model_validate({"at_percent": percents, "source": "text", "status": "default"})


def test_an_alarm_to_a_role_nobody_can_hold_is_a_fault() -> None:
    roles = frozenset(held.alarm_role for held in SPEC.cases_clocks.clocks.values())
    assert list(clocks_alarm_known_roles(SPEC.cases_clocks, roles)) == []
    faults = list(clocks_alarm_known_roles(SPEC.cases_clocks, roles - {"chief_prosecutor"}))
    assert ("clocks", "prosecution_detention", "alarm_role") in [fault.path for fault in faults]


def test_what_no_text_read_sets_asks_for_confirmation() -> None:
    for code, held in SPEC.cases_clocks.clocks.items():
        for each in held.versions:
            assert each.needs_confirmation == (held.basis == "law" and each.status == "default"), code


def test_movable_days_stand_once_in_order_under_a_known_occasion() -> None:
    data = SPEC.cases_holidays.model_dump()
    for days in (
        [{"date": date(2026, 1, 1), "occasion": "mawlid", "standing": "declared"}] * 2,
        [{"date": date(2026, 1, 1), "occasion": "carnival", "standing": "declared"}],
    ):
        with pytest.raises(ValidationError):
            Holidays.model_validate({**data, "movable": {**data["movable"], "days": days}})


@pytest.mark.parametrize("day", ["2026-11-27", "2026-11-28", "2026-02-17", "2026-05-26", "2026-12-24"])
def test_weekly_rest_national_and_movable_days_are_days_off(day: str) -> None:
    assert SPEC.cases_holidays.closed(date.fromisoformat(day))


@pytest.mark.parametrize("day", ["2026-11-22", "2026-11-26", "2010-02-17", "2026-01-01"])
def test_other_days_are_working_days_and_a_national_day_is_none_before_its_law(day: str) -> None:
    assert not SPEC.cases_holidays.closed(date.fromisoformat(day))
