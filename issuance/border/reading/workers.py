"""The worker processes of this process: started at the first page, warm from then on, ended with it.

A page that crashes, overruns its time or its memory costs one answer: its worker is replaced, the others go on.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
from collections.abc import Callable
from concurrent.futures import CancelledError
from concurrent.futures.process import BrokenProcessPool
from functools import cache
from multiprocessing.util import Finalize
from threading import Lock
from typing import Any, TypeVar

import pebble

from issuance.border.reading import worker
from issuance.border.turns import Turns
from specs.errors import Fault
from specs.schema.page_reading import PageWorkers

Answer = TypeVar("Answer")
_CLAUSE = "border/reading.yaml"
_GRACE_SECONDS = 0.2
_START_SECONDS = 60.0
"""To wait for a worker that has to load its models on a busy machine, besides the time of the page itself."""


class Overrun(Exception):
    """A worker ended without an answer. fault: why, as an answer may say it."""

    def __init__(self, fault: Fault) -> None:
        super().__init__(fault.code)
        self.fault = fault


_sharing = 1


def share(processes: int) -> None:
    """This process is one of so many that read pages on this machine: each takes its part of the cores."""
    global _sharing  # noqa: PLW0603 - said once, before the first page
    _sharing = processes


class Workers:
    """One pool, one worker a core that this process may use."""

    def __init__(self, limits: PageWorkers, begin: Callable[..., None] = worker.begin) -> None:
        self._limits, self._begin = limits, begin
        self._pool: pebble.ProcessPool | None = None
        self._lock = Lock()
        self.count = max(1, len(os.sched_getaffinity(0)) // _sharing)
        self.turns = Turns(self.count, limits.waiting)

    def schedule(self, work: Callable[..., Answer], *given: Any) -> Callable[[], Answer]:
        """Begin `work(*given)` in a worker. What is given back waits for its answer or raises `Overrun`."""
        future = self._scheduled(work, given)

        def answer() -> Answer:
            try:
                return future.result(timeout=self._limits.page_seconds + self._limits.wait_seconds + _START_SECONDS)
            except TimeoutError as error:
                future.cancel()  # type: ignore[no-untyped-call]
                raise Overrun(_fault("too_slow", *_TOO_SLOW)) from error
            except MemoryError as error:
                raise Overrun(_fault("memory", *_MEMORY)) from error
            except (pebble.ProcessExpired, CancelledError) as error:
                slow = getattr(error, "exitcode", None) == -signal.SIGPROF
                raise Overrun(_fault("too_slow", *_TOO_SLOW) if slow else _fault("crash", *_CRASH)) from error
            except BrokenProcessPool as error:
                self.close()
                raise Overrun(_fault("crash", *_CRASH)) from error
            except Exception as error:  # a reader's own failure on foreign bytes: libraries raise many kinds
                raise Overrun(_fault("reader", *_READER)) from error

        return answer

    def close(self) -> None:
        """End the workers; the next page starts others."""
        with self._lock:
            pool, self._pool = self._pool, None
        if pool is not None:
            pool.stop()  # type: ignore[no-untyped-call]
            pool.join(timeout=5)

    def _scheduled(self, work: Callable[..., Answer], given: tuple[Any, ...]) -> pebble.ProcessFuture[Answer]:
        """A pool gives up when a worker dies while none works: it is then replaced once."""
        try:
            return self._running().schedule(work, args=given, timeout=self._limits.page_seconds)
        except RuntimeError:
            self.close()
            return self._running().schedule(work, args=given, timeout=self._limits.page_seconds)

    def _running(self) -> pebble.ProcessPool:
        with self._lock:
            if self._pool is not None and not self._pool.active:
                self._pool.stop()  # type: ignore[no-untyped-call]
                self._pool.join(timeout=5)
                self._pool = None
            if self._pool is None:
                pebble.CONSTS.term_timeout = _GRACE_SECONDS
                self._pool = pebble.ProcessPool(
                    max_workers=self.count,
                    max_tasks=self._limits.pages_each,
                    initializer=self._begin,
                    initargs=(self._limits.niceness, self._limits.memory_bytes),
                    context=multiprocessing.get_context("spawn"),
                )
            return self._pool


@cache
def workers(limits: PageWorkers) -> Workers:
    """The one set of workers of this process."""
    made = Workers(limits)
    Finalize(None, made.close, exitpriority=100)  # before multiprocessing waits for its children, in any process
    return made


_TOO_SLOW = ("تجاوزت قراءة الصفحة وقتها", "reading the page took longer than its time")
_MEMORY = ("تجاوزت قراءة الصفحة ذاكرتها", "reading the page took more than its memory")
_CRASH = ("توقف القارئ أثناء هذه الصفحة", "the reader ended while at this page")
_READER = ("فشل القارئ في هذه الصفحة", "the reader failed on this page")


def _fault(code: str, ar: str, en: str) -> Fault:
    return Fault(f"page.{code}", ar, en, field="page", clause=_CLAUSE)
