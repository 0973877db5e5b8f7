"""Enter a person in the population register of this service. One function a command."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from sqlalchemy import insert
from sqlmodel import col, select

from issuance.core import policy
from issuance.core.actor import Actor
from issuance.core.policy import Subject
from issuance.core.shapes import read_shape
from issuance.core.uow import unit_of_work
from issuance.mrtd.portrait import Portrait, prepare_portrait
from issuance.people.entry import CLAUSE, DOCUMENTED, PersonRecord, entry_faults, keys_of, row_of
from issuance.people.facts import PersonFacts
from issuance.people.model import Person, PersonNameKey
from issuance.people.public import facts
from issuance.service import Service
from specs.errors import Conflict, Fault, Invalid, Refused
from specs.schema import Specification

_MOST_FAULTS = 100


def portrait_of(spec: Specification, picture: bytes) -> Portrait:
    """The portrait in a picture as a camera gives it, by the rules of the newest edition. Raises `Invalid`."""
    newest = max(spec.passport.editions.values(), key=lambda edition: edition.booklet.in_force.from_date)
    return prepare_portrait(picture, newest.portrait)


def register(
    service: Service, actor: Actor, record: dict[str, Any], portrait: Portrait | None, now: datetime
) -> PersonFacts:
    """Enter one person. portrait: as `portrait_of` prepares it; None: none yet.

    Raises `Invalid` with every fault, `Conflict` when the national number is entered already, `NotAllowed`.
    """
    entry = read_shape(PersonRecord, record, code="people.record", clause=DOCUMENTED)
    policy.require(actor, "people.register", Subject("person", entry.national_number, actor.office))
    if found := list(entry_faults(entry, service.spec, now)):
        raise Invalid(*found)
    row = row_of(entry, None if portrait is None else portrait.page_image, now)
    with unit_of_work(service.db, actor, "civil registry entry", now) as tx:
        if tx.session.exec(select(Person.id).where(Person.national_number == row.national_number)).first() is not None:
            raise Conflict(
                Fault(
                    code="people.registered",
                    field="national_number",
                    clause=CLAUSE,
                    ar="هذا الرقم الوطني مقيد من قبل",
                    en="this national number is entered already",
                )
            )
        tx.session.add(row)
        tx.session.flush()
        tx.session.add_all(PersonNameKey(**held) for held in keys_of(row))
        tx.audit("people.register", f"person:{row.id}", {"synthetic": row.synthetic})
    return facts(row)


def register_synthetic(service: Service, actor: Actor, records: Iterable[dict[str, Any]], now: datetime) -> int:
    """Enter invented people by the thousand, those that are not entered yet; how many were.

    Raises as `register`, and `Refused` in production or for a person who is not marked invented; then enters none.
    """
    policy.require(actor, "people.register")
    entries = [read_shape(PersonRecord, record, code="people.record", clause=DOCUMENTED) for record in records]
    if service.settings.production or not all(entry.synthetic for entry in entries):
        words = "للمخترعين وحدهم، وخارج سجل حقيقي", "for invented people only, in a register that is not in use"
        raise Refused(Fault("people.synthetic", *words, field="synthetic", clause=DOCUMENTED))
    if found := [fault for entry in entries for fault in entry_faults(entry, service.spec, now)]:
        raise Invalid(*found[:_MOST_FAULTS])
    with unit_of_work(service.db, actor, "invented people", now) as tx:
        numbers = [entry.national_number for entry in entries]
        known = select(Person.national_number).where(col(Person.national_number).in_(numbers))
        entered = set(tx.session.exec(known))
        rows = [row_of(entry, None, now) for entry in entries if entry.national_number not in entered]
        if rows:
            connection = tx.session.connection()
            connection.execute(insert(Person), [row.model_dump() for row in rows])
            connection.execute(insert(PersonNameKey), [held for row in rows for held in keys_of(row)])
        tx.audit("people.register", "people", {"count": len(rows), "synthetic": True})
    return len(rows)
