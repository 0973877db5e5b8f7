"""Certificates and revocation lists as signing requests, after `specs/pki/profiles.yaml`.

The builder writes with `keys.encode`; what it made is linted and verified by the strict readers. It holds no key and
decides nothing about who gets a certificate: a ceremony does.
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

from cryptography.hazmat import asn1
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec

from keys import algorithms, curves, encode, x509
from keys.crl import read_crl
from keys.lint import LOCALITY, fault, lint_certificate
from keys.lint_crl import lint_crl
from keys.signing import Draft, Purpose, Signer
from keys.verdict import Check
from specs.schema.pki import CertificateProfile, ExtensionName, Pki

_ORGANIZATION: Final = "2.5.4.10"
_UNIT: Final = "2.5.4.11"
_EXTENSION_OID: Final = {name: oid for oid, name in x509.EXTENSION_NAMES.items()}
_USAGE_BIT: Final = {name: bit for bit, name in x509.KEY_USAGE_BITS.items()}


@dataclass(frozen=True, slots=True)
class CertificateRequest:
    """One certificate to be signed by the key of its profile's issuer. development: mark the subject as such.

    A root asks with a `Signer` that has no certificate yet (`certificate=b""`) and is its own issuer.
    """

    reference: str
    profile_name: str
    public_key: ec.EllipticCurvePublicKey
    pki: Pki
    development: bool

    @property
    def profile(self) -> CertificateProfile:
        return self.pki.profiles[self.profile_name]

    @property
    def purpose(self) -> Purpose:
        return Purpose(self.pki.profiles[self.profile.issuer].purpose)

    def draft(self, signer: Signer, now: datetime) -> Draft:
        point = _point(self.public_key)
        issuer = x509.read_certificate(signer.certificate) if signer.certificate else None
        subject = encode.name(_subject(self.pki, self.profile, self.development))
        not_before = now.astimezone(UTC).replace(microsecond=0)
        key_id = hashlib.sha1(point, usedforsecurity=False).digest()  # RFC 5280 §4.2.1.2 (1)
        issuer_key_id = issuer.subject_key_identifier if issuer else key_id
        tbs = encode.TbsCertificate(
            version=2,
            serial=_serial(self.profile.serial_octets),
            signature=encode.signature_identifier(self.pki.algorithms.hash),
            issuer=encode.any_of(issuer.subject_der if issuer else subject),
            validity=encode.Validity(
                not_before=encode.when(not_before),
                not_after=encode.when(not_before + timedelta(days=self.profile.certificate_days)),
            ),
            subject=encode.any_of(subject),
            public_key=_public_key_info(self.profile, self.pki, point),
            extensions=_extensions(self.profile, self.pki, key_id, issuer_key_id or b"", not_before),
        )
        spki = issuer.spki_der if issuer else encode.encode(tbs.public_key)
        return _X509Draft(encode.encode(tbs), spki, self.pki, self.profile_name)


@dataclass(frozen=True, slots=True)
class CrlRequest:
    """One complete revocation list of the root whose purpose it names. revoked: (serial number, time of revocation)."""

    reference: str
    purpose: Purpose
    number: int
    revoked: Sequence[tuple[int, datetime]]
    pki: Pki

    def draft(self, signer: Signer, now: datetime) -> Draft:
        issuer = x509.read_certificate(signer.certificate)
        this_update = now.astimezone(UTC).replace(microsecond=0)
        tbs = encode.TbsRevocationList(
            version=1,
            signature=encode.signature_identifier(self.pki.algorithms.hash),
            issuer=encode.any_of(issuer.subject_der),
            this_update=encode.when(this_update),
            next_update=encode.when(this_update + timedelta(days=self.pki.revocation_list.next_update_days)),
            revoked=[
                encode.RevokedCertificate(serial=serial, revoked_at=encode.when(at.astimezone(UTC)))
                for serial, at in sorted(self.revoked)
            ]
            or None,
            extensions=[
                _extension("authority_key_identifier", _authority_key(issuer.subject_key_identifier or b"")),
                _extension("crl_number", encode.encode(self.number)),
            ],
        )
        return _X509Draft(encode.encode(tbs), issuer.spki_der, self.pki, None)


@dataclass(frozen=True, slots=True)
class _X509Draft:
    """A to-be-signed certificate (profile_name given) or CRL, with the public key that must verify it."""

    to_be_signed: bytes
    issuer_spki: bytes
    pki: Pki
    profile_name: str | None

    def lint(self) -> list[Check]:
        return self._lint(self.finish(encode.STAND_IN_SIGNATURE))

    def finish(self, signature: bytes) -> bytes:
        return encode.encode(
            encode.Signed(
                to_be_signed=encode.any_of(self.to_be_signed),
                algorithm=encode.signature_identifier(self.pki.algorithms.hash),
                signature=asn1.BitString(signature, 0),
            )
        )

    def verify(self, artefact: bytes) -> list[Check]:
        found = self._lint(artefact)
        if found:
            return found
        held = x509.read_certificate(artefact) if self.profile_name else read_crl(artefact)
        key = algorithms.public_key(self.issuer_spki)
        if held.tbs != self.to_be_signed or not algorithms.holds(key, held.algorithm, held.signature, held.tbs):
            return [fault("x509.signature", "the signature does not hold", "التوقيع غير صحيح", "RFC 5280 §4.1.1.3")]
        return []

    def _lint(self, der: bytes) -> list[Check]:
        return lint_certificate(der, self.profile_name, self.pki) if self.profile_name else lint_crl(der)


def _subject(pki: Pki, profile: CertificateProfile, development: bool) -> list[tuple[str, str]]:
    parts = [(x509.COUNTRY, pki.names.country_code)]
    if profile.subject_has_organization:
        parts.append((_ORGANIZATION, pki.names.organization))
        if development:
            parts.append((_UNIT, pki.names.development_unit))
    return [*parts, (x509.COMMON_NAME, profile.common_name)]


def _serial(octets: int) -> int:
    """Random, positive and of exactly that length: the top bits are 01."""
    bits = octets * 8
    return secrets.randbits(bits - 2) | 1 << (bits - 2)


def _point(key: ec.EllipticCurvePublicKey) -> bytes:
    return key.public_bytes(serialization.Encoding.X962, serialization.PublicFormat.UncompressedPoint)


def _public_key_info(profile: CertificateProfile, pki: Pki, point: bytes) -> encode.SubjectPublicKeyInfo:
    curve = curves.by_name(pki.algorithms.curve)
    explicit = profile.key_parameters == "explicit"
    return encode.SubjectPublicKeyInfo(
        algorithm=encode.EcAlgorithm(
            algorithm=encode.oid("1.2.840.10045.2.1"),
            parameters=encode.explicit_parameters(curve) if explicit else encode.oid(curve.oid),
        ),
        public_key=asn1.BitString(point, 0),
    )


def _extensions(
    profile: CertificateProfile, pki: Pki, key_id: bytes, issuer_key_id: bytes, not_before: datetime
) -> list[encode.Extension]:
    until = not_before + timedelta(days=profile.private_key_usage_days)
    makers: dict[ExtensionName, bytes] = {
        "authority_key_identifier": _authority_key(issuer_key_id),
        "subject_key_identifier": encode.encode(key_id),
        "key_usage": _named_bits([_USAGE_BIT[bit] for bit in profile.key_usage]),
        "private_key_usage_period": encode.encode(
            encode.PrivateKeyUsagePeriod(
                not_before=asn1.GeneralizedTime(not_before), not_after=asn1.GeneralizedTime(until)
            )
        ),
        "subject_alternative_name": _contact(pki),
        "issuer_alternative_name": _contact(pki),
        "basic_constraints": encode.encode(encode.BasicConstraints(authority=True, path_length=profile.path_length)),
        "extended_key_usage": encode.sequence_of([encode.oid(o) for o in profile.extended_key_usage]),
        "crl_distribution_points": encode.sequence_of(
            [
                encode.DistributionPoint(point=encode.FullName(full_name=encode.Uri(uri=asn1.IA5String(address))))
                for address in profile.crl_addresses
            ]
        ),
        "document_type_list": encode.encode(
            encode.DocumentTypeList(
                version=0, types=asn1.SetOf([asn1.PrintableString(t) for t in profile.document_types])
            )
        ),
    }
    return [
        _extension(name, makers[name], critical=rule.critical)
        for name, rule in profile.extensions.items()
        if rule.issued
    ]


def _extension(name: str, value: bytes, *, critical: bool = False) -> encode.Extension:
    return encode.Extension(id=encode.oid(_EXTENSION_OID[name]), critical=critical, value=value)


def _authority_key(key_id: bytes) -> bytes:
    return encode.encode(encode.AuthorityKeyIdentifier(key_identifier=key_id))


def _contact(pki: Pki) -> bytes:
    directory = encode.any_of(encode.name([(LOCALITY, pki.names.mrz_country_code)]))
    return encode.encode(encode.MailAndDirectory(mail=asn1.IA5String(pki.names.contact_mail), directory=directory))


def _named_bits(bits: Sequence[int]) -> bytes:
    """A BIT STRING of named bits, without trailing zero bits (X.690 §11.2.2)."""
    last = max(bits, default=-1)
    octets = bytearray(last // 8 + 1)
    for bit in bits:
        octets[bit // 8] |= 0x80 >> bit % 8
    return encode.encode(asn1.BitString(bytes(octets), 7 - last % 8 if last >= 0 else 0))
