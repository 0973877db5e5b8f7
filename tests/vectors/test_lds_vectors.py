"""Data groups and face records made by others (BSI TR-03105, ETSI TR 103 200, ISO 19794-5 samples)."""

from __future__ import annotations

from pathlib import Path

import pytest

from issuance.mrtd.data_groups import build_dg1, read_com, read_dg1, read_dg2
from issuance.mrtd.face import image_format, read_face_record
from issuance.mrtd.tlv import LdsInvalid, encode, only

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
    assert (face.points, face.length_excess_bytes) == ((), 0)
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


def test_iso_39794_block_is_refused_by_name(vectors: Path) -> None:
    with pytest.raises(LdsInvalid, match=r"mrtd\.dg2\.format"):
        read_dg2((vectors / "iso39794" / "ICAO_39794_5_AP_DG2_MandFields.dat").read_bytes())


@pytest.mark.parametrize(("name", "tag"), [("Datagroup3", 0x63), ("Datagroup4", 0x76), ("Datagroup14", 0x6E)])
def test_other_files_of_the_bsi_set_are_one_object_written_back_alike(vectors: Path, name: str, tag: int) -> None:
    data = (vectors / "lds_bsi_tr03105" / f"{name}.bin").read_bytes()
    assert encode(tag, only(data, tag, name)) == data
