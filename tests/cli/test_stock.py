"""The console of blanks on a trial installation: received, listed, counted, cut off, verified."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from tests.service import console, initialised
from tests.stock import run_of


@pytest.mark.slow  # a process for each command
def test_blanks_are_received_counted_and_cut_off_at_the_console(tmp_path: Path) -> None:
    home = initialised(tmp_path / "home")

    def run(*arguments: object, status: int = 0) -> Any:
        done = console("passports", "stock", *arguments, "--json", home=home)
        assert done.returncode == status, done.stdout + done.stderr
        return json.loads(done.stdout)

    office = "PBEN"  # the other branch has the blanks of a new installation
    assert run("receive", office, run_of(0, 500), "--note", "DN-1", "--count", 500)["numbers"] == 500
    assert run("count", office, run_of(0, 499), "--words", "one is gone")["missing"] == 1
    assert run("freeze", office, "--reason", "seized")["frozen"] is True
    listed = run("list")
    assert {one["account"]: one["numbers"] for one in listed["balances"]} == {
        "supplier": -700, "store:PTIP": 200, f"store:{office}": 499, f"missing:{office}": 1,
    }  # fmt: skip
    assert run("show", "900000000500")["account"] == f"missing:{office}"
    assert run("verify") == {"whole": True, "faults": []}
    held = console("passports", "reconcile", "--json", home=home)
    assert (held.returncode, json.loads(held.stdout)["findings"]) == (0, [])
    with closing(sqlite3.connect(home / "issuance.db")) as database:
        database.execute("UPDATE stock_blanks SET account = 'consumed:PBEN' WHERE number = 900000000007")
        database.commit()
    held = console("passports", "reconcile", "--json", home=home)
    (told,) = json.loads(held.stdout)["findings"]
    assert (held.returncode, told["kind"], told["blank"]) == (1, "blank_without_book", "900000000007")
