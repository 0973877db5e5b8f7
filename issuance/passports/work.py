"""How the people of an office share its applications: lists by deadline, leases, one application read, withdrawal."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Literal

from sqlmodel import col

from issuance.core import policy
from issuance.core.actor import Actor
from issuance.core.policy import offices_in_scope
from issuance.core.uow import Tx, unit_of_work
from issuance.passports.enrol import readable
from issuance.passports.enrol_files import newest_file
from issuance.passports.model import PassportApplication
from issuance.passports.queues import nearest
from issuance.passports.way import ApplicationView, held, move, require_lease, subject_of, view_of, views_of
from issuance.service import Service
from issuance.staff.public import require_account
from specs.errors import Conflict, Fault, Invalid, NotAllowed, NotFound
from specs.schema.passport_office import State

CLAUSE = "specs/passport/office.yaml"
ENROL = "passports.enrol"
DECIDE = "passports.decide"
Waiting = Literal["officer", "office"]
WAITING: dict[Waiting, tuple[State, ...]] = {
    "officer": ("held", "deciding"),
    "office": ("draft", "paying", "returned"),
}
WITHDRAWN_FROM: tuple[State, ...] = ("draft", "paying", "checking", "held", "deciding", "returned")
"""Until it is approved: from then on a book may be under way, which needs its own end."""


def applications(service: Service, actor: Actor, waiting: Waiting, limit: int = 100) -> list[ApplicationView]:
    """What waits for an officer, or for the clerks and applicants of an office; the nearest deadline first.

    As far as the actor's office reaches, by the right to enrol or to decide. Raises `NotAllowed`.
    """
    action = _right(actor)
    policy.require(actor, action)
    scope = offices_in_scope(actor, action)
    within = [] if scope is None else [col(PassportApplication.office).in_(scope)]
    with service.db.reading() as read:
        return views_of(read, nearest(read, WAITING[waiting], max(1, min(limit, 200)), *within))


def application_seen(service: Service, actor: Actor, application_id: str) -> ApplicationView:
    """How an application stands; it names nobody. Raises `NotFound`, also out of reach."""
    with service.db.reading() as read:
        return view_of(read, readable(read, actor, application_id, _right(actor)))


def file_of(service: Service, actor: Actor, application_id: str, name: str, now: datetime) -> tuple[bytes, str]:
    """(content, media type) of the newest file of that name; the look is kept. Raises `NotFound`."""
    with unit_of_work(service.db, actor, "look at a file of a passport application", now) as tx:
        row = readable(tx.read, actor, application_id, _right(actor))
        if (file := newest_file(tx.read, row.id, name)) is None:
            words = "لا يوجد ملف بهذا الاسم", "there is no file of this name"
            raise NotFound(_fault("file", *words, "file"))
        tx.audit("passports.review_file", subject_of(row.id), {"file": file.id})
        return file.content, file.media_type


def lease(service: Service, actor: Actor, application_id: str, now: datetime, to: str | None = None) -> ApplicationView:
    """An officer takes an application for a while, or gives it to a colleague (`to`, an account of the office).

    Nobody else decides on it meanwhile; it ends with its time or with the step. Raises `NotFound`, `NotAllowed` (no
    person), `Conflict` (leased to another, it waits for no officer, an account of another office).
    """
    minutes = service.spec.passport.office.leases.minutes
    with unit_of_work(service.db, actor, "lease of a passport application", now) as tx:
        row = held(tx, readable(tx.read, actor, application_id, DECIDE).id, *WAITING["officer"])
        if actor.kind != "staff":
            words = "يتولى الطلب موظف مسجل بحسابه", "an officer takes it, signed in with an account of their own"
            raise NotAllowed(_fault("not_a_person", *words))
        require_lease(row, actor, now)
        holder = actor.id if to is None else _colleague(tx, to, row.office)
        row.lease_by, row.lease_until = holder, now + timedelta(minutes=minutes)
        tx.session.add(row)
        tx.audit("passports.lease", subject_of(row.id), {"to": holder})
        return view_of(tx.read, row)


def release(service: Service, actor: Actor, application_id: str, now: datetime) -> ApplicationView:
    """Give a lease back before its time. Raises `NotFound`, `Conflict` for another's."""
    with unit_of_work(service.db, actor, "give a lease back", now) as tx:
        row = held(tx, readable(tx.read, actor, application_id, DECIDE).id)
        require_lease(row, actor, now)
        row.lease_by = row.lease_until = None
        tx.session.add(row)
        tx.audit("passports.release", subject_of(row.id))
        return view_of(tx.read, row)


def withdraw(service: Service, actor: Actor, application_id: str, words: str, now: datetime) -> ApplicationView:
    """The applicant takes the application back at the office. Raises `NotFound`, `Conflict`, `Invalid`: no words."""
    said = words.strip()
    if not said or len(said) > 1000:
        words_ = "اكتب السبب في ألف حرف على الأكثر", "write why, in 1000 characters at most"
        raise Invalid(_fault("words", *words_, "words"))
    with unit_of_work(service.db, actor, "withdraw a passport application", now) as tx:
        row = held(tx, readable(tx.read, actor, application_id, ENROL).id, *WITHDRAWN_FROM)
        move(tx, service.spec, row, "withdrawn", words=said)
        return view_of(tx.read, row)


def _right(actor: Actor) -> str:
    """By which of the two duties at the desk the actor sees applications."""
    return ENROL if policy.allowed(actor, ENROL) else DECIDE


def _colleague(tx: Tx, account: str, office: str) -> str:
    found = require_account(tx.read, account)
    if found.office != office:
        words = "هذا الموظف من مكتب آخر", "this account is of another office"
        raise Conflict(_fault("other_office", *words, "to"))
    return found.id


def _fault(code: str, ar: str, en: str, field: str = "application") -> Fault:
    return Fault(f"passports.work.{code}", ar, en, field=field, clause=CLAUSE)
