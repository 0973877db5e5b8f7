"""Zones by PassportEye and tesseract: only the text it read is taken, never its own verdict."""

from __future__ import annotations

import io

from PIL import Image

from issuance.border.reading.reader import Candidate, Page, zone_line, zones_of
from issuance.documents.passporteye_child import lines


class PassportEyeReader:
    """PassportEye reads upright and upside-down pages; a page on its side is turned here when it finds nothing."""

    name = "passporteye"

    def __init__(self) -> None:
        import passporteye  # noqa: F401 - the slow part of the first page

    def read(self, page: Page) -> list[Candidate]:
        """As `Reader.read`."""
        upright = Image.fromarray(page)
        for turns in (0, 1, 3) if page.shape[0] > page.shape[1] else (0,):
            if found := self._zones(upright.rotate(90 * turns, expand=True)):
                return found
        return []

    def _zones(self, page: Image.Image) -> list[Candidate]:
        out = io.BytesIO()
        page.save(out, "PNG", compress_level=1)
        return zones_of([line for text in lines(out.getvalue()) if (line := zone_line(text)) is not None])
