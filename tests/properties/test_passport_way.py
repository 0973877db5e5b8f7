"""Random orders of everything that is done to people, applications, books and blanks, by officers who may do it all:
whatever happens, no book is good for travel that two people, a live record, a blank and a passed check did not make.

Each action may be refused. After each, what must hold is read from the tables by SQL on a connection of its own; the
rules here are written down anew and ask nothing of the code under test.
Hypothesis draws the seed of each life, the same ones in every run.
"""

from __future__ import annotations

import json
import sqlite3
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from hashlib import sha256
from pathlib import Path
from random import Random
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from issuance.core.actor import Actor, system
from issuance.fees import public as fees
from issuance.passports import (
    checking,
    cut_offs,
    deciding,
    delivering,
    enrol,
    invalidating,
    producing,
    quality,
    reports,
    upkeep,
    work,
)
from issuance.passports.status_list import status_list
from issuance.passports.way import subject_of
from issuance.people import registry_marks as marks
from issuance.people.registry_form import record_as_json
from issuance.people.registry_import import import_records
from issuance.people.registry_kept import record_with
from issuance.service import Service
from issuance.stock.check import faults as ledger_faults
from specs.errors import IssuanceError
from tests.passports import AT_THE_DESK, as_written, asked, filled, nth_person, swift
from tests.service import CLERK, NOW, enter, portrait

pytestmark = [pytest.mark.slow, pytest.mark.timeout(900)]
EVERYTHING = frozenset(
    [
        "passport_clerk",
        "passport_officer",
        "registry_officer",
        "personaliser",
        "quality_controller",
        "delivery_clerk",
        "stock_keeper",
        "passport_supervisor",
        "stock_supervisor",
    ]
)
"""No duty keeps these apart: what must be two people's is two people's by the rules of the way alone."""
ANN, BOB, CAS, DIA = (Actor(name, "staff", EVERYTHING, "PTIP") for name in ("ann", "bob", "cas", "dia"))
ACTORS = {actor.id: actor for actor in (ANN, BOB, CAS, DIA, system("program"))}
TOLD = {"lost": "lost", "stolen": "stolen"} | dict.fromkeys(
    [
        "spoiled",
        "found",
        "damaged",
        "superseded",
        "holder_deceased",
        "nationality_withdrawn",
        "invalidated",
        "uncollected",
        "destroyed",
    ],
    "revoked",
)
"""Every state in which a book is not good for travel and was made: on the status list, and to INTERPOL as what."""
GROWING = {
    "passport_events": "*",
    "passport_application_steps": "*",
    "sltd_records": "seq, action, number, category",
    "stock_movements": "*",
    "stock_entries": "*",
    "audit_rows": "seq, hash",
}
"""Tables to which rows are added only, and the columns that never change."""
STEPS, EXAMPLES = 40, 6
DONE: Counter[str] = Counter()
"""What the run came to: actions that were done and refused, states of books that were reached."""


@dataclass(slots=True)
class Way:
    """One random life of two people at one office. people: national number -> application ids; waiting: approvals
    (which way to agree, id); doing: what is being done, as the invariants may ask."""

    service: Service
    chance: Random
    tables: sqlite3.Connection
    people: dict[str, list[str]]
    now: datetime = NOW
    waiting: list[tuple[Callable[..., Any], str]] = field(default_factory=list)
    invalidations: list[str] = field(default_factory=list)
    codes: dict[str, str] = field(default_factory=dict)
    wanted: dict[str, Any] = field(default_factory=dict)
    doing: tuple[str, str] = ("", "")
    before: dict[str, Any] = field(default_factory=dict)
    grown: dict[str, list[tuple[Any, ...]]] = field(default_factory=dict)
    listed: frozenset[str] = frozenset()

    # --- what is drawn

    def pick(self, *choices: Any) -> Any:
        return self.chance.choice(choices)

    def by(self, whose: Actor) -> Actor:
        """Mostly whose turn it is, now and then anybody."""
        return ACTORS[self.pick(*([whose.id] * 8), *ACTORS)]

    def but(self, *had: str) -> Actor:
        """Mostly somebody who had no part in it before."""
        return self.by(next(actor for actor in (BOB, DIA, CAS, ANN) if actor.id not in had))

    def makers(self, book: str) -> list[str]:
        return [maker for (maker,) in self.rows("SELECT issued_by FROM passports WHERE number = ?", book)]

    def step(self) -> None:
        name = self.pick(*(["onward"] * 48), *NOISE, *OFTEN)
        number = self.pick(*self.people)
        self.now += timedelta(minutes=self.pick(1, 1, 7, 31))
        self.doing, self.before = (name, ""), self.facts()
        try:
            done = ONWARD[self.state_of(number)] if name == "onward" else NOISE[name]
            self.doing = (done.__name__ if name == "onward" else name, "")
            done(self, number)
            DONE[self.doing[0]] += 1
        except IssuanceError as error:
            assert all(fault.code and fault.ar and fault.en for fault in error.faults)
            DONE["refused"] += 1
            DONE[f"refused {self.doing[0]}"] += 1
        self.hold()

    # --- what the tables say

    def rows(self, query: str, *values: Any) -> list[tuple[Any, ...]]:
        return self.tables.execute(query, values).fetchall()

    def state_of(self, number: str) -> str:
        if not self.people[number]:
            return "none"
        return str(self.rows("SELECT state FROM passport_applications WHERE id = ?", self.people[number][-1])[0][0])

    def last(self, number: str) -> str:
        return self.people[number][-1] if self.people[number] else "none"

    def books_of(self, number: str, *states: str) -> list[str]:
        """Of the person, newest last; in these states, where some are named."""
        found = self.rows(
            "SELECT b.number, b.state FROM passports b JOIN people p ON p.id = b.person_id "
            "WHERE p.national_number = ? ORDER BY b.issued_at, b.number",
            number,
        )
        return [book for book, state in found if not states or state in states]

    def blanks_of(self, number: str) -> list[str]:
        """Those that are used up for the person."""
        books = self.books_of(number)
        return [self.rows("SELECT blank FROM passports WHERE number = ?", book)[0][0] for book in books]

    def book(self, number: str) -> str:
        return str(self.pick(*reversed(self.books_of(number) or ["LB0000000"])))

    def facts(self) -> dict[str, Any]:
        """What must be known of before an action, to judge what came of it."""
        live = self.rows(
            "SELECT p.id FROM people p LEFT JOIN registry_entries r ON r.person_id = p.id "
            "WHERE coalesce(r.state, 'live') = 'live' AND r.under_review IS NULL"
        )
        return {
            "live": {person for (person,) in live},
            "authors": dict(self.rows("SELECT id, authors FROM passport_applications")),
            "states": dict(self.rows("SELECT id, state FROM passport_applications")),
            "books": dict(self.rows("SELECT number, state FROM passports")),
        }

    # --- what must hold

    def hold(self) -> None:
        """After every action, done or refused."""
        self.hold_growth()
        self.hold_numbers_and_blanks()
        self.hold_ledger()
        self.hold_events()
        self.hold_lists()

    def hold_growth(self) -> None:
        for table, columns in GROWING.items():
            before, now = self.grown.get(table, []), self.rows(f"SELECT {columns} FROM {table} ORDER BY rowid")
            assert now[: len(before)] == before, f"{table}: a row was changed or taken away"
            self.grown[table] = now
        for of in ("number FROM passport_events", "application_id FROM passport_application_steps"):
            key, table = of.split(" FROM ")
            gaps = self.rows(f"SELECT {key} FROM {table} GROUP BY {key} HAVING max(seq) != count(*) OR min(seq) != 1")
            assert gaps == []

    def hold_numbers_and_blanks(self) -> None:
        """No number and no blank twice; each book has one of each, taken for its own application."""
        books = self.rows("SELECT number, blank, application_id FROM passports")
        blanks = [blank for _, blank, _ in books]
        assert None not in blanks and len(set(blanks)) == len(books)
        used = self.rows("SELECT number, reference FROM number_allocations WHERE state = 'used'")
        assert sorted(used) == sorted((number, f"passport:{application}") for number, _, application in books)
        assert self.rows("SELECT number FROM number_allocations GROUP BY number HAVING count(*) > 1") == []
        tied = self.rows("SELECT passport, number, account FROM stock_blanks WHERE passport IS NOT NULL")
        assert {(number, int(blank)) for number, blank, _ in books} == {(number, blank) for number, blank, _ in tied}
        states = dict(self.rows("SELECT number, state FROM passports"))
        ended = set(self.rows("SELECT number, kind FROM passport_events WHERE kind IN ('spoiled', 'destroyed')"))
        for number, _, account in tied:
            where = next((kind for kind in ("destroyed", "spoiled") if (number, kind) in ended), "consumed")
            assert account.partition(":")[0] == where, (number, states[number])

    def hold_ledger(self) -> None:
        assert self.rows("SELECT movement_id FROM stock_entries GROUP BY movement_id HAVING sum(quantity) != 0") == []
        kept = dict(self.rows("SELECT id, balance FROM stock_accounts"))
        moved = dict(self.rows("SELECT account, sum(quantity) FROM stock_entries GROUP BY account"))
        lying = dict(self.rows("SELECT account, count(*) FROM stock_blanks GROUP BY account"))
        assert {name: moved.get(name, 0) for name in kept} == kept
        assert {name: lying.get(name, 0) for name in kept if name != "supplier"} == {
            name: balance for name, balance in kept.items() if name != "supplier"
        }
        assert sum(kept.values()) == 0 and -kept["supplier"] == sum(lying.values())

    def hold_events(self) -> None:
        """Each new book, each passed check and each valid book came by the way, and by different people."""
        books = self.rows("SELECT number, state, person_id, application_id, issued_by, document_type FROM passports")
        for number, state, person, application, maker, _ in books:
            if number not in self.before["books"]:
                self.hold_new_book(person, application, maker)
            events = self.rows("SELECT kind, actor FROM passport_events WHERE number = ? ORDER BY seq", number)
            kinds = [kind for kind, _ in events]
            assert kinds[-1] == state and kinds[0] == "produced"
            if self.before["books"].get(number) != state:
                DONE[f"book {state}"] += 1
            if "passed" in kinds:
                assert kinds.count("passed") == 1 and dict(events)["passed"] != maker, "who made it checked it"
                if self.before["books"].get(number) == "produced":
                    assert self.doing == ("check", number), "it passed without a check of a right book"
            held = {"active", "lost", "stolen", "found", "damaged", "superseded"} & set(kinds)
            if held:
                assert "passed" in kinds, f"{number} is {state} without a passed quality control"
            if "active" in kinds:
                given = kinds.index("active")
                assert kinds.index("passed") < given and events[given][1] != maker, "who made it handed it over"
        valid = Counter((person, kind) for _, state, person, _, _, kind in books if state == "active")
        assert all(number == 1 for number in valid.values()), "two valid books of one type"

    def hold_new_book(self, person: str, application: str, maker: str) -> None:
        steps = self.rows(
            "SELECT before, after, actor FROM passport_application_steps WHERE application_id = ? ORDER BY seq",
            application,
        )
        officers = [actor for before, after, actor in steps if (before, after) == ("deciding", "approved")]
        assert officers and self.before["states"][application] == "approved"
        assert officers[-1] not in json.loads(self.before["authors"][application]), "who enrolled it decided on it"
        assert not officers[-1].startswith("system:")
        assert person in self.before["live"], "made without a live record"

    def hold_lists(self) -> None:
        told: dict[str, str] = {}
        for action, number, category in self.rows("SELECT action, number, category FROM sltd_records ORDER BY seq"):
            if action == "add":
                assert number not in told
                told[number] = category
            else:
                assert told.pop(number) == category
        books = self.rows("SELECT number, state FROM passports")
        assert {n: c for n, c in told.items() if len(n) == 9} == {n: TOLD[s] for n, s in books if s in TOLD}
        gone = frozenset(f"{number}:{state}" for number, state in books if state in TOLD)
        if gone != self.listed:
            entries = json.loads(status_list(self.service, self.now))["entries"]
            given = {f"{digest}:{state}" for state, digests in entries.items() for digest in digests}
            assert given == {f"{sha256(n.encode()).digest()[:16].hex()}:{s}" for n, s in books if s in TOLD}
            self.listed = gone


# --- what can be done to a person, an application, a book: each may be refused


def begin(way: Way, number: str) -> None:
    earlier = way.books_of(number, *({"passed", "active"} | TOLD.keys() - {"spoiled"}))
    kind = way.pick("renewal", "lost", "stolen", "damaged", "correction") if earlier else "first"
    before = {"predecessor": way.pick(*(earlier[-1:] * 6), *earlier), "report_reference": "PV-7"} if earlier else {}
    wanted = asked({"national_number": number}, kind, **before)
    drafted = enrol.draft(way.service, way.by(ANN), wanted, way.now)
    way.people[number].append(drafted.view.id)
    way.codes[drafted.view.id], way.wanted[drafted.view.id] = drafted.tracking, wanted
    enrol.attach(way.service, ANN, drafted.view.id, "portrait", portrait(), "image/jpeg", way.now)


def save(way: Way, number: str) -> None:
    wanted = way.wanted.get(way.last(number), asked())
    enrol.save(way.service, way.by(ANN), way.last(number), wanted, way.now)


def hand_in(way: Way, number: str) -> None:
    enrol.submit(way.service, way.by(ANN), way.last(number), way.now)


def pay(way: Way, number: str) -> None:
    with way.service.db.reading() as read:
        payment = fees.payment_for(read, subject_of(way.last(number)))
    if payment is not None:
        fees.take_cash(way.service, CLERK, payment.reference, payment.amount, way.now)
        checking.paid(way.service, subject_of(way.last(number)), way.now)


def decide(way: Way, number: str, outcome: deciding.Outcome = "approve") -> None:
    actor = way.but(*json.loads(way.before["authors"].get(way.last(number), "[]"))[:3])
    shown = deciding.docket(way.service, actor, way.last(number), way.now)
    reason = {"approve": None, "refuse": "identity_unclear", "return": "details_wrong"}[outcome]
    digest = way.pick(*([shown.digest] * 7), "0" * 64)
    deciding.decide(way.service, actor, way.last(number), outcome, digest, "looked at", way.now, reason=reason)


def refuse(way: Way, number: str) -> None:
    decide(way, number, "refuse")


def give_back(way: Way, number: str) -> None:
    decide(way, number, "return")


def lift(way: Way, number: str) -> None:
    shown = deciding.docket(way.service, BOB, way.last(number), way.now)
    for approval in shown.approvals:
        deciding.approve_lift(way.service, way.by(DIA), approval.id, "agreed", way.now)
        return
    for hold in [one for one in shown.holds if one.open]:
        deciding.lift(way.service, way.by(BOB), hold.id, "looked into", way.now)
    upkeep.check_held(way.service, way.now)


def make(way: Way, number: str) -> None:
    blank = way.pick(*([None] * 7), *way.blanks_of(number)[:2])
    producing.produce(way.service, way.by(CAS), way.last(number), way.now, blank=blank)


def written(way: Way, number: str) -> None:
    quality.written(way.service, way.by(CAS), way.book(number), way.now)


def checked(way: Way, number: str) -> None:
    """Most books come out as they were ordered; of one that did not, another person mostly says so too."""
    way.pick(*((agree, agree, check) if way.waiting else (check, check, check_bad)))(way, number)


def check(way: Way, number: str) -> None:
    """Chip and page as they were ordered."""
    way.doing = ("check", way.book(number))
    chip, page = on_hand(way, way.doing[1])
    assert quality.check(way.service, way.but(*way.makers(way.doing[1])), way.doing[1], chip, page, way.now).passed


def check_bad(way: Way, number: str) -> None:
    """One bit of the chip is another; so the scan, which is too small to be looked at, does not matter."""
    book = way.book(number)
    chip, _ = on_hand(way, book)
    chip["DG1.bin"] = chip["DG1.bin"][:-1] + bytes([chip["DG1.bin"][-1] ^ 1])
    seen = quality.check(way.service, way.but(*way.makers(book)), book, chip, SMALL, way.now)
    assert not seen.passed
    if seen.approval is not None:
        way.waiting.append((quality.approve_spoiling, seen.approval))


def on_hand(way: Way, book: str) -> tuple[dict[str, bytes], bytes]:
    """What a reader finds on the book; of one that nobody made, something else."""
    return as_written(way.service.db, book) if book in way.before["books"] else ({"DG1.bin": b"?"}, SMALL)


def spoil(way: Way, number: str) -> None:
    asked_for = quality.spoil(way.service, way.by(DIA), way.book(number), "a stain", way.now)
    way.waiting.append((quality.approve_spoiling, asked_for))


def agree(way: Way, number: str) -> None:
    """The second person to whatever waits, or the first one again."""
    if way.waiting:
        approve, approval = way.pick(*reversed(way.waiting))
        done = approve(way.service, way.by(BOB), approval, "agreed", way.now)
        way.waiting.remove((approve, approval))
        if isinstance(done, invalidating.InvalidationView):
            way.invalidations.append(done.id)


def hand_over(way: Way, number: str) -> None:
    book = way.books_of(number)[-1] if way.books_of(number) else way.book(number)
    delivering.hand_over(way.service, way.but(*way.makers(book)), book, dict(AT_THE_DESK), way.now)


def report(way: Way, number: str) -> None:
    kind = way.pick("lost", "stolen", "found", "damaged")
    reports.report(way.service, way.by(ANN), way.book(number), kind, "PV-1", "", way.now)


def report_by_code(way: Way, number: str) -> None:
    """The holder, by the private code of the application."""
    code = way.codes.get(way.last(number), "none")
    reports.report_by_holder(way.service, code, way.pick("lost", "stolen", "found"), "PV-2", way.now)


def invalidate(way: Way, number: str) -> None:
    scope = {"numbers": [way.book(number)]}
    asked_for = invalidating.ask(way.service, way.by(ANN), scope, "9/26", "x", way.now)
    way.waiting.append((invalidating.approve, asked_for))
    way.pick(agree, agree, tick)(way, number)


def reinstate(way: Way, number: str) -> None:
    if way.invalidations:
        undone = way.pick(*reversed(way.invalidations))
        asked_for = invalidating.ask_reinstatement(way.service, way.by(ANN), undone, "x", way.now)
        way.waiting.append((invalidating.approve, asked_for))


def destroy(way: Way, number: str) -> None:
    asked_for = delivering.ask_destruction(way.service, way.by(ANN), way.book(number), "shredded", way.now)
    way.waiting.append((delivering.approve_destruction, asked_for))


def cut_off(way: Way, number: str) -> None:
    """And soon restored by two, or nothing else would ever be done."""
    done = cut_offs.cut_off(way.service, way.by(ANN), "PTIP", "out of control", way.now)
    way.hold()
    standing = dict(way.rows("SELECT number, count(*) FROM sltd_records WHERE category = 'stolen_blank' GROUP BY 1"))
    lying = way.rows("SELECT number FROM stock_blanks WHERE account IN ('store:PTIP', 'spoiled:PTIP')")
    assert all(standing.get(f"{blank:012d}", 0) % 2 for (blank,) in lying), "a blank out of control is not told of"
    for one in (make, hand_over, begin, decide):
        with pytest.raises(IssuanceError):
            one(way, number)
        way.hold()
    asked_for = cut_offs.ask_restoring(way.service, CAS, done.id, "back", way.now)
    with pytest.raises(IssuanceError):
        cut_offs.approve_restoring(way.service, CAS, asked_for, "back", way.now)
    cut_offs.approve_restoring(way.service, DIA, asked_for, "back", way.now)


def mark(way: Way, number: str) -> None:
    """Under review or withdrawn, and back again; dead is for good."""
    kind = way.pick(*(["under_review"] * 5), "number_withdrawn", "number_withdrawn", "deceased")
    done = marks.mark(way.service, way.by(ANN), number, kind, "R/2026-1", "a file", way.now)
    if done.approval is not None:
        marks.decide(way.service, way.by(BOB), done.approval, "seen", way.now, approved=True)


def clear(way: Way, number: str) -> None:
    state, review = way.rows(
        "SELECT r.state, r.under_review FROM people p LEFT JOIN registry_entries r ON r.person_id = p.id "
        "WHERE p.national_number = ?",
        number,
    )[0]
    if review is None and state in (None, "live"):
        return
    kind = "cleared" if review is not None else "restored"
    done = marks.mark(way.service, ANN, number, kind, "R/2026-1", "a file", way.now)
    marks.decide(way.service, way.by(BOB), done.approval or "", "seen", way.now, approved=True)
    upkeep.check_held(way.service, way.now)


def transfer(way: Way, number: str) -> None:
    """The record moves between registry offices: two officers have to look at what is under way."""
    with way.service.db.reading() as read:
        held = record_with(read, number, way.now)
    assert held is not None
    moved = {"from_office": "Ubari", "to_office": "Hun", "on": "2026-11-01"}
    row = record_as_json(held) | {"transfers": [moved]}
    import_records(way.service, CLERK, json.dumps(row).encode(), "jsonl", way.now)


def withdraw(way: Way, number: str) -> None:
    work.withdraw(way.service, way.by(ANN), way.last(number), "no wish any more", way.now)


def tick(way: Way, number: str) -> None:
    upkeep.tick(way.service, way.now)
    producing.settle_interrupted(way.service, way.now)


def wait_long(way: Way, number: str) -> None:
    """Whatever ran out of time ends: drafts, fees, books nobody collects."""
    upkeep.tick(way.service, way.now + timedelta(days=95))


def make_or_mark(way: Way, number: str) -> None:
    """Now and then the record ends or is looked into between the decision and the press."""
    way.pick(make, make, make, make, mark)(way, number)


def on_record(then: Callable[[Way, str], None]) -> Callable[[Way, str], None]:
    """First the record is made live again, where it is not: nothing would go on."""

    def either(way: Way, number: str) -> None:
        person = way.rows("SELECT id FROM people WHERE national_number = ?", number)[0][0]
        (then if person in way.before["live"] else clear)(way, number)

    either.__name__ = then.__name__
    return either


def afterwards(way: Way, number: str) -> None:
    """A book that was handed over is lost, invalidated, followed by another."""
    way.pick(*((agree,) if way.waiting else ()), begin, begin, begin, invalidate, report)(way, number)


ONWARD: dict[str, Callable[[Way, str], None]] = {
    "none": begin, "draft": on_record(hand_in), "returned": on_record(hand_in), "paying": pay, "checking": tick,
    "held": on_record(lift),
    "deciding": decide, "approved": make_or_mark, "production": written, "quality": checked, "ready": hand_over,
    "handed_over": afterwards,
} | dict.fromkeys(("refused", "withdrawn", "uncollected", "expired"), begin)  # fmt: skip
NOISE: dict[str, Callable[[Way, str], None]] = {
    one.__name__: one
    for one in (
        *(begin, save, hand_in, pay, decide, refuse, give_back, lift, make, written, check_bad, spoil, agree),
        *(
            hand_over,
            report,
            report_by_code,
            invalidate,
            reinstate,
            destroy,
            cut_off,
            mark,
            clear,
            transfer,
            withdraw,
            tick,
            wait_long,
        ),
    )
}
OFTEN = ("agree", "agree", "report", "invalidate", "hand_over", "clear")
SMALL = portrait("PNG")


@pytest.fixture(scope="module")
def office(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Service, Path]]:
    folder = tmp_path_factory.mktemp("way")
    path = folder / "issuance.db"
    path.write_bytes(sqlite_template.read_bytes())
    service = swift(folder)
    filled(service, 60)
    yield service, path
    service.close()


def test_no_order_of_actions_makes_a_valid_book_without_two_people_a_live_record_a_blank_and_a_passed_check(
    office: tuple[Service, Path],
) -> None:
    service, path = office
    serials = iter(range(700, 700 + 2 * EXAMPLES + 2))

    @settings(
        max_examples=EXAMPLES, derandomize=True, database=None, deadline=None, phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )  # fmt: skip
    @given(st.integers(0, 2**32 - 1))
    def live(seed: int) -> None:
        people = [nth_person(next(serials))["national_number"] for _ in range(2)]
        for number in people:
            enter(service, national_number=number)
        with closing(sqlite3.connect(path)) as tables:
            way = Way(service, Random(seed), tables, {number: [] for number in people})
            for _ in range(STEPS):
                way.step()
        with service.db.reading() as read:
            assert list(ledger_faults(read)) == []

    live()
    assert DONE["book active"] >= 4 and DONE["book spoiled"] >= 1 and DONE["refused"] >= 20, DONE
    ends = {"book lost", "book stolen", "book superseded", "book invalidated", "book damaged"}
    assert len(ends & DONE.keys()) >= 3, DONE
