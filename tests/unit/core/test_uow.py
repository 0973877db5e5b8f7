"""One unit of work is kept whole or not at all."""

from __future__ import annotations

import threading
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest
from sqlmodel import select

from issuance.core.actor import system
from issuance.core.audit_check import verify_audit
from issuance.core.uow import unit_of_work
from issuance.db.session import Database, ReadSession
from issuance.db.tables import AuditRow, SigningIntent
from keys.verdict import Verdict
from specs.errors import Conflict

NOW = datetime(2026, 11, 22, 9, 0, 0, 123456, tzinfo=UTC)
ACTOR = system("test")


def intent(name: str, at: datetime = NOW) -> SigningIntent:
    return SigningIntent(
        id=name, purpose="seal_signer", reference="r", key_id="k", to_be_signed_sha256="0" * 64, created_at=at
    )


def rows(db: Database) -> tuple[int, int]:
    with db.reading() as read:
        return len(read.exec(select(AuditRow)).all()), len(read.exec(select(SigningIntent)).all())


def test_rows_and_audit_are_kept_together(database: Database) -> None:
    with unit_of_work(database, ACTOR, "test", NOW) as tx:
        tx.session.add(intent("a"))
        tx.audit("test.add", "intent:a")
    assert rows(database) == (1, 1)


def test_an_error_keeps_nothing(database: Database) -> None:
    with pytest.raises(KeyError), unit_of_work(database, ACTOR, "test", NOW) as tx:
        tx.session.add(intent("a"))
        tx.audit("test.add", "intent:a")
        tx.session.flush()
        raise KeyError
    assert rows(database) == (0, 0)


def test_change_without_audit_is_a_bug_and_keeps_nothing(database: Database) -> None:
    with pytest.raises(RuntimeError, match="audit"), unit_of_work(database, ACTOR, "test", NOW) as tx:
        tx.session.add(intent("a"))
    assert rows(database) == (0, 0)


def test_reason_is_needed(database: Database) -> None:
    with pytest.raises(ValueError, match="reason"), unit_of_work(database, ACTOR, "  ", NOW):
        pass


def test_row_that_exists_is_a_conflict(database: Database) -> None:
    for _ in range(2):
        try:
            with unit_of_work(database, ACTOR, "test", NOW) as tx:
                tx.session.add(intent("a"))
                tx.audit("test.add", "intent:a")
        except Conflict as error:
            assert error.faults[0].code == "db.duplicate"
    assert rows(database) == (1, 1)


def test_reading_can_not_write_by_any_door(database: Database) -> None:
    assert not hasattr(ReadSession, "add")
    with pytest.raises(Exception, match=r"read|answer"), database.connection() as connection:
        connection.exec_driver_sql("DELETE FROM audit_rows")
        connection.commit()


def test_reading_sees_one_snapshot(database: Database) -> None:
    with database.reading() as read:
        before = len(read.exec(select(AuditRow)).all())
        with unit_of_work(database, ACTOR, "test", NOW) as tx:
            tx.audit("test.add", "x:1")
        assert len(read.exec(select(AuditRow)).all()) == before


def test_moments_come_back_aware_and_in_utc(database: Database) -> None:
    tripoli = timezone(timedelta(hours=2))
    with unit_of_work(database, ACTOR, "test", NOW) as tx:
        tx.session.add(intent("a", NOW.astimezone(tripoli)))
        tx.audit("test.add", "intent:a")
    with database.reading() as read:
        held = read.exec(select(SigningIntent)).one().created_at
    assert held == NOW
    assert held.utcoffset() == timedelta(0)


def test_naive_moment_is_refused(database: Database) -> None:
    with pytest.raises(Exception, match="time zone"), database.writing() as session:
        session.add(intent("a", NOW.replace(tzinfo=None)))


def test_concurrent_units_of_work_make_one_unbroken_chain(database: Database, tmp_path: Path) -> None:
    errors: list[BaseException] = []

    def work(worker: int) -> None:
        try:
            for number in range(10):
                with unit_of_work(database, ACTOR, "test") as tx:
                    tx.audit("test.add", f"x:{worker}-{number}")
                    tx.audit("test.more", f"x:{worker}-{number}")
        except BaseException as error:
            errors.append(error)

    threads = [threading.Thread(target=work, args=(n,)) for n in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert errors == []
    verdict = verify_audit(database, tmp_path / "none", lambda _: (Verdict.of([]), b""))
    assert verdict.facts["rows"] == 120
    assert verdict.failed() == ()
