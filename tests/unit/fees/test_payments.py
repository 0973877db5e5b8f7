"""A request waits for its fee: paid at the desk or by a provider, waived, cancelled, lapsed; never issued unpaid."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest

from issuance.certificates import afterwards, commands, engine, paying, requests
from issuance.certificates.life import RequestView
from issuance.core import messages
from issuance.fees import payments
from issuance.fees.facts import PaymentView
from issuance.service import Service
from specs.errors import Conflict, Invalid, NotAllowed, NotFound, Refused
from tests.fees import cashier, supervisor
from tests.service import CLERK, NOW, enter, found, officer, request

FIVE = Decimal("5.000")


def waiting(service: Service, number: str, **changed: object) -> tuple[RequestView, PaymentView]:
    enter(service, national_number=number, phone="+218910000000")
    view = requests.open_at_office(service, CLERK, request(national_number=number, **changed), NOW)
    assert view.state == "paying"
    payment = paying.of_request(service, view.id)
    assert payment is not None
    return view, payment


def test_a_request_at_an_office_waits_for_its_fee_and_goes_on_once_it_is_paid(desk: Service) -> None:
    view, payment = waiting(desk, "119909001001")
    assert (payment.amount, payment.state, view.due_at) == (FIVE, "open", NOW + timedelta(days=14))
    engine.advance(desk, view.id, NOW)
    engine.tick(desk, NOW)
    assert engine.request(desk, view.id).state == "paying", "nobody issues what is not paid"
    paid = payments.take_cash(desk, cashier(), payment.reference, FIVE, NOW)
    assert (paid.state, [one.amount for one in paid.entries]) == ("paid", [FIVE])
    assert engine.paid(desk, payment.subject, NOW)
    assert engine.request(desk, view.id).state == "issued"
    assert not engine.paid(desk, payment.subject, NOW), "a second call finds nothing that waits"


def test_a_fee_is_taken_once_and_in_full(desk: Service) -> None:
    _, payment = waiting(desk, "119909001002")
    for wrong in ("4.999", "5.001", "0"):
        with pytest.raises(Invalid) as caught:
            payments.take_cash(desk, cashier(), payment.reference, Decimal(wrong), NOW)
        assert found(caught.value) == {("amount", "fees.amount")}
    first = payments.take_cash(desk, cashier(), payment.reference.lower(), FIVE, NOW)
    again = payments.take_cash(desk, cashier("another"), payment.reference, FIVE, NOW + timedelta(minutes=1))
    assert again.entries == first.entries


def test_only_a_cashier_takes_money_and_only_a_supervisor_waives_it(desk: Service) -> None:
    _, payment = waiting(desk, "119909001003")
    with pytest.raises(NotAllowed):
        payments.take_cash(desk, officer("a"), payment.reference, FIVE, NOW)
    with pytest.raises(NotAllowed):
        payments.exempt(desk, cashier(), payment.reference, "indigence", "12/2026", NOW)
    with pytest.raises(NotAllowed):
        payments.exempt(desk, supervisor(office="PTIP"), payment.reference, "indigence", "12/2026", NOW)
    with pytest.raises(NotFound):
        payments.take_cash(desk, cashier(), "0000-0000", FIVE, NOW)


def test_a_waived_fee_lets_the_request_go_on_without_money(desk: Service) -> None:
    view, payment = waiting(desk, "119909001004")
    with pytest.raises(Invalid) as caught:
        payments.exempt(desk, supervisor(), payment.reference, "indigence", " ", NOW)
    assert found(caught.value) == {("proof", "fees.proof")}
    held = payments.exempt(desk, supervisor(), payment.reference, "indigence", "ضمان 12/2026", NOW)
    assert (held.state, held.exemption, held.entries) == ("exempt", "indigence", ())
    engine.tick(desk, NOW)
    assert engine.request(desk, view.id).state == "issued"
    with pytest.raises(Refused):
        payments.take_cash(desk, cashier(), payment.reference, FIVE, NOW)


def test_a_citizen_is_told_what_to_pay_and_has_the_certificate_once_it_is_paid(desk: Service) -> None:
    number = "119909001005"
    enter(desk, national_number=number, phone="+218910000000")
    begun = requests.begin(desk, "citizen", request(national_number=number), "1990-05-17", NOW)
    with desk.db.reading() as read:
        (code,) = [m.text for m in messages.messages(read) if m.subject.endswith(begun.view.id)]
    view = requests.confirm(desk, begun.tracking, "".join(c for c in code if c.isdigit()), NOW)
    assert view.state == "paying"
    payment = paying.of_request(desk, view.id)
    assert payment is not None
    assert (payment.fee, payment.electronic) == (FIVE, Decimal("1.000"))
    with desk.db.reading() as read:
        told = next(m.text for m in messages.messages(read) if m.subject.endswith(view.id))
    assert "6.000" in told
    assert payment.reference in told
    payments.take_cash(desk, cashier(office="PTIP"), payment.reference, Decimal(6), NOW)
    engine.tick(desk, NOW)
    assert requests.tracked(desk, begun.tracking).state == "issued"


def test_what_nobody_pays_lapses_and_its_fee_is_closed(desk: Service) -> None:
    view, payment = waiting(desk, "119909001006")
    engine.tick(desk, NOW + timedelta(days=14))
    assert engine.request(desk, view.id).state == "expired"
    with pytest.raises(Refused) as caught:
        payments.take_cash(desk, cashier(), payment.reference, FIVE, NOW + timedelta(days=14))
    assert found(caught.value) == {("reference", "fees.state.closed")}


def test_a_fee_paid_at_the_last_moment_counts(desk: Service) -> None:
    view, payment = waiting(desk, "119909001007")
    payments.take_cash(desk, cashier(), payment.reference, FIVE, NOW + timedelta(days=14))
    engine.tick(desk, NOW + timedelta(days=15))
    assert engine.request(desk, view.id).state == "issued"


def test_an_office_ends_a_request_that_is_not_paid_and_the_person_may_ask_again(desk: Service) -> None:
    view, payment = waiting(desk, "119909001008")
    assert paying.cancel_at_office(desk, CLERK, view.id, NOW).state == "cancelled"
    with pytest.raises(Conflict):
        paying.cancel_at_office(desk, CLERK, view.id, NOW)
    again = requests.open_at_office(desk, CLERK, request(national_number="119909001008"), NOW)
    second = paying.of_request(desk, again.id)
    assert second is not None
    assert second.reference != payment.reference


def test_money_after_the_end_is_kept_and_owed_back(desk: Service) -> None:
    view, payment = waiting(desk, "119909001009")
    paying.cancel_at_office(desk, CLERK, view.id, NOW)
    held = payments.told_paid(desk, payment.id, FIVE, "T-9", NOW)
    assert (held.state, held.owed, held.reason) == ("closed", FIVE, "late")
    assert payments.told_paid(desk, payment.id, FIVE, "T-9", NOW) == held, "told again it is the same money"
    engine.tick(desk, NOW)
    assert engine.request(desk, view.id).state == "cancelled"


def test_a_second_payment_and_one_of_another_amount_are_owed_back(desk: Service) -> None:
    _, payment = waiting(desk, "119909001010")
    short = payments.told_paid(desk, payment.id, Decimal("4.000"), "T-10a", NOW)
    assert (short.state, short.owed, short.reason) == ("open", Decimal("4.000"), "amount")
    paid = payments.told_paid(desk, payment.id, FIVE, "T-10b", NOW)
    assert (paid.state, paid.owed) == ("paid", Decimal("4.000"))
    twice = payments.told_paid(desk, payment.id, FIVE, "T-10c", NOW)
    assert (twice.state, twice.owed, twice.reason) == ("paid", Decimal("9.000"), "twice")
    with pytest.raises(Conflict):
        payments.take_cash(desk, cashier(), payment.reference, FIVE, NOW)


def test_at_the_desk_the_fee_is_paid_in_the_call_that_asks(desk: Service) -> None:
    enter(desk, national_number="119909001011")
    asked = request(national_number="119909001011") | {"paid": {"method": "cash", "amount": "5.000"}}
    made = commands.issued_or_waiting(desk, CLERK, asked, NOW, "desk-11")
    assert made["number"]
    assert commands.issued_or_waiting(desk, CLERK, asked, NOW, "desk-11") == made
    for wrong, code in (
        ({"paid": {"method": "cash", "amount": "4.000"}}, "fees.amount"),
        ({"paid": {"method": "cash", "amount": 5}}, "fees.type"),
        ({"paid": {"method": "barter", "amount": "5.000"}}, "fees.type"),
    ):
        with pytest.raises(Invalid) as caught:
            commands.issued_or_waiting(desk, CLERK, request(national_number="119909001011") | wrong, NOW)
        assert code in {fault.code for fault in caught.value.faults}
    with pytest.raises(NotAllowed):
        commands.issued_or_waiting(desk, officer("a"), asked, NOW)


def test_at_the_desk_the_fee_is_waived_in_the_call_that_asks(desk: Service) -> None:
    enter(desk, national_number="119909001012")
    asked = request(national_number="119909001012") | {"exemption": {"code": "indigence", "proof": "12/2026"}}
    assert commands.issued_or_waiting(desk, CLERK, asked, NOW)["number"]


def test_without_a_word_on_the_fee_the_desk_is_told_what_is_due(desk: Service) -> None:
    enter(desk, national_number="119909001013")
    told = commands.issued_or_waiting(desk, CLERK, request(national_number="119909001013"), NOW)
    assert (told["number"], told["state"]["code"]) == (None, "paying")
    assert (told["payment"]["amount"], told["payment"]["currency"]) == ("5.000", "LYD")


def test_an_authority_pays_nothing(desk: Service) -> None:
    enter(desk, national_number="119909001014")
    asked = request(national_number="119909001014", level="authority", legal_basis="قانون الانتخابات")
    assert requests.open_at_office(desk, CLERK, asked, NOW, channel="authority").state == "issued"


def test_a_replacement_for_our_own_mistake_is_free_and_one_for_a_lost_paper_is_not(desk: Service) -> None:
    number = paid_certificate(desk, "119909001015")
    view, _ = afterwards.replace_at_console(desk, CLERK, number, "details_corrected", NOW)
    fee = paying.of_request(desk, view.id)
    assert fee is not None
    assert (view.state, fee.state, fee.exemption) == ("issued", "exempt", "own_mistake")
    lost = paid_certificate(desk, "119909001016")
    view, _ = afterwards.replace_at_console(desk, CLERK, lost, "lost", NOW)
    assert view.state == "paying"


def paid_certificate(service: Service, national_number: str) -> str:
    enter(service, national_number=national_number)
    asked = request(national_number=national_number) | {"paid": {"method": "cash", "amount": "5.000"}}
    return str(commands.issued_or_waiting(service, CLERK, asked, NOW)["number"])
