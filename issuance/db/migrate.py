"""Bring a database to the schema of this program, or back. Migrations are plain Alembic files beside this module."""

from __future__ import annotations

from pathlib import Path

from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from alembic.util import CommandError
from sqlalchemy import Connection, MetaData

from issuance.db.session import Database, lock
from specs.errors import Fault, Unavailable

_SCRIPTS = Path(__file__).parent / "migrations"


def migrate(db: Database, revision: str = "head") -> None:
    """Upgrade to `revision` in one transaction; nothing to do costs one query. Two processes may start together.

    Raises `Unavailable` (`db.newer` when a newer program wrote this database).
    """
    if revision == "head" and current(db) == head():
        return
    with db.writing() as session:
        lock(session, "migrations")
        try:
            command.upgrade(_config(session.connection()), revision)
        except CommandError as error:
            raise Unavailable(
                Fault(
                    code="db.newer",
                    ar="قاعدة البيانات كتبها إصدار أحدث من هذا البرنامج",
                    en="A newer version of this program wrote this database",
                )
            ) from error


def downgrade(db: Database, revision: str) -> None:
    """Go back to `revision`, `base` for an empty database. Drops what later migrations added: for tests and repair."""
    with db.writing() as session:
        command.downgrade(_config(session.connection()), revision)


def current(db: Database) -> str | None:
    """The revision the database is at, None before the first."""
    with db.connection() as connection:
        return MigrationContext.configure(connection).get_current_revision()


def head() -> str | None:
    """The revision this program needs."""
    return ScriptDirectory(str(_SCRIPTS)).get_current_head()


def differences(db: Database, metadata: MetaData) -> list[object]:
    """How the migrated database differs from the models; empty when they agree."""
    with db.connection() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True, "render_as_batch": True})
        return list(compare_metadata(context, metadata))


def _config(connection: Connection) -> Config:
    config = Config()
    config.set_main_option("script_location", str(_SCRIPTS).replace("%", "%%"))
    config.attributes["connection"] = connection
    return config
