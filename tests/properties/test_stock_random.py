"""Any order of what people do with blanks: the ledger balances, no number is in two places, none is used twice, none
is lost. Held against a second ledger that is a dictionary of numbers, and against the entries folded again."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import get_args

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from sqlmodel import select

from issuance.core.actor import Actor
from issuance.core.uow import unit_of_work
from issuance.db.session import Database
from issuance.service import Service
from issuance.stock import check, counts, desk, transfers, two
from issuance.stock.model import StockBlank, StockMovement
from issuance.stock.public import draw, give_back, spoil
from issuance.stock.two import Wanted
from specs.errors import IssuanceError
from specs.schema.stock import MovementKind
from tests.service import NOW, installation
from tests.stock import FIRST, keeper
from tests.unit.stock.conftest import with_branches

OFFICES = ("PTIP", "PBEN")
OFFICE = st.sampled_from(OFFICES)
PICK = st.integers(0, 63)
SUPERVISOR = Actor("supervisor", "staff", frozenset({"stock_supervisor"}), None)


@pytest.fixture(scope="module")
def stores(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    home = tmp_path_factory.mktemp("stock")
    (home / "issuance.db").write_bytes(sqlite_template.read_bytes())
    service = with_branches(installation(home, f"sqlite:///{home / 'issuance.db'}"))
    service.db.close()
    yield service
    service.db.close()


class Blanks:
    """A second ledger: where each number is, which passport it became, by what was done and not by what was asked."""

    def __init__(self, stores: Service, path: Path) -> None:
        self.stores = stores
        shutil.copy(stores.settings.home / "issuance.db", path)
        for beside in ("-wal", "-shm"):
            path.with_name(path.name + beside).unlink(missing_ok=True)
        self.stores.db = Database(f"sqlite:///{path}")
        self.places: dict[int, str] = {}
        self.ties: dict[int, str] = {}
        self.ways: list[transfers.Transfer] = []
        self.frozen: set[str] = set()
        self.next = FIRST
        for office in OFFICES:
            self.receive(office, 5, 0)

    def at(self, account: str) -> list[int]:
        return sorted(n for n, where in self.places.items() if where == account)

    @contextmanager
    def either(self, possible: bool) -> Iterator[None]:
        """It is done, or it is refused: never something else."""
        if possible:
            yield
        else:
            with pytest.raises(IssuanceError):
                yield

    def by_two(self, wanted: Wanted) -> None:
        a, b = keeper("salma", wanted.office), keeper("omar", wanted.office)
        two.approve(self.stores, b, two.ask(self.stores, a, wanted, "random", NOW), "random", NOW)

    def receive(self, office: str, pick: int, mask: int) -> None:
        numbers, first = 1 + pick % 6, self.next + mask % 3
        ranges = (f"{first}-{first + numbers - 1}",)
        with self.either(office not in self.frozen):
            self.by_two(Wanted("receive", office, ranges, document="DN", count=numbers))
            self.places |= dict.fromkeys(range(first, first + numbers), f"store:{office}")
            self.next = first + numbers

    def receive_again(self, office: str, pick: int, mask: int) -> None:
        if self.places:
            number = sorted(self.places)[pick % len(self.places)]
            with pytest.raises(IssuanceError):
                self.by_two(Wanted("receive", office, (str(number),), document="DN", count=1))

    def draws(self, office: str, pick: int, mask: int) -> None:
        known, shelf, named = sorted(self.places), self.at(f"store:{office}"), mask % 3 == 0
        number = known[pick % len(known)] if named and known else None
        name = f"LB22222{mask % 32:02d}"
        good = office not in self.frozen and name not in self.ties.values() and bool(shelf)
        good = good and (number is None or number in shelf)
        with self.either(good), unit_of_work(self.stores.db, keeper(), "random", NOW) as tx:
            taken = int(draw(tx, office, name, None if number is None else str(number)))
            assert taken == (shelf[0] if number is None else number)
            self.places[taken], self.ties[taken] = f"consumed:{office}", name

    def gives_back(self, office: str, pick: int, mask: int) -> None:
        """A passport that was never made; also in a store that is cut off, which the blank never left."""
        if not self.ties:
            return
        number = sorted(self.ties)[pick % len(self.ties)]
        kind, _, office = self.places[number].partition(":")
        with self.either(kind == "consumed"), unit_of_work(self.stores.db, keeper(), "random", NOW) as tx:
            give_back(tx, self.ties[number])
            self.places[number] = f"store:{office}"
            del self.ties[number]

    def spoils(self, office: str, pick: int, mask: int) -> None:
        if not self.places:
            return
        number = sorted(self.places)[pick % len(self.places)]
        kind, _, office = self.places[number].partition(":")
        good = kind == "consumed" or (kind == "store" and office not in self.frozen)
        with self.either(good), unit_of_work(self.stores.db, keeper(), "random", NOW) as tx:
            spoil(tx, str(number), "damaged", ("salma", "omar"))
            self.places[number] = f"spoiled:{office}"

    def destroys(self, office: str, pick: int, mask: int) -> None:
        if chosen := some(self.at(f"spoiled:{office}"), mask):
            with self.either(office not in self.frozen):
                self.by_two(Wanted("destroy", office, tuple(map(str, chosen)), document="P"))
                self.places |= dict.fromkeys(chosen, f"destroyed:{office}")

    def finds(self, office: str, pick: int, mask: int) -> None:
        way = "miscounted" if pick % 2 else "returned"
        if chosen := some(self.at(f"missing:{office}"), mask):
            with self.either(way == "returned" or office not in self.frozen):
                self.by_two(Wanted("find", office, tuple(map(str, chosen)), reason=way))
                after = "store" if way == "miscounted" else "spoiled"
                self.places |= dict.fromkeys(chosen, f"{after}:{office}")

    def sends(self, office: str, pick: int, mask: int) -> None:
        if chosen := some(self.at(f"store:{office}"), mask):
            to = OFFICES[1 - OFFICES.index(office)]
            with self.either(office not in self.frozen):
                sent = transfers.send(
                    self.stores, keeper("salma", office), office, to, tuple(map(str, chosen)), "S", NOW
                )
                self.ways.append(sent)
                self.places |= dict.fromkeys(chosen, f"transit:{sent.id}")

    def arrives(self, office: str, pick: int, mask: int) -> None:
        if not self.ways:
            return
        sent, back = self.ways[pick % len(self.ways)], mask % 4 == 0
        end, step = (sent.from_office, transfers.turn_back) if back else (sent.to_office, transfers.acknowledge)
        moving = self.at(f"transit:{sent.id}")
        came = some(moving, mask)
        with self.either(bool(moving) and not (came and end in self.frozen)):
            step(self.stores, keeper("omar", end), sent.id, tuple(map(str, came)), NOW)
            self.places |= dict.fromkeys(moving, f"missing:{end}") | dict.fromkeys(came, f"store:{end}")

    def counts(self, office: str, pick: int, mask: int) -> None:
        shelf = self.at(f"store:{office}")
        seen = some(shelf, mask)
        extra = sorted(set(self.places) - set(shelf))[pick : pick + 1]
        made = counts.count(self.stores, keeper("omar", office), office, tuple(map(str, seen + extra)), "random", NOW)
        assert (made.missing, made.surplus) == (len(shelf) - len(seen), tuple(map(str, extra)))
        self.places |= dict.fromkeys(set(shelf) - set(seen), f"missing:{office}")

    def freezes_or_opens(self, office: str, pick: int, mask: int) -> None:
        step = desk.unfreeze if office in self.frozen else desk.freeze
        step(self.stores, SUPERVISOR, office, "random", NOW)
        self.frozen ^= {office}

    def the_ledger_is_whole(self, deep: bool) -> None:
        with self.stores.db.reading() as read:
            rows = list(read.exec(select(StockBlank)))
            assert {row.number: row.account for row in rows} == self.places
            assert {row.number: row.passport for row in rows if row.passport} == self.ties
            assert not deep or list(check.faults(read)) == []


STEPS = {
    "receive": Blanks.receive,
    "receive_again": Blanks.receive_again,
    "draws": Blanks.draws,
    "gives_back": Blanks.gives_back,
    "spoils": Blanks.spoils,
    "destroys": Blanks.destroys,
    "finds": Blanks.finds,
    "sends": Blanks.sends,
    "arrives": Blanks.arrives,
    "counts": Blanks.counts,
    "freezes_or_opens": Blanks.freezes_or_opens,
}
STEP = st.tuples(st.sampled_from(sorted(STEPS)), OFFICE, PICK, PICK)


def test_any_order_of_movements_keeps_the_ledger_whole(stores: Service, tmp_path: Path) -> None:
    moved: set[str] = set()

    @settings(
        max_examples=8,
        deadline=None,
        phases=(Phase.generate,),  # a walk of forty steps shrinks too slowly to be waited for
        derandomize=True,  # so that what is asserted of all of them together does not depend on luck
        suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
    )
    @given(steps=st.lists(STEP, min_size=40, max_size=50))
    def walk(steps: list[tuple[str, str, int, int]]) -> None:
        blanks = Blanks(stores, tmp_path / "issuance.db")
        try:
            for i, (name, office, pick, mask) in enumerate(steps):
                STEPS[name](blanks, office, pick, mask)
                blanks.the_ledger_is_whole(deep=i % 10 == 9)
            blanks.the_ledger_is_whole(deep=True)
            with stores.db.reading() as read:
                moved.update(read.exec(select(StockMovement.kind).distinct()))
        finally:
            stores.db.close()

    walk()
    assert moved == set(get_args(MovementKind))


def some(numbers: list[int], mask: int) -> list[int]:
    """Those the bits of `mask` choose."""
    return [number for i, number in enumerate(numbers) if mask >> (i % 6) & 1]
