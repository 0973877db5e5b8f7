"""What runs in a worker process: its limits, its readers once loaded, and one page at a time.

Nothing here knows tables, keys or settings; the environment is emptied of the installation's before anything is read.
"""

from __future__ import annotations

import os
import resource
import signal
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Final

from issuance.border.reading.arbitration import ZoneReading, decide
from issuance.border.reading.codes import Code, codes_of
from issuance.border.reading.intake import page_of
from issuance.border.reading.reader import Candidate, Reader, environment_of_one_thread
from issuance.mrtd.mrz import Rules
from specs.errors import Fault, Invalid
from specs.schema.page_reading import PageReadingRules

_NOTHING: Final = ZoneReading("none")
_READERS: Final[list[Reader]] = []
_AT_ONCE: Final = 2
"""Readers that agree on most pages; the third takes longer to load than both, and is when a page asks for it."""
_KEPT: Final = ("PATH", "HOME", "LANG", "LC_ALL", "TMPDIR", "TESSDATA_PREFIX", "PYTHONPATH")


@dataclass(frozen=True, slots=True)
class ZoneSeen:
    """there False: the file has no such page; faults: why a page could not be looked at."""

    there: bool
    zone: ZoneReading = _NOTHING
    faults: tuple[Fault, ...] = ()


def begin(niceness: int, memory_bytes: int) -> None:
    """Make this process a worker: low priority, bounded, alone in its process group, with its first readers loaded."""
    os.setpgid(0, 0)
    signal.signal(signal.SIGTERM, _end_with_children)
    signal.signal(signal.SIGPROF, signal.SIG_DFL)
    os.nice(niceness)
    forget()
    os.environ |= environment_of_one_thread()
    warnings.simplefilter("ignore")
    _READERS.extend(make() for make in readers()[:_AT_ONCE])
    limit(memory_bytes)


def forget() -> None:
    """Take the installation's settings, secrets among them, out of the environment."""
    for name in set(os.environ) - set(_KEPT):
        del os.environ[name]


def limit(memory_bytes: int) -> None:
    """Bound private memory from now on; leave no core file of what was read."""
    resource.setrlimit(resource.RLIMIT_DATA, (memory_bytes, memory_bytes))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def readers() -> tuple[Callable[[], Reader], ...]:
    """The readers in the order they are asked: the quickest first."""
    import cv2

    from issuance.border.reading.ocrb import OcrbReader
    from issuance.border.reading.passport_eye import PassportEyeReader
    from issuance.border.reading.rapid import RapidReader

    cv2.setNumThreads(1)
    return (OcrbReader, RapidReader, PassportEyeReader)


def zone(data: bytes, number: int, rules: Rules, limits: PageReadingRules) -> ZoneSeen:
    """The zone on page `number`: readers are asked one after another until the answer stands."""
    _allow(limits.workers.page_processor_seconds)
    try:
        page = page_of(data, number, limits.intake)
    except Invalid as refused:
        return ZoneSeen(True, faults=refused.faults)
    if page is None:
        return ZoneSeen(False)
    seen: list[tuple[str, list[Candidate]]] = []
    found = ZoneReading("none")
    for place, make in enumerate(readers()):
        if place == len(_READERS):
            with _uncounted():
                _READERS.append(make())
        reader = _READERS[place]
        seen.append((reader.name, reader.read(page)))
        found = decide(seen, rules, limits.lookalikes)
        if found.status == "verified":
            break
    return ZoneSeen(True, found)


def codes(data: bytes, number: int, limits: PageReadingRules) -> list[Code]:
    """The barcodes on page `number`; none on a page that cannot be looked at, of which `zone` says why."""
    _allow(limits.workers.page_processor_seconds)
    try:
        page = page_of(data, number, limits.intake)
    except Invalid:
        return []
    return [] if page is None else codes_of(page, limits.barcodes.most)


def _allow(seconds: float) -> None:
    """So much processor time from now on; then the kernel ends this process, even inside native code."""
    signal.setitimer(signal.ITIMER_PROF, seconds)


@contextmanager
def _uncounted() -> Iterator[None]:
    """What is loaded for all pages to come is not of this page's time."""
    left, _ = signal.setitimer(signal.ITIMER_PROF, 0)
    yield
    signal.setitimer(signal.ITIMER_PROF, left)


def _end_with_children(_signal: int, _frame: object) -> None:
    """A page that took too long: tesseract or pdftoppm must not go on without its worker."""
    os.killpg(0, signal.SIGKILL)
