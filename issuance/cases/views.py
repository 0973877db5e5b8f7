"""Read the register of rulings."""

from __future__ import annotations

from issuance.cases.facts import RulingFacts
from issuance.cases.public import rulings_of
from issuance.core import policy
from issuance.core.actor import Actor
from issuance.people.public import require_person
from issuance.service import Service


def rulings(service: Service, actor: Actor, national_number: str) -> tuple[RulingFacts, ...]:
    """Every ruling on the person, disclosed on a certificate or not. Raises `NotFound`, `NotAllowed`."""
    policy.require(actor, "cases.read")
    with service.db.reading() as read:
        return rulings_of(read, require_person(read, national_number).id)
