"""The specification loader: every fault at once, each with file, line, what is wrong and what would be right."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from specs.load import SHIPPED, SpecInvalid, faults, load

pytestmark = pytest.mark.heavy


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """A specification of one's own to break."""
    for path in SHIPPED.rglob("*.yaml"):
        target = tmp_path / path.relative_to(SHIPPED)
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(path, target)
    return tmp_path


def edit(root: Path, name: str, old: str, new: str) -> int:
    """Replace `old` once; returns the line it stood on."""
    path = root / name
    text = path.read_text("utf-8")
    assert text.count(old) >= 1, old
    path.write_text(text.replace(old, new, 1), "utf-8")
    return text[: text.index(old)].count("\n") + 1


BOOKLET = "passport/editions/2026/booklet.yaml"
SERIES = "passport/editions/2026/series.yaml"
VALIDITY = "passport/editions/2026/validity.yaml"


def test_the_shipped_specification_has_no_fault() -> None:
    assert faults() == []


def test_every_fault_is_listed_at_once_with_its_file_and_line(copy: Path) -> None:
    wide = edit(copy, BOOKLET, "width_mm: 125", "width_mm: -125")
    extra = edit(copy, SERIES, "  first_serial: 0", "  first_serial: 0\n  colour: red")
    years = edit(copy, VALIDITY, "validity_years: 4", "validity_years: four")
    found = {(f.file, f.line): f for f in faults(copy)}
    assert (BOOKLET, wide) in found
    assert (SERIES, extra + 1) in found
    assert (VALIDITY, years) in found
    assert len(found) == 3
    assert all(f.wrong and f.right for f in found.values())


def test_a_value_without_source_is_a_fault(copy: Path) -> None:
    path = copy / BOOKLET
    text = path.read_text("utf-8")
    path.write_text(text.replace("  source: ISO/IEC 7810 (ID-3)\n", ""), "utf-8")
    (fault,) = faults(copy)
    assert fault.path == "corners.source"
    assert "source" in fault.right


def test_a_key_that_stands_twice_is_a_fault(copy: Path) -> None:
    edit(copy, BOOKLET, "  width_mm: 125\n", "  width_mm: 125\n  width_mm: 126\n")
    (fault,) = faults(copy)
    assert fault.path == "closed_size.width_mm"
    assert "twice" in fault.wrong


@pytest.mark.parametrize(
    ("broken", "words"),
    [
        (b"name: [unclosed", "expected"),
        (b"\xff\xfe", "cannot be read"),
        (b"", "a mapping with the keys name"),
        (b"- a\n- list\n", "a mapping with the keys name"),
        (b"name: 2026-13-45\n", "date"),
        (b"count: " + b"9" * 6000, "number"),
        (b"name: " + b"a" * 20_000, "too long"),
        (b"? [a, b]\n: c\n", "unhashable"),
    ],
)
def test_a_file_that_is_no_yaml_mapping_is_one_fault_and_no_crash(copy: Path, broken: bytes, words: str) -> None:
    (copy / BOOKLET).write_bytes(broken)
    (fault,) = faults(copy)
    assert fault.file == BOOKLET
    assert words in fault.wrong or words in fault.right, fault


def test_a_character_that_yaml_forbids_is_told_with_its_line(copy: Path) -> None:
    path = copy / BOOKLET
    path.write_text(path.read_text("utf-8") + "\x00\n", "utf-8")
    (fault,) = faults(copy)
    assert fault.line == path.read_text("utf-8").count("\n")
    assert "U+0000" in fault.wrong


def test_an_alias_bomb_is_refused_at_the_line_of_its_first_anchor(copy: Path) -> None:
    levels = "\n".join(f"l{n}: &l{n} [{', '.join([f'*l{n - 1}'] * 10)}]" for n in range(1, 10))
    (copy / BOOKLET).write_text(f"name: x\nl0: &l0 [a]\n{levels}\n")
    (fault,) = faults(copy)
    assert (fault.file, fault.line) == (BOOKLET, 2)
    assert "alias" in fault.wrong


@pytest.mark.parametrize("deep", ["[" * 100_000, "- " * 100_000 + "a", "a: " + "{b: " * 60 + "c" + "}" * 60])
def test_nesting_has_an_end(copy: Path, deep: str) -> None:
    (copy / BOOKLET).write_text(deep)
    (fault,) = faults(copy)
    assert "deep" in fault.wrong


def test_a_key_that_stands_twice_adds_no_faults_about_what_it_hides(copy: Path) -> None:
    path = copy / BOOKLET
    path.write_text(path.read_text("utf-8") + "closed_size:\n", "utf-8")
    (fault,) = faults(copy)
    assert (fault.path, fault.wrong) == ("closed_size", "the key stands twice")


@pytest.mark.parametrize(
    ("file", "old", "new", "right"),
    [
        (BOOKLET, "count: 48", "count: many", "a whole number"),
        (BOOKLET, "count: 48", "count: 48.5", "a whole number"),
        (BOOKLET, "width_mm: 125", "width_mm: wide", "a number"),
        (BOOKLET, "width_mm: 125", "width_mm: -125", "a number above 0"),
        (BOOKLET, "status: standard", "status: rumour", "one of 'law', 'standard' or 'default'"),
        (BOOKLET, "source: ISO/IEC 7810 (ID-3)", "source: [a]", "text"),
        ("border/inspection.yaml", "numbers: [3, 4]", "numbers: 3", "a list"),
        ("text/mrz.yaml", "document_code: '1:1-2'", "document_code: first", "text of the form ^[1-3]:"),
    ],
)
def test_what_would_be_right_is_said_in_plain_words(copy: Path, file: str, old: str, new: str, right: str) -> None:
    line = edit(copy, file, old, new)
    (fault,) = faults(copy)
    assert fault.line == line
    assert fault.right.startswith(right), fault
    assert "input" not in fault.wrong.lower()


def test_a_missing_file_and_an_unknown_file_are_named(copy: Path) -> None:
    (copy / VALIDITY).unlink()
    (copy / "passport/editions/2026/validty.yaml").write_text("x: 1\n")
    found = {f.file: f for f in faults(copy)}
    assert "missing" in found[VALIDITY].wrong
    assert "validity" in found["passport/editions/2026/validty.yaml"].right


def test_values_that_contradict_each_other_across_files_are_found(copy: Path) -> None:
    line = edit(copy, BOOKLET, "count: 48", "count: 40")
    (copy / SERIES).write_text((copy / "passport/editions/2021/series.yaml").read_text("utf-8"), "utf-8")
    found = {(f.file, f.path): f for f in faults(copy)}
    assert found[BOOKLET, "pages.count"].line == line
    assert (SERIES, "number.prefix") in found


def test_a_directory_that_is_not_there_is_one_fault(tmp_path: Path) -> None:
    (fault,) = faults(tmp_path / "none")
    assert "no such directory" in fault.wrong


def test_the_program_refuses_to_run_on_a_faulty_specification(copy: Path) -> None:
    edit(copy, BOOKLET, "width_mm: 125", "width_mm: 0")
    with pytest.raises(SpecInvalid) as caught:
        load(copy)
    assert caught.value.faults[0].field is not None
    assert BOOKLET in caught.value.faults[0].field


def test_an_edited_value_is_seen_without_a_restart(copy: Path) -> None:
    assert load(copy).passport.editions["2026"].booklet.pages.count == 48
    edit(copy, BOOKLET, "  count: 48", "  count:  64")
    assert load(copy).passport.editions["2026"].booklet.pages.count == 64


def test_the_environment_chooses_the_specification(copy: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    edit(copy, BOOKLET, "  count: 48", "  count: 64")
    monkeypatch.setenv("ISSUANCE_SPECS", str(copy))
    assert load().passport.editions["2026"].booklet.pages.count == 64
