"""Names are compared as RFC 5280 §7.1 says. Encodings by `cryptography`."""

from __future__ import annotations

from cryptography import x509
from cryptography.x509.name import _ASN1Type
from cryptography.x509.oid import NameOID
from hypothesis import given
from hypothesis import strategies as st

from keys import names

WORDS = st.lists(st.sampled_from(["Csca", "STATE", "Żółć", "straße", "ليبيا", "1"]), min_size=1, max_size=4)


def encoded(common: str, string: _ASN1Type = _ASN1Type.UTF8String, country: str = "UT") -> bytes:
    attributes = [x509.NameAttribute(NameOID.COUNTRY_NAME, country)]
    return x509.Name([*attributes, x509.NameAttribute(NameOID.COMMON_NAME, common, _type=string)]).public_bytes()


@given(WORDS)
def test_case_and_white_space_do_not_count(words: list[str]) -> None:
    assert names.same(encoded(" ".join(words)), encoded("  " + "  ".join(words).upper() + " ", country="ut"))


@given(WORDS, WORDS)
def test_other_words_are_another_name(one: list[str], other: list[str]) -> None:
    alike = [w.casefold() for w in one] == [w.casefold() for w in other]
    assert names.same(encoded(" ".join(one)), encoded(" ".join(other))) == alike


def test_the_string_type_does_not_count() -> None:
    assert names.same(encoded("CSCA Utopia"), encoded("CSCA Utopia", _ASN1Type.PrintableString))


def test_order_counts_unless_asked_otherwise() -> None:
    one = [x509.NameAttribute(NameOID.COUNTRY_NAME, "UT"), x509.NameAttribute(NameOID.COMMON_NAME, "CSCA")]
    a, b = x509.Name(one).public_bytes(), x509.Name(one[::-1]).public_bytes()
    assert not names.same(a, b)
    assert names.unordered(a) == names.unordered(b)


def test_a_value_is_not_taken_for_that_of_another_attribute() -> None:
    one = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Utopia")]).public_bytes()
    other = x509.Name([x509.NameAttribute(NameOID.ORGANIZATION_NAME, "Utopia")]).public_bytes()
    assert not names.same(one, other)


def test_a_name_too_long_to_prepare_equals_itself_only() -> None:
    long = x509.Name(
        [x509.NameAttribute(NameOID.ORGANIZATIONAL_UNIT_NAME, f"{i:064}") for i in range(100)]
    ).public_bytes()
    assert len(long) > names.MAX_NAME_BYTES
    assert names.same(long, long) and not names.same(long, long[:-1] + b"1")
