"""The linter on files: kinds, levels, guessed profiles, and bytes of every sort."""

from __future__ import annotations

import base64
import time
import tracemalloc
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from hypothesis import given, settings
from hypothesis import strategies as st

from keys import Keys, Purpose, issue, prepare
from keys.authority import CertificateRequest, LinkRequest
from keys.lint import guess_profile, lint_certificate
from keys.lint_crl import lint_crl
from keys.lint_file import lint_file
from keys.x509 import read_certificate
from specs.schema.pki import Pki
from tests.unit.keys.conftest import NOW
from tests.unit.keys.families import family, with_profile


def armoured(label: str, der: bytes) -> bytes:
    body = base64.encodebytes(der).decode()
    return f"a comment\n-----BEGIN {label}-----\n{body}-----END {label}-----\n".encode()


@pytest.mark.parametrize("purpose", list(Purpose))
@pytest.mark.parametrize("level", ["strict", "pkd"])
def test_every_certificate_of_ours_is_clean_and_known_for_what_it_is(
    keys: Keys, pki: Pki, purpose: Purpose, level: str
) -> None:
    der = keys.signer(purpose, NOW).certificate
    (found,) = lint_file(der, pki, "strict" if level == "strict" else "pkd")
    assert (found.kind, found.profile, found.findings) == ("certificate", pki.for_purpose(purpose.value)[0], ())


@pytest.mark.parametrize("renamed", [False, True])
def test_a_link_is_known_whether_or_not_the_name_changed(pki: Pki, tmp_path: Path, renamed: bool) -> None:
    old = family(pki, tmp_path / "old", NOW, "csca_root")
    new_pki = with_profile(pki, "csca_root", common_name="Country Signing CA of Libya") if renamed else pki
    new = family(new_pki, tmp_path / "new", NOW, "csca_root").signer(Purpose.csca, NOW).certificate
    link = issue(prepare(old, LinkRequest("link", "csca_link", new, pki), NOW), NOW).artefact
    assert guess_profile(read_certificate(link), pki) == "csca_link"
    assert lint_certificate(link, "csca_link", pki) == lint_certificate(link, "csca_link", pki, "pkd") == []


def test_pem_and_der_get_one_answer_and_a_file_may_hold_several(keys: Keys, pki: Pki) -> None:
    certificate, crl = keys.signer(Purpose.csca, NOW).certificate, keys.crls[Purpose.csca]
    held = lint_file(armoured("CERTIFICATE", certificate) + armoured("X509 CRL", crl), pki)
    assert held == lint_file(certificate, pki) + lint_file(crl, pki)
    assert [item.kind for item in held] == ["certificate", "crl"]


def test_the_gate_of_the_pkd_warns_where_the_standard_refuses(keys: Keys, pki: Pki) -> None:
    lax = with_profile(pki, "document_signer", crl_addresses=("ftp://pki.example/list.crl",))
    key = ec.generate_private_key(ec.SECP256R1()).public_key()
    named = with_profile(pki, "document_signer", key_parameters="named")
    der = issue(
        prepare(keys, CertificateRequest("x", "document_signer", key, named, development=True), NOW), NOW
    ).artefact
    for level, result in (("strict", "fail"), ("pkd", "warning")):
        found = lint_certificate(der, "document_signer", pki, "strict" if level == "strict" else "pkd")
        assert [(check.id, check.result) for check in found] == [("certificate.key.parameters", result)]
    with pytest.raises(Exception, match="http"):
        prepare(keys, CertificateRequest("x", "document_signer", key, lax, development=True), NOW)


def test_a_certificate_under_another_profile_is_told_every_difference(keys: Keys, pki: Pki) -> None:
    (found,) = lint_file(keys.signer(Purpose.document_signer, NOW).certificate, pki, profile="csca_root")
    told = {check.id for check in found.findings}
    assert {"certificate.basic_constraints.missing", "certificate.key_usage", "certificate.issuer"} <= told
    assert all(check.reason and check.reason_ar and check.clause for check in found.findings)


@settings(deadline=None)
@given(
    st.binary(max_size=400), st.sampled_from([b"", bytes.fromhex("0606678108010102"), b"-----BEGIN CERTIFICATE-----"])
)
def test_any_bytes_get_findings(pki: Pki, data: bytes, head: bytes) -> None:
    for item in lint_file(head + data, pki):
        assert item.findings
    assert lint_crl(data)


@settings(deadline=None)
@given(st.data())
def test_a_changed_certificate_gets_an_answer_in_time(store: Path, pki: Pki, data: st.DataObject) -> None:
    der = bytearray(next(store.glob("document_signer-*.cer")).read_bytes())
    for _ in range(data.draw(st.integers(1, 4))):
        der[data.draw(st.integers(0, len(der) - 1))] = data.draw(st.integers(0, 255))
    started = time.process_time()
    lint_file(bytes(der), pki)
    assert time.process_time() - started < 0.1


def test_a_hostile_file_costs_little_memory(pki: Pki) -> None:
    nested = b""
    for _ in range(2_000):
        nested = b"\x30\x84" + len(nested).to_bytes(4, "big") + nested
    tracemalloc.start()
    for hostile in (nested, b"-----BEGIN CERTIFICATE-----" * 10_000, b"\x30\x84\xff\xff\xff\xff" + bytes(100)):
        assert [item.kind for item in lint_file(hostile, pki)] == ["unreadable"]
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 64 * 1024 * 1024
