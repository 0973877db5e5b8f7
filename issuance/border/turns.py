"""Turns to work: so many at once, so many waiting, and whoever comes then is told to come again.

Turns are of one process and of its memory only.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from threading import BoundedSemaphore

from specs.errors import Fault, Unavailable


class Turns:
    """at_once may work and as many as `waiting` more may wait."""

    def __init__(self, at_once: int, waiting: int) -> None:
        self._working = BoundedSemaphore(at_once)
        self._here = BoundedSemaphore(at_once + waiting)

    @contextmanager
    def turn(self, wait_seconds: float) -> Iterator[None]:
        """Hold a place to work. Raises `Unavailable` when all places to wait are taken, or after `wait_seconds`."""
        if not self._here.acquire(blocking=False):
            raise _busy()
        try:
            if not self._working.acquire(timeout=wait_seconds):
                raise _busy()
            try:
                yield
            finally:
                self._working.release()
        finally:
            self._here.release()


@cache
def turns(at_once: int, waiting: int) -> Turns:
    """The one set of places of this process."""
    return Turns(at_once, waiting)


def _busy() -> Unavailable:
    return Unavailable(
        Fault(
            "border.upload.busy",
            "ملفات كثيرة قيد التحقق الآن؛ أعد المحاولة بعد لحظات",
            "many files are being verified now; try again in a moment",
            clause="border/inspection.yaml",
        )
    )
