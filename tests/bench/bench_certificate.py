"""What a whole certificate costs beside its plain Typst render, and whether memory stays flat over 500 of them.

Whole: `certificates.commands.issue` over SQLite: snapshot, number, seal, page, signature, verification, rows.
"""

from __future__ import annotations

import tempfile
import warnings
from pathlib import Path
from statistics import median
from time import perf_counter
from typing import Any
from unittest.mock import patch

import psutil
import pytest

from issuance.certificates import commands
from issuance.db.migrate import migrate
from issuance.db.session import Database
from issuance.documents import certificate as page
from issuance.documents.typesetting import typeset
from issuance.service import Service
from tests.bench.measure import Measured
from tests.service import CLERK, NOW, installation, request

ROUNDS = 15
WARM_UP = 100
CERTIFICATES = 500
WHOLE_GOAL, MEMORY_GOAL = 2.0, 1.15


def run() -> list[Measured]:
    """Rows for the table of `make bench`."""
    with tempfile.TemporaryDirectory(prefix="issuance-bench-") as home:
        url = f"sqlite:///{home}/issuance.db"
        db = Database(url)
        migrate(db)
        db.close()
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            service = installation(Path(home) / "home", url)
        try:
            return [_whole(service), _memory(service)]
        finally:
            service.close()


def _whole(service: Service) -> Measured:
    """Each round times one whole certificate, then the one render inside it again, alone: same data, same load."""
    _issue(service)
    whole, plain = [], []
    for _ in range(ROUNDS):
        renders: list[tuple[tuple[Any, ...], dict[str, Any]]] = []

        def remember(*arguments: Any, _kept: list[Any] = renders, **options: Any) -> bytes:
            _kept.append((arguments, options))
            return typeset(*arguments, **options)

        with patch.object(page, "typeset", remember):
            whole.append(_seconds(lambda: _issue(service)))
        ((arguments, options),) = renders
        other = {**options, "timestamp": options["timestamp"].replace(year=2025)}  # nothing to take from a cache
        plain.append(_seconds(lambda a=arguments, o=other: typeset(*a, **o)))
    detail = f"{median(whole) * 1000:.0f} ms / {median(plain) * 1000:.0f} ms"
    return Measured("certificate end to end / plain Typst render", median(whole) / median(plain), WHOLE_GOAL, detail)


def _memory(service: Service) -> Measured:
    process = psutil.Process()
    for _ in range(WARM_UP):
        _issue(service)
    before = process.memory_info().rss
    for _ in range(CERTIFICATES):
        _issue(service)
    after = process.memory_info().rss
    name = f"memory after {CERTIFICATES} more whole certificates / before"
    detail = f"{before / 2**20:.0f} MiB, then {after / 2**20:.0f} MiB"
    return Measured(name, after / before, MEMORY_GOAL, detail)


def _issue(service: Service) -> None:
    commands.issue(service, CLERK, request(), NOW)


def _seconds(work: Any) -> float:
    start = perf_counter()
    work()
    return perf_counter() - start


@pytest.mark.bench
@pytest.mark.slow
def test_a_whole_certificate_costs_at_most_two_renders_and_memory_stays_flat() -> None:
    assert [row for row in run() if not row.met] == []
