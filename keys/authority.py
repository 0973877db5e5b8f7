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

from keys import algorithms, encode, extensions, x509
from keys.crl import read_crl
from keys.der import BIT_STRING, SEQUENCE, Reader, whole_bytes
from keys.form import fault
from keys.lint import lint_certificate
from keys.lint_crl import lint_crl
from keys.lint_profile import LOCALITY
from keys.signing import Draft, Purpose, Signer
from keys.verdict import Check
from specs.errors import Fault, Invalid
from specs.schema.pki import Algorithm, CertificateProfile, ExtensionName, Pki

_ORGANIZATION: Final = "2.5.4.10"
_UNIT: Final = "2.5.4.11"
_EXTENSION_OID: Final = {name: oid for oid, name in extensions.EXTENSION_NAMES.items()}
_USAGE_BIT: Final = {name: bit for bit, name in extensions.KEY_USAGE_BITS.items()}
_NULL: Final = b"\x05\x00"
_NOT_HELD: Final = fault("x509.signature", "the signature does not hold", "التوقيع غير صحيح", "RFC 5280 §4.1.1.3")


@dataclass(frozen=True, slots=True)
class CertificateRequest:
    """One certificate to be signed by the key of its profile's issuer. development: mark the subject as such.

    A root asks with a `Signer` that has no certificate yet (`certificate=b""`) and is its own issuer. A link is a
    `LinkRequest`.
    """

    reference: str
    profile_name: str
    public_key: encode.PublicKey
    pki: Pki
    development: bool

    @property
    def profile(self) -> CertificateProfile:
        return self.pki.profiles[self.profile_name]

    @property
    def purpose(self) -> Purpose:
        return Purpose(self.pki.profiles[self.profile.issuer].purpose)

    def draft(self, signer: Signer, now: datetime) -> Draft:
        """Raises `Invalid` when the key is not of the kind its profile orders."""
        profile = self.profile
        spki = encode.public_key_info(self.public_key, explicit=profile.key_parameters == "explicit")
        kind, ordered = algorithms.public_key(spki).kind, self.pki.algorithm_of(self.profile_name)
        if kind != ordered.key:
            raise Invalid(_other_kind(kind, ordered))
        since = now.astimezone(UTC).replace(microsecond=0)
        subject = encode.name(_subject(self.pki, profile, self.development))
        return _certificate(
            _Subject(subject, spki, _key_id(spki), since, since + timedelta(days=profile.private_key_usage_days)),
            (since, since + timedelta(days=profile.certificate_days)),
            signer,
            self.pki,
            self.profile_name,
        )


@dataclass(frozen=True, slots=True)
class LinkRequest:
    """An old root's certificate for a new root (Doc 9303-12 §4.1): signed by the old key, subject and key of the new.

    new_root: DER of the new self-signed certificate. The link begins with it and ends no later than the old root.
    """

    reference: str
    profile_name: str
    new_root: bytes
    pki: Pki

    @property
    def purpose(self) -> Purpose:
        return Purpose(self.pki.profiles[self.profile_name].purpose)

    def draft(self, signer: Signer, now: datetime) -> Draft:
        """`now` is not part of it. Raises `Invalid` when `new_root` is no root of ours, or the very one that signs."""
        del now
        profile = self.pki.profiles[self.profile_name]
        if found := _root_faults(self.new_root, profile.issuer, self.pki):
            raise Invalid(*(Fault(c.id, c.reason_ar, c.reason, "new_root", c.clause) for c in found))
        old, new = x509.read_certificate(signer.certificate), x509.read_certificate(self.new_root)
        if old.spki_der == new.spki_der:
            en, ar = "the old root and the new have one key", "مفتاح الجذر الجديد هو مفتاح القديم"
            raise Invalid(Fault("keys.link.same_key", ar, en, "new_root", profile.source))
        since, until = new.private_key_usage_period
        not_before = new.not_before.at
        not_after = min(not_before + timedelta(days=profile.certificate_days), old.not_after.at, new.not_after.at)
        key_id = new.subject_key_identifier or _key_id(new.spki_der)
        subject = _Subject(
            new.subject_der, new.spki_der, key_id, since or not_before, min(until or not_after, not_after)
        )
        return _certificate(subject, (not_before, not_after), signer, self.pki, self.profile_name)


@dataclass(frozen=True, slots=True)
class _Subject:
    """Whom a certificate names: Name and SubjectPublicKeyInfo in DER, and the usage period of the private key."""

    name: bytes
    spki: bytes
    key_id: bytes
    since: datetime
    until: datetime


def _certificate(
    subject: _Subject, validity: tuple[datetime, datetime], signer: Signer, pki: Pki, profile_name: str
) -> Draft:
    """The certificate `signer` is to sign; without a certificate of its own it signs itself."""
    profile = pki.profiles[profile_name]
    issuer = x509.read_certificate(signer.certificate) if signer.certificate else None
    issuer_name, issuer_key_id = (
        (issuer.subject_der, issuer.subject_key_identifier or b"") if issuer else (subject.name, subject.key_id)
    )
    tbs = encode.TbsCertificate(
        version=2,
        serial=_serial(profile.serial_octets),
        signature=encode.any_of(encode.signature_identifier(signer.algorithm)),
        issuer=encode.any_of(issuer_name),
        validity=encode.Validity(not_before=encode.when(validity[0]), not_after=encode.when(validity[1])),
        subject=encode.any_of(subject.name),
        public_key=encode.any_of(subject.spki),
        extensions=_extensions(
            profile, pki, subject, issuer_key_id, renamed=pki.is_link(profile_name) and issuer_name != subject.name
        ),
    )
    spki = issuer.spki_der if issuer else subject.spki
    return _X509Draft(encode.encode(tbs), spki, signer.algorithm, pki, profile_name)


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
            signature=encode.any_of(encode.signature_identifier(signer.algorithm)),
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
        return _X509Draft(encode.encode(tbs), issuer.spki_der, signer.algorithm, self.pki, None)


@dataclass(frozen=True, slots=True)
class _X509Draft:
    """A to-be-signed certificate (profile_name given) or CRL, with the public key that must verify it."""

    to_be_signed: bytes
    issuer_spki: bytes
    scheme: str
    pki: Pki
    profile_name: str | None

    def lint(self) -> list[Check]:
        return self._lint(self.finish(encode.STAND_IN_SIGNATURE))

    def finish(self, signature: bytes) -> bytes:
        return encode.encode(
            encode.Signed(
                to_be_signed=encode.any_of(self.to_be_signed),
                algorithm=encode.any_of(encode.signature_identifier(self.scheme)),
                signature=asn1.BitString(signature, 0),
            )
        )

    def verify(self, artefact: bytes) -> list[Check]:
        found = self._lint(artefact)
        if any(check.result == "fail" for check in found):
            return found
        held = x509.read_certificate(artefact) if self.profile_name else read_crl(artefact)
        key = algorithms.public_key(self.issuer_spki)
        if held.tbs != self.to_be_signed or not algorithms.holds(key, held.algorithm, held.signature, held.tbs):
            return [_NOT_HELD]
        return found

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


def _key_id(spki: bytes) -> bytes:
    """RFC 5280 §4.2.1.2 (1): SHA-1 of the key's bits."""
    held = Reader(spki).enter(SEQUENCE)
    held.whole(SEQUENCE)
    return hashlib.sha1(whole_bytes(held.content(BIT_STRING)), usedforsecurity=False).digest()


def _root_faults(new_root: bytes, root_profile: str, pki: Pki) -> list[Check]:
    """What is wrong with a new root, its signature by itself included."""
    if found := [c for c in lint_certificate(new_root, root_profile, pki) if c.result == "fail"]:
        return found
    root = x509.read_certificate(new_root)
    if not algorithms.holds(root.public_key, root.algorithm, root.signature, root.tbs):
        return [_NOT_HELD]
    return []


def _other_kind(kind: str, ordered: Algorithm) -> Fault:
    return Fault(
        "keys.certificate.key_kind",
        f"نوع المفتاح {kind} وليس {ordered.key}",
        f"the key is {kind}, its profile orders {ordered.key}",
        field="public_key",
        clause=ordered.source,
    )


def _extensions(
    profile: CertificateProfile, pki: Pki, subject: _Subject, issuer_key_id: bytes, *, renamed: bool
) -> list[encode.Extension]:
    """renamed: a link between two names; only then is nameChange written (Doc 9303-12 table 6)."""
    makers: dict[ExtensionName, bytes] = {
        "authority_key_identifier": _authority_key(issuer_key_id),
        "subject_key_identifier": encode.encode(subject.key_id),
        "key_usage": _named_bits([_USAGE_BIT[bit] for bit in profile.key_usage]),
        "private_key_usage_period": encode.encode(
            encode.PrivateKeyUsagePeriod(
                not_before=asn1.GeneralizedTime(subject.since), not_after=asn1.GeneralizedTime(subject.until)
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
        "name_change": _NULL,
        "document_type_list": encode.encode(
            encode.DocumentTypeList(
                version=0, types=asn1.SetOf([asn1.PrintableString(t) for t in profile.document_types])
            )
        ),
    }
    return [
        _extension(name, makers[name], critical=rule.critical)
        for name, rule in profile.extensions.items()
        if rule.issued or (renamed and name == "name_change")
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
