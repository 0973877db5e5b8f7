"""`issuance people search` proposes by name and keeps why; `reindex` makes the index of names anew."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.service import audited, console


@pytest.mark.slow
def test_a_name_in_latin_proposes_the_person_and_the_index_can_be_made_anew(tmp_path: Path) -> None:
    home = tmp_path / "home"
    assert console("init", "--json", home=home).returncode == 0
    listed = json.loads(console("people", "list", "--json", home=home).stdout)["people"][0]
    name = f"{listed['names']['latin']['given']} {listed['names']['latin']['surname']}"
    made = console("people", "reindex", "--json", home=home)
    assert made.returncode == 0, made.stderr
    asked = console("people", "search", name, "--purpose", "duty", "--json", home=home)
    assert asked.returncode == 0, asked.stdout + asked.stderr
    numbers = [one["person"]["national_number"] for one in json.loads(asked.stdout)["proposals"]]
    assert listed["national_number"] in numbers
    assert [detail["purpose"] for _, detail in audited(home, "people.search")] == ["duty"]
    refused = console("people", "search", name, "--purpose", "curiosity", "--json", home=home)
    assert refused.returncode == 1
