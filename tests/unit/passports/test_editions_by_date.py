"""Issuance picks the edition by the date of issue, also when there are three."""

from __future__ import annotations

from datetime import date

import pytest

from issuance.passports.rules import edition_for
from specs.drafted import with_edition
from specs.errors import Invalid
from specs.load import SHIPPED, load
from tests.unit.specs.editions import NEXT, edition_files

THREE, _ = with_edition(load(SHIPPED), "2027", edition_files(*NEXT), SHIPPED)


@pytest.mark.parametrize(
    ("named", "on", "edition"),
    [
        (None, date(2025, 12, 31), "2021"),
        (None, date(2026, 1, 1), "2026"),
        (None, date(2027, 2, 28), "2026"),
        (None, date(2027, 3, 1), "2027"),
        (None, date(2040, 1, 1), "2027"),
        ("2021", date(2027, 12, 31), "2021"),  # its declared transition
        ("2026", date(2027, 2, 28), "2026"),
    ],
)
def test_the_newest_edition_in_force_on_the_day_is_issued(named: str | None, on: date, edition: str) -> None:
    assert THREE is not None
    assert edition_for(THREE.passport, named, on).edition == edition


@pytest.mark.parametrize(
    ("named", "on"),
    [(None, date(2020, 12, 31)), ("2021", date(2028, 1, 1)), ("2026", date(2027, 3, 1)), ("2027", date(2027, 2, 28))],
)
def test_an_edition_is_not_issued_before_its_first_or_after_its_last_day(named: str | None, on: date) -> None:
    assert THREE is not None
    with pytest.raises(Invalid) as caught:
        edition_for(THREE.passport, named, on)
    assert [fault.code for fault in caught.value.faults] == ["passports.edition.not_in_force"]
