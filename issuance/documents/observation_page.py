"""The page of official observations of a book, as the line prints it: the note of replacement, or that there is none,
and the visible digital seal of the book.

Layout and words come from the edition (`page_plan.yaml`); what the page says of an earlier book comes in ready made.
The ground of the page is printed by the maker of the blank; its number is perforated: neither is drawn here.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from typing import Any

from issuance.documents.certificate import BilingualText
from issuance.documents.data_page import with_resolution
from issuance.documents.printable import text_faults
from issuance.documents.seal_code import PageSeal
from issuance.documents.typesetting import rasterise, require_fonts, typeset
from specs.errors import Invalid
from specs.schema import PassportEdition

_TEMPLATE = "observation_page.typ"
_LONGEST = 200


@dataclass(frozen=True, slots=True)
class ObservationPage:
    """pdf: one page of the book's size; png: the same at the edition's resolution, written into the file."""

    pdf: bytes
    png: bytes


def render_observation_page(
    note: BilingualText | None,
    apart: Iterable[str],
    edition: PassportEdition,
    issued_on: date,
    *,
    synthetic: bool,
    seal: PageSeal | None = None,
) -> ObservationPage:
    """The page of one book; equal arguments give equal bytes. note None: the book follows no other.

    apart: what reads from left to right inside the Arabic (numbers, dates); seal None: the page bears none, as books
    made before. Raises `Invalid`, `Unavailable` (fonts).
    """
    spec, page, fonts = edition.page_plan.observation_page, edition.page_plan.page_format, edition.data_page.fonts
    if note is not None and (
        found := [
            *text_faults("observations.ar", note.ar, _LONGEST),
            *text_faults("observations.en", note.en or "", _LONGEST),
        ]
    ):
        raise Invalid(*found)
    require_fonts((fonts.arabic, fonts.latin))
    inputs: dict[str, Any] = {
        "spec": spec.model_dump(mode="json"),
        "page": {"width_mm": page.width_mm, "height_mm": page.height_mm},
        "fonts": {"arabic": fonts.arabic, "latin": fonts.latin},
        "note": None if note is None else {"ar": _parts(note.ar, tuple(apart)), "en": note.en},
        "specimen": edition.data_page.specimen.model_dump(mode="json") if synthetic else None,
        "seal": None,
    }
    raw = {"seal": ""}
    if seal is not None:
        place = seal.rules.book
        code = seal.drawn(place.side_mm)
        inputs["seal"] = place.model_dump(mode="json") | {"code_mm": code.side_mm, "number": seal.number}
        raw["seal"] = code.svg
    at, dpi = datetime.combine(issued_on, time(), UTC), spec.resolution_dpi
    return ObservationPage(
        pdf=typeset(_TEMPLATE, inputs, raw=raw, standards=["a-2b"], timestamp=at),
        png=with_resolution(rasterise(_TEMPLATE, inputs, raw=raw, dpi=dpi, timestamp=at)[0], dpi),
    )


def _parts(text: str, apart: tuple[str, ...]) -> list[dict[str, str]]:
    """The text cut where it has to be set from left to right."""
    if not apart:
        return [{"rtl": text}]
    cut = re.split(f"({'|'.join(re.escape(one) for one in apart)})", text)
    return [{"ltr" if one in apart else "rtl": one} for one in cut if one]
