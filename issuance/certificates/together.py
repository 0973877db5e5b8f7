"""Requests that were just made, worked on together: their records read in one snapshot, their papers made in one go.

What `engine` does for one request, with one transaction in place of fifty; whatever stands in the way of a single one
is left to `engine`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import cast

from sqlmodel import col, select

from issuance.cases.public import certificate_look
from issuance.certificates import engine
from issuance.certificates.compile import Compiled, compile_facts
from issuance.certificates.life import Move, move_together
from issuance.certificates.model import Request
from issuance.core.actor import system
from issuance.core.civil import civil_day
from issuance.core.uow import unit_of_work
from issuance.people.public import person_of
from issuance.service import Service
from specs.schema.disclosure import Level


@dataclass(frozen=True, slots=True)
class _Read:
    """A request and what the record says of its person."""

    compiled: Compiled
    doubts: tuple[str, ...]


def advance_together(service: Service, ids: Sequence[str], now: datetime) -> None:
    """Read the record for those of the requests that wait for it, and issue those that no officer has to see.

    All are of one office. Raises `Unavailable`, `Conflict`; what is not done then is done by another call, or upkeep.
    """
    read = _records(service, ids, now)
    for request_id in _decided(service, read, now):
        engine.advance(service, request_id, now)


def _records(service: Service, ids: Sequence[str], now: datetime) -> dict[str, _Read]:
    found, spec, today = {}, service.spec, civil_day(now)
    with service.db.reading() as read:
        query = select(Request).where(col(Request.id).in_(ids), Request.state == "compiling")
        for row in read.exec(query.order_by(col(Request.id))).all():
            person = person_of(read, row.person_id or "")
            level, passport = cast("Level", row.level), cast("str | None", row.asked.get("passport_number"))
            compiled = compile_facts(read, spec, person, level, row.purpose, today, passport)
            found[row.id] = _Read(compiled, compiled.doubts(spec.certificate_disclosure))
    return found


def _decided(service: Service, read: dict[str, _Read], now: datetime) -> list[str]:
    """Keep what was read, leave the doubtful ones to an officer; answers the ids of the others."""
    with unit_of_work(service.db, system("certificates"), "the record is read for certificates", now) as tx:
        query = select(Request).where(col(Request.id).in_(read), Request.state == "compiling").with_for_update()
        rows = tx.session.exec(query.order_by(col(Request.id)).execution_options(populate_existing=True)).all()
        moves = []
        for row in rows:
            one = read[row.id]
            row.compiled = one.compiled.text()
            certificate_look(tx, one.compiled.person_id, len(one.compiled.rulings))
            moves.append(Move(row, "review", one.doubts[0]) if one.doubts else Move(row, "issuing"))
        move_together(tx, service.spec, moves)
        tx.audit("certificates.together", "certificate_requests", {"count": len(moves)})
    return [one.row.id for one in moves if one.to == "issuing"]
