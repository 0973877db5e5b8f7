"""The data page of a book, or the sides of a card or a sheet, as PDF and as pictures; every position is the edition's.

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
from issuance.documents.seal_code import PageSeal
from issuance.documents.typesetting import rasterise, require_fonts, typeset
from specs.errors import Fault, Invalid
from specs.schema import PassportEdition
from specs.schema.base import Bilingual
from specs.schema.data_page import Box, DataPageField, DataPageFieldId, DataPageSpec, PageSide, Signature

_TEMPLATE = "data_page.typ"
_EMBLEM_MM = 22.0


@dataclass(frozen=True, slots=True)
class PageForm:
    """What is printed on: zone_format says which page; title: of the type, None: as the book of the edition is called;
    called_passport: or else document."""

    zone_format: Literal["TD1", "TD2", "TD3"] = "TD3"
    title: Bilingual | None = None
    called_passport: bool = True


BOOK = PageForm()


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
    form: PageForm = BOOK
    seal: PageSeal | None = None


@dataclass(frozen=True, slots=True)
class DataPage:
    """pdf: a page a side; png: the front at the resolution of the edition (300 dpi), written into the file; back: the
    same of the other side, None where there is none."""

    pdf: bytes
    png: bytes
    back: bytes | None = None


def render_data_page(data: DataPageData, edition: PassportEdition) -> DataPage:
    """The page, or sides, of one document; equal arguments give equal bytes (the creation date is the date of issue).

    Raises `Invalid` with every fault of the data, `Unavailable` when a font is missing.
    """
    require_drawable(data, edition)
    spec = edition.data_page
    sides = spec.sides(data.form.zone_format)
    dpi = sides[0].page.resolution_dpi
    title = data.form.title or spec.header.document
    raw = {"emblem": emblem(_EMBLEM_MM), "signature": ""}
    for n, side in enumerate(sides):
        zone = side.mrz_box()
        clear_below_mm = zone.y_mm if zone is not None else side.page.height_mm
        raw[f"background{n}"] = data_page_background(side.page.width_mm, side.page.height_mm, clear_below_mm)
        if side.portrait is not None:
            raw["portrait"] = _framed(data.portrait, side.portrait.box, dpi, "portrait")
        if side.signature is not None and data.signature:
            raw["signature"] = _framed(data.signature, _above_caption(side.signature, side), 600, "signature")
    drawn = [_side(data, spec, side) for side in sides]
    if data.seal is not None:
        drawn.append(_sealed_side(data.seal, sides[0], raw, len(sides)))
    inputs = {
        "style": spec.model_dump(mode="json", include={"fonts", "specimen"}),
        "header": {
            "state": spec.header.state.model_dump(),
            "title": {"ar": title.ar, "en": title.en if data.form.title is None else title.en.upper()},
            "stacked": data.form.title is not None,
        },
        "sides": drawn,
        "mrz": list(data.mrz),
        "synthetic": data.synthetic,
        "title": f"{title.ar} / {title.en} {data.number}",
    }
    issued = datetime.combine(data.issued_on, time(), UTC)
    pictures = [with_resolution(png, dpi) for png in rasterise(_TEMPLATE, inputs, raw=raw, dpi=dpi, timestamp=issued)]
    pdf = typeset(_TEMPLATE, inputs, raw=raw, standards=["a-2b"], timestamp=issued)
    return DataPage(pdf, pictures[0], pictures[1] if len(pictures) > 1 else None)


def require_drawable(data: DataPageData, edition: PassportEdition) -> None:
    """Raises as `render_data_page`, before anything is drawn or signed."""
    spec = edition.data_page
    if found := [*_faults(data, spec, spec.sides(data.form.zone_format))]:
        raise Invalid(*found)
    require_fonts((spec.fonts.arabic, spec.fonts.latin, spec.fonts.mrz))


def with_resolution(png: bytes, dpi: int) -> bytes:
    """The PNG with a pHYs chunk, so that scanners' software sees the page in its true size."""
    content = struct.pack(">IIB", *(2 * (round(dpi / 0.0254),)), 1)
    chunk = struct.pack(">I", len(content)) + b"pHYs" + content + struct.pack(">I", zlib.crc32(b"pHYs" + content))
    header_end = 8 + 25  # signature, IHDR
    return png[:header_end] + chunk + png[header_end:]


def _framed(picture: bytes, box: Box, dpi: int, name: str) -> str:
    return framed_picture(picture, box.width_mm, box.height_mm, dpi, name)


def _above_caption(signature: Signature, side: PageSide) -> Box:
    """The caption takes the lowest part of the signature's box."""
    height = signature.box.height_mm - side.captions.size_mm * 1.6
    return signature.box.model_copy(update={"height_mm": height})


def _side(data: DataPageData, spec: DataPageSpec, side: PageSide) -> dict[str, Any]:
    """One side as the template draws it."""
    drawn: dict[str, Any] = {
        "page": side.page.model_dump(mode="json"),
        "header": side.header.model_dump(mode="json") if side.header is not None else None,
        "portrait": side.portrait.model_dump(mode="json") if side.portrait is not None else None,
        "signature": side.signature.model_dump(mode="json") if side.signature is not None else None,
        "statement": side.statement.model_dump(mode="json") if side.statement is not None else None,
        "mrz": side.mrz.model_dump(mode="json") if side.mrz is not None else None,
        "captions": side.captions.model_dump(mode="json"),
        "seal": None,
    }
    if side.signature is not None:
        drawn["signature"]["caption"] = caption_of(side.signature, data.form.called_passport).model_dump()
    return drawn | {"fields": _fields(data, spec, side)}


def _sealed_side(seal: PageSeal, front: PageSide, raw: dict[str, str], n: int) -> dict[str, Any]:
    """The other side of a single sheet: its seal and what that is. raw: takes in its pictures."""
    place, page = seal.rules.sheet, front.page
    code = seal.drawn(min(place.box.width_mm, place.box.height_mm))
    raw[f"background{n}"] = data_page_background(page.width_mm, page.height_mm, page.height_mm)
    raw["seal"] = code.svg
    nothing = dict.fromkeys(("header", "portrait", "signature", "statement", "mrz"))
    return nothing | {
        "page": page.model_dump(mode="json"),
        "captions": front.captions.model_dump(mode="json"),
        "fields": [],
        "seal": place.model_dump(mode="json") | {"code_mm": code.side_mm, "number": seal.number},
    }


def caption_of(part: DataPageField | Signature, called_passport: bool) -> Bilingual:
    """The words beside it, on a passport and on what is called none."""
    return part.caption if called_passport or part.other_caption is None else part.other_caption


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


def _fields(data: DataPageData, spec: DataPageSpec, side: PageSide) -> list[dict[str, Any]]:
    """Each field of the side with its value in the scripts it orders; one without a value is left out."""
    values, out = _values(data, spec), []
    for field in side.fields:
        value = values[field.id]
        if value is not None:
            latin, arabic = (value, None) if isinstance(value, str) else (value.en, value.ar)
            shown = {"en": latin, "ar": None if field.scripts == "latin" else arabic}
            caption = caption_of(field, data.form.called_passport).model_dump()
            stacked = field.scripts == "stacked" or field.id == "authority"
            out.append({**field.model_dump(mode="json"), "caption": caption, "value": shown, "stacked": stacked})
    return out


def _printed_date(iso: str, spec: DataPageSpec) -> str:
    if [*date_faults("", iso, partial=True)]:
        return iso  # named by `_faults`
    year, month, day = date_parts(iso, spec.dates.unknown_part)
    return spec.dates.format.replace("YYYY", year).replace("MM", month).replace("DD", day)


def _faults(data: DataPageData, spec: DataPageSpec, sides: list[PageSide]) -> Iterator[Fault]:
    values = _values(data, spec)
    for field in (field for side in sides for field in side.fields):
        value = values[field.id]
        if isinstance(value, str):
            yield from text_faults(field.id, value, field.maximum_characters)
        elif value is not None:
            yield from text_faults(f"{field.id}.ar", value.ar, field.maximum_characters)
            needed = field.id != "given_names"  # a name of one word is the surname
            yield from text_faults(f"{field.id}.en", value.en or "", field.maximum_characters, required=needed)
    yield from date_faults("birth_date", data.birth_date, partial=True)
    zone = next(side.mrz for side in sides if side.mrz is not None)
    shape = rf"[A-Z0-9<]{{{zone.characters}}}"
    if len(data.mrz) != zone.lines or not all(re.fullmatch(shape, line) for line in data.mrz):
        yield Fault(
            "documents.data_page.mrz",
            "منطقة القراءة الآلية ليست على الشكل المطلوب",
            f"the MRZ does not have {zone.lines} lines of {zone.characters} characters A-Z, 0-9, <",
            field="mrz",
            clause="Doc 9303-3 §4.2",
        )
