"""Read a person's criminal record for a stated purpose. Every look is kept, and rulings of closed files stay closed."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime

from sqlmodel import col, select

from issuance.cases.access import Access
from issuance.cases.access_rows import access_of, unlocked_rows
from issuance.cases.case_rules import CaseRules
from issuance.cases.looks import Look, keep
from issuance.cases.model import CaseRow, Ruling
from issuance.cases.public import Record, record_of
from issuance.core import policy
from issuance.core.actor import Actor
from issuance.core.civil import civil_day
from issuance.core.purpose import Purpose, settled
from issuance.core.uow import unit_of_work
from issuance.db.session import ReadSession
from issuance.people.public import require_person
from issuance.service import Service
from specs.errors import Fault, Invalid


def record(
    service: Service,
    actor: Actor,
    national_number: str,
    purpose: Purpose,
    now: datetime,
    *,
    as_of: date | None = None,
) -> Record:
    """The final rulings on the person as they stand on `as_of` (today), disclosed on a certificate or not.

    A ruling of a restricted, secret or sealed file is told only to who may read such a file, a foreign judgment only to
    judges (LIBYA.md 4). Raises `NotAllowed`, `Invalid` without a purpose or for a day to come, `NotFound`.
    """
    policy.require(actor, "cases.read_record")
    purpose = settled(purpose, service.spec.purposes)
    today = civil_day(now)
    day = as_of or today
    if day > today:
        words = "هذا اليوم لم يأت بعد", "this day has not come yet"
        raise Invalid(Fault("cases.record.future", *words, field="as_of", clause="specs/cases/reading.yaml"))
    with unit_of_work(service.db, actor, "read the criminal record", now) as tx:
        access = access_of(tx.read, actor, today, CaseRules.of(service.spec))
        person = require_person(tx.read, national_number).id
        closed = _closed(tx.read, person, access)
        whole = record_of(tx.read, person, day)
        foreign = policy.allowed(actor, "cases.read_foreign")
        shown = (one for one in whole.rulings if one.id not in closed and (foreign or not one.foreign_judgment))
        told = replace(whole, rulings=tuple(shown))
        # A person's record belongs to no office: nobody looks at it from outside.
        keep(tx, Look("record", purpose, person_id=person, own_part=True, found=len(told.rulings)))
    return told


def _closed(read: ReadSession, person: str, access: Access) -> frozenset[str]:
    """The rulings on the person of files that are closed to the reader."""
    query = select(Ruling.id).join(CaseRow, col(CaseRow.id) == col(Ruling.case_id))
    return frozenset(read.exec(query.where(Ruling.person_id == person, ~unlocked_rows(access))))
