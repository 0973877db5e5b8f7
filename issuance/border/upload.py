"""Verification of what strangers send: smaller pictures, and what takes long one after another.

Anybody may send anything here, so that no number of uploads keeps the processors from those who issue. Turns are of
one process and of its memory only.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from functools import cache
from threading import BoundedSemaphore

from issuance.border.verify import takes_long, verify_bytes
from keys.trust import TrustStore
from keys.verdict import Verdict
from specs.errors import Fault, Unavailable
from specs.schema import Specification


def verify_upload(data: bytes, name: str, trust: TrustStore, at: datetime, spec: Specification) -> Verdict:
    """The verdict on one file, as `border.verify.verify_bytes`. Raises `Unavailable` when too many wait already."""
    limits = spec.border_inspection.public_uploads

    def verdict() -> Verdict:
        return verify_bytes(data, name, trust, at, spec, maximum_pixels=limits.picture_maximum_pixels)

    if not takes_long(data):
        return verdict()
    with turns(limits.at_once, limits.waiting).turn(limits.wait_seconds):
        return verdict()


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
