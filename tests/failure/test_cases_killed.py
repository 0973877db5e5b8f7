"""A process is killed, loses its keys or its database in the middle of an action; two officers act at once.

All or nothing, and a repeated request is carried out once.
"""

from __future__ import annotations

import signal
import subprocess
import sys
from datetime import date
from pathlib import Path

import pytest
from sqlmodel import col, select

from issuance.cases.act import Move, StaleCase, act, appended, held
from issuance.cases.case_rules import CaseRules
from issuance.cases.file import CaseFile
from issuance.cases.history import broken_links, file_of, rows_of_case
from issuance.core.uow import unit_of_work
from issuance.db.tables import AuditRow, OutboxRow
from issuance.service import Service
from specs.errors import Unavailable
from tests.casework import (
    CHIEF_PROSECUTOR,
    PROSECUTION,
    PROSECUTOR,
    STATION_OFFICER,
    at_prosecution,
    opened,
    with_case_offices,
)
from tests.failure.together import together
from tests.service import NOW, PASSPHRASE

ROOT = Path(__file__).parents[2]
REQUEST = "0190f3a2-0000-7000-8000-00000000000a"
SENDING = Move("send_to_prosecution", {"to_office": PROSECUTION}, happened_on=date(2026, 1, 12))
HALTS = ("before_signing", "after_signing", "entry_written", "before_commit", "after_commit")
CHILD = """
import sys, time, warnings
from datetime import date
from pathlib import Path
warnings.simplefilter("ignore")
from sqlalchemy import event
import issuance.cases.act as acting
import issuance.cases.entries as entries
from issuance.cases.act import Move, act
from issuance.core.settings import Settings
from issuance.service import open_service
from tests.casework import STATION_OFFICER
from tests.failure.test_cases_killed import REQUEST, SENDING
from tests.service import NOW
home, url, keys, passphrase, number, halt = sys.argv[1:]
settings = Settings(environment="development", home=Path(home), database_url=url, keys_directory=Path(keys),
                    key_passphrase=passphrase, public_base_url="https://verify.example")
service = open_service(settings, lambda: NOW)
def stop(*_):
    print("halted", flush=True)
    time.sleep(60)
def at(module, name, moment):
    real = getattr(module, name)
    def halting(*given, **named):
        if moment == "before":
            stop()
        done = real(*given, **named)
        if moment == "after":
            stop()
        return done
    setattr(module, name, halting)
if halt == "before_signing":
    at(acting, "receipt_of", "before")
elif halt == "after_signing":
    at(acting, "receipt_of", "after")
elif halt == "entry_written":
    at(entries, "write", "before")
elif halt == "before_commit":
    event.listen(service.db._write_engine, "commit", stop)
act(service, STATION_OFFICER, number, SENDING, NOW, request_id=REQUEST)
stop()
"""


@pytest.fixture
def register(service: Service) -> Service:
    return with_case_offices(service)


def now(service: Service, number: str) -> CaseFile:
    with service.db.reading() as read:
        return file_of(read, number, CaseRules.of(service.spec))


def said(service: Service, file: CaseFile) -> tuple[int, int, int]:
    """How many entries, audit rows and events there are of the file; its chain holds."""
    with service.db.reading() as read:
        rows = rows_of_case(read, file.id)
        assert list(broken_links(file.id, rows)) == []
        audited = read.exec(select(AuditRow.seq).where(AuditRow.subject == f"case:{file.id}")).all()
        events = read.exec(select(OutboxRow.seq).where(OutboxRow.subject == f"case:{file.id}")).all()
        places = read.exec(select(OutboxRow.seq).order_by(col(OutboxRow.seq))).all()
    assert list(places) == list(range(1, len(places) + 1))
    return len(rows), len(audited), len(events)


@pytest.mark.slow
@pytest.mark.parametrize("halt", HALTS)
def test_a_process_killed_while_it_hands_over_leaves_all_or_nothing_and_the_request_is_carried_out_once(
    register: Service, halt: str
) -> None:
    file = opened(register)
    before = said(register, file)
    settings = register.settings
    arguments = [settings.home, settings.database_url, settings.keys_directory, PASSPHRASE, file.number, halt]
    command = [sys.executable, "-c", CHILD, *map(str, arguments)]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=ROOT)
    assert process.stdout is not None
    assert process.stdout.readline().strip() == "halted"
    process.send_signal(signal.SIGKILL)
    process.communicate(timeout=30)
    entries, audited, events = said(register, file)
    done = halt == "after_commit"
    assert (entries, now(register, file.number).version) == (before[0] + done, 1 + done)
    assert (audited > before[1], events > before[2]) == (done, done)
    again = act(register, STATION_OFFICER, file.number, SENDING, NOW, request_id=REQUEST)
    assert (again.version, said(register, file)[0]) == (2, before[0] + 1)
    assert again == now(register, file.number)


def test_without_a_key_in_its_period_nothing_is_handed_over(register: Service) -> None:
    file = opened(register)
    before = said(register, file)
    with pytest.raises(Unavailable):
        act(register, STATION_OFFICER, file.number, SENDING, NOW.replace(year=NOW.year + 20))
    assert (said(register, file), now(register, file.number)) == (before, file)


def test_of_two_officers_who_act_at_once_one_wins_and_one_is_told_what_the_other_did(register: Service) -> None:
    file = at_prosecution(register)
    shelving = Move("shelve", {"shelving_reason": "no_offence"}, happened_on=date(2026, 1, 14))
    given = together(
        lambda: act(register, PROSECUTOR, file.number, Move("investigate", happened_on=date(2026, 1, 14)), NOW,
                    expected=file.version),
        lambda: act(register, CHIEF_PROSECUTOR, file.number, shelving, NOW, expected=file.version),
    )  # fmt: skip
    lost = [one for one in given if isinstance(one, StaleCase)]
    won = [one for one in given if isinstance(one, CaseFile)]
    assert (len(won), len(lost)) == (1, 1)
    assert [action.seq for action in lost[0].since] == [file.version + 1]
    assert now(register, file.number) == won[0]


def test_one_request_sent_twice_at_once_is_carried_out_once(register: Service) -> None:
    file = opened(register)
    move = Move("begin_evidence", happened_on=date(2026, 1, 12))
    given = together(*[lambda: act(register, STATION_OFFICER, file.number, move, NOW, request_id=REQUEST)] * 3)
    assert {one.version if isinstance(one, CaseFile) else 0 for one in given} == {2}
    assert said(register, file)[0] == 2


def test_an_action_that_fails_at_its_last_row_leaves_nothing(register: Service) -> None:
    file = opened(register)
    before = said(register, file)
    with pytest.raises(RuntimeError), unit_of_work(register.db, STATION_OFFICER, "half", NOW) as tx:
        rules = CaseRules.of(register.spec)
        appended(tx, held(tx, file.number, rules, "begin_evidence"), Move("begin_evidence"), rules)
        raise RuntimeError("the power goes")
    assert (said(register, file), now(register, file.number)) == (before, file)
