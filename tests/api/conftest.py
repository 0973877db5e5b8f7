"""A running service for tests of the edges: development keys once a run, a fresh installation for each test."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from issuance.core.settings import Settings
from issuance.service import open_service
from tests.api.world import World, build, make_keys


@pytest.fixture(scope="session")
def keys_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The home of an installation that has keys and nothing else; tests copy it."""
    home = tmp_path_factory.mktemp("keys")
    make_keys(home)
    return home


@pytest.fixture
def home(keys_template: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(keys_template, tmp_path / "home"))


@pytest.fixture
def world(home: Path, database_url: str) -> Iterator[World]:
    """On SQLite and on PostgreSQL."""
    made = build(home, database_url)
    yield made
    made.service.close()


@pytest.fixture(scope="session")
def sqlite_installation(keys_template: Path, sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> World:
    """A whole installation to copy; its service is closed."""
    home = Path(shutil.copytree(keys_template, tmp_path_factory.mktemp("installation") / "home"))
    shutil.copy(sqlite_template, home / "issuance.db")
    made = build(home, "")
    made.service.close()
    return made


@pytest.fixture
def sqlite_world(sqlite_installation: World, tmp_path: Path) -> Iterator[World]:
    """For tests in which the kind of database does not matter."""
    home = Path(shutil.copytree(sqlite_installation.service.settings.home, tmp_path / "home"))
    service = open_service(Settings(home=home))
    yield World(service, sqlite_installation.passwords, sqlite_installation.tokens)
    service.close()


@pytest.fixture
def client(world: World) -> Iterator[TestClient]:
    with TestClient(world.app(), raise_server_exceptions=False) as made:
        yield made


@pytest.fixture
def sqlite_client(sqlite_world: World) -> Iterator[TestClient]:
    with TestClient(sqlite_world.app(), raise_server_exceptions=False) as made:
        yield made
