"""Four eyes: no change without two different people, each request used once, in the transaction of its change."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, initialize, invariant, multiple, rule
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError
from sqlmodel import select

from issuance.core.actor import Actor, system
from issuance.core.approvals import (
    Approval,
    approval,
    approvals_of,
    approve,
    ask,
    asked_by,
    awaiting,
    digest_of,
    refuse,
    withdraw,
)
from issuance.core.uow import unit_of_work
from issuance.db.migrate import migrate
from issuance.db.session import Database
from issuance.db.tables import AuditRow
from specs.errors import Conflict, Invalid, IssuanceError, NotAllowed, NotFound
from tests.service import assert_complete

NOW = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)
A_WEEK = timedelta(days=7)  # specs/staff/access.yaml, approval.validity_days
DIGEST, OTHER = digest_of({"version": 7}), digest_of({"version": 8})
ACTION, CASE = "cases.correct", "case:01"


def person(account: str) -> Actor:
    return Actor(account, "staff", frozenset({"prosecutor"}), "PRO-TIP")


SALMA, HUDA, OMAR = person("salma"), person("huda"), person("omar")


def asked(db: Database, actor: Actor = SALMA, now: datetime = NOW, **more: Any) -> str:
    with unit_of_work(db, actor, "test", now) as tx:
        return ask(tx, ACTION, CASE, DIGEST, "وصف التهمة خطأ", **more)


def decide(
    db: Database,
    verb: Callable[..., Approval],
    actor: Actor,
    approval_id: str,
    *state: str,
    now: datetime = NOW,
    reason: str = "راجعت الأصل",
) -> Approval:
    with unit_of_work(db, actor, "test", now) as tx:
        return verb(tx, approval_id, *state, reason)


def refusal(work: Callable[[], object]) -> tuple[type[IssuanceError], str]:
    with pytest.raises(IssuanceError) as caught:
        work()
    assert_complete(caught.value.faults[0])
    return type(caught.value), caught.value.faults[0].code.removeprefix("core.approvals.")


def test_a_second_person_approves_what_the_first_proposed(database: Database) -> None:
    made = asked(database, proposal={"charge": "C1"})
    held = decide(database, approve, HUDA, made, DIGEST)
    assert (held.asked_by, held.decided_by, held.decision) == ("salma", "huda", "approved")
    assert held.proposal == {"charge": "C1"}
    with database.reading() as read:
        assert approval(read, made) == held
        assert approvals_of(read, CASE) == [held]
        audited = [(row.action, row.actor_id) for row in read.exec(select(AuditRow).order_by(AuditRow.seq))]  # type: ignore[arg-type]
    assert audited == [("approvals.ask", "salma"), ("approvals.approve", "huda")]


@pytest.mark.parametrize(
    ("work", "expected"),
    [
        (lambda db, i: decide(db, approve, SALMA, i, DIGEST), (NotAllowed, "same_person")),
        (lambda db, i: decide(db, approve, OMAR, i, DIGEST), (NotAllowed, "own_matter")),
        (lambda db, i: decide(db, approve, system("console:cases"), i, DIGEST), (NotAllowed, "not_a_person")),
        (lambda db, i: decide(db, approve, HUDA, i, OTHER), (Conflict, "changed")),
        (lambda db, i: decide(db, approve, HUDA, i, DIGEST, now=NOW + A_WEEK), (Conflict, "expired")),
        (lambda db, i: decide(db, approve, HUDA, i, DIGEST, reason=" "), (Invalid, "reason")),
        (lambda db, i: decide(db, approve, HUDA, "none", DIGEST), (NotFound, "unknown")),
        (lambda db, i: decide(db, refuse, SALMA, i), (NotAllowed, "same_person")),
        (lambda db, i: decide(db, refuse, OMAR, i), (NotAllowed, "same_person")),
        (lambda db, i: decide(db, withdraw, HUDA, i), (NotAllowed, "not_yours")),
    ],
)
def test_what_is_not_two_people_and_one_state_is_refused_and_changes_nothing(
    sqlite_database: Database, work: Callable[[Database, str], object], expected: tuple[type[IssuanceError], str]
) -> None:
    made = asked(sqlite_database, about="omar")
    assert refusal(lambda: work(sqlite_database, made)) == expected
    with sqlite_database.reading() as read:
        assert approval(read, made).state(NOW) == "pending"


def test_the_last_moment_of_the_week_still_counts(sqlite_database: Database) -> None:
    made = asked(sqlite_database)
    almost = NOW + A_WEEK - timedelta(microseconds=1)
    assert decide(sqlite_database, approve, HUDA, made, DIGEST, now=almost).state(almost) == "approved"


@pytest.mark.parametrize("actor", [system("console"), Actor("register", "client", frozenset({"case_system"}))])
def test_only_a_person_asks(sqlite_database: Database, actor: Actor) -> None:
    assert refusal(lambda: asked(sqlite_database, actor)) == (NotAllowed, "not_a_person")


@pytest.mark.parametrize("first", [approve, refuse, withdraw])
@pytest.mark.parametrize("second", [approve, refuse, withdraw])
def test_a_request_is_decided_once(sqlite_database: Database, first: Any, second: Any) -> None:
    made = asked(sqlite_database)

    def by(verb: Any) -> Approval:
        return decide(sqlite_database, verb, SALMA if verb is withdraw else HUDA, made, *([DIGEST] * (verb is approve)))

    by(first)
    assert refusal(lambda: by(second)) == (Conflict, "decided")


def test_an_approval_whose_change_fails_is_not_used_up(database: Database) -> None:
    made = asked(database)
    with pytest.raises(RuntimeError, match="the change"), unit_of_work(database, HUDA, "test", NOW) as tx:
        approve(tx, made, DIGEST, "راجعت الأصل")
        raise RuntimeError("the change did not hold")
    assert decide(database, approve, OMAR, made, DIGEST).decided_by == "omar"


def test_of_two_approvers_at_once_one_wins_and_the_change_is_made_once(database: Database) -> None:
    made, results = asked(database), []
    start = threading.Barrier(2)

    def run(actor: Actor) -> None:
        start.wait()
        try:
            decide(database, approve, actor, made, DIGEST)
            results.append("approved")
        except Conflict as error:
            results.append(error.faults[0].code)

    workers = [threading.Thread(target=run, args=(actor,)) for actor in (HUDA, OMAR)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert sorted(results) == ["approved", "core.approvals.decided"]


def test_the_database_itself_refuses_one_person_as_both(database: Database) -> None:
    made = asked(database)
    with pytest.raises(IntegrityError), database.writing() as session:
        session.connection().execute(
            text(
                "UPDATE approvals SET decision = 'approved', decided_by = 'salma', decided_at = asked_at,"
                " decision_reason = 'x' WHERE id = :id"
            ),
            {"id": made},
        )


def test_a_work_page_shows_what_this_person_may_decide_nearest_end_first(database: Database) -> None:
    later = asked(database, now=NOW + timedelta(hours=1))
    first = asked(database, office="PRO-TIP")
    asked(database, HUDA)
    asked(database, about="huda")
    asked(database, office="PRO-BEN")
    decided = asked(database)
    decide(database, refuse, OMAR, decided)
    scope = {"actions": {ACTION}, "offices": {"PRO-TIP"}}
    with database.reading() as read:
        assert [held.id for held in awaiting(read, "huda", NOW, **scope)] == [first, later]  # type: ignore[arg-type]
        assert [held.id for held in awaiting(read, "huda", NOW + A_WEEK, **scope)] == [later]  # type: ignore[arg-type]
        assert len(awaiting(read, "huda", NOW, actions={ACTION}, offices=None)) == 3
        assert awaiting(read, "huda", NOW, actions={"other.action"}, offices=None) == []
        assert [held.id for held in asked_by(read, "huda")] != []
        assert {held.asked_by for held in asked_by(read, "salma")} == {"salma"}


class TwoPeople(RuleBasedStateMachine):
    """A thing with a version; everybody tries everything at any time. The model knows only who did what."""

    requests = Bundle("requests")

    @initialize()
    def begin(self) -> None:
        self.folder = TemporaryDirectory()
        self.db = Database(f"sqlite:///{Path(self.folder.name) / 'issuance.db'}")
        migrate(self.db)
        self.version, self.now = 1, NOW
        self.asked: dict[str, tuple[str, str | None, int, datetime]] = {}
        self.settled: set[str] = set()
        self.changes: list[tuple[str, str]] = []

    def teardown(self) -> None:
        self.db.close()
        self.folder.cleanup()

    people = st.sampled_from([SALMA, HUDA, OMAR, system("console")])

    @rule(target=requests, who=people, about=st.sampled_from([None, "omar"]))
    def a_person_asks(self, who: Actor, about: str | None) -> Any:
        try:
            with unit_of_work(self.db, who, "test", self.now) as tx:
                made = ask(tx, ACTION, CASE, digest_of({"version": self.version}), "why", about=about)
        except NotAllowed:
            assert who.kind != "staff"
            return multiple()
        self.asked[made] = (who.id, about, self.version, self.now)
        return made

    @rule(made=requests, who=people)
    def a_person_approves(self, made: str, who: Actor) -> None:
        asker, about, version, since = self.asked[made]
        live = made not in self.settled and self.now < since + A_WEEK and version == self.version
        expected = who.kind == "staff" and who.id not in (asker, about) and live
        try:
            with unit_of_work(self.db, who, "test", self.now) as tx:
                approve(tx, made, digest_of({"version": self.version}), "read it")
        except (NotAllowed, Conflict):
            assert not expected
            return
        assert expected
        self.settled.add(made)
        self.changes.append((asker, who.id))
        self.version += 1

    @rule(made=requests, who=people, verb=st.sampled_from([refuse, withdraw]))
    def a_person_stops_it(self, made: str, who: Actor, verb: Any) -> None:
        try:
            with unit_of_work(self.db, who, "test", self.now) as tx:
                verb(tx, made, "no")
        except (NotAllowed, Conflict):
            return
        assert (who.id == self.asked[made][0]) == (verb is withdraw)
        self.settled.add(made)

    @rule(days=st.integers(min_value=1, max_value=5))
    def time_passes(self, days: int) -> None:
        self.now += timedelta(days=days)

    @rule()
    def the_thing_changes_otherwise(self) -> None:
        self.version += 1

    @invariant()
    def every_change_had_two_people(self) -> None:
        if not hasattr(self, "changes"):
            return
        assert all(asker != approver for asker, approver in self.changes)
        with self.db.reading() as read:
            approved = [held for held in approvals_of(read, CASE) if held.decision == "approved"]
        assert sorted((held.asked_by, held.decided_by) for held in approved) == sorted(self.changes)


TestNoChangeWithoutTwoPeople = pytest.mark.slow(TwoPeople.TestCase)
TestNoChangeWithoutTwoPeople.settings = settings(max_examples=25, stateful_step_count=20, deadline=None)
