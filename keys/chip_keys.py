"""The key of one chip's active authentication (Doc 9303-11 §6.1), made for it and never kept here.

Its private half leaves for the printing line inside an envelope (`keys.envelope`) and nowhere else: it is in no
store, no log and no representation of this object.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa

from keys.encode import public_key_info

_EXPONENT: Final = 65537
_MAKERS: Final[dict[str, Callable[[], ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey]]] = {
    "P-256": lambda: ec.generate_private_key(ec.SECP256R1()),
    "P-384": lambda: ec.generate_private_key(ec.SECP384R1()),
    "rsa-2048": lambda: rsa.generate_private_key(_EXPONENT, 2048),
}


@dataclass(frozen=True, slots=True)
class ChipKey:
    """public: SubjectPublicKeyInfo, curves written out, for DG15; private: PKCS#8, DER, for the chip alone."""

    public: bytes
    private: bytes = field(repr=False)


def make_chip_key(kind: str) -> ChipKey:
    """A fresh key of `P-256`, `P-384` or `rsa-2048`. Raises KeyError for another kind."""
    key = _MAKERS[kind]()
    private = key.private_bytes(
        serialization.Encoding.DER, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    return ChipKey(public_key_info(key.public_key(), explicit=True), private)
