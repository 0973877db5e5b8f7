"""What other domains may ask of the population register."""

from __future__ import annotations

from collections.abc import Collection

from sqlmodel import col, select

from issuance.db.session import ReadSession
from issuance.people.alike import Alike, alike_people
from issuance.people.birth_date import BirthDate
from issuance.people.facts import ArabicName, LatinName, PersonFacts
from issuance.people.model import Person, facts
from issuance.people.name_candidates import candidates, sharing
from issuance.people.name_keys import MAXIMUM_UNITS, name_keys
from issuance.people.name_match import Likeness, likeness
from issuance.people.name_ranges import TableRanges
from issuance.people.name_words import Unit, units_of
from issuance.people.national_number import national_number_faults, normal
from issuance.people.national_number import parse as parse_national_number
from issuance.people.place import place_faults
from issuance.people.registry import CivilRegistry, HoldReason, RegistryRecord, Transfer, provenance, state_fault
from issuance.people.registry_kept import family_members, former_members, persons_in, record_of
from issuance.people.registry_resolve import civil_registry, registry_holds, resolve
from issuance.people.registry_watch import watched_family
from issuance.people.search import NARROW, Found, Proposal, propose, query_faults
from specs.errors import Fault, NotFound

__all__ = [
    "MAXIMUM_UNITS",
    "NARROW",
    "Alike",
    "ArabicName",
    "BirthDate",
    "CivilRegistry",
    "Found",
    "HoldReason",
    "LatinName",
    "Likeness",
    "PersonFacts",
    "Proposal",
    "RegistryRecord",
    "TableRanges",
    "Transfer",
    "Unit",
    "alike_people",
    "candidates",
    "civil_registry",
    "facts",
    "family_members",
    "find_people",
    "find_person",
    "former_members",
    "known_people",
    "likeness",
    "mother_of",
    "name_keys",
    "national_number_faults",
    "normal_number",
    "parse_national_number",
    "person_of",
    "persons_in",
    "phone_of",
    "place_faults",
    "propose",
    "provenance",
    "query_faults",
    "record_of",
    "registry_holds",
    "require_person",
    "resolve",
    "sharing",
    "state_fault",
    "units_of",
    "watched_family",
]


normal_number = normal


def find_person(read: ReadSession, national_number: str) -> PersonFacts | None:
    """The person of `national_number` (digits of any script, spaces allowed), or None."""
    row = read.exec(select(Person).where(Person.national_number == normal(national_number))).first()
    return None if row is None else facts(row)


def find_people(read: ReadSession, national_numbers: Collection[str]) -> dict[str, PersonFacts]:
    """Those of `national_numbers` (as `normal_number` gives them) that somebody has."""
    rows = read.exec(select(Person).where(col(Person.national_number).in_(national_numbers)))
    return {row.national_number: facts(row) for row in rows}


def phone_of(read: ReadSession, person_id: str) -> str | None:
    """The registered phone, `+218...`; None: none is known."""
    return read.exec(select(Person.phone).where(Person.id == person_id)).first()


def phone_of_number(read: ReadSession, national_number: str) -> str | None:
    """The same by national number; None also where nobody has it."""
    return read.exec(select(Person.phone).where(Person.national_number == national_number)).first()


def mother_of(read: ReadSession, person_id: str) -> str:
    """The mother's name, by which people of one name are told apart."""
    return read.exec(select(Person.mother_arabic).where(Person.id == person_id)).one()


def person_of(read: ReadSession, person_id: str) -> PersonFacts:
    """The person of one of our own rows. Raises `LookupError`: a row that names nobody is a bug."""
    row = read.get(Person, person_id)
    if row is None:
        raise LookupError("no such person")
    return facts(row)


def require_person(read: ReadSession, national_number: str) -> PersonFacts:
    """The person of `national_number`; raises `NotFound` (Law 8/2014 Art 1: no document before a national number)."""
    person = find_person(read, national_number)
    if person is None:
        raise NotFound(
            Fault(
                code="people.not_registered",
                field="national_number",
                clause="Law 8/2014 Art 1",
                ar="لا يوجد قيد بهذا الرقم الوطني",
                en="no record has this national number",
            )
        )
    return person


def known_people(read: ReadSession, ids: Collection[str]) -> set[str]:
    """Those of `ids` who are entered."""
    return set(read.exec(select(Person.id).where(col(Person.id).in_(ids))))
