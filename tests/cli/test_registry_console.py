"""The civil registry at the console: rows with fates, a record with its holds, and no second officer."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.service import ROOT, audited, console, initialised

NUMBER = "119909000012"
EXAMPLE = ROOT / "docs/registry.example.jsonl"


@pytest.mark.slow
def test_a_file_is_tried_then_taken_in_and_its_records_are_read(tmp_path: Path) -> None:
    home = initialised(tmp_path / "var")
    tried = console("people", "import-registry", EXAMPLE, "--dry-run", "--json", home=home)
    assert [row["fate"] for row in json.loads(tried.stdout)["rows"]] == ["entered"] * 3
    assert console("people", "registry", NUMBER, "--json", home=home).returncode == 1
    done = console("people", "import-registry", EXAMPLE, "--json", home=home)
    assert (done.returncode, json.loads(done.stdout)["dry_run"]) == (0, False)
    held = json.loads(console("people", "registry", NUMBER, "--json", home=home).stdout)
    assert (held["record"]["family_record"], [one["kind"] for one in held["holds"]]) == ("F-1001", ["under_review"])
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
    assert json.loads(console("people", "watches", "--json", home=home).stdout) == {"watches": []}
    trail = audited(home, "people.registry_change")
    assert [detail["kind"] for _, detail in trail] == ["deceased"]
    assert NUMBER not in json.dumps(trail)
