"""A fee is opened, paid or waived, and closed when its request ends. Money that comes is kept whatever the state.

What is owed back follows from the ledger (`_settle`); who gives it back is `refunds`. No receipt is made here: a
receipt needs keys, and money is written down before any key is asked.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any, cast

from sqlmodel import col, select

from issuance.core import policy
from issuance.core.actor import Actor, system
from issuance.core.civil import civil_day
from issuance.core.ids import new_id
from issuance.core.policy import Subject
from issuance.core.uow import Tx, unit_of_work
from issuance.db.session import ReadSession
from issuance.fees.facts import EntryFacts, PaymentView
from issuance.fees.model import FeeEntry, FeePayment, FeeReceipt
from issuance.fees.rules import CLAUSE, due, money, require_exemption, text, units
from issuance.service import Service
from specs.errors import Conflict, Fault, Invalid, NotFound, Refused
from specs.schema import Specification
from specs.schema.certificate_requests import Channel
from specs.schema.fees import Ending, Paid

_SIGNS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"  # Crockford's base 32
_TAKEN_FOR = str.maketrans("OIL", "011")
PROVIDER = system("payments")


@dataclass(frozen=True, slots=True)
class Order:
    """What is to be paid for. subject: as in the audit trail; office: of the request; requested_at: picks the row."""

    subject: str
    document: Paid
    channel: Channel
    office: str
    requested_at: datetime


@dataclass(frozen=True, slots=True)
class Waiver:
    """An exemption that a rule gives. proof: what proves it, as a number of a paper."""

    exemption: str
    proof: str


def open_in(tx: Tx, spec: Specification, order: Order, waiver: Waiver | None = None) -> PaymentView | None:
    """The payment that this request waits for, opened in its transaction; None when nothing is due.

    waiver: the fee is waived as it is opened, and the request goes on.
    """
    fee = due(spec.fees, order.document, order.channel, None, civil_day(order.requested_at))
    if not fee.total:
        return None
    row = FeePayment(
        id=new_id(),
        reference=_new_reference(),
        subject=order.subject,
        document=order.document,
        channel=order.channel,
        office=order.office,
        tariff=fee.tariff or "",
        fee=units(fee.fee),
        electronic=units(fee.electronic),
        state="open",
        opened_at=tx.now,
        since=tx.now,
    )
    if waiver is not None:
        require_exemption(spec.fees, order.document, waiver.exemption)
        row.state, row.exemption, row.exemption_proof, row.followed = "exempt", waiver.exemption, waiver.proof, True
    tx.session.add(row)
    tx.session.flush()
    tx.audit("fees.open", f"payment:{row.id}", {"for": order.subject, "tariff": row.tariff, "state": row.state})
    return view_of(tx.read, row)


def take_cash(service: Service, actor: Actor, reference: str, amount: Decimal, now: datetime) -> PaymentView:
    """A cashier takes the fee; a second call is the first. Raises `NotFound`, `NotAllowed`, `Invalid` (another amount),
    `Conflict` (paid otherwise), `Refused` (the request has ended, or nothing is due)."""
    policy.require(actor, "fees.take")
    with unit_of_work(service.db, actor, "a fee is taken at a cash desk", now) as tx:
        row = require_payment(tx, reference)
        policy.require(actor, "fees.take", _subject(row))
        if row.kept == row.id:  # a cash payment is kept under its own id
            return view_of(tx.read, row)
        if units(amount) != row.fee + row.electronic:
            due_now = text(money(row.fee + row.electronic))
            words = f"المبلغ المستحق {due_now} بالضبط", f"the amount due is exactly {due_now}"
            raise Invalid(_fault("amount", *words, "amount"))
        if row.state != "open":
            words = {
                "paid": ("دُفع هذا الرسم إلكترونياً", "this fee was paid electronically"),
                "exempt": ("أعفي صاحبه من الرسم", "the fee was waived"),
                "closed": ("انتهى الطلب فلا يقبض رسمه", "the request has ended: nothing is taken for it"),
            }[row.state]
            raise (Conflict if row.state == "paid" else Refused)(_fault(f"state.{row.state}", *words))
        office = actor.office or row.office
        _receive(tx, row, FeeEntry(**_entry(tx, row, "cash", office), id=row.id, once=f"cash:{row.id}"))
        return view_of(tx.read, row)


def told_paid(service: Service, payment_id: str, amount: Decimal, transaction: str, now: datetime) -> PaymentView:
    """The outside provider says that money came; said again it is the same money. Never refused for its lateness.

    A second payment, one after the end of the request and one of another amount are kept and owed back. Raises
    `NotFound`.
    """
    with unit_of_work(service.db, PROVIDER, "an outside provider tells of a payment", now) as tx:
        row = tx.session.get(FeePayment, payment_id, with_for_update=True, populate_existing=True)
        if row is None:
            raise NotFound(unknown())
        once = f"online:{transaction}"
        if tx.session.exec(select(FeeEntry.id).where(FeeEntry.once == once)).first() is None:
            values = _entry(tx, row, "online", row.office) | {"amount": units(amount), "transaction": transaction}
            _receive(tx, row, FeeEntry(**values, id=new_id(), once=once))
        return view_of(tx.read, row)


def exempt(service: Service, actor: Actor, reference: str, exemption: str, proof: str, now: datetime) -> PaymentView:
    """Waive an open fee. proof: number of the paper that proves it. Raises `NotFound`, `NotAllowed`, `Invalid`,
    `Conflict` (paid already), `Refused` (the request has ended)."""
    policy.require(actor, "fees.exempt")
    with unit_of_work(service.db, actor, "a fee is waived", now) as tx:
        row = require_payment(tx, reference)
        policy.require(actor, "fees.exempt", _subject(row))
        require_exemption(service.spec.fees, row.document, exemption)
        if not (shown := proof.strip()) or len(shown) > 200:
            words = "اذكر رقم المستند الذي يثبت الإعفاء", "name the paper that proves the exemption"
            raise Invalid(_fault("proof", *words, "proof"))
        if row.state == "exempt" and row.exemption == exemption:
            return view_of(tx.read, row)
        if row.state != "open":
            words = "لم يعد الرسم مستحقاً", "the fee is no longer open"
            raise Conflict(_fault("state.not_open", *words))
        row.state, row.exemption, row.exemption_proof, row.since = "exempt", exemption, shown, tx.now
        tx.session.add(row)
        tx.audit("fees.exempt", f"payment:{row.id}", {"exemption": exemption})
        return view_of(tx.read, row)


def end_in(tx: Tx, spec: Specification, subject: str, ending: Ending) -> None:
    """The request ended without its document: an open fee is closed, a paid one kept or owed back by the rule."""
    row = _of_subject(tx, subject)
    if row is None or row.state == "closed":
        return
    if row.state == "paid" and spec.fees.refunds.on_end[ending] == "keep":
        row.followed = True
    else:
        row.reason = "ended" if row.state == "paid" else None
        row.state, row.kept, row.followed = "closed", None, True
    row.since = tx.now
    settle(tx, row)
    tx.audit("fees.end", f"payment:{row.id}", {"ending": ending, "state": row.state})


def followed_in(tx: Tx, subject: str) -> bool:
    """Mark that the request went on with its settled fee, in the transaction in which it does. False: not settled."""
    row = _of_subject(tx, subject)
    if row is None or row.state not in ("paid", "exempt"):
        return False
    row.followed = True
    tx.session.add(row)
    tx.audit("fees.followed", f"payment:{row.id}", {"for": subject})
    return True


def require_payment(tx: Tx, reference: str) -> FeePayment:
    """The row, held until the transaction ends. Raises `NotFound`."""
    query = select(FeePayment).where(FeePayment.reference == written(reference)).with_for_update()
    row = tx.session.exec(query.execution_options(populate_existing=True)).first()
    if row is None:
        raise NotFound(unknown())
    return row


def settle(tx: Tx, row: FeePayment) -> None:
    """What is owed back: all that came, but what is kept and what went back already."""
    tx.session.flush()
    entries = tx.session.exec(select(FeeEntry).where(FeeEntry.payment_id == row.id)).all()
    row.owed = sum(one.amount for one in unreturned(row, entries))
    tx.session.add(row)
    tx.session.flush()


def unreturned(row: FeePayment, entries: object) -> list[FeeEntry]:
    """Money that came, is not kept and has not gone back, oldest first."""
    held = sorted(cast("list[FeeEntry]", entries), key=lambda one: (one.at, one.id))
    gone = {one.refunds for one in held}
    return [one for one in held if one.kind == "taken" and one.id != row.kept and one.id not in gone]


def view_of(read: ReadSession, row: FeePayment) -> PaymentView:
    """The payment with its movements, in order."""
    query = (
        select(FeeEntry, FeeReceipt.number)
        .join(FeeReceipt, FeeReceipt.entry_id == FeeEntry.id, isouter=True)  # type: ignore[arg-type]
        .where(FeeEntry.payment_id == row.id)
        .order_by(col(FeeEntry.at), col(FeeEntry.kind).desc(), col(FeeEntry.id))
    )
    entries = tuple(
        EntryFacts(
            **one.model_dump(include=set(EntryFacts.__slots__) - {"amount", "number"}),
            amount=money(one.amount),
            number=number,
        )
        for one, number in read.exec(query)
    )
    values = row.model_dump(include=set(PaymentView.__slots__) - {"fee", "electronic", "owed", "entries"})
    return PaymentView(
        **values, fee=money(row.fee), electronic=money(row.electronic), owed=money(row.owed), entries=entries
    )


def written(reference: str) -> str:
    """A reference however it is typed: small letters, other separators, digits of any script, O for 0."""
    signs = (str(int(sign)) if sign.isdecimal() else sign for sign in reference[:40].upper() if sign.isalnum())
    plain = "".join(signs).translate(_TAKEN_FOR)
    return f"{plain[:4]}-{plain[4:]}"


def unknown() -> Fault:
    return _fault("unknown", "لا يوجد رسم بهذا الرقم", "there is no payment with this reference", "reference")


def _receive(tx: Tx, row: FeePayment, entry: FeeEntry) -> None:
    """Write the money down, and what it means: the first right one pays an open fee, any other is owed back."""
    tx.session.add(entry)
    tx.session.flush()
    if row.state == "open" and entry.amount == row.fee + row.electronic:
        row.state, row.kept = "paid", entry.id
    else:
        row.reason = {"open": "amount", "closed": "late"}.get(row.state, "twice")
    row.since = tx.now
    settle(tx, row)
    detail = {"entry": entry.id, "method": entry.method, "state": row.state}
    tx.audit("fees.take", f"payment:{row.id}", detail)


def _entry(tx: Tx, row: FeePayment, method: str, office: str) -> dict[str, Any]:
    return {
        "payment_id": row.id,
        "kind": "taken",
        "amount": row.fee + row.electronic,
        "method": method,
        "office": office,
        "cashier": tx.actor.id,
        "on": civil_day(tx.now),
        "at": tx.now,
    }


def _of_subject(tx: Tx, subject: str) -> FeePayment | None:
    query = select(FeePayment).where(FeePayment.subject == subject).with_for_update()
    return tx.session.exec(query.execution_options(populate_existing=True)).first()


def _new_reference() -> str:
    value = secrets.randbits(40)
    signs = "".join(_SIGNS[value >> shift & 31] for shift in range(35, -1, -5))
    return f"{signs[:4]}-{signs[4:]}"


def _subject(row: FeePayment) -> Subject:
    return Subject("payment", row.id, row.office)


def _fault(code: str, ar: str, en: str, field: str = "reference") -> Fault:
    return Fault(f"fees.{code}", ar, en, field=field, clause=CLAUSE)
