"""Data groups and face records made by others (BSI TR-03105, ETSI TR 103 200, ISO 19794-5 samples)."""

from __future__ import annotations

from pathlib import Path

import pytest

from issuance.mrtd.data_groups import build_dg1, build_dg2, read_com, read_dg1, read_dg2
from issuance.mrtd.data_groups.dg14 import read_dg14, read_dg15
from issuance.mrtd.data_groups.reading import group_rules, read_group
from issuance.mrtd.face import (
    Face,
    ImageSize,
    build_face_block,
    image_format,
    image_size,
    portrait_face,
    read_face_record,
)
from issuance.mrtd.tlv import LdsInvalid, encode, only
from keys.chip_authentication import ChipAuthenticationRecord, verify_chip_authentication
from specs.load import load

RULES = group_rules(load())
BSI_MRZ = ("P<D<<MUSTERMANN<<ERIKA<<<<<<<<<<<<<<<<<<<<<<", "C11T002JM4D<<9608122F2310314<<<<<<<<<<<<<<<4")
ETSI_MRZ = (BSI_MRZ[0], "C11T002JM4D<<9608122F1310317<<<<<<<<<<<<<<<6")


@pytest.mark.parametrize(
    ("path", "lines"), [("lds_bsi_tr03105/Datagroup1.bin", BSI_MRZ), ("lds_etsi/EF_DG1.bin", ETSI_MRZ)]
)
def test_dg1_of_others_is_read_and_written_back(vectors: Path, path: str, lines: tuple[str, str]) -> None:
    data = (vectors / path).read_bytes()
    assert read_dg1(data) == lines
    assert build_dg1(lines) == data


def test_com_of_the_bsi_set_names_its_data_groups(vectors: Path) -> None:
    com = read_com((vectors / "lds_bsi_tr03105" / "EF_COM.bin").read_bytes())
    assert (com.lds_version, com.unicode_version, com.data_groups) == ("0107", "040000", (1, 2, 3, 4, 14))


def test_dg2_of_the_bsi_set_holds_one_jpeg_2000_portrait(vectors: Path) -> None:
    (face,) = read_dg2((vectors / "lds_bsi_tr03105" / "Datagroup2.bin").read_bytes())
    # The record's fields at fixed offsets of the file: size 337 x 449, full frontal, JPEG 2000, nothing else said.
    assert (face.width_px, face.height_px, face.image_type, face.data_type) == (337, 449, 1, 1)
    assert isinstance(face, Face)
    assert face.points == ()
    assert image_format(face.image) == "JPEG2000"
    assert len(face.image) == 0x3AB7 - 32


def test_iso_19794_sample_is_read_with_its_jpeg(vectors: Path) -> None:
    (face,) = read_face_record((vectors / "iso39794" / "ISO19794_Test1_Data.bin").read_bytes())
    assert (face.width_px, face.height_px, face.image_type) == (148, 70, 2)
    assert face.data_type == 1  # the sample calls its JPEG a JPEG 2000: content decides
    assert image_format(face.image) == "JPEG"


def test_iso_19794_sample_with_an_invalid_image_is_read_and_its_image_refused(vectors: Path) -> None:
    (face,) = read_face_record((vectors / "iso39794" / "ISO19794_Test2_Data_InvalidImage.bin").read_bytes())
    with pytest.raises(LdsInvalid, match=r"mrtd\.face\.image"):
        image_format(face.image)


@pytest.mark.parametrize(
    ("name", "findings", "images"),
    [
        ("ISO19794_Test1_Data.bin", {"chip.dg2.face.data_type": "warning"}, 1),
        ("ISO19794_Test2_Data_InvalidImage.bin", {"chip.dg2.face.image": "fail"}, 0),
    ],
)
def test_iso_19794_samples_in_a_dg2_are_judged_with_their_image(
    vectors: Path, name: str, findings: dict[str, str], images: int
) -> None:
    record = (vectors / "iso39794" / name).read_bytes()
    template = encode(0x7F60, encode(0xA1, bytes.fromhex("8702010188020008")), encode(0x5F2E, record))
    reading = read_group(2, encode(0x75, encode(0x7F61, b"\x02\x01\x01", template)), RULES)
    assert ({check.id: check.result for check in reading.findings}, len(reading.images)) == (findings, images)


def test_the_icao_profile_sample_of_iso_39794_is_read_and_written_back_byte_for_byte(vectors: Path) -> None:
    data = (vectors / "iso39794" / "ICAO_39794_5_AP_DG2_MandFields.dat").read_bytes()
    (face,) = read_dg2(data)
    # openssl asn1parse: image of 15000 bytes at offset 76; version 3 of 2019; representation 0; format 3
    assert face.image == data[76:15076]
    assert face.details() == {
        "version": {"generation": 3, "year": 2019},
        "id": 0,
        "information": {"format": "JPEG2000 lossy"},
    }
    assert image_size(face.image) == ImageSize(413, 531)  # ihdr of the sample: 0213 rows, 019d columns
    frame = bytes.fromhex("75823ae77f61823ae20201017f60823adaa108870201018802002a7f2e823acba1823ac7")
    assert frame + build_face_block(face.image) == data
    rules = load().passport.editions["2026"].chip
    ours = portrait_face(face.image, 0, 0, rules.face)  # no size: as the sample leaves it out
    assert build_dg2(ours, rules, "ISO/IEC 39794-5:2019") == data


@pytest.mark.parametrize(("name", "tag"), [("Datagroup3", 0x63), ("Datagroup4", 0x76), ("Datagroup14", 0x6E)])
def test_other_files_of_the_bsi_set_are_one_object_written_back_alike(vectors: Path, name: str, tag: int) -> None:
    data = (vectors / "lds_bsi_tr03105" / f"{name}.bin").read_bytes()
    assert encode(tag, only(data, tag, name)) == data


@pytest.mark.parametrize(
    ("path", "said"),
    [
        ("lds_bsi_tr03105/Datagroup14.bin", ["PK-ECDH brainpoolP224r1", "CA-ECDH-3DES-CBC-CBC 1", "TA 1"]),
        ("dg14_dg15/doc9303_spec_sample_dg14.bin", ["PK-DH dh-1024", "CA-DH-3DES-CBC-CBC 1", "TA 1"]),
        ("dg14_dg15/gmrtd_dg14_a.bin", ["PACE-ECDH-GM-AES-CBC-CMAC-256 2"]),
        (
            "dg14_dg15/gmrtd_dg14_b.bin",
            ["TA 1", "CA-ECDH-AES-CBC-CMAC-128 1", "PACE-ECDH-GM-AES-CBC-CMAC-128 2", "PK-ECDH brainpoolP256r1"],
        ),
    ],
)
def test_security_infos_of_others_are_named_and_their_bytes_kept(vectors: Path, path: str, said: list[str]) -> None:
    data = (vectors / path).read_bytes()
    reading = read_group(14, data, RULES)
    named = [f"{one['protocol']} {one.get('key', one.get('version'))}" for one in reading.values["security_infos"]]
    assert (named, [check.result for check in reading.findings]) == (said, ["pass"])
    entries = b"".join(info.encoded for info in read_dg14(data))
    assert encode(0x6E, encode(0x31, entries)) == data


@pytest.mark.parametrize(
    ("path", "kind"),
    [("lds_bsi_tr03105/Datagroup15.bin", "rsa-1024"), ("dg14_dg15/nfcpassportreader_dg15_ecc.bin", "brainpoolP256r1")],
)
def test_dg15_of_others_gives_its_key_as_it_stands(vectors: Path, path: str, kind: str) -> None:
    data = (vectors / path).read_bytes()
    assert read_group(15, data, RULES).values == {"key": kind}
    assert encode(0x6F, read_dg15(data)) == data


def test_the_bare_files_of_the_bsi_set_are_what_its_groups_hold(vectors: Path) -> None:
    held = vectors / "lds_bsi_tr03105"
    (key,) = [info.key for info in read_dg14((held / "Datagroup14.bin").read_bytes()) if info.key]
    assert key == (held / "DG14_pk.bin").read_bytes()
    assert read_dg15((held / "Datagroup15.bin").read_bytes()) == (held / "DG15_pk.bin").read_bytes()


def test_fingers_and_irises_of_the_bsi_set_are_framed_and_not_opened(vectors: Path) -> None:
    for number, kind, subtypes in ((3, "08", ["09", "0a"]), (4, "10", ["01", "02"])):
        reading = read_group(number, (vectors / "lds_bsi_tr03105" / f"Datagroup{number}.bin").read_bytes(), RULES)
        held = reading.values["templates"]
        assert [(one["type"], one["subtype"]) for one in held] == [(kind, subtype) for subtype in subtypes]
        assert [check.result for check in reading.findings] == ["pass"]


# A session a reader recorded with the chip of gmrtd_dg14_b.bin (gmrtd, chipauth tests): x and y of the terminal's
# ephemeral key, its secret, and the answer to SELECT EF.DG14, the first under the new keys.
SESSION = ChipAuthenticationRecord(
    terminal_public=bytes.fromhex(
        "044827c781be1ac7a00b351214fd783ac76d99e831a6316c8fd6de7bd96cfa31da"
        "06b6b57ba380789729f4a028212a768c49bf5f97d98b1db12beec1a1cd324fb2"
    ),
    terminal_private=0x80EBAFC8A51BECD4D90BB640EE38C9FD5C12748D28AAA37096B98C4533C4F5F5,
    response=bytes.fromhex("990290008e0803c4b125b4218cef9000"),
)


def test_a_chip_authentication_of_the_field_is_judged_from_its_record(vectors: Path) -> None:
    infos = read_dg14((vectors / "dg14_dg15" / "gmrtd_dg14_b.bin").read_bytes())
    assert {check.result for check in verify_chip_authentication(infos, SESSION)} == {"pass"}
    other = read_dg14((vectors / "lds_bsi_tr03105" / "Datagroup14.bin").read_bytes())
    assert [check.result for check in verify_chip_authentication(other, SESSION)][-1] == "unknown"
