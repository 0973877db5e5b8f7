"""Every clock against ends counted on paper, with the article each rests on; and what holds for any of them."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from issuance.cases.clocks import due, level, next_working_day
from specs.load import load

TRIPOLI = ZoneInfo("Africa/Tripoli")
CLOCKS, HOLIDAYS = load().cases_clocks, load().cases_holidays

# clock, what its reference names, day and hour of the event in Libya, the moment or the last day on paper, and why
PAPER = [
    ("arrest_to_prosecution", "26", "2026-02-27 23:30", "2026-03-01 23:30", "48 hours over the end of February"),
    ("arrest_to_prosecution", "26", "2024-02-28 10:00", "2024-03-01 10:00", "leap day"),
    ("arrest_to_prosecution", "26", "2026-03-19 09:00", "2026-03-21 09:00", "hours run through the feast"),
    ("arrest_to_prosecution_state_security", "87", "2026-12-28 12:00", "2027-01-03", "28 29 30 31 1 2 3"),
    ("prosecution_detention", "176", "2026-03-17 08:00", "2026-03-22", "17 to 22; the feast moves nothing"),
    ("prosecution_detention", "176", "2024-02-26 08:00", "2024-03-02", "26 27 28 29 1 2"),
    ("summary_judge_detention", "176", "2026-01-20 11:00", "2026-02-03", "12 days of January, 3 of February"),
    (
        "investigating_judge_detention",
        "122",
        "2024-02-20 11:00",
        "2024-03-05",
        "10 days of a leap February, 5 of March",
    ),
    ("investigating_judge_detention", "122", "2026-02-20 11:00", "2026-03-06", "9 days of February, 6 of March"),
    ("investigating_judge_extension", "122", "2026-12-10 11:00", "2027-01-08", "22 days of December, 8 of January"),
    ("state_security_questioning", "187", "2026-04-29 09:00", "2026-05-01", "29 30 1; Labour Day moves nothing"),
    ("state_security_detention", "187", "2026-05-20 09:00", "2026-06-02", "12 days of May, 2 of June"),
    ("state_security_extension", "187", "2026-01-01 09:00", "2026-02-14", "31 days of January, 14 of February"),
    ("investigation_appeal", "141", "2026-11-22 10:00", "2026-11-25", "Sunday to Wednesday"),
    ("investigation_appeal", "141", "2026-11-24 10:00", "2026-11-29", "Friday moves to Sunday"),
    ("investigation_appeal", "141", "2026-12-21 10:00", "2026-12-27", "Independence Day on Thursday, then the weekend"),
    ("investigation_appeal_attorney_general", "141", "2026-03-05 10:00", "2026-03-23", "Eid al-Fitr, Friday to Sunday"),
    ("penal_order_cancellation", "298", "2026-10-13 10:00", "2026-10-25", "Liberation Day on Friday"),
    ("penal_order_cancellation", "298", "2026-09-06 10:00", "2026-09-17", "Martyrs' Day on Wednesday"),
    ("objection", "المعارضة", "2024-02-19 10:00", "2024-02-29", "ends on the leap day"),
    ("appeal", "369", "2026-02-07 10:00", "2026-02-18", "Revolution Day on Tuesday"),
    ("appeal", "369", "2026-02-22 10:00", "2026-03-04", "Ramadan moves nothing"),
    ("appeal", "369", "2024-03-31 10:00", "2024-04-14", "Eid Wednesday to Friday, then Saturday"),
    ("appeal", "369", "2026-05-16 10:00", "2026-05-31", "Arafat Tuesday, Eid to Friday, then Saturday"),
    ("appeal", "369", "2026-01-21 10:00", "2026-02-01", "Saturday the 31st"),
    ("appeal", "369", "2025-12-22 10:00", "2026-01-01", "New Year is a working day"),
    ("appeal_attorney_general", "369", "2026-01-31 10:00", "2026-03-02", "28 days of February, 2 of March"),
    ("appeal_attorney_general", "369", "2024-01-31 10:00", "2024-03-03", "1 March of a leap year, a Friday"),
    ("cassation", "385", "2003-06-12 10:00", "2003-07-13", "30 days under the older text, a Saturday"),
    ("cassation", "385", "2003-06-13 10:00", "2003-08-12", "60 days under Law 3/2003: 17 + 31 + 12"),
    ("cassation", "385", "2026-11-01 10:00", "2026-12-31", "29 days of November, 31 of December"),
    ("death_sentence_review", "87", "2026-11-24 10:00", "2026-12-27", "Independence Day, then the weekend"),
    ("suspension_period", "112", "2024-02-29 10:00", "2029-02-28", "no 29 February in 2029"),
    ("suspension_period", "112", "2026-11-22 10:00", "2031-11-22", "the same day five years on, a Saturday"),
    ("rehabilitation_judicial_felony", "474", "2020-02-29 10:00", "2026-02-28", "six years, no 29 February in 2026"),
    ("rehabilitation_judicial_felony_recidivist", "474", "2020-02-29 10:00", "2032-02-29", "twelve years, a leap year"),
    ("rehabilitation_judicial_misdemeanour", "474", "2023-11-30 10:00", "2026-11-30", "three years, a month's end"),
    ("rehabilitation_judicial_misdemeanour_recidivist", "474", "2022-02-28 10:00", "2028-02-28", "six: not the 29th"),
    ("rehabilitation_by_law_felony", "474", "2024-02-29 10:00", "2036-02-29", "twelve years, a leap year"),
    ("rehabilitation_by_law_felony_recidivist", "474", "2024-02-29 10:00", "2048-02-29", "twenty-four years"),
    ("rehabilitation_by_law_misdemeanour", "474", "2024-12-31 10:00", "2030-12-31", "six years"),
    (
        "rehabilitation_by_law_misdemeanour_recidivist",
        "474",
        "2014-11-20 10:00",
        "2026-11-20",
        "a Friday: runs through",
    ),
    ("transfer_acknowledgement", "ليس من القانون", "2026-11-22 10:00", "2026-11-25", "Mon Tue Wed"),
    ("transfer_acknowledgement", "ليس من القانون", "2026-11-25 10:00", "2026-11-30", "Thu Sun Mon"),
    (
        "transfer_acknowledgement",
        "ليس من القانون",
        "2026-05-24 10:00",
        "2026-06-01",
        "Mon, then after the feast Sun Mon",
    ),
    (
        "transfer_acknowledgement",
        "ليس من القانون",
        "2026-12-23 10:00",
        "2026-12-29",
        "after Independence Day: Sun Mon Tue",
    ),
    (
        "transfer_acknowledgement",
        "ليس من القانون",
        "2026-10-21 10:00",
        "2026-10-26",
        "Thu, then Liberation Day, Sun Mon",
    ),
    ("evidence_review", "ليس من القانون", "2026-11-22 10:00", "2026-12-22", "8 + 22"),
    ("notice_review", "ليس من القانون", "2026-11-22 10:00", "2026-12-22", "8 + 22"),
    ("prosecution_review", "ليس من القانون", "2026-01-30 10:00", "2026-03-01", "1 + 28 + 1"),
    ("shelved_review", "ليس من القانون", "2024-02-29 10:00", "2025-03-02", "28 February 2025 is a Friday"),
    ("investigation_review", "ليس من القانون", "2026-11-22 10:00", "2027-02-21", "8 + 31 + 31 + 20, a Saturday"),
    ("indictment_review", "ليس من القانون", "2026-11-22 10:00", "2027-01-21", "8 + 31 + 21"),
    ("summary_trial_review", "ليس من القانون", "2026-01-15 10:00", "2026-04-15", "16 + 28 + 31 + 15"),
    ("felony_trial_review", "ليس من القانون", "2026-01-01 10:00", "2026-06-30", "30 + 28 + 31 + 30 + 31 + 30"),
    ("ruling_review", "ليس من القانون", "2026-11-15 10:00", "2026-12-15", "15 + 15"),
    (
        "objection_review",
        "ليس من القانون",
        "2026-04-17 10:00",
        "2026-06-16",
        "13 + 31 + 16, the eve of the Hijri new year",
    ),
    ("appeal_review", "ليس من القانون", "2026-04-01 10:00", "2026-06-30", "29 + 31 + 30"),
    ("cassation_review", "ليس من القانون", "2026-02-17 10:00", "2027-02-18", "Revolution Day"),
    ("remand_review", "ليس من القانون", "2024-12-01 10:00", "2025-03-02", "30 + 31 + 28 + 1, a Saturday"),
    ("execution_review", "ليس من القانون", "2026-04-01 10:00", "2026-05-03", "Labour Day on Friday"),
    ("travel_ban_review", "ليس من القانون", "2026-11-22 10:00", "2026-11-25", "Mon Tue Wed"),
]


def local(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=TRIPOLI)


@pytest.mark.parametrize(("code", "article", "event", "end", "why"), PAPER)
def test_a_clock_ends_when_it_ends_on_paper(code: str, article: str, event: str, end: str, why: str) -> None:
    held = due(CLOCKS, HOLIDAYS, code, local(event))
    if len(end) > 10:
        assert held.at == local(end), why
    else:
        last = date.fromisoformat(end)
        assert held.last_day == last, why
        assert held.at == datetime.combine(last + timedelta(days=1), time(), TRIPOLI)
    assert article in held.legal_reference.ar


def test_every_clock_stands_in_the_table() -> None:
    assert {row[0] for row in PAPER} == set(CLOCKS.clocks)


def test_the_day_of_the_event_is_the_day_in_libya() -> None:
    late = due(CLOCKS, HOLIDAYS, "appeal", datetime(2026, 11, 21, 22, 30, tzinfo=UTC))  # 00:30 on the 22nd in Tripoli
    assert late.last_day == date(2026, 12, 2)


def test_a_period_of_days_ends_at_midnight_in_libya() -> None:
    assert due(CLOCKS, HOLIDAYS, "appeal", local("2026-11-22 10:00")).at == datetime(2026, 12, 2, 22, tzinfo=UTC)


def test_a_period_begun_under_summer_time_ends_at_midnight_of_its_own_day() -> None:
    """Libya stood at UTC+1 until 30 March 2013 and at UTC+2 in summer: ten days then are not 240 hours."""
    held = due(CLOCKS, HOLIDAYS, "prosecution_detention", datetime(2013, 3, 26, 9, tzinfo=UTC))
    assert held.last_day == date(2013, 3, 31)
    assert held.at == datetime(2013, 3, 31, 22, tzinfo=UTC)


def test_a_moment_without_a_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="time zone"):
        due(CLOCKS, HOLIDAYS, "appeal", datetime(2026, 11, 22))


def test_warnings_come_at_half_at_four_fifths_and_at_the_end() -> None:
    held = due(CLOCKS, HOLIDAYS, "arrest_to_prosecution", local("2026-11-22 00:00"))
    assert held.warnings == (
        (50, local("2026-11-23 00:00")),
        (80, local("2026-11-23 14:24")),
        (100, local("2026-11-24 00:00")),
    )


@pytest.mark.parametrize(
    ("now", "expected"),
    [
        ("2026-11-21 00:00", 0),
        ("2026-11-22 23:59", 0),
        ("2026-11-23 00:00", 50),
        ("2026-11-23 14:24", 80),
        ("2026-11-23 23:59", 80),
        ("2026-11-24 00:00", 100),
        ("2030-01-01 00:00", 100),
    ],
)
def test_the_level_is_the_highest_warning_reached(now: str, expected: int) -> None:
    held = due(CLOCKS, HOLIDAYS, "arrest_to_prosecution", local("2026-11-22 00:00"))
    assert level(held, local(now)) == expected


def test_an_end_that_no_decision_can_move_is_sure() -> None:
    held = due(CLOCKS, HOLIDAYS, "appeal", local("2026-11-22 10:00"))
    assert held.sure == held.at


@pytest.mark.parametrize(
    ("event", "why"),
    [
        ("2026-03-13 10:00", "ends on 23 March, the day after an expected feast"),
        ("2026-06-06 10:00", "ends on 16 June, the eve of an expected day off"),
        ("2028-01-03 10:00", "the movable days of 2028 are not listed"),
    ],
)
def test_an_end_that_a_decision_may_still_move_is_waited_for(event: str, why: str) -> None:
    held = due(CLOCKS, HOLIDAYS, "appeal", local(event))
    assert held.sure == held.at + timedelta(days=10), why


def test_a_declared_feast_leaves_no_doubt() -> None:
    held = due(CLOCKS, HOLIDAYS, "appeal", local("2024-03-31 10:00"))
    assert held.sure == held.at


MOMENTS = st.datetimes(datetime(1954, 1, 1), datetime(2060, 1, 1)).map(lambda held: held.replace(tzinfo=UTC))
CODES = st.sampled_from(sorted(CLOCKS.clocks))


@given(code=CODES, started=MOMENTS)
def test_a_clock_ends_after_its_start_on_its_last_day(code: str, started: datetime) -> None:
    held = due(CLOCKS, HOLIDAYS, code, started)
    assert held.started < held.at <= held.sure
    assert (held.at - timedelta(microseconds=1)).astimezone(TRIPOLI).date() <= held.last_day
    waited = CLOCKS.clocks[code].for_rehabilitation is not None  # who waits is told of the end alone
    assert [percent for percent, _ in held.warnings] == ([100] if waited else [50, 80, 100])
    moments = [at for _, at in held.warnings]
    assert [held.started, *moments] == sorted({held.started, *moments})
    assert moments[-1] == held.at
    assert level(held, held.at) == 100
    assert level(held, held.at - timedelta(microseconds=1)) == (0 if waited else 80)


@given(code=CODES, one=MOMENTS, other=MOMENTS)
def test_a_later_event_never_ends_earlier(code: str, one: datetime, other: datetime) -> None:
    first, second = sorted((one, other))
    assert due(CLOCKS, HOLIDAYS, code, first).at <= due(CLOCKS, HOLIDAYS, code, second).at


@given(started=MOMENTS)
def test_a_period_of_challenge_never_ends_on_a_day_off(started: datetime) -> None:
    for code, clock in CLOCKS.clocks.items():
        if clock.at_end == "challenge_ends":
            assert not HOLIDAYS.closed(due(CLOCKS, HOLIDAYS, code, started).last_day)


@given(day=st.dates(date(2024, 1, 1), date(2027, 12, 31)))
def test_the_next_working_day_is_a_working_day_with_none_before_it(day: date) -> None:
    found = next_working_day(HOLIDAYS, day)
    assert not HOLIDAYS.closed(found)
    assert all(HOLIDAYS.closed(day + timedelta(days=step)) for step in range((found - day).days))
