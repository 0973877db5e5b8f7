"""Passports, records and links of every algorithm the specification allows."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from cryptography import x509 as pyca
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding

from keys import Purpose, TrustStore, issue, prepare
from keys.authority import CertificateRequest, CrlRequest, LinkRequest
from keys.lint import lint_certificate
from keys.record import RecordRequest
from keys.record_verify import verify_record
from keys.sod import SodRequest
from keys.verify import verify_sod
from keys.x509 import read_certificate
from specs.errors import Invalid
from specs.schema.pki import Pki
from tests.unit.keys.conftest import NOW
from tests.unit.keys.families import EVERY_ALGORITHM, family, with_algorithm, with_profile

SLOW = [pytest.param(n, marks=pytest.mark.slow) if n == "rsa_pss_4096" else n for n in EVERY_ALGORITHM]
LATER = NOW + timedelta(days=1_000)


@pytest.mark.parametrize("algorithm", SLOW)
def test_a_passport_of_every_algorithm_is_valid(
    pki: Pki, tmp_path: Path, data_groups: dict[int, bytes], algorithm: str
) -> None:
    changed = with_algorithm(pki, algorithm, "csca_root", "document_signer")
    ring = family(changed, tmp_path / "keys", NOW, "csca_root", "document_signer")
    sod = issue(prepare(ring, SodRequest("passport:x", data_groups, "PP", changed), NOW), NOW).artefact
    crl = issue(prepare(ring, CrlRequest("crl", Purpose.csca, 1, [], changed), NOW), NOW).artefact
    trust = TrustStore(ring.trust().certificates, (crl,))
    verdict = verify_sod(sod, data_groups, trust, NOW, pki=changed)
    assert verdict.status == "valid", verdict.failed()
    assert verify_sod(sod, {**data_groups, 1: b"\x61\x00"}, trust, NOW, pki=changed).status == "invalid"


@pytest.mark.heavy
def test_rsa_pss_and_ecdsa_stand_in_one_chain(pki: Pki, tmp_path: Path, data_groups: dict[int, bytes]) -> None:
    """A root may sign with another algorithm than the signers below it (Doc 9303-12 §4.2)."""
    changed = with_algorithm(pki, "rsa_pss_3072", "document_signer")
    ring = family(changed, tmp_path / "keys", NOW, "csca_root", "document_signer")
    signer = read_certificate(ring.signer(Purpose.document_signer, NOW).certificate)
    assert (signer.algorithm.name, signer.public_key.kind) == ("ecdsa-sha256", "rsa-3072")
    sod = issue(prepare(ring, SodRequest("passport:x", data_groups, "PP", changed), NOW), NOW).artefact
    found = {c.id: c.result for c in verify_sod(sod, data_groups, ring.trust(), NOW, pki=changed).checks}
    assert found["sod.signature"] == found["chain.issuer"] == "pass"


def test_a_record_may_be_signed_with_ed25519(pki: Pki, tmp_path: Path) -> None:
    changed = with_algorithm(pki, "ed25519", "services_root", "record_signer")
    ring = family(changed, tmp_path / "keys", NOW, "services_root", "record_signer")
    record = issue(prepare(ring, RecordRequest("checkpoint:1", b"row hash", changed), NOW), NOW).artefact
    crl = issue(prepare(ring, CrlRequest("crl", Purpose.services_root, 1, [], changed), NOW), NOW).artefact
    read = verify_record(record, TrustStore(ring.trust().certificates, (crl,)), NOW, pki=changed)
    assert (read.verdict.status, read.payload) == ("valid", b"row hash"), read.verdict.failed()


@pytest.mark.parametrize("key", [ec.SECP384R1(), ec.BrainpoolP256R1(), None])
def test_a_key_of_another_kind_than_the_profile_s_gets_no_certificate(
    pki: Pki, tmp_path: Path, key: ec.EllipticCurve | None
) -> None:
    ring = family(pki, tmp_path / "keys", NOW, "csca_root")
    public = (ec.generate_private_key(key) if key else rsa.generate_private_key(65537, 2048)).public_key()
    with pytest.raises(Invalid) as invalid:
        prepare(ring, CertificateRequest("x", "document_signer", public, pki, development=True), NOW)
    assert [f.code for f in invalid.value.faults] == ["keys.certificate.key_kind"]


def linked(pki: Pki, tmp_path: Path, new_pki: Pki) -> tuple[bytes, bytes, bytes]:
    """(old root, new root, link), the new one made on the thousandth day of the old."""
    tmp_path.mkdir(exist_ok=True)
    ring = family(pki, tmp_path / "old", NOW, "csca_root")
    new = family(new_pki, tmp_path / "new", LATER, "csca_root").signer(Purpose.csca, LATER).certificate
    link = issue(prepare(ring, LinkRequest("link", "csca_link", new, pki), LATER), LATER).artefact
    return ring.signer(Purpose.csca, NOW).certificate, new, link


def test_a_link_carries_the_new_root_s_name_and_key_under_the_old_root_s_signature(pki: Pki, tmp_path: Path) -> None:
    old, new, link = (
        pyca.load_der_x509_certificate(der)
        for der in linked(pki, tmp_path, with_algorithm(pki, "ecdsa_p384", "csca_root"))
    )
    link.verify_directly_issued_by(old)
    assert (link.subject, link.issuer, link.public_key()) == (new.subject, old.subject, new.public_key())
    theirs = [c.extensions.get_extension_for_class(pyca.SubjectKeyIdentifier).value.digest for c in (link, new)]
    assert theirs[0] == theirs[1]
    assert link.not_valid_before_utc == LATER and link.not_valid_after_utc <= old.not_valid_after_utc
    assert link.serial_number not in (old.serial_number, new.serial_number)
    assert lint_certificate(link.public_bytes(Encoding.DER), "csca_link", pki) == []


def test_a_link_says_name_change_exactly_when_the_names_differ(pki: Pki, tmp_path: Path) -> None:
    same = read_certificate(linked(pki, tmp_path / "same", pki)[2])
    renamed_pki = with_profile(pki, "csca_root", common_name="Country Signing CA of Libya")
    renamed = read_certificate(linked(pki, tmp_path / "renamed", renamed_pki)[2])
    assert same.extension("name_change") is None
    extension = renamed.extension("name_change")
    assert extension is not None and (extension.critical, extension.value) == (False, b"\x05\x00")
    assert lint_certificate(renamed.der, "csca_link", pki) == []


def test_only_another_root_of_ours_is_linked(pki: Pki, tmp_path: Path) -> None:
    ring = family(pki, tmp_path / "keys", NOW, "csca_root", "document_signer")
    root = ring.signer(Purpose.csca, NOW).certificate
    broken = root[:-1] + bytes([root[-1] ^ 1])
    for new in (root, broken, ring.signer(Purpose.document_signer, NOW).certificate, b""):
        with pytest.raises(Invalid):
            prepare(ring, LinkRequest("link", "csca_link", new, pki), NOW)
