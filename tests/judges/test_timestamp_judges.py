"""Others judge our time-stamp tokens: OpenSSL verifies them, asn1crypto reads the same in them."""

from __future__ import annotations

import hashlib
import subprocess
from pathlib import Path

import pytest
from asn1crypto import cms, tsp

from keys.timestamp import stamp
from keys.timestamp_verify import read_token
from specs.load import load
from tests.unit.border.world import NOW, world

DATA = "توقيع".encode()


@pytest.fixture
def directory(tmp_path: Path) -> Path:
    """A token with nonce 77 over DATA, DATA, and the root that vouches for the authority."""
    made = stamp(world().keys, "certificate:1", hashlib.sha256(DATA).digest(), NOW, nonce=77)
    (tmp_path / "token").write_bytes(made.artefact)
    (tmp_path / "data").write_bytes(DATA)
    (tmp_path / "other").write_bytes(DATA + b"!")
    root = next(world().trust_directory.glob("services_root*.cer"))
    command = ["openssl", "x509", "-inform", "DER", "-in", str(root), "-out", str(tmp_path / "root.pem")]
    subprocess.run(command, check=True)
    return tmp_path


def openssl(directory: Path, data: str) -> subprocess.CompletedProcess[str]:
    command = f"openssl ts -verify -token_in -in token -data {data} -CAfile root.pem -attime {int(NOW.timestamp())}"
    return subprocess.run(command.split(), capture_output=True, text=True, check=False, cwd=directory)


def test_openssl_verifies_a_token_and_refuses_it_for_other_data(directory: Path) -> None:
    said = openssl(directory, "data")
    assert said.returncode == 0, said.stderr
    assert "Verification: OK" in said.stdout
    assert openssl(directory, "other").returncode != 0


def test_asn1crypto_reads_in_a_token_what_we_read(directory: Path) -> None:
    der = (directory / "token").read_bytes()
    signed = cms.ContentInfo.load(der, strict=True)["content"]
    assert signed["version"].native == "v3"
    assert signed["encap_content_info"]["content_type"].native == "tst_info"
    info = signed["encap_content_info"]["content"].parsed
    assert isinstance(info, tsp.TSTInfo)
    held = read_token(der)
    assert info["gen_time"].native == held.at == NOW
    assert info["serial_number"].native == held.serial
    assert info["nonce"].native == held.nonce == 77
    assert info["policy"].dotted == held.policy == load().pki_profiles.time_stamp.policy
    assert info["accuracy"]["seconds"].native == 1
    assert info["message_imprint"]["hashed_message"].native == hashlib.sha256(DATA).digest()
    (attribute,) = [
        a for a in signed["signer_infos"][0]["signed_attrs"] if a["type"].native == "signing_certificate_v2"
    ]
    certificate = signed["certificates"][0].chosen
    assert attribute["values"][0]["certs"][0]["cert_hash"].native == certificate.sha256
    usage = certificate.extended_key_usage_value.native
    assert (usage, "extended_key_usage" in certificate.critical_extensions) == (["time_stamping"], True)
    assert certificate.dump() == held.certificate.der
