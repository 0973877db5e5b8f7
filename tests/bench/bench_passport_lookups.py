"""What the passport office's everyday look-ups cost as its register grows: they must not grow with it.

Sizes: `ISSUANCE_BENCH_PASSPORTS=10000,100000,1000000` (the first is what the others are held against); the default is
small. `ISSUANCE_BENCH_READY=FOLDER` keeps the registers as in `bench_cases`. Registers of all sizes are asked in turns,
with a plain read by primary key beside them: each figure is a median over books, the best of several turns each. Four
of a hundred applications wait for somebody: queues grow with the register, what is shown of them does not.
"""

from __future__ import annotations

import os
import random
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import pytest

from issuance.border.status import with_status
from issuance.core.actor import Actor, system
from issuance.passports import books, deciding, desk, predecessors, production, reports, views, work
from issuance.passports.model import Passport
from issuance.people.public import find_person
from issuance.service import Service
from keys.verdict import Verdict
from tests.bench import many_books
from tests.bench.measure import Measured, in_turns
from tests.bench.registers import register_of, servers
from tests.passports import asked, duty
from tests.service import NOW

DEFAULT_SIZES: Final = "10000,50000"
ROUNDS, REPEATS = 15, 3
GROWTH_GOAL, RAW_GOAL = 1.5, 150.0
SHOWN: Final = 20
"""Rows of a list: as many wait at each office of the smallest register."""
HQ: Final = system("bench")


@dataclass(frozen=True, slots=True)
class Register:
    """A filled register; places: of the books that are looked up, all of them with their holders."""

    service: Service
    places: tuple[int, ...]

    @classmethod
    def of(cls, service: Service, size: int) -> Register:
        dice = random.Random(size)
        return cls(service, tuple(100 * dice.randrange(size // 100) + dice.randrange(10, 100) for _ in range(ROUNDS)))

    def number(self, place: int) -> str:
        return many_books.number(self.places[place])

    def of_office(self, place: int, role: str) -> Actor:
        """Somebody with that duty where the book was made."""
        return duty(role, office=many_books.office(self.places[place]))


def _plain(held: Register, place: int) -> None:
    with held.service.db.reading() as read:
        assert read.get(Passport, held.number(place)) is not None


def _show(held: Register, place: int) -> None:
    assert views.passport(held.service, HQ, held.number(place)).files


def _standing(held: Register, place: int) -> None:
    number = held.number(place)
    assert reports.standing(held.service, HQ, number).state == "active"
    with held.service.db.reading() as read:
        assert predecessors.chain(read, number)


def _at_the_border(held: Register, place: int) -> None:
    """As for a zone that was typed in; one of our State."""
    issuer = next(iter(held.service.spec.passport.editions.values())).mrz.issuer.code
    zone = Verdict.of([], {"kind": "mrz", "document_number": held.number(place), "issuer": issuer})
    assert with_status(zone, held.service.db, NOW, held.service.spec).facts["book_status"] == "active"


def _at_hand(held: Register, place: int) -> None:
    delivers = held.of_office(place, "delivery_clerk")
    number = books.find(held.service, delivers, held.number(place))
    assert books.at_hand(held.service, delivers, number, NOW).chain


def _by_national_number(held: Register, place: int) -> None:
    """The person and every book of theirs, as the hand-over and the checks ask."""
    with held.service.db.reading() as read:
        person = find_person(read, many_books.national_number(held.places[place]))
    assert person is not None
    assert predecessors.books_of_holder(held.service, HQ, held.number(place))


def _earlier_spelling(held: Register, place: int) -> None:
    person = {"national_number": many_books.national_number(held.places[place])}
    assert desk.spelling(held.service, asked(person)).source == "earlier"


def _to_decide(held: Register, place: int) -> None:
    assert deciding.queue(held.service, held.of_office(place, "passport_officer"), SHOWN)


def _desk(held: Register, place: int) -> None:
    assert work.applications(held.service, held.of_office(place, "passport_officer"), "officer", SHOWN)


def _to_make(held: Register, place: int) -> None:
    office = many_books.office(held.places[place])
    assert production.waiting(held.service, HQ, NOW, office=office, limit=SHOWN)


def _to_make_everywhere(held: Register, place: int) -> None:
    del place
    assert production.waiting(held.service, HQ, NOW, limit=SHOWN)


def _to_hand_over(held: Register, place: int) -> None:
    assert books.waiting(held.service, held.of_office(place, "delivery_clerk"), SHOWN)


def _newest(held: Register, place: int) -> None:
    del place
    assert views.passports(held.service, HQ, SHOWN)


def _newest_of_office(held: Register, place: int) -> None:
    assert views.passports(held.service, held.of_office(place, "delivery_clerk"), SHOWN)


LOOK_UPS: Final[Mapping[str, Callable[[Register, int], None]]] = {
    "show NUMBER": _show,
    "standing and chain by number": _standing,
    "passport.status at the border": _at_the_border,
    "book at hand by number": _at_hand,
    "person and books by national number": _by_national_number,
    "earlier spelling by national number": _earlier_spelling,
    "officer's queue by deadline": _to_decide,
    "officer's work list": _desk,
    "to be made, by deadline": _to_make,
    "to be made, all offices": _to_make_everywhere,
    "to be handed over, by deadline": _to_hand_over,
    "newest books": _newest,
    "newest books of an office": _newest_of_office,
}


def run() -> list[Measured]:
    """Rows for the table of `make bench`."""
    with servers() as (urls, ready):
        return [row for name, server in urls.items() for row in _on(name, server, ready)]


def _on(name: str, server: str | None, ready: Path | None) -> Iterator[Measured]:
    sizes = [int(size) for size in os.environ.get("ISSUANCE_BENCH_PASSPORTS", DEFAULT_SIZES).split(",")]
    with ExitStack() as stack:
        filled = {
            size: stack.enter_context(register_of("books", size, many_books.fill, server, ready)) for size in sizes
        }
        held = {size: Register.of(service, size) for size, service in filled.items()}
        plain = in_turns(_plain, held, ROUNDS, REPEATS)
        for what, look_up in LOOK_UPS.items():
            found = in_turns(look_up, held, ROUNDS, REPEATS)
            first, *larger = sizes
            detail = f"{found[first]:.2f}, {plain[first]:.2f} ms"
            title = f"{name} {first} passports: {what} / read by primary key"
            yield Measured(title, found[first] / plain[first], RAW_GOAL, detail)
            for size in larger:
                detail = f"{found[first]:.2f}, {found[size]:.2f} ms"
                title = f"{name} {size} / {first} passports: {what}"
                yield Measured(title, found[size] / found[first], GROWTH_GOAL, detail)


@pytest.mark.bench
@pytest.mark.slow
def test_look_ups_do_not_grow_with_the_number_of_passports() -> None:
    assert [row for row in run() if not row.met] == []
