"""What a machine readable zone may and may not say. Expected values: Doc 9303 parts 3 to 7 and its appendices."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from issuance.mrtd.mrz import check, check_digit

TD3 = ["P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<", "L898902C36UTO7408122F1204159ZE184226B<<<<<10"]
TD1 = ["I<UTOD231458907<<<<<<<<<<<<<<<", "7408122F1204159UTO<<<<<<<<<<<6", "ERIKSSON<<ANNA<MARIA<<<<<<<<<<"]
TD2 = ["I<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<", "D231458907UTO7408122F1204159<<<<<<<6"]


def faults(lines: object) -> set[tuple[str | None, str]]:
    return {(found.field, found.code.removeprefix("mrz.")) for found in check(lines).errors}


def td3(
    code: str = "P<",
    issuer: str = "UTO",
    name: str = "ERIKSSON<<ANNA<MARIA",
    number: str = "L898902C3",
    nationality: str = "UTO",
    birth: str = "740812",
    sex: str = "F",
    expiry: str = "120415",
    optional: str = "",
) -> list[str]:
    """A TD3 whose digits are right for whatever it says (arithmetic of Doc 9303-3 §4.9, written out here)."""
    number, optional = number.ljust(9, "<"), optional.ljust(14, "<")
    own = "<" if not optional.strip("<") else _digit(optional)
    a, b, c = number + _digit(number), birth + _digit(birth), expiry + _digit(expiry) + optional + own
    return [f"{code}{issuer}{name.ljust(39, '<')}", f"{a}{nationality}{b}{sex}{c}{_digit(a + b + c)}"]


def _digit(text: str) -> str:
    values = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
    return str(sum(max(values.find(c), 0) * (7, 3, 1)[i % 3] for i, c in enumerate(text)) % 10)


@pytest.mark.parametrize(
    ("text", "digit"),
    [
        ("520727", "3"),  # Doc 9303-3 Appendix A, example 1
        ("AB2134<<<", "5"),  # example 2
        ("HA672242<658022549601086<<<<<<<<<<<<<<0", "8"),  # example 3
        ("D231458907<<<<<<<<<<<<<<<34071279507122<<<<<<<<<<<", "2"),  # example 4
        ("HA672242<658022549601086<<<<<<<", "8"),  # example 5
    ],
)
def test_check_digit_agrees_with_appendix_a(text: str, digit: str) -> None:
    assert check_digit(text) == digit


def test_check_digit_refuses_characters_outside_the_zone() -> None:
    for text in ("a", "É", "1 2"):
        with pytest.raises(ValueError, match="A-Z"):
            check_digit(text)


@pytest.mark.parametrize(("lines", "name"), [(TD1, "TD1"), (TD2, "TD2"), (TD3, "TD3")])
def test_specimens_are_valid(lines: list[str], name: str) -> None:
    report = check(lines)
    assert (report.valid, report.format, report.errors) == (True, name, ())
    assert report.fields["name"] == "ERIKSSON, ANNA MARIA"


@pytest.mark.parametrize(
    "lines",
    [[], [""], ["", ""], TD3[:1], [*TD3, ""], [TD3[0], TD3[1][:-1]], [TD3[0] + "<", TD3[1]], [TD3[0], TD2[1]], TD1[:2]],
)
def test_other_shapes_fit_no_format(lines: list[str]) -> None:
    assert faults(lines) == {("lines", "length")}


@pytest.mark.parametrize("value", [None, 3, "P<UTO", {"a": 1}, [1, 2], [TD3[0], None], [TD3[0].encode()] * 2, object()])
def test_values_that_are_no_list_of_strings_are_a_type_fault(value: object) -> None:
    assert faults(value) == {("lines", "type")}


@pytest.mark.parametrize("bad", list(" l-éαا٣０\n\t\x00\u200f\u202e\ud800\U0001f600"))
def test_character_outside_the_alphabet_is_named_by_line_and_position(bad: str) -> None:
    report = check([TD3[0], bad + TD3[1][1:]])
    assert [(f.field, f.code) for f in report.errors] == [("lines", "mrz.alphabet")]
    assert f"line 2 position 1: U+{ord(bad):04X} in document_number" in report.errors[0].en
    assert (report.format, report.fields) == ("TD3", {})


@pytest.mark.parametrize(
    ("place", "field"),
    [
        (0, "document_code"),
        (4, "issuer"),
        (43, "name"),
        (44 + 9, "document_number"),
        (44 + 10, "nationality"),
        (44 + 19, "birth_date"),
        (44 + 20, "sex"),
        (44 + 21, "expiry_date"),
        (44 + 42, "optional"),
        (44 + 43, "composite"),
    ],
)
def test_character_outside_the_alphabet_is_told_with_its_field(place: int, field: str) -> None:
    zone = "".join(TD3)
    zone = zone[:place] + "*" + zone[place + 1 :]
    report = check([zone[:44], zone[44:]])
    assert report.format == "TD3"
    assert report.errors[0].en.endswith(f"U+002A in {field}")


@pytest.mark.parametrize("code", ["P<", "PP", "PE", "PD", "PO", "PR", "PT", "PS", "PL", "PM", "PU", "PX"])
def test_passport_codes_old_and_new_are_accepted(code: str) -> None:
    assert check(td3(code=code)).valid


@pytest.mark.parametrize("code", ["<P", "<<", "XP", "P1", "1P", "AP"])
def test_other_first_letters_and_digits_are_no_passport_code(code: str) -> None:
    assert faults(td3(code=code)) == {("document_code", "not_allowed")}


@pytest.mark.parametrize(
    ("code", "good"), [("A<", 1), ("C<", 1), ("I<", 1), ("ID", 1), ("AC", 1), ("IV", 0), ("AV", 0)]
)
def test_card_codes_are_a_c_i_and_never_v_second(code: str, good: int) -> None:
    assert check([code + TD1[0][2:], *TD1[1:]]).valid is bool(good)


def test_crew_code_is_for_td1_only() -> None:
    assert faults(["AC" + TD2[0][2:], TD2[1]]) == {("document_code", "not_allowed")}


@pytest.mark.parametrize("code", ["P<", "V<", "X<"])
def test_td1_with_another_first_letter_is_a_code_fault(code: str) -> None:
    assert faults([code + TD1[0][2:], *TD1[1:]]) == {("document_code", "not_allowed")}


def test_passport_of_2038_without_harmonised_code_is_warned_of_and_read() -> None:
    report = check(td3(code="P<", expiry="380101"))
    assert report.valid
    assert [w.code for w in report.warnings] == ["mrz.outlived_code"]
    assert check(td3(code="P<", expiry="371231")).warnings == ()
    assert check(td3(code="PP", expiry="380101")).warnings == ()


_STATES = """
D<< GBD GBN GBO GBP GBS RKS EUE UNO UNA UNK XBA XIM XCC XCE XCO XEC XPO XES XMP XOM XDC XXA XXB XXC XXX ANT NTZ UTO IAO
LBY DEU EGY TUN
"""


@pytest.mark.parametrize(
    "state",
    _STATES.split(),
)
def test_every_code_of_part_3_section_5_is_known(state: str) -> None:
    report = check(td3(issuer=state, nationality=state))
    assert report.valid and report.warnings == ()


@pytest.mark.parametrize("state", ["<<<", "U<O", "UT<", "D<A", "1TO", "DE<", "<UT", "D1<"])
def test_what_has_not_the_shape_of_a_state_code_is_an_error(state: str) -> None:
    assert faults(td3(issuer=state)) == {("issuer", "shape")}
    assert faults(td3(nationality=state)) == {("nationality", "shape")}


def test_unknown_state_is_a_warning() -> None:
    report = check(td3(nationality="QQQ"))
    assert report.valid
    assert [(w.field, w.code) for w in report.warnings] == [("nationality", "mrz.unknown_code")]


@pytest.mark.parametrize("name", ["A", "A<B", "A<<B", "O<<A<B<C", "ARKFREITH", "SATRIYA<SUDARPA"])
def test_legal_name_shapes(name: str) -> None:
    assert check(td3(name=name)).valid


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("", "empty"),
        ("<ERIKSSON<<ANNA", "separator"),
        ("<<ANNA", "separator"),
        ("ERIKSSON<<ANNA<<MARIA", "separator"),
        ("ERIKSSON<<<ANNA", "separator"),
        ("ERIKSSON<<ANNA<<<<MARIA", "separator"),
        ("ER1KSSON<<ANNA", "digits"),
        ("ERIKSSON<<ANNA<2", "digits"),
    ],
)
def test_name_needs_a_primary_identifier_letters_only_and_one_double_filler(name: str, code: str) -> None:
    assert faults(td3(name=name)) == {("name", code)}


def test_name_that_fills_its_field_is_possibly_truncated() -> None:
    report = check(td3(name="PAPANDROPOULOUS<<JONATHON<WARREN<TREVOR"))
    assert report.valid and [w.code for w in report.warnings] == ["mrz.possibly_truncated"]


@pytest.mark.parametrize("birth", ["000229", "960229", "740812", "7408<<", "74<<<<", "<<<<<<", "991231", "000101"])
def test_birth_dates_whole_or_unknown_from_the_right(birth: str) -> None:
    assert check(td3(birth=birth)).valid


@pytest.mark.parametrize(
    "birth",
    [
        "010229",
        "740230",
        "741301",
        "740800",
        "740000",
        "000000",
        "74<812",
        "<<0812",
        "7<<<<<",
        "7408<1",
        "74<<12",
        "74081A",
    ],
)
def test_birth_dates_that_no_calendar_has(birth: str) -> None:
    assert faults(td3(birth=birth)) == {("birth_date", "calendar")}


@pytest.mark.parametrize("expiry", ["12<<<<", "1204<<", "<<<<<<", "120431", "121315", "230229", "12041O"])
def test_expiry_is_a_whole_calendar_date(expiry: str) -> None:
    assert faults(td3(expiry=expiry)) == {("expiry_date", "calendar")}


@pytest.mark.parametrize("sex", ["M", "F", "<"])
def test_sex_is_m_f_or_filler(sex: str) -> None:
    assert check(td3(sex=sex)).valid


@pytest.mark.parametrize("sex", ["X", "2", "0", "U"])
def test_other_sexes_are_errors(sex: str) -> None:
    assert faults(td3(sex=sex)) == {("sex", "not_allowed")}


@pytest.mark.parametrize(
    ("position", "field"), [(9, "document_number"), (19, "birth_date"), (27, "expiry_date"), (42, "optional")]
)
def test_each_wrong_digit_is_laid_to_its_own_field(position: int, field: str) -> None:
    line = TD3[1]
    other = str((int(line[position]) + 1) % 10)
    assert faults([TD3[0], line[:position] + other + line[position + 1 :]]) == {
        (field, "check_digit"),
        ("composite", "check_digit"),
    }


def test_digit_of_an_empty_optional_field_is_zero_or_filler() -> None:
    line = "L898902C36UTO7408122F1204159<<<<<<<<<<<<<<"
    assert check([TD3[0], line + "<8"]).valid
    assert check([TD3[0], line + "08"]).valid
    assert ("optional", "check_digit") in faults([TD3[0], line + "13"])
    assert ("optional", "check_digit") in faults([TD3[0], TD3[1][:42] + "<" + TD3[1][43]])


def test_empty_document_number_is_an_error() -> None:
    assert faults(td3(number="")) == {("document_number", "empty")}


@pytest.mark.parametrize(("tail", "whole"), [("7349<<<", "D23145890734"), ("07<<<<<", "D231458900")])
def test_long_number_continues_in_the_optional_data(tail: str, whole: str) -> None:
    digit = _digit(whole)
    tail = whole[9:] + digit + "<" * (6 - len(whole[9:]))
    covered = "D23145890<" + "7408122" + "1204159" + tail
    report = check([TD2[0], f"D23145890<UTO7408122F1204159{tail}{_digit(covered)}"])
    assert report.valid and report.fields["document_number"] == whole and report.fields["optional"] == ""


@pytest.mark.parametrize(
    ("optional", "code"),
    [("<<<<<<<", "check_digit"), ("7<<<<<<", "long_number"), ("7345612", "long_number"), ("7348<<<", "check_digit")],
)
def test_long_number_without_digit_and_filler_after_it_is_an_error(optional: str, code: str) -> None:
    covered = "D23145890<" + "7408122" + "1204159" + optional
    lines = [TD2[0], f"D23145890<UTO7408122F1204159{optional}{_digit(covered)}"]
    assert faults(lines) == {("document_number", code)}


def test_passport_has_no_long_number() -> None:
    line = TD3[1][:9] + "<" + TD3[1][10:]
    assert ("document_number", "check_digit") in faults([TD3[0], line])


def test_optional_data_behind_a_long_number_and_in_the_second_field_is_read() -> None:
    report = check(["I<UTOD23145890<7349<XY<<<<<<<<", "3407127M9507122UTOZ<<<<<<<<<<0", TD1[2]])
    assert report.fields["document_number"] == "D23145890734"
    assert report.fields["optional"] == "XY<<<<<<<<Z"


@given(st.lists(st.text(max_size=60), max_size=4))
@example([TD3[0], TD3[1]])
def test_any_lines_give_a_report(lines: list[str]) -> None:
    report = check(lines)
    assert report.valid is (not report.errors)


@given(st.integers(0, 87), st.sampled_from("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ<"))
def test_a_changed_character_that_weighs_otherwise_is_never_valid_in_a_covered_field(at: int, new: str) -> None:
    text = "".join(TD3)
    covered = [*range(44, 54), *range(57, 64), *range(65, 88)]
    values = "<123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
    before, after = max(values.find(text[at]), 0), max(values.find(new), 0)
    changed = text[:at] + new + text[at + 1 :]
    if at in covered and before % 10 != after % 10:
        assert not check([changed[:44], changed[44:]]).valid
