"""Birth dates: three forms of one fact, unknown parts included."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from issuance.people.birth_date import BirthDate
from specs.errors import Invalid


@pytest.mark.parametrize(
    ("text", "mrz", "dg11", "printed"),
    [
        ("1974-08-12", "740812", "19740812", "12.08.1974"),
        ("1974-08-00", "7408<<", "19740800", "XX.08.1974"),
        ("1974-00-00", "74<<<<", "19740000", "XX.XX.1974"),
        ("0000-00-00", "<<<<<<", "00000000", "XX.XX.XXXX"),
        ("2000-10-20", "001020", "20001020", "20.10.2000"),
    ],
)
def test_each_form_shows_the_same_fact(text: str, mrz: str, dg11: str, printed: str) -> None:
    born = BirthDate.parse(text)
    assert (born.iso(), born.mrz(), born.dg11(), born.printed()) == (text, mrz, dg11, printed)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "form"),
        ("12.08.1974", "form"),
        ("1974-8-12", "form"),
        ("1974-13-01", "calendar"),
        ("1973-02-29", "calendar"),
        ("1974-00-12", "unknown_part"),
        ("0000-08-00", "unknown_part"),
        (None, "form"),
        (19740812, "form"),
    ],
)
def test_a_wrong_date_is_refused_with_field_and_clause(text: object, code: str) -> None:
    with pytest.raises(Invalid) as caught:
        BirthDate.parse(text)
    (fault,) = caught.value.faults
    assert (fault.code, fault.field, fault.clause) == (f"people.birth_date.{code}", "birth_date", "Doc 9303-3 §4.8")
    assert fault.ar
    assert fault.en


@given(born=st.dates(date(1, 1, 1), date(2099, 12, 31)), later=st.dates(date(2100, 1, 1), date(2200, 1, 1)))
def test_age_counts_completed_years(born: date, later: date) -> None:
    age = BirthDate.parse(born.isoformat()).age_on(later)
    assert age is not None
    reached = born.year + age
    assert (reached, born.month, born.day) <= (later.year, later.month, later.day)
    assert (reached + 1, born.month, born.day) > (later.year, later.month, later.day)


def test_a_leap_day_birthday_counts_from_march_in_other_years() -> None:
    born = BirthDate.parse("2008-02-29")
    assert born.age_on(date(2026, 2, 28)) == 17
    assert born.age_on(date(2026, 3, 1)) == 18


def test_an_unknown_day_gives_the_lesser_age() -> None:
    born = BirthDate.parse("2008-11-00")
    assert born.age_on(date(2026, 11, 29)) == 17
    assert born.age_on(date(2026, 11, 30)) == 18
    assert BirthDate.parse("2008-00-00").age_on(date(2026, 12, 30)) == 17
    assert BirthDate.parse("0000-00-00").age_on(date(2026, 1, 1)) is None
