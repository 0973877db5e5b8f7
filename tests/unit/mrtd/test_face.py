"""The face record of ISO/IEC 19794-5:2005, byte for byte."""

from __future__ import annotations

import contextlib
import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from issuance.mrtd.face import Face, FeaturePoint, build_face_record, image_format, portrait_face, read_face_record
from issuance.mrtd.tlv import LdsInvalid
from specs.errors import Fault
from specs.load import load

RULES = load().passport.editions["2026"].chip.face
JPEG = b"\xff\xd8\xff\xe0" + bytes(20)
JP2 = b"\x00\x00\x00\x0cjP  \r\n\x87\n" + bytes(20)

byte = st.integers(0, 255)
short = st.integers(0, 65535)
triple = st.tuples(byte, byte, byte)
faces = st.builds(
    Face,
    image=st.binary(max_size=200),
    width_px=short,
    height_px=short,
    data_type=byte,
    image_type=byte,
    colour_space=byte,
    source_type=byte,
    device_type=short,
    quality=short,
    gender=byte,
    eye_colour=byte,
    hair_colour=byte,
    properties=st.integers(0, 0xFFFFFF),
    expression=short,
    pose=triple,
    pose_uncertainty=triple,
    points=st.lists(st.builds(FeaturePoint, byte, byte, short, short), max_size=5).map(tuple),
)


def test_the_record_has_the_layout_of_the_standard() -> None:
    record = build_face_record(portrait_face(JPEG, 413, 531, RULES))
    length = 20 + 12 + len(JPEG)
    assert record == (
        b"FAC\x00010\x00" + struct.pack(">IH", 14 + length, 1)
        + struct.pack(">I", length) + bytes(16)
        + bytes.fromhex("01" "00" "019d" "0213" "01" "02" "0000" "0000")
        + JPEG
    )  # fmt: skip


@given(faces)
def test_what_is_written_is_read_back(face: Face) -> None:
    assert read_face_record(build_face_record(face)) == (face,)


@pytest.mark.parametrize("off", [-8, -1, 1, 8])
def test_declared_lengths_off_by_up_to_eight_are_read_and_reported(off: int) -> None:
    record = bytearray(build_face_record(portrait_face(JPEG, 413, 531, RULES)))
    struct.pack_into(">I", record, 8, len(record) + off)
    struct.pack_into(">I", record, 14, len(record) - 14 + off)
    noted: list[Fault] = []
    (face,) = read_face_record(bytes(record), noted, 8)
    assert face.image == JPEG
    assert {fault.code for fault in noted} == {"mrtd.face.length"}
    with pytest.raises(LdsInvalid, match=r"mrtd\.face\.length"):
        read_face_record(bytes(record))


@pytest.mark.parametrize(("at", "off"), [(8, 9), (8, -9), (14, 9), (14, -9)])
def test_declared_lengths_off_by_more_are_refused(at: int, off: int) -> None:
    record = bytearray(build_face_record(portrait_face(JPEG, 413, 531, RULES)))
    struct.pack_into(">I", record, at, len(record) - (at - 8) // 6 * 14 + off)
    with pytest.raises(LdsInvalid, match=r"mrtd\.face\.length"):
        read_face_record(bytes(record), [], 8)


def test_a_record_of_two_faces_is_read_and_its_lengths_must_hold() -> None:
    first, second = portrait_face(JPEG, 413, 531, RULES), portrait_face(JP2, 10, 20, RULES)
    blocks = b"".join(build_face_record(face)[14:] for face in (first, second))
    record = b"FAC\x00010\x00" + struct.pack(">IH", 14 + len(blocks), 2) + blocks
    assert read_face_record(record) == (first, second)
    for broken in (record[:-1], record + b"\0", record[:17] + bytes((record[17] + 1,)) + record[18:]):
        with pytest.raises(LdsInvalid):
            read_face_record(broken)


@pytest.mark.parametrize(("image", "code", "name"), [(JPEG, 0, "JPEG"), (JP2, 1, "JPEG2000")])
def test_declared_format_is_that_of_the_image(image: bytes, code: int, name: str) -> None:
    assert portrait_face(image, 413, 531, RULES).data_type == code
    assert image_format(image) == name


def test_a_value_too_large_for_its_field_is_not_written() -> None:
    with pytest.raises(LdsInvalid, match=r"mrtd\.face\.value"):
        build_face_record(portrait_face(JPEG, 65536, 531, RULES))


def test_an_image_of_another_format_is_not_written() -> None:
    with pytest.raises(LdsInvalid, match=r"mrtd\.face\.image"):
        portrait_face(b"\x89PNG\r\n\x1a\n", 413, 531, RULES)


@pytest.mark.heavy
@given(faces, st.data())
def test_mutated_records_end_in_faces_or_a_typed_error(face: Face, data: st.DataObject) -> None:
    record = bytearray(build_face_record(face))
    for _ in range(data.draw(st.integers(1, 4))):
        record[data.draw(st.integers(0, len(record) - 1))] = data.draw(byte)
    cut = data.draw(st.integers(0, len(record)))
    for damaged in (bytes(record), bytes(record[:cut])):
        with contextlib.suppress(LdsInvalid):
            assert sum(len(found.image) for found in read_face_record(damaged)) <= len(damaged)


@given(st.binary(max_size=300))
def test_any_bytes_end_in_a_typed_error(data: bytes) -> None:
    with contextlib.suppress(LdsInvalid):
        read_face_record(data)
