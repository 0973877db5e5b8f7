"""Signed records (audit checkpoints, work packages): CMS SignedData with the payload inside.

Builds and requests; `keys.record_verify` judges, and shares no encoder with this.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from keys.cms import CmsDraft, begin_attached, signing_time
from keys.encode import STAND_IN_SIGNATURE
from keys.record_verify import record_faults
from keys.signing import Draft, Purpose, Signer
from keys.verdict import Check
from specs.errors import Fault, Invalid
from specs.load import load
from specs.schema.pki import Pki


@dataclass(frozen=True, slots=True)
class RecordRequest:
    """payload: the bytes to be kept, as they are. pki: default, the specification in force."""

    reference: str
    payload: bytes
    pki: Pki = field(default_factory=lambda: load().pki_profiles)

    @property
    def purpose(self) -> Purpose:
        return Purpose.record_signer

    def draft(self, signer: Signer, now: datetime) -> Draft:
        """Raises `Invalid` for an empty payload or one over the limit of the specification."""
        rules = self.pki.signed_record
        if not 0 < len(self.payload) <= rules.maximum_payload_bytes:
            raise Invalid(
                Fault(
                    "keys.record.size",
                    "محتوى السجل فارغ أو أكبر من المسموح",
                    f"the payload must have 1 to {rules.maximum_payload_bytes} bytes, not {len(self.payload)}",
                    field="payload",
                    clause=rules.source,
                )
            )
        cms = begin_attached(signer, rules.content_type, self.payload, [signing_time(now)])
        return _RecordDraft(cms, self, signer)


@dataclass(slots=True)
class _RecordDraft:
    cms: CmsDraft
    request: RecordRequest
    signer: Signer

    @property
    def to_be_signed(self) -> bytes:
        return self.cms.to_be_signed

    def lint(self) -> list[Check]:
        """Everything but the signature itself."""
        faults = self.verify(self.finish(STAND_IN_SIGNATURE))
        return [check for check in faults if check.id != "record.signature"]

    def finish(self, signature: bytes) -> bytes:
        return self.cms.finish(signature)

    def verify(self, artefact: bytes) -> list[Check]:
        return record_faults(artefact, self.request.pki, payload=self.request.payload, signer=self.signer.certificate)
