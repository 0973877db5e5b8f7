"""What happens at a cash desk and at the provider's door, whole: the money, then its receipt, then the request goes on.

Money comes first and stands alone; what fails after it is done by the next turn of upkeep.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any, Literal

from sqlmodel import col, select

from issuance.certificates import public as certificates
from issuance.core import approvals, policy
from issuance.core.actor import Actor
from issuance.core.approvals import Approval
from issuance.core.uow import unit_of_work
from issuance.fees import payments, provider, receipts, refunds
from issuance.fees.facts import PaymentView
from issuance.fees.model import FeePayment
from issuance.fees.payments import unknown, view_of, written
from issuance.passports import public as passports
from issuance.service import Service
from specs.errors import NotFound
from specs.schema.fees import Fees

Waiting = Literal["open", "owed"]


@dataclass(frozen=True, slots=True)
class Held:
    """A payment and the refund that waits for another person's approval, if any."""

    payment: PaymentView
    approval: Approval | None

    def as_json(self, rules: Fees) -> dict[str, Any]:
        asked = self.approval
        return self.payment.as_json(rules) | {
            "refund_asked": {"approval": asked.id, "reason": asked.proposal["reason"], "words": asked.reason}
            if asked is not None
            else None
        }


def take(service: Service, actor: Actor, reference: str, amount: Decimal, now: datetime) -> PaymentView:
    """Take cash. Raises as `payments.take_cash`."""
    return _go_on(service, payments.take_cash(service, actor, reference, amount, now), now)


def exempt(service: Service, actor: Actor, reference: str, code: str, proof: str, now: datetime) -> PaymentView:
    """Waive a fee. Raises as `payments.exempt`."""
    return _go_on(service, payments.exempt(service, actor, reference, code, proof, now), now)


def called_back(service: Service, body: bytes, signature: str, now: datetime) -> None:
    """What the provider tells by itself. Raises as `provider.read_callback`, and `NotFound`."""
    view = provider.believe(service, provider.read_callback(service, body, signature, now), now)
    if view is not None:
        _go_on(service, view, now)


def approve_refund(service: Service, actor: Actor, approval_id: str, words: str, now: datetime) -> PaymentView:
    """The second person agrees. Raises as `refunds.approve`."""
    return _go_on(service, refunds.approve(service, actor, approval_id, words, now), now)


def refund_at_console(service: Service, actor: Actor, reference: str, reason: str, now: datetime) -> PaymentView:
    """Give cash back at once. Raises as `refunds.at_console`."""
    return _go_on(service, refunds.at_console(service, actor, reference, reason, now), now)


def goes_on(service: Service, document: str, subject: str, now: datetime) -> bool:
    """What waited for this fee goes on; safe to repeat. False when nothing waited."""
    paid = passports.paid if document == "passport" else certificates.paid
    return paid(service, subject, now)


def found(service: Service, actor: Actor, reference: str, now: datetime) -> Held:
    """A payment by its reference; the look is kept. Raises `NotFound`, also out of reach."""
    with unit_of_work(service.db, actor, "look at a payment", now) as tx:
        row = tx.session.exec(select(FeePayment).where(FeePayment.reference == written(reference))).first()
        if row is None or not receipts.may_see(actor, row.id, row.office):
            raise NotFound(unknown())
        tx.audit("fees.read", f"payment:{row.id}")
        pending = [one for one in approvals.approvals_of(tx.read, f"payment:{row.id}") if one.state(now) == "pending"]
        return Held(view_of(tx.read, row), next(iter(pending), None))


def queue(service: Service, actor: Actor, waiting: Waiting, limit: int = 100) -> list[PaymentView]:
    """Payments of the actor's office that wait to be paid, or whose money is to go back; the oldest first.

    Raises `NotAllowed`.
    """
    policy.require(actor, "fees.read")
    query = select(FeePayment).where(FeePayment.state == "open" if waiting == "open" else col(FeePayment.owed) > 0)
    scope = policy.offices_in_scope(actor, "fees.read")
    if scope is not None:
        query = query.where(col(FeePayment.office).in_(scope))
    with service.db.reading() as read:
        rows = read.exec(query.order_by(col(FeePayment.opened_at), col(FeePayment.id)).limit(max(1, min(limit, 200))))
        return [view_of(read, row) for row in rows]


def _go_on(service: Service, view: PaymentView, now: datetime) -> PaymentView:
    """The papers of what moved, then the request; and the payment as it then is."""
    receipts.make_due(service, now, view.id)
    if view.settled:
        goes_on(service, view.document, view.subject, now)
    with service.db.reading() as read:
        row = read.get(FeePayment, view.id)
        return view_of(read, row) if row is not None else view
