"""The civil registry at the console: rows with fates, a record with its holds, and no second officer."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.service import ROOT, audited, console, initialised

EXAMPLE = ROOT / "docs/registry.example.jsonl"


@pytest.mark.slow
def test_a_file_is_taken_in_its_records_are_read_and_no_console_is_a_second_officer(tmp_path: Path) -> None:
    """The dry run is among the commands of docs/civil-registry.md, which are run as shown."""
    home = initialised(tmp_path / "var")
    done = console("people", "import-registry", EXAMPLE, "--json", home=home)
    assert [row["fate"] for row in json.loads(done.stdout)["rows"]] == ["entered"] * 3
    told = console("people", "registry", "119659000011", home=home).stdout
    assert "نُقل القيد" in told
    assert "second officer" in told
    marked = console("people", "mark", "219929000015", "deceased", "--reference", "DTH/1", "--json", home=home)
    assert json.loads(marked.stdout)["state"] == "deceased"
    alone = console("people", "mark", "219929000015", "restored", "--reference", "JUD/1", "--json", home=home)
    assert (alone.returncode, json.loads(alone.stdout)["error"]) == (1, "not_allowed")
    again = console("people", "import-registry", EXAMPLE, home=home)  # it says that a dead person lives
    assert again.returncode == 1
    assert "two officers" in again.stdout
    trail = audited(home, "people.registry_change")
    assert [detail["kind"] for _, detail in trail] == ["deceased"]
    assert "219929000015" not in json.dumps(trail)
