"""What the fuzz tests share: bytes damaged a little, and a short deterministic run of atheris in a child process."""

from __future__ import annotations

import importlib.util
import subprocess
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

import pytest
from hypothesis import strategies as st

RUNS = 20_000


def damaged(whole: bytes, data: st.DataObject) -> Iterator[bytes]:
    """The sample with one to four octets changed; the same cut short; the same with a part said twice."""
    changed = bytearray(whole)
    for _ in range(data.draw(st.integers(1, 4))):
        changed[data.draw(st.integers(0, len(changed) - 1))] = data.draw(st.integers(0, 255))
    cut = data.draw(st.integers(0, len(changed)))
    yield from (bytes(changed), bytes(changed[:cut]), bytes(changed) + whole[cut:])


def run_atheris(child: str, seeds: Iterable[bytes], directory: Path) -> None:
    """Run the module `tests.fuzz.<child>` from these seeds; fails with what it printed when an input escaped."""
    if importlib.util.find_spec("atheris") is None:
        pytest.skip("atheris is not installed")
    corpus = directory / "corpus"
    corpus.mkdir()
    for position, seed in enumerate(seeds):
        (corpus / f"{position}").write_bytes(seed)
    options = [f"-runs={RUNS}", "-seed=1", "-max_len=4096", f"-artifact_prefix={directory}/"]
    done = subprocess.run(
        [sys.executable, "-m", f"tests.fuzz.{child}", str(corpus), *options],
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-3000:]
