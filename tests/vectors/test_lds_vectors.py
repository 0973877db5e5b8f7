"""Data groups and face records made by others (BSI TR-03105, ETSI TR 103 200, ISO 19794-5 samples)."""

from __future__ import annotations

from pathlib import Path

import pytest

from issuance.mrtd.data_groups import build_dg1, build_dg2, read_com, read_dg1, read_dg2
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
from specs.load import load

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
