"""Read the register of rulings. Every read states its purpose and leaves a look."""

from __future__ import annotations

from issuance.cases.facts import RulingFacts
from issuance.cases.looks import Look, keep
from issuance.cases.public import rulings_of
from issuance.core import policy
from issuance.core.actor import Actor
from issuance.core.purpose import Purpose, settled
from issuance.core.uow import unit_of_work
from issuance.people.public import require_person
from issuance.service import Service


def rulings(service: Service, actor: Actor, national_number: str, purpose: Purpose) -> tuple[RulingFacts, ...]:
    """Every ruling on the person, disclosed on a certificate or not. Raises `NotFound`, `NotAllowed`, `Invalid`."""
    policy.require(actor, "cases.read_record")
    purpose = settled(purpose, service.spec.purposes)
    with service.db.reading() as read:
        person = require_person(read, national_number)
        found = rulings_of(read, person.id)
    with unit_of_work(service.db, actor, "read the criminal record", service.clock()) as tx:
        # A person's record belongs to no office: nobody looks at it from outside.
        keep(tx, Look("record", purpose, person_id=person.id, own_part=True, found=len(found)))
    return found
