"""Appointments: who asks first is served first, one active appointment a person, and nobody can move anybody.

There is no command that moves, swaps or picks: a booking takes the earliest free place, a place given back goes to
whoever waits longest. Kept are a digest of the person and a digest of the private code: no name, no number.
"""

from __future__ import annotations

import hmac
import secrets
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from hashlib import sha256
from typing import Any

from sqlalchemy import func
from sqlmodel import col, select

from issuance.core import policy
from issuance.core.actor import PUBLIC, Actor
from issuance.core.civil import TRIPOLI, civil_day
from issuance.core.ids import new_id
from issuance.core.policy import Subject
from issuance.core.tracking import TRACKING_BYTES, tracking_code, tracking_digest
from issuance.core.uow import Tx, unit_of_work
from issuance.db.session import ReadSession, lock
from issuance.passports.model import Appointment
from issuance.people.public import parse_national_number
from issuance.service import Service
from issuance.staff.public import offices, require_issuing_office
from specs.errors import Conflict, Fault, NotFound
from specs.schema.passport_appointments import PassportAppointments

CLAUSE = "specs/passport/appointments.yaml"


@dataclass(frozen=True, slots=True)
class Booked:
    """slot: None while it waits for a place; ahead: how many wait before it. code: shown once, else empty."""

    code: str
    office: str
    state: str
    slot: datetime | None
    ahead: int

    def as_json(self) -> dict[str, Any]:
        return {
            "tracking": self.code or None,
            "office": self.office,
            "state": self.state,
            "slot": self.slot.astimezone(TRIPOLI).isoformat() if self.slot else None,
            "ahead": self.ahead,
        }


def book(service: Service, office: str, national_number: str, now: datetime) -> Booked:
    """The earliest free place at the office, or a place among those who wait. One a person, at all offices together.

    Raises `Invalid`, `NotFound` and `Refused` (office), `Conflict`: the person has one already.
    """
    number = parse_national_number(national_number).text
    code = tracking_code(secrets.token_bytes(TRACKING_BYTES))
    person = _person(service, number)
    rules = service.spec.passport.appointments
    with unit_of_work(service.db, PUBLIC, "book an appointment", now) as tx:
        require_issuing_office(tx.read, office, civil_day(now), "passports", service.spec.staff_offices)
        lock(tx.session, f"appointments:{office}")
        lock(tx.session, f"appointment:{person}")
        _over(tx, person)
        if tx.session.exec(select(Appointment.id).where(Appointment.active == person)).first() is not None:
            words = "لك موعد قائم؛ ألغه قبل أن تطلب غيره", "there is an appointment already: cancel it to ask anew"
            raise Conflict(_fault("active", *words, "national_number"))
        slot = None if _waiting(tx.read, office) else _earliest(tx.read, rules, office, now)
        row = Appointment(
            id=new_id(),
            tracking=_digest(code),
            office=office,
            active=person,
            state="booked" if slot is not None else "waiting",
            slot=slot,
            asked_at=now,
            since=now,
        )
        tx.session.add(row)
        tx.session.flush()
        tx.audit("passports.appointment", f"appointment:{row.id}", {"office": office, "state": row.state})
        return _booked(tx.read, row, code)


def cancel(service: Service, code: str, now: datetime) -> Booked:
    """Give it back; its place goes to whoever waits longest. Raises `NotFound`, `Conflict`: it is over."""
    with service.db.reading() as read:
        office = _found(read, code).office
    with unit_of_work(service.db, PUBLIC, "cancel an appointment", now) as tx:
        lock(tx.session, f"appointments:{office}")
        row = _found(tx.read, code)
        if row.active is None:
            words = "انتهى هذا الموعد", "this appointment is over"
            raise Conflict(_fault("over", *words))
        row.state, row.active, row.slot, row.since = "cancelled", None, None, now
        tx.session.add(row)
        tx.session.flush()
        tx.audit("passports.appointment", f"appointment:{row.id}", {"office": office, "state": row.state})
        _draw(tx, service.spec.passport.appointments, office)
        return _booked(tx.read, row)


def seen(service: Service, code: str) -> Booked:
    """An appointment by its private code. Raises `NotFound`, the same for every code that is none."""
    with service.db.reading() as read:
        return _booked(read, _found(read, code))


def draw_all(service: Service, now: datetime) -> int:
    """For upkeep: places of days that came within reach go to those who wait. Answers how many got one."""
    with service.db.reading() as read:
        waits = read.exec(select(Appointment.office).where(Appointment.state == "waiting").distinct()).all()
    drawn = 0
    for office in waits:
        with unit_of_work(service.db, PUBLIC, "places for those who wait", now) as tx:
            lock(tx.session, f"appointments:{office}")
            drawn += (got := _draw(tx, service.spec.passport.appointments, office))
            tx.audit("passports.appointments_drawn", f"office:{office}", {"drawn": got})
    return drawn


def wait_times(service: Service, now: datetime) -> list[dict[str, Any]]:
    """Of every open office that issues passports: the earliest free place, how many wait. For everybody."""
    rules, kinds = service.spec.passport.appointments, service.spec.staff_offices.may_issue.passports
    with service.db.reading() as read:
        told = []
        for office in offices(read, civil_day(now)):
            if office.kind not in kinds:
                continue
            waiting = _waiting(read, office.code)
            slot = None if waiting else _earliest(read, rules, office.code, now)
            told.append(
                {
                    "office": {"code": office.code, "ar": office.arabic, "en": office.english},
                    "earliest": slot.isoformat() if slot else None,
                    "waiting": waiting,
                }
            )
        return told


@dataclass(frozen=True, slots=True)
class Slot:
    """taken: of the places `of` that begin at this moment."""

    at: datetime
    taken: int
    of: int


@dataclass(frozen=True, slots=True)
class Day:
    """What comes to an office on a civil day. waiting: people without a place yet."""

    day: date
    slots: tuple[Slot, ...]
    waiting: int


def day_of(service: Service, actor: Actor, office: str, day: date) -> Day:
    """The places of an office on a day, for those who enrol there; nobody is named. Raises `NotAllowed`."""
    policy.require(actor, "passports.enrol")
    policy.require(actor, "passports.enrol", Subject("passport_application", "appointments", office))
    rules = service.spec.passport.appointments
    moments = list(slots_of(rules, day))
    query = select(Appointment.slot, func.count()).where(
        Appointment.office == office, Appointment.state == "booked", col(Appointment.slot).in_(moments)
    )
    with service.db.reading() as read:
        taken = {slot: number for slot, number in read.exec(query.group_by(col(Appointment.slot)))}
        waiting = _waiting(read, office)
    places = rules.places.offices.get(office, rules.places.each_slot)
    return Day(day, tuple(Slot(at, taken.get(at, 0), places) for at in moments), waiting)


def slots_of(rules: PassportAppointments, day: date) -> Iterator[datetime]:
    """When places begin on a civil day. Pure."""
    if day.isoweekday() not in rules.hours.weekdays:
        return
    at = datetime.combine(day, rules.hours.opens, TRIPOLI)
    close, step = datetime.combine(day, rules.hours.closes, TRIPOLI), timedelta(minutes=rules.hours.slot_minutes)
    while at + step <= close:
        yield at
        at += step


def _earliest(read: ReadSession, rules: PassportAppointments, office: str, now: datetime) -> datetime | None:
    """The first slot after now with a free place; the office is locked, or nothing is promised."""
    query = select(Appointment.slot, func.count()).where(
        Appointment.office == office, Appointment.state == "booked", col(Appointment.slot) > now
    )
    taken = {slot: number for slot, number in read.exec(query.group_by(col(Appointment.slot)))}
    places = rules.places.offices.get(office, rules.places.each_slot)
    for ahead in range(rules.booking.days_ahead + 1):
        for slot in slots_of(rules, civil_day(now) + timedelta(days=ahead)):
            if slot > now and taken.get(slot, 0) < places:
                return slot
    return None


def _draw(tx: Tx, rules: PassportAppointments, office: str) -> int:
    """Places to those who wait, the first who asked first; ids are in the order of asking."""
    query = select(Appointment).where(Appointment.office == office, Appointment.state == "waiting")
    drawn = 0
    for row in tx.session.exec(query.order_by(col(Appointment.asked_at), col(Appointment.id))).all():
        if (slot := _earliest(tx.read, rules, office, tx.now)) is None:
            break
        row.state, row.slot, row.since = "booked", slot, tx.now
        tx.session.add(row)
        tx.session.flush()
        tx.audit("passports.appointment", f"appointment:{row.id}", {"office": office, "state": row.state})
        drawn += 1
    return drawn


def _over(tx: Tx, person: str) -> None:
    """An appointment whose day has come and gone holds nobody back."""
    row = tx.session.exec(select(Appointment).where(Appointment.active == person)).first()
    if row is not None and row.slot is not None and civil_day(row.slot) < civil_day(tx.now):
        row.active, row.state, row.since = None, "past", tx.now
        tx.session.add(row)
        tx.session.flush()


def _waiting(read: ReadSession, office: str) -> int:
    query = select(func.count()).where(Appointment.office == office, Appointment.state == "waiting")
    return read.exec(query).one()


def _found(read: ReadSession, code: str) -> Appointment:
    row = read.exec(select(Appointment).where(Appointment.tracking == _digest(code))).first()
    if row is None:
        words = "لا يوجد موعد بهذا الرمز", "there is no such appointment"
        raise NotFound(_fault("unknown", *words))
    return row


def _booked(read: ReadSession, row: Appointment, code: str = "") -> Booked:
    ahead = 0
    if row.state == "waiting":
        before = select(func.count()).where(
            Appointment.office == row.office, Appointment.state == "waiting", col(Appointment.id) < row.id
        )
        ahead = read.exec(before).one()
    return Booked(code, row.office, row.state, row.slot, ahead)


def _person(service: Service, number: str) -> str:
    """Tells the same person again and nothing else."""
    return hmac.new(service.settings.session_key(), b"appointment:" + number.encode(), sha256).hexdigest()


def _digest(code: str) -> str:
    return tracking_digest(code, "passport-appointment")


def _fault(code: str, ar: str, en: str, field: str = "appointment") -> Fault:
    return Fault(f"passports.appointments.{code}", ar, en, field=field, clause=CLAUSE)
