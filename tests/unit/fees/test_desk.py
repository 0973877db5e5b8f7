"""Receipts, refunds by two people, closings of a cash desk: every dirham in the ledger has its signed paper."""

from __future__ import annotations

import json
from decimal import Decimal

import pytest
from sqlmodel import col, select

from issuance.certificates import engine, paying
from issuance.core.uow import unit_of_work
from issuance.db.tables import AuditRow
from issuance.fees import closing, receipts, refunds
from issuance.fees import desk as cash_desk
from issuance.fees import payments as taking
from issuance.fees.facts import PaymentView
from issuance.fees.model import FeeEntry, FeeReceipt
from issuance.service import Service
from keys.pdf_verify import judge_pdf
from keys.record_verify import verify_record
from specs.errors import Conflict, Invalid, NotAllowed, NotFound, Refused
from tests.fees import cashier, supervisor
from tests.service import CLERK, NOW, found, officer
from tests.unit.fees.test_payments import FIVE, waiting


def paid(service: Service, number: str, who: str = "cashier") -> PaymentView:
    _, payment = waiting(service, number)
    return cash_desk.take(service, cashier(who), payment.reference, FIVE, NOW)


def data_of(service: Service, number: str) -> dict[str, object]:
    with service.db.reading() as read:
        row = read.get(FeeReceipt, number)
        assert row is not None
        value: dict[str, object] = json.loads(row.data)
        return value


def test_each_payment_has_one_numbered_signed_receipt_and_the_request_goes_on(desk: Service) -> None:
    payment = paid(desk, "119909001101")
    (number,) = payment.receipts
    assert number.startswith("RC2026-CTIP-")
    told = data_of(desk, number)
    assert (told["received"], told["reference"], told["refunds"]) == ("5.000", payment.reference, None)
    assert "119909001101" not in json.dumps(told), "a receipt names nobody"
    pdf = receipts.receipt_pdf(desk, cashier(), number, NOW)
    assert judge_pdf(pdf, desk.trust, NOW, desk.spec.pki_profiles).status == "valid"
    assert judge_pdf(pdf + b" ", desk.trust, NOW, desk.spec.pki_profiles).status == "invalid"
    assert cash_desk.take(desk, cashier(), payment.reference, FIVE, NOW).receipts == (number,)
    assert receipts.make_due(desk, NOW, payment.id) == 0
    assert engine.request(desk, payment.subject.partition(":")[2]).state == "issued"
    with pytest.raises(NotFound):
        receipts.receipt_pdf(desk, officer("a"), number, NOW)


def test_receipts_are_numbered_without_a_gap(desk: Service) -> None:
    first, second = paid(desk, "119909001102"), paid(desk, "119909001103")
    counts = [int(one.receipts[0].split("-")[2]) for one in (first, second)]
    assert counts[1] == counts[0] + 1


def test_what_is_owed_goes_back_by_two_people_and_a_credit_note(desk: Service) -> None:
    _, payment = waiting(desk, "119909001104")
    taking.take_cash(desk, cashier(), payment.reference, FIVE, NOW)
    engine.paid(desk, payment.subject, NOW)
    kept = cash_desk.found(desk, cashier(), payment.reference, NOW).payment
    with pytest.raises(Conflict) as caught:
        refunds.ask(desk, cashier(), payment.reference, "late", "x", NOW)
    assert found(caught.value) == {("reference", "fees.refund.nothing_owed")}
    assert kept.owed == 0
    asked = refunds.ask(desk, cashier(), payment.reference, "our_mistake", "أعدنا الإصدار", NOW)
    with pytest.raises(Conflict):
        refunds.ask(desk, cashier("other"), payment.reference, "our_mistake", "x", NOW)
    with pytest.raises(NotAllowed):
        cash_desk.approve_refund(desk, cashier(), asked, "x", NOW)
    both = supervisor("cashier")
    with pytest.raises(NotAllowed) as same:
        cash_desk.approve_refund(desk, both, asked, "x", NOW)
    assert same.value.faults[0].code == "core.approvals.same_person"
    done = cash_desk.approve_refund(desk, supervisor(), asked, "ثابت", NOW)
    assert [one.amount for one in done.entries] == [FIVE, -FIVE]
    assert (done.state, done.owed) == ("closed", 0)
    receipt, note = done.receipts
    assert note.startswith("CN2026-CTIP-")
    assert (data_of(desk, note)["refunds"], data_of(desk, note)["received"]) == (receipt, "5.000")
    with pytest.raises(Conflict):
        refunds.ask(desk, cashier(), payment.reference, "our_mistake", "again", NOW)


def test_a_request_taken_back_after_payment_is_owed_its_fee_and_a_refused_one_is_not(desk: Service) -> None:
    ended = []
    for number, ending in (("119909001105", "cancelled"), ("119909001106", "refused")):
        _, payment = waiting(desk, number)
        taking.take_cash(desk, cashier(), payment.reference, FIVE, NOW)
        with unit_of_work(desk.db, CLERK, "the request ends", NOW) as tx:
            taking.end_in(tx, desk.spec, payment.subject, ending)  # type: ignore[arg-type]
        ended.append(cash_desk.found(desk, cashier(), payment.reference, NOW).payment)
    assert [(one.state, one.owed) for one in ended] == [("closed", FIVE), ("paid", Decimal(0))]
    assert ended[0].reference in [one.reference for one in cash_desk.queue(desk, cashier(), "owed")]


def test_a_refused_refund_stays_owed(desk: Service) -> None:
    view, payment = waiting(desk, "119909001107")
    paying.cancel_at_office(desk, CLERK, view.id, NOW)
    taking.told_paid(desk, payment.id, FIVE, "T-late", NOW)
    asked = refunds.ask(desk, cashier(), payment.reference, "late", "متأخر", NOW)
    assert refunds.refuse(desk, supervisor(), asked, "ينتظر", NOW).owed == FIVE
    again = refunds.ask(desk, cashier(), payment.reference, "late", "متأخر", NOW)
    waits = cash_desk.approve_refund(desk, supervisor(), again, "نعم", NOW)
    assert (waits.refunding, waits.owed) == (again, FIVE), "an electronic payment waits for its provider"


def test_a_drawer_is_counted_against_the_ledger_and_the_difference_stated(desk: Service) -> None:
    for number in ("119909001108", "119909001109"):
        paid(desk, number, "drawer")
    who = cashier("drawer")
    assert closing.till(desk, who).expected == Decimal(10)
    with pytest.raises(Invalid) as caught:
        closing.close(desk, who, Decimal("9.500"), " ", NOW)
    assert found(caught.value) == {("words", "fees.close.difference")}
    made = closing.close(desk, who, Decimal("9.500"), "نقص نصف دينار", NOW)
    assert (made.entries, made.expected, made.difference) == (2, Decimal(10), Decimal("-0.500"))
    read = verify_record(made.signed, desk.trust, NOW)
    assert read.verdict.status == "valid"
    assert read.payload is not None
    assert json.loads(read.payload)["difference"] == "-0.500"
    with pytest.raises(Refused):
        closing.close(desk, who, Decimal(0), "", NOW)
    assert closing.till(desk, who).expected == 0
    assert made.id in [one.id for one in closing.closings(desk, supervisor())]
    assert closing.closings(desk, supervisor(office="PTIP")) == []


def test_another_cashiers_money_is_not_in_my_drawer(desk: Service) -> None:
    paid(desk, "119909001110", "mine")
    paid(desk, "119909001111", "yours")
    assert closing.till(desk, cashier("mine")).expected == FIVE
    assert closing.till(desk, cashier("mine", "PTIP")).expected == 0


def test_at_the_console_cash_goes_back_at_once_and_nobody_else_may(desk: Service) -> None:
    payment = paid(desk, "119909001112")
    with pytest.raises(NotAllowed):
        cash_desk.refund_at_console(desk, cashier(), payment.reference, "our_mistake", NOW)
    done = cash_desk.refund_at_console(desk, CLERK, payment.reference, "our_mistake", NOW)
    assert [one.amount for one in done.entries] == [FIVE, -FIVE]
    assert len(done.receipts) == 2


def test_no_amount_stands_in_the_trail(desk: Service) -> None:
    paid(desk, "119909001113")
    with desk.db.reading() as read:
        details = [row.detail for row in read.exec(select(AuditRow).where(col(AuditRow.action).like("fees.%")))]
        entries = len(read.exec(select(FeeEntry.id)).all())
    assert entries
    assert not [one for one in details if "5000" in one or "5.000" in one]


def test_another_office_finds_no_payments_in_its_list(desk: Service) -> None:
    _, payment = waiting(desk, "119909001114")
    own = [one.reference for one in cash_desk.queue(desk, cashier(), "open")]
    assert payment.reference in own
    assert cash_desk.queue(desk, cashier(office="PTIP"), "open") == []
    assert cash_desk.found(desk, cashier(office="PTIP"), payment.reference, NOW).payment.amount == FIVE
    with pytest.raises(NotFound):
        cash_desk.found(desk, supervisor(office="PTIP"), payment.reference, NOW)
