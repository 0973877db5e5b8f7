"""`issuance offices`: two directorates from the example file become one, and the old day still shows both."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.service import ROOT, console, initialised

EXAMPLE = ROOT / "docs" / "offices.example.csv"
LAW = ("--reason", "fewer directorates", "--law", "قرار 1/2024")


@pytest.mark.slow
def test_offices_are_imported_merged_split_moved_closed_and_their_history_told(tmp_path: Path) -> None:
    home = tmp_path / "home"
    initialised(home)

    def offices(*arguments: object, code: int = 0) -> Any:
        done = console("offices", *arguments, "--json", home=home)
        assert done.returncode == code, done.stdout + done.stderr
        return json.loads(done.stdout)

    assert {fate["outcome"] for fate in offices("import", EXAMPLE, "--dry-run")} == {"added"}
    assert {fate["outcome"] for fate in offices("import", EXAMPLE)} == {"added"}
    assert {fate["outcome"] for fate in offices("import", EXAMPLE)} == {"known"}
    offices("merge", "SDQUB", "--into", "SDDRN", "--on", "2024-10-01", *LAW)
    assert "SDQUB" in {o["code"] for o in offices("list", "--on", "2024-09-30")}
    after = {o["code"]: o for o in offices("list", "--on", "2024-10-01")}
    assert "SDQUB" not in after
    assert after["STQUB"]["parent"] == "SDDRN"
    again = offices("merge", "SDQUB", "--into", "SDDRN", "--on", "2024-10-01", *LAW, code=1)
    assert again["faults"][0]["code"] == "staff.office.closed"
    offices("split", "SDDRN", "--into", "SDDRN=STDRN", "--into", "SDTIP=STQUB", "--on", "2025-01-01", *LAW)
    offices("move", "STQUB", "--parent", "SDDRN", "--authority", "hor_interior", "--on", "2025-02-01", *LAW)
    offices("close", "STQUB", "--on", "2025-03-01", *LAW)
    told = offices("history", "STQUB")
    assert [(o["kind"], o["effective_on"]) for o in told] == [
        ("merge", "2024-10-01"),
        ("split", "2025-01-01"),
        ("move", "2025-02-01"),
        ("close", "2025-03-01"),
    ]
    assert told[-1]["closed"] == {"STQUB": ["SDDRN"]}
    moved = console("staff", "set-office", "border", "STDRN", "--json", home=home)
    assert json.loads(moved.stdout) == {"username": "border", "office": "STDRN"}
