"""No read of criminal data without a stated purpose."""

from __future__ import annotations

import pytest

from issuance.core.purpose import Purpose, settled
from specs.errors import Invalid
from specs.load import load

RULES = load().purposes


@pytest.mark.parametrize(
    ("purpose", "fields"),
    [
        (Purpose(""), ["purpose"]),
        (Purpose("curiosity", "words"), ["purpose"]),
        (Purpose("supervision", "  "), ["purpose_words"]),
        (Purpose("duty", "x" * 501), ["purpose_words"]),
        (Purpose("", "x" * 501), ["purpose", "purpose_words"]),
    ],
)
def test_a_purpose_is_one_of_the_list_with_words_where_it_needs_them(purpose: Purpose, fields: list[str]) -> None:
    with pytest.raises(Invalid) as caught:
        settled(purpose, RULES)
    assert [fault.field for fault in caught.value.faults] == fields


def test_a_stated_purpose_keeps_its_words_trimmed() -> None:
    assert settled(Purpose("duty"), RULES) == Purpose("duty", "")
    assert settled(Purpose("court_request", " كتاب المحكمة 12 "), RULES).words == "كتاب المحكمة 12"
