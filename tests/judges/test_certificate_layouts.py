"""The paper in every length it takes: what stands on which page, and that phones read its seal from a worn print.

poppler tells what a reader finds on each page; zxing-cpp and zbar read the code. Each layout was looked at as PNG too.
"""

from __future__ import annotations

import io
import re
import subprocess
from collections.abc import Callable
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from issuance.documents.barcodes import read_with_zbar, read_with_zxing
from issuance.documents.certificate import BilingualText, CertificateData
from issuance.documents.raster import page_png
from tests.judges.test_documents_judges import boxes
from tests.unit.documents.samples import LONG, NUMBER, SEAL_URL, certificate, render

pytestmark = pytest.mark.heavy

MARKS = re.compile("[\u200e\u200f\u061c\u202a-\u202e\u2066-\u2069]")
WIDE: dict[str, Any] = {
    "arabic_name": ("عبدالرحمن المبروك" * 2 + " عبدالرحمن",) * 4,
    "latin_name": ("ABDURRAHMAN " * 20)[:200].strip(),
    "purpose": BilingualText(("عبدالرحمن المبروك " * 12)[:200], "Higher studies abroad " * 9),
    "addressee": BilingualText(("سفارة " * 40)[:200], ("Embassy " * 30)[:200]),
    "office": BilingualText(("مكتب " * 30)[:120], ("Office " * 20)[:120]),
}


def uneven(count: int) -> CertificateData:
    """Rulings of one line and of five, with and without English."""
    long = {
        "offence": BilingualText(
            "خيانة الأمانة وإصدار صك بدون رصيد قائم وقابل للسحب (المواد 465 و462 من قانون العقوبات)",
            "Breach of trust and issuing a cheque without funds (Penal Code Arts 465, 462)",
        ),
        "penalty": BilingualText(
            "الحبس مع الشغل سنتين وستة أشهر وغرامة 1500 دينار", "Two years and six months; fine of 1,500 dinars"
        ),
    }
    short = {"offence": BilingualText("القتل الخطأ"), "penalty": BilingualText("الغرامة 500 دينار")}
    made = certificate(rulings=count)
    changes: tuple[dict[str, Any], ...] = ({}, short, long)
    return replace(made, rulings=tuple(replace(row, **changes[n % 3]) for n, row in enumerate(made.rulings)))


LAYOUTS: dict[str, tuple[Callable[[], CertificateData], int]] = {
    "clear": (certificate, 1),
    "one entry": (lambda: certificate(rulings=1), 1),
    "twelve entries": (lambda: uneven(12), 2),
    "as many as may be": (lambda: certificate(rulings=60), 6),
    "very long names": (lambda: certificate(rulings=1, **LONG | {"addressee": BilingualText("إدارة البعثات")}), 1),
    "everything long": (lambda: certificate(rulings=12, **WIDE), 2),
    "Arabic alone": (
        lambda: certificate(
            purpose=BilingualText("القيد بنقابة المهن الطبية بتاريخ 2026-12-01 وفق القرار 259/2012"),
            addressee=BilingualText("نقابة الأطباء (فرع بنغازي)"),
            passport_number=None,
        ),
        1,
    ),
    "a child of unknown birthday": (lambda: certificate(birth_date="2010-00-00"), 1),
}  # fmt: skip


@cache
def drawn(layout: str) -> bytes:
    return render(LAYOUTS[layout][0]())


def pages_of(pdf: bytes, folder: Path) -> list[str]:
    """What poppler reads on each page, without direction marks and line ends."""
    (folder / "c.pdf").write_bytes(pdf)
    command = ["pdftotext", "-enc", "UTF-8", str(folder / "c.pdf"), "-"]
    text = MARKS.sub("", subprocess.run(command, capture_output=True, check=True).stdout.decode())
    return [" ".join(page.split()) for page in text.split("\f")[:-1]]


@pytest.mark.parametrize("layout", LAYOUTS)
def test_every_entry_stands_once_under_its_heading_and_every_page_says_whose_it_is(layout: str, tmp_path: Path) -> None:
    data, count = LAYOUTS[layout][0](), LAYOUTS[layout][1]
    pages = pages_of(drawn(layout), tmp_path)
    assert len(pages) == count
    text = " ".join(pages)
    for row in data.rulings:
        assert len(re.findall(rf"(?<!\d){re.escape(row.case_number)}", text)) == 1
        assert row.ruled_on.isoformat() in text  # a date read backwards is another
    for n, page in enumerate(pages, start=1):
        assert NUMBER in page
        assert f"{n}/{count}" in page
        rows = sum(row.case_number in page for row in data.rulings)
        assert page.count("رقم القضية") == (1 if rows else 0), (
            "a page of rows repeats the head of the table, alone none"
        )
        assert rows or n == 1, "no page without an entry"
        if n > 1:
            assert data.latin_name.split()[0] in page
    if data.rulings:
        [first] = [page for page in pages if "Recorded convictions" in page]
        assert data.rulings[0].case_number in first, "the heading stands above its table"
    assert "recorded against the holder" in pages[0], "the first page says the result"


@pytest.mark.parametrize("layout", LAYOUTS)
def test_nothing_leaves_the_margins(layout: str, tmp_path: Path) -> None:
    """15 mm of A4, in points."""
    margin = 15 / 25.4 * 72
    for x_min, y_min, x_max, y_max in boxes(drawn(layout), tmp_path):
        assert margin - 1 <= x_min <= x_max <= 595.3 - margin + 1
        assert 0 <= y_min <= y_max <= 841.9


@pytest.mark.parametrize("rulings", range(1, 5))
def test_a_heading_is_never_left_alone_at_the_foot_of_a_page(rulings: int, tmp_path: Path) -> None:
    """Purposes of growing length push the table down to the seal and over it."""
    words = "استكمال إجراءات الالتحاق ببرنامج الدراسات العليا "
    for length in (20, 90, 200):
        facts = {"purpose": BilingualText((words * 5)[:length]), "addressee": BilingualText((words * 5)[:length])}
        for page in pages_of(render(certificate(rulings=rulings, **LONG | facts)), tmp_path):
            if "Recorded convictions" in page or "رقم القضية" in page:
                assert re.search(r"\b10\d/2019", page)


def turned(degrees: float) -> Callable[[Image.Image], Image.Image]:
    return lambda page: page.rotate(degrees, expand=True, fillcolor=255, resample=Image.Resampling.BICUBIC)


def scaled(page: Image.Image) -> Image.Image:
    """As printers do that leave themselves a margin."""
    return page.resize((round(page.width * 0.96), round(page.height * 0.96)), Image.Resampling.BICUBIC)


@pytest.mark.slow
@pytest.mark.parametrize(
    "worn",
    [turned(0), turned(90), turned(3), turned(7), scaled, lambda page: turned(3)(scaled(page))],
    ids=["as drawn", "on its side", "3 degrees", "7 degrees", "at 96 %", "at 96 % and 3 degrees"],
)
def test_both_readers_read_the_seal_of_a_worn_print(worn: Callable[[Image.Image], Image.Image]) -> None:
    """At 200 dpi, and as the poor JPEG that a phone or a fax makes of it."""
    out = io.BytesIO()
    worn(Image.open(io.BytesIO(page_png(drawn("clear"), dpi=200))).convert("L")).save(out, "JPEG", quality=40)
    assert read_with_zxing(out.getvalue()) == [SEAL_URL]
    assert read_with_zbar(out.getvalue()) == [SEAL_URL]
