"""The process is killed (SIGKILL) at the worst moments: no number is lost in silence, none is given twice."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from issuance.core.actor import system
from issuance.core.audit_check import verify_audit
from issuance.core.numbers import NumberSeries, allocate, missing, unresolved, use
from issuance.core.uow import unit_of_work
from issuance.db.session import Database
from keys.verdict import Verdict

ROOT = Path(__file__).parents[2]
ACTOR = system("test")
SERIES = NumberSeries("passport:test", 1, lambda serial: f"LB{serial:07d}")

PRELUDE = """
import sys, time
from issuance.core import clock
from issuance.core.actor import system
from issuance.core.numbers import NumberSeries, allocate, use
from issuance.core.uow import unit_of_work
from issuance.db.session import Database
db = Database(sys.argv[1])
actor = system("child")
series = NumberSeries("passport:test", 1, lambda serial: f"LB{serial:07d}")
def say(text):
    print(text, flush=True)
"""
AFTER_ALLOCATION = """
say(allocate(db, actor, series, "passport:1", clock.now()).number)
time.sleep(60)
"""
INSIDE_THE_LAST_TRANSACTION = """
number = allocate(db, actor, series, "passport:1", clock.now()).number
with unit_of_work(db, actor, "keep the document") as tx:
    use(tx, number)
    tx.session.flush()
    say(number)
    time.sleep(60)
"""
WITHOUT_END = """
while True:
    number = allocate(db, actor, series, "passport:1", clock.now()).number
    say("allocated " + number)
    with unit_of_work(db, actor, "keep the document") as tx:
        use(tx, number)
    say("used " + number)
"""


def child(database_url: str, program: str) -> subprocess.Popen[str]:
    command = [sys.executable, "-c", PRELUDE + program, database_url]
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=ROOT)


def kill(process: subprocess.Popen[str]) -> str:
    process.send_signal(signal.SIGKILL)
    out, _ = process.communicate(timeout=30)
    return out


@pytest.mark.slow
@pytest.mark.parametrize("program", [AFTER_ALLOCATION, INSIDE_THE_LAST_TRANSACTION])
def test_number_of_a_killed_process_is_reported_and_not_given_again(
    database: Database, database_url: str, program: str
) -> None:
    process = child(database_url, program)
    assert process.stdout is not None
    number = process.stdout.readline().strip()
    kill(process)
    with database.reading() as read:
        held = unresolved(read, datetime.now(UTC) + timedelta(minutes=1))
    assert [row.number for row in held] == [number]
    after = allocate(database, ACTOR, SERIES, "passport:2", datetime.now(UTC))
    assert after.number != number
    with unit_of_work(database, ACTOR, "finish what the dead process began") as tx:
        use(tx, number)


@pytest.mark.slow
def test_processes_killed_at_random_lose_and_repeat_nothing(
    database: Database, database_url: str, tmp_path: Path
) -> None:
    said: list[str] = []
    for _ in range(2):
        workers = [child(database_url, WITHOUT_END) for _ in range(2)]
        for worker in workers:
            assert worker.stdout is not None
            said.append(worker.stdout.readline().strip())
        time.sleep(0.3)
        said += [line for worker in workers for line in kill(worker).splitlines()]
    allocated = [line.split()[1] for line in said if line.startswith("allocated LB") and len(line) == 19]
    used = {line.split()[1] for line in said if line.startswith("used LB") and len(line) == 14}
    assert len(allocated) == len(set(allocated)) >= 4
    with database.reading() as read:
        assert missing(read, SERIES) == []
        open_numbers = {row.number for row in unresolved(read, datetime.now(UTC) + timedelta(minutes=1))}
    last = allocate(database, ACTOR, SERIES, "passport:last", datetime.now(UTC))
    assert last.serial > max(int(number[2:]) for number in allocated)
    assert not open_numbers & used
    verdict = verify_audit(database, tmp_path / "none", lambda _: (Verdict.of([]), b""))
    assert verdict.failed() == ()
