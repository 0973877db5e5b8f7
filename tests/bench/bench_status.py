"""The status set of a border bundle at national size: size, a day's delta, look-ups, and the memory of who looks up.

`ISSUANCE_BENCH_STATUS=10000000` numbers (default: few), of which a fifth is not good for travel. Sizes are held against
the least that any exact set takes (20 MB for ten million: 1.22 times that); look-ups against SQLite's, a `dict`'s.
"""

from __future__ import annotations

import json
import math
import os
import random
import sqlite3
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from hashlib import sha256
from pathlib import Path
from time import process_time
from typing import Final, TypeVar

import numpy as np
import pytest

from issuance.border.bundle import status_patch
from issuance.border.bundle.content import universes_of
from issuance.border.bundle.status_reader import StatusSet
from issuance.border.bundle.status_set import Content, Universe, content_of, encode
from specs.load import SHIPPED, load
from tests.bench.measure import Measured

DEFAULT: Final = 200_000
SHARES: Final = {"active": 0.80, "superseded": 0.17, "lost": 0.02, "invalidated": 0.005, "holder_deceased": 0.005}
ISSUED_A_DAY, SUPERSEDED_A_DAY, LOST_A_DAY = 5_000, 5_000, 300
SIZE_GOAL: Final = 1.2
DELTA_BYTES: Final = 200_000
LOOK_UP_GOAL: Final = 2.0
MEMORY_BYTES: Final = 4_000_000
_PORTION: Final = 20_000
Made = TypeVar("Made")
_LOOKS: Final = 2_000
_IN_MEMORY: Final = 1_000_000
"""Numbers of the `dict`, at most."""
# run in a process of its own: what it holds of its own, before and after look-ups in a mapped file
_LOOKING: Final = """
import json, mmap, sys
from issuance.border.bundle.status_reader import StatusSet
def own():
    told = dict(line.split(":") for line in open("/proc/self/status") if line.startswith("Rss"))
    return int(told["RssAnon"].split()[0]) * 1024
with open(sys.argv[1], "rb") as file:
    whole = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
numbers = json.load(sys.stdin)
before = own()
held = StatusSet(memoryview(whole))
found = sum(held.state_of(number) is not None for number in numbers)
print(json.dumps([own() - before, found]))
"""


def run() -> list[Measured]:
    """Rows for the table of `make bench`."""
    return list(_rows(int(os.environ.get("ISSUANCE_BENCH_STATUS", DEFAULT))))


def _rows(count: int) -> Iterator[Measured]:
    spec = load(SHIPPED)
    universes, states = universes_of(spec), list(spec.passport.office.documents.entries)
    series = next(one for one in universes if one.prefix == "LB")
    places, codes = _register(count, series, states)
    made, building = _timed(lambda: content_of(_portions(series, places, codes), states, "active", universes))
    data, encoding = _timed(lambda: encode(made))
    least = _least_bits(count, series.size) / 8
    figures = (
        f"{len(data) / 1e6:.2f} MB, {len(data) * 8 / count:.2f} bits a number, made in {building + encoding:.1f} s"
    )
    yield Measured(
        f"status set of {count} numbers / the least that any exact set takes", len(data) / least, SIZE_GOAL, figures
    )
    yield from _delta(made, data, series, states)
    yield from _look_ups(data, series, places, codes, states)


def _register(count: int, series: Universe, states: Sequence[str]) -> tuple[list[int], list[int]]:
    """Distinct numbers spread over the whole series, in no order, and how each stands."""
    dice = np.random.default_rng(29)
    drawn = np.unique(dice.integers(0, series.size, count + count // 100 + 100))
    dice.shuffle(drawn)
    codes = dice.choice([states.index(state) for state in SHARES], count, p=list(SHARES.values()))
    return drawn[:count].tolist(), codes.tolist()


def _portions(series: Universe, places: list[int], codes: list[int]) -> Iterator[tuple[list[str], list[int]]]:
    """As the register gives them: numbers as text."""
    for start in range(0, len(places), _PORTION):
        some = slice(start, start + _PORTION)
        yield [series.number(place) for place in places[some]], codes[some]


def _least_bits(count: int, size: int) -> float:
    """log2 of how many such sets there are: of the numbers out of the series, and of their states."""
    chosen = (math.lgamma(size + 1) - math.lgamma(count + 1) - math.lgamma(size - count + 1)) / math.log(2)
    return chosen - count * sum(share * math.log2(share) for share in SHARES.values())


def _delta(made: Content, data: bytes, series: Universe, states: Sequence[str]) -> Iterator[Measured]:
    dice = random.Random(31)
    at = made.universes.index(series)
    before = made.sections[at]
    values, codes = before.values.copy(), before.codes.copy()
    good = np.flatnonzero(codes == states.index("active"))
    moved = dice.sample(good.tolist(), SUPERSEDED_A_DAY + LOST_A_DAY)
    codes[moved[:SUPERSEDED_A_DAY]] = states.index("superseded")
    codes[moved[SUPERSEDED_A_DAY:]] = states.index("lost")
    new = np.setdiff1d(np.array(dice.sample(range(series.size), ISSUED_A_DAY), np.uint64), values)
    place = np.searchsorted(values, new)
    section = type(before)(np.insert(values, place, new), np.insert(codes, place, states.index("active")))
    after = Content(
        made.states, made.default, made.universes, tuple(section if i == at else s for i, s in enumerate(made.sections))
    )
    found = status_patch.difference(made, after)
    assert found is not None
    delta, wanted = status_patch.encode(found), sha256(encode(after)).digest()
    applied, seconds = _timed(lambda: encode(status_patch.apply(StatusSet(data).content(), status_patch.decode(delta))))
    assert sha256(applied).digest() == wanted
    changes = f"{ISSUED_A_DAY} issued, {SUPERSEDED_A_DAY} superseded, {LOST_A_DAY} lost"
    figures = f"{len(delta) / 1000:.1f} kB, applied in {seconds:.1f} s"
    yield Measured(f"delta of a day ({changes}) / 200 kB", len(delta) / DELTA_BYTES, 1.0, figures)


def _look_ups(
    data: bytes, series: Universe, places: list[int], codes: list[int], states: Sequence[str]
) -> Iterator[Measured]:
    dice = random.Random(37)
    chosen = [dice.randrange(len(places)) for _ in range(_LOOKS // 2)]
    held = {series.number(places[i]): states[codes[i]] for i in chosen}
    asked = [*held, *(series.number(dice.randrange(series.size)) for _ in range(_LOOKS // 2))]
    dice.shuffle(asked)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "status"
        path.write_bytes(data)
        ours = StatusSet(np.memmap(path, np.uint8, "r").data)
        assert all(ours.state_of(number) == state for number, state in held.items())
        register = dict(zip(map(series.number, places[:_IN_MEMORY]), codes, strict=False))
        base = sqlite3.connect(Path(folder) / "register.db")
        base.execute("CREATE TABLE passports (number TEXT PRIMARY KEY, state INTEGER) WITHOUT ROWID")
        rows = ((series.number(places[i]), codes[i]) for i in np.argsort(places).tolist())
        base.executemany("INSERT INTO passports VALUES (?, ?)", rows)
        base.commit()

        def by_sqlite(number: str) -> object:
            return base.execute("SELECT state FROM passports WHERE number = ?", (number,)).fetchone()

        looked = {"ours": ours.state_of, "SQLite": by_sqlite, "dict": register.get}
        best = {name: min(_microseconds(look, asked) for _ in range(7)) for name, look in looked.items()}
        base.close()
        told = subprocess.run(
            [sys.executable, "-c", _LOOKING, str(path)],
            input=json.dumps(asked),
            capture_output=True,
            text=True,
            check=True,
        )
        grown, found = json.loads(told.stdout)
    assert found >= len(held)
    figures = ", ".join(f"{name} {taken:.2f} µs" for name, taken in best.items())
    yield Measured("look-up of a number / SQLite by primary key", best["ours"] / best["SQLite"], LOOK_UP_GOAL, figures)
    figures = f"{grown / 1e6:.2f} MB of its own after {len(asked)} look-ups in {len(data) / 1e6:.2f} MB"
    yield Measured("memory that a process takes on by looking up / 4 MB", grown / MEMORY_BYTES, 1.0, figures)


def _microseconds(look: Callable[[str], object], asked: Sequence[str]) -> float:
    start = process_time()
    for number in asked:
        look(number)
    return (process_time() - start) / len(asked) * 1e6


def _timed(work: Callable[[], Made]) -> tuple[Made, float]:
    start = process_time()
    made = work()
    return made, process_time() - start


@pytest.mark.bench
@pytest.mark.slow
def test_the_status_set_is_small_quick_and_stays_on_the_disk() -> None:
    assert [row for row in run() if not row.met] == []
