"""A request sent twice has one effect."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest

from issuance.core import clock
from issuance.core.actor import Actor, system
from issuance.core.idempotency import Answer, Claim, Request, claim, finish, once
from issuance.core.uow import unit_of_work
from issuance.db.session import Database
from specs.errors import Conflict, Fault, Invalid, Refused
from specs.load import load

ACTOR = system("test")
RULES = load().staff_access.idempotency
REQUEST = Request("key-1", "POST /v1/passports", b'{"a":1}')
ANSWER = Answer(201, "application/json", b'{"number":"LB1"}')


def test_second_call_gets_the_stored_answer(database: Database) -> None:
    calls: list[Claim] = []

    def work(held: Claim) -> Answer:
        calls.append(held)
        return ANSWER

    assert once(database, ACTOR, REQUEST, RULES, work) == ANSWER
    again = once(database, ACTOR, REQUEST, RULES, work)
    assert (again.status, again.content_type, again.body, again.replayed) == (
        201,
        ANSWER.content_type,
        ANSWER.body,
        True,
    )
    assert len(calls) == 1


def test_same_key_with_another_body_is_a_conflict(database: Database) -> None:
    once(database, ACTOR, REQUEST, RULES, lambda _: ANSWER)
    with pytest.raises(Conflict) as caught:
        once(database, ACTOR, Request(REQUEST.key, REQUEST.route, b"other"), RULES, lambda _: ANSWER)
    assert caught.value.faults[0].code == "core.idempotency.other_request"


@pytest.mark.parametrize(
    ("actor", "request_"),
    [
        (Actor("other", "client", frozenset()), REQUEST),
        (ACTOR, Request("key-2", REQUEST.route, REQUEST.body)),
        (ACTOR, Request(REQUEST.key, "POST /v1/certificates", REQUEST.body)),
    ],
)
def test_other_actor_key_or_route_is_another_request(
    sqlite_database: Database, actor: Actor, request_: Request
) -> None:
    once(sqlite_database, ACTOR, REQUEST, RULES, lambda _: ANSWER)
    assert not once(sqlite_database, actor, request_, RULES, lambda _: ANSWER).replayed


def test_refused_request_may_be_sent_again(database: Database) -> None:
    def refuse(_: Claim) -> Answer:
        raise Refused(Fault("x.y", "لا", "no"))

    with pytest.raises(Refused):
        once(database, ACTOR, REQUEST, RULES, refuse)
    assert not once(database, ACTOR, REQUEST, RULES, lambda _: ANSWER).replayed


def test_crashed_request_is_taken_over_under_its_request_id_after_the_lease(database: Database) -> None:
    now = clock.now()
    first = claim(database, ACTOR, REQUEST, RULES, now)
    assert isinstance(first, Claim)
    with pytest.raises(Conflict) as caught:
        claim(database, ACTOR, REQUEST, RULES, now + timedelta(seconds=RULES.lease_seconds - 1))
    assert caught.value.faults[0].code == "core.idempotency.in_progress"
    second = claim(database, ACTOR, REQUEST, RULES, now + timedelta(seconds=RULES.lease_seconds + 1))
    assert isinstance(second, Claim)
    assert second.request_id == first.request_id
    with pytest.raises(Conflict, match="taken_over"), database.writing() as session:
        finish(session, first, ANSWER)
    with unit_of_work(database, ACTOR, "test", now) as tx:
        finish(tx.session, second, ANSWER)
        tx.audit("test.done", "x:1")
    replayed = claim(database, ACTOR, REQUEST, RULES, now)
    assert isinstance(replayed, Answer)
    assert replayed.body == ANSWER.body


def test_answers_are_forgotten_after_the_retention_time(database: Database) -> None:
    once(database, ACTOR, REQUEST, RULES, lambda _: ANSWER)
    later = clock.now() + timedelta(hours=RULES.retention_hours, seconds=1)
    assert isinstance(claim(database, ACTOR, REQUEST, RULES, later), Claim)


def test_concurrent_calls_with_one_key_do_the_work_once(database: Database) -> None:
    done = 0
    guard = threading.Lock()

    def work(_: Claim) -> Answer:
        nonlocal done
        with guard:
            done += 1
        return ANSWER

    def call(_: int) -> str:
        try:
            return once(database, ACTOR, REQUEST, RULES, work).body.decode()
        except Conflict as error:
            return error.faults[0].code

    with ThreadPoolExecutor(8) as pool:
        got = set(pool.map(call, range(16)))
    assert done == 1
    assert ANSWER.body.decode() in got
    assert got <= {ANSWER.body.decode(), "core.idempotency.in_progress"}


@pytest.mark.parametrize("key", ["", "x" * (RULES.key_maximum_characters + 1), "مفتاح", "a\nb", "a\x00b"])
def test_key_that_is_no_header_value_is_invalid(sqlite_database: Database, key: str) -> None:
    with pytest.raises(Invalid):
        once(sqlite_database, ACTOR, Request(key, "r", b""), RULES, lambda _: ANSWER)
