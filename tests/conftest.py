"""Fixtures every test may ask for: a fresh migrated database of both kinds, the shared vectors."""

from __future__ import annotations

import os
from collections.abc import Iterator
from itertools import count
from pathlib import Path

import pytest
from sqlalchemy.engine import make_url

from issuance.db.migrate import migrate
from issuance.db.session import Database
from tests import page_readers, passwords, portraits, schemas
from tests.databases import binaries, execute, postgresql_server
from tests.shared import VECTORS, held

_numbers = count(1)


_DATABASES = frozenset({"sqlite_template", "postgresql", "database_url"})


@pytest.hookimpl(tryfirst=True)  # before -m chooses
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Files go to workers whole, so that what a module makes is made once; those with slow tests first.

    Whatever asks for a database is heavy: `make quick` leaves it out.
    """
    first: dict[Path, int] = {}
    for item in items:
        if not _DATABASES.isdisjoint(getattr(item, "fixturenames", ())):
            item.add_marker("heavy")
        rank = 0 if item.get_closest_marker("browser") else 1 if item.get_closest_marker("slow") else 2
        first[item.path] = min(rank, first.get(item.path, rank))
    items.sort(key=lambda item: first[item.path])


@pytest.fixture(scope="session", autouse=True)
def every_answer_has_its_schema() -> None:
    """What a test client is answered is held against the published schemas."""
    schemas.judge_answers()


@pytest.fixture(scope="session", autouse=True)
def hashes_of_passwords_cost_the_least() -> None:
    """Argon2id as it is, at the least cost it admits; what the specification orders is `tests/unit/staff`'s to see."""
    passwords.hash_cheaply()


@pytest.fixture(scope="session", autouse=True)
def a_picture_is_judged_once() -> None:
    """By the same rules; the judge itself is `tests/unit/mrtd`'s to see."""
    portraits.judge_once()


@pytest.fixture(scope="session", autouse=True)
def what_reads_pages_is_loaded_seldom() -> None:
    """The same readers, in fewer processes."""
    page_readers.load_seldom()


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated, empty database file to copy."""
    path = tmp_path_factory.mktemp("sqlite") / "template.db"
    db = Database(f"sqlite:///{path}")
    migrate(db)
    db.close()
    return path


@pytest.fixture(scope="session")
def postgresql() -> Iterator[str]:
    """The URL of the run's own server, with a migrated database called `template`."""
    if binaries() is None:
        words = "PostgreSQL is not installed (Debian: apt-get install postgresql)"
        if os.environ.get("ISSUANCE_REQUIRE_POSTGRESQL") == "1":
            pytest.fail(words)
        pytest.skip(words)
    with postgresql_server() as url:
        execute(url, "CREATE DATABASE template")
        db = Database(_named(url, "template"))
        migrate(db)
        db.close()
        yield url


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The URL of a fresh migrated database, once on SQLite and once on PostgreSQL."""
    if request.param == "sqlite":
        path = tmp_path / "issuance.db"
        path.write_bytes(request.getfixturevalue("sqlite_template").read_bytes())
        yield f"sqlite:///{path}"
        return
    server = request.getfixturevalue("postgresql")
    name = f"test_{next(_numbers)}"
    execute(server, f"CREATE DATABASE {name} TEMPLATE template STRATEGY FILE_COPY")
    yield _named(server, name)
    execute(server, f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    """A fresh migrated database, once on SQLite and once on PostgreSQL."""
    db = Database(database_url)
    yield db
    db.close()


@pytest.fixture
def sqlite_database(sqlite_template: Path, tmp_path: Path) -> Iterator[Database]:
    """A fresh migrated SQLite database, for tests in which the kind does not matter."""
    path = tmp_path / "issuance.db"
    path.write_bytes(sqlite_template.read_bytes())
    db = Database(f"sqlite:///{path}")
    yield db
    db.close()


@pytest.fixture(scope="session")
def vectors() -> Path:
    """The shared test vectors: `ISSUANCE_VECTORS`, else `../shared/vectors` beside the project."""
    return held(VECTORS)


def _named(url: str, database: str) -> str:
    return make_url(url).set(database=database).render_as_string(hide_password=False)
