"""Curves that other States' documents still use and we never issue with: smaller, twisted, or not NIST's.

Verifies only. Where cryptography lacks the curve, the `ecdsa` package computes in Python: slowly, and without care for
side channels, which public values do not need.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Final

import ecdsa
from cryptography.hazmat.primitives.asymmetric import ec

from keys.curves import Curve
from keys.der import INTEGER, SEQUENCE, DerError, Reader


class InPython(ec.EllipticCurve):
    """A curve as cryptography describes one, which it does not compute with."""

    def __init__(self, name: str, bits: int, order: int) -> None:
        self._name, self._bits, self._order = name, bits, order

    @property
    def name(self) -> str:
        return self._name

    @property
    def key_size(self) -> int:
        return self._bits

    @property
    def group_order(self) -> int:
        return self._order


_BRAINPOOL: Final = "1.3.36.3.3.2.8.1.1."
# name -> (object identifier, curve of the ecdsa package, what cryptography computes with)
_KNOWN: Final = {
    "P-192": ("1.2.840.10045.3.1.1", ecdsa.NIST192p, ec.SECP192R1()),
    "P-224": ("1.3.132.0.33", ecdsa.NIST224p, ec.SECP224R1()),
    "secp160r1": ("1.3.132.0.8", ecdsa.SECP160r1, None),
    "secp256k1": ("1.3.132.0.10", ecdsa.SECP256k1, ec.SECP256K1()),
    "brainpoolP160r1": (_BRAINPOOL + "1", ecdsa.BRAINPOOLP160r1, None),
    "brainpoolP160t1": (_BRAINPOOL + "2", ecdsa.BRAINPOOLP160t1, None),
    "brainpoolP192r1": (_BRAINPOOL + "3", ecdsa.BRAINPOOLP192r1, None),
    "brainpoolP192t1": (_BRAINPOOL + "4", ecdsa.BRAINPOOLP192t1, None),
    "brainpoolP224r1": (_BRAINPOOL + "5", ecdsa.BRAINPOOLP224r1, None),
    "brainpoolP224t1": (_BRAINPOOL + "6", ecdsa.BRAINPOOLP224t1, None),
    "brainpoolP256t1": (_BRAINPOOL + "8", ecdsa.BRAINPOOLP256t1, None),
    "brainpoolP320r1": (_BRAINPOOL + "9", ecdsa.BRAINPOOLP320r1, None),
    "brainpoolP320t1": (_BRAINPOOL + "10", ecdsa.BRAINPOOLP320t1, None),
    "brainpoolP384t1": (_BRAINPOOL + "12", ecdsa.BRAINPOOLP384t1, None),
    "brainpoolP512t1": (_BRAINPOOL + "14", ecdsa.BRAINPOOLP512t1, None),
}


@lru_cache(maxsize=1)
def old_curves() -> tuple[Curve, ...]:
    """Every curve that is only read."""
    found = []
    for name, (oid, known, implementation) in _KNOWN.items():
        curve, base = known.curve, known.generator
        p, a, b = int(curve.p()), int(curve.a() % curve.p()), int(curve.b() % curve.p())
        computed = implementation or InPython(name, p.bit_length(), int(known.order))
        found.append(Curve(name, oid, p, a, b, int(base.x()), int(base.y()), int(known.order), computed))
    return tuple(found)


@dataclass(frozen=True, slots=True)
class OldCurveKey:
    """A public key on a curve that only the ecdsa package computes with."""

    curve: Curve
    key: ecdsa.VerifyingKey

    @property
    def key_size(self) -> int:
        """Bits of a field element."""
        return self.curve.p.bit_length()

    def made(self, signature: bytes, digest: bytes) -> bool:
        """Whether the ECDSA signature (DER) over a message of this digest is this key's."""
        try:
            r, s = _numbers(signature)
        except DerError:
            return False
        n = self.curve.n
        if not (0 < r < n and 0 < s < n):
            return False
        cut = max(0, len(digest) * 8 - n.bit_length())  # the leftmost bits (FIPS 186-5 §6.4.1)
        held: bool = self.key.pubkey.verifies(int.from_bytes(digest, "big") >> cut, ecdsa.ecdsa.Signature(r, s))
        return held


def old_curve_key(curve: Curve, point: bytes) -> OldCurveKey:
    """The key of an encoded point (uncompressed or compressed). Raises `DerError` when it is none of the curve."""
    known = _KNOWN[curve.name][1]
    try:
        return OldCurveKey(curve, ecdsa.VerifyingKey.from_string(point, known, valid_encodings=_ENCODINGS))
    except (ecdsa.keys.MalformedPointError, ValueError) as error:
        raise DerError("a public key that is no point of its curve") from error


_ENCODINGS: Final = ("uncompressed", "compressed")


def _numbers(signature: bytes) -> tuple[int, int]:
    outer = Reader(signature)
    reader = outer.enter(SEQUENCE)
    outer.done()
    r, s = reader.integer(INTEGER), reader.integer(INTEGER)
    reader.done()
    return r, s
