"""Forms: flat fields to nested input and back, and each fault beside its field."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from issuance.web.forms import Form, flat, nested
from issuance.web.sign_in import local
from specs.errors import Fault, Invalid

names = st.text("abcdefgh_", min_size=1, max_size=6)
values = st.text(min_size=1, max_size=8).map(str.strip).filter(bool)
trees = st.recursive(values, lambda inner: st.dictionaries(names, inner, min_size=1, max_size=3), max_leaves=8)


@pytest.mark.heavy
@given(st.dictionaries(names, trees, max_size=4))
def test_a_nested_input_survives_the_flat_form(tree: dict[str, object]) -> None:
    assert nested(flat(tree)) == tree


def test_an_empty_field_is_left_out() -> None:
    assert nested({"a.b": " ", "a.c": " x "}) == {"a": {"c": "x"}}


def test_each_fault_stands_beside_its_field_and_none_is_lost() -> None:
    def fault(field: str | None) -> Fault:
        return Fault("c", "خطأ", "wrong", field=field)

    error = Invalid(
        fault("names.arabic.first"), fault("portrait.eyes"), fault("names"), fault(None), fault("elsewhere")
    )
    shown = ("names.arabic.first", "portrait")
    form = Form({"portrait": ""}).refused(error, shown, {"names": "names.arabic.first"})
    assert {name: len(found) for name, found in form.faults.items()} == {"names.arabic.first": 2, "portrait": 1}
    assert [f.field for f in form.loose] == [None, "elsewhere"]
    assert form.count == 5


def test_sign_in_never_leads_to_another_site() -> None:
    assert local("/people?q=x") == "/people?q=x"
    for target in (
        "https://evil.example",
        "//evil.example",
        "/\\evil.example",
        "javascript:1",
        "",
        "/\t/evil",
        "/\u2028",
    ):
        assert local(target) == "/"
