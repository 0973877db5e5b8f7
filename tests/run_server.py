"""The application as `issuance run` serves it, over an installation that `ISSUANCE_*` names: a process of its own.

    ISSUANCE_HOME=... python -m tests.run_server

Ends with SIGTERM. Without the specimens and accounts that `issuance run` makes first.
"""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
import urllib.request
import warnings
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from issuance.api.processes import serve
from issuance.core.settings import read_settings
from issuance.jobs.upkeep import kept_up
from issuance.service import Service, open_service

ROOT = Path(__file__).parents[1]
START_SECONDS = 90


@contextmanager
def served(service: Service, port: int, passphrase: str, **environment: str) -> Iterator[int]:
    """The process id of a server over the installation of `service`, answering on that port of loopback."""
    said = {
        "ISSUANCE_HOME": str(service.settings.home),
        "ISSUANCE_DATABASE_URL": service.settings.database,
        "ISSUANCE_KEYS_DIRECTORY": str(service.settings.keys_home),
        "ISSUANCE_KEY_PASSPHRASE": passphrase,
        "ISSUANCE_PORT": str(port),
        "PYTHONPATH": str(ROOT),
    }
    kept: Mapping[str, str] = {k: v for k, v in os.environ.items() if not k.startswith("ISSUANCE_")}
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.run_server"], cwd=ROOT, env={**kept, **said, **environment}
    )
    try:
        deadline = time.monotonic() + START_SECONDS
        while not _answers(port):
            assert process.poll() is None, "the server ended"
            assert time.monotonic() < deadline, "the server does not answer"
            time.sleep(0.1)
        yield process.pid
    finally:
        process.terminate()
        process.wait(30)


def free_port() -> int:
    """A port of loopback that nobody listens on now."""
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        return int(held.getsockname()[1])


def _answers(port: int) -> bool:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/healthz", timeout=5) as answer:
            return int(answer.status) == 200
    except OSError:
        return False


def main() -> None:
    warnings.simplefilter("ignore")
    service = open_service(read_settings())
    with kept_up(service):
        serve(service)
    service.close()


if __name__ == "__main__":
    main()
