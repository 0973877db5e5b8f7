"""Certificates and revocation lists of a development PKI keep Doc 9303-12; a broken rule is named."""

from __future__ import annotations

from datetime import timedelta

import pytest
from cryptography import x509 as pyca
from cryptography.hazmat.primitives.asymmetric import ec
from hypothesis import given
from hypothesis import strategies as st

from keys import Keys, Purpose, issue, prepare
from keys.authority import CertificateRequest, CrlRequest
from keys.crl import read_crl
from keys.lint import lint_certificate
from keys.lint_crl import lint_crl
from keys.x509 import read_certificate
from specs.errors import Refused
from specs.schema.pki import Pki
from tests.unit.keys.conftest import NOW, vectors


def certificate(keys: Keys, purpose: Purpose) -> bytes:
    return keys.signer(purpose, NOW).certificate


def made_with(pki: Pki, profile: str, **changes: object) -> Pki:
    """The specification with one profile changed."""
    changed = pki.profiles[profile].model_copy(update=changes)
    return pki.model_copy(update={"profiles": {**pki.profiles, profile: changed}})


@pytest.mark.parametrize("purpose", list(Purpose))
def test_every_certificate_keeps_its_profile(keys: Keys, pki: Pki, purpose: Purpose) -> None:
    name, _ = pki.for_purpose(purpose.value)
    assert lint_certificate(certificate(keys, purpose), name, pki) == []


@pytest.mark.parametrize("purpose", list(Purpose))
def test_another_library_reads_the_same_values(keys: Keys, purpose: Purpose) -> None:
    der = certificate(keys, purpose)
    ours, theirs = read_certificate(der), pyca.load_der_x509_certificate(der)
    assert (ours.serial, ours.not_before.at, ours.not_after.at) == (
        theirs.serial_number,
        theirs.not_valid_before_utc,
        theirs.not_valid_after_utc,
    )
    assert ours.public_key.key == theirs.public_key()
    assert [e.critical for e in ours.extensions] == [e.critical for e in theirs.extensions]


@pytest.mark.parametrize(
    "purpose",
    [
        Purpose.csca,
        Purpose.document_signer,
        Purpose.seal_signer,
        Purpose.master_list_signer,
        Purpose.deviation_list_signer,
    ],
)
def test_icao_certificates_carry_explicit_parameters_with_cofactor(keys: Keys, purpose: Purpose) -> None:
    key = read_certificate(certificate(keys, purpose)).public_key
    assert (key.parameters, key.cofactor) == ("explicit", True)


def test_seal_signer_is_named_by_country_and_two_letters_only(keys: Keys) -> None:
    subject = pyca.load_der_x509_certificate(certificate(keys, Purpose.seal_signer)).subject
    assert [len(a.value) for a in subject] == [2, 2]
    assert len(subject.rfc4514_string()) == len("CN=CS,C=LY")


def test_pdf_signer_is_for_content_commitment_alone(keys: Keys) -> None:
    usage = pyca.load_der_x509_certificate(certificate(keys, Purpose.pdf_signer)).extensions.get_extension_for_class(
        pyca.KeyUsage
    )
    assert usage.critical and usage.value.content_commitment and not usage.value.digital_signature


def test_csca_issues_only_icao_certificates(keys: Keys) -> None:
    csca = read_certificate(certificate(keys, Purpose.csca)).subject_der
    issued = {p for p in Purpose if read_certificate(certificate(keys, p)).issuer_der == csca}
    assert issued == {
        Purpose.csca,
        Purpose.document_signer,
        Purpose.seal_signer,
        Purpose.master_list_signer,
        Purpose.deviation_list_signer,
    }


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"key_usage": ("crl_sign",)}, "certificate.key_usage"),
        ({"document_types": ("P", "V")}, "certificate.document_types"),
        ({"key_parameters": "named"}, "certificate.key.parameters"),
        ({"certificate_days": 4000}, "certificate.validity.length"),
    ],
)
def test_a_certificate_of_another_form_is_told_from_its_profile(
    keys: Keys, pki: Pki, changes: dict[str, object], code: str
) -> None:
    made = CertificateRequest("x", "document_signer", ec.generate_private_key(ec.SECP256R1()).public_key(), pki, True)
    wrong = made_with(pki, "document_signer", **changes)
    der = issue(prepare(keys, CertificateRequest(**{**_fields(made), "pki": wrong}), NOW), NOW).artefact
    assert code in {check.id for check in lint_certificate(der, "document_signer", pki)}


def _fields(request: CertificateRequest) -> dict[str, object]:
    return {name: getattr(request, name) for name in request.__slots__}


def test_a_certificate_that_breaks_the_standard_itself_is_not_signed(keys: Keys, pki: Pki) -> None:
    names = pki.names.model_copy(update={"country_code": "ly"})
    request = CertificateRequest(
        "x", "document_signer", ec.generate_private_key(ec.SECP256R1()).public_key(),
        pki.model_copy(update={"names": names}), True,
    )  # fmt: skip
    with pytest.raises(Refused) as refused:
        prepare(keys, request, NOW)
    assert "certificate.subject.country" in {fault.code for fault in refused.value.faults}


@given(st.binary(max_size=300))
def test_any_bytes_get_an_answer_from_the_linter(pki: Pki, data: bytes) -> None:
    assert lint_certificate(data, "document_signer", pki)
    assert lint_crl(data)


def test_crl_holds_number_and_revoked_serials(keys: Keys, pki: Pki) -> None:
    revoked = [(77, NOW - timedelta(days=1)), (5, NOW)]
    der = issue(prepare(keys, CrlRequest("crl", Purpose.csca, 3, revoked, pki), NOW), NOW).artefact
    theirs = pyca.load_der_x509_crl(der)
    assert {entry.serial_number: entry.revocation_date_utc for entry in theirs} == {5: NOW, 77: NOW - timedelta(days=1)}
    assert theirs.extensions.get_extension_for_class(pyca.CRLNumber).value.crl_number == 3
    assert (read_crl(der).number, lint_crl(der)) == (3, [])


def test_an_empty_crl_leaves_the_list_out(keys: Keys) -> None:
    for crl in keys.crls.values():
        assert lint_crl(crl) == [] and not read_crl(crl).revoked


def test_times_from_2050_are_generalized_time(keys: Keys, pki: Pki) -> None:
    long = made_with(pki, "document_signer", certificate_days=9_999)
    request = CertificateRequest(
        "x", "document_signer", ec.generate_private_key(ec.SECP256R1()).public_key(), long, development=True
    )
    read = read_certificate(issue(prepare(keys, request, NOW), NOW).artefact)
    assert (read.not_before.tag, read.not_after.tag) == (0x17, 0x18)


def test_certificates_of_other_states_read_and_get_answers(pki: Pki) -> None:
    for path in sorted((vectors() / "certs").glob("*.cer")):
        held = read_certificate(path.read_bytes())
        assert held.country == path.stem.split("_")[1].replace("UK", "GB")
        assert isinstance(lint_certificate(held.der, None, pki), list)
