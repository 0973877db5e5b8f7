"""The console of fees, on an installation whose prepared tariff is in force."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.service import changed_specification, console, initialised


@pytest.mark.slow  # a process for each command
def test_a_fee_is_listed_waived_taken_and_its_receipt_fetched_at_the_console(tmp_path: Path) -> None:
    home = initialised(tmp_path / "home")
    specs = changed_specification(tmp_path / "specs", ("fees.yaml", "valid_from: null", "valid_from: 2026-01-01"))

    def run(*arguments: object, status: int = 0) -> Any:
        done = console(*arguments, "--json", home=home, specs=specs)
        assert done.returncode == status, done.stdout + done.stderr
        return json.loads(done.stdout)

    number = run("people", "list")["people"][0]["national_number"]
    asked = ("--national-number", number, "--addressee", "سفارة", "--office", "CTIP")
    for purpose in ("visa", "study"):
        assert run("certificates", "request", "--purpose", purpose, *asked)["state"]["code"] == "paying"
    first, second = (one["reference"] for one in run("fees", "list")["payments"])
    waived = run("fees", "exempt", first, "--exemption", "indigence", "--proof", "12/2026")
    assert (waived["state"], waived["entries"]) == ("exempt", [])
    run("fees", "take", second, "--amount", "4", status=1)
    taken = run("fees", "take", second, "--amount", "5")
    [receipt] = [one["number"] for one in taken["entries"]]
    assert run("fees", "show", second)["entries"] == taken["entries"]
    run("fees", "receipt", receipt, "--out", tmp_path / "receipt.pdf")
    assert (tmp_path / "receipt.pdf").read_bytes().startswith(b"%PDF-")
    assert run("fees", "close", "--counted", "5.000")["difference"] == "0.000"
    rows = {row["id"]: row for row in run("fees", "tariff")["rows"]}
    assert rows["certificate-office"]["valid_from"] == "2026-01-01"
