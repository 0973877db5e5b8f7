"""What we write in ASN.1: X.509 (RFC 5280) and its Doc 9303 extensions as cryptography's `hazmat.asn1` classes.

Only builders use this module. Verifiers read with `keys.der`, so that no mistake here can hide itself.
"""

from __future__ import annotations

import hashlib
from datetime import datetime
from functools import lru_cache
from typing import Annotated, Any

from cryptography.hazmat import asn1
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.x509 import ObjectIdentifier

from keys.curves import CURVES, Curve
from keys.schemes import SCHEMES

PublicKey = ec.EllipticCurvePublicKey | rsa.RSAPublicKey | ed25519.Ed25519PublicKey

encode = asn1.encode_der

ECDSA_OID = {"sha256": "1.2.840.10045.4.3.2", "sha384": "1.2.840.10045.4.3.3", "sha512": "1.2.840.10045.4.3.4"}
STAND_IN_SIGNATURE = bytes.fromhex("3006020101020101")  # well-formed ECDSA of no key: fills a draft while it is linted
DIGEST_OID = {
    "sha256": "2.16.840.1.101.3.4.2.1",
    "sha384": "2.16.840.1.101.3.4.2.2",
    "sha512": "2.16.840.1.101.3.4.2.3",
}


def tlv(tag: int, *parts: bytes) -> bytes:
    """One element of complete parts: what CMS is put together from, where classes would only cost time."""
    content = b"".join(parts)
    return _header(tag, len(content)) + content


@lru_cache(maxsize=4096)
def _header(tag: int, octets: int) -> bytes:
    if octets < 0x80:
        return bytes((tag, octets))
    length = octets.to_bytes((octets.bit_length() + 7) // 8, "big")
    return bytes((tag, 0x80 | len(length))) + length


def any_of(der: bytes) -> asn1.TLV:
    """A complete element, to stand where ASN.1 says ANY."""
    return asn1.decode_der(asn1.TLV, der)


def oid(dotted: str) -> ObjectIdentifier:
    return ObjectIdentifier(dotted)


@asn1.sequence
class AlgorithmIdentifier:
    """Without parameters: what Doc 9303-10 orders for digests and RFC 5758 for ECDSA."""

    algorithm: ObjectIdentifier


@lru_cache
def signature_identifier(name: str) -> bytes:
    """The whole AlgorithmIdentifier of a scheme, e.g. `ecdsa-sha256`.

    ECDSA and Ed25519 without parameters (RFC 5758 §3.2, RFC 8410 §3); RSASSA-PSS with hash, MGF1 over the same hash and
    a salt of its length, and NULL in the hash identifiers inside (RFC 4055 §2.1, §3.1).
    """
    scheme = SCHEMES[name]
    if scheme.family == "ecdsa":
        return encode(AlgorithmIdentifier(algorithm=oid(ECDSA_OID[scheme.hash])))
    if scheme.family == "ed25519":
        return encode(AlgorithmIdentifier(algorithm=oid("1.3.101.112")))
    hash_with_null = tlv(0x30, encode(oid(DIGEST_OID[scheme.hash])), b"\x05\x00")
    mask = tlv(0x30, encode(oid("1.2.840.113549.1.1.8")), hash_with_null)
    salt = encode(hashlib.new(scheme.hash).digest_size)
    return tlv(
        0x30,
        encode(oid("1.2.840.113549.1.1.10")),
        tlv(0x30, tlv(0xA0, hash_with_null), tlv(0xA1, mask), tlv(0xA2, salt)),
    )


@lru_cache
def digest_identifier(name: str) -> bytes:
    """The whole AlgorithmIdentifier of a hash."""
    return encode(AlgorithmIdentifier(algorithm=oid(DIGEST_OID[name])))


@asn1.sequence
class NameAttribute:
    type: ObjectIdentifier
    value: asn1.PrintableString | str


@asn1.sequence
class Validity:
    not_before: asn1.UTCTime | asn1.GeneralizedTime
    not_after: asn1.UTCTime | asn1.GeneralizedTime


@asn1.sequence
class PrimeField:
    type: ObjectIdentifier
    prime: int


@asn1.sequence
class Equation:
    a: bytes
    b: bytes


@asn1.sequence
class ExplicitCurve:
    version: int
    field: PrimeField
    curve: Equation
    base: bytes
    order: int
    cofactor: int


@asn1.sequence
class EcAlgorithm:
    algorithm: ObjectIdentifier
    parameters: ExplicitCurve | ObjectIdentifier


@asn1.sequence
class SubjectPublicKeyInfo:
    algorithm: EcAlgorithm
    public_key: asn1.BitString


@asn1.sequence
class Extension:
    id: ObjectIdentifier
    critical: Annotated[bool, asn1.Default(False)]
    value: bytes


@asn1.sequence
class TbsCertificate:
    version: Annotated[int, asn1.Explicit(0)]
    serial: int
    signature: asn1.TLV
    issuer: asn1.TLV
    validity: Validity
    subject: asn1.TLV
    public_key: asn1.TLV
    extensions: Annotated[list[Extension], asn1.Explicit(3)]


@asn1.sequence
class RevokedCertificate:
    serial: int
    revoked_at: asn1.UTCTime | asn1.GeneralizedTime


@asn1.sequence
class TbsRevocationList:
    version: int
    signature: asn1.TLV
    issuer: asn1.TLV
    this_update: asn1.UTCTime | asn1.GeneralizedTime
    next_update: asn1.UTCTime | asn1.GeneralizedTime
    revoked: list[RevokedCertificate] | None
    extensions: Annotated[list[Extension], asn1.Explicit(0)]


@asn1.sequence
class Signed:
    """What X.509 makes of a to-be-signed structure: certificate or CRL."""

    to_be_signed: asn1.TLV
    algorithm: asn1.TLV
    signature: asn1.BitString


@asn1.sequence
class BasicConstraints:
    authority: Annotated[bool, asn1.Default(False)]
    path_length: int | None


@asn1.sequence
class AuthorityKeyIdentifier:
    key_identifier: Annotated[bytes, asn1.Implicit(0)]


@asn1.sequence
class PrivateKeyUsagePeriod:
    not_before: Annotated[asn1.GeneralizedTime, asn1.Implicit(0)]
    not_after: Annotated[asn1.GeneralizedTime, asn1.Implicit(1)]


@asn1.sequence
class DocumentTypeList:
    version: int
    types: asn1.SetOf[asn1.PrintableString]


@asn1.sequence
class MailAndDirectory:
    """GeneralNames with an rfc822Name and a directoryName."""

    mail: Annotated[asn1.IA5String, asn1.Implicit(1)]
    directory: Annotated[asn1.TLV, asn1.Explicit(4)]


@asn1.sequence
class Uri:
    uri: Annotated[asn1.IA5String, asn1.Implicit(6)]


@asn1.sequence
class FullName:
    full_name: Annotated[Uri, asn1.Implicit(0)]


@asn1.sequence
class DistributionPoint:
    point: Annotated[FullName, asn1.Implicit(0)]


@asn1.sequence
class _List:
    """Carrier that gives a bare SEQUENCE OF its type; `hazmat.asn1` encodes classes only."""

    items: list[asn1.TLV]


def sequence_of(items: list[Any]) -> bytes:
    """SEQUENCE OF the encoded items."""
    carried = encode(_List(items=[any_of(encode(item)) for item in items]))
    return bytes(any_of(carried).data)


def name(attributes: list[tuple[str, str]]) -> bytes:
    """An X.501 Name, one attribute a RelativeDistinguishedName, PrintableString where the text allows it."""
    parts = []
    for kind, value in attributes:
        held: asn1.PrintableString | str = asn1.PrintableString(value) if _is_printable(value) else value
        parts.append(asn1.SetOf([NameAttribute(type=oid(kind), value=held)]))
    return sequence_of(parts)


def _is_printable(value: str) -> bool:
    return value.isascii() and all(c.isalnum() or c in " '()+,-./:=?" for c in value)


def when(at: datetime) -> asn1.UTCTime | asn1.GeneralizedTime:
    """UTCTime up to 2049, GeneralizedTime from 2050 (RFC 5280 §4.1.2.5); whole seconds."""
    at = at.replace(microsecond=0)
    return asn1.UTCTime(at) if at.year < 2050 else asn1.GeneralizedTime(at)


def public_key_info(key: PublicKey, *, explicit: bool) -> bytes:
    """The SubjectPublicKeyInfo. explicit: an elliptic curve by all its parameters (Doc 9303-12 §4.2.3), not its name.

    RSA is written as rsaEncryption, whatever the scheme: the same key is then known by every reader (RFC 4055 §1.2).
    """
    if not isinstance(key, ec.EllipticCurvePublicKey):
        return key.public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)
    curve = next(c for c in CURVES if c.implementation.name == key.curve.name)
    point = key.public_bytes(serialization.Encoding.X962, serialization.PublicFormat.UncompressedPoint)
    parameters = explicit_parameters(curve) if explicit else oid(curve.oid)
    algorithm = EcAlgorithm(algorithm=oid("1.2.840.10045.2.1"), parameters=parameters)
    return encode(SubjectPublicKeyInfo(algorithm=algorithm, public_key=asn1.BitString(point, 0)))


def explicit_parameters(curve: Curve) -> ExplicitCurve:
    """Uncompressed base point, cofactor written."""
    return ExplicitCurve(
        version=1,
        field=PrimeField(type=oid("1.2.840.10045.1.1"), prime=curve.p),
        curve=Equation(a=curve.a.to_bytes(curve.octets, "big"), b=curve.b.to_bytes(curve.octets, "big")),
        base=curve.base_point,
        order=curve.n,
        cofactor=1,
    )
