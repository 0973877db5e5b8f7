"""The conformance kit: our own judgement of it is its index, and others read its good documents."""

from __future__ import annotations

import base64
import io
import json
import subprocess
from collections.abc import Iterator
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from pyzbar.pyzbar import decode

from issuance.border.verify import verify_path
from issuance.documents.raster import page_png
from issuance.jobs.kit import make_kit, scanned
from issuance.mrtd.data_groups.dg1 import read_dg1
from issuance.specification.conform.registry import JUDGES, judges_of
from issuance.specification.conform.report import Report
from issuance.specification.conform.run import conform_path
from keys import TrustStore
from keys.seal_verify import verify_seal
from specs.clauses import numbered
from specs.load import load
from tests.judges.test_keys_judges import openssl_wanted
from tests.pages import lines_by_passporteye
from tests.service import NOW

SPEC = load()
EDITION = "2026"
SEEN_ON_NO_DOCUMENT = {"data_page.fields.national_number"}  # switched off
pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def kit(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("kit")
    make_kit(out, SPEC, NOW, EDITION)
    return out


@pytest.fixture(scope="module")
def listed(kit: Path) -> list[dict[str, Any]]:
    documents: list[dict[str, Any]] = json.loads((kit / "index.json").read_text())["documents"]
    return documents


@pytest.fixture(scope="module")
def reports(kit: Path, listed: list[dict[str, Any]]) -> Iterator[dict[str, Report]]:
    yield {one["path"]: conform_path(kit / one["path"], SPEC, one["edition"]) for one in listed}


def test_our_own_judgement_is_exactly_the_index(listed: list[dict[str, Any]], reports: dict[str, Report]) -> None:
    found = {path: (r.kind, r.result, sorted(c.clause.id for c in r.broken())) for path, r in reports.items()}
    wanted = {one["path"]: (one["kind"], one["result"], sorted(one["broken"])) for one in listed}
    assert found == wanted
    assert [c.id for r in reports.values() for c in r.checks if c.result == "fail"] == []


def test_every_judged_clause_has_a_good_and_a_bad_document(
    listed: list[dict[str, Any]], reports: dict[str, Report]
) -> None:
    judged = {c.id for c in numbered(SPEC, EDITION) if c.clause is not None and [*judges_of(c.id)]}
    kept = {
        c.clause.id for one in listed if not one["broken"] for c in reports[one["path"]].clauses if c.result == "kept"
    }
    bad = {one["clause"] for one in listed if one["broken"]}
    assert judged - bad == SEEN_ON_NO_DOCUMENT
    assert judged - kept == SEEN_ON_NO_DOCUMENT
    assert [held.pattern for held in JUDGES if not any(fnmatchcase(name, held.pattern) for name in bad)] == []


def test_a_bad_document_breaks_just_the_clause_it_is_for_wherever_that_can_be(listed: list[dict[str, Any]]) -> None:
    several = {one["clause"] for one in listed if len(one["broken"]) > 1}
    codes = {"passport/document_codes.codes", "passport/document_codes.legacy"}
    assert several == {*codes, "data_page.fonts", "chip.files.DG14"}


def test_no_private_key_is_in_the_kit(kit: Path) -> None:
    files = [path for path in kit.rglob("*") if path.is_file()]
    assert {path.suffix for path in (kit / "trust").iterdir()} == {".cer", ".crl"}
    assert [path.name for path in files if b"PRIVATE KEY" in path.read_bytes()] == []
    assert sum(path.stat().st_size for path in files) < 16_000_000


def test_the_good_documents_are_genuine_by_the_trust_of_the_kit(kit: Path) -> None:
    trust = TrustStore.from_directory(kit / "trust")
    good = ["package", "chip_iso_39794", "chip_of_a_child", "chip_2021", "certificate.pdf"]
    assert {name: verify_path(kit / "good" / name, trust, NOW).status for name in good} == dict.fromkeys(good, "valid")


@pytest.mark.parametrize("page", ["package/observation_page.png", "package_sheet/data_page_back.png"])
def test_pyzbar_reads_the_seals_of_the_good_packages_and_they_are_genuine(kit: Path, page: str) -> None:
    [held] = decode(Image.open(kit / "good" / page))
    seal = held.data.decode().encode("latin-1")
    assert (
        base64.b64encode(seal).decode()
        == json.loads((kit / "good" / page).with_name("package.json").read_text())["work"]["seal"]
    )
    assert verify_seal(seal, TrustStore.from_directory(kit / "trust"), NOW, SPEC).status == "valid"


def test_pyzbar_reads_the_seal_of_the_good_certificate(kit: Path) -> None:
    page = Image.open(io.BytesIO(page_png((kit / "good/certificate.pdf").read_bytes(), dpi=200)))
    codes = [held.data.decode() for held in decode(page)]
    assert len(codes) == 1
    assert verify_seal(codes[0], TrustStore.from_directory(kit / "trust"), NOW, SPEC).status == "valid"


@pytest.mark.parametrize("name", ["package/data_page.png", "page_scanned.jpg"])
def test_passporteye_reads_the_zone_of_the_good_pages(kit: Path, name: str) -> None:
    chip = read_dg1((kit / "good/package/DG1.bin").read_bytes())
    assert lines_by_passporteye((kit / "good" / name).read_bytes()) == chip


@openssl_wanted
def test_openssl_accepts_every_signature_but_the_one_that_was_changed(
    kit: Path, listed: list[dict[str, Any]], tmp_path: Path
) -> None:
    refused = []
    for one in listed:
        if one["kind"] not in ("chip", "package") or not [*(kit / one["path"]).glob("DG*.bin")]:
            continue  # a sheet has no chip
        sod = (kit / one["path"] / "EF_SOD.bin").read_bytes()
        (tmp_path / "sod").write_bytes(sod[4:] if sod[1] == 0x82 else sod[3:])
        done = subprocess.run(
            ["openssl", "cms", "-verify", "-noverify", "-inform", "DER", "-in", tmp_path / "sod", "-out", "/dev/null"],
            capture_output=True, check=False,
        )  # fmt: skip
        if done.returncode:
            refused.append(one["clause"])
    assert refused == []  # also of the file with another version of SignedData, which no signature covers


def test_the_scanned_page_is_always_the_same(kit: Path) -> None:
    page = (kit / "good/package/data_page.png").read_bytes()
    assert scanned(page) == (kit / "good/page_scanned.jpg").read_bytes()
