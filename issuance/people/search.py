"""Look for people by name. It proposes, with a score and the reason; who is meant is decided by a person, elsewhere.

Every look-up is an index range with a cap: the time does not grow with the register. Whoever has all that was asked is
proposed as long as one range, of a name or of two names together, fits under the cap; else the answer says: narrow.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.orm import defer, undefer
from sqlmodel import col, select
from sqlmodel.sql.expression import SelectOfScalar

from issuance.core import policy
from issuance.core.actor import Actor
from issuance.core.purpose import Purpose, settled
from issuance.core.uow import unit_of_work
from issuance.db.session import ReadSession
from issuance.people.facts import PersonFacts
from issuance.people.model import Person, PersonLook, PersonNameKey, facts
from issuance.people.name_candidates import candidates
from issuance.people.name_keys import MAXIMUM_UNITS
from issuance.people.name_match import Likeness, likeness
from issuance.people.name_words import Unit, units_of
from issuance.service import Service
from specs.errors import Fault, Invalid

MAXIMUM_PROPOSALS = 50
CLAUSE = "text/name_search.yaml"
_PORTRAIT: Any = Person.portrait
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
    held = candidates(asked, lambda keys, most: read.exec(_range(keys, most)).all())
    names = select(Person).options(defer(_PORTRAIT))  # a thousand of them weigh twenty megabytes
    rows = {row.id: row for row in read.exec(names.where(col(Person.id).in_(held.ids)))}
    likes = {id_: likeness(asked, _arabic(row), f"{row.latin_surname} {row.latin_given}") for id_, row in rows.items()}
    ordered = sorted(likes, key=lambda id_: (-likes[id_].percent, *_arabic(rows[id_]).values(), id_))
    whole = select(Person).options(undefer(_PORTRAIT)).execution_options(populate_existing=True)
    people = {row.id: facts(row) for row in read.exec(whole.where(col(Person.id).in_(ordered[:limit])))}
    equal = len(ordered) > limit and likes[ordered[limit]].percent == likes[ordered[0]].percent
    shown = tuple(Proposal(people[id_], likes[id_]) for id_ in ordered[:limit])
    return Found(shown, None if held.whole and not equal else NARROW)


def _arabic(row: Person) -> dict[str, str]:
    return {
        "first": row.arabic_first,
        "father": row.arabic_father,
        "grandfather": row.arabic_grandfather,
        "family": row.arabic_family,
    }


def _range(keys: Sequence[str], most: int) -> SelectOfScalar[str]:
    return select(PersonNameKey.person_id).where(col(PersonNameKey.key).in_(keys)).limit(most)


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
