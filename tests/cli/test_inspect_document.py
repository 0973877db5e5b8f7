"""`issuance inspect document`, `mrz` and `keys`: one answer on the console, by register, by named trust, by bundle."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from tests.service import console, initialised

ZONE = "PPUTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<\nL898902C36UTO7408122F1204159ZE184226B<<<<<10\n"


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return initialised(tmp_path_factory.mktemp("console") / "home")


def specimen(home: Path, to: Path) -> tuple[str, Path]:
    """The zone and the chip files of the passport that `issuance init` made."""
    with closing(sqlite3.connect(home / "issuance.db")) as database:
        number, zone = database.execute("SELECT number, mrz FROM passports ORDER BY number").fetchone()
        query = "SELECT name, content FROM passport_files WHERE passport_number = ? AND name LIKE '%.bin'"
        files = database.execute(query, (number,)).fetchall()
    to.mkdir()
    for name, content in files:
        (to / name).write_bytes(content)
    return zone, to


@pytest.mark.slow
def test_the_console_asks_the_register_here_and_says_the_same_as_json_and_to_people(home: Path, tmp_path: Path) -> None:
    zone, chip = specimen(home, tmp_path / "chip")
    (tmp_path / "zone.txt").write_text(zone)
    told = console("inspect", "document", "--mrz", tmp_path / "zone.txt", "--chip", chip, "--json", home=home)
    answer = json.loads(told.stdout)
    assert answer["knowledge"]["kind"] == "register"
    assert answer["questions"]["genuine"]["status"] == "valid", told.stdout
    assert answer["questions"]["travel"]["status"] == "valid"
    shown = console("inspect", "document", "--mrz", zone, "--chip", chip, home=home)
    assert shown.returncode == told.returncode
    assert answer["advice"]["text_ar"][:20] in shown.stdout
    alone = json.loads(console("inspect", "mrz", zone, "--json", home=home).stdout)
    assert alone["questions"]["genuine"]["status"] == "indeterminate"
    assert alone["questions"]["current"]["state"] == answer["questions"]["current"]["state"]


@pytest.mark.slow
def test_the_console_takes_a_bundle_instead_of_a_register(home: Path, tmp_path: Path) -> None:
    zone, chip = specimen(home, tmp_path / "chip")
    bundle = tmp_path / "border.bundle"
    made = console("border", "bundle", bundle, home=home)
    assert made.returncode == 0, made.stdout + made.stderr
    given = ("--trust", home / "trust", "--bundle", bundle, "--json")
    told = console("inspect", "document", "--mrz", zone, "--chip", chip, *given, home=tmp_path / "nothing")
    answer = json.loads(told.stdout)
    assert answer["knowledge"]["kind"] == "bundle"
    assert answer["questions"]["genuine"]["status"] == "valid", told.stdout
    assert answer["questions"]["current"]["state"] == "active"
    assert answer["questions"]["travel"]["status"] == "indeterminate", "who may not leave is in no bundle"
    stale = console("inspect", "mrz", zone, *given, "--at", "2030-01-01T00:00Z", home=tmp_path / "nothing")
    assert json.loads(stale.stdout)["questions"]["current"]["status"] == "indeterminate"


@pytest.mark.slow
def test_keys_are_given_to_a_reader_and_a_misread_zone_gives_none(tmp_path: Path) -> None:
    told = console("inspect", "keys", "--mrz", ZONE, "--can", "123456", "--json")
    answer = json.loads(told.stdout)
    assert answer["mrz_information"] == "L898902C3674081221204159"
    assert answer["pace"]["can"]["aes128"] == "591468CDA83D65219CCCB8560233600F"
    assert "ERIKSSON" not in told.stdout
    broken = console("inspect", "keys", "--mrz", ZONE.replace("L898902C36", "L898902C37"), "--json")
    assert broken.returncode == 1
    assert json.loads(broken.stdout)["faults"]


@pytest.mark.slow
def test_nothing_to_inspect_is_a_wrong_use(tmp_path: Path) -> None:
    told = console("inspect", "document", "--json", home=tmp_path)
    assert told.returncode == 2
    assert json.loads(told.stdout)["faults"][0]["code"] == "inspect.nothing"
