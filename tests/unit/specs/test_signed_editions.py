"""Editions by date, drafts judged whole, and signed editions that never change again."""

from __future__ import annotations

import json
from datetime import date, timedelta
from pathlib import Path

import pytest

from specs.drafted import with_edition
from specs.load import SHIPPED, SpecInvalid, faults, load
from specs.signed_editions import FORM, MANIFEST, digest_of, digests
from tests.service import changed_specification
from tests.unit.specs.editions import NEXT, edition_files

pytestmark = pytest.mark.heavy

SPEC = load(SHIPPED)
BOOKLET = "passport/editions/2027/booklet.yaml"


def signed(editions: Path, edition: str, files: dict[str, bytes]) -> Path:
    """An edition as it lies after signing; what the signature says is judged where there are keys."""
    where = editions / edition
    where.mkdir(parents=True)
    for name, content in files.items():
        (where / name).write_bytes(content)
    named = digests(files)
    manifest = {"form": FORM, "edition": edition, "files": named, "digest": digest_of(named)}
    (where / MANIFEST).write_text(json.dumps({"manifest": manifest, "signature": ""}))
    return where


def test_a_signed_edition_is_part_of_the_specification_and_shipped_ones_stay(tmp_path: Path) -> None:
    signed(tmp_path, "2027", edition_files(*NEXT))
    assert list(load(SHIPPED, tmp_path).passport.editions) == ["2021", "2026", "2027"]
    assert list(load(SHIPPED).passport.editions) == ["2021", "2026"]


def test_the_console_and_the_service_find_it_beside_the_database(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ISSUANCE_HOME", str(tmp_path))
    assert list(load().passport.editions) == ["2021", "2026"]
    signed(tmp_path / "editions", "2027", edition_files(*NEXT))
    assert list(load().passport.editions) == ["2021", "2026", "2027"]


def test_a_changed_removed_or_added_file_of_a_signed_edition_is_refused_with_file_line_and_remedy(
    tmp_path: Path,
) -> None:
    where = signed(tmp_path, "2027", edition_files(*NEXT))
    (where / "chip.yaml").write_bytes((where / "chip.yaml").read_bytes() + b"\n# a blank\n")
    (where / "extra.yaml").write_bytes(b"a: 1\n")
    (where / "mrz.yaml").unlink()
    found = [fault for fault in faults(SHIPPED, tmp_path) if "sign" in fault.wrong]
    assert [(fault.file, fault.line) for fault in found] == [
        ("passport/editions/2027/chip.yaml", 1),
        ("passport/editions/2027/extra.yaml", 1),
        ("passport/editions/2027/mrz.yaml", 1),
    ]
    assert "issuance spec restore 2027" in found[0].right
    assert "draft a new edition" in found[0].right
    with pytest.raises(SpecInvalid):
        load(SHIPPED, tmp_path)


def test_the_shipped_file_of_an_edition_that_was_signed_must_stay_too(tmp_path: Path) -> None:
    signed(tmp_path / "editions", "2026", edition_files())
    assert load(SHIPPED, tmp_path / "editions")
    specs = changed_specification(tmp_path / "specs", ("passport/editions/2026/chip.yaml", "# ", "#  "))
    (fault,) = faults(specs, tmp_path / "editions")
    assert (fault.file, fault.line) == (str(specs / "passport/editions/2026/chip.yaml"), 1)
    assert "restore it from" in fault.right


@pytest.mark.parametrize("text", [None, "", "[]", "{}", '{"manifest": {}, "signature": ""}'])
def test_an_edition_without_a_whole_manifest_is_refused(tmp_path: Path, text: str | None) -> None:
    where = signed(tmp_path, "2027", edition_files(*NEXT))
    if text is None:
        (where / MANIFEST).unlink()
    else:
        (where / MANIFEST).write_text(text)
    assert [fault.file for fault in faults(SHIPPED, tmp_path)] == [f"passport/editions/2027/{MANIFEST}"]


def test_every_fault_of_a_broken_draft_is_listed_with_file_line_and_remedy() -> None:
    files = edition_files(
        ("booklet.yaml", "count: 48", "count: 47"),
        ("booklet.yaml", "maximum_mm: 7.0", "maximum_mm: thick"),
        ("chip.yaml", "source:", "sauce:"),
        of="2026",
    )
    files["mrz.yaml"] = b"issuer: [unclosed\n"
    del files["series.yaml"]
    files["colour.yaml"] = b"a: 1\n"
    spec, found = with_edition(SPEC, "2027", files, SHIPPED)
    assert spec is None
    lines = files["booklet.yaml"].decode().splitlines()
    told = {(fault.file.rpartition("/")[2], fault.line) for fault in found}
    assert ("booklet.yaml", 1 + next(n for n, line in enumerate(lines) if "count: 47" in line)) in told
    assert ("booklet.yaml", 1 + next(n for n, line in enumerate(lines) if "thick" in line and "mm" in line)) in told
    assert {("series.yaml", 1), ("colour.yaml", 1)} <= told
    assert {file for file, _ in told} == {"booklet.yaml", "chip.yaml", "colour.yaml", "mrz.yaml", "series.yaml"}
    assert all(fault.wrong and fault.right for fault in found)


def test_faults_between_clauses_of_a_draft_are_told_at_their_lines() -> None:
    files = edition_files(*NEXT, ("data_page.yaml", "  width_mm: 125", "  width_mm: 124"))
    spec, found = with_edition(SPEC, "2027", files, SHIPPED)
    assert spec is not None
    assert any(fault.path == "page" and "124" in fault.wrong and "125" in fault.right for fault in found)
    assert {fault.file for fault in found} == {"passport/editions/2027/data_page.yaml"}


def test_a_draft_touches_nothing_in_force() -> None:
    with_edition(SPEC, "2027", edition_files(*NEXT), SHIPPED)
    assert "2027" not in SPEC.passport.editions


# --- issuance by date


def dated(start: str, *changes: tuple[str, str, str]) -> list[str]:
    """What is wrong with an edition 2027 that begins on `start`."""
    begin = ("booklet.yaml", "from_date: 2026-01-01", f"from_date: {start}")
    files = edition_files(begin, *NEXT[1:], *changes)
    found = with_edition(SPEC, "2027", files, SHIPPED)[1]
    assert {fault.file for fault in found} <= {BOOKLET}
    assert all(fault.path == "in_force.from_date" and fault.right for fault in found)
    return [fault.wrong for fault in found]


def test_an_open_edition_ends_on_the_eve_of_the_next() -> None:
    spec, found = with_edition(SPEC, "2027", edition_files(*NEXT), SHIPPED)
    assert spec is not None
    assert found == []
    assert [spec.passport.last_day(year) for year in ("2021", "2026", "2027")] == [
        date(2027, 12, 31),
        date(2027, 3, 1) - timedelta(days=1),
        None,
    ]


def test_two_editions_never_begin_on_one_day() -> None:
    assert dated("2026-01-01") == ["edition 2026 begins on 2026-01-01 too"]


def test_only_one_edition_runs_out_beside_the_new_one(tmp_path: Path) -> None:
    held = changed_specification(
        tmp_path / "s", ("passport/editions/2026/booklet.yaml", "until_date: null", "until_date: 2027-06-30")
    )
    spec = load(held)
    found = with_edition(spec, "2027", edition_files(*NEXT), held)[1]
    assert [fault.wrong for fault in found] == ["editions 2021, 2026 and 2027 would all be issued on 2027-03-01"]
    assert "2027-07-01" in found[0].right


def test_no_day_is_without_an_edition(tmp_path: Path) -> None:
    held = changed_specification(
        tmp_path / "s",
        ("passport/editions/2026/booklet.yaml", "until_date: null", "until_date: 2026-12-31"),
        ("passport/editions/2021/booklet.yaml", "until_date: 2027-12-31", "until_date: 2026-06-30"),
    )
    found = with_edition(load(held), "2027", edition_files(*NEXT), held)[1]
    assert [fault.wrong for fault in found] == ["no edition may be issued from 2027-01-01 to 2027-02-28"]
    assert "from_date: 2027-01-01" in found[0].right
