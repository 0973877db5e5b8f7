"""An outside payment provider: where to pay, what became of it, money back. What it says is written down by `payments`.

The network is used with nothing open. Everything may be repeated: a provider takes one id once.
"""

from __future__ import annotations

import hmac
import json
import logging
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from hashlib import sha256
from typing import Literal, Protocol

from sqlmodel import and_, col, or_, select

from issuance.core import approvals
from issuance.core.uow import unit_of_work
from issuance.fees import refunds
from issuance.fees.facts import PaymentView
from issuance.fees.model import FeeEntry, FeePayment
from issuance.fees.payments import PROVIDER, told_paid, unknown, view_of
from issuance.fees.rules import CLAUSE, amount_of, money
from issuance.service import Service
from specs.errors import Conflict, Fault, Invalid, IssuanceError, NotAllowed, NotFound, Unavailable

log = logging.getLogger("issuance.fees")


@dataclass(frozen=True, slots=True)
class Bill:
    """What a provider is to take. id: sent again it is the same bill; callback: where it may tell of the payment."""

    id: str
    reference: str
    amount: Decimal
    currency: str
    return_to: str
    callback: str


@dataclass(frozen=True, slots=True)
class Told:
    """What a provider says of a payment. transaction: its own number of the money, given with `paid`."""

    payment: str
    state: Literal["open", "paid", "failed"]
    amount: Decimal
    transaction: str


class PaymentProvider(Protocol):
    """A line to a provider. Raises `Unavailable` when it is down, `Refused` when it does not take this one."""

    def begin(self, bill: Bill) -> str:
        """Where the payer goes, an https address."""
        ...

    def ask(self, payment_id: str) -> tuple[Told, ...]:
        """Every payment that it knows for this bill."""
        ...

    def refund(self, refund_id: str, payment_id: str, transaction: str, amount: Decimal) -> str:
        """Give back one payment; its own number of the refund."""
        ...


def begin(service: Service, provider: PaymentProvider, payment_id: str, now: datetime) -> PaymentView:
    """Send the payer to the provider. Raises `NotFound`, `Conflict` (no longer open), `Unavailable`, `Refused`."""
    with service.db.reading() as read:
        row = read.get(FeePayment, payment_id)
        if row is None:
            raise NotFound(unknown())
        if row.state != "open":
            raise Conflict(_fault("not_open", "لم يعد الرسم مستحقاً", "this fee is no longer open"))
        if row.pay_at is not None:
            return view_of(read, row)
        base, amount = service.settings.base_url, money(row.fee + row.electronic)
        bill = Bill(
            row.id,
            row.reference,
            amount,
            service.spec.fees.currency.code,
            f"{base}/track",
            f"{base}/v1/fees/callbacks",
        )
    where = provider.begin(bill)
    with unit_of_work(service.db, PROVIDER, "a payment begins at a provider", now) as tx:
        held = tx.session.get(FeePayment, payment_id, with_for_update=True, populate_existing=True)
        if held is None:
            raise NotFound(unknown())
        held.pay_at, held.asked_at = where, now
        tx.session.add(held)
        tx.audit("fees.begin", f"payment:{payment_id}")
        return view_of(tx.read, held)


def read_callback(service: Service, body: bytes, signature: str, now: datetime) -> Told:
    """What a signed callback says. signature: `t=<unix seconds>,v1=<hex HMAC-SHA256 of "<t>." and the body>`.

    Raises `NotAllowed` for one not signed by the provider or too old, `Invalid` for another form.
    """
    token = service.settings.payment_token
    given = dict(part.partition("=")[::2] for part in signature.split(","))
    moment = given.get("t", "")
    wanted = callback_signature(token.get_secret_value(), moment, body) if token is not None else ""
    age = abs(int(moment) - now.timestamp()) if moment.isascii() and moment.isdecimal() and len(moment) < 12 else None
    late = age is None or age > service.spec.fees.online.callback_minutes * 60
    if not wanted or not hmac.compare_digest(wanted, given.get("v1", "")) or late:
        words = "إشعار غير موقع من مزود الدفع أو قديم", "a callback that our provider did not sign, or an old one"
        raise NotAllowed(_fault("signature", *words))
    try:
        said = json.loads(body)
        return told_of(said, str(said["payment"]))
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise Invalid(_fault("form", "إشعار بصيغة غير معروفة", "a callback of another form")) from error


def told_of(said: object, payment_id: str) -> Told:
    """One payment as the provider writes it. Raises `KeyError`, `TypeError`, `ValueError` for another form."""
    if not isinstance(said, dict) or said["state"] not in ("open", "paid", "failed"):
        raise ValueError("state")
    transaction = said.get("transaction") or ""
    if not isinstance(transaction, str) or len(transaction) > 80 or (said["state"] == "paid" and not transaction):
        raise ValueError("transaction")
    try:
        return Told(payment_id, said["state"], amount_of(said["amount"]), transaction)
    except Invalid as error:
        raise ValueError("amount") from error


def callback_signature(token: str, moment: str, body: bytes) -> str:
    """Hex HMAC-SHA256, as the provider computes it."""
    return hmac.new(token.encode(), moment.encode() + b"." + body, sha256).hexdigest()


def believe(service: Service, told: Told, now: datetime) -> PaymentView | None:
    """Write down what the provider said; None when it says that nothing came. Raises `NotFound`."""
    if told.state != "paid":
        return None
    return told_paid(service, told.payment, told.amount, told.transaction, now)


def ask_again(service: Service, provider: PaymentProvider, now: datetime, limit: int = 50) -> list[str]:
    """Ask for open payments nobody told of, and make the refunds that were approved; subjects now paid.

    One that ended is asked for once more, a day later: money on its way is not lost.
    """
    before = now - timedelta(minutes=service.spec.fees.online.ask_minutes)
    open_ = select(FeePayment.id).where(
        col(FeePayment.pay_at).is_not(None),
        or_(
            and_(col(FeePayment.state) == "open", col(FeePayment.asked_at) <= before),
            and_(
                col(FeePayment.state) == "closed",
                col(FeePayment.asked_at) <= col(FeePayment.since),
                col(FeePayment.since) <= now - timedelta(days=1),
            ),
        ),
    )
    back = select(FeePayment.id).where(col(FeePayment.refunding).is_not(None)).order_by(col(FeePayment.since))
    with service.db.reading() as read:
        asked = list(read.exec(open_.order_by(col(FeePayment.asked_at)).limit(limit)))
        returned = list(read.exec(back.limit(limit)))
    paid = []
    try:
        for payment_id in asked:
            for told in provider.ask(payment_id):
                view = believe(service, told, now)
                paid += [view.subject] if view is not None and view.settled else []
            _asked(service, payment_id, now)
        for payment_id in returned:
            _refund(service, provider, payment_id, now)
    except Unavailable as error:
        log.warning("payments wait for their provider: %s", error.faults[0].en)
    return paid


def _asked(service: Service, payment_id: str, now: datetime) -> None:
    with unit_of_work(service.db, PROVIDER, "a provider was asked for a payment", now) as tx:
        row = tx.session.get(FeePayment, payment_id, with_for_update=True, populate_existing=True)
        if row is not None:
            row.asked_at = now
            tx.session.add(row)
            tx.audit("fees.ask", f"payment:{payment_id}")


def _refund(service: Service, provider: PaymentProvider, payment_id: str, now: datetime) -> None:
    with service.db.reading() as read:
        row = read.get(FeePayment, payment_id)
        if row is None or row.refunding is None:
            return
        asked = approvals.approval(read, row.refunding)
        entry = read.get(FeeEntry, asked.proposal["entry"])
    if entry is None:
        return
    try:
        number = provider.refund(asked.id, payment_id, entry.transaction or "", money(entry.amount))
    except Unavailable:
        raise
    except IssuanceError as error:
        log.warning("the refund of payment %s waits: %s", payment_id, error.faults[0].en)
        return
    with unit_of_work(service.db, PROVIDER, "a provider gave a fee back", now) as tx:
        held = tx.session.get(FeePayment, payment_id, with_for_update=True, populate_existing=True)
        if held is not None and held.refunding == asked.id:
            refunds.give_back(tx, held, entry, refunds.back_of(asked, number))


def _fault(code: str, ar: str, en: str) -> Fault:
    return Fault(f"fees.provider.{code}", ar, en, field="payment", clause=CLAUSE)
