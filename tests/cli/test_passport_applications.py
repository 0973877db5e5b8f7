"""Applications at the console: it enrols and follows; deciding takes an officer who signs in."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from issuance.core.actor import system
from issuance.core.settings import Settings
from issuance.service import open_service
from issuance.staff import commands as staff
from issuance.staff.commands import AccountEntry
from tests.service import ROOT, console, initialised, portrait

PERSON = "119909000012"


@pytest.mark.slow
def test_the_console_enrols_and_an_officer_who_signs_in_decides(tmp_path: Path) -> None:
    home = initialised(tmp_path / "home")
    picture = tmp_path / "portrait.jpg"
    picture.write_bytes(portrait())
    assert console("people", "register", ROOT / "docs/person.example.json", home=home).returncode == 0
    request = ROOT / "docs/passport-request.example.json"
    done = console("passports", "apply", request, "--portrait", picture, "--json", home=home)
    assert done.returncode == 0, done.stdout
    begun = json.loads(done.stdout)
    one = begun["application"]["id"]
    service = open_service(Settings(home=home))
    entry = AccountEntry("officer", "Officer", ["passport_officer"], "PTIP")
    made = staff.open_account(service.db, system("tests"), entry, service.spec, service.clock(), must_change=False)
    service.close()
    due = json.loads(console("passports", "track", begun["tracking"], "--json", home=home).stdout)["payment"]
    assert console("fees", "take", due["reference"], "--amount", due["amount"], home=home).returncode == 0
    nobody = console("passports", "docket", one, "--json", home=home)
    assert (nobody.returncode, json.loads(nobody.stdout)["faults"][0]["code"]) == (1, "cli.passports.nobody")
    signed = {"home": home, "OFFICER_PASSWORD": made.secret}
    docket = json.loads(console("passports", "docket", one, "--as", "officer", "--json", **signed).stdout)
    answer = console(
        "passports", "decide", one, "approve", "--digest", docket["digest"], "--words", "complete", "--as", "officer",
        "--json", **signed,
    )  # fmt: skip
    assert json.loads(answer.stdout)["state"]["code"] == "approved"
    whose = console("staff", "set-holder", "officer", "--national-number", PERSON, "--json", home=home)
    assert json.loads(whose.stdout) == {"username": "officer", "known": True}
    (standing_out,) = json.loads(console("passports", "anomalies", "--json", home=home).stdout)["officers"]
    assert standing_out["shares"]["family"] == {"count": 1, "base": 1, "percent": None}  # decided before it was said
    followed = json.loads(console("passports", "track", begun["tracking"], "--json", home=home).stdout)
    assert followed["state"]["code"] == "approved"
