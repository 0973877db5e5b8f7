"""The signed paper of a hand-over: which file, in which state, from whom to whom; signed again when it is received.

Made before the transaction that appends the action: no key is used inside a unit of work.
"""

from __future__ import annotations

from datetime import datetime
from typing import Final

from issuance.cases.file import CaseFile
from issuance.cases.history import rows_of_case
from issuance.core.actor import Actor
from issuance.core.canonical import canonical
from issuance.service import Service
from keys import issue, prepare
from keys.record import RecordRequest
from specs.schema.lifecycle import CaseAction

FORM: Final = "ly.issuance.case.hand-over/1"


def wants_receipt(name: str, kind: CaseAction) -> bool:
    """Whether the action is part of a hand-over."""
    return bool(kind.hands_over) or name == "acknowledge"


def receipt_of(service: Service, actor: Actor, file: CaseFile, name: str, receiver: str | None, now: datetime) -> bytes:
    """CMS over what is handed over, bound to the last entry of the file. Raises `Unavailable` when no key may sign."""
    with service.db.reading() as read:
        last = rows_of_case(read, file.id)[-1]
    waiting = file.transfer
    said = {
        "form": FORM,
        "case": file.id,
        "number": file.number,
        "version": last.seq,
        "digest": last.digest,
        "action": name,
        "hand_over": waiting.action if waiting is not None else None,
        "from": waiting.sender if waiting is not None else file.holder,
        "to": waiting.receiver if waiting is not None else receiver,
        "evidence": list(file.evidence),
        "by": actor.id,
        "at": now.isoformat(timespec="microseconds"),
    }
    request = RecordRequest(f"case:{file.id}:{last.seq + 1}", canonical(said), service.spec.pki_profiles)
    return issue(prepare(service.keys, request, now), now).artefact
