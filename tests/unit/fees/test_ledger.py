"""The ledger holds whatever comes: random lives of payments, two desks at once, papers that add up."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any, Literal

from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from sqlmodel import select

from issuance.certificates import engine
from issuance.certificates.model import Request
from issuance.core.ids import new_id
from issuance.core.uow import unit_of_work
from issuance.fees import desk as cash_desk
from issuance.fees import payments, receipts, refunds
from issuance.fees.facts import PaymentView
from issuance.fees.model import FeeEntry, FeePayment, FeeReceipt
from issuance.fees.rules import money
from issuance.service import Service
from specs.errors import IssuanceError
from tests.failure.together import together
from tests.fees import cashier, charge, supervisor
from tests.service import CLERK, NOW
from tests.unit.fees.test_payments import FIVE, waiting

Step = tuple[str, str]
STEPS = st.one_of(
    st.tuples(st.just("take"), st.sampled_from(["5.000", "4.999"])),
    st.tuples(st.just("online"), st.sampled_from(["5.000", "5.000", "2.500"])),
    st.tuples(st.just("again"), st.just("5.000")),
    st.tuples(st.just("end"), st.sampled_from(["refused", "cancelled", "expired"])),
    st.tuples(st.just("exempt"), st.just("indigence")),
    st.tuples(st.just("refund"), st.sampled_from(["late", "twice", "our_mistake"])),
    st.tuples(st.just("follow"), st.just("")),
)


@dataclass
class Life:
    """What must be true of one payment whatever happened to it."""

    service: Service
    subject: str
    reference: str
    id: str
    now: datetime = NOW
    seen: list[str] = field(default_factory=list)

    def view(self) -> PaymentView:
        return cash_desk.found(self.service, supervisor(), self.reference, self.now).payment

    def do(self, step: Step) -> None:
        """A second after what came before."""
        self.now += timedelta(seconds=1)
        kind, said = step
        service, actor = self.service, cashier()
        match kind:
            case "take":
                payments.take_cash(service, actor, self.reference, Decimal(said), self.now)
            case "online" | "again":
                number = self.seen[-1] if kind == "again" and self.seen else new_id()
                payments.told_paid(service, self.id, Decimal(said), number, self.now)
                self.seen.append(number)
            case "exempt":
                payments.exempt(service, supervisor(), self.reference, said, "1", self.now)
            case "refund":
                asked = refunds.ask(service, actor, self.reference, said, "x", self.now)
                refunds.approve(service, supervisor(), asked, "x", self.now)
            case "end":
                ending: Any = said
                with unit_of_work(service.db, CLERK, "end", self.now) as tx:
                    payments.end_in(tx, service.spec, self.subject, ending)
                    tx.audit("test.end", "test")
            case _:
                with unit_of_work(service.db, CLERK, "follow", self.now) as tx:
                    payments.followed_in(tx, self.subject)
                    tx.audit("test.follow", "test")

    def hold(self, before: PaymentView) -> None:
        now = self.view()
        assert now.entries[: len(before.entries)] == before.entries, "rows are added only"
        taken = sum((one.amount for one in now.entries if one.kind == "taken"), Decimal(0))
        back = -sum((one.amount for one in now.entries if one.kind == "refunded"), Decimal(0))
        kept = now.amount if now.state == "paid" else Decimal(0)
        assert taken - back == kept + now.owed
        assert min(taken, back, now.owed) >= 0
        given_back = [one.refunds for one in now.entries if one.kind == "refunded"]
        assert len(set(given_back)) == len(given_back), "no entry goes back twice"
        if now.state == "open":
            assert not [one for one in now.entries if one.kind == "taken" and one.amount == now.amount]


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@example(steps=[("online", "2.500"), ("take", "5.000")])
@given(steps=st.lists(STEPS, max_size=7))
def test_what_came_is_kept_owed_or_given_back_whatever_happens(desk: Service, steps: list[Step]) -> None:
    channel: Literal["clerk"] = "clerk"
    subject = f"test:{new_id()}"
    with unit_of_work(desk.db, CLERK, "open", NOW) as tx:
        opened = payments.open_in(tx, desk.spec, payments.Order(subject, "certificate", channel, "CTIP", NOW))
    assert opened is not None
    life = Life(desk, subject, opened.reference, opened.id)
    for step in steps:
        before = life.view()
        try:
            life.do(step)
        except IssuanceError:
            assert life.view() == before, "what is refused changes nothing"
        life.hold(before)


def test_two_desks_at_once_take_one_fee_and_make_one_receipt(service: Service) -> None:
    charge(service)
    view, payment = waiting(service, "119909001301")
    made = together(
        *(
            lambda who=who: cash_desk.take(service, cashier(who), payment.reference, FIVE, NOW)  # type: ignore[misc]
            for who in ("one", "two")
        )
    )
    assert all(isinstance(one, PaymentView) for one in made)
    receipts.make_due(service, NOW)
    held = cash_desk.found(service, cashier(), payment.reference, NOW).payment
    assert (held.state, len(held.entries), len(held.receipts)) == ("paid", 1, 1)
    engine.tick(service, NOW)
    assert engine.request(service, view.id).state == "issued"
    asked = refunds.ask(service, cashier(), payment.reference, "our_mistake", "x", NOW)
    both = together(
        *(
            lambda who=who: cash_desk.approve_refund(service, supervisor(who), asked, "x", NOW)  # type: ignore[misc]
            for who in ("three", "four")
        )
    )
    assert sum(isinstance(one, PaymentView) for one in both) == 1
    assert_papers_add_up(service)


def assert_papers_add_up(service: Service) -> None:
    """Receipts less credit notes are the ledger, each entry has one paper, and nothing was issued unpaid."""
    while receipts.make_due(service, NOW):
        pass
    with service.db.reading() as read:
        entries = {one.id: one for one in read.exec(select(FeeEntry))}
        papers = list(read.exec(select(FeeReceipt)))
        issued = read.exec(select(Request.id).where(Request.state == "issued")).all()
        held = {one.subject: one for one in read.exec(select(FeePayment))}
    told = [json.loads(paper.data) for paper in papers]
    total = sum((Decimal(one["received"]) * (-1 if one["refunds"] else 1) for one in told), Decimal(0))
    assert sorted(paper.entry_id for paper in papers) == sorted(entries)
    assert total == money(sum(one.amount for one in entries.values()))
    assert issued
    for id_ in issued:
        payment = held[f"certificate_request:{id_}"]
        assert payment.state in ("paid", "exempt") or payment.reason == "our_mistake"
        assert payment.followed
