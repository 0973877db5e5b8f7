"""The checklist of a bidder: every clause has a row, filled as far as a program could judge; a batch counts clauses."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path

import pytest

from issuance.specification.conform.batch import conform_batch, packages_in
from issuance.specification.conform.changed import specification_with, with_values
from issuance.specification.conform.checklist import checklist_file, rows_of
from issuance.specification.conform.run import conform_path
from specs.clauses import numbered
from specs.errors import Invalid
from specs.load import load
from tests.service import NOW, console, demonstration

pytestmark = pytest.mark.heavy

SPEC = load()
EDITION = "2026"


@pytest.fixture(scope="module")
def batch(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Three packages without their pages, which take longest; in one a chip file was exchanged."""
    folder = tmp_path_factory.mktemp("batch")
    for name in ("a", "b", "c"):
        (folder / name).mkdir()
        for file in (demonstration()[0] / "passport").iterdir():
            if file.suffix in (".bin", ".json"):
                shutil.copy(file, folder / name)
        package = folder / name / "package.json"
        held = json.loads(package.read_text())
        held["work"]["files"] = {n: f for n, f in held["work"]["files"].items() if n.endswith(".bin")}
        package.write_text(json.dumps(held))
    com = (folder / "b" / "EF_COM.bin").read_bytes()
    (folder / "b" / "EF_COM.bin").write_bytes(com.replace(b"0108", b"0107"))
    return folder


def test_every_clause_has_a_row_with_an_answer_or_a_proof_to_hand_in(batch: Path) -> None:
    report = conform_path(batch / "b", SPEC)
    rows = {row.clause.id: row for row in rows_of(report, SPEC, SPEC.passport.editions[EDITION])}
    assert list(rows) == [c.id for c in numbered(SPEC, EDITION) if c.clause is not None]
    assert (rows["chip.lds"].answer, rows["chip.face"].answer) == ("D", "C")
    assert rows["chip.lds"].remark is not None
    assert "0108" in rows["chip.lds"].remark.en
    physical = [row for row in rows.values() if row.clause.proof != "program"]
    assert len(physical) > 100
    assert {row.answer for row in physical} == {""}
    assert all(row.remark is not None and row.proof.ar and row.proof.en for row in physical)


def test_the_checklist_is_typeset_in_both_languages_and_always_the_same(batch: Path, tmp_path: Path) -> None:
    report = conform_path(batch / "a", SPEC)
    for lang, words in (("ar", "قائمة المطابقة"), ("en", "Conformance checklist")):
        pdf = checklist_file(report, SPEC, EDITION, ".pdf", lang, NOW)  # type: ignore[arg-type]
        assert pdf == checklist_file(report, SPEC, EDITION, ".pdf", lang, NOW)  # type: ignore[arg-type]
        (tmp_path / "list.pdf").write_bytes(pdf)
        said = subprocess.run(["pdftotext", tmp_path / "list.pdf", "-"], capture_output=True, check=True).stdout
        assert words in said.decode()


def test_a_batch_counts_each_clause_and_names_who_breaks_it(batch: Path) -> None:
    seen: list[int] = []
    found = conform_batch(batch, SPEC, None, seen.append)
    assert found.documents == {"kept": 2, "broken": 1, "not_judged": 0}
    broken = {held.clause: held.examples for held in found.clauses if held.broken}
    assert broken == {"chip.lds": ["b"], "package": ["b"]}
    assert seen == [1, 2, 3]
    rows = {row.clause.id: row for row in rows_of(found, SPEC, SPEC.passport.editions[EDITION])}
    assert rows["chip.lds"].answer == "D"
    assert [told.en for told in rows["chip.lds"].measured] == ["kept by 2 of 3"]
    assert rows["chip.face"].answer == "C"


def test_a_batch_larger_than_the_specification_allows_is_refused(batch: Path) -> None:
    passport = SPEC.passport
    few = with_values(passport.conformance, (("batch", "maximum_documents"), 2))
    spec = SPEC.model_copy(update={"passport": passport.model_copy(update={"conformance": few})})
    with pytest.raises(Invalid) as caught:
        conform_batch(batch, spec)
    assert [fault.code for fault in caught.value.faults] == ["conform.batch.many"]
    assert packages_in(batch)
    assert not packages_in(batch / "a")


def test_a_checklist_of_another_kind_is_refused(batch: Path) -> None:
    report = conform_path(batch / "a", specification_with(SPEC, SPEC.passport.editions[EDITION]))
    with pytest.raises(Invalid):
        checklist_file(report, SPEC, EDITION, ".docx", "ar", NOW)


def test_the_console_judges_a_batch_and_writes_its_checklist(batch: Path, tmp_path: Path) -> None:
    done = console("spec", "conform", batch, "--checklist", tmp_path / "list.json", "--json")
    assert done.returncode == 1, done.stderr
    assert json.loads(done.stdout)["documents"] == {"kept": 2, "broken": 1, "not_judged": 0}
    assert json.loads((tmp_path / "list.json").read_text())["format"] == "passport-conformance-checklist/1"
