"""Building a zone. Expected lines: the examples of Doc 9303 parts 4, 5, 6 and 7."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from issuance.mrtd.mrz import build, check, fit, truncations
from specs.errors import Invalid

PASSPORT = {
    "document_code": "PP",
    "issuer": "UTO",
    "surname": "ERIKSSON",
    "given": "ANNA MARIA",
    "document_number": "L898902C3",
    "nationality": "UTO",
    "birth_date": "740812",
    "sex": "F",
    "expiry_date": "120415",
    "optional": "ZE184226B",
}
BENNELONG = (["BENNELONG", "WOOLOOMOOLOO", "WARRANDYTE", "WARNAMBOOL"], ["DINGO", "POTOROO"])


def name_line(surname: str, given: str = "", form: str = "TD3") -> str:
    code = {"TD3": "PP", "MRVA": "V"}.get(form, "I")
    return build(form, PASSPORT | {"surname": surname, "given": given, "document_code": code, "optional": ""}).lines[0]


def faults(fields: dict[str, object], form: object = "TD3", issued: date | None = None) -> set[tuple[str | None, str]]:
    with pytest.raises(Invalid) as caught:
        build(form, fields, issued=issued)
    return {(f.field, f.code.rpartition(".")[2]) for f in caught.value.faults}


@pytest.mark.parametrize(
    ("surname", "given", "line"),
    [
        ("Eriksson", "Anna Maria", "PPUTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<"),
        ("HENG", "DEBORAH MING LO", "PPUTOHENG<<DEBORAH<MING<LO<<<<<<<<<<<<<<<<<<"),
        ("SMITH-JONES", "SUSIE MARGARET", "PPUTOSMITH<JONES<<SUSIE<MARGARET<<<<<<<<<<<<"),
        ("O'CONNOR", "ENYA SIOBHAN", "PPUTOOCONNOR<<ENYA<SIOBHAN<<<<<<<<<<<<<<<<<<"),
        ("VAN DER MUELLEN", "MARTIN", "PPUTOVAN<DER<MUELLEN<<MARTIN<<<<<<<<<<<<<<<<"),
        ("AL-BASRI", "HUDA MUHAMMAD JAWAD", "PPUTOAL<BASRI<<HUDA<MUHAMMAD<JAWAD<<<<<<<<<<"),
        ("VILARCHAO FERNANDEZ", "JOSE RAMON", "PPUTOVILARCHAO<FERNANDEZ<<JOSE<RAMON<<<<<<<<"),
        ("ARKFREITH", "", "PPUTOARKFREITH<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<"),
        ("SATRIYA SUDARPA", "", "PPUTOSATRIYA<SUDARPA<<<<<<<<<<<<<<<<<<<<<<<<"),
        ("PAPANDROPOULOUS", "JONATHON WARREN TREVOR", "PPUTOPAPANDROPOULOUS<<JONATHON<WARREN<TREVOR"),
        ("NILAVADHANANANDA", "CHAYAPA DEJTHAMRONG KRASUANG", "PPUTONILAVADHANANANDA<<CHAYAPA<DEJTHAMRONG<K"),
        ("NILAVADHANANANDA", "ARNPOL PETCH CHARONGUANG", "PPUTONILAVADHANANANDA<<ARNPOL<PETCH<CHARONGU"),
        ("d’Artagnan", "Marie-Élise, Anna.", "PPUTODARTAGNAN<<MARIE<ELISE<ANNA<<<<<<<<<<<<"),
        ("Müller Ås", "Þór Łukasz Straße", "PPUTOMUELLER<AAS<<THOR<LUKASZ<STRASSE<<<<<<<"),
    ],
)
def test_names_of_doc_9303_4_are_written_as_printed_there(surname: str, given: str, line: str) -> None:
    assert name_line(surname, given) == line


def test_three_styles_of_doc_9303_4_4_2_3_3_are_each_offered() -> None:
    found = {one.style: one.text for one in truncations(*BENNELONG, 39)}
    assert found == {
        "initials": "BENNELONG<WOOLOOMOOLOO<WARRANDYTE<W<<DI",
        "cut": "BENNELONG<WOOLOOM<WARRAND<WARNAM<<DINGO",
        "fixed": "BENNEL<WOOLOO<WARRAN<WARNAM<<DINGO<POTO",
    }


@pytest.mark.parametrize(
    ("width", "text"),
    [
        (39, "BENNEL<WOOLOO<WARRAN<WARNAM<<DINGO<POTO"),  # part 4, the one that loses no component
        (31, "BENNELONG<WOOLOOMOOLOO<W<W<<D<P"),  # part 6
        (30, "BENNE<WOOLO<WARRA<WARNA<<DIN<P"),  # part 5
    ],
)
def test_least_lossy_truncation_keeps_every_component(width: int, text: str) -> None:
    fitted = fit(*BENNELONG, width)
    assert fitted is not None and fitted.text == text


def test_secondary_truncated_on_cards_as_in_parts_5_and_6() -> None:
    given_names = ["CHAYAPA", "DEJTHAMRONG", "KRASUANG"]
    for width, text in ((31, "NILAVADHANANANDA<<CHAYAPA<DEJ<K"), (30, "NILAVADHANANANDA<<CHAYAPA<DE<K")):
        fitted = fit(["NILAVADHANANANDA"], given_names, width)
        assert fitted is not None and fitted.text == text
    jose = fit(["VILARCHAO", "FERNANDEZ"], ["JOSE", "RAMON"], 30)
    assert jose is not None and jose.text == "VILARCHAO<FERNANDEZ<<JOSE<RAMO"


@settings(max_examples=100)
@given(
    st.lists(st.text("ABCXYZ", min_size=1, max_size=25), min_size=1, max_size=6),
    st.lists(st.text("ABCXYZ", min_size=1, max_size=25), max_size=6),
    st.sampled_from([30, 31, 39]),
)
def test_fitted_name_is_whole_or_a_legal_truncation(primary: list[str], secondary: list[str], width: int) -> None:
    whole = "<".join(primary) + ("<<" + "<".join(secondary) if secondary else "")
    fitted = fit(primary, secondary, width)
    if len(whole) <= width:
        assert fitted is not None and fitted.style is None and fitted.text == whole.ljust(width, "<")
        return
    if fitted is None:
        assert all(len(part) == 1 for part in primary + secondary)
        return
    assert len(fitted.text) == width and fitted.text[-1].isalpha()
    first, separator, second = fitted.text.partition("<<")
    assert bool(separator) is bool(secondary) and "<<" not in second
    for kept, parts in ((first.split("<"), primary), (second.split("<") if second else [], secondary)):
        assert len(kept) <= len(parts)
        assert all(left and part.startswith(left) for left, part in zip(kept, parts, strict=False))


def test_truncation_is_said() -> None:
    fields = PASSPORT | {"surname": " ".join(BENNELONG[0]), "given": " ".join(BENNELONG[1])}
    assert build("TD3", fields).truncated is True
    assert build("TD3", PASSPORT).truncated is False
    assert build("TD3", PASSPORT | {"given": "", "surname": "A" * 39}).truncated is False


def test_specimen_of_part_4_is_built_to_the_letter() -> None:
    assert build("TD3", PASSPORT | {"document_code": "P"}).lines == (
        "P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<",
        "L898902C36UTO7408122F1204159ZE184226B<<<<<10",
    )


def test_long_numbers_of_part_11_appendix_d_are_built_to_the_letter() -> None:
    stevenson = PASSPORT | {
        "document_code": "I<",
        "surname": "STEVENSON",
        "given": "PETER JOHN",
        "document_number": "D23145890734",
        "birth_date": "340712",
        "sex": "M",
        "expiry_date": "950712",
        "optional": "",
    }
    assert build("TD2", stevenson).lines[1] == "D23145890<UTO3407127M95071227349<<<8"
    assert build("TD1", stevenson).lines[:2] == ("I<UTOD23145890<7349<<<<<<<<<<<", "3407127M9507122UTO<<<<<<<<<<<2")
    for form in ("TD3", "MRVA", "MRVB"):
        code = "PP" if form == "TD3" else "V"
        assert faults(stevenson | {"document_code": code}, form) == {("document_number", "too_long")}


@pytest.mark.parametrize("digits", range(10, 23))
def test_long_number_of_every_length_comes_back(digits: int) -> None:
    number = "D2314589073456ABCDEFGHIJ"[:digits]
    fields = PASSPORT | {"document_code": "ID", "document_number": number, "optional": ""}
    assert check(build("TD1", fields).lines).fields["document_number"] == number
    if digits > 14:
        assert faults(fields, "TD2") == {("document_number", "too_long")}
    else:
        assert check(build("TD2", fields).lines).fields["document_number"] == number


def test_optional_data_of_a_card_runs_over_both_fields() -> None:
    fields = PASSPORT | {"document_code": "ID", "optional": "ABCDEFGHIJKLMNOPQRSTUV"}
    built = build("TD1", fields)
    assert built.lines[0][15:] == "ABCDEFGHIJKLMNO" and built.lines[1][18:29] == "PQRSTUV<<<<"
    assert check(built.lines).fields["optional"] == fields["optional"]


def test_name_in_one_piece_is_parted_at_its_comma() -> None:
    fields = {key: value for key, value in PASSPORT.items() if key not in {"surname", "given"}}
    for name in ("ERIKSSON, ANNA MARIA", "ERIKSSON<<ANNA<MARIA", "eriksson,anna,maria"):
        assert build("TD3", fields | {"name": name}).lines[0] == "PPUTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<"


def test_unspecified_sex_is_a_filler() -> None:
    for sex in ("X", "<", "", None):
        assert build("TD3", PASSPORT | {"sex": sex}).lines[1][20] == "<"


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"surname": "ERIKSS0N"}, ("surname", "digits")),
        ({"given": "آنا"}, ("given", "not_in_table")),
        ({"given": "AN\u200fNA"}, ("given", "invisible")),
        ({"surname": "..."}, ("surname", "empty")),
        ({"surname": "A" * 500}, ("surname", "too_long")),
        ({"document_code": "XX"}, ("document_code", "not_allowed")),
        ({"document_code": "V<"}, ("document_code", "not_allowed")),
        ({"document_code": "PPP"}, ("document_code", "too_long")),
        ({"issuer": "U1O"}, ("issuer", "shape")),
        ({"nationality": ""}, ("nationality", "missing")),
        ({"nationality": 5}, ("nationality", "type")),
        ({"document_number": "L898902C34"}, ("document_number", "too_long")),
        ({"document_number": "Lé"}, ("document_number", "alphabet")),
        ({"birth_date": "740230"}, ("birth_date", "calendar")),
        ({"birth_date": "1974-08-12"}, ("birth_date", "alphabet")),
        ({"expiry_date": "12<<<<"}, ("expiry_date", "calendar")),
        ({"sex": "Q"}, ("sex", "not_allowed")),
        ({"optional": "A" * 15}, ("optional", "too_long")),
        ({"surnam": "X"}, ("surnam", "unknown_field")),
    ],
)
def test_each_wrong_field_is_named(change: dict[str, object], expected: tuple[str, str]) -> None:
    assert expected in faults(PASSPORT | change)


@pytest.mark.parametrize(
    ("form", "code"), [("TD3", "V<"), ("TD3", "I<"), ("MRVA", "P<"), ("MRVB", "I<"), ("TD2", "V<")]
)
def test_a_document_code_of_another_format_is_the_only_field_blamed(form: str, code: str) -> None:
    fields = {name: held for name, held in PASSPORT.items() if name != "optional"}
    assert faults(fields | {"document_code": code}, form) == {("document_code", "not_allowed")}


def test_every_fault_is_said_at_once() -> None:
    found = faults({"document_code": "PP", "surname": "A1", "sex": 3}, "TD3")
    assert {"issuer", "nationality", "surname", "sex", "document_number", "birth_date", "expiry_date"} <= {
        f for f, _ in found
    }


@pytest.mark.parametrize("form", ["TD4", "", None, 3, []])
def test_unknown_format_is_refused(form: object) -> None:
    assert faults(dict(PASSPORT), form) == {("format", "unknown_format")}


@pytest.mark.parametrize(
    ("code", "issued", "good"),
    [
        ("P", date(2025, 12, 31), True),
        ("PN", date(2025, 12, 31), True),
        ("PN", date(2026, 1, 1), False),
        ("P", date(2026, 1, 1), True),
        ("P", date(2027, 12, 31), True),
        ("P", date(2028, 1, 1), False),
        ("PP", date(2028, 1, 1), True),
        ("PU", date(2026, 1, 1), True),
    ],
)
def test_codes_bind_by_the_day_of_issue(code: str, issued: date, good: bool) -> None:
    fields = PASSPORT | {"document_code": code}
    if good:
        assert build("TD3", fields, issued=issued).lines
    else:
        assert faults(fields, issued=issued) == {("document_code", "unlisted_code")}


def test_withdrawn_state_is_read_and_never_issued() -> None:
    fields = PASSPORT | {"nationality": "ANT"}
    assert check(build("TD3", fields).lines).valid
    assert faults(fields, issued=date(2026, 11, 22)) == {("nationality", "deprecated_code")}


_NAME = st.lists(st.text("ABCDEFGHIJKLMNOPQRSTUVWXYZ", min_size=1, max_size=6), min_size=1, max_size=2).map(" ".join)


@settings(max_examples=60)
@given(
    st.sampled_from(
        [("TD1", "I", 9, 26), ("TD2", "AX", 9, 7), ("TD3", "PP", 9, 14), ("MRVA", "V", 9, 16), ("MRVB", "V1", 9, 8)]
    ),
    st.data(),
)
def test_what_is_built_reads_back_as_it_was(form: tuple[str, str, int, int], data: st.DataObject) -> None:
    name, code, number_size, optional_size = form
    alphabet = "ABCXYZ0123456789"
    fields = {
        "document_code": code,
        "issuer": data.draw(st.sampled_from(["LBY", "D", "XXA"])),
        "surname": data.draw(_NAME),
        "given": data.draw(st.one_of(st.just(""), _NAME)),
        "document_number": data.draw(st.text(alphabet, min_size=1, max_size=number_size)),
        "nationality": "LBY",
        "birth_date": data.draw(st.sampled_from(["740812", "000229", "74<<<<", "<<<<<<"])),
        "sex": data.draw(st.sampled_from("MF<")),
        "expiry_date": "341121",
        "optional": data.draw(st.text(alphabet, max_size=optional_size)),
    }
    report = check(build(name, fields).lines)
    assert report.valid and report.format == name
    assert {key: report.fields[key] for key in fields} == fields


@given(
    st.sampled_from(["TD1", "TD2", "TD3", "MRVA", "MRVB"]),
    st.dictionaries(st.sampled_from(sorted(PASSPORT)), st.one_of(st.none(), st.integers(), st.text(max_size=30))),
)
def test_any_values_give_a_valid_zone_or_typed_faults(form: str, changes: dict[str, object]) -> None:
    try:
        built = build(form, PASSPORT | changes)
    except Invalid as refused:
        assert all(f.field and f.ar and f.en for f in refused.faults)
    else:
        assert check(built.lines).valid


def test_strange_character_in_the_tail_of_a_long_number_is_a_fault_of_the_number() -> None:
    card = PASSPORT | {"document_code": "ID", "optional": ""}
    for number in ("D23145890é34", "D23145890!34"):
        assert faults(card | {"document_number": number}, "TD1") == {("document_number", "alphabet")}
