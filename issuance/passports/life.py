"""What became of a book: one event a change, in the order the specification allows, and what INTERPOL is told of it.

No decisions: who may say what stands in `reports`, `delivering`, `invalidating` and `quality`.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from sqlalchemy import func
from sqlmodel import col, select

from issuance.core.uow import Tx
from issuance.passports.model import Passport, PassportEvent
from issuance.passports.sltd import Told, queue
from specs.errors import Conflict, Fault, NotFound
from specs.schema import Specification
from specs.schema.passport_office import DocumentState

CLAUSE = "specs/passport/office.yaml"


def held_book(tx: Tx, number: str, *states: DocumentState) -> Passport:
    """The book, held until the transaction ends, in one of `states`. Raises `NotFound`, `Conflict`."""
    row = tx.session.get(Passport, number, with_for_update=True, populate_existing=True)
    if row is None:
        words = "لا يوجد جواز بهذا الرقم", "there is no passport of this number"
        raise NotFound(Fault("passports.not_found", *words, field="number", clause=CLAUSE))
    if states and row.state not in states:
        raise Conflict(_state_fault(row.state))
    return row


def travelling(tx: Tx, spec: Specification, book: Passport) -> Sequence[Passport]:
    """The other books of its holder and type that are good for travel, held."""
    good = [state for state, rule in spec.passport.office.documents.entries.items() if rule.travel]
    query = select(Passport).where(
        Passport.person_id == book.person_id,
        Passport.document_type == book.document_type,
        col(Passport.state).in_(good),
        Passport.number != book.number,
    )
    return tx.session.exec(query.order_by(col(Passport.number)).with_for_update()).all()


def record(
    tx: Tx,
    spec: Specification,
    row: Passport,
    kind: DocumentState,
    on: date,
    *,
    office: str | None = None,
    reason: str | None = None,
    words: str | None = None,
    other: str | None = None,
) -> None:
    """The book comes into the state `kind`. Raises `Conflict` when that cannot follow the state it is in."""
    rule = spec.passport.office.documents.entries[kind]
    seq = _last(tx, row.number) + 1
    if seq > 1 and row.state not in rule.follows:
        raise Conflict(_state_fault(row.state))
    row.state = kind
    tx.session.add(row)
    tx.session.add(
        PassportEvent(
            number=row.number,
            seq=seq,
            kind=kind,
            at=tx.now,
            on=on,
            actor=tx.actor.id,
            office=office,
            reason=reason,
            words=words,
            other=other,
        )
    )
    tx.session.flush()
    queue(tx, {Told.of_zone(row.number, row.mrz): rule.sltd}, on)
    tx.audit(
        "passports.event", f"passport:{row.number}", {"kind": kind, "reason": reason} if reason else {"kind": kind}
    )


def _last(tx: Tx, number: str) -> int:
    query = select(func.max(PassportEvent.seq)).where(PassportEvent.number == number)
    return tx.session.exec(query).one() or 0


def _state_fault(state: str) -> Fault:
    words = f"حالة الجواز لا تسمح بذلك: {state}", f"the state of the book does not allow it: {state}"
    return Fault("passports.life.state", *words, field="number", clause=CLAUSE)
