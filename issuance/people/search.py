"""Look for people by name. It proposes, with a score and the reason; who is meant is decided by a person, elsewhere.

Every look-up is an index range with a cap: the time does not grow with the register. Whoever has all that was asked is
proposed as long as one range, of a name or of two names together, fits under the cap; else the answer says: narrow.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlmodel import col, select

from issuance.core import policy
from issuance.core.actor import Actor
from issuance.core.purpose import Purpose, settled
from issuance.core.uow import unit_of_work
from issuance.db.session import ReadSession
from issuance.people.facts import PersonFacts
from issuance.people.model import Person, PersonLook, facts
from issuance.people.name_candidates import candidates
from issuance.people.name_keys import MAXIMUM_UNITS
from issuance.people.name_match import Likeness, likeness
from issuance.people.name_ranges import people_ranges
from issuance.people.name_words import Unit, units_of
from issuance.service import Service
from specs.errors import Fault, Invalid

MAXIMUM_PROPOSALS = 50
CLAUSE = "text/name_search.yaml"
# Of a thousand people the names alone are read: whole rows with their portraits weigh twenty megabytes.
_NAMES: Any = (
    Person.id,
    Person.arabic_first,
    Person.arabic_father,
    Person.arabic_grandfather,
    Person.arabic_family,
    Person.latin_surname,
    Person.latin_given,
)
NARROW = Fault(
    code="people.search.narrow",
    field="query",
    clause=CLAUSE,
    ar="يحمل هذا الاسم كثيرون ولم يُعرضوا كلهم: زد في الاسم أو ابحث بالرقم الوطني",
    en="many people have this name and not all are shown: add to the name, or search by national number",
)


@dataclass(frozen=True, slots=True)
class Proposal:
    """Someone who may be meant. like: how much of what was asked the name answers, and by which of its parts."""

    person: PersonFacts
    like: Likeness


@dataclass(frozen=True, slots=True)
class Found:
    """proposals: best first, then by name; narrow: said when others with all these names may not be among them."""

    proposals: tuple[Proposal, ...]
    narrow: Fault | None


def search_people(
    service: Service, actor: Actor, query: str, purpose: Purpose, now: datetime, *, limit: int = MAXIMUM_PROPOSALS
) -> Found:
    """At most `limit` (and 50) people whose names answer `query` (Arabic or Latin, any order, parts left out).

    Kept with the purpose and the ids of who was proposed. Raises `Invalid` (also without a purpose), `NotAllowed`.
    """
    policy.require(actor, "people.read")
    purpose = settled(purpose, service.spec.purposes)
    asked = units_of(query, asked=True)[:MAXIMUM_UNITS]
    if faults := list(query_faults(asked)):
        raise Invalid(*faults)
    with unit_of_work(service.db, actor, "search for a person by name", now) as tx:
        found = propose(tx.read, asked, max(1, min(limit, MAXIMUM_PROPOSALS)))
        look = PersonLook(
            at=now,
            account=actor.id,
            office=actor.office,
            purpose=purpose.code,
            words=purpose.words,
            found=[proposal.person.id for proposal in found.proposals],
        )
        tx.session.add(look)
        tx.audit("people.search", "people", {"look": look.id, "purpose": purpose.code, "found": len(look.found)})
    return found


def propose(read: ReadSession, asked: Sequence[Unit], limit: int) -> Found:
    """The proposals for a query, without its audit row: for commands that write their own."""
    held = candidates(asked, people_ranges(read))
    names = {row[0]: row for row in read.exec(select(*_NAMES).where(col(Person.id).in_(held.ids)))}
    likes = {id_: likeness(asked, _arabic(row), f"{row[5]} {row[6]}") for id_, row in names.items()}
    ordered = sorted(likes, key=lambda id_: (-likes[id_].percent, *names[id_][1:5], id_))
    people = {row.id: facts(row) for row in read.exec(select(Person).where(col(Person.id).in_(ordered[:limit])))}
    equal = len(ordered) > limit and likes[ordered[limit]].percent == likes[ordered[0]].percent
    shown = tuple(Proposal(people[id_], likes[id_]) for id_ in ordered[:limit])
    return Found(shown, None if held.whole and not equal else NARROW)


def _arabic(row: Sequence[str]) -> dict[str, str]:
    return dict(zip(("first", "father", "grandfather", "family"), row[1:5], strict=True))


def query_faults(asked: Sequence[Unit]) -> Iterator[Fault]:
    """What is wrong with a query that was read into `asked`."""
    if not asked:
        yield Fault(
            code="people.search.query",
            field="query",
            clause=CLAUSE,
            ar="اكتب اسماً بالحروف العربية أو اللاتينية",
            en="write a name in Arabic or Latin letters",
        )
