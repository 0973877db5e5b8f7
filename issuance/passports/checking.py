"""What stands against an application is found, written as holds, and takes it to where that leaves it.

Run when it is handed in, when a hold is lifted, at the decision, and again before a book is made. `checks` finds, with
no transaction open; what was found is then written in one.
"""

from __future__ import annotations

from contextlib import suppress
from datetime import datetime

from issuance.cases.public import FOR_A_PASSPORT, record_look
from issuance.core.uow import Tx, unit_of_work
from issuance.fees.public import followed_in
from issuance.passports.checks import SERVICE, causes
from issuance.passports.holds import Cause, open_holds, settle
from issuance.passports.model import PassportApplication
from issuance.passports.way import ApplicationView, held, move, subject_of, unknown, view_of
from issuance.service import Service
from specs.errors import NotFound, Unavailable
from specs.schema.passport_office import COURT_HOLDS, State

CLAUSE = "specs/passport/office.yaml"


def advance(service: Service, application_id: str, now: datetime) -> ApplicationView:
    """Check an application that is `checking` or `held`, and take it to where what was found leaves it.

    Any other stays as it is. Raises `NotFound`, `Unavailable` (another system is away: it stays where it was).
    """
    with service.db.reading() as read:
        row = read.get(PassportApplication, application_id)
        if row is None:
            raise NotFound(unknown())
        if row.state not in ("checking", "held"):
            return view_of(read, row)
    found = causes(service, application_id, now)
    with unit_of_work(service.db, SERVICE, "checks of a passport application", now) as tx:
        row = held(tx, application_id)
        if row.state not in ("checking", "held"):
            tx.audit("passports.check", subject_of(row.id))
        else:
            _written(tx, row, found)
            to: State = "held" if open_holds(tx.read, row.id) else "deciding"
            if row.state != to:
                move(tx, service.spec, row, to)
        return view_of(tx.read, row)


def stands_against(service: Service, application_id: str, now: datetime) -> bool:
    """Check an application that went on already (decided, approved): True when something new stands against it.

    It is then `held` again, and who called does not go on. Raises as `advance`.
    """
    found = causes(service, application_id, now)
    with unit_of_work(service.db, SERVICE, "checks before a book is made", now) as tx:
        row = held(tx, application_id, "deciding", "approved")
        _written(tx, row, found)
        if stands := bool(open_holds(tx.read, row.id)):
            move(tx, service.spec, row, "held", reason="changed")
        return stands


def paid(service: Service, subject: str, now: datetime) -> bool:
    """The fee of this subject is settled: the application goes on to its checks. Safe to repeat; False when nothing
    waited for it. What goes wrong in the checks is left to the next turn of upkeep: the money is in the books."""
    application_id = subject.removeprefix("passport_application:")
    with unit_of_work(service.db, SERVICE, "the fee of an application is settled", now) as tx:
        row = held(tx, application_id)
        if not followed_in(tx, subject) or row.state != "paying":
            tx.audit("passports.paid", subject)
            return False
        move(tx, service.spec, row, "checking")
    with suppress(Unavailable):
        advance(service, application_id, now)
    return True


def _written(tx: Tx, row: PassportApplication, found: tuple[Cause, ...]) -> None:
    """The holds as found now, and that the person's part of the case register was read for it."""
    settle(tx, row.id, found)
    tx.audit("passports.check", subject_of(row.id), {"open": len(open_holds(tx.read, row.id))})
    if row.person_id is not None:
        read = sum(one.kind in COURT_HOLDS for one in found)
        record_look(tx, row.person_id, read, FOR_A_PASSPORT)
