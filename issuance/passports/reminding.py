"""Who does not collect a book is reminded on the days of the specification, once on each, by a text that names nobody.

The text leaves in the transaction that keeps that it did (`core.messages`): none is lost, and none is sent twice.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlmodel import col, select

from issuance.core import messages
from issuance.core.civil import civil_day
from issuance.core.uow import Tx, unit_of_work
from issuance.db.session import ReadSession
from issuance.passports.checks import SERVICE
from issuance.passports.model import PassportApplication, PassportReminder
from issuance.passports.request import PassportRequest, read_request
from issuance.passports.way import subject_of
from issuance.people.public import phone_of, phone_of_number
from issuance.service import Service
from issuance.staff.public import offices_named


def to_remind(service: Service, now: datetime, limit: int = 200) -> list[tuple[str, int]]:
    """(application, days): whose book waits and who was not told yet that so many days or fewer are left."""
    found: list[tuple[str, int]] = []
    nearer = now
    with service.db.reading() as read:
        for days in sorted(service.spec.passport.office.life.remind_days_before):
            until = now + timedelta(days=days)
            told = select(PassportReminder.application_id).where(
                PassportReminder.application_id == PassportApplication.id,
                PassportReminder.number == PassportApplication.number,
                PassportReminder.days <= days,
            )
            query = select(PassportApplication.id).where(
                PassportApplication.state == "ready",
                col(PassportApplication.due_at) > nearer,
                col(PassportApplication.due_at) <= until,
                ~told.exists(),
            )
            found += [(one, days) for one in read.exec(query.order_by(col(PassportApplication.due_at)).limit(limit))]
            nearer = until
    return found


def remind(service: Service, now: datetime) -> int:
    """Tell everybody who is due now; answers how many texts left. Of days that passed unseen only the last is told."""
    return sum(_remind(service, application, days, now) for application, days in to_remind(service, now))


def _remind(service: Service, application_id: str, days: int, now: datetime) -> bool:
    with unit_of_work(service.db, SERVICE, "a reminder to collect a book", now) as tx:
        row = tx.session.get(PassportApplication, application_id, with_for_update=True, populate_existing=True)
        if row is None or row.state != "ready" or row.number is None or row.due_at is None:
            return False
        if tx.session.get(PassportReminder, (row.id, row.number, days)) is not None:
            return False
        request = read_request(row.asked)
        phone = _phone(tx.read, row, request)
        tx.session.add(PassportReminder(application_id=row.id, number=row.number, days=days, at=now, sent=bool(phone)))
        tx.audit("passports.remind", subject_of(row.id), {"days": days, "sent": bool(phone)})
        if phone is not None:
            messages.write(tx, phone, _text(tx, service, row, request), subject_of(row.id))
        return phone is not None


def _phone(read: ReadSession, row: PassportApplication, request: PassportRequest) -> str | None:
    """The holder's, of a child the first guardian's whose phone is known."""
    if not request.guardians:
        return phone_of(read, row.person_id) if row.person_id is not None else None
    known = (phone_of_number(read, one.national_number) for one in request.guardians)
    return next((phone for phone in known if phone), None)


def _text(tx: Tx, service: Service, row: PassportApplication, request: PassportRequest) -> str:
    """In Arabic, as every text to a phone."""
    code = request.delivery_office or row.office
    office = offices_named(tx.read, {code}).get(code)
    name = office.arabic if office is not None else code
    last = civil_day(row.due_at) if row.due_at is not None else ""
    return service.spec.passport.office.life.reminder.ar.format(office=name, day=last)
