"""Rows of an authority's file of requests, from bytes of unknown making to what is asked, each with its faults. Pure.

Nothing is said here of any person: whether somebody has that number is asked of the register, later.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from issuance.certificates.request import CertificateRequest, read_request, request_faults
from issuance.core.audit import holds_personal_data
from issuance.people.public import BirthDate, normal_number
from specs.errors import Fault, Invalid
from specs.schema import Specification

CLAUSE: Final = "docs/certificates-bulk.md"
NEEDED: Final = ("reference", "national_number", "birth_date", "purpose", "addressee_ar")
COLUMNS: Final = (
    *NEEDED, "addressee_en", "level", "consent", "legal_basis", "purpose_text_ar", "purpose_text_en", "passport_number",
)  # fmt: skip
_REFERENCE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._/-]{0,59}")


@dataclass(frozen=True, slots=True)
class BulkRow:
    """line: where it begins in the file, from 1. reference: the sender's own; asked: as `CertificateRequest`, with the
    birth date; faults: why it cannot be taken in."""

    line: int
    reference: str | None
    asked: Mapping[str, Any]
    faults: tuple[Fault, ...] = ()


def rows_in(content: bytes, spec: Specification) -> list[BulkRow]:
    """Every row in order. Raises `Invalid` for what is wrong with the whole file: encoding, columns, length."""
    seen: dict[str, int] = {}
    rows = []
    limit = spec.certificate_requests.bulk.rows_in_a_file
    for line, cells in _cells(content):
        row = _row(line, cells, spec)
        if row.reference is not None and (first := seen.setdefault(row.reference, line)) != line:
            words = f"تكرر مرجع السطر {first}", f"line {first} has this reference too"
            row = BulkRow(line, None, {}, (*row.faults, _fault("reference", "twice", *words)))
        rows.append(row)
        if len(rows) > limit:
            raise Invalid(_fault("file", "too_long", f"أكثر من {limit} سطر", f"more than {limit} rows"))
    if not rows:
        raise Invalid(_fault("file", "empty", "لا أسطر في الملف", "the file has no rows"))
    return rows


def request_of(asked: Mapping[str, Any], office: str) -> CertificateRequest:
    """What a kept row asks for, through that office."""
    return CertificateRequest.model_validate({k: v for k, v in asked.items() if k != "birth_date"} | {"office": office})


def _cells(content: bytes) -> Iterator[tuple[int, dict[str, str]]]:
    """(line, cells by column) of each row that is not empty."""
    if content.startswith((b"\xff\xfe", b"\xfe\xff")) or b"\x00" in content:
        raise Invalid(_NOT_UTF_8)
    try:
        text = content.decode("utf-8-sig")
    except UnicodeError as error:
        raise Invalid(_NOT_UTF_8) from error
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    try:
        columns = [name.strip() for name in next(reader, [])]
        _require_columns(columns)
        line = reader.line_num + 1
        for cells in reader:
            if any(cell.strip() for cell in cells):
                if len(cells) != len(columns):
                    words = (
                        f"السطر {line}: عدد الخلايا {len(cells)} لا {len(columns)}",
                        f"line {line}: {len(cells)} cells for {len(columns)} columns",
                    )
                    raise Invalid(_fault("file", "cells", *words))
                yield line, {name: cell.strip() for name, cell in zip(columns, cells, strict=True)}
            line = reader.line_num + 1
    except csv.Error as error:
        words = f"السطر {reader.line_num} ليس CSV سليماً", f"line {reader.line_num} is not well-formed CSV"
        raise Invalid(_fault("file", "csv", *words)) from error


def _require_columns(columns: list[str]) -> None:
    missing = [name for name in NEEDED if name not in columns]
    strange = [f"{name:.40}" for name in columns if name not in COLUMNS]
    if missing or strange or len({*columns}) < len(columns):
        bad = ", ".join([*missing, *strange][:20]) or "a column stands twice"
        words = f"أعمدة ناقصة أو غير معروفة أو مكررة: {bad}", f"missing, unknown or doubled columns: {bad}"
        raise Invalid(_fault("file", "columns", *words))


def _row(line: int, cells: Mapping[str, str], spec: Specification) -> BulkRow:
    faults = []
    reference = cells["reference"]
    if not _REFERENCE.fullmatch(reference) or holds_personal_data(reference):
        words = (
            "مرجع السطر حروف لاتينية وأرقام، وليس رقماً وطنياً",
            "a reference is up to 60 Latin letters, digits and . _ / -, and no national number",
        )
        faults.append(_fault("reference", "reference", *words))
        reference = ""
    asked = {
        "national_number": normal_number(cells["national_number"]),
        "birth_date": cells["birth_date"],
        "purpose": cells["purpose"],
        "purpose_text": _wording(cells, "purpose_text"),
        "addressee": _wording(cells, "addressee") or {},
        "passport_number": cells.get("passport_number") or None,
        "level": cells.get("level") or "authority",
        "legal_basis": _basis(cells),
    }
    faults += _faults(asked, spec)
    return BulkRow(line, reference or None, asked, tuple(faults))


def _faults(asked: Mapping[str, Any], spec: Specification) -> Iterator[Fault]:
    digits = spec.identity_national_number.shape.digits
    if not re.fullmatch(rf"[0-9]{{{digits}}}", asked["national_number"]):
        words = f"الرقم الوطني {digits} رقماً", f"a national number has {digits} digits"
        yield _fault("national_number", "national_number", *words)
    try:
        BirthDate.parse(asked["birth_date"])
    except Invalid as error:
        yield from error.faults
    if asked["legal_basis"] is None:
        words = "اذكر موافقة صاحب الشأن أو السند القانوني", "name the person's consent, or the law"
        yield _fault("legal_basis", "basis", *words)
    try:
        request = read_request({k: v for k, v in asked.items() if k != "birth_date"})
    except Invalid as error:
        yield from error.faults
    else:
        yield from (f for f in request_faults(request, "authority", spec) if f.code != "certificates.legal_basis")


def _wording(cells: Mapping[str, str], name: str) -> dict[str, str] | None:
    held = {language: cells.get(f"{name}_{language}") for language in ("ar", "en")}
    return {language: text for language, text in held.items() if text} or None


def _basis(cells: Mapping[str, str]) -> str | None:
    """The law, else the consent as the sender names it."""
    if basis := cells.get("legal_basis"):
        return basis
    consent = cells.get("consent")
    return f"موافقة صاحب الشأن / consent: {consent}" if consent else None


def _fault(field: str, code: str, ar: str, en: str) -> Fault:
    return Fault(f"certificates.bulk.{code}", ar, en, field=field, clause=CLAUSE)


_NOT_UTF_8 = _fault("file", "encoding", "الملف ليس نصاً بترميز UTF-8", "the file is not text in UTF-8")
