"""`issuance` in processes forked from one that has already read the program: the real command without its start.

The child is a process of its own with its own environment, directory, output and exit code. That the command starts
from nothing too is what the commands of the README show (`tests/docs`).
"""

from __future__ import annotations

import multiprocessing
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, TextIO

if TYPE_CHECKING:
    from multiprocessing.context import ForkServerContext


@cache
def _forks() -> ForkServerContext:
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["tests.warm_program"])
    return context


def run(
    arguments: list[str], environment: Mapping[str, str], directory: Path, seconds: float
) -> subprocess.CompletedProcess[str]:
    """As `subprocess.run(["issuance", *arguments], capture_output=True, text=True)`. Raises `TimeoutExpired`."""
    with tempfile.TemporaryDirectory(prefix="issuance-console-") as folder:
        said = Path(folder, "out"), Path(folder, "err")
        child = _forks().Process(target=_issuance, args=(arguments, dict(environment), directory, *said))
        child.start()
        child.join(seconds)
        if child.exitcode is None:
            child.kill()
            raise subprocess.TimeoutExpired(["issuance", *arguments], seconds)
        texts = (path.read_text("utf-8") for path in said)
        return subprocess.CompletedProcess(["issuance", *arguments], child.exitcode, *texts)


def forked(work: Callable[..., object], *arguments: object, seconds: float = 120) -> int | None:
    """Run `work`, a function of a module, in such a process; its exit code, negative for the signal it died of."""
    child = _forks().Process(target=_as_here, args=(dict(os.environ), work, arguments))
    child.start()
    child.join(seconds)
    if child.exitcode is None:
        child.kill()
    return child.exitcode


def _as_here(environment: dict[str, str], work: Callable[..., object], arguments: tuple[object, ...]) -> None:
    """The server was started earlier: what was set since (a token directory) is not in its environment."""
    os.environ.update(environment)
    work(*arguments)


def _issuance(arguments: list[str], environment: dict[str, str], directory: Path, out: Path, err: Path) -> None:
    """What a fresh process does: its own environment, directory and streams, then the command."""
    os.environ.clear()
    os.environ.update(environment)
    os.chdir(directory)
    sys.argv = ["issuance", *arguments]
    sys.stdin = Path(os.devnull).open(encoding="utf-8")  # noqa: SIM115 - for the life of this process
    sys.stdout, sys.stderr = _stream(1, out), _stream(2, err)
    from issuance.cli.main import app

    app()


def _stream(number: int, path: Path) -> TextIO:
    """`path` as this descriptor, so that a child of this process and a library in C write there too."""
    file = path.open("w", encoding="utf-8", buffering=1)
    os.dup2(file.fileno(), number)
    return file
