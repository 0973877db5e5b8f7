"""The booklet as other programs read it: complete, in order, linked, the same bytes, and a draft until it is signed."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from hashlib import sha256
from pathlib import Path
from typing import Literal

import pytest

from issuance.core.actor import Actor, system
from issuance.service import Service
from issuance.specification.book import render_book
from issuance.specification.book_contents import clause_json, references
from issuance.specification.book_signature import signed_book
from keys.pdf_verify import judge_pdf
from specs.clauses import numbered
from specs.errors import NotAllowed, NotFound
from specs.load import SHIPPED, load
from tests.service import NOW, ROOT, changed_specification, installation

SPEC = load()
MARKS = re.compile("[\u200b\u200e\u200f\u061c\u202a-\u202e\u2066-\u2069]")
DRAFT = {"ar": "مسودة غير نافذة", "en": "Draft, not in force"}


def run(*command: str | Path) -> str:
    return subprocess.run(command, capture_output=True, check=True).stdout.decode()


def pages(pdf: Path, *how: str) -> list[str]:
    text = run("pdftotext", *how, "-enc", "UTF-8", pdf, "-")
    return [" ".join(MARKS.sub("", page).split()) for page in text.split("\f")[:-1]]


@pytest.fixture(scope="module", params=["ar", "en"])
def book(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> tuple[str, Path]:
    """Language and file of the book of 2026, a draft."""
    file = tmp_path_factory.mktemp("book") / "book.pdf"
    file.write_bytes(render_book(SPEC, "2026", request.param, signed_digest=None))
    return request.param, file


@pytest.mark.slow
def test_every_clause_stands_in_the_book_in_its_order_and_is_a_destination(book: tuple[str, Path]) -> None:
    file = book[1]
    text = " ".join(pages(file, "-raw")).replace(" ", "")
    at = 0
    for one in numbered(SPEC, "2026"):
        if one.level > 1:
            found = text.find(one.id.replace(" ", ""), at)
            assert found >= 0, one.id
            at = found
    named = run("pdfinfo", "-dests", file)
    assert all(f'"{one.id}"' in named for one in numbered(SPEC, "2026"))


@pytest.mark.slow
def test_the_book_is_tagged_archival_and_whole(book: tuple[str, Path]) -> None:
    language, file = book
    assert subprocess.run(["qpdf", "--check", file], capture_output=True, check=False).returncode == 0
    metadata = run("pdfinfo", "-meta", file)
    assert "<pdfaid:part>2</pdfaid:part><pdfaid:conformance>A</pdfaid:conformance>" in metadata
    assert "<pdfuaid:part>1</pdfuaid:part>" in metadata
    assert f"<rdf:li>{language}</rdf:li>" in metadata
    assert "2026-01-01" in metadata  # the edition's first day, no clock
    fonts = run("pdffonts", file).splitlines()[2:]
    assert all(re.search(r" yes yes yes +\d+ +\d+$", line) for line in fonts), "embedded, subset, with Unicode"


@pytest.mark.slow
def test_every_page_of_a_draft_says_so(book: tuple[str, Path]) -> None:
    language, file = book
    assert all(DRAFT[language] in page for page in pages(file))


@pytest.mark.slow
def test_the_book_says_values_with_tolerance_and_unit_in_reading_order(book: tuple[str, Path]) -> None:
    language, file = book
    text = " ".join(pages(file, "-layout"))
    assert ("± 0.75" if language == "ar" else "125 ± 0.75 mm") in text
    assert "2026-01-01" in text
    assert "Law 4/1985" in text


@pytest.mark.slow
@pytest.mark.parametrize("book", ["ar"], indirect=True)
def test_the_book_has_the_same_bytes_on_another_machine(book: tuple[str, Path], tmp_path: Path) -> None:
    """The other process shares nothing with this one but program and specification."""
    environment = {"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT), "HOME": str(tmp_path), "TZ": "Pacific/Apia"}
    environment |= {"LANG": "ar_LY.UTF-8", "LC_ALL": "C", "PYTHONHASHSEED": "77"}
    command = [sys.executable, "-c", "from issuance.cli.main import app; app()", "spec", "book", "--edition", "2026"]
    subprocess.run([*command, "-o", "book.pdf"], cwd=tmp_path, env=environment, check=True, capture_output=True)
    assert sha256((tmp_path / "book.pdf").read_bytes()).digest() == sha256(book[1].read_bytes()).digest()


@pytest.mark.slow
def test_a_value_changed_changes_the_book_and_a_signed_edition_is_no_draft(tmp_path: Path) -> None:
    file = "passport/editions/2026/booklet.yaml"
    mixed = "'كلمة 12/كلمة (A) – (B) ± 5'"  # a writer of PDF that mixes up directions has failed on less
    why = ("why: issuance picks the edition by date of issue", f"why: {mixed}")
    edited = load(changed_specification(tmp_path / "specs", (file, "maximum_mm: 7.0", "maximum_mm: 6.4"), (file, *why)))
    (tmp_path / "book.pdf").write_bytes(render_book(edited, "2026", "en", signed_digest="ab" * 32))
    text = " ".join(pages(tmp_path / "book.pdf", "-layout"))
    assert "≤ 6.4" in text, "the drawing"
    assert "Maximum 6.4" in text, "the clause"
    assert DRAFT["en"] not in text
    assert "ab" * 32 in text, "what was signed"


@pytest.mark.parametrize("language", ["ar", "en"])
def test_an_edition_that_is_not_there_is_told_in_both_languages(language: Literal["ar", "en"]) -> None:
    with pytest.raises(NotFound) as told:
        render_book(SPEC, "1999", language, signed_digest=None)
    (fault,) = told.value.faults
    assert "1999" in fault.ar
    assert "2026" in fault.en
    assert fault.field == "edition"


@pytest.fixture(scope="module")
def service(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Service:
    home = tmp_path_factory.mktemp("home")
    (home / "issuance.db").write_bytes(sqlite_template.read_bytes())
    return installation(home, f"sqlite:///{home / 'issuance.db'}")


@pytest.mark.slow
def test_signing_only_appends_and_the_signature_holds(service: Service, book: tuple[str, Path]) -> None:
    language, file = book
    unsigned = file.read_bytes()
    assert language in ("ar", "en")
    signed = signed_book(service, system("test"), unsigned, "2026", "ar" if language == "ar" else "en", NOW)
    assert signed.artefact.startswith(unsigned)
    assert signed.level == "B-LT"
    verdict = judge_pdf(signed.artefact, service.trust, NOW, service.keys.pki)
    assert verdict.status == "valid"
    altered = unsigned.replace(b"/Title", b"/Titel", 1) + signed.artefact[len(unsigned) :]
    assert judge_pdf(altered, service.trust, NOW, service.keys.pki).status == "invalid"


def test_only_who_may_sign_the_booklet_signs_it(service: Service) -> None:
    clerk = Actor("clerk", "staff", frozenset({"passport_officer"}), "PTIP")
    with pytest.raises(NotAllowed):
        signed_book(service, clerk, b"%PDF-1.7", "2026", "ar", NOW)


def test_short_values_of_one_group_stand_in_one_row() -> None:
    field = next(one for one in numbered(SPEC, "2026") if one.id == "data_page.fields.number")
    rows = clause_json(field, "en")["rows"]
    (box,) = [row for row in rows if "parts" in row]
    assert [(part["value"], part["unit"]) for part in box["parts"]] == [
        ("80", "mm"), ("10", "mm"), ("40", "mm"), ("6.2", "mm"),
    ]  # fmt: skip


def test_the_references_name_every_law_and_each_standard_once() -> None:
    found = references(numbered(load(SHIPPED), "2026"))
    laws = [one["source"] for one in found["laws"]]
    assert any(source.startswith("Law 4/1985") for source in laws)
    names = [one["source"] for one in found["standards"]]
    assert len(names) == len(set(names))
    assert names.index("Doc 9303-4") < names.index("Doc 9303-10"), "parts in order of their number"
