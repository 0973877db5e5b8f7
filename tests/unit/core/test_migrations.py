"""The schema a migrated database has, and the way there and back."""

from __future__ import annotations

from importlib import import_module
from pkgutil import walk_packages

import pytest
from sqlalchemy import inspect
from sqlmodel import SQLModel

import issuance
import issuance.db.tables
from issuance.db.migrate import current, differences, downgrade, head, migrate
from issuance.db.session import Database
from specs.errors import Unavailable

for _module in walk_packages(issuance.__path__, "issuance."):
    if _module.name.endswith((".model", "_model")):
        import_module(_module.name)


def test_migrated_schema_equals_the_models(database: Database) -> None:
    assert differences(database, SQLModel.metadata) == []


def test_down_to_nothing_and_up_again_gives_the_same_schema(database: Database) -> None:
    downgrade(database, "base")
    with database.connection() as connection:
        assert set(inspect(connection).get_table_names()) <= {"alembic_version"}
    migrate(database)
    assert current(database) == head()
    assert differences(database, SQLModel.metadata) == []


def test_migrating_twice_changes_nothing(database: Database) -> None:
    migrate(database)
    assert current(database) == head()


def test_database_of_a_newer_program_is_refused(database: Database) -> None:
    with database.writing() as session:
        session.connection().exec_driver_sql("UPDATE alembic_version SET version_num = '9999'")
    with pytest.raises(Unavailable) as caught:
        migrate(database)
    assert caught.value.faults[0].code == "db.newer"
