"""The application as `issuance run` serves it, over an installation that `ISSUANCE_*` names: a process of its own.

    ISSUANCE_HOME=... python -m tests.border_server

Prints `ready` when it answers; ends with SIGTERM. Without the specimens and accounts that `issuance run` makes first.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
import urllib.request
import warnings
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from issuance.api.app import create_app
from issuance.api.serving import serve
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
        [sys.executable, "-m", "tests.border_server"], cwd=ROOT, env={**kept, **said, **environment}
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


def _answers(port: int) -> bool:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/healthz", timeout=5) as answer:
            return int(answer.status) == 200
    except OSError:
        return False


def main() -> None:
    warnings.simplefilter("ignore")
    settings = read_settings()
    service = open_service(settings)
    with kept_up(service):
        serve(create_app(service), settings)
    service.close()


if __name__ == "__main__":
    main()
