"""What the booklet costs beside a plain Typst document of as many pages, and beside the five seconds it may take."""

from __future__ import annotations

import tempfile
from datetime import UTC, datetime
from pathlib import Path
from time import perf_counter

import pytest
import typst

from issuance.documents import typesetting
from issuance.specification.book import render_book
from specs.load import load
from tests.bench.measure import Measured

RATIO_GOAL = 6.0
SECONDS_GOAL = 5.0
_PAGE = """
#heading(level: 1)[Page]
#table(columns: 4, table.header[a][b][c][d], ..range(72).map(n => [value #n]))
#pagebreak()
"""


def plain_seconds(pages: int) -> float:
    """A tagged document of that many pages, each a heading and a table, set once from nothing."""
    text = '#set document(title: "plain")\n#set text(font: "Liberation Sans", lang: "en", size: 9pt)\n' + _PAGE * pages
    with tempfile.TemporaryDirectory() as directory:
        file = Path(directory) / "plain.typ"
        file.write_text(text, "utf-8")
        compiler = typst.Compiler(str(file), font_paths=typesetting._fonts(), ignore_system_fonts=True)
        start = perf_counter()
        compiler.compile(format="pdf", pdf_standards=["a-2a", "ua-1"], timestamp=datetime(2026, 1, 1, tzinfo=UTC))
        return perf_counter() - start


def run() -> list[Measured]:
    """Rows for the table of `make bench`."""
    spec = load()
    typesetting.require_fonts(["Amiri"])
    start = perf_counter()
    pdf = render_book(spec, "2026", "ar", signed_digest=None)
    whole = perf_counter() - start
    pages = pdf.count(b"/Type/Page\n") + pdf.count(b"/Type/Page/")
    plain = plain_seconds(pages)
    figures = f"{pages} pages: {whole:.2f} s / {plain:.2f} s"
    return [
        Measured("booklet / plain tagged Typst document of as many pages", whole / plain, RATIO_GOAL, figures),
        Measured(f"booklet / {SECONDS_GOAL:g} s", whole / SECONDS_GOAL, 1.0, f"{whole:.2f} s"),
    ]


@pytest.mark.bench
@pytest.mark.slow
def test_the_booklet_is_set_within_its_time() -> None:
    assert all(row.met for row in run())
