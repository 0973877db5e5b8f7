"""Personalising a book next to the arithmetic and the image encoding it cannot do without, and its memory."""

from __future__ import annotations

import os
import statistics
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from time import perf_counter

import psutil
import pytest
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from issuance.documents.data_page import render_data_page
from issuance.documents.seal_code import PageSeal
from issuance.jobs.kit import _Maker
from issuance.passports.personalise import (
    Booklet,
    data_page_data,
    machine_readable_zone,
    observation_files,
    personalise,
)
from issuance.specification.conform.run import edition_named
from issuance.specification.kit.flaws import Flaw
from keys import Keys
from keys.chip_keys import make_chip_key
from keys.envelope import seal_to
from keys.lines import certify_line
from specs.load import load
from tests.bench.measure import Measured

ROUNDS = 12
BOOKS = 40
GOAL = 1.25
MEMORY_GOAL = 1.1
_ECDSA = ec.ECDSA(hashes.SHA256())
_OCTETS = bytes(range(100, 256))
"""As many as the seal of a book has."""


def run() -> list[Measured]:
    """One core; a book of the newest edition, its chip's key sealed to a line."""
    now = datetime.now(UTC)
    with book_of_a_line(now) as (book, keys, own, line):
        numbers = iter(range(1, 100_000))

        def whole() -> None:
            number = book.form.number.number(next(numbers))
            personalise(replace(book, number=number), keys, now, line)

        whole()
        took, needed = _medians(whole, lambda: bare(book, own, line))
        grown = _memory(whole)
    detail = f"{took * 1000:.0f} ms a book, {1 / took:.1f} a second and core; keys and pictures {needed * 1000:.0f} ms"
    return [
        Measured("personalise / its cryptography and image encoding", took / needed, GOAL, detail),
        Measured(f"memory after {BOOKS} more books / before", grown, MEMORY_GOAL, "resident set"),
    ]


@contextmanager
def book_of_a_line(now: datetime) -> Iterator[tuple[Booklet, Keys, ec.EllipticCurvePrivateKey, bytes]]:
    """(a book, the keys of its PKI, a private key for bare signatures, the certificate of a printing line)."""
    spec = load()
    with tempfile.TemporaryDirectory() as home:
        maker = _Maker(spec, edition_named(spec, None), now, Path(home))
        book, keys = maker._book(Flaw("", "chip")), maker.keys
        own = ec.generate_private_key(ec.SECP256R1())
        public = own.public_key().public_bytes(
            serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
        )
        yield book, keys, own, certify_line(keys, "BENCH", public, spec.passport.production.line_certificate, now)


def bare(book: Booklet, own: ec.EllipticCurvePrivateKey, line: bytes) -> None:
    """The pages as PDF and PNG (that of observations with a code of its own), three signatures made and verified, a
    chip's key made and sealed."""
    render_data_page(data_page_data(book, machine_readable_zone(book)), book.edition)
    observation_files(book, PageSeal(_OCTETS, book.number, book.spec.passport.seal))
    for _ in range(3):
        own.public_key().verify(own.sign(b"bench", _ECDSA), b"bench", _ECDSA)
    seal_to(line, make_chip_key("P-256").private)


def _medians(*calls: Callable[[], None]) -> list[float]:
    """Seconds of each, measured in turn so that a busy moment falls on all."""
    held: list[list[float]] = [[] for _ in calls]
    for _ in range(ROUNDS):
        for times, call in zip(held, calls, strict=True):
            start = perf_counter()
            call()
            times.append(perf_counter() - start)
    return [statistics.median(times) for times in held]


def _memory(call: Callable[[], None]) -> float:
    process = psutil.Process(os.getpid())
    before = process.memory_info().rss
    for _ in range(BOOKS):
        call()
    return process.memory_info().rss / before


@pytest.mark.bench
def test_personalising_costs_little_beside_what_it_cannot_do_without() -> None:
    assert [row.name for row in run() if not row.met] == []
