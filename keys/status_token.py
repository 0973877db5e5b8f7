"""A Token Status List as a signed JWT (draft-ietf-oauth-status-list §5.1): request, encoding, and its own check.

The key is that of signed records: what a JWT signs is ASCII, what a record signs is DER, so that neither passes for the
other. Which number has which place is not known here.
"""

from __future__ import annotations

import base64
import json
import zlib
from dataclasses import dataclass
from datetime import datetime, timedelta

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature, encode_dss_signature

from keys.signing import Purpose, Signer
from keys.verdict import Check

MEDIA_TYPE = "application/statuslist+jwt"
_CLAUSE = "draft-ietf-oauth-status-list §5.1"
_HALF = 32


@dataclass(frozen=True, slots=True)
class StatusTokenRequest:
    """packed: the statuses, `bits` each, the first in the lowest bits of the first byte; uri: where it is published."""

    reference: str
    uri: str
    bits: int
    packed: bytes
    fresh_seconds: int
    lifetime: timedelta

    @property
    def purpose(self) -> Purpose:
        return Purpose.record_signer

    def draft(self, signer: Signer, now: datetime) -> _TokenDraft:
        issued = int(now.timestamp())
        chain = (signer.certificate, *signer.chain[:-1])
        header = {"alg": "ES256", "typ": "statuslist+jwt", "x5c": [base64.b64encode(one).decode() for one in chain]}
        claims = {
            "sub": self.uri,
            "iat": issued,
            "exp": issued + int(self.lifetime.total_seconds()),
            "ttl": self.fresh_seconds,
            "status_list": {"bits": self.bits, "lst": _text(zlib.compress(self.packed, 9))},
        }
        return _TokenDraft(f"{_json(header)}.{_json(claims)}".encode(), self, signer)


@dataclass(slots=True)
class _TokenDraft:
    to_be_signed: bytes
    request: StatusTokenRequest
    signer: Signer

    def lint(self) -> list[Check]:
        """Everything but the signature itself."""
        return self._contents(self.to_be_signed.decode().split("."))

    def finish(self, signature: bytes) -> bytes:
        r, s = decode_dss_signature(signature)
        return self.to_be_signed + b"." + _text(r.to_bytes(_HALF, "big") + s.to_bytes(_HALF, "big")).encode()

    def verify(self, artefact: bytes) -> list[Check]:
        parts = artefact.decode().split(".")
        return [*self._contents(parts[:2]), *self._signature(parts)]

    def _contents(self, parts: list[str]) -> list[Check]:
        held = json.loads(_bytes(parts[1]))["status_list"]
        same = zlib.decompress(_bytes(held["lst"])) == self.request.packed and held["bits"] == self.request.bits
        return [] if same else [_fault("status_list.contents", "the list holds other statuses", "القائمة لا توافق")]

    def _signature(self, parts: list[str]) -> list[Check]:
        key = x509.load_der_x509_certificate(self.signer.certificate).public_key()
        raw = _bytes(parts[2])
        try:
            if not isinstance(key, ec.EllipticCurvePublicKey) or not isinstance(key.curve, ec.SECP256R1):
                raise InvalidSignature
            signature = encode_dss_signature(int.from_bytes(raw[:_HALF], "big"), int.from_bytes(raw[_HALF:], "big"))
            key.verify(signature, ".".join(parts[:2]).encode(), ec.ECDSA(hashes.SHA256()))
        except InvalidSignature:
            return [_fault("status_list.signature", "the signature does not hold", "التوقيع لا يصح", "crypto")]
        return []


def _fault(check_id: str, en: str, ar: str, level: str = "profile") -> Check:
    return Check(check_id, "crypto" if level == "crypto" else "profile", "fail", en, ar, _CLAUSE)


def _json(value: object) -> str:
    return _text(json.dumps(value, separators=(",", ":")).encode())


def _text(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def _bytes(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
