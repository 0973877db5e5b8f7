"""Data groups of any State's chip: values, findings, and never an exception. Bytes by hand, after Doc 9303-10."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from issuance.mrtd.data_groups.com import GROUP_TAGS
from issuance.mrtd.data_groups.dg14 import read_card_access
from issuance.mrtd.data_groups.reading import GroupReading, group_rules, read_group
from issuance.mrtd.tlv import LdsInvalid
from keys.deviations import DG_MALFORMED
from specs.load import load

RULES = group_rules(load())
# A JPEG of which only the frame header counts: 413 x 531.
JPEG = bytes.fromhex("ffd8ffe00004abcdffc0001108" + "0213" + "019d" + "03011100021100031100" + "ffd9")


def tlv(tag: str, value: bytes) -> bytes:
    """A data object; lengths of one, two and three bytes."""
    size = len(value)
    length = bytes((size,)) if size < 0x80 else b"\x81" + bytes((size,)) if size < 0x100 else b"\x82" + size.to_bytes(2)
    return bytes.fromhex(tag) + length + value


def read(number: int, data: bytes) -> GroupReading:
    return read_group(number, data, RULES)


def codes(reading: GroupReading) -> dict[str, str]:
    return {check.id: check.result for check in reading.findings}


def test_dg11_gives_every_field_of_the_standard_and_keeps_unknown_ones() -> None:
    fields = {
        "5f0e": "ERIKSSON<<ANNA<MARIA",
        "5f10": "12345",
        "5f2b": "19900500",
        "5f11": "TRIPOLI<LIBYA",
        "5f42": "STREET<1<TRIPOLI",
        "5f12": "00218",
        "5f13": "SURGEON",
        "5f14": "DR",
        "5f15": "SUMMARY",
        "5f17": "P1234567<P7654321",
        "5f18": "NONE",
    }
    others = tlv("a0", tlv("02", b"\x02") + tlv("5f0f", b"ANNA<SMITH") + tlv("5f0f", b"A<B"))
    body = b"".join(tlv(tag, text.encode()) for tag, text in fields.items())
    body += others + tlv("5f16", b"\xff\xd8") + tlv("df01", b"\x01\x02")
    listed = bytes.fromhex("".join(fields) + "5f0f" + "5f16" + "df01")
    found = read(11, tlv("6b", tlv("5c", listed) + body))
    assert found.values == {
        "full_name": "ERIKSSON<<ANNA<MARIA",
        "other_names": ["ANNA SMITH", "A B"],
        "national_number": "12345",
        "birth_date": "1990-05-00",
        "place_of_birth": ["TRIPOLI", "LIBYA"],
        "address": ["STREET", "1", "TRIPOLI"],
        "telephone": "00218",
        "profession": "SURGEON",
        "title": "DR",
        "personal_summary": "SUMMARY",
        "proof_of_citizenship": {"image_bytes": 2},
        "other_documents": ["P1234567", "P7654321"],
        "custody": "NONE",
        "unknown": {"DF01": "0102"},
    }
    assert codes(found) == {"chip.dg11.lds.unknown_tag": "warning"}
    assert found.images == (b"\xff\xd8",)


@pytest.mark.parametrize(
    ("issued", "made"), [(b"20261122", b"20261122101112"), (b"\x20\x26\x11\x22", b"\x20\x26\x11\x22\x10\x11\x12")]
)
def test_dg12_reads_dates_as_digits_and_as_packed_decimals(issued: bytes, made: bytes) -> None:
    body = tlv("5f19", b"AUTHORITY") + tlv("5f26", issued) + tlv("5f1b", b"NONE") + tlv("5f1c", b"TAX")
    body += tlv("5f1d", b"front") + tlv("5f1e", b"rear") + tlv("5f55", made) + tlv("5f56", b"PRINTER<1")
    body += tlv("a0", tlv("02", b"\x01") + tlv("5f1a", b"OTHER<PERSON"))
    listed = bytes.fromhex("5f195f265f1b5f1c5f1d5f1e5f555f56a0")
    found = read(12, tlv("6c", tlv("5c", listed) + body))
    assert found.values == {
        "authority": "AUTHORITY",
        "issue_date": "2026-11-22",
        "other_people": ["OTHER PERSON"],
        "endorsements": "NONE",
        "tax_and_exit": "TAX",
        "front_image": {"image_bytes": 5},
        "rear_image": {"image_bytes": 4},
        "personalised_at": "2026-11-22T10:11:12",
        "device_serial": "PRINTER 1",
    }
    assert codes(found) == {"chip.dg12": "pass"}
    assert found.images == (b"front", b"rear")


@pytest.mark.parametrize(
    ("content", "code", "value"),
    [
        (tlv("5c", b"\x5f\x2b\x5f\x10") + tlv("5f2b", b"19900517"), "lds.tag_list", "1990-05-17"),
        (tlv("5f2b", b"19900517"), "lds.tag_list", "1990-05-17"),
        (tlv("5c", b"\x5f\x2b") + tlv("5f2b", b"19901399"), "lds.date", None),
        (tlv("5c", b"\x5f\x2b") + tlv("5f2b", b"1990051"), "lds.date", None),
        (tlv("5c", b"\x5f\x2b") + tlv("5f2b", b"19900517") * 2, "lds.tag_list", "1990-05-17"),
        (b"\x5c\x81\x02\x5f\x2b" + tlv("5f2b", b"19900517"), "tlv.length", "1990-05-17"),
    ],
)
def test_what_is_odd_in_dg11_is_named_and_the_rest_is_read(content: bytes, code: str, value: str | None) -> None:
    found = read(11, tlv("6b", content))
    assert found.values["birth_date"] == value
    assert codes(found) == {f"chip.dg11.{code}": "warning"}
    assert {check.deviation for check in found.findings} == {DG_MALFORMED}


def test_text_that_is_not_utf_8_is_read_as_latin_1_and_named() -> None:
    found = read(12, tlv("6c", tlv("5c", b"\x5f\x19") + tlv("5f19", "Zürich".encode("latin-1"))))
    assert (found.values, codes(found)) == ({"authority": "Zürich"}, {"chip.dg12.lds.text": "warning"})


def face_19794(image: bytes, width: int, height: int, off: int = 0) -> bytes:
    block = (32 + len(image) + off).to_bytes(4) + bytes(16) + b"\x01\x00" + width.to_bytes(2) + height.to_bytes(2)
    record = b"FAC\x00010\x00" + (46 + len(image) + off).to_bytes(4) + b"\x00\x01" + block + bytes(6) + image
    header = tlv("a1", bytes.fromhex("8101028201008702010188020008"))
    template = tlv("7f60", header + tlv("5f2e", record))
    return tlv("75", tlv("7f61", tlv("02", b"\x01") + template))


def test_dg2_gives_the_face_and_names_a_wrong_length_and_a_wrong_size() -> None:
    assert codes(read(2, face_19794(JPEG, 413, 531))) == {"chip.dg2": "pass"}
    found = read(2, face_19794(JPEG, 300, 400, off=3))
    (face,) = found.values["faces"]
    assert (face["record_format"], face["image_format"]) == ("ISO/IEC 19794-5:2005", "JPEG")
    assert (face["width_px"], face["image_width_px"], face["image_height_px"]) == (300, 413, 531)
    assert codes(found) == {"chip.dg2.face.length": "warning", "chip.dg2.face.size": "warning"}
    assert found.images == (JPEG,)


def test_an_image_of_another_format_than_declared_is_given_and_named() -> None:
    data = face_19794(JPEG, 413, 531).replace(b"\x01\x00\x01\x9d\x02\x13", b"\x01\x01\x01\x9d\x02\x13")
    found = read(2, data)
    assert (codes(found), found.images) == ({"chip.dg2.face.data_type": "warning"}, (JPEG,))


def test_a_length_further_off_than_the_specification_tolerates_is_a_failure() -> None:
    off = RULES.reading.face_record.declared_length_tolerance_bytes + 1
    found = read(2, face_19794(JPEG, 413, 531, off=off))
    assert (found.values, codes(found)) == ({}, {"chip.dg2.face.length": "fail"})


def test_an_image_that_is_none_is_refused_and_its_record_read() -> None:
    found = read(2, face_19794(b"\xff\xd8\xfe\xe0" + bytes(40), 413, 531))
    assert found.values["faces"][0]["image_format"] is None
    assert (codes(found), found.images) == ({"chip.dg2.face.image": "fail"}, ())


def test_dg3_without_fingers_and_dg4_frames_are_read_without_their_blocks() -> None:
    absent = tlv("63", tlv("7f61", tlv("02", b"\x00")) + tlv("53", bytes(8)))
    assert (read(3, absent).values, codes(read(3, absent))) == ({"templates": []}, {"chip.dg3": "pass"})
    header = tlv("a1", bytes.fromhex("810110820101870201018802000a"))
    iris = tlv("76", tlv("7f61", tlv("02", b"\x01") + tlv("7f60", header + tlv("5f2e", bytes(300)))))
    said = {"type": "10", "subtype": "01", "format_owner": "0101", "format_type": "000a", "block_bytes": 300}
    assert read(4, iris).values == {"templates": [said]}


def test_dg5_dg7_and_free_groups_give_their_content() -> None:
    for number, tag in ((5, "5f40"), (7, "5f43")):
        found = read(number, tlv(f"{GROUP_TAGS[number]:02x}", tlv("02", b"\x01") + tlv(tag, JPEG)))
        assert (found.values, found.images) == ({"pictures": [{"image_bytes": len(JPEG)}]}, (JPEG,))
    for number in (6, 8, 9, 10, 13):
        assert read(number, tlv(f"{GROUP_TAGS[number]:02x}", b"anything")).values == {"content_bytes": 8}


def test_dg16_names_the_persons_to_notify() -> None:
    person = tlv("5f50", b"20260102") + tlv("5f51", b"ALI<SALEM") + tlv("5f52", b"00218") + tlv("5f53", b"A<TRIPOLI")
    found = read(16, tlv("70", tlv("02", b"\x01") + tlv("a1", person)))
    said = {"recorded_on": "2026-01-02", "name": "ALI SALEM", "telephone": "00218", "address": ["A", "TRIPOLI"]}
    assert found.values == {"persons": [said]}
    two = read(16, tlv("70", tlv("02", b"\x02") + tlv("a1", person)))
    assert codes(two) == {"chip.dg16.count": "warning"}


PACE = bytes.fromhex("3012060a04007f0007020204020202010202010d")  # ECDH, generic mapping, AES-128, parameters 13


def test_dg14_names_protocols_in_the_order_received_and_ef_cardaccess_likewise() -> None:
    active = bytes.fromhex("3017060667810801010502010106") + b"\x0a" + bytes.fromhex("04007f00070101040103")
    unknown = bytes.fromhex("3009060467810801020101")
    entries = tlv("31", PACE + active + unknown)
    found = read(14, tlv("6e", entries))
    assert found.values["security_infos"] == [
        {
            "protocol": "PACE-ECDH-GM-AES-CBC-CMAC-128",
            "oid": "0.4.0.127.0.7.2.2.4.2.2",
            "version": 2,
            "parameters": "brainpoolP256r1",
        },
        {"protocol": "AA", "oid": "2.23.136.1.1.5", "version": 1, "algorithm": "0.4.0.127.0.7.1.1.4.1.3"},
        {"protocol": "2.23.136.1", "oid": "2.23.136.1", "version": 1},
    ]
    infos = read_card_access(entries)
    assert b"".join(info.encoded for info in infos) == PACE + active + unknown


def test_a_group_under_another_tag_or_cut_short_is_a_failure_with_its_reason() -> None:
    assert codes(read(11, tlv("6c", b""))) == {"chip.dg11.tlv.unexpected": "fail"}
    assert codes(read(15, b"\x6f\x05\x30")) == {"chip.dg15.tlv.truncated": "fail"}
    assert codes(read(14, tlv("6e", b"\x31\x02\x30\x00"))) == {"chip.dg14.security_infos": "fail"}
    with pytest.raises(LdsInvalid):
        read_card_access(b"\x30\x00")


def test_bytes_after_a_group_are_named() -> None:
    assert codes(read(13, tlv("6d", b"x") + b"\0\0")) == {"chip.dg13.tlv.trailing": "warning"}


@given(st.integers(1, 16), st.binary(max_size=300))
def test_any_bytes_end_in_a_reading_of_plain_values(number: int, data: bytes) -> None:
    for content in (data, tlv(f"{GROUP_TAGS[number]:02x}", data)):
        found = read(number, content)
        assert found.findings
        json.dumps(found.values)
