"""`issuance people search` proposes by name and keeps why; `reindex` makes the index of names anew."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.service import BASE_URL, PASSPHRASE, PERSON, audited, console, development_keys, installation


@pytest.mark.slow
def test_a_latin_spelling_proposes_the_person_and_the_index_can_be_made_anew(
    sqlite_template: Path, tmp_path: Path
) -> None:
    database = tmp_path / "issuance.db"
    database.write_bytes(sqlite_template.read_bytes())
    installation(tmp_path, f"sqlite:///{database}").close()
    environment = {
        "ISSUANCE_KEYS_DIRECTORY": str(development_keys()),
        "ISSUANCE_KEY_PASSPHRASE": PASSPHRASE,
        "ISSUANCE_PUBLIC_BASE_URL": BASE_URL,
    }
    made = console("people", "reindex", "--json", home=tmp_path, **environment)
    assert json.loads(made.stdout) == {"people": 1}, made.stderr
    asked = console(
        "people", "search", "Saalim al-Mabrook", "--purpose", "duty", "--json", home=tmp_path, **environment
    )
    (proposal,) = json.loads(asked.stdout)["proposals"]
    assert proposal["person"]["national_number"] == PERSON["national_number"]
    assert [match["part"] for match in proposal["matches"]] == ["first", "family"]
    assert [detail["purpose"] for _, detail in audited(tmp_path, "people.search")] == ["duty"]
    refused = console("people", "search", "سالم", "--purpose", "curiosity", "--json", home=tmp_path, **environment)
    assert refused.returncode == 1
    assert [fault["field"] for fault in json.loads(refused.stdout)["faults"]] == ["purpose"]
