"""All unsigned files of one chip, as the specification of the edition lists them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from issuance.mrtd.data_groups.com import build_com
from issuance.mrtd.data_groups.dg1 import build_dg1
from issuance.mrtd.data_groups.dg2 import build_dg2
from issuance.mrtd.data_groups.dg11 import HolderDetails, build_dg11
from issuance.mrtd.data_groups.dg12 import DocumentDetails, build_dg12
from issuance.mrtd.face import Face
from issuance.mrtd.tlv import LdsInvalid
from specs.errors import Fault, Invalid
from specs.schema.chip import Chip


@dataclass(frozen=True, slots=True)
class ChipFiles:
    """com: EF.COM; data_groups: number to whole file bytes, as the security object hashes them."""

    com: bytes
    data_groups: dict[int, bytes]


def build_chip_files(
    mrz_lines: Sequence[str], face: Face, holder: HolderDetails, document: DocumentDetails, chip: Chip
) -> ChipFiles:
    """EF.COM and every data group of the edition. Raises LdsInvalid with the faults of all files."""
    builders: dict[int, Callable[[], bytes]] = {
        1: lambda: build_dg1(mrz_lines),
        2: lambda: build_dg2(face, chip),
        11: lambda: build_dg11(holder, chip.holder_details),
        12: lambda: build_dg12(document, chip.document_details),
    }
    faults: list[Fault] = []
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
        if len(data) > file.maximum_bytes:
            faults.append(_fault(file.name, "too_large", f"takes {len(data)} bytes", f"حجمه {len(data)} بايت"))
        groups[file.number] = data
    last = chip.face.last_issue_date
    if document.issue_date is not None and document.issue_date > last:
        en = f"may not hold {chip.face.record_format} after {last}"
        faults.append(_fault("DG2", "face_format_ended", en, f"لا تقبل صيغة الوجه هذه بعد {last}"))
    if faults:
        raise LdsInvalid(*faults)
    return ChipFiles(build_com(groups, chip.lds), groups)


def _fault(name: str, code: str, en: str, ar: str) -> Fault:
    return Fault(f"mrtd.chip.{code}", f"{name} {ar}", f"{name} {en}", field=name, clause="Doc 9303-10 §4")
