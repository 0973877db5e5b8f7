"""One data group of any State's chip: what it says in plain values, and what is wrong with it. Never raises.

It judges form only: whether a group is genuine, the security object says (`keys.verify`); what two groups say against
each other, the border. A group that cannot be read gives a failure and no values; what is odd and
readable gives a warning each; an image that is none is refused, and the rest of its record read.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from issuance.mrtd.data_groups.com import GROUP_TAGS
from issuance.mrtd.data_groups.details import DG11, DG12, DOCUMENT, DOCUMENT_OTHERS, HOLDER, HOLDER_OTHERS, read_details
from issuance.mrtd.data_groups.dg1 import read_dg1
from issuance.mrtd.data_groups.dg2 import FaceImage, read_dg2
from issuance.mrtd.data_groups.dg14 import key_kind, read_dg14, read_dg15, said_of
from issuance.mrtd.data_groups.others import read_free, read_persons_to_notify, read_pictures
from issuance.mrtd.data_groups.templates import template_frames
from issuance.mrtd.face.image import image_format, image_size
from issuance.mrtd.mrz.rules import Rules, rules_of
from issuance.mrtd.tlv import LdsInvalid, odd
from keys.deviations import DG_MALFORMED
from keys.verdict import Check, Result
from specs.errors import Fault
from specs.schema.chip import ChipReading

if TYPE_CHECKING:
    from specs.schema import Specification

CLAUSE = "Doc 9303-10 §4.7"
_IMAGE_REFUSED = "mrtd.face.image"


@dataclass(frozen=True, slots=True)
class GroupRules:
    """What a reading needs of the specification."""

    mrz: Rules
    reading: ChipReading


@dataclass(frozen=True, slots=True)
class GroupReading:
    """values: str, int, bool, None, lists and dicts of them by name, empty when unreadable; images: as they stand."""

    number: int
    values: dict[str, Any] = field(default_factory=dict)
    findings: list[Check] = field(default_factory=list)
    images: tuple[bytes, ...] = ()


def group_rules(spec: Specification) -> GroupRules:
    """The rules of this specification."""
    return GroupRules(rules_of(spec), spec.border_chip_reading)


def read_group(number: int, data: bytes, rules: GroupRules) -> GroupReading:
    """The reading of data group `number`, 1 to 16. At least one finding: `chip.dg<n>` passes, or others say why not.

    values: 1 mrz; 2 faces; 3, 4 templates; 5, 7 pictures; 11, 12 the names of `details`; 14 security_infos; 15 key;
    16 persons; all others content_bytes.
    """
    noted: list[Fault] = []
    images: list[bytes] = []
    try:
        values = _READERS[number](data, rules, noted, images)
    except LdsInvalid as broken:
        failed = [_finding(number, fault, "fail") for fault in broken.faults]
        return GroupReading(number, {}, [*failed, *(_finding(number, fault, "warning") for fault in noted)])
    findings = [_finding(number, fault, "fail" if fault.code == _IMAGE_REFUSED else "warning") for fault in noted] or [
        Check(f"chip.dg{number}", "profile", "pass", f"DG{number} is well formed", f"بنية DG{number} سليمة", CLAUSE)
    ]
    return GroupReading(number, values, findings, tuple(images))


def _finding(number: int, fault: Fault, result: Result) -> Check:
    name = fault.code.removeprefix("mrtd.").removeprefix(f"dg{number}.")
    reason, reason_ar = f"DG{number}: {fault.en}", f"DG{number}: {fault.ar}"
    return Check(f"chip.dg{number}.{name}", "profile", result, reason, reason_ar, fault.clause or CLAUSE, DG_MALFORMED)


Images = list[bytes]
Values = dict[str, Any]


def _zone(data: bytes, rules: GroupRules, noted: list[Fault], _images: Images) -> Values:
    return {"mrz": list(read_dg1(data, rules.mrz, noted))}


def _faces(data: bytes, rules: GroupRules, noted: list[Fault], images: Images) -> Values:
    found: list[Values] = []
    for face in read_dg2(data, noted, rules.reading.face_record.declared_length_tolerance_bytes):
        said: Values = {"record_format": face.record_format, **face.details(), "image_bytes": len(face.image)}
        found.append(said | _image(face, noted, images))
    return {"faces": found}


def _image(face: FaceImage, noted: list[Fault], images: Images) -> Values:
    """Format and size of the image itself; an image that is none is refused, for the record around it can be read."""
    try:
        name, size = image_format(face.image), image_size(face.image)
    except LdsInvalid as broken:
        noted.extend(broken.faults)  # whatever else was noted: `odd` stops after a number of findings
        return {"image_format": None}
    images.append(face.image)
    if face.declared_format not in (None, name):
        en, ar = f"{face.declared_format} is declared, the image is {name}", f"الصيغة المعلنة غير صيغة الصورة {name}"
        odd(noted, "face.data_type", en, ar, field="DG2", clause=CLAUSE)
    declared, actual = (face.width_px, face.height_px), (size.width_px, size.height_px)
    if None not in declared and 0 not in declared and declared != actual:
        en = f"{declared[0]} x {declared[1]} pixels declared, the image has {actual[0]} x {actual[1]}"
        ar = f"الأبعاد المعلنة {declared[0]} × {declared[1]} وأبعاد الصورة {actual[0]} × {actual[1]}"
        odd(noted, "face.size", en, ar, field="DG2", clause=CLAUSE)
    return {"image_format": name, "image_width_px": actual[0], "image_height_px": actual[1]}


def _holder(data: bytes, _rules: GroupRules, noted: list[Fault], images: Images) -> Values:
    return _apart(read_details(data, DG11, "DG11", HOLDER, HOLDER_OTHERS, noted), images)


def _document(data: bytes, _rules: GroupRules, noted: list[Fault], images: Images) -> Values:
    return _apart(read_details(data, DG12, "DG12", DOCUMENT, DOCUMENT_OTHERS, noted), images)


def _apart(found: Values, images: Images) -> Values:
    """`found` with its images moved to `images`."""
    images.extend(value for value in found.values() if isinstance(value, bytes))
    return {n: {"image_bytes": len(value)} if isinstance(value, bytes) else value for n, value in found.items()}


def _templates(number: int, data: bytes, noted: list[Fault]) -> Values:
    return {"templates": template_frames(data, GROUP_TAGS[number], f"DG{number}", CLAUSE, noted)}


def _pictures(number: int, data: bytes, noted: list[Fault], images: Images) -> Values:
    found = read_pictures(number, data, noted)
    images.extend(found)
    return {"pictures": [{"image_bytes": len(picture)} for picture in found]}


def _security_infos(data: bytes, _rules: GroupRules, noted: list[Fault], _images: Images) -> Values:
    return {"security_infos": [said_of(info) for info in read_dg14(data, noted)]}


def _active_key(data: bytes, _rules: GroupRules, noted: list[Fault], _images: Images) -> Values:
    return {"key": key_kind(read_dg15(data, noted))}


def _persons(data: bytes, _rules: GroupRules, noted: list[Fault], _images: Images) -> Values:
    return {"persons": read_persons_to_notify(data, noted)}


def _reader(number: int) -> Callable[[bytes, GroupRules, list[Fault], Images], Values]:
    """The reader of a group that shares its form with others."""
    if number in (3, 4):
        return lambda data, _rules, noted, _images: _templates(number, data, noted)
    if number in (5, 7):
        return lambda data, _rules, noted, images: _pictures(number, data, noted, images)
    return lambda data, _rules, noted, _images: {"content_bytes": read_free(number, data, noted)}


_READERS: Final[Mapping[int, Callable[[bytes, GroupRules, list[Fault], Images], Values]]] = {
    **{number: _reader(number) for number in GROUP_TAGS},
    1: _zone,
    2: _faces,
    11: _holder,
    12: _document,
    14: _security_infos,
    15: _active_key,
    16: _persons,
}
