"""A bundle's head as JSON: for the interface, the console and a browser that checks the signature by itself."""

from __future__ import annotations

import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Sequence
from typing import Any

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import load_der_public_key

from issuance.border.bundle.container import Head
from keys.x509 import read_certificate


def described(token: bytes, head: Head, bases: Sequence[int] = ()) -> dict[str, Any]:
    """jws: what was signed, compact; key: its signer's public key as a JWK (RFC 7517), to be believed only as far as
    the line is that told it; deltas_from: versions a delta leads from."""
    return {
        "jws": token.decode("ascii"),
        "key": jwk(token),
        **head.model_dump(mode="json"),
        "deltas_from": list(bases),
    }


def jwk(token: bytes) -> dict[str, str]:
    """The public key of the first certificate of a head that was judged to be well formed."""
    part = token.split(b".")[0]
    header = json.loads(urlsafe_b64decode(part + b"=" * (-len(part) % 4)))
    der = urlsafe_b64decode(header["x5c"][0].replace("+", "-").replace("/", "_"))
    key = load_der_public_key(read_certificate(der).spki_der)
    if not isinstance(key, ec.EllipticCurvePublicKey):
        raise TypeError("heads are signed with an elliptic curve")
    point = key.public_numbers()
    return {"kty": "EC", "crv": "P-256", "x": _text(point.x), "y": _text(point.y)}


def _text(number: int) -> str:
    return urlsafe_b64encode(number.to_bytes(32, "big")).rstrip(b"=").decode()
