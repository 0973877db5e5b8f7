"""The whole output of `issuance demo`, judged by programs of other hands; then every file is tampered with."""

from __future__ import annotations

import base64
import hashlib
import io
import json
import re
import shutil
import subprocess
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from asn1crypto import core
from PIL import Image
from pyzbar import pyzbar
from zxingcpp import read_barcodes

from issuance.border.verify import verify_path
from issuance.certificates import commands as certificates
from issuance.certificates import views
from issuance.documents.raster import page_png
from issuance.mrtd.mrz import check
from issuance.service import Service
from keys import TrustStore
from tests.judges.pyhanko_judge import judged_lt
from tests.pages import lines_by_passporteye
from tests.service import CLERK, NOW, console, demonstration, request

pytestmark = pytest.mark.heavy

PAGES = ("data_page.pdf", "data_page.png", "observation_page.pdf", "observation_page.png")
CHIP_FILES = (
    *("EF_COM.bin", "EF_CardAccess.bin", "DG1.bin", "DG2.bin", "DG11.bin", "DG12.bin", "DG14.bin", "DG15.bin"),
    "EF_SOD.bin",
)
MARKS = re.compile("[\u200e\u200f\u061c\u202a-\u202e\u2066-\u2069]")


class DataGroupHash(core.Sequence):  # type: ignore[misc]
    _fields = [("number", core.Integer), ("value", core.OctetString)]  # noqa: RUF012


class DataGroupHashes(core.SequenceOf):  # type: ignore[misc]
    _child_spec = DataGroupHash


class VersionInfo(core.Sequence):  # type: ignore[misc]
    _fields = [("lds", core.PrintableString), ("unicode", core.PrintableString)]  # noqa: RUF012


class LdsSecurityObject(core.Sequence):  # type: ignore[misc]
    """Doc 9303-10 §4.6.2.3, written here from the text."""

    _fields = [("version", core.Integer), ("algorithm", core.Any), ("hashes", DataGroupHashes), ("info", VersionInfo)]  # noqa: RUF012


@pytest.fixture(scope="module")
def out() -> Path:
    return demonstration()[0]


@cache
def trust() -> TrustStore:
    return TrustStore.from_directory(demonstration()[0] / "trust")


def openssl(*arguments: object) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(["openssl", *map(str, arguments)], capture_output=True, check=False)


def content_of(cms: bytes, tmp_path: Path) -> bytes:
    """What openssl says was signed, after checking the signature."""
    (tmp_path / "cms.der").write_bytes(cms)
    done = openssl("cms", "-verify", "-noverify", "-binary", "-inform", "DER", "-in", tmp_path / "cms.der")
    assert done.returncode == 0, done.stderr.decode()
    return done.stdout


def test_the_demonstration_writes_exactly_the_promised_files(out: Path) -> None:
    written = {path.relative_to(out).as_posix() for path in out.rglob("*") if path.is_file()}
    passport = {f"passport/{name}" for name in (*CHIP_FILES, *PAGES, "package.json")}
    rest = {name for name in written if not re.fullmatch(r"trust/[a-z0-9_-]+\.(cer|crl)", name)}
    assert rest == passport | {"certificate/certificate.pdf", "certificate/seal.txt"}
    assert {name for name in written if name.endswith(".crl")} == {"trust/csca.crl", "trust/services_root.crl"}
    said = demonstration()[1]
    assert {Path(name).relative_to(out).as_posix() for name in said["files"]} == written
    assert said["status"] == "valid"
    assert {name: verdict["status"] for name, verdict in said["verdicts"].items()} == {
        "passport": "valid",
        "certificate": "valid",
        "seal": "valid",
    }


def test_openssl_accepts_the_security_object_and_it_holds_the_digest_of_each_data_group(
    out: Path, tmp_path: Path
) -> None:
    sod = (out / "passport/EF_SOD.bin").read_bytes()
    assert sod[:4] == b"\x77\x82" + (len(sod) - 4).to_bytes(2, "big")
    lds = LdsSecurityObject.load(content_of(sod[4:], tmp_path))
    assert lds["version"].native == 1
    assert dict(lds["info"].native) == {"lds": "0108", "unicode": "040000"}
    held = {item["number"].native: item["value"].native for item in lds["hashes"]}
    files = {n: (out / f"passport/DG{n}.bin").read_bytes() for n in (1, 2, 11, 12, 14, 15)}
    assert held == {n: hashlib.sha256(content).digest() for n, content in files.items()}


def test_openssl_accepts_the_work_package_and_it_names_every_file_of_the_passport(out: Path, tmp_path: Path) -> None:
    package = json.loads((out / "passport/package.json").read_bytes())
    signed = json.loads(content_of(base64.b64decode(package["signature"]["value"]), tmp_path))
    assert signed == package["work"]
    folder = {path.name: path.read_bytes() for path in (out / "passport").iterdir() if path.name != "package.json"}
    assert {name: file["sha256"] for name, file in signed["files"].items()} == {
        name: hashlib.sha256(content).hexdigest() for name, content in folder.items()
    }
    assert signed["number"] == demonstration()[1]["passport"]


@pytest.mark.slow
def test_passporteye_reads_from_the_data_page_the_data_line_of_dg1(out: Path) -> None:
    dg1 = (out / "passport/DG1.bin").read_bytes()
    lines = dg1[-88:-44].decode(), dg1[-44:].decode()
    read = lines_by_passporteye((out / "passport/data_page.png").read_bytes())
    assert read[1] == lines[1]
    assert check([lines[0], read[1]]).valid
    assert Image.open(out / "passport/data_page.png").info["dpi"] == pytest.approx((300, 300), abs=0.1)


@pytest.mark.skipif(not shutil.which("pdfsig") or not shutil.which("certutil"), reason="poppler-utils, libnss3-tools")
def test_pdfsig_and_pyhanko_accept_the_certificate_under_the_exported_root(out: Path, tmp_path: Path) -> None:
    root = next((out / "trust").glob("services_root*.cer"))
    for arguments in (["-N", "--empty-password"], ["-A", "-n", "root", "-t", "C,C,C", "-i", str(root)]):
        subprocess.run(["certutil", *arguments, "-d", f"sql:{tmp_path}"], check=True, capture_output=True)
    pdf = out / "certificate/certificate.pdf"
    said = subprocess.run(["pdfsig", "-nssdir", tmp_path, pdf], capture_output=True, text=True, check=False).stdout
    for words in ("Signature is Valid", "Certificate is Trusted", "Total document signed"):
        assert words in said
    status = judged_lt(pdf.read_bytes(), root.read_bytes(), datetime.now(UTC) + timedelta(days=1))
    assert status.bottom_line, status.summary()


def test_poppler_copies_from_the_certificate_the_names_of_the_application(out: Path) -> None:
    command: list[str | Path] = ["pdftotext", "-enc", "UTF-8", out / "certificate/certificate.pdf", "-"]
    text = subprocess.run(command, capture_output=True, check=True).stdout.decode()
    text = " ".join(MARKS.sub("", text).split())
    for words in ("سالم علي محمد المبروك", "SALEM ALI MOHAMED ALMABROUK", "119909000012", "1990-05-17"):
        assert words in text


@pytest.mark.slow
def test_zbar_and_zxing_read_the_seal_from_the_page_at_200_dpi(out: Path) -> None:
    page = Image.open(io.BytesIO(page_png((out / "certificate/certificate.pdf").read_bytes(), dpi=200)))
    seal = (out / "certificate/seal.txt").read_text().strip()
    assert [code.data.decode() for code in pyzbar.decode(page)] == [seal]
    assert [code.text for code in read_barcodes(page)] == [seal]


def test_the_data_attached_to_a_certificate_is_what_the_database_holds(service: Service, tmp_path: Path) -> None:
    made = certificates.issue(service, CLERK, request(), NOW)
    (tmp_path / "c.pdf").write_bytes(views.certificate_pdf(service, CLERK, made.number))
    subprocess.run(["pdfdetach", "-saveall", "-o", tmp_path, tmp_path / "c.pdf"], check=True, capture_output=True)
    attached = (tmp_path / "certificate.json").read_bytes()
    assert attached == views.certificate(service, CLERK, made.number).data.encode()
    assert json.loads(attached)["number"] == made.number


def tampered(out: Path, tmp_path: Path, file: str, content: bytes) -> Path:
    """The chip files with one of them replaced."""
    folder = tmp_path / "chip"
    folder.mkdir(exist_ok=True)
    for name in CHIP_FILES:
        (folder / name).write_bytes(content if name == file else (out / "passport" / name).read_bytes())
    return folder


def offsets(content: bytes, count: int) -> list[int]:
    return sorted({0, 1, len(content) - 1, *(len(content) * n // count for n in range(count))})


def flipped(content: bytes, at: int) -> bytes:
    return content[:at] + bytes((content[at] ^ 0x01,)) + content[at + 1 :]


@pytest.mark.parametrize("file", CHIP_FILES)
def test_a_flipped_byte_in_any_chip_file_is_invalid(out: Path, tmp_path: Path, file: str) -> None:
    content, now = (out / "passport" / file).read_bytes(), datetime.now(UTC)
    for at in offsets(content, 12):
        folder = tampered(out, tmp_path, file, flipped(content, at))
        assert verify_path(folder, trust(), now).status == "invalid", at


def test_a_flipped_appended_or_cut_byte_of_the_pdf_is_invalid(out: Path, tmp_path: Path) -> None:
    content, now, path = (out / "certificate/certificate.pdf").read_bytes(), datetime.now(UTC), tmp_path / "c.pdf"
    padding = content.index(b"0" * 64 + b">")
    wrong = [flipped(content, at) for at in (*offsets(content, 8)[1:], padding)]
    wrong += [content + b"\n", content + b"%", content[:-1], content + content]
    for changed in wrong:
        path.write_bytes(changed)
        assert verify_path(path, trust(), now).status == "invalid"


def test_a_changed_character_of_the_seal_is_invalid(out: Path, tmp_path: Path) -> None:
    seal, now, path = (out / "certificate/seal.txt").read_text(), datetime.now(UTC), tmp_path / "seal.txt"
    start = seal.index("#") + 1
    said = []
    for at in range(start, len(seal) - 1, 7):
        path.write_text(seal[:at] + ("A" if seal[at] != "A" else "B") + seal[at + 1 :])
        said.append(verify_path(path, trust(), now).status)
    assert set(said) == {"invalid"}


@pytest.mark.slow
def test_verify_leaves_with_0_1_or_2_by_status(out: Path, tmp_path: Path) -> None:
    everything = out / "passport", out / "certificate/certificate.pdf", out / "certificate/seal.txt"
    sod = tampered(out, tmp_path, "DG1.bin", flipped((out / "passport/DG1.bin").read_bytes(), 40))
    empty = tmp_path / "empty"
    empty.mkdir()
    cases: list[tuple[int, str, tuple[Any, ...]]] = [
        (0, "valid", (*everything, "--trust", out / "trust")),
        (1, "invalid", (sod, *everything, "--trust", out / "trust")),
        (2, "indeterminate", (*everything, "--trust", empty)),
    ]
    for code, status, arguments in cases:
        done = console("verify", *arguments, "--json")
        assert done.returncode == code, done.stdout + done.stderr
        assert json.loads(done.stdout)["status"] == status
