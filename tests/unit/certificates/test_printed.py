"""What a scanner sees of a paper print: pages are printed a little smaller and photographed (issue 5, public check)."""

from __future__ import annotations

import io

from PIL import Image

from issuance.certificates.model import Certificate
from issuance.documents.barcodes import read_with_zbar, read_with_zxing
from issuance.documents.raster import page_png
from issuance.service import Service
from tests.unit.certificates.test_status import of


def test_a_print_scaled_to_96_percent_and_kept_as_jpeg_still_scans_by_both_readers(desk: Service) -> None:
    with desk.db.reading() as read:
        row = read.get(Certificate, of(desk, "119909000960"))
    assert row is not None
    page = Image.open(io.BytesIO(page_png(row.pdf, dpi=200))).convert("RGB")
    small = page.resize((round(page.width * 0.96), round(page.height * 0.96)), Image.Resampling.BICUBIC)
    out = io.BytesIO()
    small.save(out, "JPEG", quality=60)
    assert read_with_zxing(out.getvalue()) == [row.seal]
    assert read_with_zbar(out.getvalue()) == [row.seal]
