"""All unsigned files of one chip, as the specification of the edition lists them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial

from issuance.mrtd.data_groups.com import build_com
from issuance.mrtd.data_groups.dg1 import build_dg1
from issuance.mrtd.data_groups.dg2 import build_dg2
from issuance.mrtd.data_groups.dg11 import HolderDetails, build_dg11
from issuance.mrtd.data_groups.dg12 import DocumentDetails, build_dg12
from issuance.mrtd.data_groups.dg14 import build_security_files
from issuance.mrtd.face import Face
from issuance.mrtd.tlv import LdsInvalid
from specs.errors import Fault, Invalid
from specs.schema.chip import Chip, ElementaryFile, FaceFormat


@dataclass(frozen=True, slots=True)
class ChipFiles:
    """com: EF.COM; data_groups: number to whole file bytes, as the security object hashes them; card_access: the file
    of the master file that says how to reach the others, None where the edition has none."""

    com: bytes
    data_groups: dict[int, bytes]
    card_access: bytes | None = None


def build_chip_files(
    mrz_lines: Sequence[str],
    face: Face,
    holder: HolderDetails,
    document: DocumentDetails,
    chip: Chip,
    record_format: FaceFormat | None = None,
    key: bytes | None = None,
) -> ChipFiles:
    """EF.COM and every data group of the edition. Raises LdsInvalid with the faults of all files.

    key: SubjectPublicKeyInfo of the chip's active authentication, needed where the edition has it.
    record_format: of the face; when not given, the one the specification writes on the day of issue.
    """
    faults: list[Fault] = []
    issued = document.issue_date
    admitted = chip.face.admitted(issued) if issued is not None else [chip.face.preferred_format]
    record = record_format or next(iter(admitted), chip.face.preferred_format)
    if record not in admitted:
        en, ar = f"may not hold {record} when issued on {issued}", f"لا تقبل صيغة الوجه {record} بتاريخ {issued}"
        faults.append(_fault("DG2", "face_format", en, ar))
    builders: dict[int, Callable[[], bytes]] = {
        1: lambda: build_dg1(mrz_lines),
        2: lambda: build_dg2(face, chip, record),
        11: lambda: build_dg11(holder, chip.holder_details),
        12: lambda: build_dg12(document, chip.document_details),
    }
    security = build_security_files(chip, key)
    builders |= {int(name[2:]): partial(security.__getitem__, name) for name in security if name.startswith("DG")}
    groups: dict[int, bytes] = {}
    for file in chip.files:
        if file.number is None:
            continue
        if file.number not in builders:
            if file.presence == "required":
                faults.append(_fault(file.name, "not_issued", "is required, and is not issued", "مطلوب ولا يُصدر"))
            continue
        try:
            data = builders[file.number]()
        except Invalid as error:
            faults += error.faults
            continue
        faults += _too_large(file, data)
        groups[file.number] = data
    com, access = build_com(groups, chip.lds), security.get("CardAccess")
    faults += _too_large(chip.file("COM"), com)
    faults += _too_large(chip.file("CardAccess"), access) if access is not None else ()
    if faults:
        raise LdsInvalid(*faults)
    return ChipFiles(com, groups, access)


def _too_large(file: ElementaryFile, data: bytes) -> list[Fault]:
    if len(data) <= file.maximum_bytes:
        return []
    return [_fault(file.name, "too_large", f"takes {len(data)} bytes", f"حجمه {len(data)} بايت")]


def _fault(name: str, code: str, en: str, ar: str) -> Fault:
    return Fault(f"mrtd.chip.{code}", f"{name} {ar}", f"{name} {en}", field=name, clause="Doc 9303-10 §4")
