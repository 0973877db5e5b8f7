"""The demonstration: only offices there are, and a folder that holds one demonstration only. Issue 2 §1."""

from __future__ import annotations

from pathlib import Path

import pytest

from issuance.jobs.demo import demonstrate
from specs.errors import Invalid
from tests.service import application, found, portrait


@pytest.mark.heavy
def test_an_office_that_is_none_of_the_specimens_is_a_fault_beside_the_others(tmp_path: Path) -> None:
    with pytest.raises(Invalid) as caught:
        demonstrate(tmp_path / "out", application(office="NOWHERE", sex="X"), portrait())
    assert found(caught.value) == {("office", "jobs.demo.office"), ("sex", "passports.sex")}
    assert not (tmp_path / "out").exists()


@pytest.mark.slow
def test_a_second_demonstration_leaves_nothing_of_the_first_and_all_else_in_place(tmp_path: Path) -> None:
    out = tmp_path / "out"
    (out / "trust").mkdir(parents=True)
    (out / "trust" / "older.cer").write_bytes(b"another root")
    (out / "passport").mkdir()
    (out / "passport" / "DG3.bin").write_bytes(b"of another booklet")
    (out / "notes.txt").write_text("mine")
    made = demonstrate(out, application(), portrait())
    assert made.status == "valid"
    assert {path for path in out.rglob("*") if path.is_file()} == {*made.files, out / "notes.txt"}
