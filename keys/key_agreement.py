"""Diffie-Hellman over the domain parameters of chips: what a recorded session agreed on (Doc 9303-11 §6.2, §9).

Not for keys in use: it computes in Python without care for side channels, and its secrets come from the record of a
session that is over. Sizes are bounded, points are checked to lie on their curve.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import Final, Literal

from cryptography.hazmat.decrepit.ciphers.algorithms import TripleDES
from cryptography.hazmat.primitives.ciphers import Cipher, modes
from cryptography.hazmat.primitives.ciphers.algorithms import AES
from cryptography.hazmat.primitives.cmac import CMAC
from ecdsa.ellipticcurve import INFINITY, CurveFp, PointJacobi

from keys.algorithms import Unsupported, public_key
from keys.curves import Curve, known_by_name
from keys.der import BIT_STRING, INTEGER, OID, SEQUENCE, DerError, Reader, dotted, integer, whole_bytes
from keys.security_infos import STANDARD_PARAMETERS

_EC_PUBLIC_KEY: Final = "1.2.840.10045.2.1"
_DH: Final = ("1.2.840.113549.1.3.1", "1.2.840.10046.2.1")  # PKCS #3, X9.42
_STANDARD: Final = "0.4.0.127.0.7.1.2"
_LARGEST_PRIME_BITS: Final = 2048  # the largest standardised; beyond it one agreement costs over 100 ms
CipherName = Literal["3DES", "AES-128", "AES-192", "AES-256"]
ENCRYPTION, AUTHENTICATION = 1, 2


@dataclass(frozen=True, slots=True)
class EcKey:
    """A point of a curve."""

    curve: Curve
    x: int
    y: int

    @property
    def kind(self) -> str:
        """The name of the curve."""
        return self.curve.name

    def agreed(self, secret: int) -> bytes:
        """x of secret times this point, as long as a field element. Raises `DerError` for the point at infinity."""
        point = _point(self.curve, self.x, self.y) * (secret % self.curve.n)
        if point == INFINITY:
            raise DerError("the key agreement gives the point at infinity")
        return int(point.x()).to_bytes(self.curve.octets, "big")

    def belongs_to(self, secret: int) -> bool:
        """Whether this is the public key of `secret`."""
        base = _point(self.curve, self.curve.gx, self.curve.gy) * (secret % self.curve.n)
        return bool(base != INFINITY and (int(base.x()), int(base.y())) == (self.x, self.y))

    def other(self, encoded: bytes) -> EcKey:
        """The uncompressed point `encoded` of the same curve. Raises `DerError`."""
        return ec_point(self.curve, encoded)


@dataclass(frozen=True, slots=True)
class DhKey:
    """y = g^x modulo p."""

    p: int
    g: int
    y: int

    @property
    def kind(self) -> str:
        """`dh-2048`."""
        return f"dh-{self.p.bit_length()}"

    def agreed(self, secret: int) -> bytes:
        """y^secret, as long as the prime."""
        return pow(self.y, secret, self.p).to_bytes((self.p.bit_length() + 7) // 8, "big")

    def belongs_to(self, secret: int) -> bool:
        """Whether this is the public key of `secret`."""
        return pow(self.g, secret, self.p) == self.y

    def other(self, encoded: bytes) -> DhKey:
        """The public value `encoded`, a plain number. Raises `DerError`."""
        return DhKey(self.p, self.g, _in_group(int.from_bytes(encoded, "big"), self.p))


def agreement_key(spki: bytes) -> EcKey | DhKey:
    """The key of a SubjectPublicKeyInfo; curve explicit, named or standardised. Raises `DerError`, `Unsupported`."""
    outer = Reader(spki)
    reader = outer.enter(SEQUENCE)
    outer.done()
    algorithm = reader.enter(SEQUENCE)
    bits = whole_bytes(reader.content(BIT_STRING))
    reader.done()
    kind = dotted(algorithm.content(OID))
    if kind == _EC_PUBLIC_KEY:
        return _on_curve(public_key(spki).curve or "", bits)
    if kind == _STANDARD:
        return _standard(algorithm.integer(), bits)
    if kind not in _DH:
        raise Unsupported(f"key agreement with a key of kind {kind}")
    parameters = algorithm.enter(SEQUENCE)
    p, g = parameters.integer(), parameters.integer()
    return _dh(p, g, bits)


def ec_point(curve: Curve, encoded: bytes) -> EcKey:
    """The uncompressed point `encoded`, which must lie on the curve. Raises `DerError`."""
    octets = curve.octets
    if len(encoded) != 1 + 2 * octets or encoded[:1] != b"\x04":
        raise DerError("a point that is not uncompressed, or of another length than the curve's")
    x, y = int.from_bytes(encoded[1 : 1 + octets], "big"), int.from_bytes(encoded[1 + octets :], "big")
    if not (x < curve.p and y < curve.p and (y * y - (x * x * x + curve.a * x + curve.b)) % curve.p == 0):
        raise DerError("a point that does not lie on its curve")
    return EcKey(curve, x, y)


def session_key(secret: bytes, cipher: CipherName, counter: int, nonce: bytes = b"") -> bytes:
    """KDF of Doc 9303-11 §9.7.1. counter: 1 encryption, 2 authentication. 3DES: 16 bytes with DES parity."""
    hashed = secret + nonce + counter.to_bytes(4, "big")
    if cipher == "AES-192":
        return hashlib.sha256(hashed).digest()[:24]
    if cipher == "AES-256":
        return hashlib.sha256(hashed).digest()
    key = hashlib.sha1(hashed, usedforsecurity=False).digest()[:16]
    return key if cipher == "AES-128" else bytes(_odd_parity(byte) for byte in key)


def authentication_code(key: bytes, cipher: CipherName, data: bytes) -> bytes:
    """8 bytes over `data`, already padded where the cipher wants it: CMAC, or retail MAC for 3DES (§9.8.6)."""
    if cipher != "3DES":
        mac = CMAC(AES(key))
        mac.update(data)
        return mac.finalize()[:8]
    first, second = key[:8] * 3, key[8:16] * 3  # single DES, written as 3DES with one key
    chained = _des(first, modes.CBC(bytes(8)), data, encrypt=True)[-8:]
    return _des(first, modes.ECB(), _des(second, modes.ECB(), chained, encrypt=False), encrypt=True)  # noqa: S305


def padded(data: bytes, block: int) -> bytes:
    """ISO/IEC 9797-1 padding method 2."""
    return data + b"\x80" + bytes(-(len(data) + 1) % block)


def _des(key: bytes, mode: modes.CBC | modes.ECB, data: bytes, *, encrypt: bool) -> bytes:
    held = Cipher(TripleDES(key), mode)
    step = held.encryptor() if encrypt else held.decryptor()
    return step.update(data) + step.finalize()


def _odd_parity(byte: int) -> int:
    return byte if byte.bit_count() % 2 else byte ^ 1


def _point(curve: Curve, x: int, y: int) -> PointJacobi:
    return PointJacobi(CurveFp(curve.p, curve.a, curve.b, 1), x, y, 1, curve.n)


def _standard(number: int, bits: bytes) -> EcKey | DhKey:
    name = STANDARD_PARAMETERS.get(number)
    if name is None or name.startswith("MODP"):
        raise Unsupported(f"standardised domain parameters {number}")
    return _on_curve(name, bits)


def _on_curve(name: str, bits: bytes) -> EcKey:
    curve = known_by_name(name)
    if curve is None:
        raise Unsupported(f"key agreement on the curve {name}")
    return ec_point(curve, bits)


def _dh(p: int, g: int, bits: bytes) -> DhKey:
    """bits: the public value as INTEGER, as a BIT STRING holds it."""
    if not (512 <= p.bit_length() <= _LARGEST_PRIME_BITS and p % 2 and 1 < g < p):
        raise Unsupported("a Diffie-Hellman group of no usual size")
    reader = Reader(bits)
    y = integer(reader.content(INTEGER))
    reader.done()
    return DhKey(p, g, _in_group(y, p))


def _in_group(y: int, p: int) -> int:
    if not 1 < y < p - 1:
        raise DerError("a Diffie-Hellman public value out of range")
    return y
