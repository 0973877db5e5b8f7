"""A served installation on a free loopback port, and Debian's Chromium to look at it."""

from __future__ import annotations

import json
import shutil
import socket
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
import uvicorn
from playwright.sync_api import Browser, Page, expect, sync_playwright

from issuance.core.settings import Settings
from issuance.service import open_service
from tests.api.conftest import keys_template, sqlite_installation  # noqa: F401 - fixtures
from tests.api.world import CERTIFICATE, World

CHROMIUM = Path("/usr/bin/chromium-headless-shell")  # the same engine without the windows around it
ARGUMENTS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


expect.set_options(timeout=20_000)  # a busy machine is no fault of a page


@dataclass(frozen=True)
class Served:
    """The installation and where it answers (`http://127.0.0.1:port`)."""

    world: World
    address: str

    def json_headers(self, client: str) -> dict[str, str]:
        """What a program of that name sends with JSON."""
        return self.world.bearer(client) | {"Content-Type": "application/json"}


@pytest.fixture(scope="module")
def served(
    sqlite_installation: World,  # noqa: F811
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Served]:
    home = tmp_path_factory.mktemp("served") / "home"
    shutil.copytree(sqlite_installation.service.settings.home, home)
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        port = listening.getsockname()[1]
        service = open_service(Settings(home=home, port=port))
        world = World(service, sqlite_installation.passwords, sqlite_installation.tokens)
        server = uvicorn.Server(uvicorn.Config(world.app(), log_level="warning", access_log=False))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]}, daemon=True)
        thread.start()
        deadline = time.monotonic() + 20
        while not server.started and time.monotonic() < deadline:
            time.sleep(0.02)
        assert server.started
        yield Served(world, f"http://127.0.0.1:{port}")
        server.should_exit = True
        thread.join(10)
    service.close()


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Closed with its file: while Playwright is open, its event loop runs in this thread and keeps others out."""
    if not CHROMIUM.exists():
        pytest.skip("Chromium is not installed (Debian: apt-get install chromium-headless-shell)")
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=str(CHROMIUM), args=list(ARGUMENTS))
        yield started
        started.close()


@pytest.fixture(scope="module")
def seal(served: Served, browser: Browser) -> str:
    """The address of the seal of a certificate, issued through the API."""
    context = browser.new_context(base_url=served.address)
    made = context.request.post(
        "/v1/certificates",
        data=json.dumps(CERTIFICATE),
        headers=served.json_headers("certificate-program"),
    )
    address = str(made.json()["seal"])
    context.close()
    return address


@pytest.fixture
def page(browser: Browser, served: Served) -> Iterator[Page]:
    """A page of a fresh visitor; what its scripts or its policy complained of fails the test at the end."""
    context = browser.new_context(base_url=served.address, viewport={"width": 1100, "height": 900})
    made = context.new_page()
    complaints: list[str] = []
    made.on("pageerror", lambda error: complaints.append(str(error)))
    made.on("console", lambda said: complaints.append(said.text) if _serious(said.text) else None)
    yield made
    context.close()
    assert complaints == []


def _serious(text: str) -> bool:
    """Chromium also logs each answer over 399, which tests of refusals expect."""
    return not text.startswith("Failed to load resource")
