"""What became of a book: one event a change, in the order the specification allows, and what INTERPOL is told of it.

No decisions: who may say what stands in `reports`, `delivering`, `invalidating` and `quality`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date

from sqlalchemy import func, insert, update
from sqlmodel import col, select

from issuance.core.uow import Tx
from issuance.passports.model import Passport, PassportEvent
from issuance.passports.sltd import Told, queue
from specs.errors import Conflict, Fault, NotFound
from specs.schema import Specification
from specs.schema.passport_office import DocumentState

CLAUSE = "specs/passport/office.yaml"
_MANY = 500


def held_book(tx: Tx, number: str, *states: DocumentState) -> Passport:
    """The book, held until the transaction ends, in one of `states`. Raises `NotFound`, `Conflict`."""
    row = tx.session.get(Passport, number, with_for_update=True, populate_existing=True)
    if row is None:
        words = "لا يوجد جواز بهذا الرقم", "there is no passport of this number"
        raise NotFound(Fault("passports.not_found", *words, field="number", clause=CLAUSE))
    if states and row.state not in states:
        raise Conflict(_state_fault(row.state))
    return row


def held_with_others(tx: Tx, number: str, *states: DocumentState) -> tuple[Passport, list[Passport]]:
    """(the book, its holder's other books of its type), all held, in the order of their numbers: so that two books of a
    person come out one after the other. Raises as `held_book`."""
    row = tx.session.get(Passport, number)
    if row is not None:
        query = select(Passport).where(Passport.person_id == row.person_id, Passport.document_type == row.document_type)
        query = query.order_by(col(Passport.number)).with_for_update().execution_options(populate_existing=True)
        others = [one for one in tx.session.exec(query) if one.number != number]
        return held_book(tx, number, *states), others
    return held_book(tx, number, *states), []


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
    tx.audit("passports.event", f"passport:{row.number}", {"kind": kind})


def record_many(
    tx: Tx,
    spec: Specification,
    changes: Mapping[str, DocumentState],
    on: date,
    *,
    reason: str,
    progress: Callable[[int, int], None] | None = None,
) -> None:
    """Books (number -> state) come into these states together: as `record` of each, in few statements, for a decision
    over many; the caller holds the rows and writes the one audit row. progress: (done, of how many)."""
    rules, done = spec.passport.office.documents.entries, 0
    for part in portions(sorted(changes)):
        rows = tx.session.exec(
            select(Passport.number, Passport.state, Passport.mrz).where(col(Passport.number).in_(part))
        ).all()
        if any(state not in rules[changes[number]].follows for number, state, _ in rows) or len(rows) != len(part):
            raise Conflict(_state_fault("moved on"))
        last = select(PassportEvent.number, func.max(PassportEvent.seq)).where(col(PassportEvent.number).in_(part))
        seqs = dict(tx.session.exec(last.group_by(col(PassportEvent.number))).all())
        common = {"at": tx.now, "on": on, "actor": tx.actor.id, "office": tx.actor.office, "reason": reason}
        events = [{"number": n, "seq": seqs.get(n, 0) + 1, "kind": changes[n], **common} for n in part]
        tx.session.execute(insert(PassportEvent), events)
        for kind in sorted({changes[number] for number in part}):
            tx.session.execute(
                update(Passport)
                .where(col(Passport.number).in_([n for n in part if changes[n] == kind]))
                .values(state=kind)
                .execution_options(synchronize_session=False)
            )
        queue(tx, {Told.of_zone(number, mrz): rules[changes[number]].sltd for number, _, mrz in rows}, on)
        done += len(part)
        if progress is not None:
            progress(done, len(changes))
    tx.session.expire_all()


def portions(numbers: Sequence[str]) -> Iterator[Sequence[str]]:
    """As many at a time as one statement names."""
    return (numbers[start : start + _MANY] for start in range(0, len(numbers), _MANY))


def _last(tx: Tx, number: str) -> int:
    query = select(func.max(PassportEvent.seq)).where(PassportEvent.number == number)
    return tx.session.exec(query).one() or 0


def _state_fault(state: str) -> Fault:
    words = f"حالة الجواز لا تسمح بذلك: {state}", f"the state of the book does not allow it: {state}"
    return Fault("passports.life.state", *words, field="number", clause=CLAUSE)
