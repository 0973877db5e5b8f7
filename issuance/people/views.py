"""Read the population register. A list of people is audited; a name search for a stated purpose is `people.search`."""

from __future__ import annotations

from datetime import datetime

from sqlmodel import col, select

from issuance.core import policy
from issuance.core.actor import Actor
from issuance.core.uow import unit_of_work
from issuance.people.facts import PersonFacts
from issuance.people.model import Person
from issuance.people.public import MAXIMUM_UNITS, facts, propose, require_person, units_of
from issuance.service import Service

MAX_ROWS = 200


def person(service: Service, actor: Actor, national_number: str) -> PersonFacts:
    """One person. Raises `NotFound`, `NotAllowed`."""
    policy.require(actor, "people.read")
    with service.db.reading() as read:
        return require_person(read, national_number)


def people(service: Service, actor: Actor, query: str = "", limit: int = 50, *, now: datetime) -> list[PersonFacts]:
    """At most `limit` (and 200) people: whose number begins with `query`, by number; or who may be meant, best first.

    Every list is audited with how many it showed. Costs the same in a register of millions. Raises `NotAllowed`.
    """
    policy.require(actor, "people.read")
    limit, query = max(1, min(limit, MAX_ROWS)), query.strip()
    with unit_of_work(service.db, actor, "list people", now) as tx:
        if query and not query.isdecimal():
            units = units_of(query, asked=True)[:MAXIMUM_UNITS]
            found = [one.person for one in propose(tx.read, units, limit).proposals] if units else []
        else:
            numbers = select(Person).where(col(Person.national_number) >= query)
            if query:
                numbers = numbers.where(col(Person.national_number) < query + ":")  # the character after 9
            found = [facts(row) for row in tx.read.exec(numbers.order_by(col(Person.national_number)).limit(limit))]
        tx.audit("people.list", "people", {"found": len(found)})
    return found
