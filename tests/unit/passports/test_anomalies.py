"""The hours of work by which the anomaly report judges. Issue 7, faces."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from issuance.passports.anomalies import at_work
from specs.load import load


@pytest.mark.parametrize(
    ("at", "worked"),
    [
        (datetime(2026, 11, 22, 6, 0, tzinfo=UTC), True),  # a Sunday, 08:00 in Tripoli, two hours ahead of UTC
        (datetime(2026, 11, 22, 5, 59, tzinfo=UTC), False),
        (datetime(2026, 11, 22, 12, 59, tzinfo=UTC), True),
        (datetime(2026, 11, 22, 13, 0, tzinfo=UTC), False),  # 15:00
        (datetime(2026, 11, 20, 9, 0, tzinfo=UTC), False),  # a Friday
        (datetime(2026, 11, 21, 9, 0, tzinfo=UTC), False),  # a Saturday
        (datetime(2026, 11, 19, 23, 30, tzinfo=UTC), False),  # Thursday in London, Friday in Tripoli
    ],
)
def test_work_is_from_eight_to_three_on_sunday_to_thursday_by_the_clock_of_tripoli(at: datetime, worked: bool) -> None:
    assert at_work(at, load().passport.anomalies.work_time) is worked
