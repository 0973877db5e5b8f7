from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from issuance.documents.serial import check, check_character, serial
from specs.errors import Invalid
from specs.load import load

RULE = load().certificate_certificate.serial
ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"


def test_check_character_equals_that_of_the_published_grid_example() -> None:
    # A1-2425G-ABC1234002-M: the example of the Global Release Identifier handbook (ISO/IEC 7064 MOD 37,36)
    assert check_character("A12425GABC1234002") == "M"


def test_check_character_worked_on_paper() -> None:
    # P=36; 'A' (10): 46 mod 36 = 10, doubled 20; check = 37 - 20 = 17 = 'H'
    assert check_character("A") == "H"


def test_serial_names_series_year_office_and_count() -> None:
    made = serial(RULE, 2026, "TRP", 123)
    assert made.startswith("CS2026-TRP-000123-")
    assert check(RULE, made)


@given(st.integers(1, 999_999), st.data())
def test_every_single_wrong_character_is_found(count: int, data: st.DataObject) -> None:
    made = serial(RULE, 2026, "TRP", count)
    place = data.draw(st.sampled_from([i for i, c in enumerate(made) if c != "-"]))
    other = data.draw(st.sampled_from([c for c in ALPHABET if c != made[place]]))
    assert not check(RULE, made[:place] + other + made[place + 1 :])


@given(st.text(max_size=60))
def test_any_text_is_answered(text: str) -> None:
    assert check(RULE, text) in (True, False)


def test_every_wrong_part_is_named_at_once() -> None:
    with pytest.raises(Invalid) as caught:
        serial(RULE, 1999, "x", 0)
    assert {f.field for f in caught.value.faults} == {"year", "office", "count"}
