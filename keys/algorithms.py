"""AlgorithmIdentifiers read strictly, and the one call that checks a signature.

Reads bytes only (never writes an identifier), so verifiers share nothing with the encoders. Old and weak algorithms are
read too: what they are worth is `weakness`, a matter of policy, and not of whether a signature holds.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from functools import lru_cache
from typing import Final, Literal

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import dsa, ec, ed25519, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature

from keys.der import NULL, OID, SEQUENCE, DerError, Reader, context, dotted
from keys.old_curves import OldCurveKey
from keys.public_keys import PublicKey, Unsupported, public_key

__all__ = [
    "ECDSA",
    "HASHES",
    "HASH_OF_OID",
    "OtherKind",
    "PublicKey",
    "SignatureAlgorithm",
    "Unsupported",
    "digest",
    "digest_algorithm",
    "holds",
    "holds_without_null",
    "public_key",
    "signature_algorithm",
    "weakness",
]

HASHES: Final[dict[str, hashes.HashAlgorithm]] = {
    "sha1": hashes.SHA1(),  # noqa: S303 - read only; `weakness` names it
    "sha224": hashes.SHA224(),
    "sha256": hashes.SHA256(),
    "sha384": hashes.SHA384(),
    "sha512": hashes.SHA512(),
}
_CONSTRUCTORS: Final = {name: getattr(hashlib, name) for name in HASHES}  # `hashlib.new` looks a name up each time
HASH_OF_OID: Final = {
    "1.3.14.3.2.26": "sha1",
    "2.16.840.1.101.3.4.2.4": "sha224",
    "2.16.840.1.101.3.4.2.1": "sha256",
    "2.16.840.1.101.3.4.2.2": "sha384",
    "2.16.840.1.101.3.4.2.3": "sha512",
}
Scheme = Literal["ecdsa", "ecdsa-plain", "rsa", "rsa-pss", "dsa", "ed25519"]
_BSI_PLAIN: Final = "0.4.0.127.0.7.1.1.4.1."  # BSI TR-03111 §5.2.1.1: r || s
_SIGNATURES: Final[dict[str, tuple[Scheme, str | None]]] = {
    "1.2.840.10045.2.1": ("ecdsa", None),
    "1.2.840.10045.4.1": ("ecdsa", "sha1"),
    "1.2.840.10045.4.3.1": ("ecdsa", "sha224"),
    "1.2.840.10045.4.3.2": ("ecdsa", "sha256"),
    "1.2.840.10045.4.3.3": ("ecdsa", "sha384"),
    "1.2.840.10045.4.3.4": ("ecdsa", "sha512"),
    _BSI_PLAIN + "1": ("ecdsa-plain", "sha1"),
    _BSI_PLAIN + "2": ("ecdsa-plain", "sha224"),
    _BSI_PLAIN + "3": ("ecdsa-plain", "sha256"),
    _BSI_PLAIN + "4": ("ecdsa-plain", "sha384"),
    _BSI_PLAIN + "5": ("ecdsa-plain", "sha512"),
    "1.2.840.113549.1.1.1": ("rsa", None),
    "1.2.840.113549.1.1.5": ("rsa", "sha1"),
    "1.3.14.3.2.29": ("rsa", "sha1"),
    "1.2.840.113549.1.1.14": ("rsa", "sha224"),
    "1.2.840.113549.1.1.11": ("rsa", "sha256"),
    "1.2.840.113549.1.1.12": ("rsa", "sha384"),
    "1.2.840.113549.1.1.13": ("rsa", "sha512"),
    "1.2.840.10040.4.1": ("dsa", None),
    "1.2.840.10040.4.3": ("dsa", "sha1"),
    "2.16.840.1.101.3.4.3.1": ("dsa", "sha224"),
    "2.16.840.1.101.3.4.3.2": ("dsa", "sha256"),
    "1.3.101.112": ("ed25519", "sha512"),
}
_RSA_PSS: Final = "1.2.840.113549.1.1.10"
_MGF1: Final = "1.2.840.113549.1.1.8"
ECDSA: Final = {name: ec.ECDSA(algorithm) for name, algorithm in HASHES.items()}
_LARGEST_SALT_OCTETS: Final = 1024
# DigestInfo up to the digest, its AlgorithmIdentifier without the NULL of RFC 8017 §9.2
_DIGEST_INFO_WITHOUT_NULL: Final = {
    "sha1": bytes.fromhex("301f300706052b0e03021a0414"),
    "sha224": bytes.fromhex("302b300b0609608648016503040204041c"),
    "sha256": bytes.fromhex("302f300b06096086480165030402010420"),
    "sha384": bytes.fromhex("303f300b06096086480165030402020430"),
    "sha512": bytes.fromhex("304f300b06096086480165030402030440"),
}


def digest(name: str, data: bytes) -> bytes:
    """The hash of that name (`sha256`) over `data`."""
    return bytes(_CONSTRUCTORS[name](data).digest())


@dataclass(frozen=True, slots=True)
class SignatureAlgorithm:
    """hash None: the CMS digest algorithm says it (rsaEncryption). null: the identifier carries a NULL.

    ecdsa-plain: r || s. salt_octets, mask_hash: of RSASSA-PSS; mask_hash None: the same as hash.
    """

    oid: str
    scheme: Scheme
    hash: str | None
    null: bool
    salt_octets: int = 0
    mask_hash: str | None = None

    @property
    def name(self) -> str:
        """E.g. `ecdsa-sha256`."""
        if self.scheme == "ed25519":
            return self.scheme
        return f"{self.scheme}-{self.hash}" if self.hash else self.scheme


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
    """RSASSA-PSS-params (RFC 4055 §3.1); what is absent has its default."""
    name, mask, salt = "sha1", "sha1", 20
    parameters = reader.enter(SEQUENCE) if reader.more() else Reader(b"")
    reader.done()
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
            salt = field.integer()
        elif tag != context(3) or field.integer() != 1:
            raise DerError("RSASSA-PSS parameters of another shape")
        field.done()
    if not 0 <= salt <= _LARGEST_SALT_OCTETS:
        raise Unsupported("RSASSA-PSS with an impossible salt")
    return SignatureAlgorithm(_RSA_PSS, "rsa-pss", name, False, salt, mask)


class OtherKind(Unsupported):
    """The signature algorithm is none for this key: the key cannot have made such a signature."""


def holds(key: PublicKey, algorithm: SignatureAlgorithm, signature: bytes, signed: bytes, digest: str = "") -> bool:
    """Whether `signature` over `signed` is the key's. digest: the hash when the algorithm names none.

    An ECDSA signature is DER. Raises `OtherKind` when key and algorithm are of different kinds.
    """
    name, scheme, held = algorithm.hash or digest, algorithm.scheme, key.key
    if name not in HASHES:
        raise Unsupported("the signature algorithm names no hash")
    try:
        if scheme == "ecdsa-plain" and isinstance(held, ec.EllipticCurvePublicKey | OldCurveKey):
            scheme, signature = "ecdsa", _as_der(signature)
        if scheme == "ecdsa" and isinstance(held, ec.EllipticCurvePublicKey):
            held.verify(signature, signed, ECDSA[name])
        elif scheme == "rsa" and isinstance(held, rsa.RSAPublicKey):
            held.verify(signature, signed, padding.PKCS1v15(), HASHES[name])
        elif scheme == "rsa-pss" and isinstance(held, rsa.RSAPublicKey):
            mask = padding.MGF1(HASHES[algorithm.mask_hash or name])
            held.verify(signature, signed, padding.PSS(mask, algorithm.salt_octets), HASHES[name])
        elif scheme == "ecdsa" and isinstance(held, OldCurveKey):
            return held.made(signature, _CONSTRUCTORS[name](signed).digest())
        elif scheme == "dsa" and isinstance(held, dsa.DSAPublicKey):
            held.verify(signature, signed, HASHES[name])
        elif scheme == "ed25519" and isinstance(held, ed25519.Ed25519PublicKey):
            held.verify(signature, signed)
        else:
            raise OtherKind("the signature algorithm is not one for this key")
    except InvalidSignature:
        return False
    except UnsupportedAlgorithm as error:
        raise Unsupported(f"signature algorithm: {error}") from error
    return True


def _as_der(plain: bytes) -> bytes:
    """r || s as the SEQUENCE that libraries take. Raises `InvalidSignature` for other lengths."""
    half, odd = divmod(len(plain), 2)
    if odd or not 0 < half <= 66:
        raise InvalidSignature
    return encode_dss_signature(int.from_bytes(plain[:half], "big"), int.from_bytes(plain[half:], "big"))


def holds_without_null(
    key: PublicKey, algorithm: SignatureAlgorithm, signature: bytes, signed: bytes, digest: str = ""
) -> bool:
    """Whether an RSA v1.5 signature holds whose DigestInfo leaves out the NULL of RFC 8017 §9.2.

    Every octet of the padded block is compared, so nothing but that one other spelling is accepted.
    """
    name = algorithm.hash or digest
    if algorithm.scheme != "rsa" or not isinstance(key.key, rsa.RSAPublicKey) or name not in HASHES:
        return False
    numbers = key.key.public_numbers()
    octets, value = (key.key.key_size + 7) // 8, int.from_bytes(signature, "big")
    info = _DIGEST_INFO_WITHOUT_NULL[name] + _CONSTRUCTORS[name](signed).digest()
    if len(signature) != octets or value >= numbers.n or octets < len(info) + 11:
        return False
    block = b"\x00\x01" + b"\xff" * (octets - len(info) - 3) + b"\x00" + info
    return bool(block == pow(value, numbers.e, numbers.n).to_bytes(octets, "big"))


def weakness(key: PublicKey | None, algorithm: SignatureAlgorithm | None, digest: str = "") -> str | None:
    """Why this key or this algorithm is no longer worth much, in a few words; None when it is.

    digest: the hash when the algorithm names none. A weak signature that holds is a matter of policy, not a forgery.
    """
    found = []
    if "sha1" in (algorithm.hash if algorithm else None, digest, algorithm.mask_hash if algorithm else None):
        found.append("SHA-1")
    if key is not None and key.weakness:
        found.append(key.weakness)
    return ", ".join(found) or None
