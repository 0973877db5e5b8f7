"""Others judge our signed PDF: poppler (pdfsig with an NSS database), pyHanko's validator, qpdf."""

from __future__ import annotations

import io
import shutil
import subprocess
from pathlib import Path

import pytest
from asn1crypto import x509
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.diff_analysis import ModificationLevel
from pyhanko.sign.validation import validate_pdf_signature
from pyhanko.sign.validation.status import PdfSignatureStatus, SignatureCoverageLevel
from pyhanko_certvalidator import ValidationContext

from keys.pdf_attachment import extract_attachment
from tests.unit.border.world import NOW, rendered_pdf, signed_pdf, world

DATA = '{"name":"محمد المبروك"}'


@pytest.fixture(scope="module")
def pdf() -> bytes:
    return signed_pdf(rendered_pdf(DATA))


@pytest.fixture(scope="module")
def nss(tmp_path_factory: pytest.TempPathFactory) -> Path:
    directory = tmp_path_factory.mktemp("nss")
    root = next(world().trust_directory.glob("services_root*.cer"))
    for arguments in (["-N", "--empty-password"], ["-A", "-n", "root", "-t", "C,C,C", "-i", str(root)]):
        subprocess.run(["certutil", *arguments, "-d", f"sql:{directory}"], check=True, capture_output=True)
    return directory


def pdfsig(pdf: bytes, nss: Path, tmp_path: Path) -> str:
    file = tmp_path / "certificate.pdf"
    file.write_bytes(pdf)
    done = subprocess.run(["pdfsig", "-nssdir", str(nss), str(file)], capture_output=True, text=True, check=False)
    return done.stdout


def hanko(pdf: bytes) -> PdfSignatureStatus:
    root = next(world().trust_directory.glob("services_root*.cer")).read_bytes()
    context = ValidationContext(trust_roots=[x509.Certificate.load(root)], moment=NOW, allow_fetching=False)
    signatures = PdfFileReader(io.BytesIO(pdf)).embedded_signatures
    assert len(signatures) == 1
    return validate_pdf_signature(signatures[0], context)


def flipped(pdf: bytes, at: int) -> bytes:
    return pdf[:at] + bytes((pdf[at] ^ 0x01,)) + pdf[at + 1 :]


@pytest.mark.skipif(not shutil.which("pdfsig") or not shutil.which("certutil"), reason="poppler-utils, libnss3-tools")
def test_pdfsig_accepts_ours_and_refuses_one_flipped_byte(pdf: bytes, nss: Path, tmp_path: Path) -> None:
    said = pdfsig(pdf, nss, tmp_path)
    assert "Signature is Valid" in said
    assert "Certificate is Trusted" in said
    assert "Total document signed" in said
    assert "ETSI.CAdES.detached" in said
    refused = pdfsig(flipped(pdf, pdf.index(b"/Title(") + 8 if b"/Title(" in pdf else 1000), nss, tmp_path)
    assert "Signature is Valid" not in refused


@pytest.mark.slow
def test_pyhanko_accepts_ours_and_refuses_one_flipped_byte(pdf: bytes) -> None:
    status = hanko(pdf)
    assert status.valid
    assert status.trusted
    assert status.coverage == SignatureCoverageLevel.ENTIRE_FILE
    assert status.modification_level in (None, ModificationLevel.NONE)
    assert status.bottom_line
    stream = pdf.index(b"stream\n") + 10
    assert not hanko(flipped(pdf, stream)).bottom_line


@pytest.mark.slow
def test_pyhanko_reads_the_attachment_that_we_read(pdf: bytes) -> None:
    root = PdfFileReader(io.BytesIO(pdf)).root
    names = root["/Names"]["/EmbeddedFiles"]["/Names"]
    held = {str(names[i]): names[i + 1]["/EF"]["/F"].data for i in range(0, len(names), 2)}
    assert held == {"certificate.json": DATA.encode()}
    assert extract_attachment(pdf, "certificate.json") == DATA.encode()


@pytest.mark.skipif(not shutil.which("qpdf"), reason="qpdf is not installed")
def test_qpdf_finds_no_fault(pdf: bytes, tmp_path: Path) -> None:
    file = tmp_path / "certificate.pdf"
    file.write_bytes(pdf)
    done = subprocess.run(["qpdf", "--check", str(file)], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_signature_is_a_cms_that_openssl_accepts(pdf: bytes, tmp_path: Path) -> None:
    start = pdf.index(b"/Contents<") + len(b"/Contents")
    end = pdf.index(b">", start) + 1
    (tmp_path / "content").write_bytes(pdf[:start] + pdf[end:])
    (tmp_path / "signature").write_bytes(bytes.fromhex(pdf[start + 1 : end - 1].decode()))
    root = next(world().trust_directory.glob("services_root*.cer"))
    subprocess.run(
        ["openssl", "x509", "-inform", "DER", "-in", str(root), "-out", str(tmp_path / "root.pem")], check=True
    )
    command = (
        "openssl cms -verify -cades -inform DER -binary -purpose any -in signature -content content "
        f"-CAfile root.pem -attime {int(NOW.timestamp())} -out /dev/null"
    )
    done = subprocess.run(command.split(), capture_output=True, text=True, check=False, cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert "successful" in done.stderr
