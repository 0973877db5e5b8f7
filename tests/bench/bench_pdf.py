"""What signing a rendered certificate at PAdES B-LT costs beside its plain Typst render, and whether memory stays flat.

Signing: intent, lint, signature, time stamp by our own authority, verification of the whole file; intents in memory.
"""

from __future__ import annotations

from statistics import median
from time import perf_counter

import psutil
import pytest

from keys.pdf import PdfRequest
from keys.pdf_time import PdfLevel
from keys.signing import issue, prepare
from tests.bench.bench_certificate_render import typst_seconds
from tests.bench.measure import Measured
from tests.unit.border.world import NOW, world
from tests.unit.documents.samples import certificate, render

ROUNDS = 60
SIGNATURES = 500
SHARE_GOAL = 0.25  # a whole certificate, seal and rows included, should cost at most 1.5 renders
MEMORY_GOAL = 1.05


def run() -> list[Measured]:
    """Rows for the table of `make bench`."""
    pdf = render(certificate())
    plain = typst_seconds()
    rows = []
    levels: tuple[PdfLevel, ...] = ("B-B", "B-T", "B-LT")
    for level in levels:
        seconds = median(_seconds(pdf, level) for _ in range(ROUNDS))
        detail = f"{seconds * 1000:.1f} ms / {plain * 1000:.1f} ms"
        rows.append(Measured(f"PAdES {level} signing / plain Typst render", seconds / plain, SHARE_GOAL, detail))
    process = psutil.Process()
    before = process.memory_info().rss
    for _ in range(SIGNATURES):
        _seconds(pdf, "B-LT")
    after = process.memory_info().rss
    name = f"memory after {SIGNATURES} more B-LT signatures / before"
    detail = f"{before / 2**20:.0f} MiB, then {after / 2**20:.0f} MiB"
    return [*rows, Measured(name, after / before, MEMORY_GOAL, detail)]


def _seconds(pdf: bytes, level: PdfLevel) -> float:
    start = perf_counter()
    signed = issue(prepare(world().keys, PdfRequest("certificate:1", pdf, "", "", level), NOW), NOW)
    assert signed.level == level
    return perf_counter() - start


@pytest.mark.bench
@pytest.mark.slow
def test_signing_costs_at_most_a_quarter_of_a_render_and_memory_stays_flat() -> None:
    assert [row for row in run() if not row.met] == []
