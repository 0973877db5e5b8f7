"""What a row of an authority's file costs beside its plain Typst render, whether memory stays flat, and a file of
`ISSUANCE_BENCH_BULK` rows (default 10,000) whose process is killed twice.

Whole: `certificates.bulk.work` over SQLite: request, snapshot, number, seal, page, signature, time stamp, rows (B-T and
above). In CPU seconds, for others use the machine too; whole and plain in turns.
"""

from __future__ import annotations

import gc
import os
import tempfile
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median
from time import process_time
from typing import Any
from unittest.mock import patch

import psutil
import pytest

from issuance.certificates import bulk
from issuance.db.migrate import migrate
from issuance.db.session import Database
from issuance.documents import certificate as page
from issuance.documents.typesetting import typeset
from issuance.service import Service
from tests.bench.measure import Measured
from tests.certificate_bulk import few_at_once, many
from tests.failure.test_bulk_killed import killed_twice
from tests.service import CLERK, NOW, installation

ROWS, ROUNDS, MORE = 50, 4, 300
WHOLE_GOAL, MEMORY_GOAL = 1.5, 1.15
Render = tuple[tuple[Any, ...], dict[str, Any]]


def run() -> list[Measured]:
    """Rows for the table of `make bench`."""
    with _service() as service:
        files = iter(range(10_000, 900_000, 1_000))
        _timed(service, next(files), ROWS)  # warm
        gc.collect()
        gc.freeze()  # as `jobs.durable` does
        try:
            return [_whole(service, files), _memory(service, files)]
        finally:
            gc.unfreeze()


def _whole(service: Service, files: Iterator[int]) -> Measured:
    whole, plain = [], []
    for _ in range(ROUNDS):
        seconds, renders = _timed(service, next(files), ROWS)
        whole.append(seconds / ROWS)
        plain.append(_seconds(lambda held=renders: [_again(one) for one in held]) / ROWS)
    ratios = [one / other for one, other in zip(whole, plain, strict=True)]
    detail = f"{median(whole) * 1000:.0f} ms / {median(plain) * 1000:.0f} ms of CPU a row"
    return Measured("certificate in bulk / plain Typst render", median(ratios), WHOLE_GOAL, detail)


def _memory(service: Service, files: Iterator[int]) -> Measured:
    process = psutil.Process()
    before = process.memory_info().rss
    for _ in range(MORE // ROWS):
        _timed(service, next(files), ROWS)
    after = process.memory_info().rss
    detail = f"{before / 2**20:.0f} MiB, then {after / 2**20:.0f} MiB"
    return Measured(f"memory after {MORE} more certificates in bulk / before", after / before, MEMORY_GOAL, detail)


def _timed(service: Service, first: int, rows: int) -> tuple[float, list[Render]]:
    """CPU seconds of a file of so many rows, and the renders in it."""
    sent = bulk.send(service, CLERK, "CTIP", many(service, rows, first), NOW)
    renders: list[Render] = []

    def remember(*arguments: Any, **options: Any) -> bytes:
        renders.append((arguments, options))
        return typeset(*arguments, **options)

    def work() -> None:
        while bulk.work(service, sent.id, NOW):
            pass

    with patch.object(page, "typeset", remember):
        seconds = _seconds(work)
    assert len(renders) == rows
    return seconds, renders


def _again(render: Render) -> bytes:
    arguments, options = render
    other = {**options, "timestamp": options["timestamp"].replace(year=2025)}  # nothing to take from a cache
    return typeset(*arguments, **other)


def _seconds(work: Callable[[], object]) -> float:
    start = process_time()
    work()
    return process_time() - start


@contextmanager
def _service() -> Iterator[Service]:
    with tempfile.TemporaryDirectory(prefix="issuance-bench-") as home, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        url = f"sqlite:///{home}/issuance.db"
        db = Database(url)
        migrate(db)
        db.close()
        service = installation(Path(home) / "home", url)
        try:
            yield few_at_once(service, ROWS)
        finally:
            service.close()


@pytest.mark.bench
@pytest.mark.slow
def test_a_row_in_bulk_costs_at_most_half_as_much_again_as_its_render_and_memory_stays_flat() -> None:
    assert [row for row in run() if not row.met] == []


@pytest.mark.bench
@pytest.mark.slow
@pytest.mark.timeout(4 * 3600)
def test_a_large_file_whose_process_is_killed_twice_has_one_outcome_a_row() -> None:
    with _service() as service:
        killed_twice(service, int(os.environ.get("ISSUANCE_BENCH_BULK", "10000")), ROWS, seconds=3 * 3600)
