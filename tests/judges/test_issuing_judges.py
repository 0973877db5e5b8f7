"""OpenSSL and Bouncy Castle on certificates, links and security objects of every algorithm we issue with."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from asn1crypto import x509 as other_x509
from cryptography.hazmat.primitives import serialization

from keys import Keys, Purpose, issue, prepare
from keys.authority import CrlRequest, LinkRequest
from keys.sod import SodRequest
from keys.x509 import read_certificate
from specs.load import load
from specs.schema.pki import Pki
from tests.judges.test_keys_judges import bouncy_castle_wanted, openssl_wanted, path_judge, run
from tests.unit.keys.conftest import NOW
from tests.unit.keys.families import EVERY_ALGORITHM, family, with_algorithm, with_profile

LATER = NOW + timedelta(days=1)
GROUPS = {1: b"\x61\x01\x00", 2: b"\x75\x01\x00"}


@pytest.fixture(scope="module", params=EVERY_ALGORITHM)
def keys(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Keys:
    pki = with_algorithm(load().pki_profiles, request.param, "csca_root", "document_signer")
    return family(pki, tmp_path_factory.mktemp("judged") / "keys", NOW, "csca_root", "document_signer")


def certificate(keys: Keys, purpose: Purpose) -> bytes:
    return keys.signer(purpose, NOW).certificate


def crl(keys: Keys, number: int, *serials: int) -> bytes:
    revoked = [(serial, NOW) for serial in serials]
    return issue(prepare(keys, CrlRequest("crl", Purpose.csca, number, revoked, keys.pki), NOW), NOW).artefact


@openssl_wanted
@pytest.mark.slow
def test_openssl_accepts_the_certificate_s_signature(keys: Keys, tmp_path: Path) -> None:
    root = read_certificate(certificate(keys, Purpose.csca))
    held = other_x509.Certificate.load(certificate(keys, Purpose.document_signer), strict=True)
    key = root.public_key.key.public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
    files = {"tbs": held["tbs_certificate"].dump(), "signature": held["signature_value"].native, "key": key}
    for name, data in files.items():
        (tmp_path / name).write_bytes(data)
    name = held["signature_algorithm"].hash_algo
    options = (
        ["-sigopt", "rsa_padding_mode:pss", "-sigopt", "rsa_pss_saltlen:digest"] if "rsa" in root.algorithm.name else []
    )
    told = run(
        "openssl", "dgst", f"-{name}", *options, "-verify", tmp_path / "key", "-signature", tmp_path / "signature",
        tmp_path / "tbs",
    )  # fmt: skip
    assert told.stdout.strip() == b"Verified OK", told.stderr


@openssl_wanted
@pytest.mark.slow
def test_openssl_accepts_the_security_object_and_refuses_a_changed_one(keys: Keys, tmp_path: Path) -> None:
    sod = issue(prepare(keys, SodRequest("passport:judged", GROUPS, "PP", keys.pki), NOW), NOW).artefact
    content_info = sod[2 + (sod[1] & 0x7F) :]
    changed = content_info[:-1] + bytes([content_info[-1] ^ 1])
    for name, data, accepted in (("good", content_info, True), ("bad", changed, False)):
        (tmp_path / name).write_bytes(data)
        told = run(
            "openssl", "cms", "-verify", "-noverify", "-inform", "DER", "-in", tmp_path / name, "-out", "/dev/null"
        )
        assert (told.returncode == 0) == accepted, told.stderr


@openssl_wanted
@pytest.mark.slow
def test_openssl_verifies_the_path_of_rsa_and_refuses_explicit_curves_alone_for_being_explicit(
    keys: Keys, tmp_path: Path
) -> None:
    """`openssl verify` refuses explicit EC parameters in any certificate, error 94; Doc 9303-12 §4.2.3 orders them."""
    for name, purpose in (("root", Purpose.csca), ("signer", Purpose.document_signer)):
        (tmp_path / name).write_bytes(certificate(keys, purpose))
        run("openssl", "x509", "-inform", "DER", "-in", tmp_path / name, "-out", tmp_path / f"{name}.pem")
    moment = int((NOW + timedelta(minutes=1)).timestamp())
    told = run(
        "openssl", "verify", "-attime", moment, "-CAfile", tmp_path / "root.pem", "-ignore_critical",
        tmp_path / "signer.pem",
    )  # fmt: skip
    if read_certificate(certificate(keys, Purpose.csca)).public_key.parameters == "explicit":
        assert b"error 94" in told.stderr + told.stdout
    else:
        assert told.returncode == 0, told.stderr


@bouncy_castle_wanted
@pytest.mark.slow
def test_bouncy_castle_accepts_the_path_and_knows_a_revoked_signer(keys: Keys, tmp_path: Path) -> None:
    root, signer = certificate(keys, Purpose.csca), certificate(keys, Purpose.document_signer)
    serial = read_certificate(signer).serial
    assert path_judge(tmp_path, root, [signer], [crl(keys, 1)]).stdout.strip() == b"valid"
    assert b"Certificate revocation after" in path_judge(tmp_path, root, [signer], [crl(keys, 2, serial)]).stdout


def rolled_over(pki: Pki, new_pki: Pki, directory: Path) -> tuple[bytes, bytes, bytes]:
    """(old root, link, a document signer of the new root)."""
    old = family(pki, directory / "old", NOW, "csca_root")
    new = family(new_pki, directory / "new", LATER, "csca_root", "document_signer")
    root = new.signer(Purpose.csca, LATER).certificate
    link = issue(prepare(old, LinkRequest("link", "csca_link", root, pki), LATER), LATER).artefact
    return certificate(old, Purpose.csca), link, new.signer(Purpose.document_signer, LATER).certificate


@bouncy_castle_wanted
@pytest.mark.slow
@pytest.mark.parametrize("changes", [{}, {"common_name": "Country Signing CA of Libya"}])
def test_bouncy_castle_goes_from_the_old_root_over_the_link_to_a_new_signer(
    changes: dict[str, str], tmp_path: Path
) -> None:
    pki = load().pki_profiles
    new_pki = with_profile(with_algorithm(pki, "rsa_pss_3072", "csca_root", "document_signer"), "csca_root", **changes)
    root, link, signer = rolled_over(pki, new_pki, tmp_path)
    told = path_judge(tmp_path, root, [signer, link], [], LATER)
    assert told.stdout.strip() == b"valid", told.stderr
