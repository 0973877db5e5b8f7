"""A name is three stored facts; what each may hold, and that Latin is only ever suggested."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from issuance.mrtd.text import check_names, compose, suggest_latin
from specs.errors import Invalid

ARABIC = {"first": "محمد", "father": "سالم", "grandfather": "عبد الله", "family": "الزاوي"}
LATIN = {"surname": "Al-Zawi", "given": "Mohamed Salem"}


def faults(arabic: dict[str, object], latin: dict[str, object]) -> set[tuple[str | None, str]]:
    return {(f.field, f.code) for f in check_names(ARABIC | arabic, LATIN | latin, "LBY")}


def test_three_facts_of_a_name() -> None:
    names = compose(ARABIC, LATIN, "LBY")
    assert names.arabic_full == "محمد سالم عبد الله الزاوي"
    assert names.scheme == "MXHMD<SALM<EBD<ALLH<ALZAWY"
    assert (names.surname, names.given) == ("Al-Zawi", "Mohamed Salem")


def test_arabic_is_stored_in_one_form() -> None:
    names = compose(ARABIC | {"first": "\ufee3\ufea4\ufee4\ufeaa ", "father": "\u0627\u0654حمد"}, LATIN, "LBY")
    assert list(names.arabic.values())[:2] == ["محمد", "أحمد"]


@pytest.mark.parametrize("part", list(ARABIC))
def test_name_is_four_part(part: str) -> None:
    for value in ("", "  ", None, 5):
        assert faults({part: value}, {}) == {(f"names.arabic.{part}", "names.missing")}


def test_a_name_of_one_word_is_a_surname_alone_for_those_who_are_not_of_our_nationality() -> None:
    one = {"surname": "SUKARNO", "given": ""}
    assert compose(ARABIC, one, "IDN").given == ""
    assert {(f.field, f.code) for f in check_names(ARABIC, one, "LBY")} == {("names.latin.given", "names.missing")}
    for wrong in (None, 5, "  "):
        assert check_names(ARABIC, one | {"given": wrong}, "IDN")
    assert check_names(ARABIC, {"surname": "", "given": "SUKARNO"}, "IDN")


@pytest.mark.parametrize(
    ("value", "code"),
    [
        ("محمد٣", "text.digits"),
        ("Ali", "text.not_in_table"),
        ("محمد Ali", "text.mixed_scripts"),
        ("مح\u200fمد", "text.invisible"),
        ("محمد؟", "names.punctuation"),
        ("محمد<علي", "names.punctuation"),
        ("م", "names.length"),
        ("م" * 31, "names.length"),
        ("م" * 500, "text.too_long"),
    ],
)
def test_arabic_part_holds_arabic_letters_only(value: str, code: str) -> None:
    found = faults({"first": value}, {})
    assert {field for field, _ in found} == {"names.arabic.first"}
    if value != "Ali":  # without any Arabic letter it is refused, under one code or the other
        assert {c for _, c in found} == {code}


def test_full_name_fits_dg11() -> None:
    assert faults({part: "م" * 20 for part in ARABIC}, {}) == {("names.arabic", "names.too_long")}


@pytest.mark.parametrize(
    ("value", "code"),
    [
        ("", "names.missing"),
        (7, "names.missing"),
        ("Z4wi", "text.digits"),
        ("الزاوي", "text.not_in_table"),
        ("Za;wi", "names.punctuation"),
        ("Za\u202ewi", "text.invisible"),
        ("A" * 61, "names.length"),
        ("---", "names.length"),
    ],
)
def test_latin_holds_latin_letters_with_space_hyphen_apostrophe(value: object, code: str) -> None:
    assert faults({}, {"surname": value}) == {("names.latin.surname", code)}


def test_latin_may_carry_national_letters() -> None:
    assert faults({}, {"surname": "O'Müller-Łuk", "given": "d’Élise"}) == set()


def test_unknown_parts_are_named_and_every_fault_is_told_in_both_languages() -> None:
    with pytest.raises(Invalid) as caught:
        compose({"first": "م", "mother": "x"}, {"sur": "x"}, "LBY")
    assert {"names.arabic.mother", "names.latin.sur", "names.arabic.father"} <= {f.field for f in caught.value.faults}
    assert all(f.ar and f.en and f.code for f in caught.value.faults)


@pytest.mark.parametrize(
    ("arabic", "latin", "basis"),
    [
        ("محمد", "MOHAMED", "table"),
        ("مُحَمَّد", "MOHAMED", "table"),
        ("عبدالسلام", "ABDULSALAM", "table"),
        ("الترهوني", "ALTARHOUNI", "table"),
        ("عبدالحكيم", "ABDULHAKIM", "sound"),
        ("بكر", "BAKR", "sound"),
        ("السنوسي", "ALSANOUSI", "sound"),
        ("يزيد", "YAZID", "sound"),
    ],
)
def test_suggestion_says_what_it_rests_on(arabic: str, latin: str, basis: str) -> None:
    suggestion = suggest_latin(arabic)
    assert suggestion.text == latin and suggestion.parts[0].basis == basis


@given(st.text(max_size=60))
def test_any_text_gives_a_suggestion_of_plain_letters(text: str) -> None:
    assert set(suggest_latin(text).text) <= set("ABCDEFGHIJKLMNOPQRSTUVWXYZ ")
