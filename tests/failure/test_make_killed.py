"""The maker dies (SIGKILL) between any two steps: no number is used twice, no blank is lost, the application goes on.

The steps: number, claim with a blank, sign, keep. One application dies at each of them in turn, and is made in the end.
"""

from __future__ import annotations

import signal
from dataclasses import replace
from datetime import timedelta

import pytest

from issuance.jobs.sweep import sweep
from issuance.passports import producing
from issuance.service import Service
from issuance.stock import public as stock
from specs.errors import Conflict
from tests import warm
from tests.failure.make_until import make_until
from tests.passports import MAKER, book, filled, look, walk
from tests.service import CLERK, NOW, numbers, service

__all__ = ["service"]
# what is killed on its way in; how the application stands then
KILLED_AT = (
    ("issuance.passports.producing:_claim", "approved"),
    ("issuance.passports.producing:personalise", "production"),
    ("issuance.passports.personalise:_package", "production"),
    ("issuance.passports.producing:_keep", "production"),
    ("issuance.passports.producing:use", "production"),
)


@pytest.mark.slow
def test_a_killed_maker_loses_no_blank_uses_no_number_twice_and_the_book_is_made_in_the_end(service: Service) -> None:
    view = walk(service, "approved")
    filled(service, 10)
    held = service.settings
    lost: list[str] = []
    for point, left in KILLED_AT:
        status = warm.forked(make_until, str(held.home), held.database_url, str(held.keys_home), view.id, point)
        assert status == -signal.SIGKILL
        assert look(service, view.id).state == left
        sweep(service, CLERK)  # too young: it may belong to a process that still works
        assert look(service, view.id).state == left
        sweep(replace(service, clock=lambda: NOW + timedelta(minutes=6)), CLERK)
        assert look(service, view.id).state == "approved"
        [void] = [number for number, state, _ in numbers(service.db) if state == "void" and number not in lost]
        lost.append(void)
        with service.db.reading() as read:
            assert stock.usable(read, "PTIP") == 10
            assert stock.of_passport(read, void) is None
    made = producing.produce(service, MAKER, view.id, NOW)
    assert made.number not in lost
    with pytest.raises(Conflict):
        producing.produce(service, MAKER, view.id, NOW)
    with service.db.reading() as read:
        assert stock.usable(read, "PTIP") == 9
        assert stock.of_passport(read, made.number) == book(service, made.number).blank
