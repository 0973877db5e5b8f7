"""The passport data page as PDF and as a picture, every position taken from the edition's specification.

The MRZ comes in ready made (issuance.mrtd builds it) and is printed character by character in fixed cells.
"""

from __future__ import annotations

import re
import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from typing import Any, Literal

from issuance.documents.certificate import BilingualText
from issuance.documents.guilloche import data_page_background, emblem
from issuance.documents.printable import date_faults, date_parts, framed_picture, text_faults
from issuance.documents.typesetting import rasterise, require_fonts, typeset
from specs.errors import Fault, Invalid
from specs.schema import PassportEdition
from specs.schema.data_page import DataPageFieldId, DataPageSpec

_TEMPLATE = "data_page.typ"
_EMBLEM_MM = 22.0


@dataclass(frozen=True, slots=True)
class DataPageData:
    """What is printed. birth_date: ISO text, unknown parts `00`; mrz: top line first; portrait, signature: pictures.

    surname and given_names hold the Arabic identity in `ar` and the holder's own Latin spelling in `en`.
    """

    document_code: str
    issuing_state: str
    number: str
    surname: BilingualText
    given_names: BilingualText
    nationality: BilingualText
    birth_date: str
    sex: Literal["M", "F", "X"]
    birth_place: BilingualText
    issued_on: date
    expires_on: date
    authority: BilingualText
    mrz: tuple[str, ...]
    portrait: bytes
    national_number: str | None = None
    signature: bytes | None = None
    synthetic: bool = False


@dataclass(frozen=True, slots=True)
class DataPage:
    """pdf: one page of the book's size; png: the same at the edition's resolution (300 dpi), written into the file."""

    pdf: bytes
    png: bytes


def render_data_page(data: DataPageData, edition: PassportEdition) -> DataPage:
    """The page of one passport; equal arguments give equal bytes (the creation date is the date of issue).

    Raises `Invalid` with every fault of the data, `Unavailable` when a font is missing.
    """
    spec = edition.data_page
    if found := [*_faults(data, spec)]:
        raise Invalid(*found)
    require_fonts((spec.fonts.arabic, spec.fonts.latin, spec.fonts.mrz))
    page, dpi = spec.page, spec.page.resolution_dpi
    raw = {
        "background": data_page_background(page.width_mm, page.height_mm, spec.mrz_box().y_mm),
        "emblem": emblem(_EMBLEM_MM),
        "portrait": framed_picture(
            data.portrait, spec.portrait.box.width_mm, spec.portrait.box.height_mm, dpi, "portrait"
        ),
        "signature": framed_picture(data.signature, *_signature_size(spec), 600, "signature") if data.signature else "",
    }
    inputs = {
        "spec": spec.model_dump(mode="json"),
        "fields": _fields(data, spec),
        "mrz": list(data.mrz),
        "synthetic": data.synthetic,
        "title": f"{spec.header.document.ar} / {spec.header.document.en} {data.number}",
    }
    issued = datetime.combine(data.issued_on, time(), UTC)
    return DataPage(
        pdf=typeset(_TEMPLATE, inputs, raw=raw, standards=["a-2b"], timestamp=issued),
        png=with_resolution(rasterise(_TEMPLATE, inputs, raw=raw, dpi=dpi, timestamp=issued), dpi),
    )


def with_resolution(png: bytes, dpi: int) -> bytes:
    """The PNG with a pHYs chunk, so that scanners' software sees the page in its true size."""
    content = struct.pack(">IIB", *(2 * (round(dpi / 0.0254),)), 1)
    chunk = struct.pack(">I", len(content)) + b"pHYs" + content + struct.pack(">I", zlib.crc32(b"pHYs" + content))
    header_end = 8 + 25  # signature, IHDR
    return png[:header_end] + chunk + png[header_end:]


def _signature_size(spec: DataPageSpec) -> tuple[float, float]:
    """The caption takes the lowest part of the signature's box."""
    box = spec.signature.box
    return box.width_mm, box.height_mm - spec.captions.size_mm * 1.6


def _values(data: DataPageData, spec: DataPageSpec) -> dict[DataPageFieldId, BilingualText | str | None]:
    sex = getattr(spec.sex_values, data.sex)
    return {
        "document_code": data.document_code.rstrip("<"),
        "issuing_state": data.issuing_state,
        "number": data.number,
        "surname": data.surname,
        "given_names": data.given_names,
        "nationality": data.nationality,
        "birth_date": _printed_date(data.birth_date, spec),
        "sex": BilingualText(sex.ar, sex.en),
        "birth_place": data.birth_place,
        "issued_on": _printed_date(data.issued_on.isoformat(), spec),
        "expires_on": _printed_date(data.expires_on.isoformat(), spec),
        "national_number": data.national_number if spec.switches.national_number_shown else None,
        "authority": data.authority,
    }


def _fields(data: DataPageData, spec: DataPageSpec) -> list[dict[str, Any]]:
    """Each field of the specification with its value in the scripts it orders; one without a value is left out."""
    values, out = _values(data, spec), []
    for field in spec.fields:
        value = values[field.id]
        if value is not None:
            latin, arabic = (value, None) if isinstance(value, str) else (value.en, value.ar)
            shown = {"en": latin, "ar": arabic if field.scripts == "both" else None}
            out.append({**field.model_dump(mode="json"), "value": shown})
    return out


def _printed_date(iso: str, spec: DataPageSpec) -> str:
    if [*date_faults("", iso, partial=True)]:
        return iso  # named by `_faults`
    year, month, day = date_parts(iso, spec.dates.unknown_part)
    return spec.dates.format.replace("YYYY", year).replace("MM", month).replace("DD", day)


def _faults(data: DataPageData, spec: DataPageSpec) -> Iterator[Fault]:
    values = _values(data, spec)
    for field in spec.fields:
        value = values[field.id]
        if isinstance(value, str):
            yield from text_faults(field.id, value, field.maximum_characters)
        elif value is not None:
            yield from text_faults(f"{field.id}.ar", value.ar, field.maximum_characters)
            yield from text_faults(f"{field.id}.en", value.en or "", field.maximum_characters)
    yield from date_faults("birth_date", data.birth_date, partial=True)
    shape = rf"[A-Z0-9<]{{{spec.mrz.characters}}}"
    if len(data.mrz) != spec.mrz.lines or not all(re.fullmatch(shape, line) for line in data.mrz):
        yield Fault(
            "documents.data_page.mrz",
            "منطقة القراءة الآلية ليست على الشكل المطلوب",
            f"the MRZ does not have {spec.mrz.lines} lines of {spec.mrz.characters} characters A-Z, 0-9, <",
            field="mrz",
            clause="Doc 9303-4 §4.2",
        )
