"""Whatever a program or a clerk sends, the answer is a typed error with a sentence in each language, never a crash."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from issuance.certificates import commands as certificates
from issuance.passports import commands as passports
from issuance.people import commands as people
from issuance.service import Service
from specs.errors import IssuanceError
from tests.service import CLERK, NOW, PERSON, application, numbers, portrait, replaced, request

SCALARS = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=30)
JSON = st.recursive(SCALARS, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner))
TEXTS = st.text(max_size=60) | st.text(alphabet="اأبةىي 12٣<-'\u0651\u0654\u200f\u202eAZaz", max_size=40)
FIELDS = (
    *("national_number", "sex", "birth_date", "place_of_birth.arabic", "place_of_birth.latin", "nationality"),
    *("names.arabic.first", "names.arabic.family", "names.latin.surname", "names.latin.given"),
)


def refused(error: IssuanceError) -> None:
    assert all(fault.code and fault.field and fault.ar and fault.en for fault in error.faults)


@settings(max_examples=60, deadline=None)
@given(value=JSON)
def test_any_json_is_refused_by_every_command(desk: Service, value: Any) -> None:
    for work in (
        lambda: passports.issue(desk, CLERK, value, b"", NOW),
        lambda: certificates.issue(desk, CLERK, value, NOW),
        lambda: people.register(desk, CLERK, value, None, NOW),
    ):
        with pytest.raises(IssuanceError) as caught:
            work()
        refused(caught.value)
    assert numbers(desk.db) == []


@settings(max_examples=150, deadline=None)
@given(path=st.sampled_from(FIELDS), value=TEXTS)
def test_any_text_in_any_field_is_judged(desk: Service, path: str, value: str) -> None:
    with pytest.raises(IssuanceError) as caught:  # the portrait is missing at least
        passports.issue(desk, CLERK, replaced(application(), path, value), b"", NOW)
    refused(caught.value)
    with pytest.raises(IssuanceError) as caught:  # entered already at least
        people.register(desk, CLERK, replaced(PERSON, path, value) | {"sex": "F"}, None, NOW)
    refused(caught.value)
    assert numbers(desk.db) == []


@settings(max_examples=60, deadline=None)
@given(field=st.sampled_from(["addressee.ar", "purpose", "passport_number", "office"]), value=TEXTS)
def test_any_text_of_a_request_is_judged_before_a_number_is_taken(desk: Service, field: str, value: str) -> None:
    asked = replaced(request(purpose="revenge"), field, value)
    with pytest.raises(IssuanceError) as caught:
        certificates.issue(desk, CLERK, asked, NOW)
    refused(caught.value)
    assert numbers(desk.db) == []


@pytest.mark.parametrize("text", ["\0", "A\0", "\ud800", "\udfff1", "\U0010ffff"])
@pytest.mark.parametrize("field", ["office", "national_number", "purpose", "addressee.ar", "passport_number"])
def test_text_that_a_database_cannot_hold_is_refused_by_both(service: Service, field: str, text: str) -> None:
    with pytest.raises(IssuanceError) as caught:
        certificates.issue(service, CLERK, replaced(request(), field, text), NOW)
    refused(caught.value)
    assert numbers(service.db) == []


@pytest.mark.parametrize("text", ["\0", "A\0", "\ud800", "\udfff1", "\U0010ffff"])
def test_no_application_and_no_person_holds_text_that_a_database_cannot(service: Service, text: str) -> None:
    for path in ("office", "names.arabic.first", "place_of_birth.latin", "national_number", "edition"):
        with pytest.raises(IssuanceError):
            passports.issue(service, CLERK, replaced(application(), path, text), portrait(), NOW)
    for path in ("mother_arabic", "names.latin.given", "nationality", "national_number", "birth_date"):
        with pytest.raises(IssuanceError):
            people.register(service, CLERK, replaced(PERSON, path, text), None, NOW)
    assert numbers(service.db) == []
