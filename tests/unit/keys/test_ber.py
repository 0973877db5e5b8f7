"""BER becomes the DER of the same values (X.690 §8 and §10); what has no one meaning is refused."""

from __future__ import annotations

import pytest
from asn1crypto import core, parser
from hypothesis import given
from hypothesis import strategies as st

from keys.ber import MAX_DEPTH, read_ber
from keys.der import DerError
from keys.encode import tlv


def der(data: bytes) -> bytes:
    return read_ber(data, 0, len(data)).der


@pytest.mark.parametrize(
    ("ber", "expected"),
    [
        ("30800201010000", "3003020101"),
        ("308003", None),
        ("3081030201 01", "3003020101"),
        ("30840000000302 0101", "3003020101"),
        ("2480 0401aa 0402bbcc 0000", "0403aabbcc"),
        ("24 08 0401aa 2403 0401bb", "0402aabb"),
        ("2380 0302 00aa 0302 04b0 0000", "030304aab0"),
        ("2380 0302 04a0 0302 00b0 0000", None),
        ("0480 0401aa 0000", None),
        ("2480 0201aa 0000", None),
        ("3080 0201010000 00", None),
        ("3003020101 0000", None),
        ("3088ffffffffffffffff", None),
        ("1f8101aa", None),
    ],
)
def test_each_form_of_length_and_string_has_one_der(ber: str, expected: str | None) -> None:
    data = bytes.fromhex(ber)
    if expected is None:
        with pytest.raises(DerError):
            der(data)
    else:
        assert der(data).hex() == expected


def test_nesting_is_bounded() -> None:
    data = b"\x02\x01\x00"
    for _ in range(MAX_DEPTH - 1):
        data = b"\x30\x80" + data + b"\x00\x00"
    assert der(data)
    with pytest.raises(DerError):
        der(b"\x30\x80\x30\x80" + data + b"\x00\x00\x00\x00")


@pytest.mark.heavy
@given(
    st.recursive(
        st.binary(max_size=200).map(lambda b: tlv(4, b)), lambda inner: st.lists(inner).map(lambda p: tlv(0x30, *p))
    )
)
def test_der_stays_as_it_is(data: bytes) -> None:
    assert der(data) == data


@given(st.lists(st.binary(max_size=40), min_size=1, max_size=6))
def test_asn1crypto_joins_the_segments_alike(segments: list[bytes]) -> None:
    data = b"\x24\x80" + b"".join(tlv(4, segment) for segment in segments) + b"\x00\x00"
    joined = core.OctetString.load(data).native
    assert parser.parse(der(data), strict=True)[4] == joined == b"".join(segments)
