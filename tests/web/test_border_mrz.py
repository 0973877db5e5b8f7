"""The browser's judge of a zone (`static/mrz.js`) says what the vectors and our own validator say, fault by fault."""

from __future__ import annotations

import json
import random
from datetime import datetime
from typing import Any

import pytest
from playwright.sync_api import Page

from issuance.border.mrz import expiry_check
from issuance.core.civil import TRIPOLI
from issuance.mrtd.mrz import check, rules_of
from issuance.web.border_rules import mrz_rules
from specs.load import load
from tests.shared import VECTORS, held

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]

CASES = VECTORS / "mrz" / "text_cases.jsonl"
FIELD_OF = {
    "number_check": "document_number",
    "dob_check": "birth_date",
    "dob": "birth_date",
    "expiry_check": "expiry_date",
    "expiry": "expiry_date",
    "optional_check": "optional",
    "length": "lines",
    "alphabet": "lines",
}
OUR_NAME = {"number": "document_number", "dob": "birth_date", "expiry": "expiry_date"}
JUDGE = """async ([zones, rules]) => {
  const { check } = await import("/static/mrz.js");
  return zones.map((lines) => check(lines, rules));
}"""


def judged(page: Page, zones: list[list[str]]) -> list[dict[str, Any]]:
    """What the browser says of each zone."""
    page.goto("/c")
    rules = mrz_rules(rules_of(load()), "en")
    found: list[dict[str, Any]] = page.evaluate(JUDGE, [zones, json.loads(json.dumps(rules))])
    return found


def cases() -> list[dict[str, Any]]:
    return [json.loads(line) for line in held(CASES).read_text("utf-8").splitlines()]


def test_the_browser_judges_each_case_as_its_maker_says(page: Page) -> None:
    held = cases()
    for case, report in zip(held, judged(page, [case["lines"] for case in held]), strict=True):
        assert report["valid"] is case["valid"], case["id"]
        if case["errors"] != ["check"]:  # one digit somewhere is wrong, which one is not said
            found = {fault["field"] for fault in report["errors"]}
            assert found == {FIELD_OF.get(e, e) for e in case["errors"]}, case["id"]
        if report["valid"]:
            assert report["format"] == case["format"]
        for name, value in case["fields"].items():
            assert report["fields"][OUR_NAME.get(name, name)] == value, case["id"]


def test_the_browser_and_the_server_say_the_same_of_every_zone(page: Page) -> None:
    """Cases and 4,000 damaged copies: verdict, format, fields, and each fault with its field, clause and detail."""
    chance = random.Random(20261123)
    whole = [case["lines"] for case in cases()]
    zones = whole + [damaged(chance.choice(whole), chance) for _ in range(4000)]
    sentences = mrz_rules(rules_of(load()), "en")["sentences"]
    for zone, report in zip(zones, judged(page, zones), strict=True):
        ours = check(zone)
        assert (report["valid"], report["format"], report["fields"]) == (ours.valid, ours.format, ours.fields), zone
        for theirs, expected in ((report["errors"], ours.errors), (report["warnings"], ours.warnings)):
            said = [
                (one["field"], "mrz." + one["code"], one["clause"], sentences[one["code"]].format(shown=one["shown"]))
                for one in theirs
            ]
            assert said == [(one.field, one.code, one.clause, one.en) for one in expected], zone


def damaged(lines: list[str], chance: random.Random) -> list[str]:
    """One to four changes: another character, two exchanged, one lost, one too many; now and then a line lost."""
    lines = list(lines)
    for _ in range(chance.randint(1, 4) if lines else 0):
        row = chance.randrange(len(lines))
        line = lines[row] or "<"
        at, other = chance.randrange(len(line)), chance.randrange(len(line))
        new = chance.choice("ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789<<<<<<<<<<<<<<<<اé\U0001f600a -")
        move = chance.randrange(20)
        if move < 14:
            line = line[:at] + new + line[at + 1 :]
        elif move < 17:
            characters = list(line)
            characters[at], characters[other] = characters[other], characters[at]
            line = "".join(characters)
        elif move == 17:
            line = line[:at] + line[at + 1 :]
        elif move == 18:
            line = line[:at] + new + line[at:]
        lines[row] = line
        if move == 19 and len(lines) > 1:
            del lines[row]
    return lines


def test_the_browser_reads_an_expiry_date_in_the_century_the_server_does(page: Page) -> None:
    """Every two-digit year, seen from four years, the turn of the leap day included."""
    base = next(case["lines"] for case in cases() if case["id"] == "icao-001")
    days = [f"{year:02d}{rest}" for year in range(100) for rest in ("0101", "0228", "1231")]
    seen = [datetime(year, 11, 22, 12, tzinfo=TRIPOLI) for year in (1999, 2026, 2049, 2051)]
    page.goto("/c")
    found = page.evaluate(
        """async ([days, seen]) => {
          const { expiryDay } = await import("/static/mrz.js");
          return seen.map((today) => days.map((day) => expiryDay(day, today)));
        }""",
        [days, [at.date().isoformat() for at in seen]],
    )
    report = check(base)
    for at, row in zip(seen, found, strict=True):
        for day, shown in zip(days, row, strict=True):
            said = expiry_check(report._replace(fields={**report.fields, "expiry_date": day}), at.date())
            assert said.reason.endswith(shown), (day, at)
            assert (said.result == "fail") is (shown < at.date().isoformat())


@pytest.mark.parametrize(
    ("typed", "lines"),
    [
        ("{0}\n{1}\n", 2),
        ("{0}\r\n{1}\r\n", 2),
        ("  {0}  \n\n {1}", 2),
        ("{0}{1}", 2),  # a reader without line ends
        ("{0}\n{1}\n{0}", 3),
    ],
)
def test_what_a_reader_types_is_cut_into_lines(page: Page, typed: str, lines: int) -> None:
    zone = next(case["lines"] for case in cases() if case["id"] == "icao-001")
    page.goto("/c")
    found = page.evaluate(
        """async ([text, rules]) => {
          const { linesOf, isWhole } = await import("/static/mrz.js");
          const lines = linesOf(text, rules);
          return [lines, isWhole(lines, rules)];
        }""",
        [typed.format(*zone).lower(), json.loads(json.dumps(mrz_rules(rules_of(load()), "en")))],
    )
    assert found == [(zone + zone)[:lines], lines == 2]
