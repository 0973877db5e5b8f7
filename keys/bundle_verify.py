"""Is this the signed head of a border bundle, and what does it claim? A verdict on bytes, with the claims as signed.

Strict on purpose, as only this house makes such heads: exactly one form is accepted. A compact JWS of RFC 7515 §7.1.
"""

from __future__ import annotations

import binascii
import json
import string
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.hazmat.primitives.serialization import load_der_public_key

from keys.chain import verify_chain
from keys.signing import Purpose
from keys.trust import TrustStore
from keys.verdict import Check, Level, Verdict
from keys.x509 import read_certificate
from specs.schema.pki import Pki

TYPE: Final = "border-bundle+jws"
MAXIMUM_BYTES: Final = 262_144
_CLAUSE: Final = "RFC 7515 §5.2"
_ALPHABET: Final = frozenset((string.ascii_letters + string.digits + "-_").encode())
_MOST_CERTIFICATES: Final = 4


@dataclass(frozen=True, slots=True)
class ReadHead:
    """payload: the claims, only to be used when the verdict says so; None when nothing could be read."""

    verdict: Verdict
    payload: bytes | None


@dataclass(frozen=True, slots=True)
class _Parts:
    payload: bytes
    signed: bytes
    signature: bytes
    certificates: tuple[bytes, ...]


def verify_head(token: bytes, trust: TrustStore, at: datetime, pki: Pki) -> ReadHead:
    """The verdict at `at` (aware): the signature, and the signer's path to an anchor of ours that is trusted."""
    try:
        held = _read(token)
    except ValueError as error:
        return ReadHead(
            Verdict.of([_fault("encoding", "profile", f"not a signed head: {error}", "ليس رأساً موقّعاً")]), None
        )
    checks = head_faults(token) or [
        Check("bundle.signature", "crypto", "pass", "the signature holds", "التوقيع صحيح", _CLAUSE)
    ]
    signer, *others = held.certificates
    checks += verify_chain(signer, Purpose.record_signer, trust, at, others, pki=pki)
    return ReadHead(Verdict.of(checks, {"kind": "border_bundle"}), held.payload)


def payload_of(token: bytes) -> bytes | None:
    """The claims of a head whose own signature holds, whoever made it; None: it is no such head."""
    return None if head_faults(token) else _read(token).payload


def head_faults(token: bytes, *, payload: bytes | None = None, signer: bytes | None = None) -> list[Check]:
    """What is wrong with form and signature. payload, signer: what must be inside, when that is known."""
    try:
        held = _read(token)
    except ValueError as error:
        return [_fault("encoding", "profile", f"not a signed head: {error}", "ليس رأساً موقّعاً")]
    found = []
    if payload not in (None, held.payload) or signer not in (None, held.certificates[0]):
        found.append(_fault("content", "profile", "other claims or another signer", "المحتوى أو الموقّع مختلف"))
    try:
        key = load_der_public_key(read_certificate(held.certificates[0]).spki_der)
        if not isinstance(key, ec.EllipticCurvePublicKey) or not isinstance(key.curve, ec.SECP256R1):
            raise InvalidSignature
        halves = (int.from_bytes(half, "big") for half in (held.signature[:32], held.signature[32:]))
        key.verify(encode_dss_signature(*halves), held.signed, ec.ECDSA(hashes.SHA256()))
    except (InvalidSignature, UnsupportedAlgorithm, ValueError):
        found.append(_fault("signature", "crypto", "the signature does not hold", "التوقيع لا يصح"))
    return found


def _read(token: bytes) -> _Parts:
    """Raises `ValueError` (and its kind, `DerError`) for any other form."""
    parts = token.split(b".") if len(token) <= MAXIMUM_BYTES else []
    if len(parts) != 3:
        raise ValueError("not three parts of a bounded length")
    header_text, payload, signature = map(_decoded, parts)
    try:
        header = json.loads(header_text, object_pairs_hook=_once)
    except RecursionError as error:
        raise ValueError("its header does not read") from error
    if not isinstance(header, dict) or header.keys() != {"alg", "typ", "x5c"}:
        raise ValueError("other members than alg, typ and x5c")
    if (header["alg"], header["typ"]) != ("ES256", TYPE) or len(signature) != 64:
        raise ValueError("another algorithm or type")
    chain = header["x5c"]
    if not isinstance(chain, list) or not 1 <= len(chain) <= _MOST_CERTIFICATES:
        raise ValueError("no certificate, or too many")
    certificates = []
    for one in chain:
        if not isinstance(one, str) or not one.isascii():
            raise ValueError("a certificate that is no text")
        certificates.append(binascii.a2b_base64(one.encode(), strict_mode=True))
        read_certificate(certificates[-1])
    return _Parts(payload, parts[0] + b"." + parts[1], signature, tuple(certificates))


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    if len(dict(pairs)) != len(pairs):
        raise ValueError("a member stands twice")
    return dict(pairs)


def _decoded(part: bytes) -> bytes:
    """Base64url without padding (RFC 7515 §2), in its one spelling."""
    if not part or not _ALPHABET.issuperset(part):
        raise ValueError("not base64url")
    text = part.translate(bytes.maketrans(b"-_", b"+/"))
    data = binascii.a2b_base64(text + b"=" * (-len(part) % 4), strict_mode=True)
    if binascii.b2a_base64(data, newline=False).rstrip(b"=") != text:
        raise ValueError("base64url with bits left over")
    return data


def _fault(name: str, level: Level, reason: str, reason_ar: str) -> Check:
    return Check(f"bundle.{name}", level, "fail", reason, reason_ar, _CLAUSE)
