"""The face block of ISO/IEC 39794-5:2019: ours judged by asn1crypto, theirs built by hand from the ASN.1 module."""

from __future__ import annotations

import contextlib
import json
from typing import Any

import pytest
from asn1crypto import core
from hypothesis import given
from hypothesis import strategies as st

from issuance.mrtd.data_groups import build_dg2, read_dg2
from issuance.mrtd.face import (
    ImageSize,
    build_face_block,
    image_format,
    image_size,
    portrait_face,
    read_face_block,
)
from issuance.mrtd.tlv import LdsInvalid
from specs.errors import Fault
from specs.load import load
from specs.schema.chip import FaceFormat

CHIP = load().passport.editions["2026"].chip
FORMAT: FaceFormat = "ISO/IEC 39794-5:2019"
JPEG = b"\xff\xd8\xff\xe0" + bytes(300)
JP2 = b"\x00\x00\x00\x0cjP  \r\n\x87\n" + bytes(300)


def tagged(number: int, base: type[core.Asn1Value], **more: Any) -> tuple[str, type[core.Asn1Value], dict[str, Any]]:
    return f"f{number}", base, {"implicit": number, **more}


def sequence(name: str, *fields: Any) -> type[core.Asn1Value]:
    """A SEQUENCE of asn1crypto with these fields."""
    return type(name, (core.Sequence,), {"_fields": list(fields)})


CODE = type("Code", (core.Choice,), {"_alternatives": [("code", core.Integer, {"implicit": 0})]})
SIZE = sequence("Size", tagged(0, core.Integer), tagged(1, core.Integer))
INFORMATION = sequence("Information", ("f0", CODE, {"explicit": 0}), ("f7", SIZE, {"implicit": 7, "optional": True}))
PICTURE = sequence("Picture", tagged(0, core.OctetString), tagged(1, INFORMATION))
BASE = type("Base", (core.Choice,), {"_alternatives": [("picture", PICTURE, {"implicit": 0})]})
IMAGE = type("Image", (core.Choice,), {"_alternatives": [("base", BASE, {"explicit": 0})]})
ONE = sequence("One", tagged(0, core.Integer), ("f1", IMAGE, {"explicit": 1}))
MANY = type("Many", (core.SequenceOf,), {"_child_spec": ONE})
VERSION = sequence("Version", tagged(0, core.Integer), tagged(1, core.Integer))
BLOCK = type(
    "Block",
    (core.Sequence,),
    {"class_": 1, "tag": 5, "_fields": [tagged(0, VERSION), tagged(1, MANY)]},
)


@pytest.mark.parametrize(("image", "code"), [(JPEG, 2), (JP2, 3)])
def test_what_we_write_is_read_by_another_reader_from_the_asn1_module(image: bytes, code: int) -> None:
    block: Any = BLOCK.load(build_face_block(image, 413, 531), strict=True)
    assert block["f0"].native == {"f0": 3, "f1": 2019}
    (one,) = block["f1"]
    picture = one["f1"].chosen.chosen
    assert (one["f0"].native, picture["f0"].native) == (0, image)
    assert picture["f1"]["f0"].native == code
    assert picture["f1"]["f7"].native == {"f0": 413, "f1": 531}


@given(st.binary(max_size=300), st.integers(1, 65535), st.integers(1, 65535))
def test_what_is_written_is_read_back(rest: bytes, width: int, height: int) -> None:
    (face,) = read_face_block(build_face_block(JPEG + rest, width, height))
    assert (face.image, face.width_px, face.height_px) == (JPEG + rest, width, height)


def test_a_size_that_does_not_fit_or_another_image_is_not_written() -> None:
    for width, height in ((0, 1), (1, 65536)):
        with pytest.raises(LdsInvalid, match=r"mrtd\.face\.value"):
            build_face_block(JPEG, width, height)
    with pytest.raises(LdsInvalid, match=r"mrtd\.face\.image"):
        build_face_block(b"GIF89a")


def test_dg2_carries_the_block_in_its_constructed_object_under_format_type_2a() -> None:
    data = build_dg2(portrait_face(JPEG, 413, 531, CHIP.face), CHIP, FORMAT)
    assert bytes.fromhex("a108870201018802002a7f2e") in data
    (face,) = read_dg2(data)
    assert (face.record_format, face.image) == (FORMAT, JPEG)


def tlv(tag: str, *parts: bytes) -> bytes:
    value = b"".join(parts)
    size = len(value)
    length = bytes((size,)) if size < 0x80 else b"\x82" + size.to_bytes(2)
    return bytes.fromhex(tag) + length + value


def number(tag: str, value: int) -> bytes:
    return tlv(tag, value.to_bytes((value.bit_length() + 8) // 8, signed=True))


def code(tag: str, value: int) -> bytes:
    """A coded field by its code."""
    return tlv(tag, number("80", value))


def fallback(tag: str, value: int) -> bytes:
    """A coded field by the fallback of its extension."""
    return tlv(tag, tlv("a1", number("80", value)))


YES, NO = b"\x01\xff", b"\x01\x00"


def registry(tag: str, organization: int, identifier: int) -> bytes:
    return tlv(tag, number("80", organization), number("81", identifier))


def moment(tag: str) -> bytes:
    return tlv(tag, *(number(f"{0x80 + n:02x}", v) for n, v in enumerate((2024, 1, 20, 13, 23, 9, 908))))


INFORMATION_ALL = tlv(
    "a1",
    code("a0", 3),
    code("a1", 0),
    tlv("a2", b"\x80" + NO + b"\x81" + YES),
    fallback("a3", 1),
    number("84", 3000),
    number("85", 43),
    number("86", 55),
    tlv("a7", number("80", 572), number("81", 731)),
    tlv("a8", *(number(f"8{n}", v) for n, v in enumerate((300, 150, 180, 500)))),
    code("a9", 2),
    tlv("aa", tlv("80", b"schema"), tlv("a1", tlv("30", tlv("80", b"red"), tlv("81", b"1")))),
)
CAPTURE = tlv("a2", tlv("a0", b"\x80" + YES + b"\x81" + NO), code("a1", 2))
IDENTITY = tlv(
    "a8",
    fallback("a0", 3),
    code("a1", 3),
    code("a2", 5),
    number("83", 1786),
    tlv("a4", b"\x80" + YES + b"\x8a" + YES),
    tlv("a5", b"\x80" + YES),
    tlv("a6", *(tlv(f"a{n}", number("80", v), number("81", 1)) for n, v in enumerate((2, -3, 1)))),
)
ATTACKS = tlv(
    "a4",
    code("a0", 0),
    tlv("a1", tlv("30", registry("a0", 1, 1), tlv("a1", number("80", 99)))),
    tlv("a2", tlv("30", registry("a0", 1, 1), tlv("81", b"x"))),
    code("a3", 0),
    code("a4", 0),
    number("85", 5),
    code("a6", 2),
    tlv("87", b"p"),
    tlv("a8", tlv("04", b"c")),
    moment("a9"),
)
LANDMARK = tlv(
    "30",
    tlv("a0", tlv("a0", tlv("a0", number("80", 10)))),
    tlv("a1", tlv("a0", tlv("a0", number("80", 90), number("81", 22)))),
)


def block(*fields: bytes, information: bytes = INFORMATION_ALL, more: bytes = b"") -> bytes:
    picture = tlv("a0", tlv("80", JP2), information, CAPTURE)
    representation = tlv("30", number("80", 0), tlv("a1", tlv("a0", picture)), *fields)
    return tlv("65", tlv("a0", number("80", 3), number("81", 2019)), tlv("a1", representation, more))


ALL_FIELDS = block(
    moment("a2"),
    tlv("a3", tlv("30", registry("a0", 1, 1), tlv("a1", number("80", 99)))),
    ATTACKS,
    number("85", 9),
    number("86", 0),
    tlv("a7", registry("a0", 1, 1), tlv("a1", registry("30", 2, 2))),
    IDENTITY,
    tlv("a9", LANDMARK),
)


def test_every_field_of_the_module_is_read_by_name() -> None:
    (face,) = read_face_block(ALL_FIELDS)
    said = face.details()
    captured = {"year": 2024, "month": 1, "day": 20, "hour": 13, "minute": 23, "second": 9, "millisecond": 908}
    one = {"organization": 1, "id": 1}
    assert (face.image, face.width_px, face.height_px) == (JP2, 572, 731)
    assert said["information"] == {
        "format": "JPEG2000 lossy",
        "kind": "travel document",
        "processing": ["cropped"],
        "lossy_transformations": "none",
        "camera_to_subject_mm": 3000,
        "sensor_diagonal_mm": 43,
        "focal_length_mm": 55,
        "size": {"width_px": 572, "height_px": 731},
        "face_measurements": {
            "head_width_px": 300,
            "inter_eye_distance_px": 150,
            "eye_to_mouth_distance_px": 180,
            "head_length_px": 500,
        },
        "colour_space": "RGB 24",
        "reference_colours": {
            "schema": b"schema".hex(),
            "values": [{"definition": b"red".hex(), "value": b"1".hex()}],
        },
    }
    assert said["capture"] == {"spectrum": ["white_light"], "technology": "photograph, digital camera"}
    assert said["captured_at"] == captured
    assert said["quality"] == [{"algorithm": one, "result": {"score": 99}}]
    assert said["attack_detection"]["decision"] == "no_attack"
    assert said["attack_detection"]["captured_at"] == captured
    assert (said["session_id"], said["derived_from"]) == (9, 0)
    assert said["capture_device"] == {"model": one, "certifications": [{"organization": 2, "id": 2}]}
    assert said["identity"] == {
        "gender": "female",
        "eye_colour": "blue",
        "hair_colour": "brown",
        "height_mm": 1786,
        "properties": ["glasses", "head_coverings_present"],
        "expressions": ["neutral"],
        "pose": {
            "yaw": {"degrees": 2, "uncertainty_degrees": 1},
            "pitch": {"degrees": -3, "uncertainty_degrees": 1},
            "roll": {"degrees": 1, "uncertainty_degrees": 1},
        },
    }
    landmark = {"kind": {"base": {"mpeg4": 10}}, "at": {"base": {"image_px": {"x": 90, "y": 22}}}}
    assert said["landmarks"] == [landmark]
    json.dumps(said)


def codes(data: bytes) -> tuple[int, list[str]]:
    noted: list[Fault] = []
    return len(read_face_block(data, noted)), [fault.code for fault in noted]


def test_what_is_odd_and_readable_is_noted_and_refused_where_nothing_is_noted() -> None:
    second = block()[2 + 2 :]
    representation = second[second.index(b"\x30") :]
    loose = tlv("65", tlv("a0", number("80", 3), number("81", 2019)), tlv("a1", representation[4:]))
    cases = {
        block(tlv("8f", b"\x01")): (1, ["mrtd.face.unknown_field"]),
        block(more=representation): (2, ["mrtd.face.count"]),
        loose: (1, ["mrtd.face.list"]),
    }
    for data, expected in cases.items():
        assert codes(data) == expected
        with pytest.raises(LdsInvalid):
            read_face_block(data)


@pytest.mark.parametrize(
    "data",
    [
        tlv("65"),
        tlv("65", tlv("a0", number("80", 3)), tlv("a1")),
        tlv("65", tlv("a1", tlv("30"))),
        block(information=tlv("a1")),
        block(number("80", 1)),
        block(tlv("85", bytes(9))),
        tlv("66"),
    ],
)
def test_a_block_that_lacks_what_is_mandatory_is_refused(data: bytes) -> None:
    with pytest.raises(LdsInvalid):
        read_face_block(data, [])


@pytest.mark.parametrize(
    ("image", "size"),
    [
        (bytes.fromhex("ffd8ffe00004abcdffc00011080213019d"), (413, 531)),
        (bytes.fromhex("ffd8ffdb0002ffffc20011080213019d"), (413, 531)),  # fill byte, progressive
        (bytes.fromhex("ff4fff51002f0000" + "000001a9" + "00000213" + "0000000c" + "00000000"), (413, 531)),
        (
            JP2[:12] + b"\0\0\0\x08ftyp" + b"\0\0\0\x16jp2h\0\0\0\x16ihdr" + bytes.fromhex("000002130000019d"),
            (413, 531),
        ),
    ],
)
def test_the_size_is_that_of_the_images_own_header(image: bytes, size: tuple[int, int]) -> None:
    assert image_size(image) == ImageSize(*size)


@given(st.sampled_from([b"\xff\xd8\xff", b"\xff\x4f\xff\x51", JP2[:12], b""]), st.binary(max_size=200))
def test_any_bytes_of_an_image_end_in_a_size_or_a_typed_error(start: bytes, rest: bytes) -> None:
    with contextlib.suppress(LdsInvalid):
        assert image_size(start + rest).width_px > 0
        assert image_format(start + rest)


@given(st.data())
def test_a_mutated_block_ends_in_faces_or_a_typed_error(data: st.DataObject) -> None:
    damaged = bytearray(ALL_FIELDS)
    for _ in range(data.draw(st.integers(1, 4))):
        damaged[data.draw(st.integers(0, len(damaged) - 1))] = data.draw(st.integers(0, 255))
    with contextlib.suppress(LdsInvalid):
        read_face_block(bytes(damaged), [])
