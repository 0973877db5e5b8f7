"""The atheris target for all that reads what others signed: a child, `python -m tests.fuzz.keys_child CORPUS -runs=N`.

The first byte of an input chooses the reader. An escaped exception, over 100 ms of processor time, or growth of
the process over 64 MiB ends the run with a crash.
"""

from __future__ import annotations

import resource
import sys
import time

import atheris

with atheris.instrument_imports(include=["keys"]):
    from tests.fuzz.keys_readers import READERS, read

MAXIMUM_SECONDS, MAXIMUM_GROWTH_KIB = 0.1, 64 * 1024


def one_input(data: bytes) -> None:
    """One run of the fuzzer."""
    started = time.process_time()
    read(data[0] % len(READERS) if data else 0, data[1:])
    if (spent := time.process_time() - started) > MAXIMUM_SECONDS:
        raise RuntimeError(f"{spent:.3f} s for {len(data)} bytes")
    if resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - BASE_KIB > MAXIMUM_GROWTH_KIB:
        raise RuntimeError(f"more than {MAXIMUM_GROWTH_KIB} KiB for {len(data)} bytes")


if __name__ == "__main__":
    for which in range(len(READERS)):
        read(which, b"")  # what is compiled at first use is not an input's
    BASE_KIB = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss + 48 * 1024  # the fuzzer's tables, bounded caches
    atheris.Setup(sys.argv, one_input)
    atheris.Fuzz()
