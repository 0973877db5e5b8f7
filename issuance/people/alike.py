"""Who else in the register may be the same person: one birth date, nearly the same name, another number."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlmodel import col, select

from issuance.db.session import ReadSession
from issuance.people.birth_date import BirthDate
from issuance.people.facts import PersonFacts
from issuance.people.model import Person
from issuance.people.name_candidates import candidates
from issuance.people.name_keys import MAXIMUM_UNITS
from issuance.people.name_match import likeness
from issuance.people.name_ranges import people_ranges
from issuance.people.name_words import units_of

_NAMES: Any = (
    Person.id,
    Person.birth_date,
    Person.arabic_first,
    Person.arabic_father,
    Person.arabic_grandfather,
    Person.arabic_family,
    Person.latin_surname,
    Person.latin_given,
)


@dataclass(frozen=True, slots=True)
class Alike:
    """percent: how much of the one name the other answers."""

    person_id: str
    percent: int


def alike_people(read: ReadSession, person: PersonFacts, least_percent: int, most: int) -> tuple[Alike, ...]:
    """At most `most` others of the same sex whose birth date may be the same and whose name is alike, likest first.

    Unknown parts of a birth date agree with every day. Bounded like a search by name.
    """
    parts = {
        "first": person.arabic.first,
        "father": person.arabic.father,
        "grandfather": person.arabic.grandfather,
        "family": person.arabic.family,
    }
    asked = units_of(" ".join(parts.values()), asked=True)[:MAXIMUM_UNITS]
    held = candidates(asked, people_ranges(read)).ids
    same = select(*_NAMES).where(col(Person.id).in_(held), Person.id != person.id, Person.sex == person.sex)
    found = []
    for id_, birth_date, *names in read.exec(same):
        if not _may_be_same(person.birth_date, BirthDate.parse(birth_date)):
            continue
        other = dict(zip(parts, names[:4], strict=True))
        percent = likeness(asked, other, f"{names[4]} {names[5]}").percent
        if percent >= least_percent:
            found.append(Alike(id_, percent))
    return tuple(sorted(found, key=lambda one: (-one.percent, one.person_id))[:most])


def _may_be_same(one: BirthDate, other: BirthDate) -> bool:
    pairs = ((one.year, other.year), (one.month, other.month), (one.day, other.day))
    return all(not mine or not theirs or mine == theirs for mine, theirs in pairs)
