"""SubjectPublicKeyInfo of any State as a key that verifies: EC of 160 to 521 bits, RSA, DSA, Ed25519.

Reads only. Sizes are bounded, so that no key costs more time than the largest in use.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Final, Literal

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import dsa, ec, ed25519, rsa
from cryptography.hazmat.primitives.serialization import load_der_public_key

from keys import curves
from keys.der import (
    BIT_STRING,
    INTEGER,
    OCTET_STRING,
    OID,
    SEQUENCE,
    DerError,
    Reader,
    bit_string,
    dotted,
    integer,
    note,
    whole_bytes,
)
from keys.old_curves import InPython, OldCurveKey, old_curve_key

_EC_PUBLIC_KEY: Final = "1.2.840.10045.2.1"
_RSA_KEYS: Final = ("1.2.840.113549.1.1.1", "1.2.840.113549.1.1.10")  # rsaEncryption; id-RSASSA-PSS, RFC 4055 §1.2
_DSA: Final = "1.2.840.10040.4.1"
_ED25519: Final = "1.3.101.112"
_PRIME_FIELD: Final = "1.2.840.10045.1.1"
_LARGEST_RSA_BITS: Final = 8192  # a larger modulus or exponent only costs time
_LARGEST_EXPONENT_BITS: Final = 64
_OLD_CURVE_BITS: Final = 128  # a curve in Python costs the square of so many times this: 512 bits take 12 to 21 ms
_LARGEST_DSA_BYTES: Final = 2048


@dataclass(frozen=True)
class PublicKey:
    """curve: name, for EC keys. parameters: how the curve is given. cofactor: explicit parameters hold it.

    oddities: names of `keys.oddities`.
    """

    key: ec.EllipticCurvePublicKey | OldCurveKey | rsa.RSAPublicKey | dsa.DSAPublicKey | ed25519.Ed25519PublicKey
    curve: str | None = None
    parameters: Literal["explicit", "named"] | None = None
    cofactor: bool = False
    oddities: tuple[str, ...] = ()

    @cached_property
    def kind(self) -> str:
        """As the specification names it: `P-256`, `rsa-3072`, `ed25519`; and others' likewise: `P-192`, `dsa-2048`."""
        if isinstance(self.key, rsa.RSAPublicKey | dsa.DSAPublicKey):
            return f"{'rsa' if isinstance(self.key, rsa.RSAPublicKey) else 'dsa'}-{self.bits}"
        return self.curve or "ed25519"

    @cached_property
    def bits(self) -> int:
        """Of the RSA modulus, the DSA prime or the field of the curve."""
        return 256 if isinstance(self.key, ed25519.Ed25519PublicKey) else self.key.key_size

    @cached_property
    def work(self) -> int:
        """What a signature of this key costs to compute, that of a usual key being 1."""
        return max(1, self.bits**2 // _OLD_CURVE_BITS**2) if isinstance(self.key, OldCurveKey) else 1

    @cached_property
    def weakness(self) -> str | None:
        """Why a key of this size is no longer worth much; None when it is."""
        family = self.kind.partition("-")[0].upper()
        name, enough = (family, 2048) if family in ("RSA", "DSA") else ("EC", 224)
        return f"{name} of {self.bits} bits" if self.bits < enough else None


class Unsupported(ValueError):
    """Well formed, but of a kind this program cannot compute with."""


@lru_cache(maxsize=1024)
def public_key(spki: bytes) -> PublicKey:
    """The key of a SubjectPublicKeyInfo. `Unsupported` for other kinds and curves, `DerError` for broken ones."""
    odd: list[str] = []
    outer = Reader(spki)
    reader = outer.enter(SEQUENCE)
    outer.done()
    algorithm = reader.enter(SEQUENCE)
    bits = whole_bytes(reader.content(BIT_STRING), odd)
    reader.done()
    kind = dotted(algorithm.content(OID))
    if kind == _EC_PUBLIC_KEY:
        return _ec_key(algorithm, bits, odd)
    try:
        if kind in _RSA_KEYS:
            if kind == _RSA_KEYS[0] and not algorithm.more():
                odd.append("rsa.parameters")
            return _rsa_key(bits, odd)
        if kind == _ED25519:
            return PublicKey(ed25519.Ed25519PublicKey.from_public_bytes(bits), oddities=tuple(odd))
        if kind == _DSA and len(spki) <= _LARGEST_DSA_BYTES:
            key = load_der_public_key(spki)
            if isinstance(key, dsa.DSAPublicKey):
                return PublicKey(key, oddities=tuple(odd))
    except DerError:
        raise
    except (ValueError, UnsupportedAlgorithm) as error:
        raise Unsupported(f"public key: {error}") from error
    raise Unsupported(f"public key of kind {kind}")


def _rsa_key(bits: bytes, odd: list[str]) -> PublicKey:
    outer = Reader(bits)
    reader = outer.enter(SEQUENCE)
    outer.done()
    held = reader.content(INTEGER)
    modulus, exponent = integer(held, odd), reader.integer(INTEGER, odd)
    reader.done()
    if modulus < 0:  # the octet 00 ahead of the highest bit was left out
        note(odd, "rsa.negative", "")
        modulus = int.from_bytes(held, "big")
    if modulus.bit_length() > _LARGEST_RSA_BITS or not 0 < exponent < 1 << _LARGEST_EXPONENT_BITS:
        raise Unsupported("an RSA key of no usual size")
    return PublicKey(rsa.RSAPublicNumbers(exponent, modulus).public_key(), oddities=tuple(odd))


def _ec_key(algorithm: Reader, point: bytes, odd: list[str]) -> PublicKey:
    cofactor: int | None = None
    how: Literal["explicit", "named"] = "named"
    if algorithm.peek() == OID:
        curve = curves.by_oid(dotted(algorithm.content(OID)))
    else:
        (curve, cofactor), how = _explicit(algorithm.enter(SEQUENCE), odd), "explicit"
    algorithm.done()
    if curve is None:
        raise Unsupported("a curve that is none of those known here, in every parameter")
    if point[:1] != b"\x04":
        if point[:1] not in (b"\x02", b"\x03"):
            raise DerError("a public key that is no point of its curve")
        note(odd, "ec.point", "")
    if isinstance(curve.implementation, InPython):
        return PublicKey(old_curve_key(curve, point), curve.name, how, cofactor is not None, tuple(odd))
    try:
        key = ec.EllipticCurvePublicKey.from_encoded_point(curve.implementation, point)
    except UnsupportedAlgorithm as error:
        raise Unsupported(f"public key: {error}") from error
    except ValueError as error:
        raise DerError("a public key that is no point of its curve") from error
    return PublicKey(key, curve.name, how, cofactor is not None, tuple(odd))


def _explicit(reader: Reader, odd: list[str]) -> tuple[curves.Curve | None, int | None]:
    """SpecifiedECDomain (SEC 1 §C.2)."""
    if reader.integer() not in (1, 2, 3):
        raise DerError("EC parameters of another version")
    field = reader.enter(SEQUENCE)
    if dotted(field.content(OID)) != _PRIME_FIELD:
        raise Unsupported("a field that is not prime")
    p = field.integer(INTEGER, odd)
    field.done()
    equation = reader.enter(SEQUENCE)
    a, b = equation.content(OCTET_STRING), equation.content(OCTET_STRING)
    if equation.more() and bit_string(equation.content(BIT_STRING))[1]:
        note(odd, "ec.seed", "")  # it says how b was found, and computes nothing
    equation.done()
    base_point, order = reader.content(OCTET_STRING), reader.integer(INTEGER, odd)
    cofactor = reader.integer(INTEGER, odd) if reader.more() else None
    reader.done()
    curve = curves.by_parameters(
        p=p, a=int.from_bytes(a, "big"), b=int.from_bytes(b, "big"), base_point=base_point, n=order, cofactor=cofactor
    )
    if curve is not None and not len(a) == len(b) == curve.octets:
        note(odd, "ec.parameters.length", "")
    if curve is not None and base_point[:1] != b"\x04":
        note(odd, "ec.base_point", "")
    return curve, cofactor
