"""Run a reader of untrusted pictures in a limited child process: if native code aborts or runs away, only it ends."""

from __future__ import annotations

import json
import subprocess
import sys


def texts_read_by(module: str, picture: bytes, *, seconds: int, memory_bytes: int) -> list[str]:
    """The JSON list of texts that `python -m module` answers to `picture` on its standard input; [] when it fails."""
    limits = ["prlimit", f"--as={memory_bytes}", f"--cpu={seconds}", "--core=0"]
    try:
        child = subprocess.run(
            [*limits, sys.executable, "-m", module], input=picture, capture_output=True, timeout=seconds, check=False
        )
    except subprocess.TimeoutExpired:
        return []
    if child.returncode != 0:
        return []
    return [str(text) for text in json.loads(child.stdout)]
