"""One turn of upkeep of the office: what was paid goes on, what a crash left is checked, what ran out of time ends."""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import datetime
from functools import partial

from sqlmodel import col, select

from issuance.core.uow import unit_of_work
from issuance.fees.public import followed_in, settled
from issuance.passports.checking import advance, paid
from issuance.passports.checks import SERVICE
from issuance.passports.delivering import uncollected
from issuance.passports.line_packages import settle
from issuance.passports.model import PassportApplication
from issuance.passports.reminding import remind
from issuance.passports.reports import follow_registry, records_ended
from issuance.passports.way import move, subject_of
from issuance.service import Service
from specs.errors import IssuanceError

log = logging.getLogger("issuance.passports")


def tick(service: Service, now: datetime, limit: int = 100) -> int:
    """Answers how many moved. What cannot be done now (another system is away) waits for the next turn."""
    states = service.spec.passport.office.states.entries
    lapse = [name for name, state in states.items() if state.then == "expired"]
    with service.db.reading() as read:
        subjects = settled(read, "passport", limit)
        late = select(PassportApplication.id).where(
            col(PassportApplication.state).in_(lapse), col(PassportApplication.due_at) <= now
        )
        left = select(PassportApplication.id).where(PassportApplication.state == "checking")
        over = read.exec(late.order_by(col(PassportApplication.due_at)).limit(limit)).all()
        unchecked = read.exec(left.order_by(col(PassportApplication.due_at)).limit(limit)).all()
    work: list[Callable[[], bool]] = [partial(paid, service, subject, now) for subject in subjects]
    work += [partial(_expire, service, one, now) for one in over]
    work += [partial(_check, service, one, now) for one in unchecked]
    work += [partial(_follow, service, person, change, now) for person, change in records_ended(service, limit)]
    work.append(lambda: bool(remind(service, now)))
    work.append(lambda: bool(uncollected(service, SERVICE, now)))
    work.append(lambda: bool(settle(service, now)))
    return sum(_done(part) for part in work)


def check_held(service: Service, now: datetime, limit: int = 1000) -> int:
    """Look again at what stands against held applications, for upkeep now and then; how many go on.

    A ban that ended or a record that was mended lets an application go on without anybody's asking.
    """
    query = select(PassportApplication.id).where(PassportApplication.state == "held")
    with service.db.reading() as read:
        waiting = read.exec(query.order_by(col(PassportApplication.due_at)).limit(limit)).all()
    return sum(_done(partial(_goes_on, service, one, now)) for one in waiting)


def _goes_on(service: Service, application_id: str, now: datetime) -> bool:
    return advance(service, application_id, now).state != "held"


def _follow(service: Service, person: str, change: str, now: datetime) -> bool:
    return bool(follow_registry(service, person, change, "", now))


def _done(part: Callable[[], bool]) -> bool:
    try:
        return part()
    except IssuanceError as error:
        log.warning("a passport application waits: %s", error.faults[0].code)
        return False


def _check(service: Service, application_id: str, now: datetime) -> bool:
    return advance(service, application_id, now).state != "checking"


def _expire(service: Service, application_id: str, now: datetime) -> bool:
    """A fee paid at the last moment counts."""
    states = service.spec.passport.office.states.entries
    with unit_of_work(service.db, SERVICE, "the time of a passport application ran out", now) as tx:
        row = tx.session.get(PassportApplication, application_id, with_for_update=True, populate_existing=True)
        if row is None or row.due_at is None or row.due_at > now or states[row.state].then != "expired":  # type: ignore[index]
            return False
        late = row.state == "paying" and followed_in(tx, subject_of(row.id))
        move(tx, service.spec, row, "checking" if late else "expired")
        return True
