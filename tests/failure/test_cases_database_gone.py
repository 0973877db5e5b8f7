"""The database goes away in the middle of an action, at every statement of it: all or nothing, said with its type,
and the same request again is carried out once. Where the answer to the commit is lost, it is not said that nothing
was saved.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date
from typing import Any

import pytest
from sqlalchemy import event
from sqlmodel import func, select

from issuance.cases.act import Move, act, open_case
from issuance.cases.case_rules import CaseRules
from issuance.cases.file import CaseFile
from issuance.cases.four_eyes import approve, propose
from issuance.cases.history import broken_links, file_of, rows_of_case
from issuance.cases.model import CaseAction, CaseMatter, CaseRow
from issuance.core import idempotency
from issuance.core.idempotency import Answer, Claim
from issuance.db.tables import AuditRow, OutboxRow
from issuance.service import Service
from specs.errors import Unavailable, Uncertain
from tests.casework import (
    CHIEF_PROSECUTOR,
    PROSECUTION,
    STATION_OFFICER,
    THEFT,
    at_prosecution,
    officer,
    opened,
    with_case_offices,
)
from tests.databases import execute
from tests.failure.wire import Wire
from tests.service import NOW

REQUEST = "0190f3a2-0000-7000-8000-00000000000b"
SENDING = Move("send_to_prosecution", {"to_office": PROSECUTION}, happened_on=date(2026, 1, 12))
OPENING = Move("open", THEFT, happened_on=date(2026, 1, 11))
SECOND_CHIEF = officer("chief_prosecutor", PROSECUTION, "another chief")

# a server of its own; SQLite is killed with its process (test_cases_killed)
pytestmark = pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)


@pytest.fixture
def register(service: Service) -> Service:
    return with_case_offices(service)


def end_backend(service: Service, connection: Any) -> None:
    pid = connection.connection.dbapi_connection.info.backend_pid
    execute(str(service.settings.database_url), f"SELECT pg_terminate_backend({pid}, 5000)")


@contextmanager
def gone_at(service: Service, place: int) -> Iterator[list[str]]:
    """The server ends our connection just before this statement (from 0) of those that write; the statements so far."""
    sent: list[str] = []

    def end(connection: Any, _cursor: Any, statement: str, *_more: Any) -> None:
        if connection.get_execution_options().get("issuance_mode") == "write":
            if len(sent) == place:
                end_backend(service, connection)
            sent.append(statement)

    event.listen(service.db.engine, "before_cursor_execute", end)
    try:
        yield sent
    finally:
        event.remove(service.db.engine, "before_cursor_execute", end)


def said(service: Service) -> tuple[int, ...]:
    """How much there is of whatever an action leaves, of all files."""
    with service.db.reading() as read:
        return tuple(
            read.exec(select(func.count()).select_from(table)).one()
            for table in (CaseAction, CaseRow, CaseMatter, AuditRow, OutboxRow)
        )


def now(service: Service, number: str) -> CaseFile:
    with service.db.reading() as read:
        file = file_of(read, number, CaseRules.of(service.spec))
        assert list(broken_links(file.id, rows_of_case(read, file.id))) == []
    return file


def fails_at_every_statement(service: Service, work: Callable[[], CaseFile]) -> CaseFile:
    """What the work gives in the end, after a try for each of its statements, none of which left anything."""
    before = said(service)
    for place in range(200):
        with gone_at(service, place) as sent:
            try:
                done = work()
            except Unavailable as error:
                assert [fault.code for fault in error.faults] == ["db.unreachable"], sent[-1]
                assert said(service) == before, sent[-1]
                continue
        assert place == len(sent) > 5
        return done
    raise AssertionError("it has no end")


@pytest.mark.slow
def test_a_file_is_opened_once_and_its_number_is_not_used_up_by_tries_that_failed(register: Service) -> None:
    file = fails_at_every_statement(
        register, lambda: open_case(register, STATION_OFFICER, OPENING, NOW, request_id=REQUEST)
    )
    assert file.number.endswith("-000001")
    assert open_case(register, STATION_OFFICER, OPENING, NOW, request_id=REQUEST) == now(register, file.number)
    assert said(register)[:2] == (1, 1)


@pytest.mark.slow
def test_a_file_is_handed_over_once_with_its_signed_receipt(register: Service) -> None:
    file = opened(register)
    sending = lambda: act(register, STATION_OFFICER, file.number, SENDING, NOW, request_id=REQUEST)  # noqa: E731
    after = fails_at_every_statement(register, sending)
    assert (after.version, after) == (2, now(register, file.number))
    done = said(register)
    assert sending() == after
    assert said(register) == done


@pytest.mark.slow
def test_an_approval_is_used_only_when_its_correction_is_kept(register: Service) -> None:
    file = at_prosecution(register)
    move = Move("correct", {"corrects": 1, "corrected": {"place": "شارع الرشيد"}, "note": "سهو"})
    asked = propose(register, CHIEF_PROSECUTOR, file.number, move, "سهو", NOW)
    after = fails_at_every_statement(register, lambda: approve(register, SECOND_CHIEF, asked, "نعم", NOW))
    assert (after.version, after.place) == (file.version + 1, "شارع الرشيد")


def test_a_connection_that_ends_at_the_commit_is_not_said_to_have_saved_nothing(register: Service) -> None:
    file = opened(register)

    def end(connection: Any) -> None:
        if connection.get_execution_options().get("issuance_mode") == "write":
            end_backend(register, connection)

    event.listen(register.db.engine, "commit", end)
    move = Move("begin_evidence", happened_on=date(2026, 1, 12))
    with pytest.raises(Uncertain) as caught:
        act(register, STATION_OFFICER, file.number, move, NOW, request_id=REQUEST)
    event.remove(register.db.engine, "commit", end)
    assert [fault.code for fault in caught.value.faults] == ["db.uncertain"]
    assert now(register, file.number) == file
    assert act(register, STATION_OFFICER, file.number, move, NOW, request_id=REQUEST).version == 2


def test_a_request_whose_answer_was_lost_after_the_commit_opens_one_file(register: Service) -> None:
    wire, direct = Wire(str(register.settings.database_url)), register.db
    rules, asked = register.spec.staff_access.idempotency, idempotency.Request("key-1", "POST /v1/cases", b"{}")

    def work(claim: Claim, *, cut: bool) -> Answer:
        if cut:
            wire.cut_at_commit()
        file = open_case(register, STATION_OFFICER, OPENING, NOW, request_id=claim.request_id)
        return Answer(201, "text/plain", file.number.encode())

    register.db = wire.database
    try:
        with pytest.raises(Uncertain):
            idempotency.once(register.db, STATION_OFFICER, asked, rules, lambda claim: work(claim, cut=True))
        assert said(register)[:2] == (1, 1)  # it was kept, and nobody was told
        again = idempotency.once(register.db, STATION_OFFICER, asked, rules, lambda claim: work(claim, cut=False))
    finally:
        register.db = direct
        wire.close()
    assert said(register)[:2] == (1, 1)
    assert now(register, again.body.decode()).version == 1
