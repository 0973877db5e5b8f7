"""The note of the book before stands in every book that replaces one: in the signed work package and on the page of
observations. In 2009 it was "forgotten", and a history vanished (LIBYA 1.3, S30-S31)."""

from __future__ import annotations

import ast
import json
import subprocess
from dataclasses import MISSING, fields
from datetime import date, timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from sqlmodel import select

from issuance.documents.certificate import BilingualText
from issuance.documents.observation_page import render_observation_page
from issuance.passports import commands, quality
from issuance.passports.model import PassportApplication, PassportFile
from issuance.passports.read_back import observations_look
from issuance.passports.reports import report
from issuance.service import Service
from tests.passports import CONTROLLER, OFFICER, as_written, asked, book, enter_nth, nth_person, walk
from tests.service import CLERK, NOW, application, portrait

LATER = NOW + timedelta(days=40)


def files(service: Service, number: str) -> dict[str, bytes]:
    with service.db.reading() as read:
        query = select(PassportFile.name, PassportFile.content).where(PassportFile.passport_number == number)
        return dict(read.exec(query).all())


def work(service: Service, number: str) -> dict[str, Any]:
    held: dict[str, Any] = json.loads(files(service, number)["package.json"])["work"]
    return held


def page_text(pdf: bytes) -> str:
    """As Poppler reads it, in one line."""
    done = subprocess.run(["pdftotext", "-enc", "UTF-8", "-", "-"], input=pdf, capture_output=True, check=True)
    return " ".join(done.stdout.decode().split())


@pytest.fixture(scope="module")
def first(desk: Service) -> str:
    """The first book of a person, handed over and reported lost."""
    enter_nth(desk, 90101)
    number = walk(desk, "handed_over", asked(nth_person(90101))).number or ""
    report(desk, OFFICER, number, "lost", "PV-7/2026", "", NOW)
    return number


@pytest.fixture(scope="module")
def second(desk: Service, first: str) -> str:
    """Asked for forty days later as the replacement, and made; it waits for quality control."""
    wanted = asked(nth_person(90101), kind="lost", predecessor=first, report_reference="PV-7/2026")
    return walk(desk, "quality", wanted, LATER).number or ""


def test_a_first_book_says_that_there_is_no_entry(desk: Service, first: str) -> None:
    held, made = work(desk, first), files(desk, first)
    assert (held["replaces"], held["observation_page"]) == (None, 3)
    said = page_text(made["observation_page.pdf"])
    assert "No entry" in said
    assert "replaces" not in said


def test_a_replacement_names_the_book_and_the_day_it_was_reported_in_package_and_on_the_page(
    desk: Service, first: str, second: str
) -> None:
    held, made = work(desk, second), files(desk, second)
    assert (held["replaces"]["number"], held["replaces"]["reason"], held["replaces"]["on"]) == (
        first, "lost", "2026-11-22",
    )  # fmt: skip
    assert f"This passport replaces passport No. {first}, reported lost on 2026-11-22." in page_text(
        made["observation_page.pdf"]
    )
    for name in ("observation_page.pdf", "observation_page.png"):
        assert held["files"][name]["sha256"] == sha256(made[name]).hexdigest()
    assert book(desk, second).predecessor == first


def test_quality_control_finds_a_page_of_observations_on_which_the_note_was_left_out(
    desk: Service, first: str, second: str
) -> None:
    chip, page = as_written(desk.db, second)
    noted = files(desk, second)["observation_page.png"]
    bare = files(desk, first)["observation_page.png"]
    found = quality.check(desk, CONTROLLER, second, chip, page, LATER, bare)
    assert not found.passed
    assert quality.check(desk, CONTROLLER, second, chip, page, LATER, noted).passed
    edition = desk.spec.passport.editions["2026"]
    other = BilingualText(
        "صدر هذا الجواز بدلاً عن الجواز رقم LB9999999.", "This passport replaces passport No. LB9999999."
    )
    forged = render_observation_page(other, (), edition, date(2027, 1, 1), synthetic=True).png
    look = observations_look(noted, forged)
    assert look.differences or not look.readable


def test_keeping_silent_about_the_earlier_book_leaves_the_note_in_the_new_one(desk: Service) -> None:
    """Asked for as a first one: an officer's word or an emptied field forgets nothing."""
    enter_nth(desk, 90102)
    before = walk(desk, "handed_over", asked(nth_person(90102))).number
    view = walk(desk, "deciding", asked(nth_person(90102), kind="renewal", predecessor=before), LATER)
    with desk.db.writing() as session:
        row = session.get_one(PassportApplication, view.id)
        row.kind, row.predecessor = "first", None
    with desk.db.reading() as read:
        note = commands.note_for(read, view.id, desk.spec.passport.office)
    assert note is not None
    assert (note.number, note.reason) == (before, "renewal")
    trial = commands.issue(desk, CLERK, application(nth_person(90102)), portrait(), LATER)
    assert work(desk, trial.number)["replaces"]["number"] == before


@pytest.mark.heavy
def test_no_path_makes_a_book_without_asking_for_its_note() -> None:
    """What a book says is put together in one place, which takes the note from the rows; the kit's specimens are of
    nobody. Nothing else makes a `Booklet`, and none can be made without saying what it replaces."""
    root = Path(commands.__file__).parents[1]
    makers = {
        f"{path.stem}.{maker.name}"
        for path in root.rglob("*.py")
        for maker in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(maker, ast.FunctionDef)
        and any(isinstance(n, ast.Call) and getattr(n.func, "id", "") == "Booklet" for n in ast.walk(maker))
    }
    assert {one for one in makers if not one.startswith("kit.")} == {"commands.booklet"}
    (note,) = (one for one in fields(commands.Booklet) if one.name == "note")
    assert note.default is MISSING
