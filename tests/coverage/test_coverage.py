"""Every clause that the program is said to keep is used by code and stood on by a test (`specs/coverage.json`)."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Mapping
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

import pytest

from issuance.specification.coverage import FILE, Standing, read
from specs.load import load
from specs.schema import Specification
from tests.coverage import gaps
from tests.coverage.sources import ROOT, TOPS

pytestmark = pytest.mark.heavy

HELD = read(FILE)
DATES = "data_page.dates"
PAGE = "issuance/documents/data_page.py"
USE = "spec.dates.format.replace("


def marked(proof: str) -> Specification:
    """The specification with the proof of the date style marked otherwise."""
    spec = load()
    edition = spec.passport.editions["2026"]
    dates = edition.data_page.dates.model_copy(update={"proof": proof})
    page = edition.data_page.model_copy(update={"dates": dates})
    editions = spec.passport.editions | {"2026": edition.model_copy(update={"data_page": page})}
    return spec.model_copy(update={"passport": spec.passport.model_copy(update={"editions": editions})})


def copied(to: Path) -> Path:
    """The program and its tests in a place where they may be damaged."""
    for top in (*TOPS, "templates", "tests"):
        shutil.copytree(ROOT / top, to / top, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "pyproject.toml", to)
    return to


def replaced(file: Path, old: str, new: str) -> None:
    text = file.read_text("utf-8")
    assert old in text
    file.write_text(text.replace(old, new), "utf-8")


def test_every_clause_the_program_keeps_has_code_and_a_test() -> None:
    assert list(gaps.orphans(load(), HELD)) == []


def test_every_value_the_program_keeps_is_read_by_code_or_named_here() -> None:
    """`unread.txt` says why nobody reads a value; one that is read by now leaves the list."""
    unread, known = list(gaps.unread(load(), HELD)), gaps.known_unread()
    assert [value for value in unread if not any(fnmatchcase(value, pattern) for pattern in known)] == []
    assert [pattern for pattern in known if not any(fnmatchcase(value, pattern) for value in unread)] == []


def test_what_is_recorded_is_still_so() -> None:
    assert list(gaps.gone(HELD)) == []


def test_no_clause_that_the_program_reads_whole_is_marked_as_proved_by_people() -> None:
    assert list(gaps.said_by_people(load(), HELD)) == []
    [found] = gaps.said_by_people(marked("laboratory"), HELD)
    assert found.startswith(f"{DATES} (passport/editions/2026/data_page.yaml): `proof: laboratory`")


def test_a_clause_without_code_or_without_test_is_named_with_its_file_and_the_remedy() -> None:
    def orphans(spec: Specification, held: Mapping[str, Standing]) -> list[str]:
        return [line for line in gaps.orphans(spec, held) if line.startswith(DATES)]

    without = {id_: one for id_, one in HELD.items() if id_ != DATES}
    [found] = orphans(load(), without)
    assert found.startswith(f"{DATES} (passport/editions/2026/data_page.yaml): no code")
    assert "make spec-coverage" in found
    assert "proof:" in found
    [found] = orphans(load(), HELD | {DATES: Standing(HELD[DATES].code, ())})
    assert "no test" in found
    assert orphans(marked("laboratory"), without) == []


PRINTED = "issuance.documents.data_page:_printed_date"
DAMAGE = {
    "a value no longer read": (PAGE, USE, "'DD MM YYYY'.replace(", f"{DATES}: {PRINTED} no longer uses 'format'"),
    "a function gone": (PAGE, "def _printed_date(", "def _date(", f"{DATES}: {PRINTED} is gone"),
    "a template that draws it no more": (
        "templates/documents/data_page.typ",
        "side.captions.size_mm",
        "1.6",
        "data_page.captions: templates/documents/data_page.typ no longer uses 'captions'",
    ),
    "a test gone": (
        "tests/unit/documents/test_data_page.py",
        "def test_",
        "def check_",
        ": the test tests/unit/documents/test_data_page.py::",
    ),
}


@pytest.mark.parametrize("damage", DAMAGE)
def test_a_clause_removed_from_the_codes_use_is_caught(damage: str, tmp_path: Path) -> None:
    file, old, new, said = DAMAGE[damage]
    damaged = file.partition("/")[0]
    for top in (*TOPS, "templates", "tests"):
        if top == damaged:
            shutil.copytree(ROOT / top, tmp_path / top, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            (tmp_path / top).symlink_to(ROOT / top)
    replaced(tmp_path / file, old, new)
    assert any(said in line for line in gaps.gone(HELD, tmp_path))
    assert not any(said in line for line in gaps.gone(HELD))


def traced(root: Path) -> dict[str, Any]:
    """What one test file of the data page stands on, traced in `root`."""
    out = root / "traced.json"
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-p", "tests.coverage.plugin"]
    command += ["--spec-coverage", str(out), "tests/unit/documents/test_data_page.py", "-k", "dates_are"]
    environment = os.environ | {"PYTHONPATH": str(root), "PYTHONDONTWRITEBYTECODE": "1"}
    done = subprocess.run(command, cwd=root, env=environment, capture_output=True, text=True, check=False, timeout=120)
    assert out.is_file(), done.stdout[-2000:] + done.stderr[-2000:]
    return dict(read(out))


@pytest.mark.slow
def test_the_trace_sees_a_use_and_sees_that_it_is_gone(tmp_path: Path) -> None:
    root = copied(tmp_path)
    replaced(root / PAGE, USE, "'DD MM YYYY'.replace(")
    replaced(root / PAGE, "spec.dates.unknown_part", "'X'")
    found = traced(root)
    assert "data_page.captions" in found
    assert DATES not in found
