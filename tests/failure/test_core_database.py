"""The database is locked, full, damaged or away: a clear error, and nothing half-written."""

from __future__ import annotations

import errno
import os
import resource
import signal
import subprocess
import sys
import threading
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import event, text
from sqlmodel import select

from issuance.core.actor import system
from issuance.core.audit_check import verify_audit
from issuance.core.checkpoints import write_checkpoint
from issuance.core.numbers import NumberSeries, allocate
from issuance.core.uow import unit_of_work
from issuance.db.session import Database
from issuance.db.tables import AuditRow
from keys.verdict import Verdict
from specs.errors import Invalid, Unavailable

NOW = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)
ACTOR = system("test")
SERIES = NumberSeries("passport:test", 1, lambda serial: f"LB{serial:07d}")


def code_of(caught: pytest.ExceptionInfo[Unavailable]) -> str:
    fault = caught.value.faults[0]
    assert fault.ar
    assert fault.en
    return fault.code


def count(db: Database) -> int:
    with db.reading() as read:
        return len(read.exec(select(AuditRow)).all())


def test_locked_database_is_unavailable_and_keeps_nothing(database: Database, database_url: str) -> None:
    hasty = Database(database_url, busy_timeout_seconds=0.2)
    with database.writing() as session:
        if database.dialect == "postgresql":
            session.execute(text("LOCK TABLE audit_rows IN ACCESS EXCLUSIVE MODE"))
        with pytest.raises(Unavailable) as caught:
            allocate(hasty, ACTOR, SERIES, "passport:1", NOW)
        assert code_of(caught) == "db.locked"
    assert allocate(hasty, ACTOR, SERIES, "passport:1", NOW).serial == 1
    hasty.close()


def test_text_that_postgresql_cannot_hold_is_refused_by_name(database: Database) -> None:
    if database.dialect != "postgresql":
        pytest.skip("SQLite holds any text")
    with pytest.raises(Invalid) as caught, database.reading() as read:
        read.exec(select(AuditRow).where(AuditRow.subject == "passport:\x00")).all()
    assert [fault.code for fault in caught.value.faults] == ["db.unstorable"]


def test_a_reading_that_ended_well_keeps_the_statements_the_server_prepared_for_it(database: Database) -> None:
    if database.dialect != "postgresql":
        pytest.skip("psycopg prepares statements, and forgets them with a rollback")
    prepared = text("SELECT count(*) FROM pg_prepared_statements WHERE statement LIKE '%audit_rows%'")
    for _ in range(8):
        count(database)
    with database.connection() as held:
        assert held.execute(prepared).scalar_one() == 1


def test_nothing_is_written_by_a_reader_that_changes_what_it_read(database: Database) -> None:
    with unit_of_work(database, ACTOR, "test", NOW) as tx:
        tx.audit("test", "test:1", {})
    with database.reading() as read:
        read.exec(select(AuditRow)).one().subject = "test:2"
    with database.reading() as read:
        assert read.exec(select(AuditRow)).one().subject == "test:1"


def test_embedded_database_is_read_while_it_is_written(sqlite_database: Database) -> None:
    with sqlite_database.writing():
        assert count(sqlite_database) == 0


def test_two_works_that_wait_for_each_other_end_with_one_unavailable(database: Database) -> None:
    """On PostgreSQL a true deadlock; SQLite has one writer at a time, so both go through."""
    barrier, codes = threading.Barrier(2), []
    for n in (1, 2):
        allocate(database, ACTOR, SERIES, f"passport:{n}", NOW)

    def work(first: int, second: int) -> None:
        statement = "UPDATE number_allocations SET reference = 'x' WHERE serial = {}"
        try:
            with database.writing() as session:
                session.connection().exec_driver_sql(statement.format(first))
                if database.dialect == "postgresql":
                    barrier.wait(10)
                session.connection().exec_driver_sql(statement.format(second))
            codes.append("done")
        except Unavailable as error:
            codes.append(error.faults[0].code)

    threads = [threading.Thread(target=work, args=pair) for pair in ((1, 2), (2, 1))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(codes) == (["db.locked", "done"] if database.dialect == "postgresql" else ["done", "done"])


def test_full_embedded_database_keeps_nothing_of_the_work(sqlite_database: Database) -> None:
    allocate(sqlite_database, ACTOR, SERIES, "passport:1", NOW)

    @event.listens_for(sqlite_database.engine, "begin")
    def _full(connection: object) -> None:
        connection.exec_driver_sql("PRAGMA max_page_count = 1")  # type: ignore[attr-defined]

    with pytest.raises(Unavailable) as caught, unit_of_work(sqlite_database, ACTOR, "large", NOW) as tx:
        tx.audit("test.large", "x:1", {"fill": "x" * 200_000})
    assert code_of(caught) == "db.disk_full"
    event.remove(sqlite_database.engine, "begin", _full)
    assert count(sqlite_database) == 1
    sqlite_database.engine.dispose()
    assert allocate(sqlite_database, ACTOR, SERIES, "passport:2", NOW).serial == 2


FILL = """
import sys
from issuance.core.actor import system
from issuance.core.uow import unit_of_work
from issuance.db.session import Database
from specs.errors import Invalid, Unavailable
db = Database(sys.argv[1])
done = 0
try:
    while True:
        with unit_of_work(db, system("child"), "fill") as tx:
            tx.audit("test.fill", f"x:{done}", {"fill": "x" * 20000})
        done += 1
except Unavailable as error:
    print(done, error.faults[0].code)
"""


@pytest.mark.slow
def test_file_system_that_refuses_more_bytes_keeps_whole_works_only(sqlite_database: Database, tmp_path: Path) -> None:
    def small_files() -> None:
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (600_000, 600_000))

    sqlite_database.close()
    url = sqlite_database.engine.url.render_as_string(hide_password=False)
    ran = subprocess.run(
        [sys.executable, "-c", FILL, url],
        preexec_fn=small_files,
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
        cwd=Path(__file__).parents[2],
    )
    done, code = ran.stdout.split()
    assert code == "db.disk_full"
    assert count(sqlite_database) == int(done) > 0
    verdict = verify_audit(sqlite_database, tmp_path / "none", lambda _: (Verdict.of([]), b""))
    assert verdict.failed() == ()


def test_file_that_is_no_database_is_unavailable(tmp_path: Path) -> None:
    file = tmp_path / "issuance.db"
    file.write_bytes(b"not a database at all" * 1000)
    with pytest.raises(Unavailable) as caught:
        Database(f"sqlite:///{file}").ready()
    assert code_of(caught) == "db.damaged"


def test_server_that_does_not_answer_is_unavailable() -> None:
    with pytest.raises(Unavailable) as caught:
        Database("postgresql+psycopg://postgres@127.0.0.1:1/none").ready()
    assert code_of(caught) == "db.unreachable"


def test_connections_the_server_closed_are_replaced(database: Database) -> None:
    if database.dialect == "sqlite":
        pytest.skip("an embedded database has no server")
    database.ready()
    with Database(database.engine.url.render_as_string(hide_password=False)).writing() as session:
        others = "SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
        ended = session.execute(text(f"SELECT pg_terminate_backend(pid, 5000) FROM ({others}) AS others")).all()
        assert ended == [(True,)]
    database.ready()


def test_full_disk_leaves_the_checkpoint_file_as_it_was(
    sqlite_database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "checkpoints.jsonl"
    allocate(sqlite_database, ACTOR, SERIES, "passport:1", NOW)
    write_checkpoint(sqlite_database, file, ACTOR, lambda _, payload: payload, NOW)
    before = file.read_bytes()
    allocate(sqlite_database, ACTOR, SERIES, "passport:2", NOW)

    def full(_: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", full)
        with pytest.raises(Unavailable) as caught:
            write_checkpoint(sqlite_database, file, ACTOR, lambda _, payload: payload, NOW)
    assert code_of(caught) == "core.checkpoints.unavailable"
    assert file.read_bytes() == before


def test_embedded_database_and_its_side_files_are_the_owners_alone(tmp_path: Path) -> None:
    old = os.umask(0)
    try:
        made = Database(f"sqlite:///{tmp_path / 'issuance.db'}")
        with made.writing() as session:
            session.execute(text("CREATE TABLE t (x INTEGER)"))
            modes = {file.name: file.stat().st_mode & 0o777 for file in tmp_path.iterdir()}
        made.close()
    finally:
        os.umask(old)
    assert modes == {"issuance.db": 0o600, "issuance.db-wal": 0o600, "issuance.db-shm": 0o600}
