"""What may stand against an application: one function for each source of causes. None of them writes a hold.

They read, and may ask other systems (the civil registry, the one-to-many search), outside any transaction.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from issuance.biometrics.public import accepted_portrait
from issuance.cases.public import rulings_of, travel_bans
from issuance.core.actor import system
from issuance.core.civil import civil_day
from issuance.passports import rules
from issuance.passports.application import Application, read_application
from issuance.passports.duplicates import duplicate_causes
from issuance.passports.earlier import books_of, latest_of, spelling_in
from issuance.passports.enrol_files import PORTRAIT, newest_file
from issuance.passports.holds import Cause
from issuance.passports.model import PassportApplication
from issuance.passports.own_matters import relations
from issuance.passports.request import PassportRequest, read_request
from issuance.passports.way import unknown
from issuance.people.public import PersonFacts, RegistryRecord, person_of, registry_holds, resolve
from issuance.service import Service
from specs.errors import Invalid, NotFound, Refused

SERVICE = system("passport-office")


@dataclass(frozen=True, slots=True)
class Facts:
    """What the checks look at. person: as the registry has it now, or as held here when it is no more live; record:
    None then, and `gone` says why; authors: the accounts that enrolled it."""

    application_id: str
    request: PassportRequest
    asked: Application
    office: str
    person: PersonFacts
    record: RegistryRecord | None
    gone: str
    authors: tuple[str, ...]


def facts_of(service: Service, application_id: str, now: datetime) -> Facts:
    """Raises `NotFound`, `Unavailable` when the registry does not answer."""
    with service.db.reading() as read:
        row = read.get(PassportApplication, application_id)
        if row is None or row.person_id is None:
            raise NotFound(unknown())
        request = read_request(row.asked)
        asked, _ = read_application(request.application)
        person, office, authors = person_of(read, row.person_id), row.office, tuple(row.authors)
    record, gone = None, ""
    try:
        person, record = resolve(service, SERVICE, asked.national_number, now)
    except Refused as error:
        gone = error.faults[0].code.rpartition(".")[2]
    return Facts(application_id, request, asked, office, person, record, gone, authors)


def _registry(service: Service, facts: Facts, now: datetime) -> Iterator[Cause]:
    """A live record that says the same, with the reasons of its provenance (LIBYA 1.3, S23-S27)."""
    if facts.record is None:
        yield Cause("not_live", facts.gone)
        return
    if any(rules.register_faults(facts.asked, facts.person)):
        yield Cause("differs_from_record")
    with service.db.reading() as read:
        for one in registry_holds(read, facts.record, service.spec.passport.registry, civil_day(now)):
            yield Cause(one.kind, one.reference or str(one.on))


def _one_to_many(service: Service, facts: Facts, now: datetime) -> Sequence[Cause]:
    case = facts.request.humanitarian
    return duplicate_causes(service, SERVICE, facts.application_id, facts.person, facts.office, now, humanitarian=case)


def _earlier_books(service: Service, facts: Facts, now: datetime) -> Iterator[Cause]:
    """The link to the book before, its spelling, and a book of another type good for travel (LIBYA 1.3, S30)."""
    del now
    states = service.spec.passport.office.documents.entries
    with service.db.reading() as read:
        books = books_of(read, facts.person.id)
        before = latest_of(books, facts.asked.document_type)
        spelt = None if before is None else spelling_in(read, before)
    if before is not None and facts.request.predecessor != before.number:
        yield Cause("differs_from_record", f"book:{before.number}")
    latin = facts.asked.names.latin
    if before is not None and spelt is not None and spelt != (latin.surname.upper(), latin.given.upper()):
        yield Cause("spelling_changed", before.number)
    if facts.request.kind in ("emergency", "temporary"):
        for book in books:
            if states[book.state].travel:  # type: ignore[index]
                yield Cause("duplicate_application", f"book:{book.number}")


def _bans(service: Service, facts: Facts, now: datetime) -> Iterator[Cause]:
    with service.db.reading() as read:
        bans = travel_bans(read, facts.person.id, civil_day(now))
    yield from (Cause("travel_ban", ban.id) for ban in bans)


def _rulings(service: Service, facts: Facts, now: datetime) -> Iterator[Cause]:
    """Crew documents: no felony and no crime against honour, unless rehabilitated (Decree 678/1986)."""
    bars, today = service.spec.passport.office.record_bars, civil_day(now)
    if facts.asked.document_type not in bars.document_types:
        return
    with service.db.reading() as read:
        rulings = rulings_of(read, facts.person.id)
    for one in rulings:
        ended = any(effect.kind in bars.ended_by and effect.in_force(today) for effect in one.effects)
        if ended or one.verdict not in bars.verdicts or one.kind not in (*bars.barring_kinds, *bars.examined_kinds):
            continue
        if one.final_on is None or one.final_on > today:
            yield Cause("not_final", one.id)
        else:
            yield Cause("conviction" if one.kind in bars.barring_kinds else "honour_offence", one.id)


def _guardians(service: Service, facts: Facts, now: datetime) -> Iterator[Cause]:
    """A child's guardians are those of the record, and live; a court's order is looked at by an officer."""
    if facts.request.court_order:
        yield Cause("guardianship", "court_order")
    for index, one in enumerate(facts.request.guardians):
        known = getattr(facts.record, one.relation, None) if facts.record is not None else None
        if known != one.national_number:
            yield Cause("guardianship", f"{index}:not_of_record")
        try:
            resolve(service, SERVICE, one.national_number, now)
        except (Refused, Invalid):
            yield Cause("guardianship", f"{index}:not_live")


def _portrait(service: Service, facts: Facts, now: datetime) -> Iterator[Cause]:
    """A picture that keeps every limit that refuses and not every one recommended: an officer says why it is taken."""
    del now
    with service.db.reading() as read:
        file = newest_file(read, facts.application_id, PORTRAIT)
        taken = accepted_portrait(read, facts.application_id)
    if file is not None and file.warnings and (taken is None or taken.digest != file.sha256):
        yield Cause("portrait", file.sha256)


def _officers(service: Service, facts: Facts, now: datetime) -> Iterator[Cause]:
    """Who enrolled it is of the applicant's family record: others look at it (LIBYA 1.3, S24)."""
    del now
    if service.spec.passport.office.own_matters.family_enrolled_is_held:
        with service.db.reading() as read:
            kin = relations(read, facts.authors, facts.person.id)
        yield from (Cause("officer_family", account) for account in sorted(kin))


CHECKS: tuple[Callable[[Service, Facts, datetime], Iterable[Cause]], ...] = (
    _registry,
    _earlier_books,
    _bans,
    _rulings,
    _guardians,
    _portrait,
    _officers,
    _one_to_many,
)


def causes(service: Service, application_id: str, now: datetime) -> tuple[Cause, ...]:
    """Everything that stands against it now. Raises `NotFound`, `Unavailable`."""
    facts = facts_of(service, application_id, now)
    return tuple(dict.fromkeys(cause for check in CHECKS for cause in check(service, facts, now)))
