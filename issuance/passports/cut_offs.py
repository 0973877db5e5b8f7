"""An office out of control is cut off in one action: nothing is enrolled, decided, made or handed over there.

Its people and programs are signed out, its blanks are frozen and told to INTERPOL as stolen. One supervisor cuts off;
two restore.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from issuance.core import approvals, policy
from issuance.core.actor import Actor
from issuance.core.approvals import digest_of
from issuance.core.civil import civil_day
from issuance.core.uow import Tx, unit_of_work
from issuance.passports.sltd import Told, queue
from issuance.service import Service
from issuance.staff import public as staff
from issuance.staff.public import CutOff
from issuance.stock import public as stock
from specs.errors import Conflict, Fault
from specs.schema import Specification
from specs.schema.passport_office import SltdCategory

CUT_OFF = "passports.cut_off"
CLAUSE = "LIBYA.md 1.3 [S28, S29]"


@dataclass(frozen=True, slots=True)
class Done:
    """blanks: numbers told to INTERPOL as stolen blanks."""

    id: str
    office: str
    blanks: int


def cut_off(service: Service, actor: Actor, office: str, reason: str, now: datetime) -> Done:
    """Raises `NotAllowed`, `NotFound` (no such office), `Invalid` without a reason, `Conflict`: it is cut off."""
    policy.require(actor, CUT_OFF)
    with unit_of_work(service.db, actor, "cut an office off", now) as tx:
        staff.require_office(tx.read, office, civil_day(now))
        done = staff.cut_off(tx, office, reason)
        if not stock.frozen(tx.read, office):
            stock.freeze(tx, office, reason)
        return Done(done, office, _tell(tx, service.spec, office, "stolen_blank"))


def ask_restoring(service: Service, actor: Actor, cut_off_id: str, words: str, now: datetime) -> str:
    """Ask another supervisor to let the office work again. Raises `NotAllowed`, `NotFound`, `Conflict`."""
    policy.require(actor, CUT_OFF)
    with unit_of_work(service.db, actor, "restore an office", now) as tx:
        standing = _standing(tx, cut_off_id)
        subject, proposal = f"office:{standing.office}", {"cut_off": standing.id}
        return approvals.ask(tx, CUT_OFF, subject, _digest(standing), words, proposal=proposal)


def approve_restoring(service: Service, actor: Actor, approval_id: str, words: str, now: datetime) -> str:
    """The second supervisor agrees: it works again, what lies in its store is no longer told as stolen. The office.

    Raises as `core.approvals.approve`.
    """
    policy.require(actor, CUT_OFF)
    with unit_of_work(service.db, actor, "restore an office, second supervisor", now) as tx:
        asked = approvals.approval(tx.read, approval_id, CUT_OFF)
        standing = _standing(tx, str(asked.proposal.get("cut_off")))
        approvals.approve(tx, approval_id, _digest(standing), words)
        office = staff.restore(tx, standing.id)
        if stock.frozen(tx.read, office):
            stock.unfreeze(tx, office, words)
        _tell(tx, service.spec, office, None)
        return office


def cut_offs(service: Service, actor: Actor) -> list[CutOff]:
    """Every time an office was cut off, the newest first. Raises `NotAllowed`."""
    policy.require(actor, CUT_OFF)
    with service.db.reading() as read:
        return staff.cut_offs(read)


def _tell(tx: Tx, spec: Specification, office: str, category: SltdCategory | None) -> int:
    edition = max(spec.passport.editions.values(), key=lambda e: e.booklet.in_force.from_date)
    code, issuer = edition.mrz.document_code.code.ljust(2, "<"), edition.mrz.issuer.code
    blanks = {Told(number, code, issuer): category for number in stock.numbers_at(tx.read, office)}
    return queue(tx, blanks, civil_day(tx.now))


def _standing(tx: Tx, cut_off_id: str) -> CutOff:
    for one in staff.cut_offs(tx.read):
        if one.id == cut_off_id and one.ended_at is None:
            return one
    raise Conflict(_fault("ended", "لا إيقاف قائماً بهذا المعرف", "no cut-off of this id stands", "cut_off"))


def _digest(standing: CutOff) -> str:
    return digest_of({"cut_off": standing.id, "office": standing.office})


def _fault(code: str, ar: str, en: str, field: str) -> Fault:
    return Fault(f"passports.cut_off.{code}", ar, en, field=field, clause=CLAUSE)
