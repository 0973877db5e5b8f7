"""Run native code on untrusted input in a limited child process: if it aborts or runs away, only the child ends."""

from __future__ import annotations

import json
import os
import subprocess
import sys

_ONE_THREAD = {"OMP_THREAD_LIMIT": "1", "OPENBLAS_NUM_THREADS": "1"}
"""Tesseract and numpy share the work among all cores and wait for each other: on a busy machine a page took 18 s."""


def texts_read_by(module: str, picture: bytes, *, seconds: int, memory_bytes: int) -> list[str]:
    """The JSON list of texts that `python -m module` answers to `picture` on its standard input; [] when it fails."""
    answer = answer_of(module, picture, seconds=seconds, memory_bytes=memory_bytes)
    return [str(text) for text in json.loads(answer)] if answer is not None else []


def answer_of(module: str, given: bytes, *, seconds: int, memory_bytes: int) -> bytes | None:
    """What `python -m module` answers to `given` on its standard input; None when it fails or takes too long."""
    limits = ["prlimit", f"--as={memory_bytes}", f"--cpu={seconds}", "--core=0"]
    try:
        child = subprocess.run(
            [*limits, sys.executable, "-m", module],
            input=given,
            capture_output=True,
            timeout=seconds,
            check=False,
            env=os.environ | _ONE_THREAD,
        )
    except subprocess.TimeoutExpired:
        return None
    return child.stdout if child.returncode == 0 else None
