"""The audit trail with the installation's keys: sign a checkpoint, verify the whole."""

from __future__ import annotations

from issuance.core import policy
from issuance.core.actor import Actor, system
from issuance.core.audit_check import verify_audit
from issuance.core.checkpoints import write_checkpoint
from issuance.service import Service
from keys import Verdict, issue, prepare
from keys.record import RecordRequest
from keys.record_verify import verify_record

AUDITOR = system("audit")


def write_trail_checkpoint(service: Service, actor: Actor = AUDITOR) -> int | None:
    """Sign the present end of the trail into the second file; its number, or None when nothing happened since."""

    def sign(reference: str, payload: bytes) -> bytes:
        now = service.clock()
        request = RecordRequest(reference, payload, service.spec.pki_profiles)
        return issue(prepare(service.keys, request, now), now).artefact

    made = write_checkpoint(service.db, service.settings.checkpoints, actor, sign, service.clock())
    return made.number if made is not None else None


def verify_trail(service: Service, actor: Actor) -> Verdict:
    """Every row, every link, every checkpoint. Raises `NotAllowed`."""
    policy.require(actor, "audit.verify")

    def open_signed(artefact: bytes) -> tuple[Verdict, bytes]:
        read = verify_record(artefact, service.trust, service.clock(), pki=service.spec.pki_profiles)
        return read.verdict, read.payload or b""

    return verify_audit(service.db, service.settings.checkpoints, open_signed)
