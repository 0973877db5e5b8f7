"""The shape of one measurement: a ratio to something run beside it, and the goal it is held to."""

from __future__ import annotations

import ctypes
import gc
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from statistics import median
from time import perf_counter, process_time
from typing import TypeVar

import psutil

from issuance.db.session import Database

Held = TypeVar("Held")


@dataclass(frozen=True, slots=True)
class Measured:
    """ratio: of what `name` says, left to right; goal: at most, or `at_least`; detail: the figures beneath."""

    name: str
    ratio: float
    goal: float
    detail: str
    at_least: bool = False

    @property
    def met(self) -> bool:
        return self.ratio >= self.goal if self.at_least else self.ratio <= self.goal

    @property
    def goal_text(self) -> str:
        return f"{'>=' if self.at_least else '<='} {self.goal:g}"


def in_turns(
    look_up: Callable[[Held, int], None], held: Mapping[int, Held], places: int, turns: int
) -> dict[int, float]:
    """Milliseconds of a look-up in registers by their size: the median over places of the best of so many turns."""
    best: dict[int, list[float]] = {size: [] for size in held}
    for register in held.values():
        look_up(register, 0)
    for place in range(places):
        taken = [{size: _milliseconds(look_up, one, place) for size, one in held.items()} for _ in range(turns)]
        for size in held:
            best[size].append(min(turn[size] for turn in taken))
    return {size: median(figures) for size, figures in best.items()}


def _milliseconds(look_up: Callable[[Held, int], None], held: Held, place: int) -> float:
    start = perf_counter()
    look_up(held, place)
    return (perf_counter() - start) * 1000


def processor_seconds(db: Database, work: Callable[[], object]) -> float:
    """CPU seconds of this process, and of the backends of a PostgreSQL on this machine: others may use it too."""
    before = _spent(db)
    work()
    return _spent(db) - before


def _spent(db: Database) -> float:
    spent = process_time()
    if db.dialect == "postgresql":
        with db.engine.connect() as connection:
            ours = (
                "SELECT pid FROM pg_stat_activity"
                " WHERE datname = current_database() AND backend_type = 'client backend'"
            )
            for (pid,) in connection.exec_driver_sql(ours):
                times = psutil.Process(pid).cpu_times()
                spent += times.user + times.system
    return spent


class Peak:
    """Resident set of this process: before, and the most that was seen since, in bytes."""

    def __init__(self) -> None:
        gc.collect()
        ctypes.CDLL(None).malloc_trim(0)  # what was freed before must not hide what is taken now
        self.before = self.most = psutil.Process().memory_info().rss

    def look(self) -> None:
        self.most = max(self.most, psutil.Process().memory_info().rss)


@contextmanager
def peak(every_seconds: float = 0.02) -> Iterator[Peak]:
    """The most memory that the block takes."""
    held, done = Peak(), threading.Event()

    def watch() -> None:
        while not done.wait(every_seconds):
            held.look()

    watcher = threading.Thread(target=watch, daemon=True)
    watcher.start()
    try:
        yield held
    finally:
        done.set()
        watcher.join()
        held.look()
