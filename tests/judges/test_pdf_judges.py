"""Others judge our signed PDF: poppler (pdfsig with an NSS database), pyHanko's validator, qpdf, OpenSSL, PDFBox."""

from __future__ import annotations

import asyncio
import io
import shutil
import subprocess
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from functools import lru_cache
from pathlib import Path

import pytest
import typst
from asn1crypto import cms, x509
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.diff_analysis import ModificationLevel
from pyhanko.sign.validation import async_add_validation_info
from pyhanko.sign.validation.dss import DocumentSecurityStore
from pyhanko.sign.validation.errors import NoDSSFoundError
from pyhanko.sign.validation.status import PdfSignatureStatus, SignatureCoverageLevel
from pyhanko_certvalidator import ValidationContext

from keys.pdf import PdfRequest, upgrade
from keys.pdf_attachment import extract_attachment
from keys.pdf_time import PdfLevel
from keys.pdf_verify import verify_pdf
from keys.signing import issue, prepare
from tests.judges.java import JARS, judge_command
from tests.judges.pyhanko_judge import judged, judged_lt
from tests.unit.border.world import NOW, rendered_pdf, signed_pdf, world

DATA = '{"name":"محمد المبروك"}'
PREFLIGHT = ("preflight", "pdfbox2", "fontbox2", "xmpbox", "commons-logging", "javax.activation", "jaxb-api")


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
    return judged(signatures[0], context)


@lru_cache
def at_level(level: PdfLevel) -> bytes:
    request = PdfRequest("certificate:CS2026-TRP-000001-T", rendered_pdf(DATA), "", "", level)
    return issue(prepare(world().keys, request, NOW), NOW).artefact


def hanko_lt(pdf: bytes, moment: datetime) -> PdfSignatureStatus:
    return judged_lt(pdf, next(world().trust_directory.glob("services_root*.cer")).read_bytes(), moment)


def preflight(*files: Path) -> list[str]:
    command = [*judge_command("PreflightJudge", PREFLIGHT), *files]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    return done.stdout.splitlines()


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


@pytest.mark.slow
def test_pyhanko_finds_all_it_needs_inside_for_long_term_validation() -> None:
    for moment in (NOW, NOW + timedelta(days=60)):
        status = hanko_lt(at_level("B-LT"), moment)
        assert status.bottom_line
        assert status.coverage == SignatureCoverageLevel.ENTIRE_FILE
        assert status.timestamp_validity is not None
        assert status.timestamp_validity.trusted
        assert status.timestamp_validity.timestamp == NOW
    with pytest.raises(NoDSSFoundError):
        hanko_lt(at_level("B-T"), NOW)


@pytest.mark.slow
def test_pyhanko_and_pdfsig_accept_a_file_that_was_lifted_later(nss: Path, tmp_path: Path) -> None:
    without = world("two").keys  # whose authority's key is taken away below
    (authority,) = [s for s in without.signers() if s.purpose == "time_stamp_authority"]
    held = without._by_purpose.pop(authority.purpose)
    made = issue(prepare(without, PdfRequest("certificate:1", rendered_pdf(DATA), "", ""), NOW), NOW)
    without._by_purpose[authority.purpose] = held
    assert made.level == "B-B"
    lifted = upgrade(made.artefact, without, NOW + timedelta(days=2))
    root = next(world("two").trust_directory.glob("services_root*.cer")).read_bytes()
    reader = PdfFileReader(io.BytesIO(lifted))
    rules = {"trust_roots": [x509.Certificate.load(root)], "allow_fetching": False, "revocation_mode": "hard-fail"}
    context = DocumentSecurityStore.read_dss(reader).as_validation_context(rules | {"moment": NOW + timedelta(days=3)})
    status = judged(reader.embedded_signatures[0], context, context)
    assert status.bottom_line
    assert status.timestamp_validity is not None
    assert status.timestamp_validity.timestamp == NOW + timedelta(days=2)
    said = pdfsig(lifted, nss, tmp_path)
    assert "Signature is Valid" in said
    assert "Total document signed" in said


def test_openssl_verifies_the_time_stamp_over_the_signature_value(pdf: bytes, tmp_path: Path) -> None:
    start = pdf.index(b"/Contents<") + len(b"/Contents<")
    contents = bytes.fromhex(pdf[start : pdf.index(b">", start)].decode())
    (info,) = cms.ContentInfo.load(contents)["content"]["signer_infos"]
    (attribute,) = info["unsigned_attrs"]
    assert attribute["type"].native == "signature_time_stamp_token"
    (tmp_path / "token").write_bytes(attribute["values"][0].dump())
    (tmp_path / "data").write_bytes(info["signature"].native)
    root = next(world().trust_directory.glob("services_root*.cer"))
    command = ["openssl", "x509", "-inform", "DER", "-in", str(root), "-out", str(tmp_path / "root.pem")]
    subprocess.run(command, check=True)
    ask = f"openssl ts -verify -token_in -in token -data data -CAfile root.pem -attime {int(NOW.timestamp())}"
    done = subprocess.run(ask.split(), capture_output=True, text=True, check=False, cwd=tmp_path)
    assert "Verification: OK" in done.stdout, done.stderr


@pytest.mark.slow
def test_what_another_program_appends_is_refused_here(pdf: bytes) -> None:
    """Also what PAdES permits, a store of validation data: ours stands inside what is signed."""
    writer = IncrementalPdfFileWriter(io.BytesIO(pdf))
    writer.root["/Lang"] = writer.root["/Lang"]
    writer.update_root()
    out = io.BytesIO()
    writer.write(out)
    root = x509.Certificate.load(next(world().trust_directory.glob("services_root*.cer")).read_bytes())
    plain = at_level("B-B")
    (signature,) = PdfFileReader(io.BytesIO(plain)).embedded_signatures
    context = ValidationContext(trust_roots=[root], moment=NOW, allow_fetching=False, revocation_mode="soft-fail")
    appended = io.BytesIO(plain)
    with ThreadPoolExecutor(1) as pool:  # a browser test leaves an event loop in our thread
        added = async_add_validation_info(signature, context, in_place=False, output=appended)
        pool.submit(asyncio.run, added).result()
    for changed in (out.getvalue(), appended.getvalue()):
        assert changed not in (pdf, plain)
        verdict = verify_pdf(changed, world().trust, NOW)
        assert [check.id for check in verdict.failed()] == ["pdf.coverage"]


@pytest.mark.skipif(
    not shutil.which("javac") or not all((JARS / f"{name}.jar").exists() for name in PREFLIGHT),
    reason="PDFBox is not installed (Debian: libpdfbox2-java libactivation-java libjaxb-api-java)",
)
@pytest.mark.slow
def test_preflight_finds_an_a_1b_file_as_good_after_signing_as_before(tmp_path: Path) -> None:
    source = """
    #set document(title: "شهادة", date: auto)
    #set text(font: ("Amiri", "Liberation Sans"), lang: "ar")
    محمد المبروك
    """
    plain = typst.compile(
        source.encode(), format="pdf", pdf_standards=["a-1b"], font_paths=["/usr/share/fonts"], timestamp=NOW
    )
    signed = signed_pdf(plain)
    for name, data in {"plain": plain, "signed": signed, "hidden": signed.replace(b"/F 132", b"/F 128")}.items():
        (tmp_path / name).write_bytes(data)
    said = preflight(tmp_path / "plain", tmp_path / "signed", tmp_path / "hidden")
    assert said[:2] == ["valid", "valid"]
    assert said[2].startswith("invalid")  # a field that does not print is none in PDF/A: it does judge
