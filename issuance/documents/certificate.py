"""The criminal-status certificate: its facts, their canonical JSON, and the PDF that shows both.

Renders what it is given, refuses what cannot stand on the paper. Disclosure and signing are decided elsewhere.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any, Literal

from issuance.documents.barcodes import qr_svg
from issuance.documents.guilloche import certificate_background, emblem
from issuance.documents.printable import date_faults, date_parts, framed_picture, text_faults
from issuance.documents.serial import check
from issuance.documents.typesetting import require_fonts, typeset
from specs.errors import Fault, Invalid
from specs.schema.certificate import CertificateSpec, FieldId, Paper, RulingColumnId

Outcome = Literal["clear", "entries"]
Sex = Literal["M", "F"]
_TEMPLATE = "certificate.typ"
_EMBLEM_MM = 22.0
_NO_NUMBER = "— — —"
_PERSON: frozenset[str] = frozenset(
    {"name", "national_number", "birth_date", "birth_place", "nationality", "passport_number"}
)


@dataclass(frozen=True, slots=True)
class BilingualText:
    """A value in Arabic and, where one is known, in English."""

    ar: str
    en: str | None = None


@dataclass(frozen=True, slots=True)
class RulingRow:
    """One disclosed conviction, as printed."""

    court: BilingualText
    case_number: str
    ruled_on: date
    offence: BilingualText
    penalty: BilingualText


@dataclass(frozen=True, slots=True)
class CertificateData:
    """The facts of one certificate.

    arabic_name: the four parts, as stored; birth_date: ISO text, unknown parts `00`; national_number: as disclosed
    (`disclosed_national_number`); expires_on: the last valid day; sex: chooses the wording, not printed itself.
    """

    number: str
    issued_on: date
    expires_on: date
    arabic_name: tuple[str, ...]
    latin_name: str
    sex: Sex
    birth_date: str
    birth_place: BilingualText
    nationality: BilingualText
    national_number: str
    passport_number: str | None
    purpose: BilingualText
    addressee: BilingualText
    office: BilingualText
    outcome: Outcome
    rulings: tuple[RulingRow, ...]
    synthetic: bool


def disclosed_national_number(number: str, spec: CertificateSpec) -> str:
    """The national number as the paper and the attached data show it (`disclosure`)."""
    rule = spec.disclosure
    if rule.national_number == "full":
        return number
    hidden = max(0, len(number) - rule.visible_digits)
    return rule.mask_character * hidden + number[hidden:]


def render_certificate(
    data: CertificateData,
    spec: CertificateSpec,
    *,
    portrait: bytes,
    seal_url: str,
    attachment: bytes,
    timestamp: datetime,
    level: BilingualText | None = None,
    paper: Paper | None = None,
) -> bytes:
    """The unsigned PDF. Equal arguments give equal bytes.

    portrait: JPEG, JPEG 2000 or PNG; seal_url: content of the QR code; attachment: the JSON that goes inside (see
    `attachment_json`); timestamp: aware, written as the creation date; level: to whom it discloses, printed and not in
    the JSON, whose format knows none; paper: default `spec.paper`.
    Raises `Invalid` with every fault of the data, `Unavailable` when a font is missing.
    """
    if found := [*_faults(data, spec)]:
        raise Invalid(*found)
    try:
        attached = attachment.decode("utf-8")
    except UnicodeDecodeError as error:
        raise Invalid(_fault("attachment", "البيانات المرفقة ليست UTF-8", "the attached data is not UTF-8")) from error
    paper, qr = paper or spec.paper, spec.qr
    code = qr_svg(
        seal_url,
        error_correction=qr.error_correction,
        size_mm=qr.size_mm,
        quiet_zone_modules=qr.quiet_zone_modules,
    )
    return typeset(
        _TEMPLATE,
        _inputs(data, spec, paper, level, preview=False),
        raw={**_pictures(spec, paper, portrait), "qr": code, "attachment": attached},
        standards=paper.pdf_standards,
        timestamp=timestamp,
    )


def render_preview(
    data: CertificateData, spec: CertificateSpec, *, portrait: bytes, timestamp: datetime, level: BilingualText
) -> bytes:
    """The same pages before anything is decided: no number, code or attached data, and marked across as a preview.

    data.number: not looked at. Raises as `render_certificate`.
    """
    if found := [fault for fault in _faults(data, spec) if fault.field != "number"]:
        raise Invalid(*found)
    return typeset(
        _TEMPLATE,
        _inputs(replace(data, number=_NO_NUMBER), spec, spec.paper, level, preview=True),
        raw=_pictures(spec, spec.paper, portrait),
        timestamp=timestamp,
    )


def _inputs(
    data: CertificateData, spec: CertificateSpec, paper: Paper, level: BilingualText | None, *, preview: bool
) -> dict[str, Any]:
    require_fonts((spec.fonts.arabic, spec.fonts.latin, spec.fonts.mono))
    held = {"spec": spec.model_dump(mode="json"), "paper": paper.model_dump(mode="json"), "preview": preview}
    return {**held, **_view(data, spec, level)}


def _pictures(spec: CertificateSpec, paper: Paper, portrait: bytes) -> dict[str, str]:
    box = spec.portrait
    return {
        "background": certificate_background(paper.width_mm, paper.height_mm, paper.margin_mm),
        "emblem": emblem(_EMBLEM_MM),
        "portrait": framed_picture(portrait, box.width_mm, box.height_mm, box.resolution_dpi, "portrait"),
    }


def _values(data: CertificateData, level: BilingualText | None = None) -> dict[FieldId, BilingualText | str | None]:
    """What stands in each field: a bilingual value, or a code that reads left to right."""
    return {
        "number": data.number,
        "name": BilingualText(" ".join(data.arabic_name), data.latin_name),
        "national_number": data.national_number,
        "birth_date": data.birth_date,
        "birth_place": data.birth_place,
        "nationality": data.nationality,
        "passport_number": data.passport_number,
        "purpose": data.purpose,
        "level": level,
        "addressee": data.addressee,
        "office": data.office,
        "issued_on": data.issued_on.isoformat(),
        "expires_on": data.expires_on.isoformat(),
    }


def _cells(row: RulingRow) -> dict[RulingColumnId, BilingualText | str]:
    return {
        "court": row.court,
        "case_number": row.case_number,
        "ruled_on": row.ruled_on.isoformat(),
        "offence": row.offence,
        "penalty": row.penalty,
    }


def _view(data: CertificateData, spec: CertificateSpec, level: BilingualText | None) -> dict[str, Any]:
    """What the template lays out: captions with values, already in order."""
    values = _values(data, level)
    values["birth_date"] = "-".join(date_parts(data.birth_date, "X"))
    rows = [
        {"id": f.id, "caption": f.caption.model_dump(), "value": _shown(value)}
        for f in spec.fields
        if f.id != "number" and (value := values[f.id]) is not None
    ]
    rulings = []
    for row in data.rulings:
        cells = _cells(row)
        rulings.append([_shown(cells[c.id]) for c in spec.rulings.columns])
    return {
        "number": data.number,
        "number_caption": spec.field("number").caption.model_dump(),
        "person": [r for r in rows if r["id"] in _PERSON],
        "certificate": [r for r in rows if r["id"] not in _PERSON],
        "outcome": spec.outcomes.words(data.outcome, data.sex).model_dump(),
        "clear": data.outcome == "clear",
        "rulings": rulings,
        "synthetic": data.synthetic,
    }


def _shown(value: BilingualText | str) -> dict[str, str | None]:
    return {"code": value} if isinstance(value, str) else {"ar": value.ar, "en": value.en}


def _faults(data: CertificateData, spec: CertificateSpec) -> Iterator[Fault]:
    for field_id, value in _values(data).items():
        if value is not None:
            yield from _value_faults(field_id, value, spec.field(field_id).maximum_characters)
    yield from date_faults("birth_date", data.birth_date, partial=True)
    if not check(spec.serial, data.number):
        yield _fault("number", "رقم الشهادة غير صحيح", "the serial or its check character is wrong")
    if len(data.arabic_name) != 4 or not all(part.strip() for part in data.arabic_name):
        yield _fault("name", "الاسم العربي ليس رباعياً", "the Arabic name does not have four parts")
    if data.expires_on < data.issued_on:
        yield _fault("expires_on", "تنتهي قبل إصدارها", "the certificate ends before it is issued")
    if (data.outcome == "entries") != bool(data.rulings):
        yield _fault("outcome", "النتيجة لا توافق الأحكام", "the outcome does not agree with the list of convictions")
    if len(data.rulings) > spec.rulings.maximum_count:
        yield _fault("rulings", "عدد الأحكام أكبر من الحد", f"more than {spec.rulings.maximum_count} convictions")
    for n, row in enumerate(data.rulings):
        cells = _cells(row)
        for column in spec.rulings.columns:
            yield from _value_faults(f"rulings.{n}.{column.id}", cells[column.id], column.maximum_characters)


def _value_faults(field: str, value: BilingualText | str, maximum: int) -> Iterator[Fault]:
    if isinstance(value, str):
        yield from text_faults(field, value, maximum)
        return
    yield from text_faults(f"{field}.ar", value.ar, maximum)
    if value.en is not None:
        yield from text_faults(f"{field}.en", value.en, maximum)


def _fault(field: str, ar: str, en: str) -> Fault:
    return Fault(f"documents.certificate.{field}", ar, en, field=field, clause="certificate/certificate.yaml")
