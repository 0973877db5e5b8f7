"""The audit trail with the installation's keys: sign a checkpoint, verify the whole."""

from __future__ import annotations

from keys.record import RecordRequest, verify_record

from issuance.core import policy
from issuance.core.actor import Actor, system
from issuance.core.audit_check import verify_audit
from issuance.core.checkpoints import write_checkpoint
from issuance.service import Service
from keys import Purpose, Verdict, issue, prepare

AUDITOR = system("audit")


def write_trail_checkpoint(service: Service, actor: Actor = AUDITOR) -> int | None:
    """Sign the present end of the trail into the second file; its number, or None when nothing happened since."""

    def sign(reference: str, payload: bytes) -> bytes:
        now = service.clock()
        return issue(prepare(service.keys, RecordRequest(reference=reference, payload=payload), now), now).artefact

    made = write_checkpoint(service.db, service.settings.checkpoints, actor, sign, service.clock())
    return made.number if made is not None else None


def verify_trail(service: Service, actor: Actor) -> Verdict:
    """Every row, every link, every checkpoint. Raises `NotAllowed`."""
    policy.require(actor, "audit.verify")

    def open_signed(artefact: bytes) -> bytes | None:
        return verify_record(artefact, service.trust, service.clock(), Purpose.record_signer)

    return verify_audit(service.db, service.settings.checkpoints, open_signed)
