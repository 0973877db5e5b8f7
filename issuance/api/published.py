"""What this service publishes for those who verify without it: anchors, lists, seal signers, the seal's format.

Public facts only, made from the trust store and the specification.
"""

from __future__ import annotations

import base64
from datetime import datetime
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from cryptography.x509.oid import NameOID

from keys.chain import verify_chain
from keys.seal import address_of
from keys.signing import Purpose
from keys.trust import TrustStore
from specs.schema.seal import SealSpec


def trust(store: TrustStore, at: datetime) -> dict[str, Any]:
    """`/v1/trust`: anchors and lists as base64 DER, and the seal signers a browser can use."""
    return {
        "at": at.isoformat(),
        "anchors": [_certificate(anchor.der) for anchor in store.anchors],
        "crls": [_base64(data) for data in store.crls],
        "seal_signers": seal_signers(store, at),
    }


def seal_signers(store: TrustStore, at: datetime) -> list[dict[str, str]]:
    """Every P-256 seal signer whose path holds at `at`, with its key as base64 SubjectPublicKeyInfo.

    The browser believes this list, so the path (anchor, profile, revocation) is checked here, for each.
    """
    found = []
    for data in store.certificates:
        certificate = x509.load_der_x509_certificate(data)
        signer = _signer_id(certificate)
        key = certificate.public_key()
        if (
            len(signer) != 4
            or not isinstance(key, ec.EllipticCurvePublicKey)
            or not isinstance(key.curve, ec.SECP256R1)
        ):
            continue
        checks = verify_chain(data, Purpose.seal_signer, store, at)
        if not checks or any(check.result in ("fail", "unknown") for check in checks):
            continue
        spki = key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
        found.append(
            _certificate(data)
            | {
                "signer": signer,
                "reference": f"{certificate.serial_number:X}",
                "public_key_spki": _base64(spki),
            }
        )
    return found


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


def _signer_id(certificate: x509.Certificate) -> str:
    """Country and common name of a seal signer (Doc 9303-13 §2.2)."""
    parts = [certificate.subject.get_attributes_for_oid(oid) for oid in (NameOID.COUNTRY_NAME, NameOID.COMMON_NAME)]
    return "".join(str(found[0].value) for found in parts if len(found) == 1)


def _base64(data: bytes) -> str:
    return base64.b64encode(data).decode("ascii")
