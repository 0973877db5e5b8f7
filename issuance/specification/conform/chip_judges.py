"""The chip against its clauses: files, versions, digest, face, details, security object, signer. From bytes alone."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any, Final

from issuance.mrtd.data_groups import read_com
from issuance.mrtd.data_groups.dg14 import key_kind, read_card_access, read_dg14, read_dg15
from issuance.mrtd.data_groups.reading import GroupReading
from issuance.mrtd.tlv import LdsInvalid
from issuance.specification.conform.given import Given
from issuance.specification.conform.registry import Wanted, judges, the
from issuance.specification.conform.report import Measured
from keys import algorithms
from keys.lint import lint_certificate
from keys.security_infos import SecurityInfo
from keys.security_infos_write import ACTIVE_SIGNATURES, pace_info
from keys.verdict import Check
from specs.schema.base import Bilingual
from specs.schema.chip import (
    ActiveAuthentication,
    DataGroupDigest,
    DocumentDetailsRules,
    ElementaryFile,
    FaceFormatPeriod,
    FaceRecordRules,
    HolderDetailsRules,
    LdsVersion,
    SecurityOptions,
)
from specs.schema.portrait import ChipImage

_FORM: Final = Bilingual(ar="البنية", en="form")
_LISTED: Final = Bilingual(ar="المجموعات المذكورة", en="data groups listed")
_SIGNED: Final = Bilingual(ar="البصمات الموقعة", en="signed digests")
_OPTIONAL_FOR_THE_HOLDER: Final = {"other_names"}
_FACE: Final = "DG2"


@judges("chip.lds", needs="chip")
def versions(given: Given, want: Wanted) -> Iterator[Measured]:
    """The versions EF.COM states, and those the security object signed."""
    rule, found = want.of(LdsVersion), []
    com = _file(given, "COM")
    try:
        stated = read_com(com) if com is not None else None
    except LdsInvalid:
        stated = None
    if stated is not None:
        found.append(("EF.COM", stated.lds_version, stated.unicode_version))
    if given.security_object is not None and given.security_object[0].lds_version is not None:
        held = given.security_object[0]
        found.append(("EF.SOD", held.lds_version or "", held.unicode_version or ""))
    for where, lds, unicode in found:
        yield want.says("lds_version", lds == rule.lds_version, lds, rule.lds_version, where)
        yield want.says("unicode_version", unicode == rule.unicode_version, unicode, rule.unicode_version, where)


@judges("chip.files.*", needs="chip")
def file(given: Given, want: Wanted) -> Iterator[Measured]:
    """A file is there when it must be, is not too large, reads, and says what the other files say of it."""
    rule = want.of(ElementaryFile)
    where, data = f"EF.{rule.name}", _file(given, rule.name)
    if data is None:
        if rule.presence == "required":
            yield want.says("presence", False, "-", rule.presence, where)
        return
    yield want.says("presence", True, "present", rule.presence, where)
    yield want.at_most("maximum_bytes", len(data), rule.maximum_bytes, where)
    if rule.number is not None:
        failed = [check.reason for check in given.groups[rule.number].findings if check.result == "fail"]
        yield want.says(_FORM, not failed, "; ".join(failed) or "ok", "ok", where)
    yield from {"COM": _com, "SOD": _sod, "DG1": _zone_of_dg1}.get(rule.name, _nothing)(given, want)


def _nothing(_given: Given, _want: Wanted) -> Iterable[Measured]:
    return ()


def _com(given: Given, want: Wanted) -> Iterator[Measured]:
    """EF.COM lists the data groups that are there, and these are groups of the edition."""
    try:
        listed = read_com(_file(given, "COM") or b"").data_groups
    except LdsInvalid as broken:
        yield want.says(_FORM, False, broken.faults[0].en, "ok", "EF.COM")
        return
    there = sorted(given.groups)
    known = {rule.number for rule in want.edition.chip.files}
    kept = sorted(listed) == there and set(there) <= known
    yield want.says(
        _LISTED, kept, sorted(listed), there if set(there) <= known else sorted(set(there) & known), "EF.COM"
    )


def _sod(given: Given, want: Wanted) -> Iterator[Measured]:
    """EF.SOD reads, and lists the digest of every data group that is there."""
    if given.security_object is None:
        yield want.says(_FORM, False, "unreadable", "ok", "EF.SOD")
        return
    held = given.security_object[0]
    right = {n for n, data in the(given.chip).groups.items() if _digest(held.hash, data) == held.digests.get(n)}
    yield want.says(
        _SIGNED, right == set(held.digests) == set(given.groups), sorted(right), sorted(given.groups), "EF.SOD"
    )


def _zone_of_dg1(given: Given, want: Wanted) -> Iterator[Measured]:
    """DG1 holds the lines that are printed, as the package orders them and as the picture shows them."""
    lines = given.groups[1].values.get("mrz") if 1 in given.groups else None
    if not lines:
        return
    printed = given.work.get("mrz")
    zone = Bilingual(ar="المنطقة المطبوعة", en="the zone as printed")
    if printed is not None:
        yield want.says(zone, list(lines) == printed, " ".join(lines), " ".join(map(str, printed)), "package.json")
    if given.page is not None and given.page.read_surely:
        seen = given.page.zone.lines
        yield want.says(zone, tuple(lines) == seen, " ".join(lines), " ".join(seen), given.page.where)


@judges("chip.data_group_digest", needs="chip")
def digest_algorithm(given: Given, want: Wanted) -> Iterator[Measured]:
    if given.security_object is not None:
        wanted = want.of(DataGroupDigest).algorithm
        used = given.security_object[0].hash.upper().replace("SHA", "SHA-").replace("--", "-")
        yield want.says("algorithm", used == wanted, used, wanted, "EF.SOD")


@judges("chip.face", needs="chip")
def face_record(given: Given, want: Wanted) -> Iterator[Measured]:
    """The record's format is one the edition knows, and its codes are those of the edition."""
    rule = want.of(FaceRecordRules)
    for face in _faces(given):
        record, image = face.get("record_format"), face.get("image_format")
        known = [period.format for period in rule.formats]
        yield want.says("formats", record in known, record, known, _FACE)
        yield want.says("image_formats", image in rule.image_formats, image, rule.image_formats, _FACE)
        for code, name in (
            ("image_type_code", "image_type"),
            ("colour_space_code", "colour_space"),
            ("source_type_code", "source_type"),
        ):
            if (held := face.get(name)) is not None:
                yield want.says(code, held == getattr(rule, code), held, getattr(rule, code), _FACE)


@judges("chip.face.formats.*", needs="chip")
def face_format_on_the_day(given: Given, want: Wanted) -> Iterator[Measured]:
    """The record that is used is one that a document issued that day may hold; another format is no matter here."""
    rule, issued = want.of(FaceFormatPeriod), given.issued_on
    if issued is None or all(face.get("record_format") != rule.format for face in _faces(given)):
        return
    for key in ("first_issue_date", "last_issue_date"):
        if (limit := getattr(rule, key)) is not None:
            kept = issued >= limit if key == "first_issue_date" else issued <= limit
            yield want.says(key, kept, issued, limit, _FACE)


@judges("portrait.chip_image", needs="chip")
def chip_image(given: Given, want: Wanted) -> Iterator[Measured]:
    rule = want.of(ChipImage)
    for face in _faces(given):
        if face.get("image_format") is None:
            yield want.says("format", False, "-", rule.format, _FACE)
            continue
        yield want.says("format", face["image_format"] == rule.format, face["image_format"], rule.format, _FACE)
        for key in ("width_px", "height_px"):
            yield want.says(
                key, face[f"image_{key}"] == getattr(rule, key), face[f"image_{key}"], getattr(rule, key), _FACE
            )
        yield want.at_most("maximum_bytes", face["image_bytes"], rule.maximum_bytes, _FACE)


@judges("chip.holder_details", needs="chip")
def holder_details(given: Given, want: Wanted) -> Iterator[Measured]:
    rule = want.of(HolderDetailsRules)
    yield from _details(given.groups.get(11), want, list(rule.elements), rule.text_maximum_bytes)


@judges("chip.document_details", needs="chip")
def document_details(given: Given, want: Wanted) -> Iterator[Measured]:
    rule = want.of(DocumentDetailsRules)
    yield from _details(given.groups.get(12), want, list(rule.elements), rule.text_maximum_bytes)


def _details(read: GroupReading | None, want: Wanted, elements: list[str], room: int) -> Iterator[Measured]:
    """Just the elements the edition names (a holder may have no other names), and no text longer than it allows."""
    if read is None or not read.values:
        return
    held, where = list(read.values), f"DG{read.number}"
    needed = [name for name in elements if name not in _OPTIONAL_FOR_THE_HOLDER]
    kept = set(needed) <= set(held) <= set(elements)
    yield want.says("elements", kept, held, elements, where)
    longest = max((_octets(value) for value in read.values.values()), default=0)
    yield want.at_most("text_maximum_bytes", longest, room, where)


def _octets(value: Any) -> int:
    """As written: parts apart by one filler."""
    return len(("<".join(map(str, value)) if isinstance(value, list) else str(value)).encode())


@judges("chip.security_options", needs="chip")
def security_options(given: Given, want: Wanted) -> Iterator[Measured]:
    """PACE as the edition orders it, the same in EF.CardAccess and in DG14."""
    rule = want.of(SecurityOptions)
    wanted = pace_info(rule.pace_protocol, rule.pace_parameter_id)
    access = _file(given, "CardAccess")
    for where, infos in (("EF.DG14", _infos(given)), ("EF.CardAccess", _read(read_card_access, access))):
        found = [info for info in infos if info.kind == "pace"]
        if access is None and where == "EF.CardAccess":
            continue  # its absence is named by its own clause
        kept = [info.encoded for info in found] == [wanted]
        said = ", ".join(f"{info.name} {info.parameter_id}" for info in found) or "-"
        yield want.says("pace_protocol", kept, said, f"{rule.pace_protocol} {rule.pace_parameter_id}", where)


@judges("chip.active_authentication", needs="chip")
def active_authentication(given: Given, want: Wanted) -> Iterator[Measured]:
    """The kind of the chip's key in DG15, and the signature that DG14 names for it."""
    rule = want.of(ActiveAuthentication)
    data = _file(given, "DG15")
    if data is None:
        return
    try:
        kind = key_kind(read_dg15(data))
    except LdsInvalid:
        kind = "unreadable"
    yield want.says("key_kind", kind == rule.key_kind, kind, rule.key_kind, "EF.DG15")
    named = next((info.algorithm for info in _infos(given) if info.kind == "active"), None)
    wanted = ACTIVE_SIGNATURES.get(rule.response_signature or "")
    yield want.says("response_signature", named == wanted, named or "-", wanted or "-", "EF.DG14")


def _infos(given: Given) -> tuple[SecurityInfo, ...]:
    return _read(read_dg14, _file(given, "DG14"))


def _read(reader: Callable[[bytes], tuple[SecurityInfo, ...]], data: bytes | None) -> tuple[SecurityInfo, ...]:
    try:
        return reader(data) if data is not None else ()
    except LdsInvalid:
        return ()


@judges("pki/profiles.security_object", needs="chip")
def security_object(given: Given, want: Wanted) -> Iterator[Measured]:
    if given.security_object is not None:
        yield want.says(_FORM, *_faults(given.security_object[1]), "ok", "EF.SOD")


@judges("pki/profiles.profiles.document_signer", needs="chip")
def document_signer(given: Given, want: Wanted) -> Iterator[Measured]:
    """The form of the certificate inside EF.SOD; whether it is trusted is for `issuance verify`."""
    signer = given.security_object[0].signer if given.security_object is not None else None
    if signer is not None:
        found = lint_certificate(signer.der, "document_signer", want.spec.pki_profiles)
        yield want.says(_FORM, *_faults(found), "ok", "EF.SOD")


def _faults(checks: list[Check]) -> tuple[bool, str]:
    failed = [check.reason for check in checks if check.result == "fail"]
    return not failed, "; ".join(failed) or "ok"


def _faces(given: Given) -> list[dict[str, Any]]:
    return list(given.groups[2].values.get("faces", ())) if 2 in given.groups else []


def _file(given: Given, name: str) -> bytes | None:
    return the(given.chip).files.get(name if name.startswith("DG") else f"EF_{name}")


def _digest(name: str, data: bytes) -> bytes | None:
    try:
        return algorithms.digest(name, data)
    except algorithms.Unsupported:
        return None
