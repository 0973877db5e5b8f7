"""One byte form for a value: the same whether a text stands alone or is put together with others."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from issuance.core.canonical import canonical, text_of

_LEAVES = st.none() | st.booleans() | st.integers() | st.text(st.characters(exclude_categories=["Cs"]), max_size=8)
_VALUES = st.recursive(
    _LEAVES, lambda held: st.lists(held, max_size=3) | st.dictionaries(st.text("abي", max_size=2), held, max_size=3)
)


@given(_VALUES)
def test_a_value_reads_back_and_has_sorted_keys_and_no_blanks(value: Any) -> None:
    assert json.loads(canonical(value)) == value
    assert canonical(value).decode() == json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    assert text_of(value).encode() == canonical(value)


@pytest.mark.parametrize("value", [1.5, float("nan"), b"x", {1: "x"}, {"a": [0.1]}, [(), {"b": object()}], set(), {1}])
def test_what_has_no_canonical_form_is_refused(value: Any) -> None:
    with pytest.raises(TypeError):
        canonical(value)
