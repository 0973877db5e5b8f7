"""Requests that were just made, worked on together: their records read in one snapshot, their papers made in one go.

What `engine` does for one request, with one transaction in place of fifty; whatever stands in the way of a single one
is left to `engine`.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import cast

from sqlmodel import col, select

from issuance.cases.public import record_look
from issuance.certificates import engine, making
from issuance.certificates.compile import Compiled, compile_facts
from issuance.certificates.life import Move, move_together
from issuance.certificates.model import Request
from issuance.certificates.rules import Disclosed
from issuance.core.actor import system
from issuance.core.civil import civil_day
from issuance.core.uow import Tx, unit_of_work
from issuance.people.public import PersonFacts, person_of
from issuance.service import Service
from issuance.staff.public import require_issuing_office
from specs.schema.certificate_requests import State
from specs.schema.disclosure import Level


@dataclass(frozen=True, slots=True)
class _Read:
    """A request and what the record says of its person."""

    person: PersonFacts
    compiled: Compiled
    disclosed: Disclosed
    doubts: tuple[str, ...]


def advance_together(service: Service, ids: Sequence[str], now: datetime) -> None:
    """Read the record for those of the requests that wait for it, and issue those that no officer has to see.

    All are of one office. Raises `Unavailable`, `Conflict`, `Refused`; what is not done then another call does.
    """
    read = _records(service, ids, now)
    clear = _decided(service, read, now)
    if not clear:
        return
    code = clear[0].office
    with service.db.reading() as reading:
        office = require_issuing_office(reading, code, civil_day(now), "certificates", service.spec.staff_offices)

    def settle(tx: Tx, numbers: Mapping[str, str]) -> Collection[str]:
        rows = _held(tx, numbers, "issuing")
        for row in rows:
            row.number = numbers[row.id]
        move_together(tx, service.spec, [Move(row, "issued") for row in rows])
        return {row.id for row in rows}

    orders = []
    for row in clear:
        one = read[row.id]
        asked = engine.asked_of(row, one.person)
        orders.append(making.Order(asked, one.person, office, one.disclosed, one.compiled, row.id))
    making.make_together(service, system("certificates", code), orders, settle, now)


def _records(service: Service, ids: Sequence[str], now: datetime) -> dict[str, _Read]:
    """In one snapshot; what is issued by it is issued at once, and followed by `supersede` from then on."""
    found, spec, today = {}, service.spec, civil_day(now)
    rules = spec.certificate_disclosure
    with service.db.reading() as read:
        query = select(Request).where(col(Request.id).in_(ids), Request.state == "compiling")
        for row in read.exec(query.order_by(col(Request.id))).all():
            person = person_of(read, row.person_id or "")
            level, passport = cast("Level", row.level), cast("str | None", row.asked.get("passport_number"))
            compiled = compile_facts(read, spec, person, level, row.purpose, today, passport)
            found[row.id] = _Read(person, compiled, compiled.disclosed(rules), compiled.doubts(rules))
    return found


def _decided(service: Service, read: Mapping[str, _Read], now: datetime) -> list[Request]:
    """Keep what was read, leave the doubtful ones to an officer; answers the others."""
    with unit_of_work(service.db, system("certificates"), "the record is read for certificates", now) as tx:
        moves = []
        for row in _held(tx, read, "compiling"):
            one = read[row.id]
            row.compiled = one.compiled.text()
            record_look(tx, one.compiled.person_id, len(one.compiled.rulings))
            moves.append(Move(row, "review", one.doubts[0]) if one.doubts else Move(row, "issuing"))
        move_together(tx, service.spec, moves)
        tx.audit("certificates.together", "certificate_requests", {"count": len(moves)})
    return [one.row for one in moves if one.to == "issuing"]


def _held(tx: Tx, ids: Iterable[str], state: State) -> Sequence[Request]:
    """Those of the requests that still are in that state, held until the transaction ends."""
    query = select(Request).where(col(Request.id).in_(list(ids)), Request.state == state).order_by(col(Request.id))
    return tx.session.exec(query.with_for_update().execution_options(populate_existing=True)).all()
