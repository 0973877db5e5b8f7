"""What this service publishes for those who verify without it: anchors, lists, seal signers, the seal's format.

Public facts only, made from the trust store and the specification.
"""

from __future__ import annotations

import base64
from datetime import datetime
from typing import Any, Final

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from keys.algorithms import Unsupported
from keys.chain import verify_chain
from keys.seal import address_of
from keys.seal_verify import signer_id
from keys.signing import Purpose
from keys.trust import TrustStore
from keys.x509 import Certificate, read_certificate
from specs.schema.pki import Pki
from specs.schema.seal import SealSpec

SIGNER_CHARACTERS: Final = 4  # country and two more (Doc 9303-13 §2.2)
_BROWSER_HASH: Final = {"P-256": "SHA-256", "P-384": "SHA-384", "P-521": "SHA-512"}
"""The curves WebCrypto knows, and the hash that follows the size of each (Doc 9303-13 §2.4)."""


def trust(store: TrustStore, at: datetime, pki: Pki) -> dict[str, Any]:
    """`/v1/trust`: anchors and lists as base64 DER, and the seal signers a browser can use."""
    return {
        "at": at.isoformat(),
        "anchors": [_certificate(anchor.der) for anchor in store.anchors],
        "crls": [_base64(data) for data in store.crls],
        "seal_signers": seal_signers(store, at, pki),
    }


def seal_signers(store: TrustStore, at: datetime, pki: Pki) -> list[dict[str, str]]:
    """Every seal signer nothing speaks against at `at`, with its key as base64 SubjectPublicKeyInfo and its state.

    The browser believes this list, so the path (anchor, profile, revocation) is checked here, for each. state: `good`;
    `unknown` when something about the path cannot be known, as with an old revocation list; `unsupported` when no
    browser computes with its key.
    """
    found = []
    for data in store.certificates:
        results = {check.result for check in verify_chain(data, Purpose.seal_signer, store, at, pki=pki)}
        if not results or "fail" in results:
            continue
        certificate = read_certificate(data)
        signer = signer_id(certificate)
        if len(signer) == SIGNER_CHARACTERS:
            held = {"signer": signer, "reference": f"{certificate.serial:X}"}
            found.append(_certificate(data) | held | _key(certificate, "unknown" in results))
    return found


def record_signers(store: TrustStore, at: datetime, pki: Pki) -> list[dict[str, str]]:
    """Every signer of records, so of border bundles, that holds at `at`: validity, digest and key of its certificate.

    For a browser that will be without a line: it believes these, so the path of each is checked here.
    """
    found = []
    for data in store.certificates:
        results = {check.result for check in verify_chain(data, Purpose.record_signer, store, at, pki=pki)}
        if results and not results & {"fail", "unknown"}:
            found.append(_certificate(data) | _key(read_certificate(data), unknown=False))
    return found


def _key(certificate: Certificate, unknown: bool) -> dict[str, str]:
    try:
        public = certificate.public_key
    except Unsupported:
        return {"state": "unsupported"}
    if not isinstance(public.key, ec.EllipticCurvePublicKey) or public.curve not in _BROWSER_HASH:
        return {"state": "unsupported"}
    spki = public.key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    return {
        "state": "unknown" if unknown else "good",
        "curve": public.curve,
        "hash": _BROWSER_HASH[public.curve],
        "public_key_spki": _base64(spki),
    }


def seal_format(spec: SealSpec, base_url: str) -> dict[str, Any]:
    """`/v1/seal-format`: how to read the certificate's seal, from the specification. address: where it must lead."""
    definition = spec.definition
    return {
        "issuer": definition.issuer,
        "seal_version": definition.seal_version,
        "definition": definition.feature_definition_reference,
        "category": definition.type_category,
        "editions": spec.edition.known,
        "features": [feature.model_dump(mode="json") for feature in spec.features],
        "outcomes": dict(spec.outcomes.codes),
        "utc_offset_minutes": spec.signature_date.utc_offset_minutes,
        "address": address_of(base_url, spec),
    }


def _certificate(data: bytes) -> dict[str, str]:
    certificate = x509.load_der_x509_certificate(data)
    return {
        "subject": certificate.subject.rfc4514_string(),
        "valid_from": certificate.not_valid_before_utc.isoformat(),
        "valid_to": certificate.not_valid_after_utc.isoformat(),
        "certificate_sha256": certificate.fingerprint(hashes.SHA256()).hex(),
        "certificate": _base64(data),
    }


def _base64(data: bytes) -> str:
    return base64.b64encode(data).decode("ascii")
