"""The installation of `tests.service`, where fees are taken."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from issuance.service import Service
from tests.fees import charge
from tests.service import installation, service

__all__ = ["service"]


@pytest.fixture(scope="module")
def desk(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    """One installation on SQLite for all tests of a module, with every prepared fee in force."""
    home = tmp_path_factory.mktemp("desk")
    path = home / "issuance.db"
    path.write_bytes(sqlite_template.read_bytes())
    opened = charge(installation(home, f"sqlite:///{path}"))
    yield opened
    opened.close()
