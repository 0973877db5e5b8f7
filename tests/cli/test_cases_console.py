"""`issuance cases`: a file opened, acted on, shown, found and verified at the console; the exit codes tell."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from tests.service import PERSON, ROOT, console, initialised

pytestmark = pytest.mark.slow
NUMBER = PERSON["national_number"]
Cases = Callable[..., Any]


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An installation with its offices and one person."""
    home = tmp_path_factory.mktemp("console") / "home"
    initialised(home)
    record = home / "person.json"
    record.write_text(json.dumps(PERSON, ensure_ascii=False), "utf-8")
    for command in (("people", "register", record), ("offices", "import", ROOT / "docs" / "offices.example.csv")):
        done = console(*command, "--json", home=home)
        assert done.returncode == 0, done.stdout + done.stderr
    return home


@pytest.fixture
def cases(home: Path) -> Cases:
    def run(*arguments: object, code: int = 0) -> Any:
        done = console("cases", *arguments, "--json", home=home)
        assert done.returncode == code, done.stdout + done.stderr
        return json.loads(done.stdout)

    return run


def opened(cases: Cases, *more: object) -> str:
    said = ("summary=سرقة", "place=السوق", "report_kind=victim", "offence=theft", "committed_on=2026-01-10", *more)
    return str(cases("open", *(f"--set={value}" for value in said), "--on", "2026-01-11")["number"])


def test_a_file_is_opened_acted_on_shown_and_verified(cases: Cases) -> None:
    number = opened(cases, "accused_name=سالم علي")
    who = ("accused=A1", f"national_number={NUMBER}", "confirmation=fingerprints", "note=بصمات")
    done = cases("act", number, "identify_accused", *(f"--set={value}" for value in who), "--version", 1)
    assert done["version"] == 2
    ban = ("accused=A1", "legal_basis=قرار النيابة", "until=2030-01-01")
    assert cases("act", number, "ban_travel", *(f"--set={value}" for value in ban))["version"] == 3
    told = cases("show", number, "--purpose", "duty")
    assert [entry["action"]["code"] for entry in told["actions"]] == ["open", "identify_accused", "ban_travel"]
    assert told["matters"][0]["state"]["code"] == "reported"
    names = {move["name"] for move in cases("moves", number)["moves"]}
    assert {"begin_evidence", "send_to_prosecution", "lift_travel_ban"} <= names
    assert number in {item["number"] for item in cases("work")["cases"]}
    assert cases("verify", number, "--purpose", "duty")["status"] == "valid"


def test_a_stale_version_is_refused_and_an_illegal_move_told_with_those_that_are_legal(cases: Cases) -> None:
    number = opened(cases)
    cases("act", number, "begin_evidence")
    stale = cases("act", number, "begin_evidence", "--version", 1, code=1)
    assert [fault["code"] for fault in stale["faults"]] == ["cases.stale"]
    illegal = cases("act", number, "become_final", code=1)
    assert [fault["code"] for fault in illegal["faults"]] == ["cases.illegal"]
    unknown = cases("act", number, "no_such_move", code=1)
    assert [fault["code"] for fault in unknown["faults"]] == ["cases.unknown"]
    wrong = cases("act", number, "add_charge", "--set=offence=no_such", "--set=accused_list=A1,A2", code=1)
    assert {fault["field"] for fault in wrong["faults"]} >= {"offence", "committed_on"}


def test_a_file_is_read_and_searched_only_for_a_purpose(cases: Cases) -> None:
    number = opened(cases, "accused_name=خالد عمر")
    assert cases("show", number, "--purpose", "curiosity", code=1)["faults"][0]["code"] == "core.purpose"
    found = cases("search", "--purpose", "duty", "--name", "Khaled Omar")
    assert number in {file["number"] for file in found["cases"]}
    assert console("cases", "show", number).returncode == 2  # the purpose must be said


def test_a_record_shows_what_is_final_on_the_day_and_needs_a_purpose(cases: Cases) -> None:
    told = cases("record", NUMBER, "--purpose", "certificate", "--as-of", "2026-01-01")
    assert (told["as_of"], told["rulings"]) == ("2026-01-01", [])
    assert (
        cases("record", NUMBER, "--purpose", "duty", "--as-of", "2999-01-01", code=1)["faults"][0]["field"] == "as_of"
    )
    assert cases("record", "119909999990", "--purpose", "duty", code=1)["error"] == "not_found"


def test_a_changed_entry_is_told_with_exit_code_1(cases: Cases, home: Path) -> None:
    number = opened(cases)
    with closing(sqlite3.connect(home / "issuance.db")) as database, database:
        of_file = "case_id = (SELECT id FROM cases WHERE number = ?)"
        database.execute(f"UPDATE case_actions SET basis = 'x' WHERE {of_file}", (number,))
    verdict = cases("verify", number, "--purpose", "duty", code=1)
    assert [check["id"] for check in verdict["checks"] if check["result"] == "fail"] == ["case.chain"]


def test_a_person_reads_tables_in_both_languages(cases: Cases, home: Path) -> None:
    number = opened(cases, "accused_name=سالم علي")
    shown = {
        ("show", number, "--purpose", "duty"): "سرقة",
        ("moves", number): "begin_evidence",
        ("work",): number,
        ("search", "--purpose", "duty", "--number", number): "سالم علي",
        ("record", NUMBER, "--purpose", "duty"): NUMBER,
        ("verify", number, "--purpose", "duty"): "case.chain",
    }
    for command, expected in shown.items():
        done = console("cases", *command, home=home)
        assert done.returncode == 0, done.stderr
        assert expected in done.stdout
        assert " / " in done.stdout


def test_alarms_are_told_once_and_shown_for_as_long_as_they_stand(cases: Cases, home: Path) -> None:
    number = opened(cases)
    assert cases("alarms")["alarms"] >= 1
    assert cases("alarms")["alarms"] == 0
    standing = {alarm["case_number"]: alarm for alarm in cases("alarms", "--standing")["alarms"]}
    assert (standing[number]["percent"], standing[number]["due_on"]) == (100, "2026-02-10")
    assert number in console("cases", "alarms", "--standing", home=home).stdout
    assert cases("alarms", "--standing", "--after", "x", code=1)["faults"][0]["code"] == "cases.alarms.after"
