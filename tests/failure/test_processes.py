"""Several processes over one socket: what they share, and what becomes of them when one is killed."""

from __future__ import annotations

import json
import os
import signal
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import pytest

from issuance.service import Service
from tests.run_server import free_port, served
from tests.service import PASSPHRASE

pytestmark = pytest.mark.slow

PROCESSES: Final = 2
SECONDS: Final = 90.0


@contextmanager
def several(service: Service) -> Iterator[tuple[int, int]]:
    """Process id of a parent of `PROCESSES` that all listen, and the port."""
    port = free_port()
    with served(service, port, PASSPHRASE, ISSUANCE_PROCESSES=str(PROCESSES)) as parent:
        until(lambda: len(serving(parent)) == PROCESSES)
        until(lambda: all(answers(one, port) for one in serving(parent)))
        yield parent, port


def serving(parent: int) -> list[int]:
    """The processes which serve. Multiprocessing's own helpers are none of them."""
    children = map(int, Path(f"/proc/{parent}/task/{parent}/children").read_text("ascii").split())
    return sorted(pid for pid in children if b"spawn_main" in Path(f"/proc/{pid}/cmdline").read_bytes())


def answers(pid: int, port: int) -> bool:
    """That one process answers, the others of its parent held still."""
    with alone(pid):
        return status(port) == 404


@contextmanager
def alone(pid: int) -> Iterator[None]:
    """Only this one of its siblings runs."""
    parent = int(Path(f"/proc/{pid}/stat").read_text("ascii").rsplit(")", 1)[1].split()[1])
    others = [one for one in serving(parent) if one != pid]
    for one in others:
        os.kill(one, signal.SIGSTOP)
    try:
        yield
    finally:
        for one in others:
            os.kill(one, signal.SIGCONT)


def status(port: int, path: str = "/v1/no-such-thing", body: dict[str, str] | None = None) -> int:
    """Of an answer over a connection of its own; 0 without one."""
    data = None if body is None else json.dumps(body).encode()
    asked = urllib.request.Request(f"http://127.0.0.1:{port}{path}", data, {"Content-Type": "application/json"})
    try:
        with urllib.request.urlopen(asked, timeout=2) as answer:
            return int(answer.status)
    except urllib.error.HTTPError as error:
        return error.code
    except OSError:
        return 0


def until(holds: Callable[[], bool]) -> None:
    deadline = time.monotonic() + SECONDS
    while not holds():
        assert time.monotonic() < deadline
        time.sleep(0.1)


def test_processes_count_an_address_together_replace_a_killed_one_and_end_with_their_parent(desk: Service) -> None:
    """One story: a server of several processes takes seconds to start."""
    pace = desk.spec.certificate_status.lookup.details
    with several(desk) as (parent, port):
        first, second = serving(parent)

        def tries(pid: int, count: int) -> list[int]:
            with alone(pid):
                return [
                    status(port, "/v1/certificate-status", {"number": f"CS{turn}", "birth_date": "1990-05-17"})
                    for turn in range(count)
                ]

        assert 429 not in tries(first, pace.count - 1)
        assert [one == 429 for one in tries(second, 2)] == [False, True]
        assert tries(first, 1) == [429]

        os.kill(first, signal.SIGKILL)
        assert status(port) == 404
        until(lambda: len(serving(parent)) == PROCESSES and first not in serving(parent))
        (new,) = set(serving(parent)) - {second}
        until(lambda: answers(new, port))

        os.kill(parent, signal.SIGKILL)
        until(lambda: not any(Path(f"/proc/{pid}").exists() for pid in (new, second)))
        assert status(port) == 0
