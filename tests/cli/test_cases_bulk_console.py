"""Cases in bulk at the console: invent, compare, export, import with a report, each with an exit code to trust."""

from __future__ import annotations

import json
import os
import sqlite3
import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from tests.casework import THEFT
from tests.service import ROOT, console, initialised


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An installation with twelve invented cases."""
    made = tmp_path_factory.mktemp("bulk") / "var"
    initialised(made)
    assert _answer("cases", "generate", 12, "--json", home=made) == {"count": 12, "made": 12, "seed": 2026}
    return made


def _answer(*arguments: object, home: Path, code: int = 0) -> Any:
    done = console(*arguments, home=home)
    assert done.returncode == code, done.stdout + done.stderr
    return json.loads(done.stdout)


@pytest.mark.slow
def test_invented_cases_are_made_once(home: Path) -> None:
    assert _answer("cases", "generate", 12, "--json", home=home)["made"] == 0


@pytest.mark.slow
def test_a_comparison_leaves_with_one_when_a_table_differs_and_a_rebuild_puts_it_right(home: Path) -> None:
    before = _answer("cases", "rebuild", "--check", "--json", home=home)
    assert before["found"] == 0
    assert before["files"] >= 12
    with closing(sqlite3.connect(home / "issuance.db")) as database, database:
        database.execute("UPDATE cases SET stage = 'nowhere' WHERE number LIKE 'SY-%'")
    assert console("cases", "rebuild", "--check", home=home).returncode == 1
    assert _answer("cases", "rebuild", "--json", home=home)["mended"] == 12
    assert _answer("cases", "rebuild", "--check", "--json", home=home)["found"] == 0


@pytest.mark.slow
def test_an_export_is_for_a_purpose_and_private_and_comes_back_as_already_there(home: Path, tmp_path: Path) -> None:
    out = tmp_path / "cases.jsonl"
    assert console("cases", "export", out, "--purpose", "curiosity", home=home).returncode == 1
    assert not out.exists()
    said = _answer("cases", "export", out, "--purpose", "supervision", "--words", "تجربة", "--json", home=home)
    assert said["files"] == len(out.read_text("utf-8").splitlines()) >= 12
    assert out.stat().st_mode & 0o077 == 0
    again = _answer("cases", "import", out, "--json", home=home)
    assert (again["accepted"], again["already_there"], again["refused"]) == (0, said["files"], 0)


@pytest.mark.slow
def test_every_row_of_an_import_has_its_fate_in_the_report(home: Path, tmp_path: Path) -> None:
    report = tmp_path / "fates.jsonl"
    example = ROOT / "docs/cases-import.example.jsonl"
    arguments = ("cases", "import", example, "--source", "court", "--report", report, "--json")
    said = _answer(*arguments, home=home, code=1)  # this installation has none of the example's offices
    fates = [json.loads(line) for line in report.read_text("utf-8").splitlines()]
    assert [fate["line"] for fate in fates] == [1, 2, 3, 4, 5]
    assert said["refused"] == sum(fate["fate"] == "refused" for fate in fates) > 0
    assert all(fault["ar"] and fault["en"] for fate in fates for fault in fate["faults"])


@pytest.mark.slow
def test_an_import_killed_in_the_middle_is_run_again_and_nothing_is_twice(home: Path, tmp_path: Path) -> None:
    rows = [
        {"row": str(row), "action": "open", "office": "SY-ST-02", "happened_on": "2026-01-11", "body": THEFT}
        for row in range(500)
    ]
    file = tmp_path / "court.jsonl"
    file.write_text("".join(json.dumps(row) + "\n" for row in rows), "utf-8")
    program = [sys.executable, "-c", "from issuance.cli.main import app; app()", "cases", "import", str(file)]
    environment = {**os.environ, "ISSUANCE_HOME": str(home)}
    before = _opened(home)
    with subprocess.Popen(program, cwd=ROOT, env=environment, stdout=subprocess.DEVNULL) as running:
        deadline = time.monotonic() + 120
        while _opened(home) == before and running.poll() is None and time.monotonic() < deadline:
            time.sleep(0.02)
        running.kill()
    kept = _opened(home) - before
    assert 0 < kept < 500
    assert kept % 100 == 0  # whole batches
    said = _answer("cases", "import", file, "--json", home=home)
    assert (said["already_there"], said["accepted"], said["refused"]) == (kept, 500 - kept, 0)
    assert _opened(home) - before == 500
    assert _answer("cases", "rebuild", "--check", "--json", home=home)["found"] == 0


def _opened(home: Path) -> int:
    with closing(sqlite3.connect(home / "issuance.db", timeout=30)) as database:
        (count,) = database.execute("SELECT count(*) FROM case_actions WHERE seq = 1").fetchone()
    return int(count)


@pytest.mark.slow
def test_a_file_of_another_ending_or_none_is_refused(home: Path, tmp_path: Path) -> None:
    assert console("cases", "import", tmp_path / "cases.xlsx", home=home).returncode == 2
    assert console("cases", "import", tmp_path / "absent.csv", home=home).returncode == 1
