"""Read the register of rulings. Every read leaves an audit row."""

from __future__ import annotations

from issuance.cases.facts import RulingFacts
from issuance.cases.public import rulings_of
from issuance.core import policy
from issuance.core.actor import Actor
from issuance.core.uow import unit_of_work
from issuance.people.public import require_person
from issuance.service import Service


def rulings(service: Service, actor: Actor, national_number: str) -> tuple[RulingFacts, ...]:
    """Every ruling on the person, disclosed on a certificate or not. Raises `NotFound`, `NotAllowed`."""
    policy.require(actor, "cases.read_record")
    with service.db.reading() as read:
        person = require_person(read, national_number)
        found = rulings_of(read, person.id)
    with unit_of_work(service.db, actor, "read the criminal record", service.clock()) as tx:
        tx.audit("cases.read_record", f"person:{person.id}", {"count": len(found)})
    return found
