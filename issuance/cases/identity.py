"""Who an accused known by name only may be: proposals from the register of people, for a person to decide upon.

Nothing is decided here. The decision is the action `identify_accused`, which asks for the national number, how the
identity was confirmed, and the reason (`specs/cases/lifecycle.yaml`): never a name alone (LIBYA.md 3.1).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from issuance.cases.file import Accused
from issuance.cases.looks import Look, keep
from issuance.cases.reading import look
from issuance.core.actor import Actor
from issuance.core.purpose import Purpose, settled
from issuance.core.uow import unit_of_work
from issuance.people.public import MAXIMUM_UNITS, BirthDate, Likeness, PersonFacts, propose, query_faults, units_of
from issuance.service import Service
from specs.errors import Fault, Invalid, NotAllowed, NotFound

CLAUSE = "LIBYA.md 3.1"
MAXIMUM_CANDIDATES = 50


@dataclass(frozen=True, slots=True)
class Candidate:
    """Someone the accused may be. born_alike: the birth date of the file agrees; None where the file names none."""

    person: PersonFacts
    like: Likeness
    born_alike: bool | None


@dataclass(frozen=True, slots=True)
class Candidates:
    """accused: as the file knows them; candidates: best first; narrow: said when others may answer as well."""

    accused: Accused
    candidates: tuple[Candidate, ...]
    narrow: Fault | None


def candidates(service: Service, actor: Actor, number: str, code: str, purpose: Purpose, now: datetime) -> Candidates:
    """Who `code` (`A1`) of case `number` may be, for those who may identify the accused there.

    The look at the file and the search are both kept. Raises `Invalid` (no purpose, no name to search by), `NotFound`,
    `NotAllowed`.
    """
    view = look(service, actor, number, purpose, now)
    held = view.file.accused.get(code)
    if held is None:
        raise NotFound(_fault("accused", "unknown", "لا متهم بهذا الرمز في الملف", "the file has no such accused"))
    if "identify_accused" not in view.moves:
        words = "ليس لك تحديد هوية متهم في هذا الملف", "you may not identify an accused of this file"
        raise NotAllowed(_fault("accused", "not_allowed", *words))
    asked = units_of(held.name or "", asked=True)[:MAXIMUM_UNITS]
    if found := list(query_faults(asked)):
        raise Invalid(*found)
    with unit_of_work(service.db, actor, "who an accused may be", now) as tx:
        proposed = propose(tx.read, asked, limit=MAXIMUM_CANDIDATES)
        shown = [
            Candidate(one.person, one.like, born_alike(one.person.birth_date, held.birth_date))
            for one in proposed.proposals
        ]
        kept = settled(purpose, service.spec.purposes)
        keep(tx, Look("search", kept, view.file.id, own_part=True, found=len(shown)))
    shown.sort(key=lambda one: (-one.like.percent, one.born_alike is not True))  # else by name, as proposed
    return Candidates(held, tuple(shown), proposed.narrow)


def born_alike(registered: BirthDate, said: date | None) -> bool | None:
    """Whether a date in a file may be the registered one, whose day or month may be unknown."""
    if said is None or (earliest := registered.earliest()) is None or (latest := registered.latest()) is None:
        return None
    return earliest <= said <= latest


def _fault(field: str, code: str, ar: str, en: str) -> Fault:
    return Fault(code=f"cases.identity.{code}", field=field, clause=CLAUSE, ar=ar, en=en)
