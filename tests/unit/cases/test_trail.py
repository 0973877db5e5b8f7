"""Entries taken away or written anew leave a sound chain behind: the audit trail still knows what was written."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date

import pytest
from sqlalchemy import delete
from sqlmodel import Session, col, select

from issuance.cases.history import GENESIS, action_of, broken_links, rows_of_case, values_of
from issuance.cases.model import CaseAction
from issuance.cases.projection import TABLES
from issuance.cases.rebuild import rebuild
from issuance.cases.verify import verify_case
from issuance.core.purpose import Purpose
from issuance.service import Service
from tests.casework import PROSECUTOR, STATION_OFFICER, at_prosecution, opened, step, with_case_offices
from tests.service import CLERK, NOW

PURPOSE = Purpose("supervision", "مراجعة القيود")


def _last_taken_away(session: Session, case_id: str) -> None:
    session.execute(delete(CaseAction).where(col(CaseAction.case_id) == case_id, col(CaseAction.name) == "ban_travel"))


def _first_taken_away(session: Session, case_id: str) -> None:
    session.execute(delete(CaseAction).where(col(CaseAction.case_id) == case_id, col(CaseAction.seq) == 1))


def _written_anew(session: Session, case_id: str) -> None:
    """From the first entry on, with digests that fit."""
    before = GENESIS
    rows = session.exec(select(CaseAction).where(CaseAction.case_id == case_id).order_by(col(CaseAction.seq))).all()
    for row in rows:
        for name, value in values_of(case_id, replace(action_of(row), basis="x"), before, row.receipt).items():
            setattr(row, name, value)
        before = row.digest
        session.add(row)


def _file_taken_away(session: Session, case_id: str) -> None:
    session.execute(delete(CaseAction).where(col(CaseAction.case_id) == case_id))


@pytest.mark.parametrize("forged", [_last_taken_away, _first_taken_away, _written_anew, _file_taken_away])
def test_entries_the_trail_does_not_speak_of_are_told_and_never_mended_over(
    service: Service, forged: Callable[[Session, str], None]
) -> None:
    with_case_offices(service)
    opened(service)
    file = at_prosecution(service)
    step(service, PROSECUTOR, file, "ban_travel", date(2026, 1, 13), accused="A1", legal_basis="أمر النيابة")
    with service.db.writing() as session:
        forged(session, file.id)
    with service.db.reading() as read:
        stood = {str(table): len(read.exec(select(table)).all()) for table in TABLES}
        if forged is not _first_taken_away:
            assert not [*broken_links(file.id, rows_of_case(read, file.id))], "sound in itself"
    outcome = rebuild(service, CLERK, NOW, lambda done, total: None)
    assert (outcome.tampered, outcome.mended) == (1, 0)
    assert [d.case for d in outcome.differences if d.kind == "tampered"] == [file.id]
    with service.db.reading() as read:
        assert {str(table): len(read.exec(select(table)).all()) for table in TABLES} == stood
    checks = {check.id: check.result for check in verify_case(service, CLERK, file.number, PURPOSE, NOW).checks}
    assert checks["case.trail"] == "fail"


def test_an_entry_written_where_one_was_taken_away_does_not_hide_it(service: Service) -> None:
    with_case_offices(service)
    file = opened(service)
    step(service, STATION_OFFICER, file, "begin_evidence", date(2026, 1, 12))
    with service.db.writing() as session:
        session.execute(delete(CaseAction).where(col(CaseAction.name) == "begin_evidence"))
    step(service, STATION_OFFICER, file, "begin_evidence", date(2026, 1, 13))
    with service.db.reading() as read:
        assert [row.seq for row in rows_of_case(read, file.id)] == [1, 2]
    assert rebuild(service, CLERK, NOW, lambda done, total: None).tampered == 1
