from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from issuance.documents.attachment import attachment_json, certificate_data
from specs.errors import Invalid
from tests.unit.documents.samples import certificate


def test_attachment_gives_the_facts_back() -> None:
    for facts in (certificate(), certificate(rulings=12, passport_number=None)):
        assert certificate_data(attachment_json(facts)) == facts


def test_attachment_is_canonical() -> None:
    made = attachment_json(certificate(rulings=2))
    assert made == json.dumps(json.loads(made), ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode(
        "utf-8"
    )
    assert "المبروك".encode() in made


@given(st.binary(max_size=200))
def test_any_bytes_are_refused_with_a_typed_error(content: bytes) -> None:
    with pytest.raises(Invalid):
        certificate_data(content)


@pytest.mark.parametrize("change", [{"extra": 1}, {"issued_on": "2026-13-01"}, {"outcome": "review"}, {"format": "x"}])
def test_a_changed_field_is_named(change: dict[str, object]) -> None:
    content = json.loads(attachment_json(certificate())) | change
    with pytest.raises(Invalid) as caught:
        certificate_data(json.dumps(content).encode())
    assert caught.value.faults[0].field in change


def test_deep_nesting_is_refused() -> None:
    with pytest.raises(Invalid):
        certificate_data(b"[" * 200_000)
