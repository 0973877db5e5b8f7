"""Rules of form of revocation lists: each broken one is named. The lists are made by `cryptography`."""

from __future__ import annotations

from datetime import timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.name import _ASN1Type

from keys import Keys, Purpose
from keys.lint_crl import lint_crl
from keys.lint_file import lint_file
from keys.lists.ldif import write
from specs.schema.pki import Pki
from tests.unit.keys.chains import NOW, key

KEY = key()
AKI = x509.AuthorityKeyIdentifier.from_issuer_public_key(KEY.public_key())
UNKNOWN = x509.UnrecognizedExtension(x509.ObjectIdentifier("1.2.3.4"), b"\x05\x00")
HASH = hashes.SHA256()


def listed(
    *,
    days: int = 90,
    country: str | None = "LY",
    kind: _ASN1Type = _ASN1Type.PrintableString,
    aki_critical: bool = False,
    unknown_critical: bool | None = None,
    digest: hashes.SHA3_256 | hashes.SHA256 = HASH,
) -> bytes:
    parts = [x509.NameAttribute(x509.NameOID.COMMON_NAME, "CSCA")]
    if country is not None:
        parts.insert(0, x509.NameAttribute(x509.NameOID.COUNTRY_NAME, country, kind, _validate=False))
    builder = x509.CertificateRevocationListBuilder().issuer_name(x509.Name(parts)).last_update(NOW)
    builder = builder.next_update(NOW + timedelta(days=days)).add_extension(x509.CRLNumber(1), False)
    builder = builder.add_extension(AKI, aki_critical)
    if unknown_critical is not None:
        builder = builder.add_extension(UNKNOWN, unknown_critical)
    return builder.sign(KEY, digest).public_bytes(Encoding.DER)


def found(der: bytes) -> list[str]:
    return [check.id for check in lint_crl(der) if check.result == "fail"]


def test_a_list_of_the_table_has_no_finding() -> None:
    assert found(listed()) == []
    assert found(listed(unknown_critical=False)) == []


@pytest.mark.parametrize(
    ("der", "finding"),
    [
        (listed(days=91), "crl.next_update.late"),
        (listed(country=None), "crl.issuer.country"),
        (listed(country="ly"), "crl.issuer.country"),
        (listed(kind=_ASN1Type.UTF8String), "crl.issuer.country"),
        (listed(aki_critical=True), "crl.authority_key_identifier"),
        (listed(unknown_critical=True), "crl.extension.critical"),
        (listed(digest=hashes.SHA3_256()), "crl.algorithm.allowed"),
    ],
    ids=lambda held: held if isinstance(held, str) else "",
)
def test_a_broken_rule_is_named(der: bytes, finding: str) -> None:
    assert found(der) == [finding]


def test_each_entry_of_an_ldif_is_linted(keys: Keys, pki: Pki) -> None:
    certificate = keys.signer(Purpose.document_signer, NOW).certificate
    records = [
        ("cn=a,o=dsc,c=LY", [("userCertificate;binary", certificate)]),
        ("cn=b,o=crl,c=LY", [("certificateRevocationList;binary", listed(days=91))]),
    ]
    held = lint_file(b"".join(write(records)), pki)
    assert [item.kind for item in held] == ["certificate", "crl"]
    assert held[0].findings == lint_file(certificate, pki)[0].findings
    assert [check.id for check in held[1].findings] == ["crl.next_update.late"]
    assert [item.kind for item in lint_file(b"dn: cn=x\ncn:: !!!\n", pki)] == ["unreadable"]
