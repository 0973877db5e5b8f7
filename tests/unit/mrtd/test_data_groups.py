"""The data groups and EF.COM, byte for byte, and any bytes into their readers."""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from issuance.mrtd.data_groups import (
    Com,
    DocumentDetails,
    HolderDetails,
    PartialDate,
    build_chip_files,
    build_com,
    build_dg1,
    build_dg2,
    build_dg11,
    build_dg12,
    read_com,
    read_dg1,
    read_dg2,
    read_dg11,
    read_dg12,
)
from issuance.mrtd.face import portrait_face
from issuance.mrtd.tlv import LdsInvalid, encode
from keys.chip_keys import make_chip_key
from specs.load import load
from specs.schema.chip import FaceFormat

CHIP = load().passport.editions["2026"].chip
KEY = make_chip_key("P-256").public
TD3 = ("PPUTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<", "L898902C36UTO7408122F1204159ZE184226B<<<<<10")
JPEG = b"\xff\xd8\xff\xe0" + bytes(300)
FACE = portrait_face(JPEG, 413, 531, CHIP.face)
HOLDER = HolderDetails(
    surname="المبروك",
    given_names="سالم علي محمد",
    national_number="119909000012",
    birth_date=PartialDate(1990, 5, 17),
    place_of_birth=("طرابلس", "ليبيا"),
)
DOCUMENT = DocumentDetails("مصلحة الجوازات", date(2026, 11, 22))
READERS: list[Callable[[bytes], object]] = [read_com, read_dg1, read_dg2, read_dg11, read_dg12]

OLD: FaceFormat = "ISO/IEC 19794-5:2005"
NEW: FaceFormat = "ISO/IEC 39794-5:2019"

letters = st.text(st.sampled_from("ابتثجحخدذرزسشصضطظعغفقكلمنهويءةى"), min_size=1, max_size=7)
arabic = st.lists(letters, min_size=1, max_size=3).map(" ".join)
dates = st.dates().map(lambda day: PartialDate(day.year, day.month, day.day))
holders = st.builds(
    HolderDetails,
    surname=arabic,
    given_names=st.just("") | arabic,
    other_names=st.lists(arabic, max_size=3).map(tuple),
    national_number=st.none() | st.from_regex(r"\A[12][0-9]{11}\Z"),
    birth_date=st.none() | dates,
    place_of_birth=st.lists(arabic, max_size=2).map(tuple),
)


def test_com_has_the_layout_of_the_standard() -> None:
    data = build_com([12, 2, 1, 11], CHIP.lds)
    assert data.hex() == "60165f0104303130385f36063034303030305c0461756b6c"
    assert read_com(data) == Com("0108", "040000", (1, 2, 11, 12))


@pytest.mark.parametrize(
    ("data", "code"),
    [
        ("60135f0104303130385f36063034303030305c0160", "com.tags"),
        ("60145f0104303130385f36063034303030305c026161", "com.tags"),
        ("60135f01043031303b5f36063034303030305c0161", "com.version"),
        ("600a5f3606303430303030" + "", "tlv.truncated"),
        ("60075f010430313038", "com.content"),
    ],
)
def test_a_com_that_names_nonsense_is_refused(data: str, code: str) -> None:
    with pytest.raises(LdsInvalid) as refused:
        read_com(bytes.fromhex(data))
    assert refused.value.faults[0].code == f"mrtd.{code}"


@pytest.mark.parametrize(("lines", "characters", "size"), [(3, 30, 95), (2, 36, 77), (2, 44, 93)])
def test_dg1_has_the_size_of_its_format(lines: int, characters: int, size: int) -> None:
    zone = ("<" * characters,) * lines
    data = build_dg1(zone)
    assert len(data) == size
    assert read_dg1(data) == zone


def test_dg1_has_the_layout_of_the_standard() -> None:
    assert build_dg1(TD3) == bytes.fromhex("615b5f1f58") + "".join(TD3).encode()


@pytest.mark.parametrize(
    "lines",
    [(), ("",), (TD3[0],), (*TD3, ""), (TD3[0][:-1], TD3[1] + "<"), (TD3[0], TD3[1].lower()), ("س" * 44, TD3[1])],
)
def test_lines_that_are_no_machine_readable_zone_are_not_written(lines: tuple[str, ...]) -> None:
    with pytest.raises(LdsInvalid, match=r"mrtd\.dg1\.mrz"):
        build_dg1(lines)


def test_dg2_nests_one_template_with_its_cbeff_header() -> None:
    record = 14 + 20 + 12 + len(JPEG)  # 350; with 5f2e 355; with the header of 16 371; with count and heads 379, 384
    data = build_dg2(FACE, CHIP)
    head = "758201807f6182017b0201017f60820173a10e81010282010087020101880200085f2e82015e"
    assert record == 0x15E
    assert data.hex().startswith(head)
    assert read_dg2(data) == (FACE,)


def test_dg2_larger_than_its_file_is_not_written() -> None:
    with pytest.raises(LdsInvalid, match=r"mrtd\.dg2\.too_large"):
        build_dg2(portrait_face(b"\xff\xd8\xff" + bytes(24000), 413, 531, CHIP.face), CHIP)


def test_dg2_of_another_format_or_count_is_refused() -> None:
    data = build_dg2(FACE, CHIP)
    for old, new, code in (
        ("88020008", "8802002a", "dg2.format"),
        ("810102", "810108", "dg2.type"),
        ("0201017f60", "0201027f60", "dg2.count"),
    ):
        with pytest.raises(LdsInvalid) as refused:
            read_dg2(bytes.fromhex(data.hex().replace(old, new, 1)))
        assert refused.value.faults[0].code == f"mrtd.{code}"


def test_dg11_has_the_layout_of_the_standard_and_the_national_number_stays_off() -> None:
    data = build_dg11(HOLDER, CHIP.holder_details)
    name, place = "المبروك<<سالم<علي<محمد".encode(), "طرابلس<ليبيا".encode()
    body = (
        bytes.fromhex("5c065f0e5f2b5f11")
        + b"\x5f\x0e" + bytes((len(name),)) + name
        + b"\x5f\x2b\x0819900517"
        + b"\x5f\x11" + bytes((len(place),)) + place
    )  # fmt: skip
    assert data == b"\x6b" + bytes((len(body),)) + body


def test_the_specification_decides_what_dg11_holds() -> None:
    rules = CHIP.holder_details.model_copy(update={"elements": ["full_name", "national_number"]})
    assert read_dg11(build_dg11(HOLDER, rules)) == HolderDetails("المبروك", "سالم علي محمد", (), "119909000012")


@pytest.mark.heavy
@given(holders)
def test_dg11_is_read_back(holder: HolderDetails) -> None:
    elements = ["full_name", "other_names", "national_number", "birth_date", "place_of_birth"]
    rules = CHIP.holder_details.model_copy(update={"elements": elements})
    assert read_dg11(build_dg11(holder, rules)) == holder


@pytest.mark.parametrize(
    ("known", "text"),
    [
        (PartialDate(1950, None, None), "19500000"),
        (PartialDate(1950, 3, None), "19500300"),
        (PartialDate(None, None, None), "00000000"),
        (PartialDate(None, 2, 29), "00000229"),
    ],
)
def test_what_is_unknown_of_a_birth_date_is_zeros(known: PartialDate, text: str) -> None:
    data = build_dg11(HolderDetails("علي", birth_date=known), CHIP.holder_details)
    assert text.encode() in data
    assert read_dg11(data).birth_date == known


def test_dates_are_read_as_digits_and_as_packed_decimals() -> None:
    digits = encode(0x6B, encode(0x5C, b"\x5f\x2b"), encode(0x5F2B, b"19900517"))
    packed = encode(0x6B, encode(0x5C, b"\x5f\x2b"), encode(0x5F2B, bytes.fromhex("19900517")))
    assert read_dg11(digits).birth_date == read_dg11(packed).birth_date == PartialDate(1990, 5, 17)
    issued = encode(0x6C, encode(0x5C, b"\x5f\x26"), encode(0x5F26, bytes.fromhex("20261122")))
    assert read_dg12(issued).issue_date == date(2026, 11, 22)


@pytest.mark.parametrize("value", [b"19901301", b"19900230", b"1990051", b"1990-5-1", bytes.fromhex("1990051a")])
def test_a_date_that_cannot_be_is_refused(value: bytes) -> None:
    with pytest.raises(LdsInvalid, match=r"mrtd\.lds\.date"):
        read_dg11(encode(0x6B, encode(0x5C, b"\x5f\x2b"), encode(0x5F2B, value)))


def test_every_fault_of_a_holder_is_named_at_once() -> None:
    holder = HolderDetails("ال<مبروك", "سالم\u202e", other_names=(" ",), place_of_birth=("ط" * 50,))
    with pytest.raises(LdsInvalid) as refused:
        build_dg11(holder, CHIP.holder_details)
    assert [(fault.field, fault.code) for fault in refused.value.faults] == [
        ("names", "mrtd.lds.text_characters"),
        ("other_names", "mrtd.lds.text_empty"),
        ("place_of_birth", "mrtd.lds.text_too_long"),  # 100 bytes, 99 allowed
    ]


def test_a_name_in_other_normal_form_is_written_composed() -> None:
    decomposed, composed = "\u0627\u0653منة", "\u0622منة"
    assert read_dg11(build_dg11(HolderDetails(decomposed), CHIP.holder_details)).surname == composed


def test_a_tag_list_that_does_not_name_what_is_there_is_refused() -> None:
    data = encode(0x6B, encode(0x5C, b"\x5f\x0e\x5f\x10"), encode(0x5F0E, b"A"))
    with pytest.raises(LdsInvalid, match=r"mrtd\.lds\.tag_list"):
        read_dg11(data)


def test_dg12_has_the_layout_of_the_standard() -> None:
    data = build_dg12(DOCUMENT, CHIP.document_details)
    authority = "مصلحة الجوازات".encode()
    body = bytes.fromhex("5c045f195f265f19") + bytes((len(authority),)) + authority + b"\x5f\x26\x0820261122"
    assert data == b"\x6c" + bytes((len(body),)) + body
    assert read_dg12(data) == DOCUMENT


def test_all_files_of_an_edition_are_built_and_com_names_them() -> None:
    files = build_chip_files(TD3, FACE, HOLDER, DOCUMENT, CHIP, key=KEY)
    assert sorted(files.data_groups) == [1, 2, 11, 12, 14, 15]
    assert read_com(files.com).data_groups == (1, 2, 11, 12, 14, 15)


def test_faults_of_several_files_are_named_together() -> None:
    with pytest.raises(LdsInvalid) as refused:
        build_chip_files(("",), FACE, HolderDetails(""), DocumentDetails("\0"), CHIP, key=KEY)
    assert [fault.field for fault in refused.value.faults] == ["DG1", "names", "authority"]


@pytest.mark.parametrize(
    ("issued", "asked", "written"),
    [
        (date(2026, 11, 22), None, OLD),
        (date(2029, 12, 31), None, OLD),
        (date(2030, 1, 1), None, NEW),  # from 2030 ISO/IEC 39794 alone
        (date(2026, 1, 1), NEW, NEW),
    ],
)
def test_the_day_of_issue_chooses_the_format_of_the_face(
    issued: date, asked: FaceFormat | None, written: FaceFormat
) -> None:
    files = build_chip_files(TD3, FACE, HOLDER, DocumentDetails("x", issued), CHIP, asked, KEY)
    (face,) = read_dg2(files.data_groups[2])
    assert (face.record_format, face.image) == (written, JPEG)


@pytest.mark.parametrize(("issued", "asked"), [(date(2030, 1, 1), OLD), (date(2025, 12, 31), NEW)])
def test_a_format_of_the_face_outside_its_dates_is_refused(issued: date, asked: FaceFormat) -> None:
    with pytest.raises(LdsInvalid, match=r"mrtd\.chip\.face_format"):
        build_chip_files(TD3, FACE, HOLDER, DocumentDetails("x", issued), CHIP, asked, KEY)


def test_a_chip_without_the_key_that_its_edition_orders_is_refused() -> None:
    with pytest.raises(LdsInvalid, match=r"mrtd\.chip\.not_issued: DG15"):
        build_chip_files(TD3, FACE, HOLDER, DOCUMENT, CHIP)


def test_a_required_file_we_do_not_issue_is_refused() -> None:
    fingerprints = CHIP.files[2].model_copy(update={"name": "DG3", "presence": "required"})
    with pytest.raises(LdsInvalid, match=r"mrtd\.chip\.not_issued"):
        build_chip_files(TD3, FACE, HOLDER, DOCUMENT, CHIP.model_copy(update={"files": [*CHIP.files, fingerprints]}))


def test_a_file_larger_than_specified_is_refused() -> None:
    files = [file.model_copy(update={"maximum_bytes": 20} if file.name == "DG12" else {}) for file in CHIP.files]
    with pytest.raises(LdsInvalid, match=r"mrtd\.chip\.too_large: DG12"):
        build_chip_files(TD3, FACE, HOLDER, DOCUMENT, CHIP.model_copy(update={"files": files}), key=KEY)


@given(st.sampled_from(READERS), st.binary(max_size=300))
def test_any_bytes_end_in_a_typed_error(read: Callable[[bytes], object], data: bytes) -> None:
    with contextlib.suppress(LdsInvalid):
        read(data)


@given(st.integers(0, 4), st.data())
def test_mutated_files_end_in_values_or_a_typed_error(index: int, data: st.DataObject) -> None:
    whole = build_chip_files(TD3, FACE, HOLDER, DOCUMENT, CHIP, key=KEY)
    damaged = bytearray((whole.com, *whole.data_groups.values())[index])
    for _ in range(data.draw(st.integers(1, 3))):
        damaged[data.draw(st.integers(0, min(len(damaged), 120) - 1))] = data.draw(st.integers(0, 255))
    with contextlib.suppress(LdsInvalid):
        READERS[index](bytes(damaged[: data.draw(st.integers(0, len(damaged)))]))
    with contextlib.suppress(LdsInvalid):
        READERS[index](bytes(damaged))
