"""The process dies (SIGKILL) between two steps of taking a fee: it is paid once, has one receipt, is issued once."""

from __future__ import annotations

import signal
from datetime import timedelta

import pytest
from sqlmodel import select

from issuance.certificates import engine
from issuance.certificates.model import Certificate
from issuance.fees import desk as cash_desk
from issuance.jobs.paying import see_to_fees
from issuance.jobs.sweep import sweep
from issuance.service import Service
from tests import warm
from tests.failure.fees_until import take_until
from tests.fees import cashier, charge
from tests.service import CLERK, NOW, numbers
from tests.unit.fees.test_payments import FIVE, waiting

# what is killed on its way in; whether the money was written down
KILLED_AT = {
    "before the money is kept": ("issuance.fees.payments:settle", False),
    "between money and receipt": ("issuance.fees.receipts:_make", True),
    "before the receipt is kept": ("issuance.fees.receipts:use", True),
    "between receipt and request": ("issuance.fees.desk:goes_on", True),
    "before the certificate is kept": ("issuance.certificates.making:use_together", True),
}


@pytest.mark.slow  # each in a process of its own
@pytest.mark.parametrize("point", KILLED_AT)
def test_a_fee_is_paid_once_and_its_certificate_issued_once_wherever_the_process_dies(
    service: Service, point: str
) -> None:
    charge(service)
    view, payment = waiting(service, "119909001401")
    where, written = KILLED_AT[point]
    held = service.settings
    arguments = str(held.home), held.database_url, str(held.keys_home), payment.reference, where
    assert warm.forked(take_until, *arguments) == -signal.SIGKILL
    assert bool(cash_desk.found(service, cashier(), payment.reference, NOW).payment.entries) == written

    for _ in range(2):
        cash_desk.take(service, cashier(), payment.reference, FIVE, NOW)
        see_to_fees(service, None, NOW)
        engine.tick(service, NOW)
    done = cash_desk.found(service, cashier(), payment.reference, NOW).payment
    assert (len(done.entries), len(done.receipts), done.owed) == (1, 1, 0)
    assert engine.request(service, view.id).state == "issued"
    with service.db.reading() as read:
        assert len(read.exec(select(Certificate.number)).all()) == 1
    service.clock = lambda: NOW + timedelta(days=1)
    sweep(service, CLERK)
    assert {state for _, state, _ in numbers(service.db)} <= {"used", "void"}, "no number is lost"
