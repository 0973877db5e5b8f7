"""The one repair: what readers do to zones is undone where the format leaves one answer, and nothing else is touched.

Expected lines are the specimens of Doc 9303 parts 4 to 7 (`vectors/mrz/text_cases.jsonl`); faults are planted in them.
"""

from __future__ import annotations

import json
from functools import cache

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from issuance.mrtd.mrz import check
from tests.pages import repaired
from tests.shared import VECTORS, held

TD3 = ("P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<", "L898902C36UTO7408122F1204159ZE184226B<<<<<10")
TD2 = ("I<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<", "D231458907UTO7408122F1204159<<<<<<<6")
TD1 = ("I<UTOD231458907<<<<<<<<<<<<<<<", "7408122F1204159UTO<<<<<<<<<<<6", "ERIKSSON<<ANNA<MARIA<<<<<<<<<<")
MRVA = ("V<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<", "L8988901C4XXX4009078F96121096ZE184226B<<<<<<")
MRVB = ("V<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<", "L8988901C4XXX4009078F9612109<<<<<<<<")
FRA = ("P<FRAULYSSE<<CHRISTOPHE<<<<<<<<<<<<<<<<<<<<<", "08CD503380FRA6004103M1806058<<<<<<<<<<<<<<06")
"""The specimen `vectors/images/passporteye__43_pass-fra.jpg`, as printed."""
SPECIMENS = {"TD3": TD3, "TD2": TD2, "TD1": TD1, "MRVA": MRVA, "MRVB": MRVB}


@cache
def cases() -> list[dict[str, object]]:
    path = held(VECTORS / "mrz" / "text_cases.jsonl")
    return [json.loads(line) for line in path.read_text("utf-8").splitlines()]


@pytest.mark.parametrize("name", SPECIMENS)
def test_the_specimens_of_the_standard_are_left_alone(name: str) -> None:
    held = repaired(SPECIMENS[name])
    assert (held.lines, held.edits, held.report.valid) == (SPECIMENS[name], (), True)
    assert held.layout is not None and held.layout.name == name


def test_no_zone_that_holds_is_changed() -> None:
    held = [case for case in cases() if case["valid"] and any("<<" in str(line) for line in case["lines"])]  # type: ignore[attr-defined]
    assert len(held) > 30
    for case in held:
        found = repaired(tuple(case["lines"]))  # type: ignore[arg-type]
        assert (found.lines, found.edits) == (tuple(case["lines"]), ()), case["id"]  # type: ignore[arg-type]


def test_no_zone_with_a_printed_fault_passes_without_a_guess() -> None:
    wrong = [case for case in cases() if not case["valid"] and case["cls"] in ("wrong_check", "date", "random_corrupt")]
    assert len(wrong) >= 8
    for case in wrong:
        found = repaired(tuple(case["lines"]))  # type: ignore[arg-type]
        assert not found.report.valid or found.guessed, case["id"]


@pytest.mark.parametrize(
    ("lines", "wanted", "why"),
    [
        ((TD3[0].replace("<<<<<<<<<<<<", "<<<<K<<C<<<<"), TD3[1]), TD3, "filler_run"),
        ((TD3[0][:33], TD3[1]), TD3, "filler_run"),
        ((TD3[0] + "<<<", TD3[1]), TD3, "filler_run"),
        ((TD3[0], TD3[1].replace("B<<<<<10", "B<<<10")), TD3, "filler_run"),
        ((TD3[0], TD3[1].replace("UTO74", "UT074")), TD3, "field_type"),
        ((TD3[0].replace("ERIKSSON", "ER1KSS0N"), TD3[1]), TD3, "field_type"),
        ((TD3[0], TD3[1].replace("7408122F", "74O8I22F")), TD3, "field_type"),
        ((TD3[0], TD3[1].replace("1204159", "12O4IS9")), TD3, "field_type"),
        ((FRA[0], "08CD503380FRA6004103M1806058<<<<<<<06"), FRA, "filler_run"),
        ((FRA[0], "08CD503380FRA6OO4103M1806058<<<<K<<E<<<<<<06"), FRA, "filler_run"),
        ((TD2[0], TD2[1].replace("UTO74", "UT074")), TD2, "field_type"),
        ((TD2[0][:28], TD2[1]), TD2, "filler_run"),
        ((TD1[0], TD1[1].replace("UTO<", "UT0<"), TD1[2]), TD1, "field_type"),
        ((TD1[0][:26], TD1[1], TD1[2]), TD1, "filler_run"),
        ((TD1[0], TD1[1].replace("<<<<<<", "<<<"), TD1[2].replace("<<<<<", "<<<<")), TD1, "filler_run"),
        ((MRVA[0], MRVA[1].replace("9612109", "96I2IO9")), MRVA, "field_type"),
        ((MRVB[0][:31], MRVB[1].replace("4009078", "4OO9O78")), MRVB, "filler_run"),
    ],
)
def test_what_the_format_alone_decides_is_no_guess(lines: tuple[str, ...], wanted: tuple[str, ...], why: str) -> None:
    held = repaired(lines)
    assert held.lines == wanted
    assert held.report.valid and not held.guessed
    assert why in {edit.why for edit in held.edits}


def test_every_edit_says_where_what_and_why() -> None:
    [edit] = repaired((TD3[0], TD3[1].replace("UTO74", "UT074"))).edits
    said = edit.as_json()
    assert (said["line"], said["position"], said["from"], said["to"], said["why"]) == (2, 13, "0", "O", "field_type")
    assert said["reason"] and said["reason_ar"]


def test_a_digit_that_alone_fits_is_taken_as_a_guess_and_named_one() -> None:
    # In L8989O2C3 the O adds 24 under weight 1; of all look-alikes there only 0 for O takes 4 (mod 10) away again:
    # L for 1 changes 140, 8 for B 9 or 21, 2 for Z 231.
    held = repaired((TD3[0], TD3[1].replace("L898902C", "L8989O2C")))
    assert held.lines == TD3
    assert [(edit.position, edit.read, edit.taken, edit.why) for edit in held.edits] == [(6, "O", "0", "check_digit")]
    assert held.guessed


def test_two_guesses_that_fit_are_none() -> None:
    # A is 10 and B 11: 8AABAAAAA sums to 8*7 + 11*7 = 133 (mod 10, every A falls out), digit 3; the whole line to 6.
    # With the 8 misread as B, exchanging either B for 8 (weight 7 both) makes every digit hold: nobody can say which.
    rest = "UTO7408122F1204159ZE184226B<<<<<16"
    assert check([TD3[0], "8AABAAAAA3" + rest]).valid
    held = repaired((TD3[0], "BAABAAAAA3" + rest))
    assert not held.report.valid
    assert held.edits == ()


def test_two_misread_characters_are_never_guessed() -> None:
    held = repaired((TD3[0], TD3[1].replace("L898902C", "LB9B90ZC")))
    assert not held.report.valid and not held.guessed


def test_a_line_of_another_format_is_not_padded_into_this_one() -> None:
    layout = repaired((TD2[0], TD2[1] + "<")).layout
    assert layout is not None and layout.name == "TD2"
    short = ("V<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<", MRVA[1][:40])  # 40 characters: as far from 36 as from 44
    assert repaired(short).layout is None


@pytest.mark.parametrize("first", ["X<UTOERIKSSON<<ANNA<MARIA".ljust(44, "<"), "P<UTO" + "ERIKSSON<" * 4 + "ANN"])
def test_a_first_line_needs_a_known_letter_and_a_separator(first: str) -> None:
    held = repaired((first, TD3[1]))
    assert held.lines == (first, TD3[1])
    assert not held.report.valid


def test_a_name_of_letters_that_look_like_fillers_keeps_them() -> None:
    line = "P<UTOKESSEL<<TARIK<ELKE".ljust(44, "<")
    assert repaired((line, TD3[1])).lines[0] == line
    assert repaired((line[:30], TD3[1])).lines[0] == line


@given(st.lists(st.text(alphabet="ABCKESP<0123456789IOUTVé", max_size=60), max_size=4))
@example(["P<" * 44, "<" * 44])
@example(["", ""])
def test_any_lines_have_an_answer(lines: list[str]) -> None:
    held = repaired(tuple(lines))
    assert len(held.lines) == len(lines)
    assert held.report.valid in (True, False)


COVERED = {
    "TD3": [*range(44, 54), *range(57, 64), *range(65, 88)],
    "TD2": [*range(36, 46), *range(49, 56), *range(57, 72)],
    "TD1": [*range(5, 37), *range(38, 45), *range(48, 60)],
    "MRVA": [*range(44, 54), *range(57, 64), *range(65, 72)],
    "MRVB": [*range(36, 46), *range(49, 56), *range(57, 64)],
}
"""Places under a check digit, and those digits, counted from 0 over the lines joined (Doc 9303-4 to -7)."""


@pytest.mark.heavy
@settings(max_examples=300)
@given(st.sampled_from(sorted(SPECIMENS)), st.data())
def test_a_character_misprinted_under_a_check_digit_is_never_repaired_without_a_guess(
    name: str, data: st.DataObject
) -> None:
    """What passes without one is the specimen again (a letter where only a digit may stand), or holds as it stands."""
    text = "".join(SPECIMENS[name])
    at = data.draw(st.sampled_from(COVERED[name]))
    wrong = text[:at] + data.draw(st.sampled_from("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ<")) + text[at + 1 :]
    size = len(SPECIMENS[name][0])
    lines = tuple(wrong[start : start + size] for start in range(0, len(wrong), size))
    held = repaired(lines)
    if held.report.valid and not held.guessed:
        assert held.lines == SPECIMENS[name] or (held.lines == lines and check(list(lines)).valid)
