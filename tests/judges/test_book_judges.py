"""Programs by other hands judge the signed booklet: poppler under the exported root, pyHanko, qpdf."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from issuance.specification.book import render_book
from keys import issue, prepare
from keys.pdf import PdfRequest
from specs.load import load
from tests.judges.test_pdf_judges import hanko, hanko_lt, nss, pdfsig
from tests.unit.border.world import NOW, world

__all__ = ["nss"]


@pytest.fixture(scope="module")
def signed() -> bytes:
    unsigned = render_book(load(), "2026", "ar", signed_digest=None)
    return issue(prepare(world().keys, PdfRequest("specification:2026", unsigned, "", ""), NOW), NOW).artefact


@pytest.mark.slow
@pytest.mark.skipif(not shutil.which("pdfsig") or not shutil.which("certutil"), reason="poppler-utils, libnss3-tools")
def test_pdfsig_and_pyhanko_accept_the_signed_booklet(signed: bytes, nss: Path, tmp_path: Path) -> None:
    said = pdfsig(signed, nss, tmp_path)
    assert "Signature is Valid" in said
    assert "Certificate is Trusted" in said
    assert "Total document signed" in said
    assert "Document Services Signer" in said
    assert hanko(signed).bottom_line
    assert hanko_lt(signed, NOW).bottom_line


@pytest.mark.slow
def test_qpdf_finds_the_signed_booklet_whole(signed: bytes, tmp_path: Path) -> None:
    (tmp_path / "book.pdf").write_bytes(signed)
    done = subprocess.run(["qpdf", "--check", tmp_path / "book.pdf"], capture_output=True, check=False)
    assert done.returncode == 0, done.stderr
