"""Sign a PDF of our own renderer: PAdES baseline B-B (ETSI EN 319 142-1) as one incremental update.

Writes only: the update is `keys.pdf_update`, the CMS `keys.cms`; judging is `keys.pdf_verify`, which shares neither.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from cryptography.hazmat import asn1

from keys import cms, pdf_verify
from keys.encode import STAND_IN_SIGNATURE, encode
from keys.pdf_update import PdfWithRoom, make_room
from keys.schemes import SCHEMES
from keys.signing import Purpose, Signer
from keys.verdict import Check

_SIGNING_CERTIFICATE_V2: Final = "1.2.840.113549.1.9.16.2.47"


@asn1.sequence
class _EssCertificateId:
    """ESSCertIDv2 (RFC 5035 §4) with the default hash, SHA-256."""

    digest: bytes


@asn1.sequence
class _SigningCertificate:
    certificates: list[_EssCertificateId]


@dataclass(frozen=True, slots=True)
class PdfRequest:
    """pdf: unsigned, fresh from our renderer; reason, location: shown by readers, empty for none."""

    reference: str
    pdf: bytes
    reason: str
    location: str

    @property
    def purpose(self) -> Purpose:
        return Purpose.pdf_signer

    def draft(self, signer: Signer, now: datetime) -> PdfDraft:
        """The file with room for the signature, and the attributes to sign. Raises `Invalid` for any PDF not ours."""
        room = make_room(self.pdf, now, self.reason, self.location)
        embedded = signer.chain[:-1]  # the root is the verifier's own affair
        digest = hashlib.new(SCHEMES[signer.algorithm].hash, room.signed_bytes).digest()
        message = cms.begin_detached(
            replace(signer, chain=embedded),
            cms.ID_DATA,
            digest,
            [cms.attribute(_SIGNING_CERTIFICATE_V2, _certificate_ids((signer.certificate, *sorted(embedded))))],
            with_chain=True,
        )
        return PdfDraft(message.to_be_signed, room, message, signer.certificate)


@dataclass(frozen=True, slots=True)
class PdfDraft:
    """A PDF complete but for what stands in its signature."""

    to_be_signed: bytes
    room: PdfWithRoom
    message: cms.CmsDraft
    certificate: bytes

    def lint(self) -> list[Check]:
        """Reads the file back with a stand-in signature: all but the signature itself must hold."""
        found = pdf_verify.integrity_checks(self.finish(STAND_IN_SIGNATURE), self.certificate)
        return [check for check in found if check.result != "pass" and check.id != "pdf.signature"]

    def finish(self, signature: bytes) -> bytes:
        """The signed file; `signature` is DER."""
        return self.room.filled(self.message.finish(signature))

    def verify(self, artefact: bytes) -> list[Check]:
        """Coverage, spelling, digest, signature and signer of the finished file."""
        return pdf_verify.integrity_checks(artefact, self.certificate)


def _certificate_ids(certificates: Sequence[bytes]) -> bytes:
    ids = [_EssCertificateId(digest=hashlib.sha256(der).digest()) for der in certificates]
    return encode(_SigningCertificate(certificates=ids))
