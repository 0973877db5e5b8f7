"""`issuance` in processes forked from one that has already read the program: the real command without its start.

The child is a process of its own with its own environment, directory, output and exit code. That the command starts
from nothing too is what the commands of the README show (`tests/docs`).
"""

from __future__ import annotations

import json
import multiprocessing
import os
import socket
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
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
        child = _forks().Process(
            target=_issuance, args=(arguments, dict(environment), directory, Path(os.devnull), *said)
        )
        child.start()
        child.join(seconds)
        if child.exitcode is None:
            child.kill()
            raise subprocess.TimeoutExpired(["issuance", *arguments], seconds)
        texts = (path.read_text("utf-8") for path in said)
        return subprocess.CompletedProcess(["issuance", *arguments], child.exitcode, *texts)


_SHIM = """#!{python} -IS
import json, os, socket, sys
line = socket.socket(socket.AF_UNIX)
line.connect({address!r})
said = dict(pid=os.getpid(), arguments=sys.argv[1:], environment=dict(os.environ), directory=os.getcwd())
line.sendall(json.dumps(said).encode() + b"\\n")
sys.exit(int(line.recv(8) or b"1"))
"""


@contextmanager
def on_path(folder: Path) -> Iterator[Path]:
    """A directory for `PATH` whose `issuance` is such a process on its caller's streams: for commands of a shell."""
    folder.mkdir()
    with tempfile.TemporaryDirectory(prefix="issuance-shell-") as short, socket.socket(socket.AF_UNIX) as door:
        address = f"{short}/door"  # the path of a socket is short
        door.bind(address)
        door.listen()
        (folder / "issuance").write_text(_SHIM.format(python=sys.executable, address=address))
        (folder / "issuance").chmod(0o755)
        threading.Thread(target=_answer, args=(door,), daemon=True).start()
        yield folder
        door.shutdown(socket.SHUT_RDWR)  # ends the thread


def _answer(door: socket.socket) -> None:
    while True:
        try:
            line, _ = door.accept()
        except OSError:
            return
        threading.Thread(target=_one, args=(line,), daemon=True).start()


def _one(line: socket.socket) -> None:
    """One command of a shell: run on the streams of the process that asked, which waits for its exit code."""
    with line, line.makefile("rb") as words:
        told = json.loads(words.readline())
        streams = tuple(Path(f"/proc/{told['pid']}/fd/{number}") for number in range(3))
        child = _forks().Process(
            target=_issuance, args=(told["arguments"], told["environment"], Path(told["directory"]), *streams)
        )
        child.start()
        child.join(120)
        if child.exitcode is None:
            child.kill()
        line.sendall(str(1 if child.exitcode is None else child.exitcode % 256).encode())


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


def _issuance(
    arguments: list[str], environment: dict[str, str], directory: Path, given: Path, out: Path, err: Path
) -> None:
    """What a fresh process does: its own environment, directory and streams, then the command."""
    os.environ.clear()
    os.environ.update(environment)
    os.chdir(directory)
    sys.argv = ["issuance", *arguments]
    sys.stdin = given.open(encoding="utf-8")
    sys.stdout, sys.stderr = _stream(1, out), _stream(2, err)
    from issuance.cli.main import app

    app()


def _stream(number: int, path: Path) -> TextIO:
    """`path` as this descriptor, so that a child of this process and a library in C write there too."""
    file = path.open("w", encoding="utf-8", buffering=1)
    os.dup2(file.fileno(), number)
    return file
