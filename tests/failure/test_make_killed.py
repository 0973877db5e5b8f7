"""The maker dies (SIGKILL) between any two steps: no number is used twice, no blank is lost, the application goes on.

The steps: number, claim with a blank, sign, keep. One application dies at each of them in turn, and is made in the end.
What only the program decides is tried on one database; what a cut connection leaves, on both.
"""

from __future__ import annotations

import signal
from dataclasses import replace
from datetime import timedelta

import pytest

from issuance.jobs.sweep import sweep
from issuance.passports import producing
from issuance.passports.batch import batch
from issuance.service import Service
from issuance.stock import public as stock
from specs.errors import Conflict, IssuanceError
from tests import warm
from tests.failure.make_until import batch_until, make_until
from tests.failure.together import together
from tests.passports import MAKER, asked, book, duty, enter_nth, filled, look, walk
from tests.service import CLERK, NOW, numbers, service
from tests.stock import FIRST

__all__ = ["service"]
# what is killed on its way in; how the application stands then; whether on PostgreSQL too
KILLED_AT = (
    ("issuance.passports.producing:_claim", "approved", False),
    ("issuance.passports.producing:personalise", "production", False),
    ("issuance.passports.personalise:render_data_page", "production", False),  # the seal is signed, and stands nowhere
    ("issuance.passports.personalise:_package", "production", False),
    ("issuance.passports.producing:_keep", "production", False),
    ("issuance.passports.producing:use", "production", True),  # inside the transaction that keeps the book
)
LATER = timedelta(minutes=6)


@pytest.mark.slow
def test_a_killed_maker_loses_no_blank_uses_no_number_twice_and_the_book_is_made_in_the_end(service: Service) -> None:
    view = walk(service, "approved")
    filled(service, 10)
    held = service.settings
    lost: list[str] = []
    for point, left, everywhere in KILLED_AT:
        if not everywhere and service.db.dialect == "postgresql":
            continue
        status = warm.forked(make_until, str(held.home), held.database_url, str(held.keys_home), view.id, point)
        assert status == -signal.SIGKILL
        assert look(service, view.id).state == left
        sweep(service, CLERK)  # too young: it may belong to a process that still works
        assert look(service, view.id).state == left
        sweep(replace(service, clock=lambda: NOW + LATER), CLERK)
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


@pytest.mark.slow
def test_a_batch_killed_midway_and_run_again_makes_every_book_once_and_every_blank_and_number_has_a_fate(
    service: Service,
) -> None:
    views = [walk(service, "approved", asked(enter_nth(service, serial))) for serial in (1, 2, 3)]
    filled(service, 10)
    held = service.settings
    dies = "issuance.passports.producing:use", 2  # while the second book is being kept
    assert warm.forked(batch_until, str(held.home), held.database_url, str(held.keys_home), *dies) == -signal.SIGKILL
    assert sorted(look(service, view.id).state for view in views) == ["approved", "production", "production"]
    [first] = [number for number, state, _ in numbers(service.db) if state == "used"]
    later = replace(service, clock=lambda: NOW + LATER)
    fates = list(batch(later, MAKER))
    assert [fate.fate for fate in fates] == ["made", "made"]
    sweep(later, CLERK)

    made = {look(service, view.id).number for view in views}
    assert made == {first, *(fate.number for fate in fates)}
    assert len(made) == len(views)
    assert sorted(state for _, state, _ in numbers(service.db)) == ["used", "used", "used", "void"]
    assert {number for number, state, _ in numbers(service.db) if state == "used"} == made
    blanks = {book(service, number or "").blank for number in made}
    assert len(blanks) == len(views)
    with service.db.reading() as read:
        assert {stock.of_passport(read, number or "") for number in made} == blanks
        [void] = [number for number, state, _ in numbers(service.db) if state == "void"]
        assert stock.of_passport(read, void) is None
        assert stock.usable(read, "PTIP") == 10 - len(views)
    assert list(batch(later, MAKER)) == []


@pytest.mark.slow
def test_two_makers_at_once_make_one_book_of_an_application_and_one_of_a_blank(service: Service) -> None:
    wanted = [walk(service, "approved", asked(enter_nth(service, serial))) for serial in (1, 2, 3)]
    filled(service, 10)
    other = duty("personaliser", "second maker")
    one, two, three = (view.id for view in wanted)

    def making(maker: object, application: str, blank: str | None = None) -> object:
        return producing.produce(service, maker, application, NOW, blank=blank)  # type: ignore[arg-type]

    same = together(lambda: making(MAKER, one), lambda: making(other, one))
    [refused] = [found for found in same if isinstance(found, IssuanceError)]
    assert isinstance(refused, Conflict)
    blank = str(FIRST + 7)
    drawn = together(lambda: making(MAKER, two, blank), lambda: making(other, three, blank))
    assert sum(isinstance(found, IssuanceError) for found in drawn) == 1
    states = {look(service, application).state for application in (two, three)}
    assert states == {"approved", "production"}  # who came too late waits for another blank
    used = [number for number, state, _ in numbers(service.db) if state == "used"]
    assert len(used) == 2
    assert blank in {book(service, number).blank for number in used}
    with service.db.reading() as read:
        assert stock.usable(read, "PTIP") == 8
        assert {stock.of_passport(read, number) for number in used} == {book(service, n).blank for n in used}
        assert {state for _, state, _ in numbers(service.db)} <= {"used", "void"}
