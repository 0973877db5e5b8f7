"""Small public-key infrastructures for tests of the chain, made with `cryptography` alone."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID

from keys.chain import ChainJudgement, judge_chain
from keys.signing import Purpose
from keys.trust import TrustStore
from keys.verdict import Check
from specs.load import load

NOW = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)
DAY = timedelta(days=1)
YEAR = 365 * DAY
NAME_CHANGE = x509.UnrecognizedExtension(x509.ObjectIdentifier("2.23.136.1.1.6.1"), b"\x05\x00")
PrivateKey = ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey


def key() -> ec.EllipticCurvePrivateKey:
    return ec.generate_private_key(ec.SECP256R1())


def name(common: str = "CSCA Utopia", country: str = "UT", **more: str) -> x509.Name:
    attributes = [x509.NameAttribute(NameOID.COUNTRY_NAME, country), x509.NameAttribute(NameOID.COMMON_NAME, common)]
    attributes += [x509.NameAttribute(getattr(NameOID, oid), value) for oid, value in more.items()]
    return x509.Name(attributes)


@dataclass
class Entity:
    """A certificate and the key it is of."""

    certificate: x509.Certificate
    key: PrivateKey

    @property
    def der(self) -> bytes:
        return self.certificate.public_bytes(Encoding.DER)


@dataclass
class Plan:
    """One certificate to be made. issuer None: self-signed. extensions: besides the key identifiers.

    claimed: whose key it names as its issuer's, when that is another.
    """

    subject: x509.Name = field(default_factory=name)
    issuer: Entity | None = None
    key: PrivateKey = field(default_factory=key)
    ca: bool | None = True
    path_length: int | None = 0
    usage: Sequence[str] | None = ("key_cert_sign", "crl_sign")
    holds: tuple[datetime, datetime] = (NOW - 5 * YEAR, NOW + 10 * YEAR)
    used: tuple[datetime, datetime] | None = None
    extensions: Sequence[tuple[x509.ExtensionType, bool]] = ()
    issuer_name: x509.Name | None = None
    signer: PrivateKey | None = None
    claimed: Entity | None = None

    def make(self) -> Entity:
        issuer_name = self.issuer_name or (self.issuer.certificate.subject if self.issuer else self.subject)
        signer = self.signer or (self.issuer.key if self.issuer else self.key)
        issuer = self.claimed or self.issuer
        claimed = (issuer.key if issuer else self.key).public_key()
        builder = (
            x509.CertificateBuilder()
            .subject_name(self.subject)
            .issuer_name(issuer_name)
            .public_key(self.key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(self.holds[0])
            .not_valid_after(self.holds[1])
            .add_extension(x509.SubjectKeyIdentifier.from_public_key(self.key.public_key()), False)
            .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(claimed), False)
        )
        if self.ca is not None:
            builder = builder.add_extension(x509.BasicConstraints(self.ca, self.path_length if self.ca else None), True)
        if self.usage is not None:
            builder = builder.add_extension(_usage(self.usage), True)
        if self.used is not None:
            builder = builder.add_extension(x509.PrivateKeyUsagePeriod(*self.used), False)
        for extension, critical in self.extensions:
            builder = builder.add_extension(extension, critical)
        return Entity(builder.sign(signer, hashes.SHA256()), self.key)


def root(**plan: Any) -> Entity:
    return Plan(**plan).make()


def document_signer(issuer: Entity, **plan: Any) -> Entity:
    """A document signer of three months' use and ten years' validity."""
    used = (NOW - 30 * DAY, NOW + 60 * DAY)
    held: dict[str, Any] = {
        "subject": name("Document Signer 1"),
        "ca": None,
        "usage": ("digital_signature",),
        "holds": (NOW - 30 * DAY, NOW + 10 * YEAR),
        "used": used,
    }
    return Plan(issuer=issuer, **(held | plan)).make()


def revocations(
    issuer: Entity,
    *revoked: Entity,
    issuer_name: x509.Name | None = None,
    made: datetime = NOW - DAY,
    until: datetime = NOW + 89 * DAY,
    revoked_on: datetime = NOW - 2 * DAY,
    reason: x509.ReasonFlags | None = None,
    extensions: Sequence[tuple[x509.ExtensionType, bool]] = (),
    entry_extensions: Sequence[tuple[x509.ExtensionType, bool]] = (),
) -> bytes:
    builder = x509.CertificateRevocationListBuilder().issuer_name(issuer_name or issuer.certificate.subject)
    builder = builder.last_update(made).next_update(until).add_extension(x509.CRLNumber(1), False)
    for extension, critical in extensions:
        builder = builder.add_extension(extension, critical)
    for one in revoked:
        entry = (
            x509.RevokedCertificateBuilder().serial_number(one.certificate.serial_number).revocation_date(revoked_on)
        )
        if reason is not None:
            entry = entry.add_extension(x509.CRLReason(reason), False)
        for extension, critical in entry_extensions:
            entry = entry.add_extension(extension, critical)
        builder = builder.add_revoked_certificate(entry.build())
    return builder.sign(issuer.key, hashes.SHA256()).public_bytes(Encoding.DER)


def store(*certificates: Entity, crls: Sequence[bytes] = (), authorities: Sequence[Entity] = ()) -> TrustStore:
    return TrustStore(tuple(c.der for c in certificates), tuple(crls), tuple(a.der for a in authorities))


def judge(
    signer: Entity, trust: TrustStore, at: datetime = NOW, extra: Sequence[Entity] = (), **more: Any
) -> ChainJudgement:
    ders = tuple(entity.der for entity in extra)
    return judge_chain(signer.der, Purpose.document_signer, trust, at, ders, pki=load().pki_profiles, **more)


def not_passed(judgement: ChainJudgement) -> dict[str, str]:
    """Check id -> result of all that did not simply pass."""
    return {check.id: check.result for check in judgement.checks if check.result != "pass"}


def said(judgement: ChainJudgement, check_id: str) -> Check:
    (found,) = (check for check in judgement.checks if check.id == check_id)
    return found


def _usage(bits: Sequence[str]) -> x509.KeyUsage:
    every = ("digital_signature", "content_commitment", "key_encipherment", "data_encipherment", "key_agreement")
    every += ("key_cert_sign", "crl_sign", "encipher_only", "decipher_only")
    return x509.KeyUsage(**{bit: bit in bits for bit in every})
