"""What the chip holds and how (`passport/editions/<edition>/chip.yaml`).

Tags and byte layouts are the grammar of the encoding and stand with the codec (`issuance/mrtd`); here stands what an
issuing State chooses: versions, data groups and data objects, size limits, digest, the face record and its codes.
"""

from __future__ import annotations

from datetime import date
from typing import Literal

from pydantic import Field, model_validator

from specs.schema.base import Clause, Part, Words

HolderElement = Literal["full_name", "other_names", "national_number", "birth_date", "place_of_birth"]
DocumentElement = Literal["authority", "issue_date"]
ImageFormat = Literal["JPEG2000", "JPEG"]


class LdsVersion(Clause):
    lds_version: Words = Field(pattern=r"^[0-9]{4}$")
    unicode_version: Words = Field(pattern=r"^[0-9]{6}$")
    application_id_hex: Words = Field(pattern=r"^([0-9A-F]{2}){5,16}$")


class ElementaryFile(Clause):
    """One file of the chip. name: `COM`, `SOD` or `DG1` to `DG16`."""

    name: Words = Field(pattern=r"^(COM|SOD|DG([1-9]|1[0-6]))$")
    file_id_hex: Words = Field(pattern=r"^[0-9A-F]{4}$")
    presence: Literal["required", "optional"]
    maximum_bytes: int = Field(gt=0, le=1_048_576)

    @property
    def number(self) -> int | None:
        """1 to 16 for a data group, None for COM and SOD."""
        return int(self.name[2:]) if self.name.startswith("DG") else None


class DataGroupDigest(Clause):
    algorithm: Literal["SHA-224", "SHA-256", "SHA-384", "SHA-512"]


class FaceRecordRules(Clause):
    """The face record of DG2; the numbers are the codes of ISO/IEC 19794-5:2005."""

    record_format: Literal["ISO/IEC 19794-5:2005"]
    last_issue_date: date
    image_formats: list[ImageFormat] = Field(min_length=1)
    image_type_code: int = Field(ge=0, le=2)
    colour_space_code: int = Field(ge=0, le=4)
    source_type_code: int = Field(ge=0, le=7)


class HolderDetailsRules(Clause):
    """DG11: which data objects are written, in this order."""

    elements: list[HolderElement] = Field(min_length=1)
    text_maximum_bytes: int = Field(gt=0, le=999)


class DocumentDetailsRules(Clause):
    """DG12: which data objects are written, in this order."""

    elements: list[DocumentElement] = Field(min_length=1)
    text_maximum_bytes: int = Field(gt=0, le=999)


class Chip(Part):
    """The logical data structure this edition issues."""

    lds: LdsVersion
    files: list[ElementaryFile] = Field(min_length=4)
    data_group_digest: DataGroupDigest
    face: FaceRecordRules
    holder_details: HolderDetailsRules
    document_details: DocumentDetailsRules

    @model_validator(mode="after")
    def _files_are_distinct_and_complete(self) -> Chip:
        names = [file.name for file in self.files]
        identifiers = [file.file_id_hex for file in self.files]
        for what, held in (("name", names), ("file id", identifiers)):
            if twice := {item for item in held if held.count(item) > 1}:
                raise ValueError(f"{what} {sorted(twice)[0]} stands twice -> each file once")
        for needed in ("COM", "DG1", "DG2", "SOD"):
            if needed not in names or self.file(needed).presence != "required":
                raise ValueError(f"{needed} is not required -> COM, DG1, DG2 and SOD are on every chip (Doc 9303-10)")
        return self

    def file(self, name: str) -> ElementaryFile:
        """The file of that name. Raises KeyError when this edition has none."""
        for held in self.files:
            if held.name == name:
                return held
        raise KeyError(name)
