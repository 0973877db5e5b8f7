"""AlgorithmIdentifiers and public keys, read strictly; and the one call that checks a signature.

Reads bytes only (never writes an identifier), so verifiers share nothing with the encoders.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from functools import lru_cache
from typing import Final, Literal

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa
from cryptography.hazmat.primitives.serialization import load_der_public_key

from keys import curves
from keys.der import (
    BIT_STRING,
    INTEGER,
    NULL,
    OCTET_STRING,
    OID,
    SEQUENCE,
    DerError,
    Reader,
    context,
    dotted,
    whole_bytes,
)

HASHES: Final[dict[str, hashes.HashAlgorithm]] = {
    "sha224": hashes.SHA224(),
    "sha256": hashes.SHA256(),
    "sha384": hashes.SHA384(),
    "sha512": hashes.SHA512(),
}
_CONSTRUCTORS: Final = {name: getattr(hashlib, name) for name in HASHES}  # `hashlib.new` looks a name up each time
HASH_OF_OID: Final = {
    "2.16.840.1.101.3.4.2.4": "sha224",
    "2.16.840.1.101.3.4.2.1": "sha256",
    "2.16.840.1.101.3.4.2.2": "sha384",
    "2.16.840.1.101.3.4.2.3": "sha512",
}
_SIGNATURES: Final[dict[str, tuple[Literal["ecdsa", "rsa", "ed25519"], str | None]]] = {
    "1.2.840.10045.4.3.1": ("ecdsa", "sha224"),
    "1.2.840.10045.4.3.2": ("ecdsa", "sha256"),
    "1.2.840.10045.4.3.3": ("ecdsa", "sha384"),
    "1.2.840.10045.4.3.4": ("ecdsa", "sha512"),
    "1.2.840.113549.1.1.1": ("rsa", None),
    "1.2.840.113549.1.1.14": ("rsa", "sha224"),
    "1.2.840.113549.1.1.11": ("rsa", "sha256"),
    "1.2.840.113549.1.1.12": ("rsa", "sha384"),
    "1.2.840.113549.1.1.13": ("rsa", "sha512"),
    "1.3.101.112": ("ed25519", "sha512"),
}
_RSA_PSS: Final = "1.2.840.113549.1.1.10"
_MGF1: Final = "1.2.840.113549.1.1.8"
_EC_PUBLIC_KEY: Final = "1.2.840.10045.2.1"
_PRIME_FIELD: Final = "1.2.840.10045.1.1"
ECDSA: Final = {name: ec.ECDSA(algorithm) for name, algorithm in HASHES.items()}
_LARGEST_RSA_BITS: Final = 8192  # a larger modulus only costs time


def digest(name: str, data: bytes) -> bytes:
    """The hash of that name (`sha256`) over `data`."""
    return bytes(_CONSTRUCTORS[name](data).digest())


@dataclass(frozen=True, slots=True)
class SignatureAlgorithm:
    """hash None: the CMS digest algorithm says it (rsaEncryption). null: the identifier carries a NULL."""

    oid: str
    scheme: Literal["ecdsa", "rsa", "rsa-pss", "ed25519"]
    hash: str | None
    null: bool
    salt_octets: int = 0

    @property
    def name(self) -> str:
        """E.g. `ecdsa-sha256`."""
        if self.scheme == "ed25519":
            return self.scheme
        return f"{self.scheme}-{self.hash}" if self.hash else self.scheme


@dataclass(frozen=True, slots=True)
class PublicKey:
    """curve: name, for EC keys. parameters: how the curve is given. cofactor: explicit parameters hold it."""

    key: ec.EllipticCurvePublicKey | rsa.RSAPublicKey | ed25519.Ed25519PublicKey
    curve: str | None = None
    parameters: Literal["explicit", "named"] | None = None
    cofactor: bool = False

    @property
    def kind(self) -> str:
        """As the specification names it: `P-256`, `rsa-3072`, `ed25519`."""
        if isinstance(self.key, rsa.RSAPublicKey):
            return f"rsa-{self.key.key_size}"
        return self.curve or "ed25519"


class Unsupported(ValueError):
    """Well formed, but of a kind this program cannot compute with."""


@lru_cache(maxsize=256)
def digest_algorithm(der: bytes) -> tuple[str, bool]:
    """(hash name, whether a NULL stands there) of a digest AlgorithmIdentifier. `Unsupported` for any other hash."""
    oid, null = _plain(der)
    if oid not in HASH_OF_OID:
        raise Unsupported(f"digest algorithm {oid}")
    return HASH_OF_OID[oid], null


@lru_cache(maxsize=256)
def signature_algorithm(der: bytes) -> SignatureAlgorithm:
    """The signature AlgorithmIdentifier in `der` (one element, complete)."""
    reader = Reader(der).enter(SEQUENCE)
    if dotted(reader.content(OID)) == _RSA_PSS:
        return _pss(reader)
    oid, null = _plain(der)
    if oid not in _SIGNATURES:
        raise Unsupported(f"signature algorithm {oid}")
    scheme, name = _SIGNATURES[oid]
    return SignatureAlgorithm(oid, scheme, name, null)


def _plain(der: bytes) -> tuple[str, bool]:
    outer = Reader(der)
    reader = outer.enter(SEQUENCE)
    outer.done()
    oid, null = dotted(reader.content(OID)), reader.more()
    if null and reader.content(NULL):
        raise DerError("a NULL with content")
    reader.done()
    return oid, null


def _pss(reader: Reader) -> SignatureAlgorithm:
    parameters = reader.enter(SEQUENCE)
    reader.done()
    name, mask, salt = "sha1", "sha1", 20
    while parameters.more():
        field = parameters.enter(tag := parameters.peek())
        if tag == context(0):
            name = digest_algorithm(field.whole(SEQUENCE))[0]
        elif tag == context(1):
            generator = field.enter(SEQUENCE)
            if dotted(generator.content(OID)) != _MGF1:
                raise Unsupported("a mask generation function other than MGF1")
            mask = digest_algorithm(generator.whole(SEQUENCE))[0]
        elif tag == context(2):
            salt = field.integer(INTEGER)
        elif tag != context(3) or field.integer() != 1:
            raise DerError("RSASSA-PSS parameters of another shape")
        field.done()
    if name == "sha1" or name != mask or not 0 <= salt <= 512:
        raise Unsupported("RSASSA-PSS with SHA-1, two hashes, or an impossible salt")
    return SignatureAlgorithm(_RSA_PSS, "rsa-pss", name, False, salt)


@lru_cache(maxsize=256)
def public_key(spki: bytes) -> PublicKey:
    """The key of a SubjectPublicKeyInfo. `Unsupported` for other kinds and curves, `DerError` for broken ones."""
    outer = Reader(spki)
    reader = outer.enter(SEQUENCE)
    outer.done()
    algorithm = reader.enter(SEQUENCE)
    bits = whole_bytes(reader.content(BIT_STRING))
    reader.done()
    if dotted(algorithm.content(OID)) == _EC_PUBLIC_KEY:
        return _ec_key(algorithm, bits)
    try:
        key = load_der_public_key(spki)
    except (ValueError, UnsupportedAlgorithm) as error:
        raise Unsupported(f"public key: {error}") from error
    if isinstance(key, ed25519.Ed25519PublicKey) or (
        isinstance(key, rsa.RSAPublicKey) and key.key_size <= _LARGEST_RSA_BITS
    ):
        return PublicKey(key)
    raise Unsupported("a public key that is neither EC, nor RSA of a usual size, nor Ed25519")


def _ec_key(algorithm: Reader, point: bytes) -> PublicKey:
    cofactor: int | None = None
    if algorithm.peek() == OID:
        curve, how = curves.by_oid(dotted(algorithm.content(OID))), "named"
    else:
        (curve, cofactor), how = _explicit(algorithm.enter(SEQUENCE)), "explicit"
    algorithm.done()
    if curve is None:
        raise Unsupported("a curve that is none of those known here, in every parameter")
    if point[:1] != b"\x04":
        raise Unsupported("a point that is not uncompressed")
    try:
        key = ec.EllipticCurvePublicKey.from_encoded_point(curve.implementation, point)
    except (ValueError, UnsupportedAlgorithm) as error:
        raise DerError("a public key that is no point of its curve") from error
    return PublicKey(key, curve.name, "explicit" if how == "explicit" else "named", cofactor is not None)


def _explicit(reader: Reader) -> tuple[curves.Curve | None, int | None]:
    """SpecifiedECDomain (SEC 1 §C.2)."""
    if reader.integer() not in (1, 2, 3):
        raise DerError("EC parameters of another version")
    field = reader.enter(SEQUENCE)
    if dotted(field.content(OID)) != _PRIME_FIELD:
        raise Unsupported("a field that is not prime")
    p = field.integer()
    field.done()
    equation = reader.enter(SEQUENCE)
    a, b = equation.content(OCTET_STRING), equation.content(OCTET_STRING)
    if equation.more():
        whole_bytes(equation.content(BIT_STRING))  # the seed says how b was found; it computes nothing
    equation.done()
    base_point, order = reader.content(OCTET_STRING), reader.integer()
    cofactor = reader.integer() if reader.more() else None
    reader.done()
    curve = curves.by_parameters(
        p=p, a=int.from_bytes(a, "big"), b=int.from_bytes(b, "big"), base_point=base_point, n=order, cofactor=cofactor
    )
    if curve is not None and not len(a) == len(b) == curve.octets:
        raise DerError("EC parameters of the wrong length")
    return curve, cofactor


def holds(key: PublicKey, algorithm: SignatureAlgorithm, signature: bytes, signed: bytes, digest: str = "") -> bool:
    """Whether `signature` over `signed` is the key's. digest: the hash when the algorithm names none.

    An ECDSA signature is DER. Raises `Unsupported` when key and algorithm are of different kinds.
    """
    name = algorithm.hash or digest
    try:
        if algorithm.scheme == "ecdsa" and isinstance(key.key, ec.EllipticCurvePublicKey):
            key.key.verify(signature, signed, ECDSA[name])
        elif algorithm.scheme == "rsa" and isinstance(key.key, rsa.RSAPublicKey):
            key.key.verify(signature, signed, padding.PKCS1v15(), HASHES[name])
        elif algorithm.scheme == "rsa-pss" and isinstance(key.key, rsa.RSAPublicKey):
            scheme = padding.PSS(padding.MGF1(HASHES[name]), algorithm.salt_octets)
            key.key.verify(signature, signed, scheme, HASHES[name])
        elif algorithm.scheme == "ed25519" and isinstance(key.key, ed25519.Ed25519PublicKey):
            key.key.verify(signature, signed)
        else:
            raise Unsupported("the signature algorithm is not one for this key")
    except InvalidSignature:
        return False
    return True
