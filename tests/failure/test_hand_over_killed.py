"""The process dies (SIGKILL) between two steps of a hand-over, or two hand over at once: never two valid books, and
none that nobody received."""

from __future__ import annotations

import signal

import pytest

from issuance.passports import delivering
from issuance.passports.model import PassportApplication
from issuance.service import Service
from specs.errors import IssuanceError
from tests import warm
from tests.failure.life_until import hand_over_until
from tests.failure.together import together
from tests.passport_books import put_book
from tests.passports import AT_THE_DESK, DELIVERER, book
from tests.service import NOW

# what is killed on its way in
KILLED_AT = {
    "before anything is written": "issuance.passports.delivering:read_request",
    "between the earlier book and the new one": "issuance.passports.delivering:civil_day",
    "between an event and what INTERPOL is told": "issuance.passports.life:queue",
    "before the application moves": "issuance.passports.delivering:move",
    "before the audit row": "issuance.core.audit:append",
}


def state_of(service: Service, number: str) -> str:
    with service.db.reading() as read:
        row = read.get(PassportApplication, book(service, number).application_id)
        assert row is not None
        return row.state


@pytest.mark.slow  # each in a process of its own
def test_a_hand_over_that_dies_left_nothing_and_is_done_again(service: Service) -> None:
    earlier, number = put_book(service, "K0000001"), put_book(service, "K0000002", "passed")
    held = service.settings
    for point in KILLED_AT.values():
        arguments = str(held.home), held.database_url, str(held.keys_home), number, point
        assert warm.forked(hand_over_until, *arguments) == -signal.SIGKILL
        assert [book(service, n).state for n in (earlier, number)] == ["active", "passed"], point
        assert state_of(service, number) == "ready", point
    delivering.hand_over(service, DELIVERER, number, dict(AT_THE_DESK), NOW)
    assert [book(service, n).state for n in (earlier, number)] == ["superseded", "active"]
    assert state_of(service, number) == "handed_over"


def test_one_of_two_clerks_hands_a_book_over(service: Service) -> None:
    number = put_book(service, "K0000003", "passed")

    def give() -> object:
        return delivering.hand_over(service, DELIVERER, number, dict(AT_THE_DESK), NOW)

    done = together(give, give)
    assert sorted(isinstance(one, IssuanceError) for one in done) == [False, True]
    assert book(service, number).state == "active"


def test_two_books_of_a_person_handed_over_at_once_leave_one_valid(service: Service) -> None:
    numbers = put_book(service, "K0000004", "passed"), put_book(service, "K0000005", "passed")
    works = [lambda n=n: delivering.hand_over(service, DELIVERER, n, dict(AT_THE_DESK), NOW) for n in numbers]
    together(*works)
    assert [book(service, n).state for n in numbers].count("active") == 1
