"""A cash desk is closed: the cash of one cashier since the last closing, counted against the ledger, and signed.

A difference is stated and kept, never smoothed over. Only cash is counted: no drawer holds an electronic payment.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlmodel import col, select

from issuance.core import policy
from issuance.core.actor import Actor
from issuance.core.canonical import canonical
from issuance.core.civil import civil_day
from issuance.core.ids import new_id
from issuance.core.uow import unit_of_work
from issuance.db.session import ReadSession, lock
from issuance.fees.model import FeeClosing, FeeClosingEntry, FeeEntry
from issuance.fees.rules import CLAUSE, money, text, units
from issuance.service import Service
from keys import issue as sign
from keys import prepare
from keys.record import RecordRequest
from specs.errors import Conflict, Fault, Invalid, Refused

FORM = "ly.issuance.fees.closing/1"


@dataclass(frozen=True, slots=True)
class Till:
    """What a cashier's drawer should hold. entries: movements of cash since the last closing, oldest first."""

    cashier: str
    office: str
    entries: tuple[str, ...]
    expected: Decimal


@dataclass(frozen=True, slots=True)
class Closing:
    """difference: counted less expected, below zero when money is missing."""

    id: str
    cashier: str
    office: str
    on: date
    entries: int
    expected: Decimal
    counted: Decimal
    words: str | None
    signed: bytes
    at: datetime

    @property
    def difference(self) -> Decimal:
        return self.counted - self.expected

    def as_json(self) -> dict[str, Any]:
        """The wire form; the signed record travels apart."""
        return {
            "id": self.id,
            "cashier": self.cashier,
            "office": self.office,
            "on": self.on.isoformat(),
            "entries": self.entries,
            "expected": text(self.expected),
            "counted": text(self.counted),
            "difference": text(self.difference),
            "words": self.words,
            "at": self.at.isoformat(),
        }


def till(service: Service, actor: Actor) -> Till:
    """The actor's own drawer as the ledger has it. Raises `NotAllowed`."""
    policy.require(actor, "fees.close")
    with service.db.reading() as read:
        return _till(read, actor)


def close(service: Service, actor: Actor, counted: Decimal, words: str, now: datetime) -> Closing:
    """Count the actor's own drawer. words: needed when the count differs. Raises `NotAllowed`, `Invalid`, `Refused`
    (nothing since the last closing), `Conflict` (money moved while it was signed), `Unavailable` (no key)."""
    held, said = till(service, actor), words.strip() or None
    if not held.entries:
        raise Refused(_fault("empty", "لا حركة منذ آخر إقفال", "nothing moved since the last closing"))
    if counted != held.expected and said is None:
        difference = text(counted - held.expected)
        ar, en = f"اشرح الفرق ({difference})", f"say why the count differs ({difference})"
        raise Invalid(_fault("difference", ar, en, "words"))
    if said is not None and len(said) > 1000:
        raise Invalid(_fault("words", "ألف حرف على الأكثر", "1000 characters at most", "words"))
    row = FeeClosing(
        id=new_id(),
        cashier=held.cashier,
        office=held.office,
        on=civil_day(now),
        entries=len(held.entries),
        expected=units(held.expected),
        counted=units(counted),
        words=said,
        signed=b"",
        at=now,
    )
    payload = canonical({"form": FORM, **_view(row).as_json(), "ledger": list(held.entries)})
    asked = RecordRequest(f"closing:{row.id}", payload, service.spec.pki_profiles)
    row.signed = sign(prepare(service.keys, asked, now), now).artefact
    with unit_of_work(service.db, actor, "a cash desk is closed", now) as tx:
        lock(tx.session, f"fees:{held.office}:{held.cashier}")
        if _till(tx.read, actor) != held:
            words_ = "تحركت أموال أثناء الإقفال؛ أعد العد", "money moved meanwhile: count again"
            raise Conflict(_fault("moved", *words_))
        tx.session.add(row)
        tx.session.flush()
        tx.session.add_all(FeeClosingEntry(entry_id=entry, closing_id=row.id) for entry in held.entries)
        tx.audit("fees.close", f"closing:{row.id}", {"entries": row.entries, "even": counted == held.expected})
        return _view(row)


def closings(service: Service, actor: Actor, limit: int = 50) -> list[Closing]:
    """Those of the offices whose fees the actor reads, the newest first. Raises `NotAllowed`."""
    policy.require(actor, "fees.read")
    query = select(FeeClosing).order_by(col(FeeClosing.at).desc(), col(FeeClosing.id).desc()).limit(limit)
    scope = policy.offices_in_scope(actor, "fees.read")
    if scope is not None:
        query = query.where(col(FeeClosing.office).in_(scope))
    with service.db.reading() as read:
        return [_view(row) for row in read.exec(query)]


def _till(read: ReadSession, actor: Actor) -> Till:
    query = (
        select(FeeEntry)
        .join(FeeClosingEntry, FeeClosingEntry.entry_id == FeeEntry.id, isouter=True)  # type: ignore[arg-type]
        .where(col(FeeClosingEntry.closing_id).is_(None), FeeEntry.cashier == actor.id, FeeEntry.method == "cash")
        .order_by(col(FeeEntry.at), col(FeeEntry.id))
    )
    if actor.office is not None:
        query = query.where(FeeEntry.office == actor.office)
    rows = list(read.exec(query))
    office = actor.office or (rows[0].office if rows else "")
    mine = [row for row in rows if row.office == office]  # a console without an office closes one office at a time
    return Till(actor.id, office, tuple(row.id for row in mine), money(sum(row.amount for row in mine)))


def _view(row: FeeClosing) -> Closing:
    values = row.model_dump(include=set(Closing.__slots__) - {"expected", "counted"})
    return Closing(**values, expected=money(row.expected), counted=money(row.counted))


def _fault(code: str, ar: str, en: str, field: str = "counted") -> Fault:
    return Fault(f"fees.close.{code}", ar, en, field=field, clause=CLAUSE)
