"""A file is verified by its chain of entries and its signed receipts: whatever is changed afterwards is found."""

from __future__ import annotations

from datetime import date

import pytest
from sqlalchemy import delete, update
from sqlmodel import col, select

from issuance.cases.file import CaseFile
from issuance.cases.model import CaseAction
from issuance.cases.verify import receipt, verify_case
from issuance.core.purpose import Purpose
from issuance.service import Service
from specs.errors import NotFound
from tests.casework import PROSECUTION, PROSECUTOR, STATION_OFFICER, SYSTEM, opened, step, with_case_offices
from tests.service import NOW

DUTY = Purpose("duty")


@pytest.fixture
def register(service: Service) -> Service:
    return with_case_offices(service)


def handed_over(register: Service) -> CaseFile:
    file = opened(register)
    return step(register, STATION_OFFICER, file, "send_to_prosecution", date(2026, 1, 12), to_office=PROSECUTION)


def failed(register: Service, number: str) -> set[str]:
    verdict = verify_case(register, SYSTEM, number, DUTY, NOW)
    assert (verdict.status == "valid") is not bool(verdict.failed())
    return {check.id for check in verdict.failed()}


def forge(register: Service, file: CaseFile, entry: int, /, **values: object) -> None:
    """What somebody with the database's password would do."""
    with register.db.writing() as session:
        here = col(CaseAction.case_id) == file.id, col(CaseAction.seq) == entry
        session.execute(update(CaseAction).where(*here).values(**values))


def test_a_file_as_it_was_written_is_valid(register: Service) -> None:
    file = handed_over(register)
    file = step(register, PROSECUTOR, file, "acknowledge", date(2026, 1, 12))
    assert failed(register, file.number) == set()


@pytest.mark.parametrize(
    ("column", "forged"),
    [("body", '{"place":"elsewhere"}'), ("body", "no json"), ("basis", "x"), ("seq", 7),
     ("happened_on", date(2026, 1, 1)), ("actor_id", "somebody"), ("office", "PR-TIP"),
     ("name", "shelve"), ("digest", "0" * 64)],
)  # fmt: skip
def test_a_changed_entry_is_found_whatever_was_changed(register: Service, column: str, forged: object) -> None:
    file = step(register, STATION_OFFICER, opened(register), "begin_evidence", date(2026, 1, 12))
    forge(register, file, 2, **{column: forged})
    trail = {"case.trail"} if column == "digest" else set()  # the audit trail keeps every digest
    assert failed(register, file.number) == {"case.chain"} | trail
    with pytest.raises(NotFound):  # such entries do not say who may read them
        verify_case(register, STATION_OFFICER, file.number, DUTY, NOW)


def test_an_entry_cut_off_the_end_is_missed(register: Service) -> None:
    file = step(register, STATION_OFFICER, opened(register), "begin_evidence", date(2026, 1, 12))
    with register.db.writing() as session:
        session.execute(delete(CaseAction).where(col(CaseAction.case_id) == file.id, col(CaseAction.seq) == 2))
    assert failed(register, file.number) == {"case.chain", "case.trail"}


def test_a_receipt_of_another_hand_over_a_changed_one_and_a_lost_one_are_found(register: Service) -> None:
    first, second = handed_over(register), handed_over(register)
    other = receipt(register, PROSECUTOR, second.number, 2, DUTY, NOW)
    assert other.verdict.status == "valid"
    forge(register, first, 2, receipt=other.cms)  # genuine, of another file
    assert failed(register, first.number) == {"case.receipt"}
    forge(register, first, 2, receipt=other.cms[:-1] + bytes([other.cms[-1] ^ 1]))
    assert "record.signature" in failed(register, first.number)
    forge(register, first, 2, receipt=b"\x00")
    assert "record.encoding" in failed(register, first.number)
    forge(register, first, 2, receipt=None)
    assert failed(register, first.number) == {"case.receipt.missing"}


def test_an_entry_that_hands_nothing_over_has_no_receipt(register: Service) -> None:
    file = handed_over(register)
    for seq in (1, 3, -1):
        with pytest.raises(NotFound):
            receipt(register, PROSECUTOR, file.number, seq, DUTY, NOW)
    with register.db.reading() as read:
        held = read.exec(select(CaseAction.seq).where(col(CaseAction.receipt).is_not(None))).all()
    assert list(held) == [2]
