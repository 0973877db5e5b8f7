"""What the certificate costs beside its plain Typst render, and whether memory stays flat over 500 of them."""

from __future__ import annotations

import statistics
from collections.abc import Callable
from time import perf_counter
from typing import Any
from unittest.mock import patch

import psutil
import pytest

from issuance.documents import certificate as module
from issuance.documents.serial import serial
from issuance.documents.typesetting import typeset
from specs.load import load
from tests.bench.measure import Measured
from tests.unit.documents.samples import SEAL_URL, certificate, render

ROUNDS = 15
MEMORY_CERTIFICATES = 500
RENDER_GOAL = 1.5
MEMORY_GOAL = 1.10
_SERIAL = load().certificate_certificate.serial
Captured = tuple[tuple[Any, ...], dict[str, Any]]


def captured_renders(count: int) -> list[Captured]:
    """The arguments of `count` plain Typst renders, each of another certificate (two rulings)."""
    calls: list[Captured] = []

    def record(*arguments: Any, **options: Any) -> bytes:
        calls.append((arguments, options))
        return b""

    with patch.object(module, "typeset", record):
        for n in range(1, count + 1):
            _one(n)
    return calls


def typst_seconds(rounds: int = ROUNDS) -> float:
    """Median seconds of one plain Typst render of the certificate, each time other data, warm."""
    calls = iter(captured_renders(rounds + 1))

    def once() -> None:
        arguments, options = next(calls)
        typeset(*arguments, **options)

    once()
    return _median(once, rounds)


def run() -> list[Measured]:
    """Rows for the table of `make bench`."""
    numbers = iter(range(1000, 900_000))
    plain = typst_seconds()
    whole = _median(lambda: _one(next(numbers)), ROUNDS)
    process = psutil.Process()
    for _ in range(100):
        _one(next(numbers))
    before = process.memory_info().rss
    for _ in range(MEMORY_CERTIFICATES):
        _one(next(numbers))
    after = process.memory_info().rss
    return [
        Measured(
            "certificate render / plain Typst render",
            whole / plain,
            RENDER_GOAL,
            f"{whole * 1000:.0f} ms / {plain * 1000:.0f} ms",
        ),
        Measured(
            f"memory after {MEMORY_CERTIFICATES} more rendered certificates / before",
            after / before,
            MEMORY_GOAL,
            f"{before / 2**20:.0f} MiB, then {after / 2**20:.0f} MiB",
        ),
    ]


def _one(number: int) -> bytes:
    facts = certificate(rulings=2, number=serial(_SERIAL, 2026, "TRP", number))
    return render(facts, seal_url=f"{SEAL_URL}{number}")


def _median(once: Callable[[], object], rounds: int) -> float:
    taken = []
    for _ in range(rounds):
        start = perf_counter()
        once()
        taken.append(perf_counter() - start)
    return statistics.median(taken)


@pytest.mark.bench
@pytest.mark.slow
def test_rendering_costs_little_beside_typst_and_memory_stays_flat() -> None:
    assert all(row.met for row in run())
