"""A book that nobody collected goes back from the office of hand-over to the office that made it, against a signature.

Who sends it does not sign for it. On its way it is nobody's to hand over; what does not arrive is reported as any other
book that is gone. It is destroyed there before two people (`delivering`).
"""

from __future__ import annotations

from datetime import datetime

from sqlmodel import col, select

from issuance.core import policy
from issuance.core.actor import Actor
from issuance.core.civil import civil_day
from issuance.core.policy import Subject
from issuance.core.uow import Tx, unit_of_work
from issuance.passports.delivering import CLAUSE, DELIVER, delivery_office, maker_of
from issuance.passports.life import held_book, record
from issuance.passports.model import Passport, PassportApplication, PassportEvent
from issuance.service import Service
from issuance.staff.public import require_not_cut_off
from specs.errors import Fault, Invalid, NotAllowed

TAKE_BACK = "passports.take_back"


def send_back(service: Service, actor: Actor, number: str, seals: str, now: datetime) -> None:
    """It leaves the office of hand-over for the office that made it. seals: number of the bag or seal.

    Raises `NotFound`, `NotAllowed`, `Conflict` (it is still waited for, or gone already), `Invalid`, `Refused`.
    """
    said = _said(seals, "seals", "رقم الختم مطلوب", "the number of the seal is needed")
    with unit_of_work(service.db, actor, "an uncollected book is sent back", now) as tx:
        book = held_book(tx, number, "uncollected")
        office = _office(tx, book)
        policy.require(actor, DELIVER, Subject("passport", book.number, office))
        require_not_cut_off(tx.read, actor.office, office)
        record(tx, service.spec, book, "returning", civil_day(now), office=office, reason=said)


def take_back(service: Service, actor: Actor, number: str, receipt: str, now: datetime) -> None:
    """The office that made it has it again. receipt: number of the receipt that the receiver signed.

    Raises as `send_back`; `NotAllowed` for who sent it.
    """
    said = _said(receipt, "receipt", "رقم محضر الاستلام مطلوب", "the number of the signed receipt is needed")
    with unit_of_work(service.db, actor, "a book came back to its maker", now) as tx:
        book = held_book(tx, number, "returning")
        office = maker_of(tx.read, book)
        policy.require(actor, TAKE_BACK, Subject("passport", book.number, office))
        require_not_cut_off(tx.read, actor.office, office)
        sender = _sender(tx, book)
        if actor.id == sender or (actor.kind == "system" and sender.startswith("system:")):
            words = "من أرسل الدفتر لا يوقع على استلامه", "who sent the book back does not sign for it"
            raise NotAllowed(_fault("same_person", *words, "number"))
        record(tx, service.spec, book, "returned", civil_day(now), office=office, reason=said)


def _sender(tx: Tx, book: Passport) -> str:
    query = select(PassportEvent.actor).where(PassportEvent.number == book.number, PassportEvent.kind == "returning")
    return tx.session.exec(query.order_by(col(PassportEvent.seq).desc())).one()


def _office(tx: Tx, book: Passport) -> str:
    row = tx.session.get(PassportApplication, book.application_id) if book.application_id else None
    return book.office if row is None else delivery_office(book, row)


def _said(text: str, field: str, ar: str, en: str) -> str:
    said = text.strip()
    if not said or len(said) > 120:
        raise Invalid(_fault(field, ar, f"{en}, 120 characters at most", field))
    return said


def _fault(code: str, ar: str, en: str, field: str) -> Fault:
    return Fault(f"passports.return.{code}", ar, en, field=field, clause=CLAUSE)
