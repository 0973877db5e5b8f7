"""Approved applications made into books by the console, `issuance passports batch`: its cost, its memory, its progress.

`ISSUANCE_BENCH_BATCH=5000` books; the default is smaller, and then says what its slope would come to at 5,000. The
command runs as people run it, in a process of its own with a terminal, and is watched from outside: books told in its
report, CPU seconds, resident set. Bare: the arithmetic and the image encoding of one book, the portrait's included, in
CPU seconds. The applications are copies of one that was handed in, paid and approved.
"""

from __future__ import annotations

import os
import pty
import re
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

import numpy as np
import psutil
import pytest

from issuance.core.settings import Settings
from issuance.mrtd import portrait as portraits
from issuance.mrtd.detect import detect_faces
from issuance.service import open_service
from specs.load import load
from tests.bench.bench_personalise import bare, book_of_a_line
from tests.bench.measure import Measured
from tests.bench.registers import copy_rows
from tests.passports import asked, walk
from tests.service import ROOT, enter, initialised, portrait
from tests.stock import stocked

DEFAULT_BOOKS: Final = 200
NATIONAL: Final = 5_000
WHOLE_GOAL, MEMORY_GOAL, SHOWN_GOAL = 2.0, 1.1, 0.1
ROUNDS: Final = 12
_COPY: Final = "substr(CAST(100000000 + n AS TEXT), 2)"
_PERSON: Final = f"{_COPY} || '-0000-8000-8000-00000000000a'"
_APPLICATION: Final = f"{_COPY} || '-0000-8000-8000-00000000000b'"
_NATIONAL_NUMBER: Final = "'11990' || CAST(900000 + n AS TEXT) || '5'"
_COPIED: Final[dict[str, tuple[dict[str, str], str]]] = {
    "people": ({"id": _PERSON, "national_number": _NATIONAL_NUMBER, "portrait": "NULL"}, "id = :person"),
    "passport_applications": (
        {
            "id": _APPLICATION,
            "tracking": f"'tracked-' || {_COPY}",
            "person_id": _PERSON,
            "active": f"{_PERSON} || '\\:ORDINARY'",
            "asked": f"replace(asked, :held, {_NATIONAL_NUMBER})",
        },
        "id = :application",
    ),
    "passport_application_steps": ({"application_id": _APPLICATION}, "application_id = :application"),
    "passport_application_files": (
        {"id": f"{_COPY} || substr(id, 9)", "application_id": _APPLICATION},
        "application_id = :application",
    ),
}


@dataclass(frozen=True, slots=True)
class Sample:
    """How far the command was: books made, CPU seconds, resident bytes."""

    books: int
    seconds: float
    resident: int


def run() -> list[Measured]:
    """Rows for the table of `make bench`."""
    books = int(os.environ.get("ISSUANCE_BENCH_BATCH", DEFAULT_BOOKS))
    least = _bare_seconds()
    with tempfile.TemporaryDirectory(prefix="issuance-batch-") as folder:
        home = initialised(Path(folder) / "home")
        _approved(home, books)
        samples, shown = _watched(home, books)
    begun, ended = next(one for one in samples if one.books >= max(1, books // 10)), samples[-1]
    took = (ended.seconds - begun.seconds) / (ended.books - begun.books)
    before = max(one.resident for one in samples if one.books <= begun.books)
    most = max(one.resident for one in samples)
    detail = f"{took * 1000:.0f} ms, {least * 1000:.0f} ms of CPU a book; {1 / took:.2f} books a second and core"
    sizes = f"{before / 2**20:.0f} MiB, {most / 2**20:.0f} MiB"
    rows = [
        Measured(f"batch of {books} / its cryptography and image encoding", took / least, WHOLE_GOAL, detail),
        Measured(f"batch: most memory by book {books} / by {begun.books}", most / before, MEMORY_GOAL, sizes),
        Measured("batch: counts its progress showed / books", shown / books, SHOWN_GOAL, f"{shown}", at_least=True),
    ]
    if books < NATIONAL:
        slope = _slope([one for one in samples if one.books >= books // 4])
        ratio = 1 + max(0.0, slope) * (NATIONAL - begun.books) / before
        what = f"batch: memory at {NATIONAL}, extrapolated from {books} / by {begun.books}"
        rows.append(Measured(what, ratio, MEMORY_GOAL, f"{slope / 1024:.1f} KiB a book"))
    return rows


def _bare_seconds() -> float:
    """CPU seconds of what one book cannot do without."""
    rules = max(load().passport.editions.values(), key=lambda held: held.booklet.in_force.from_date).portrait
    picture = portraits.take_in(portrait(), rules)
    face = detect_faces(picture)[0]
    frame = portraits.frame_face(face, picture.size, rules)
    assert frame is not None
    taken = []
    with book_of_a_line(datetime.now(UTC)) as (book, _, own, line):
        for _ in range(ROUNDS):
            start = time.process_time()
            portraits._made(picture, face, frame, rules, [])
            bare(book, own, line)
            taken.append(time.process_time() - start)
    return statistics.median(taken)


def _approved(home: Path, books: int) -> None:
    """So many approved applications, and blanks for them."""
    service = open_service(Settings(home=home))
    try:
        now, person = service.clock(), {"national_number": "119909999990"}
        enter(service, **person)
        view = walk(service, "approved", asked(person), now)
        stocked(service.db, "PTIP", books, now)
        said = {"person": view.person_id, "application": view.id, "held": person["national_number"]}
        with service.db.engine.begin() as connection:
            for table, (changed, where) in _COPIED.items():
                copy_rows(connection, table, changed, where, said | {"first": 1, "last": books - 1})
    finally:
        service.close()


def _watched(home: Path, books: int) -> tuple[list[Sample], int]:
    """The command, seen from outside five times a second; how many different counts its progress showed."""
    report = home.parent / "report.jsonl"
    program = "from issuance.cli.main import app; app()"
    given = ["passports", "batch", "--report", str(report)]
    environment = {name: value for name, value in os.environ.items() if not name.startswith("ISSUANCE_")}
    samples: list[Sample] = []
    with _terminal() as (end, seen):
        command = subprocess.Popen(
            [sys.executable, "-c", program, *given],
            cwd=ROOT,
            env=environment | {"ISSUANCE_HOME": str(home), "TERM": "xterm", "COLUMNS": "120"},
            stdout=subprocess.DEVNULL,
            stderr=end,
        )
        process = psutil.Process(command.pid)
        while command.poll() is None:
            times, resident = process.cpu_times(), process.memory_info().rss
            if resident:  # none is left of one that just ended
                samples.append(Sample(_made(report), times.user + times.system, resident))
            time.sleep(0.2)
    made = _made(report)
    assert made == books, f"{made} of {books} books were made: {bytes(seen[-2000:]).decode(errors='replace')}"
    samples.append(Sample(made, samples[-1].seconds, samples[-1].resident))
    counts = {int(count) for count in re.findall(rb"(\d+)/%d\b" % books, bytes(seen))}
    return samples, len(counts - {0})


def _made(report: Path) -> int:
    return report.read_bytes().count(b'"made"') if report.exists() else 0


@contextmanager
def _terminal() -> Iterator[tuple[int, bytearray]]:
    """(the end a program writes to, what it wrote)."""
    ours, theirs = pty.openpty()
    seen = bytearray()

    def listen() -> None:
        while True:
            try:
                seen.extend(os.read(ours, 65536))
            except OSError:  # the other end is closed
                return

    listener = threading.Thread(target=listen, daemon=True)
    listener.start()
    try:
        yield theirs, seen
    finally:
        os.close(theirs)
        listener.join(timeout=5)
        os.close(ours)


def _slope(samples: list[Sample]) -> float:
    """Bytes a book."""
    return float(np.polyfit([one.books for one in samples], [one.resident for one in samples], 1)[0])


@pytest.mark.bench
@pytest.mark.slow
@pytest.mark.timeout(6 * 3600)
def test_a_batch_costs_little_beside_what_it_cannot_do_without_and_its_memory_stays_flat() -> None:
    assert [row for row in run() if not row.met] == []
