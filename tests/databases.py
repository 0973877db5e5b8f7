"""A real PostgreSQL server of the test run's own: Debian's binaries, a temporary directory, a free loopback port.

Started at the first test that asks, one a worker process, and stopped with it whatever happens.
"""

from __future__ import annotations

import os
import pwd
import re
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg

START_SECONDS = 30


def binaries() -> Path | None:
    """The newest installed server's `bin`, or None."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda p: int(re.sub(r"\D", "", p.parts[-3])))
    return found[-1].parent if found else None


@contextmanager
def postgresql_server() -> Iterator[str]:
    """Yields the URL of its maintenance database, `postgresql+psycopg://postgres@127.0.0.1:PORT/postgres`."""
    programs = binaries()
    assert programs is not None, "no PostgreSQL server is installed"
    root = Path(tempfile.mkdtemp(prefix="issuance-postgresql-"))
    server: subprocess.Popen[bytes] | None = None
    try:
        as_server = _drop_to_postgres(root)
        data = root / "data"
        subprocess.run(
            [
                *as_server,
                programs / "initdb",
                "-D",
                data,
                "-U",
                "postgres",
                "-A",
                "trust",
                "-E",
                "UTF8",
                "--locale=C.UTF-8",
                "-N",
            ],
            check=True,
            capture_output=True,
            cwd=root,
        )
        port = _free_port()
        settings = {"fsync": "off", "full_page_writes": "off", "synchronous_commit": "off", "max_connections": "60"}
        settings |= {"listen_addresses": "127.0.0.1", "unix_socket_directories": str(root), "shared_buffers": "32MB"}
        options = [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
        with (root / "log").open("wb") as log:
            server = subprocess.Popen(
                [*as_server, programs / "postgres", "-D", data, "-p", str(port), *options],
                stdout=log,
                stderr=log,
                cwd=root,
            )
        url = f"postgresql+psycopg://postgres@127.0.0.1:{port}/postgres"
        _wait(url, server, root / "log")
        yield url
    finally:
        if server is not None:
            pid_file = root / "data" / "postmaster.pid"
            if pid_file.exists():
                subprocess.run(["kill", "-QUIT", pid_file.read_text().split()[0]], check=False)
            server.wait(timeout=START_SECONDS)
        shutil.rmtree(root, ignore_errors=True)


def execute(url: str, statement: str) -> None:
    """Run one statement outside a transaction (CREATE DATABASE and the like)."""
    with psycopg.connect(url.replace("+psycopg", ""), autocommit=True) as connection:
        connection.execute(statement)  # type: ignore[call-overload]


def _drop_to_postgres(root: Path) -> list[str]:
    """The server refuses to run as root: it then runs as the user Debian made for it."""
    if os.geteuid() != 0:
        return []
    user = pwd.getpwnam("postgres")
    os.chown(root, user.pw_uid, user.pw_gid)
    return ["runuser", "-u", "postgres", "--"]


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _wait(url: str, server: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + START_SECONDS
    while True:
        try:
            execute(url, "SELECT 1")
            return
        except psycopg.OperationalError:
            if server.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError(f"PostgreSQL did not start:\n{log.read_text(errors='replace')}") from None
            time.sleep(0.05)
