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
FaceFormat = Literal["ISO/IEC 19794-5:2005", "ISO/IEC 39794-5:2019"]
ImageFormat = Literal["JPEG2000", "JPEG"]


class LdsVersion(Clause):
    lds_version: Words = Field(pattern=r"^[0-9]{4}$")
    unicode_version: Words = Field(pattern=r"^[0-9]{6}$")
    application_id_hex: Words = Field(pattern=r"^([0-9A-F]{2}){5,16}$")


class ElementaryFile(Clause):
    """One file of the chip. name: `COM`, `SOD`, `CardAccess` or `DG1` to `DG16`."""

    name: Words = Field(pattern=r"^(COM|SOD|CardAccess|DG([1-9]|1[0-6]))$")
    file_id_hex: Words = Field(pattern=r"^[0-9A-F]{4}$")
    presence: Literal["required", "optional"]
    maximum_bytes: int = Field(gt=0, le=1_048_576)

    @property
    def number(self) -> int | None:
        """1 to 16 for a data group, None for the others."""
        return int(self.name[2:]) if self.name.startswith("DG") else None


class DataGroupDigest(Clause):
    algorithm: Literal["SHA-224", "SHA-256", "SHA-384", "SHA-512"]


class FaceFormatPeriod(Clause):
    """When a format of the face record may be written: issued from the first to the last date, both included."""

    format: FaceFormat
    first_issue_date: date | None = None
    last_issue_date: date | None = None

    def admits(self, issued_on: date) -> bool:
        """Whether a document issued that day may hold it."""
        early = self.first_issue_date is not None and issued_on < self.first_issue_date
        late = self.last_issue_date is not None and issued_on > self.last_issue_date
        return not early and not late


class FaceRecordRules(Clause):
    """The face record of DG2. The codes are those of ISO/IEC 19794-5:2005; ISO/IEC 39794-5 is written without options.

    preferred_format is written as long as it may be, then the first of `formats` that may be.
    """

    preferred_format: FaceFormat
    formats: list[FaceFormatPeriod] = Field(min_length=1)
    image_formats: list[ImageFormat] = Field(min_length=1)
    image_type_code: int = Field(ge=0, le=2)
    colour_space_code: int = Field(ge=0, le=4)
    source_type_code: int = Field(ge=0, le=7)

    @model_validator(mode="after")
    def _preferred_format_has_a_period(self) -> FaceRecordRules:
        named = [period.format for period in self.formats]
        if self.preferred_format not in named or len(set(named)) != len(named):
            raise ValueError("formats: each once, the preferred among them")
        if all(period.last_issue_date is not None for period in self.formats):
            raise ValueError("every format ends -> one must be open, or nothing can be issued after its last day")
        return self

    def admitted(self, issued_on: date) -> list[FaceFormat]:
        """The formats a document issued that day may hold, the one to write first; empty when there is none."""
        held = [period.format for period in self.formats if period.admits(issued_on)]
        return sorted(held, key=lambda name: name != self.preferred_format)


class ForeignFaceRecord(Clause):
    """What is read of a face record although it is wrong."""

    declared_length_tolerance_bytes: int = Field(ge=0, le=64)


class ForeignActiveAuthentication(Clause):
    """ecdsa_der_accepted: a chip's ECDSA response in DER is judged like a plain one, and named a deviation."""

    ecdsa_der_accepted: bool


class ChipReading(Part):
    """What is accepted of chips of other States, each time with a finding (`border/chip_reading.yaml`)."""

    face_record: ForeignFaceRecord
    active_authentication: ForeignActiveAuthentication


class HolderDetailsRules(Clause):
    """DG11: which data objects are written, in this order."""

    elements: list[HolderElement] = Field(min_length=1)
    text_maximum_bytes: int = Field(gt=0, le=999)


class DocumentDetailsRules(Clause):
    """DG12: which data objects are written, in this order."""

    elements: list[DocumentElement] = Field(min_length=1)
    text_maximum_bytes: int = Field(gt=0, le=999)


class SecurityOptions(Clause):
    """The PACE information that EF.CardAccess and DG14 hold alike; domain parameters by number (Doc 9303-11 §9.5.1)."""

    pace_protocol: Literal[
        "PACE-ECDH-GM-AES-CBC-CMAC-128", "PACE-ECDH-GM-AES-CBC-CMAC-192", "PACE-ECDH-GM-AES-CBC-CMAC-256"
    ]
    pace_parameter_id: int = Field(ge=8, le=18)


class ActiveAuthentication(Clause):
    """The key made for each chip (DG15), and how it signs; RSA says nothing of its signatures in DG14."""

    key_kind: Literal["P-256", "P-384", "rsa-2048"]
    response_signature: Literal["ecdsa-plain-SHA256", "ecdsa-plain-SHA384"] | None = None

    @model_validator(mode="after")
    def _ecdsa_is_named(self) -> ActiveAuthentication:
        if (self.response_signature is None) != self.key_kind.startswith("rsa"):
            raise ValueError("DG14 names the signature of ECDSA, and none of RSA -> `response_signature:` for a curve")
        return self


class Chip(Part):
    """The logical data structure this edition issues."""

    lds: LdsVersion
    files: list[ElementaryFile] = Field(min_length=4)
    data_group_digest: DataGroupDigest
    face: FaceRecordRules
    holder_details: HolderDetailsRules
    document_details: DocumentDetailsRules
    security_options: SecurityOptions | None = None
    active_authentication: ActiveAuthentication | None = None

    @model_validator(mode="after")
    def _proofs_have_their_files(self) -> Chip:
        """Doc 9303-10 §4.7.14: DG14 where PACE is offered, and where ECDSA answers; DG15 for active authentication."""
        active = self.active_authentication
        named = active is not None and active.response_signature is not None
        for file, needed in (
            ("CardAccess", self.security_options is not None),
            ("DG14", self.security_options is not None or named),
            ("DG15", active is not None),
        ):
            if (file in [held.name for held in self.files]) != needed:
                raise ValueError(
                    f"{file} stands there without what it says, or the reverse -> the file with `security_options:` "
                    "or `active_authentication:`, or neither"
                )
        return self

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
