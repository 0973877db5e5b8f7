"""The installation of `tests.service` with a second branch that holds blanks."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from issuance.service import Service
from issuance.staff.offices import OfficeEntry, register_office
from tests.service import CLERK, NOW, installation


def with_branches(service: Service) -> Service:
    """Benghazi beside Tripoli."""
    entry = OfficeEntry("PBEN", "فرع الجوازات بنغازي", "Passports Branch, Benghazi", "branch", date(2014, 1, 1))
    register_office(service.db, CLERK, entry, service.spec, NOW)
    return service


@pytest.fixture
def stores(database_url: str, tmp_path: Path) -> Iterator[Service]:
    """Fresh, once on SQLite and once on PostgreSQL."""
    opened = with_branches(installation(tmp_path / "home", database_url))
    yield opened
    opened.close()


@pytest.fixture
def embedded(sqlite_template: Path, tmp_path: Path) -> Iterator[Service]:
    """Fresh, on SQLite."""
    path = tmp_path / "issuance.db"
    path.write_bytes(sqlite_template.read_bytes())
    opened = with_branches(installation(tmp_path / "home", f"sqlite:///{path}"))
    yield opened
    opened.close()
