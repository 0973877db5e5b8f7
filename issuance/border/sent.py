"""What a program or page sends to be inspected, JSON or form, as values. Shapes alone are judged here.

Raises `Invalid` with every fault; what a document holds is judged by the inspection.
"""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any, Final

from issuance.border.chip_files import Chip, of_files
from issuance.border.chip_record import read_record
from specs.errors import Fault, Invalid
from specs.schema import Specification

CLAUSE: Final = "openapi"
_MEMBERS: Final = ("mrz", "page", "chip", "chip_record", "seal")
_RECORD: Final = ("aa_challenge", "aa_response", "ca_record")
_AA_MAXIMUM_HEX: Final = 2048


@dataclass(frozen=True, slots=True)
class Sent:
    """mrz: lines; page: a picture or PDF; seal: text or bytes. At least one is there."""

    mrz: tuple[str, ...] | None = None
    page: bytes | None = None
    chip: Chip | None = None
    seal: str | bytes | None = None


def of_json(body: Mapping[str, Any], spec: Specification) -> Sent:
    """`{"mrz": [lines], "page": base64, "chip": {name: base64}, "chip_record": {...}, "seal": text or base64}`, one at
    least."""
    faults = [
        _fault(name, "حقل غير معروف", f"no such member; known: {', '.join(_MEMBERS)}")
        for name in body
        if name not in _MEMBERS
    ]
    taken: dict[str, Any] = {}
    for name, take in (("mrz", _mrz), ("page", _page), ("chip", _chip), ("seal", _seal)):
        if body.get(name) is not None:
            try:
                taken[name] = take(body[name], spec)
            except Invalid as refused:
                faults += refused.faults
    if body.get("chip_record") is not None:
        try:
            taken["chip"] = _with_record(taken.get("chip"), body["chip_record"])
        except Invalid as refused:
            faults += refused.faults
    return _whole(taken, faults)


def of_form(fields: Mapping[str, str], parts: tuple[tuple[str, str, bytes], ...], spec: Specification) -> Sent:
    """Text fields or files `mrz`, `seal`, `chip_record` (JSON); file `page`; and `chip`, one for each file of the chip,
    under any names.

    parts: field, name of the file, content.
    """
    held = Held(fields, parts)
    faults = [_fault(name, "حقل غير معروف", "no such field") for name in held.names() if name not in _MEMBERS]
    taken: dict[str, Any] = {}
    if (zone := held.text("mrz")) is not None:
        taken["mrz"] = tuple(zone.split())
    if (seal := held.content("seal")) is not None:
        taken["seal"] = seal
    if isinstance(page := held.content("page"), bytes):
        taken["page"] = page
    if files := [(name, content) for field, name, content in parts if field == "chip"]:
        try:
            taken["chip"] = of_files(files, spec.border_inspection.chip_files)
        except Invalid as refused:
            faults += (replace(fault, field="chip") for fault in refused.faults)
    if (record := held.text("chip_record")) is not None:
        try:
            taken["chip"] = _with_record(taken.get("chip"), _json(record))
        except Invalid as refused:
            faults += refused.faults
    return _whole(taken, faults)


def _json(text: str) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        raise Invalid(_fault("chip_record", "ليس JSON سليماً", "not well-formed JSON")) from None


@dataclass(frozen=True, slots=True)
class Held:
    """A form whose values may be text fields or files."""

    fields: Mapping[str, str]
    parts: tuple[tuple[str, str, bytes], ...]

    def names(self) -> Iterator[str]:
        yield from dict.fromkeys((*self.fields, *(field for field, _, _ in self.parts)))

    def content(self, name: str) -> str | bytes | None:
        """Of a text field, else of the last file; None: neither was sent, or empty."""
        if self.fields.get(name):
            return self.fields[name]
        return next((data for field, _, data in reversed(self.parts) if field == name and data), None)

    def text(self, name: str) -> str | None:
        held = self.content(name)
        return held.decode("ascii", "replace") if isinstance(held, bytes) else held


def _whole(taken: Mapping[str, Any], faults: list[Fault]) -> Sent:
    if faults:
        raise Invalid(*faults)
    if not taken:
        words = "أرسل منطقة مقروءة آلياً أو صورة أو ملفات شريحة أو ختماً", "send a zone, a picture, chip files or a seal"
        raise Invalid(_fault("mrz", *words))
    return Sent(**taken)


def _mrz(value: Any, spec: Specification) -> tuple[str, ...]:
    del spec
    if not isinstance(value, list) or not all(isinstance(line, str) for line in value):
        raise Invalid(_fault("mrz", "قائمة أسطر نصية", "a list of lines of text"))
    return tuple(value)


def _page(value: Any, spec: Specification) -> bytes:
    del spec
    try:
        return base64.b64decode(value, validate=True)
    except (binascii.Error, ValueError, TypeError):
        raise Invalid(_fault("page", "صورة بصيغة base64", "a picture or PDF as base64")) from None


def _seal(value: Any, spec: Specification) -> str | bytes:
    """Text or address as it is; base64 of the seal's bytes is told from it by its first byte."""
    if not isinstance(value, str) or len(value) > spec.border_inspections.limits.seal_maximum_characters:
        raise Invalid(_fault("seal", "نص الختم أو بايتاته", "text, address or base64 of a seal"))
    try:
        data = base64.b64decode(value, validate=True)
    except (binascii.Error, ValueError):
        return value
    return data if data[:1] == b"\xdc" else value


def _chip(value: Any, spec: Specification) -> Chip:
    if not isinstance(value, dict):
        raise Invalid(_fault("chip", "كائن أسماء الملفات ومحتواها", "an object of file names and contents"))
    files = []
    for name, text in value.items():
        try:
            files.append((name, base64.b64decode(text, validate=True)))
        except (binascii.Error, ValueError, TypeError):
            raise Invalid(_fault(f"chip.{name[:40]}", "base64 غير سليم", "not base64")) from None
    try:
        return of_files(files, spec.border_inspection.chip_files)
    except Invalid as refused:
        raise Invalid(*(replace(fault, field="chip") for fault in refused.faults)) from None


def _with_record(chip: Chip | None, value: Any) -> Chip:
    if chip is None:
        raise Invalid(_fault("chip_record", "يأتي مع ملفات الشريحة", "it comes with the files of the chip"))
    if not isinstance(value, dict) or not value.keys() <= set(_RECORD):
        raise Invalid(_fault("chip_record", f"كائن: {', '.join(_RECORD)}", f"an object of {', '.join(_RECORD)}"))
    held = chip
    if ("aa_challenge" in value) != ("aa_response" in value):
        words = "التحدي والجواب يأتيان معاً", "challenge and response stand together"
        raise Invalid(_fault("chip_record", *words))
    try:
        if "aa_challenge" in value:
            challenge, response = (_octets(value[name]) for name in ("aa_challenge", "aa_response"))
            held = replace(held, active_authentication=(challenge, response))
        if value.get("ca_record") is not None:
            held = replace(held, chip_authentication=read_record(json.dumps(value["ca_record"]).encode()))
    except (ValueError, RecursionError) as error:
        raise Invalid(_fault("chip_record", "ليس سجلاً مقروءاً", f"no record: {error}")) from None
    return held


def _octets(value: Any) -> bytes:
    if not isinstance(value, str) or not 0 < len(value) <= _AA_MAXIMUM_HEX:
        raise ValueError("challenge and response are hexadecimal texts")
    return bytes.fromhex(value)


def _fault(field: str, ar: str, en: str) -> Fault:
    return Fault("border.inspection.input", ar, en, field=field, clause=CLAUSE)
