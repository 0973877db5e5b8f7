"""The head of a border bundle as a compact JWS (RFC 7515), ES256 with `x5c`: request and encoding.

The key is that of signed records: what a JWS signs is ASCII, what a record signs is DER, so that neither passes for the
other; `typ` tells it from a status list. What the claims mean is not known here. `keys.bundle_verify` judges, and
shares no encoder with this.
"""

from __future__ import annotations

import base64
import json
from dataclasses import dataclass, field
from datetime import datetime

from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature

from keys.bundle_verify import TYPE, head_faults
from keys.signing import Draft, Purpose, Signer
from keys.verdict import Check
from specs.load import load
from specs.schema.pki import Pki

_HALF = 32


@dataclass(frozen=True, slots=True)
class BundleHeadRequest:
    """payload: the claims, JSON, as they are. pki: default, the specification in force."""

    reference: str
    payload: bytes
    pki: Pki = field(default_factory=lambda: load().pki_profiles)

    @property
    def purpose(self) -> Purpose:
        return Purpose.record_signer

    def draft(self, signer: Signer, now: datetime) -> Draft:
        del now  # the claims say when
        chain = (signer.certificate, *signer.chain[:-1])
        header = {"alg": "ES256", "typ": TYPE, "x5c": [base64.b64encode(one).decode() for one in chain]}
        text = json.dumps(header, separators=(",", ":")).encode()
        return _HeadDraft(b".".join(map(_encoded, (text, self.payload))), self, signer)


@dataclass(slots=True)
class _HeadDraft:
    to_be_signed: bytes
    request: BundleHeadRequest
    signer: Signer

    def lint(self) -> list[Check]:
        """Everything but the signature itself."""
        faults = self.verify(self.finish(bytes.fromhex("3006020101020101")))
        return [check for check in faults if check.id != "bundle.signature"]

    def finish(self, signature: bytes) -> bytes:
        r, s = decode_dss_signature(signature)
        return self.to_be_signed + b"." + _encoded(r.to_bytes(_HALF, "big") + s.to_bytes(_HALF, "big"))

    def verify(self, artefact: bytes) -> list[Check]:
        return head_faults(artefact, payload=self.request.payload, signer=self.signer.certificate)


def _encoded(data: bytes) -> bytes:
    return base64.urlsafe_b64encode(data).rstrip(b"=")
