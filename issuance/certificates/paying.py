"""Where a request meets its fee: it waits in `paying` until the fee is paid or waived; at the desk in the same call.

Knows no amounts and no receipts: what is due is the business of `fees`.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict
from sqlmodel import select

from issuance.certificates import engine
from issuance.certificates.life import (
    Move,
    RequestView,
    fee_subject,
    held,
    move,
    move_together,
    tracking_digest,
    unknown,
    view_of,
)
from issuance.certificates.model import Request
from issuance.core import policy
from issuance.core.actor import Actor
from issuance.core.civil import civil_day
from issuance.core.policy import Subject
from issuance.core.shapes import read_shape
from issuance.core.uow import Tx, unit_of_work
from issuance.fees import public as fees
from issuance.service import Service
from specs.errors import Fault, Invalid, NotFound, Refused, Unavailable
from specs.schema.certificate_requests import Channel

CLAUSE = "specs/fees.yaml"


class Paid(BaseModel):
    """The applicant pays at the desk that asks. amount: as text, `5.000`."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    method: Literal["cash"]
    amount: str


class Exempted(BaseModel):
    """code: of `exemptions`; proof: number of the paper that proves it."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    code: str
    proof: str


class AtDesk(BaseModel):
    """How the fee of a request at an office is settled at once; neither: it waits for the fee, where one is due."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    paid: Paid | None = None
    exemption: Exempted | None = None


def enter(tx: Tx, service: Service, row: Request, waiver: fees.Waiver | None = None) -> None:
    """Who asks is known: the fee first, where one is due and not waived, else the record is read."""
    enter_together(tx, service, [row], waiver)


def enter_together(tx: Tx, service: Service, rows: Sequence[Request], waiver: fees.Waiver | None = None) -> None:
    """The same for several."""
    moves = []
    for row in rows:
        order = _order(row.id, row.channel, row.office, row.requested_at)
        payment = fees.open_in(tx, service.spec, order, waiver)
        waits = payment is not None and not payment.settled
        if payment is not None and waits:
            engine.tell(tx, service, row, "paying", number=payment.reference, amount=fees.text(payment.amount))
        moves.append(Move(row, "paying" if waits else "compiling"))
    move_together(tx, service.spec, moves)


def settlement(service: Service, actor: Actor, asked: dict[str, Any], channel: Channel, now: datetime) -> AtDesk:
    """Take `paid` and `exemption` out of what was asked, before anything is opened.

    Raises `NotAllowed`, `Invalid`, also for money where nothing is due.
    """
    said = {name: asked.pop(name) for name in AtDesk.model_fields if name in asked}
    desk = read_shape(AtDesk, said, code="fees", clause=CLAUSE)
    if desk.exemption is not None:
        policy.require(actor, "fees.exempt")
    if desk.paid is not None:
        policy.require(actor, "fees.take")
        amount = fees.amount_of(desk.paid.amount, "paid.amount")
        owed = fees.due(service.spec.fees, "certificate", channel, None, civil_day(now)).total
        if desk.exemption is not None:
            words = "إما الدفع أو الإعفاء", "paid or exempt, not both"
            raise Invalid(Fault("fees.both", *words, field="exemption", clause=CLAUSE))
        if amount != owed:
            words = f"المستحق {fees.text(owed)}", f"due is {fees.text(owed)}"
            raise Invalid(Fault("fees.amount", *words, field="paid.amount", clause=CLAUSE))
    return desk


def settle(service: Service, actor: Actor, view: RequestView, desk: AtDesk, now: datetime) -> RequestView:
    """Pay or waive the fee of a request that waits for it, and go on. Raises as `fees.take_cash` and `fees.exempt`."""
    payment = of_request(service, view.id)
    if view.state != "paying" or payment is None:
        return view
    if desk.paid is not None:
        fees.take_cash(service, actor, payment.reference, fees.amount_of(desk.paid.amount, "paid.amount"), now)
    elif desk.exemption is not None:
        fees.exempt(service, actor, payment.reference, desk.exemption.code, desk.exemption.proof, now)
    else:
        return view
    fees.make_due(service, now, payment.id)
    engine.paid(service, payment.subject, now)
    return engine.request(service, view.id)


def of_request(service: Service, request_id: str) -> fees.PaymentView | None:
    """The fee of a request, None when none was due."""
    with service.db.reading() as read:
        return fees.payment_for(read, fee_subject(request_id))


def pay_online(
    service: Service, provider: fees.PaymentProvider | None, tracking: str, now: datetime
) -> fees.PaymentView:
    """Where the applicant pays electronically (`pay_at`). provider: None, fees are paid at cash desks alone.

    Raises `NotFound`, `Conflict` (nothing is due now), `Unavailable`, `Refused` (the provider).
    """
    payment = _own(service, tracking)
    if provider is None:
        words = "لا دفع إلكترونياً هنا؛ ادفع لدى الخزينة", "no electronic payment here: pay at a cash desk"
        raise Unavailable(Fault("fees.provider.none", *words, field="payment", clause=CLAUSE))
    return fees.begin_online(service, provider, payment.id, now)


def own_receipt(service: Service, tracking: str, number: str, now: datetime) -> bytes:
    """A receipt or credit note of the applicant's own request; the read is kept. Raises `NotFound`."""
    return fees.own_receipt_pdf(service, _own(service, tracking).subject, number, now)


def _own(service: Service, tracking: str) -> fees.PaymentView:
    with service.db.reading() as read:
        row = read.exec(select(Request).where(Request.tracking == tracking_digest(tracking))).first()
        payment = fees.payment_for(read, fee_subject(row.id)) if row is not None else None
    if payment is None:
        raise NotFound(unknown())
    return payment


def cancel_at_office(service: Service, actor: Actor, request_id: str, now: datetime) -> RequestView:
    """The applicant does not pay and the office that asked for them ends the request. Raises `NotFound`, `Refused`
    (a citizen's own request), `Conflict` (it moved on)."""
    policy.require(actor, "certificates.request")
    with unit_of_work(service.db, actor, "an office ends a request that nobody paid", now) as tx:
        row = tx.session.get(Request, request_id)
        if row is None or not policy.allowed(
            actor, "certificates.request", Subject("certificate", request_id, row.office)
        ):
            raise NotFound(unknown())
        if row.channel in ("citizen", "abroad"):
            words = "يلغيه صاحبه برمز المتابعة", "its applicant cancels it by the tracking code"
            raise Refused(Fault("certificates.request.own", *words, field="request", clause=CLAUSE))
        row = held(tx, request_id, "paying")
        move(tx, service.spec, row, "cancelled")
        return view_of(tx.read, row)


def _order(request_id: str, channel: str, office: str, requested_at: datetime) -> fees.Order:
    return fees.Order(fee_subject(request_id), "certificate", channel, office, requested_at)  # type: ignore[arg-type]
