"""From a national number to a person a document may be issued to: the registry is asked each time, at issue too.

A table of our own is read in the transaction that audits the look-up; a line is used with nothing open, and what it
said is then kept in one transaction. Whether the actor may act is decided by the command that asks.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime

from issuance.core.actor import Actor
from issuance.core.shapes import read_shape
from issuance.core.uow import Tx, unit_of_work
from issuance.db.session import ReadSession
from issuance.people.entry import PersonRecord, entry_faults
from issuance.people.facts import PersonFacts
from issuance.people.model import Person, facts
from issuance.people.national_number import parse
from issuance.people.registry import (
    CLAUSE,
    CivilRegistry,
    HoldReason,
    RegistryRecord,
    nobody,
    provenance,
    state_fault,
)
from issuance.people.registry_kept import (
    EmbeddedRegistry,
    Ground,
    change,
    enter,
    entry_of,
    held_row,
    record_from,
    unregistered,
)
from issuance.people.registry_watch import watched_family
from issuance.service import Service
from specs.errors import Fault, Invalid, Refused
from specs.schema.civil_registry import CivilRegistryRules


def civil_registry(service: Service) -> CivilRegistry:
    """The registry of this installation: its own table, or the system that `ISSUANCE_CIVIL_REGISTRY_URL` names.

    Raises `Unavailable` when its token or certificates cannot be read.
    """
    if not service.settings.civil_registry_url:
        return EmbeddedRegistry(service.db)
    from issuance.people.registry_line import web_registry  # loads TLS, which an own table never needs

    return web_registry(service.db, service.settings, service.spec.passport.registry)


def resolve(service: Service, actor: Actor, national_number: str, now: datetime) -> tuple[PersonFacts, RegistryRecord]:
    """The person of a number whose record is live, as the registry has it at `now`, and the record.

    Who was not held here is entered, who changed is brought up to date; each look-up is audited. Raises `Invalid` for
    a number of another form, `Refused` when it resolves to nobody (`people.registry.nobody`), to a record that is not
    live (`.deceased`, `.nationality_withdrawn`, `.number_withdrawn`, `.unregistered`) or that cannot stand on a
    document (`people.record...`), `Unavailable` when the registry does not answer: call it with no transaction open.
    """
    number = parse(national_number).text
    registry = civil_registry(service)
    own = isinstance(registry, EmbeddedRegistry)
    told = None if own else registry.look_up(number, now)
    with unit_of_work(service.db, actor, "look up the civil registry", now) as tx:
        found = _read_own(tx, service, number) if own else _taken_in(tx, service, number, told)
        subject = "people" if found.person is None else f"person:{found.person.id}"
        tx.audit("people.look_up", subject, {"fate": found.faults[0].code if found.faults else "live"})
        if found.person is not None and found.record is not None and not found.faults:
            return facts(found.person), found.record
    raise Refused(*found.faults)


def registry_holds(
    read: ReadSession, record: RegistryRecord, rules: CivilRegistryRules, today: date
) -> tuple[HoldReason, ...]:
    """`provenance`, with the watch on the family record as it stands."""
    return provenance(record, rules, today, watched_family(read, record.family_record))


@dataclass(frozen=True, slots=True)
class _Found:
    """faults: why no document is issued; without any, both others are there."""

    person: Person | None
    record: RegistryRecord | None
    faults: tuple[Fault, ...]


def _read_own(tx: Tx, service: Service, number: str) -> _Found:
    """The table of our own, as it is now."""
    person, entry = held_row(tx.session, number)
    if person is None:
        return _Found(None, None, (nobody(),))
    return _judged(service, person, record_from(person, entry, tx.now))


def _taken_in(tx: Tx, service: Service, number: str, told: RegistryRecord | None) -> _Found:
    """What another body's registry said, kept. Of two look-ups at once the newer answer stands."""
    person, entry = held_row(tx.session, number)
    if person is None:
        if told is None:
            return _Found(None, None, (nobody(),))
        if (fault := state_fault(told, service.spec.passport.registry)) is not None:
            return _Found(None, told, (fault,))  # nobody to enter
        read, faults = _read(told, None, service, tx)
        return _Found(None, told, faults) if read is None else _Found(enter(tx, told, read), told, ())
    kept = record_from(person, entry)
    if told is None:
        told = unregistered(kept, tx.now)
    elif entry is not None and told.as_of < entry.as_of:  # who asked later was answered sooner
        judged = _judged(service, person, told)
        return judged if judged.faults else _judged(service, person, kept)
    read, faults = _read(told, (person.latin_surname, person.latin_given), service, tx)
    change(tx, person, entry, told if read is not None else _without_person(told, kept), Ground())
    return _Found(person, told, faults) if faults else _judged(service, person, told)


def _judged(service: Service, person: Person, record: RegistryRecord) -> _Found:
    fault = state_fault(record, service.spec.passport.registry)
    return _Found(person, record, () if fault is None else (fault,))


def _read(
    told: RegistryRecord, latin_before: tuple[str, str] | None, service: Service, tx: Tx
) -> tuple[PersonRecord | None, tuple[Fault, ...]]:
    """The record as an entry, or every fault that keeps it off a document: the civil registry corrects it."""
    try:
        read = read_shape(PersonRecord, entry_of(told, latin_before), code="people.record", clause=CLAUSE)
    except Invalid as error:
        return None, error.faults
    faults = tuple(entry_faults(read, service.spec, tx.now))
    return (None, faults) if faults else (read, ())


def _without_person(told: RegistryRecord, kept: RegistryRecord) -> RegistryRecord:
    """What is told of the record alone, with the person as kept: a name that cannot be printed is not taken over."""
    return replace(
        kept,
        state=told.state,
        under_review=told.under_review,
        family_record=told.family_record,
        transfers=told.transfers,
        registered_on=told.registered_on,
        registered_late=told.registered_late,
        as_of=told.as_of,
        etag=None,
    )
