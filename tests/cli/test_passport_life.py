"""What becomes of books at the console: each report reaches the status list and INTERPOL's queue at once; an
uncollected book goes back and is destroyed by people who sign in."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from issuance.core.actor import system
from issuance.core.settings import Settings
from issuance.passports import sltd
from issuance.passports.delivering import uncollected
from issuance.passports.model import Passport, PassportApplication
from issuance.passports.status_list import digest_of_number, status_list
from issuance.service import open_service
from issuance.staff import commands as staff
from issuance.staff.commands import AccountEntry
from tests.passport_books import put_book
from tests.service import console, enter, initialised

SAID = (
    ("lost", "lost", "lost"), ("stolen", "stolen", "stolen"), ("damaged", "damaged", "revoked"),
    ("deceased", "holder_deceased", "revoked"), ("nationality_withdrawn", "nationality_withdrawn", "revoked"),
)  # fmt: skip
PEOPLE = (("giver", "delivery_clerk"), ("first", "stock_keeper"), ("second", "stock_keeper"))


@pytest.mark.slow  # a process for each command
@pytest.mark.filterwarnings("ignore::keys.open.SoftwareKeysWarning")
def test_every_report_and_the_way_back_of_an_uncollected_book_are_done_at_the_console(tmp_path: Path) -> None:
    home = initialised(tmp_path / "home")
    service, now = open_service(Settings(home=home)), datetime.now(UTC)
    long_ago = now - timedelta(days=400)
    numbers = [
        put_book(service, f"K000000{n}", person=enter(service, national_number=f"1199090980{n:02d}").id, now=now)
        for n in range(len(SAID))
    ]
    back = put_book(
        service, "K0000009", "passed", person=enter(service, national_number="119909098099").id, now=long_ago
    )
    with service.db.writing() as session:
        session.get_one(PassportApplication, session.get_one(Passport, back).application_id).due_at = long_ago
    assert uncollected(service, system("tests"), now - timedelta(days=100)) == [back]
    given = {}
    for name, role in PEOPLE:
        entry = AccountEntry(name, name, [role], "PTIP")
        given[name] = staff.open_account(
            service.db, system("tests"), entry, service.spec, now, must_change=False
        ).secret

    def run(*arguments: object, by: str | None = None, status: int = 0) -> Any:
        more = ("--as", by) if by else ()
        signed = {"OFFICER_PASSWORD": given[by]} if by else {}
        done = console("passports", *arguments, *more, "--json", home=home, **signed)
        assert done.returncode == status, done.stdout + done.stderr
        return json.loads(done.stdout)

    for number, (said, state, category) in zip(numbers, SAID, strict=True):
        command = "holder-ended" if state != said or said == "nationality_withdrawn" else "report"
        run(command, number, said, "--reference", "PV-1")
        listed = json.loads(status_list(service, datetime.now(UTC)))["entries"][state]
        assert digest_of_number(number, service.spec.passport.office) in listed
        with service.db.reading() as read:
            assert sltd.standing(read, [number]) == {number: category}
    assert run("report", numbers[0], "found", "--reference", "PV-2")["state"]["code"] == "found"
    with service.db.reading() as read:
        assert sltd.standing(read, [numbers[0]]) == {numbers[0]: "revoked"}

    assert run("send-back", back, "--seals", "S-1", status=1)["faults"][0]["code"] == "cli.passports.nobody"
    run("send-back", back, "--seals", "S-1", by="giver")
    run("take-back", back, "--receipt", "R-1", by="first")
    asked = run("destroy", back, "--words", "shredder 2", by="first")["approval"]
    run("destroyed", asked, "--words", "seen", by="first", status=1)
    assert run("destroyed", asked, "--words", "seen", by="second") == {"number": back}
    service.close()
    with closing(sqlite3.connect(home / "issuance.db")) as database:
        assert database.execute("SELECT state FROM passports WHERE number = ?", (back,)).fetchone() == ("destroyed",)
