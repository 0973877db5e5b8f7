"""The strict reader: one spelling for each value, everything else refused."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from keys.der import MAX_ELEMENTS, DerError, Reader, boolean, dotted, element, elements, integer, named_bits, text, time
from keys.encode import tlv


@pytest.mark.parametrize(
    "bad",
    ["", "30", "3080", "308100", "30817f", "30820001", "3003aabb", "1f8101aa", "3085000000000100"],
    ids=["empty", "no length", "indefinite", "long form of 0", "long form of 127", "leading 00", "short", "tag", "5"],
)
def test_an_element_has_one_byte_tag_and_minimal_definite_length(bad: str) -> None:
    data = bytes.fromhex(bad)
    with pytest.raises(DerError):
        element(data, 0, len(data))
    if data:
        with pytest.raises(DerError):
            elements(data, 0, len(data))


@pytest.mark.parametrize(("content", "value"), [("00", 0), ("7f", 127), ("0080", 128), ("80", -128), ("ff7f", -129)])
def test_integers_are_minimal_twos_complement(content: str, value: int) -> None:  # X.690 §8.3
    assert integer(bytes.fromhex(content)) == value


@pytest.mark.parametrize("content", ["", "0000", "007f", "ff80", "ffff"])
def test_an_integer_with_a_superfluous_octet_is_refused(content: str) -> None:
    with pytest.raises(DerError):
        integer(bytes.fromhex(content))


def test_object_identifiers_read_as_dotted_numbers() -> None:
    assert dotted(bytes.fromhex("2a8648ce3d030107")) == "1.2.840.10045.3.1.7"
    assert dotted(bytes.fromhex("678108010101")) == "2.23.136.1.1.1"
    for bad in ("", "2a80", "2a8001", "2a8648ce3d0301ff"):
        with pytest.raises(DerError):
            dotted(bytes.fromhex(bad))


def test_booleans_are_00_or_ff() -> None:
    assert boolean(b"\xff") and not boolean(b"\x00")
    with pytest.raises(DerError):
        boolean(b"\x01")


def test_named_bits_carry_no_trailing_zero_bits() -> None:
    assert named_bits(bytes.fromhex("0106")) == {5, 6}  # keyCertSign, cRLSign
    assert named_bits(bytes.fromhex("0780")) == {0}
    for bad in ("0006", "0780 00".replace(" ", ""), "0106 00".replace(" ", ""), "0807", "01"):
        with pytest.raises(DerError):
            named_bits(bytes.fromhex(bad))


def test_times_have_seconds_and_z() -> None:
    assert time(0x17, b"491231235959Z") == datetime(2049, 12, 31, 23, 59, 59, tzinfo=UTC)
    assert time(0x17, b"500101000000Z") == datetime(1950, 1, 1, tzinfo=UTC)
    assert time(0x18, b"20500101000000Z") == datetime(2050, 1, 1, tzinfo=UTC)
    for tag, bad in ((0x17, b"4912312359Z"), (0x18, b"20500101000000.5Z"), (0x18, b"20501301000000Z"), (0x17, b"")):
        with pytest.raises(DerError):
            time(tag, bad)


def test_a_printable_string_holds_only_printable_characters() -> None:
    assert text(0x13, b"LY") == "LY"
    with pytest.raises(DerError):
        text(0x13, b"L_Y")
    with pytest.raises(DerError):
        text(0x0C, b"\xff")


@given(st.integers(0, 70_000), st.integers(0, 0x1E))
def test_what_the_writer_frames_the_reader_finds(size: int, tag: int) -> None:
    data = tlv(tag, bytes(size))
    assert element(data, 0, len(data)) == (tag, len(data) - size, len(data))


@given(st.binary(max_size=200))
def test_any_bytes_end_in_elements_or_a_der_error(data: bytes) -> None:
    for read in (lambda: elements(data, 0, len(data)), lambda: list(Reader(data).rest())):
        try:
            read()
        except DerError:
            continue


@given(st.binary(max_size=400), st.sampled_from(["", "3003", "30817f", "308180", "308200ff", "30820100", "3083000100"]))
def test_the_two_ways_of_reading_elements_agree(data: bytes, head: str) -> None:
    data = bytes.fromhex(head) + data

    def one_by_one() -> list[tuple[int, int, int, int]]:
        found, at = [], 0
        while at < len(data):
            tag, start, stop = element(data, at, len(data))
            found.append((tag, at, start, stop))
            at = stop
        return found

    try:
        expected = one_by_one()
    except DerError:
        with pytest.raises(DerError):
            elements(data, 0, len(data))
    else:
        if len(expected) <= MAX_ELEMENTS:
            assert elements(data, 0, len(data)) == expected
