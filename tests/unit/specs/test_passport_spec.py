"""Series and validity: what the numbers of the specification mean."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from specs.load import load
from specs.schema.passport import NumberPattern, Validity

SPEC = load()


@pytest.mark.parametrize("edition", ["2021", "2026"])
@given(serial=st.integers(0, 29**7 - 1))
def test_every_number_of_a_series_matches_its_pattern_and_no_two_are_equal(edition: str, serial: int) -> None:
    series = SPEC.passport.editions[edition].series.number
    number = series.number(serial)
    assert re.fullmatch(series.pattern, number)
    assert number != series.number((serial + 1) % 29**7)
    assert not set(number[len(series.prefix) :]) & set("AEIOU01")


def test_a_used_up_series_says_so_instead_of_wrapping_round() -> None:
    series = SPEC.passport.editions["2026"].series.number
    with pytest.raises(ValueError, match="used up"):
        series.number(29**7)


def test_minors_and_adults_get_the_validity_of_the_law() -> None:
    validity = SPEC.passport.editions["2026"].validity
    assert [validity.rule(age).validity_years for age in (0, 17, 18, 90)] == [4, 4, 8, 8]


_CLAUSE = {"source": "s", "status": "default"}


@pytest.mark.parametrize(
    "rules",
    [
        [{"from_age_years": 1, "validity_years": 8}],
        [{"from_age_years": 0, "below_age_years": 18, "validity_years": 4}],
        [
            {"from_age_years": 0, "below_age_years": 18, "validity_years": 4},
            {"from_age_years": 16, "validity_years": 8},
        ],
        [{"from_age_years": 0, "validity_years": 11}],
    ],
    ids=["gap at birth", "nobody over 18", "overlap", "over ten years"],
)
def test_validity_rules_must_cover_each_age_once(rules: list[dict[str, object]]) -> None:
    with pytest.raises(ValidationError):
        Validity.model_validate(
            SPEC.passport.editions["2026"].validity.model_dump() | {"rules": [r | _CLAUSE for r in rules]}
        )


@pytest.mark.parametrize(
    "change",
    [{"pattern": "^LA"}, {"pattern": "["}, {"serial_characters": 9}, {"alphabet": "AAB"}, {"prefix": "toolong"}],
)
def test_a_number_pattern_that_contradicts_itself_is_refused(change: dict[str, object]) -> None:
    good = SPEC.passport.editions["2026"].series.number.model_dump()
    with pytest.raises(ValidationError):
        NumberPattern.model_validate(good | change)
