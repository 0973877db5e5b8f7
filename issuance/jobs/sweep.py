"""Settle what a killed process left between: numbers without a document, signatures without a known result.

Nothing is lost in silence and nothing is used again: an open number becomes void, an open intent is closed as failed
(its key use stays counted), and each is reported.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from issuance.core import policy
from issuance.core.actor import Actor
from issuance.core.numbers import unresolved as open_numbers
from issuance.core.numbers import void
from issuance.core.uow import unit_of_work
from issuance.db.intents import TableIntentLog
from issuance.db.intents import unresolved as open_intents
from issuance.passports import producing
from issuance.service import Service

GRACE = producing.GRACE
"""Younger ones may belong to a process that still works; one that is slower finds its number void and keeps nothing."""
REASON = "interrupted"


@dataclass(frozen=True, slots=True)
class Settled:
    """kind: `number` or `signature`; id: the number or the intent; reference: what it was for; since: its beginning."""

    kind: str
    id: str
    reference: str
    since: datetime

    def as_json(self) -> dict[str, Any]:
        return {"kind": self.kind, "id": self.id, "reference": self.reference, "since": self.since.isoformat()}


def sweep(service: Service, actor: Actor, grace: timedelta = GRACE) -> list[Settled]:
    """Settle everything open for longer than `grace`, oldest first. Raises `NotAllowed`, `Unavailable`."""
    policy.require(actor, "signing.sweep")
    now = service.clock()
    producing.recover(service, actor, now, grace)
    with service.db.reading() as read:
        numbers = [(n.number, n.reference, n.allocated_at) for n in open_numbers(read, now - grace)]
        intents = [(i.id, i.reference, i.created_at) for i in open_intents(read, now - grace)]
    settled = []
    for number, reference, since in numbers:
        with unit_of_work(service.db, actor, "sweep of an interrupted issue", now) as tx:
            void(tx, number, REASON)
        settled.append(Settled("number", number, reference, since))
    log = TableIntentLog(service.db)
    for intent_id, reference, since in intents:
        log.record_result(intent_id, "failed", None, now)
        with unit_of_work(service.db, actor, "sweep of an interrupted signature", now) as tx:
            tx.audit("signing.sweep", f"intent:{intent_id}", {"for": reference})
        settled.append(Settled("signature", intent_id, reference, since))
    return sorted(settled, key=lambda s: s.since)
