"""The signed paper of each movement of money: number -> PDF -> signature -> row, all or nothing; and who may read it.

Made after the money is written down: what fails here (a key, the disk) is done at the next turn, and once.
"""

from __future__ import annotations

import logging
from datetime import datetime

from sqlmodel import col, select

from issuance.core import policy
from issuance.core.actor import PUBLIC, Actor, system
from issuance.core.numbered import numbered
from issuance.core.numbers import NumberSeries, use
from issuance.core.policy import Subject
from issuance.core.uow import unit_of_work
from issuance.db.session import ReadSession
from issuance.documents.certificate import BilingualText
from issuance.documents.receipt import ReceiptData, receipt_json, render_receipt
from issuance.documents.serial import serial
from issuance.fees.model import FeeEntry, FeePayment, FeeReceipt
from issuance.fees.payments import unknown
from issuance.fees.rules import money, text
from issuance.service import Service
from issuance.staff.public import offices_named
from keys import issue as sign
from keys import prepare
from keys.pdf import PdfRequest
from specs.errors import Conflict, IssuanceError, NotFound
from specs.schema.base import Bilingual

log = logging.getLogger("issuance.fees")


def make_due(service: Service, now: datetime, payment_id: str | None = None, limit: int = 100) -> int:
    """Make the papers that are missing, the oldest entry first; answers how many. Safe to repeat.

    payment_id: of this payment only. What cannot be made now waits for the next turn.
    """
    query = (
        select(FeeEntry.id)
        .join(FeeReceipt, FeeReceipt.entry_id == FeeEntry.id, isouter=True)  # type: ignore[arg-type]
        .where(col(FeeReceipt.number).is_(None))
        .order_by(col(FeeEntry.at), col(FeeEntry.kind).desc(), col(FeeEntry.id))
        .limit(limit)
    )
    if payment_id is not None:
        query = query.where(FeeEntry.payment_id == payment_id)
    with service.db.reading() as read:
        missing = list(read.exec(query))
    made = 0
    for entry_id in missing:
        try:
            _make(service, entry_id, now)
            made += 1
        except Conflict:  # another turn was quicker: its paper counts, and our number is void
            continue
        except IssuanceError as error:
            log.warning("the paper of entry %s waits: %s", entry_id, error.faults[0].code)
    return made


def receipt_pdf(service: Service, actor: Actor, number: str, now: datetime) -> bytes:
    """The signed PDF for who may read or take fees; the read is kept. Raises `NotFound`."""
    with unit_of_work(service.db, actor, "read a receipt", now) as tx:
        row = tx.session.get(FeeReceipt, number)
        if row is None or not may_see(actor, row.payment_id, row.office):
            raise NotFound(unknown())
        tx.audit("fees.read", f"receipt:{number}")
        return row.pdf


def own_receipt_pdf(service: Service, subject: str, number: str, now: datetime) -> bytes:
    """The signed PDF for the applicant, whose right to `subject` the caller has proved. Raises `NotFound`."""
    with unit_of_work(service.db, PUBLIC, "the applicant reads a receipt", now) as tx:
        query = select(FeeReceipt).join(FeePayment, FeePayment.id == FeeReceipt.payment_id)  # type: ignore[arg-type]
        row = tx.session.exec(query.where(FeePayment.subject == subject, FeeReceipt.number == number)).first()
        if row is None:
            raise NotFound(unknown())
        tx.audit("fees.read", f"receipt:{number}")
        return row.pdf


def may_see(actor: Actor, payment_id: str, office: str) -> bool:
    """Whoever reads the fees of an office, or takes fees anywhere."""
    subject = Subject("payment", payment_id, office)
    return any(policy.allowed(actor, action, subject) for action in ("fees.read", "fees.take"))


def _make(service: Service, entry_id: str, now: datetime) -> None:
    with service.db.reading() as read:
        entry = read.get(FeeEntry, entry_id)
        if entry is None:
            raise NotFound(unknown())
        payment = read.get(FeePayment, entry.payment_id)
        if payment is None:
            raise NotFound(unknown())
        office = offices_named(read, {entry.office})[entry.office]
        refunded = _number_of(read, entry.refunds) if entry.refunds is not None else None
    rules, letter = service.spec.fees, service.spec.certificate_certificate
    rule, year, code = rules.receipts, entry.on.year, entry.office
    kind, actor = "receipt" if refunded is None else "credit", system("fees", code)
    shape = letter.serial.model_copy(update={"series": rule.series if refunded is None else rule.credit_series})
    series = NumberSeries(f"{kind}:{year}:{code}", 1, lambda count: serial(shape, year, code, count))
    title = rule.title if refunded is None else rule.credit_title
    with numbered(service.db, actor, series, f"entry:{entry.id}", service.clock) as allocation:
        number = allocation.number
        row = next((held for held in rules.tariff.rows if held.id == payment.tariff), None)
        data = ReceiptData(
            number=number,
            received=text(money(abs(entry.amount))),
            currency=BilingualText(rules.currency.name.ar, rules.currency.code),
            purpose=_both(rules.documents.entries[payment.document]),
            reference=payment.reference,
            fee=text(money(payment.fee)),
            electronic=text(money(payment.electronic)),
            method=_both(rule.methods["cash" if entry.method == "cash" else "online"]),
            transaction=entry.transaction,
            legal_basis=_both(row.legal_basis) if row is not None and refunded is None else None,
            office=BilingualText(office.arabic, office.english),
            on=entry.on,
            refunds=refunded,
            reason=next((_both(words) for name, words in rules.refunds.reasons.items() if name == entry.reason), None),
            synthetic=not service.settings.production,
        )
        attachment = receipt_json(data)
        unsigned = render_receipt(data, letter, rule, attachment=attachment, timestamp=now.replace(microsecond=0))
        asked = PdfRequest(f"receipt:{number}", unsigned, title.ar, office.arabic)
        signed = sign(prepare(service.keys, asked, now), now)
        paper = FeeReceipt(
            number=number,
            entry_id=entry.id,
            payment_id=payment.id,
            office=code,
            data=attachment.decode(),
            pdf=signed.artefact,
            pdf_intent_id=signed.intent_id,
            issued_at=now,
        )
        with unit_of_work(service.db, actor, "the paper of a payment", now) as tx:
            tx.session.add(paper)
            use(tx, number)
            tx.audit("fees.receipt", f"payment:{payment.id}", {"number": number, "entry": entry.id})


def _number_of(read: ReadSession, entry_id: str) -> str:
    """The receipt that a credit note names. Raises `Conflict` until it is made: the note waits for it."""
    number = read.exec(select(FeeReceipt.number).where(FeeReceipt.entry_id == entry_id)).first()
    if number is None:
        raise Conflict(unknown())
    return number


def _both(words: Bilingual) -> BilingualText:
    return BilingualText(words.ar, words.en)
