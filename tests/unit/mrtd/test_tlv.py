"""Tag, length, value: the shortest form and nothing else, bounded for any input."""

from __future__ import annotations

import time
import tracemalloc

import pytest
from hypothesis import given
from hypothesis import strategies as st

from issuance.mrtd.tlv import MAXIMUM_ELEMENTS, MAXIMUM_FILE_BYTES, Element, LdsInvalid, elements, encode, only, tags
from specs.errors import Fault

one_byte = st.integers(1, 0xFF).filter(lambda tag: tag & 0x1F != 0x1F)
two_bytes = st.builds(
    lambda first, second: first << 8 | second,
    st.sampled_from([0x1F, 0x3F, 0x5F, 0x7F, 0x9F, 0xBF, 0xDF, 0xFF]),
    st.integers(0, 0x7F),
)
objects = st.lists(st.tuples(one_byte | two_bytes, st.binary(max_size=300)), max_size=20)


@given(objects)
def test_what_is_written_is_read_back(held: list[tuple[int, bytes]]) -> None:
    data = b"".join(encode(tag, value) for tag, value in held)
    assert elements(data) == [Element(tag, value) for tag, value in held]


@pytest.mark.parametrize(
    ("length", "head"),
    [(0, "00"), (127, "7f"), (128, "8180"), (255, "81ff"), (256, "820100"), (65535, "82ffff"), (65536, "83010000")],
)
def test_length_is_written_in_the_shortest_form(length: int, head: str) -> None:
    assert encode(0x61, bytes(length)).startswith(bytes.fromhex("61" + head))
    assert len(only(encode(0x61, bytes(length)), 0x61, "DG1")) == length


@pytest.mark.parametrize(
    ("data", "code"),
    [
        ("6180", "mrtd.tlv.length"),  # indefinite
        ("61800000", "mrtd.tlv.length"),
        ("618105" + "00" * 5, "mrtd.tlv.length"),  # five in long form
        ("61820080" + "00" * 128, "mrtd.tlv.length"),
        ("6184ffffffff", "mrtd.tlv.truncated"),
        ("61ff", "mrtd.tlv.length"),
        ("6183ffffff", "mrtd.tlv.truncated"),  # 16 MB declared, nothing there
        ("6105aabb", "mrtd.tlv.truncated"),
        ("6181", "mrtd.tlv.truncated"),
        ("61", "mrtd.tlv.truncated"),
        ("5f", "mrtd.tlv.truncated"),
        ("5f8101" + "00", "mrtd.tlv.tag"),  # a tag of three bytes
        ("0000", "mrtd.tlv.tag"),
    ],
)
def test_malformed_bytes_are_refused_with_their_reason(data: str, code: str) -> None:
    with pytest.raises(LdsInvalid) as refused:
        elements(bytes.fromhex(data))
    assert [fault.code for fault in refused.value.faults] == [code]


def test_a_file_over_the_limit_is_refused_unread() -> None:
    with pytest.raises(LdsInvalid, match=r"mrtd\.tlv\.too_large"):
        elements(bytes(MAXIMUM_FILE_BYTES + 1))


def test_more_objects_than_any_file_holds_are_refused() -> None:
    with pytest.raises(LdsInvalid, match=r"mrtd\.tlv\.too_many"):
        elements(bytes.fromhex("6100") * (MAXIMUM_ELEMENTS + 1))
    with pytest.raises(LdsInvalid, match=r"mrtd\.tlv\.too_many"):
        tags(b"\x61" * (MAXIMUM_ELEMENTS + 1))


def test_a_second_object_or_another_tag_is_not_the_one_expected() -> None:
    for data in ("63006100", "6300", ""):
        with pytest.raises(LdsInvalid, match=r"mrtd\.tlv\.unexpected"):
            only(bytes.fromhex(data), 0x61, "DG1")
    with pytest.raises(LdsInvalid, match=r"mrtd\.tlv\.trailing"):
        only(bytes.fromhex("61006100"), 0x61, "DG1")


@pytest.mark.parametrize(
    ("data", "code"),
    [("6181055f1f02aabb", "mrtd.tlv.length"), ("61055f1f02aabb9000", "mrtd.tlv.trailing")],
)
def test_what_is_odd_and_readable_is_noted_when_asked_and_refused_otherwise(data: str, code: str) -> None:
    noted: list[Fault] = []
    assert only(bytes.fromhex(data), 0x61, "DG1", noted) == bytes.fromhex("5f1f02aabb")
    assert [fault.code for fault in noted] == [code]
    with pytest.raises(LdsInvalid, match=code):
        only(bytes.fromhex(data), 0x61, "DG1")


@given(st.binary(max_size=400))
def test_any_bytes_end_in_objects_or_a_typed_error(data: bytes) -> None:
    for read in (elements, tags):
        try:
            read(data)
        except LdsInvalid as refused:
            assert all(fault.en and fault.ar and fault.clause for fault in refused.faults)


def test_a_nesting_bomb_costs_no_more_than_its_bytes() -> None:
    bomb = b""
    for _ in range(5000):
        bomb = encode(0x7F61, bomb)
    tracemalloc.start()
    started = time.perf_counter()
    elements(bomb)
    elapsed, (_, peak) = time.perf_counter() - started, tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert elapsed < 0.5
    assert peak < 4 * len(bomb) + 100_000
