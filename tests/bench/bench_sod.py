"""What a security object costs next to the elliptic-curve arithmetic nobody can avoid."""

from __future__ import annotations

import os
import statistics
import tempfile
import warnings
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from time import perf_counter

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec

from keys import create_development_pki, issue, open_keys, prepare
from keys.intents import MemoryIntentLog
from keys.sod import SodRequest
from specs.load import load
from tests.bench.measure import Measured

GOAL = 3.0
ROUNDS = 400
SIZES = {1: 93, 2: 15_000, 11: 120, 12: 60}  # bytes of a usual passport's files


def run() -> list[Measured]:
    """prepare (lint included) + issue (sign, verify again) over a raw P-256 signature and its verification."""
    raw, whole = _work()
    times = [(_seconds(raw), _seconds(whole)) for _ in range(ROUNDS)]  # in turns: both meet the same machine
    base, full = (statistics.median(column) for column in zip(*times, strict=True))
    detail = f"{full * 1e6:.0f} µs over {base * 1e6:.0f} µs, data groups of {sum(SIZES.values())} bytes"
    return [Measured("SOD issue / raw P-256 sign and verify", full / base, GOAL, detail)]


def _work() -> tuple[Callable[[], object], Callable[[], object]]:
    pki, now = load().pki_profiles, datetime.now(UTC)
    with tempfile.TemporaryDirectory() as home, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        create_development_pki(Path(home, "keys"), "a passphrase for the bench", now, pki)
        keys = open_keys(Path(home, "keys"), "a passphrase for the bench", MemoryIntentLog(), pki)
    request = SodRequest("passport:bench", {n: os.urandom(size) for n, size in SIZES.items()}, "PP", pki)
    key, algorithm, message = ec.generate_private_key(ec.SECP256R1()), ec.ECDSA(hashes.SHA256()), os.urandom(100)
    public = key.public_key()

    def raw() -> None:
        public.verify(key.sign(message, algorithm), message, algorithm)

    def whole() -> object:
        return issue(prepare(keys, request, now), now)

    for _ in range(50):
        raw()
        whole()
    return raw, whole


def _seconds(work: Callable[[], object]) -> float:
    start = perf_counter()
    work()
    return perf_counter() - start


@pytest.mark.bench
def test_issuing_a_security_object_costs_at_most_three_raw_signatures_and_verifications() -> None:
    (result,) = run()
    assert result.met, result
