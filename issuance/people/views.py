"""Read the population register."""

from __future__ import annotations

from sqlmodel import col, or_, select

from issuance.core import policy
from issuance.core.actor import Actor
from issuance.people.facts import PersonFacts
from issuance.people.model import Person
from issuance.people.public import facts, require_person
from issuance.service import Service

MAX_ROWS = 200
_SEARCHED = (Person.arabic_first, Person.arabic_father, Person.arabic_family, Person.latin_surname, Person.latin_given)


def person(service: Service, actor: Actor, national_number: str) -> PersonFacts:
    """One person. Raises `NotFound`, `NotAllowed`."""
    policy.require(actor, "people.read")
    with service.db.reading() as read:
        return require_person(read, national_number)


def people(service: Service, actor: Actor, query: str = "", limit: int = 50) -> list[PersonFacts]:
    """People whose number begins with, or one of whose names contains, every word of `query`; by number."""
    policy.require(actor, "people.read")
    statement = select(Person).order_by(col(Person.national_number)).limit(max(1, min(limit, MAX_ROWS)))
    for word in query.split()[:6]:
        names = [col(name).contains(word.upper() if word.isascii() else word, autoescape=True) for name in _SEARCHED]
        statement = statement.where(or_(col(Person.national_number).startswith(word, autoescape=True), *names))
    with service.db.reading() as read:
        return [facts(row) for row in read.exec(statement).all()]
