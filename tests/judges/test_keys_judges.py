"""Programs by other hands judge certificates, lists, paths and security objects: OpenSSL and Bouncy Castle."""

from __future__ import annotations

import shutil
import subprocess
import warnings
from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from asn1crypto import x509 as other_x509
from cryptography.hazmat.primitives import serialization

from keys import Keys, Purpose, SoftwareKeysWarning, create_development_pki, issue, open_keys, prepare
from keys.authority import CrlRequest
from keys.intents import MemoryIntentLog
from keys.record import RecordRequest
from keys.sod import SodRequest
from keys.x509 import read_certificate
from specs.load import load
from tests.judges.java import JARS, judge_command
from tests.unit.keys.conftest import NOW, PASSPHRASE

ROOT_OF = {
    Purpose.csca: Purpose.csca,
    Purpose.document_signer: Purpose.csca,
    Purpose.seal_signer: Purpose.csca,
    Purpose.services_root: Purpose.services_root,
    Purpose.pdf_signer: Purpose.services_root,
    Purpose.record_signer: Purpose.services_root,
    Purpose.time_stamp_authority: Purpose.services_root,
    Purpose.master_list_signer: Purpose.csca,
    Purpose.deviation_list_signer: Purpose.csca,
}
openssl_wanted = pytest.mark.skipif(shutil.which("openssl") is None, reason="the openssl program is not installed")
bouncy_castle_wanted = pytest.mark.skipif(
    shutil.which("javac") is None or not (JARS / "bcpkix.jar").exists(),
    reason="Bouncy Castle is not installed (Debian: apt-get install libbcpkix-java default-jdk-headless)",
)


@pytest.fixture(scope="module")
def keys(tmp_path_factory: pytest.TempPathFactory) -> Keys:
    directory = tmp_path_factory.mktemp("judged") / "keys"
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", SoftwareKeysWarning)
        create_development_pki(directory, PASSPHRASE, NOW, load().pki_profiles)
        return open_keys(directory, PASSPHRASE, MemoryIntentLog(), load().pki_profiles)


def certificate(keys: Keys, purpose: Purpose) -> bytes:
    return keys.signer(purpose, NOW).certificate


def run(*command: object) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run([str(part) for part in command], capture_output=True, check=False)


@openssl_wanted
@pytest.mark.parametrize("purpose", list(Purpose))
def test_openssl_accepts_each_certificate_signature_over_its_tbs(keys: Keys, purpose: Purpose, tmp_path: Path) -> None:
    held = other_x509.Certificate.load(certificate(keys, purpose), strict=True)
    root = read_certificate(certificate(keys, ROOT_OF[purpose])).public_key.key
    files = {
        "tbs": held["tbs_certificate"].dump(),
        "signature": held["signature_value"].native,
        "key": root.public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo),
    }
    for name, data in files.items():
        (tmp_path / name).write_bytes(data)
    command = ("openssl", "dgst", "-sha256", "-verify", tmp_path / "key", "-signature", tmp_path / "signature")
    assert run(*command, tmp_path / "tbs").stdout.strip() == b"Verified OK"
    (tmp_path / "tbs").write_bytes(files["tbs"][:-1] + bytes([files["tbs"][-1] ^ 1]))
    assert run(*command, tmp_path / "tbs").returncode != 0


@openssl_wanted
def test_openssl_accepts_the_security_object_and_refuses_a_changed_one(keys: Keys, tmp_path: Path) -> None:
    groups = {1: b"\x61\x01\x00", 2: b"\x75\x01\x00"}
    sod = issue(prepare(keys, SodRequest("passport:judged", groups, "PP", keys.pki), NOW), NOW).artefact
    content_info = sod[2 + (sod[1] & 0x7F) :]  # without tag 77 and its long-form length
    for name, data, accepted in (
        ("good", content_info, True),
        ("bad", content_info[:-1] + bytes([content_info[-1] ^ 1]), False),
    ):
        (tmp_path / name).write_bytes(data)
        told = run(
            "openssl", "cms", "-verify", "-noverify", "-inform", "DER", "-in", tmp_path / name, "-out", "/dev/null"
        )
        assert (told.returncode == 0) == accepted, told.stderr


@openssl_wanted
def test_openssl_accepts_a_signed_record_and_gives_its_payload(keys: Keys, tmp_path: Path) -> None:
    record = issue(prepare(keys, RecordRequest("checkpoint:judged", b"payload", keys.pki), NOW), NOW).artefact
    (tmp_path / "record").write_bytes(record)
    root = tmp_path / "root.pem"
    run(
        "openssl",
        "x509",
        "-inform",
        "DER",
        "-out",
        root,
        "-in",
        _file(tmp_path, certificate(keys, Purpose.services_root)),
    )
    told = run(
        "openssl", "cms", "-verify", "-inform", "DER", "-in", tmp_path / "record", "-CAfile", root,
        "-purpose", "any", "-binary", "-attime", int(NOW.timestamp()) + 60,
    )  # fmt: skip
    assert told.stdout == b"payload", told.stderr


@openssl_wanted
@pytest.mark.parametrize("purpose", [Purpose.csca, Purpose.services_root])
def test_openssl_reads_each_revocation_list(keys: Keys, tmp_path: Path, purpose: Purpose) -> None:
    path = _file(tmp_path, keys.crls[purpose])
    told = run("openssl", "crl", "-inform", "DER", "-in", path, "-noout", "-text").stdout
    assert b"Version 2 (0x1)" in told and b"X509v3 CRL Number" in told and b"No Revoked Certificates" in told


def path_judge(
    directory: Path, root: bytes, path: Sequence[bytes], crls: Sequence[bytes], at: datetime = NOW
) -> subprocess.CompletedProcess[bytes]:
    """Bouncy Castle on one path, signer first, without the root."""
    files = {"root": root} | {f"{i}.cer": c for i, c in enumerate(path)} | {f"{i}.crl": c for i, c in enumerate(crls)}
    for name, data in files.items():
        (directory / name).write_bytes(data)
    moment = int((at + timedelta(minutes=1)).timestamp())
    command = judge_command("PathJudge", ("bcprov", "bcpkix", "bcutil"))
    return run(*command, moment, *(directory / name for name in files))


@bouncy_castle_wanted
@pytest.mark.slow
def test_bouncy_castle_accepts_the_path_from_csca_to_document_signer_and_knows_a_revoked_one(
    keys: Keys, tmp_path: Path
) -> None:
    root, signer = certificate(keys, Purpose.csca), certificate(keys, Purpose.document_signer)
    serial = read_certificate(signer).serial
    revoking = issue(prepare(keys, CrlRequest("crl", Purpose.csca, 2, [(serial, NOW)], keys.pki), NOW), NOW).artefact
    for crl, expected in ((keys.crls[Purpose.csca], b"valid"), (revoking, b"invalid")):
        told = path_judge(tmp_path, root, [signer], [crl])
        assert told.stdout.split(b":")[0].strip() == expected, (told.stdout, told.stderr)


def _file(directory: Path, data: bytes) -> Path:
    path = directory / "input.der"
    path.write_bytes(data)
    return path
