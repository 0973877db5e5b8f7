"""The national number: twelve digits that agree with sex and birth year; its check digit never rejects."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from issuance.people.national_number import check, is_synthetic, parse, synthetic
from specs.errors import Invalid

GOOD = "119909000012"  # male, 1990, serial 900001, check digit 2


def codes(text: object, **facts: object) -> set[str]:
    return {f.code.removeprefix("people.national_number.") for f in check(text, **facts).faults}  # type: ignore[arg-type]


def test_parts_of_a_number() -> None:
    number = parse(GOOD)
    assert (number.sex, number.birth_year, number.serial, number.check_digit) == ("M", 1990, 900001, "2")
    assert parse("2" + GOOD[1:]).sex == "F"


@pytest.mark.parametrize(
    "text", ["", "11990900001", "1199090000123", "11990900001A", "1199090000-12", None, 119909000012, b"1"]
)
def test_number_has_twelve_digits(text: object) -> None:
    assert codes(text) == {"form"}
    with pytest.raises(Invalid):
        parse(text)


@pytest.mark.parametrize("text", ["1 1990 900001 2", "١١٩٩٠٩٠٠٠٠١٢", "  119909000012\n"])
def test_digits_as_people_write_them_are_read(text: str) -> None:
    assert parse(text).text == GOOD


@pytest.mark.parametrize("first", "03456789")
def test_first_digit_is_one_or_two(first: str) -> None:
    assert codes(first + GOOD[1:]) == {"sex_digit"}


def test_number_agrees_with_sex_and_birth_year() -> None:
    assert codes(GOOD, sex="M", birth_year=1990) == set()
    assert codes(GOOD, sex="F", birth_year=1991) == {"sex", "birth_year"}
    assert codes(GOOD, sex="X", birth_year=None) == set()


def test_birth_year_is_plausible() -> None:
    assert codes("100019000012") == {"birth_year_range"}
    assert codes("120279000012", latest_year=2026) == {"birth_year_range"}
    assert codes("120269000012", latest_year=2026) == set()


@pytest.mark.parametrize(("answer", "warned"), [("ok", False), ("unknown", False), ("bad", True)])
def test_check_digit_warns_and_never_rejects(answer: str, warned: bool) -> None:
    checked = check(GOOD, check_digit=lambda number: answer)  # type: ignore[arg-type, return-value]
    assert checked.faults == () and checked.number is not None
    assert bool(checked.warnings) is warned


@given(st.sampled_from("MF"), st.integers(1900, 2026), st.integers(0, 99_999))
def test_synthetic_numbers_are_well_formed_and_known_as_such(sex: str, year: int, serial: int) -> None:
    number = synthetic(sex, year, serial)  # type: ignore[arg-type]
    assert is_synthetic(number) and number.serial == 900_000 + serial
    assert check(number.text, sex=sex, birth_year=year).faults == ()


def test_synthetic_range_ends() -> None:
    for serial in (-1, 100_000):
        with pytest.raises(ValueError, match="range"):
            synthetic("M", 1990, serial)
    assert not is_synthetic(parse("119908999992"))


@given(st.text(max_size=30))
def test_any_text_gives_an_answer(text: str) -> None:
    checked = check(text)
    assert checked.number is not None or checked.faults
