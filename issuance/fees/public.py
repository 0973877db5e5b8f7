"""What other domains may ask of fees: open the payment a request waits for, learn that it is settled, end it."""

from __future__ import annotations

from sqlmodel import col, select

from issuance.db.session import ReadSession
from issuance.fees.facts import PaymentView
from issuance.fees.model import FeePayment
from issuance.fees.payments import Order, Waiver, end_in, exempt, followed_in, open_in, take_cash, view_of
from issuance.fees.provider import PaymentProvider
from issuance.fees.provider import begin as begin_online
from issuance.fees.receipts import make_due, own_receipt_pdf
from issuance.fees.rules import amount_of, due, text

__all__ = [
    "Order",
    "PaymentProvider",
    "PaymentView",
    "Waiver",
    "amount_of",
    "begin_online",
    "due",
    "end_in",
    "exempt",
    "followed_in",
    "make_due",
    "open_in",
    "own_receipt_pdf",
    "payment_for",
    "settled",
    "take_cash",
    "text",
]


def payment_for(read: ReadSession, subject: str) -> PaymentView | None:
    """The payment of this subject, or None when none was ever due."""
    row = read.exec(select(FeePayment).where(FeePayment.subject == subject)).first()
    return view_of(read, row) if row is not None else None


def settled(read: ReadSession, document: str, limit: int = 200) -> list[str]:
    """Subjects whose fee is settled and that have not gone on yet, the oldest payment first."""
    query = select(FeePayment.subject).where(
        col(FeePayment.followed).is_(False),
        FeePayment.document == document,
        col(FeePayment.state).in_(("paid", "exempt")),
    )
    return list(read.exec(query.order_by(col(FeePayment.id)).limit(limit)))
