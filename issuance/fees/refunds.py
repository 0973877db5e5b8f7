"""Money goes back: one person asks with a reason, another approves, and the credit note follows.

A refund gives back one entry of the ledger, whole. Cash leaves the desk of the cashier who asked, at the approval; an
outside provider is told after the approval and the money counts as gone when it says so (`provider`).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlmodel import col, select

from issuance.core import approvals, policy
from issuance.core.actor import Actor
from issuance.core.approvals import Approval
from issuance.core.civil import civil_day
from issuance.core.ids import new_id
from issuance.core.policy import Subject
from issuance.core.uow import Tx, unit_of_work
from issuance.fees.facts import PaymentView
from issuance.fees.model import FeeEntry, FeePayment
from issuance.fees.payments import require_payment, settle, unknown, unreturned, view_of
from issuance.fees.rules import CLAUSE
from issuance.service import Service
from specs.errors import Conflict, Fault, Invalid, NotAllowed, NotFound, Refused
from specs.schema.fees import RefundReason

REFUND = "fees.refund"
APPROVE = "fees.approve_refund"


def ask(service: Service, actor: Actor, reference: str, reason: str, words: str, now: datetime) -> str:
    """A cashier asks to give back what is owed, or by `our_mistake` the fee itself; the id of the approval wanted.

    Raises `NotFound`, `NotAllowed`, `Invalid` (reason, words), `Conflict` (nothing to give back, or asked already).
    """
    policy.require(actor, REFUND)
    with unit_of_work(service.db, actor, "ask to give a fee back", now) as tx:
        row = require_payment(tx, reference)
        policy.require(actor, REFUND, _subject(row))
        said = _known(service, reason)
        if any(one.state(now) == "pending" for one in approvals.approvals_of(tx.read, f"payment:{row.id}")):
            words_ = "طُلب الرد من قبل وينتظر الاعتماد", "this refund was asked for already and waits for approval"
            raise Conflict(_fault("asked", *words_))
        entry = _to_return(tx, row, said)
        proposal = {"entry": entry.id, "reason": reason}
        return approvals.ask(
            tx, REFUND, f"payment:{row.id}", _digest(tx, row), words, proposal=proposal, office=row.office
        )


def approve(service: Service, actor: Actor, approval_id: str, words: str, now: datetime) -> PaymentView:
    """Another person agrees. Cash is written down as gone now; an outside payment waits for its provider.

    Raises as `approvals.approve`, and `NotFound`, `NotAllowed`.
    """
    policy.require(actor, APPROVE)
    with unit_of_work(service.db, actor, "approve the refund of a fee", now) as tx:
        row, asked = _asked(tx, actor, approval_id)
        approvals.approve(tx, approval_id, _digest(tx, row), words)
        entry = tx.session.get(FeeEntry, asked.proposal["entry"])
        if entry is None:
            raise NotFound(unknown())
        _let_go(tx, row, entry, asked.proposal["reason"])
        if entry.method == "cash":
            give_back(tx, row, entry, back_of(asked))
        else:
            row.refunding = asked.id
            settle(tx, row)
            tx.audit("fees.refunding", f"payment:{row.id}", {"entry": entry.id, "approval": asked.id})
        return view_of(tx.read, row)


def refuse(service: Service, actor: Actor, approval_id: str, words: str, now: datetime) -> PaymentView:
    """Another person does not agree; what is owed stays owed. Raises as `approve`."""
    policy.require(actor, APPROVE)
    with unit_of_work(service.db, actor, "refuse the refund of a fee", now) as tx:
        row, _ = _asked(tx, actor, approval_id)
        approvals.refuse(tx, approval_id, words)
        return view_of(tx.read, row)


@dataclass(frozen=True, slots=True)
class Back:
    """A refund that is settled. cashier: whose desk it leaves; approval: id, None at the console of the service."""

    cashier: str
    reason: str
    approval: str | None
    transaction: str | None = None


def give_back(tx: Tx, row: FeePayment, entry: FeeEntry, back: Back) -> None:
    """Write the refund of `entry` into the ledger, once."""
    movement = FeeEntry(
        id=new_id(),
        payment_id=row.id,
        kind="refunded",
        amount=-entry.amount,
        method=entry.method,
        office=row.office,
        cashier=back.cashier,
        on=civil_day(tx.now),
        at=tx.now,
        transaction=back.transaction,
        refunds=entry.id,
        reason=back.reason,
        approval=back.approval,
        once=f"refund:{entry.id}",
    )
    tx.session.add(movement)
    row.refunding = None
    settle(tx, row)
    detail = {"entry": movement.id, "refunds": entry.id, "approval": back.approval or ""}
    tx.audit("fees.refund", f"payment:{row.id}", detail)


def back_of(asked: Approval, transaction: str | None = None) -> Back:
    """The refund that two people settled."""
    return Back(asked.asked_by, asked.proposal["reason"], asked.id, transaction)


def at_console(service: Service, actor: Actor, reference: str, reason: str, now: datetime) -> PaymentView:
    """Give cash back at the machine that holds the keys, where nobody is signed in: at once.

    Raises `NotAllowed` for anybody else, `NotFound`, `Invalid`, `Conflict`, `Refused` for an electronic payment.
    """
    if actor.kind != "system":
        words = "رد الرسم يطلبه موظف ويعتمده آخر", "one person asks for a refund and another approves it"
        raise NotAllowed(_fault("two_people", *words))
    with unit_of_work(service.db, actor, "a fee is given back at the console", now) as tx:
        row = require_payment(tx, reference)
        entry = _to_return(tx, row, _known(service, reason))
        if entry.method != "cash":
            words = "دفع إلكتروني: يرده موظفان من الصفحة", "an electronic payment: two people refund it on the pages"
            raise Refused(_fault("electronic", *words))
        _let_go(tx, row, entry, reason)
        give_back(tx, row, entry, Back(actor.id, reason, None))
        return view_of(tx.read, row)


def _let_go(tx: Tx, row: FeePayment, entry: FeeEntry, reason: str) -> None:
    """A payment whose own money goes back is closed."""
    if entry.id == row.kept:
        row.state, row.kept, row.reason = "closed", None, reason
    row.since = tx.now
    tx.session.add(row)


def _known(service: Service, reason: str) -> RefundReason:
    known = service.spec.fees.refunds.reasons
    if reason not in known:
        raise Invalid(_fault("reason", "سبب غير معروف", f"one of {', '.join(known)}", "reason"))
    return reason


def _to_return(tx: Tx, row: FeePayment, reason: RefundReason) -> FeeEntry:
    """The entry to give back: the first that is owed; by `our_mistake` also the one that pays the fee."""
    entries = tx.session.exec(select(FeeEntry).where(FeeEntry.payment_id == row.id)).all()
    owed = unreturned(row, entries)
    if not owed and reason == "our_mistake" and row.followed:  # a request still to go on must not lose its fee
        owed = [one for one in entries if one.id == row.kept]
    if not owed or row.refunding is not None:
        words = "لا مبلغ يُرد لهذا الرسم الآن", "nothing is to be given back for this payment now"
        raise Conflict(_fault("nothing_owed", *words))
    return owed[0]


def _asked(tx: Tx, actor: Actor, approval_id: str) -> tuple[FeePayment, Approval]:
    asked = approvals.approval(tx.read, approval_id)
    query = select(FeePayment).where(col(FeePayment.id) == asked.subject.removeprefix("payment:")).with_for_update()
    row = tx.session.exec(query.execution_options(populate_existing=True)).first()
    if asked.action != REFUND or row is None or not policy.allowed(actor, APPROVE, _subject(row)):
        raise NotFound(unknown())
    return row, asked


def _digest(tx: Tx, row: FeePayment) -> str:
    entries = tx.session.exec(select(FeeEntry.id).where(FeeEntry.payment_id == row.id)).all()
    return approvals.digest_of({"payment": row.id, "kept": row.kept, "owed": row.owed, "entries": sorted(entries)})


def _subject(row: FeePayment) -> Subject:
    return Subject("payment", row.id, row.office)


def _fault(code: str, ar: str, en: str, field: str = "reference") -> Fault:
    return Fault(f"fees.refund.{code}", ar, en, field=field, clause=CLAUSE)
