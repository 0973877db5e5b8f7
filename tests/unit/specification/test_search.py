"""Search of the clauses: letters without variants, both languages, numbers and ids, marked words, bounded queries."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from issuance.specification.search import MAXIMUM_WORDS, search
from specs.clauses import numbered
from specs.load import load


def ids(query: str, edition: str = "2026") -> list[str]:
    return [one.clause.id for one in search(load(), edition, query)]


@pytest.mark.parametrize(
    ("written", "asked"),
    [
        ("تاريخ الإصدار", "تاريخ الاصدار"),
        ("تاريخ الإصدار", "تَارِيخُ الإِصْدَار"),
        ("الجنسية", "الجنسيه"),
        ("الصورة الشخصية", "صوره شخصيه"),
        ("Date of birth", "DATE of Birth"),
        ("توقيع حامل الجواز", "توقيـــع"),
    ],
)
def test_letters_are_compared_without_their_variants(written: str, asked: str) -> None:
    assert ids(asked)
    assert ids(asked) == ids(written) or set(ids(written)) <= set(ids(asked))


def test_a_clause_is_found_by_its_words_in_either_language_its_id_its_number_and_its_source() -> None:
    clause = next(c for c in numbered(load(), "2026") if c.id == "data_page.fields.number")
    assert ids("رقم الجواز")[0] == ids("Passport No.")[0] == clause.id
    assert ids(clause.id)[0] == ids(clause.number)[0] == clause.id
    assert clause.id in ids("Doc 9303-4 element 05")


def test_eastern_digits_ask_for_the_same_number() -> None:
    assert ids("٣.١.٢") == ids("3.1.2")
    assert ids("3.1.2")


def test_a_number_is_asked_for_from_its_beginning() -> None:
    spec = load()
    chapter = [c.id for c in numbered(spec, "2026") if c.number == "7" or c.number.startswith("7.")]
    by_number = [f.clause.id for f in search(spec, "2026", "7") if f.matches[0].where == "number"]
    assert sorted(by_number) == sorted(chapter)


def test_every_word_must_stand_in_the_clause() -> None:
    both = set(ids("width height"))
    assert both
    assert both == set(ids("width")) & set(ids("height"))
    assert ids("width zzzz") == []


def test_what_was_asked_for_is_marked_and_the_line_stays_whole() -> None:
    [first, *_] = search(load(), "2026", "الاصدار")
    marked = [piece for match in first.matches for piece, asked in match.pieces if asked]
    assert marked
    assert all("إصدار" in piece or "اصدار" in piece for piece in marked)
    title = next(match for match in first.matches if match.where == "title")
    assert "".join(piece for piece, _ in title.pieces) == first.clause.title.ar


def test_an_empty_query_finds_nothing_and_a_long_one_is_cut() -> None:
    assert ids("") == ids("   ") == []
    assert ids(" ".join(f"w{n}" for n in range(MAXIMUM_WORDS * 4))) == []
    assert ids("متر " * 2000 + "zzzz") == ids("متر")


@pytest.mark.heavy
@settings(deadline=None, max_examples=40)
@given(st.text(max_size=120))
def test_any_text_is_answered_and_every_line_is_given_back_whole(query: str) -> None:
    spec = load()
    known = {c.id: c for c in numbered(spec, "2026")}
    for one in search(spec, "2026", query)[:10]:
        assert known[one.clause.id] is one.clause
        assert one.matches
        assert all(any(asked for _, asked in match.pieces) for match in one.matches)


def test_an_unknown_edition_is_a_key_error() -> None:
    with pytest.raises(KeyError):
        search(load(), "1999", "جواز")
