"""Events: written with their change or not at all, read in the order of commits, without gaps, without persons."""

from __future__ import annotations

import json
import random
import threading
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from issuance.core.actor import Actor, system
from issuance.core.outbox import events_after
from issuance.core.uow import unit_of_work
from issuance.db.session import Database
from specs.errors import NotAllowed
from specs.events import TOPICS, Event, event_schema

NOW = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)
ACTOR = Actor("salma", "staff", frozenset({"prosecutor"}), "PRO-TIP")
EVERYTHING = Actor("hub", "client", frozenset({"event_system"}))
PUBLISHED = Path(__file__).with_name("published_events.json")


def opened(number: str, office: str = "PRO-TIP") -> dict[str, Any]:
    return {"case_number": number, "case_version": 1, "office": office, "opened_on": "2026-11-22"}


def happen(db: Database, number: str, pause_seconds: float = 0, **more: Any) -> None:
    with unit_of_work(db, ACTOR, "test", NOW) as tx:
        tx.audit("cases.open", f"case:{number}")
        tx.emit("case.opened", f"case:{number}", opened(number), **more)
        time.sleep(pause_seconds)


def read(db: Database, actor: Actor = EVERYTHING, after: int = 0, limit: int = 500) -> list[Event]:
    with db.reading() as session:
        return list(events_after(session, actor, after, limit))


def test_an_event_is_read_as_it_was_written(database: Database) -> None:
    happen(database, "TIP-2026-1")
    (event,) = read(database)
    assert (event.seq, event.topic, event.schema_version) == (1, "case.opened", 1)
    assert (event.subject, event.office, event.happened_at) == ("case:TIP-2026-1", "PRO-TIP", NOW)
    assert event.body == opened("TIP-2026-1")


def test_an_event_of_a_change_that_failed_was_never_written(database: Database) -> None:
    with pytest.raises(RuntimeError), unit_of_work(database, ACTOR, "test", NOW) as tx:
        tx.audit("cases.open", "case:1")
        tx.emit("case.opened", "case:1", opened("1"))
        raise RuntimeError
    happen(database, "2")
    assert [(event.seq, event.subject) for event in read(database)] == [(1, "case:2")]


def test_an_event_without_an_audit_row_is_a_bug(sqlite_database: Database) -> None:
    with pytest.raises(RuntimeError), unit_of_work(sqlite_database, ACTOR, "test", NOW) as tx:
        tx.emit("case.opened", "case:1", opened("1"))


@pytest.mark.parametrize(
    ("topic", "subject", "body"),
    [
        ("case.closed", "case:1", opened("1")),
        ("case.opened", "case:1", opened("1") | {"name": "x"}),
        ("case.opened", "case:1", opened("سالم")),
        ("case.opened", "case:1", opened("119909000012")),
        ("case.opened", "person:119909000012", opened("1")),
        ("case.opened", "case:سالم", opened("1")),
    ],
)
def test_an_event_of_another_form_or_with_personal_data_is_a_bug(
    sqlite_database: Database, topic: str, subject: str, body: dict[str, Any]
) -> None:
    with pytest.raises(ValueError, match="event"), unit_of_work(sqlite_database, ACTOR, "test", NOW) as tx:
        tx.emit(topic, subject, body)


def test_a_reader_goes_on_where_it_stopped(database: Database) -> None:
    for number in range(7):
        happen(database, str(number))
    seen: list[int] = []
    while page := read(database, after=seen[-1] if seen else 0, limit=3):
        seen += [event.seq for event in page]
    assert seen == [1, 2, 3, 4, 5, 6, 7]


def test_who_reads_what(database: Database) -> None:
    happen(database, "1")
    happen(database, "2", office="COU-TIP")
    happen(database, "3", closed=True)
    office = Actor("court", "client", frozenset({"case_system"}), "COU-TIP")
    assert [event.seq for event in read(database)] == [1, 2]
    assert [event.seq for event in read(database, office)] == [2]
    assert [event.seq for event in read(database, system("console"))] == [1, 2, 3]
    for nobody in (ACTOR, Actor("p", "client", frozenset({"passport_system"}), "PTIP")):
        with pytest.raises(NotAllowed):
            read(database, nobody)


def test_writers_at_once_leave_no_gap_and_a_reader_at_any_moment_misses_none(database: Database) -> None:
    """Some transactions are slow, some fail; a reader that follows all the while sees 1, 2, 3 ... each once."""
    writers, each = 6, 8
    written: list[str] = []
    done = threading.Event()

    def write(worker: int) -> None:
        chance = random.Random(worker)
        for turn in range(each):
            number = f"{worker}-{turn}"
            try:
                with unit_of_work(database, ACTOR, "test", NOW) as tx:
                    tx.audit("cases.open", f"case:{number}")
                    tx.emit("case.opened", f"case:{number}", opened(number))
                    time.sleep(chance.random() / 200)
                    if chance.random() < 0.3:
                        raise InterruptedError
                written.append(f"case:{number}")
            except InterruptedError:
                pass

    seen: list[Event] = []

    def follow() -> None:
        while True:
            last_round = done.is_set()
            seen.extend(read(database, after=seen[-1].seq if seen else 0, limit=5))
            if last_round and not read(database, after=seen[-1].seq):
                return

    reader = threading.Thread(target=follow)
    workers = [threading.Thread(target=write, args=(worker,)) for worker in range(writers)]
    for thread in (reader, *workers):
        thread.start()
    for thread in workers:
        thread.join()
    done.set()
    reader.join()
    assert [event.seq for event in seen] == list(range(1, len(written) + 1))
    assert sorted(event.subject for event in seen) == sorted(written)
    assert len({event.id for event in seen}) == len(seen)


def test_a_later_writer_waits_for_the_place_of_an_earlier_one(database: Database) -> None:
    """The commit-order problem itself: one took its place first and is still open when the next comes to its end."""
    from issuance.core import outbox

    taken, go_on = threading.Event(), threading.Event()

    def slow() -> None:
        with database.writing() as session:
            draft = outbox.Draft("case.opened", "case:slow", opened("slow"), None, False)
            outbox.append(session, NOW, [(draft, draft.checked())])
            taken.set()
            go_on.wait()

    first = threading.Thread(target=slow)
    first.start()
    taken.wait()
    second = threading.Thread(target=happen, args=(database, "fast"))
    second.start()
    time.sleep(0.2)
    assert read(database) == []
    go_on.set()
    first.join()
    second.join()
    assert [(event.seq, event.subject) for event in read(database)] == [(1, "case:slow"), (2, "case:fast")]


@pytest.mark.parametrize("topic", sorted(TOPICS))
def test_a_published_form_never_changes(topic: str) -> None:
    """A new form is a new version; this file only grows."""
    published = json.loads(PUBLISHED.read_text("utf-8"))
    for version in range(1, len(TOPICS[topic]) + 1):
        assert event_schema(topic, version, "https://x")["properties"]["body"] == published[topic][str(version)]
    assert len(published[topic]) == len(TOPICS[topic])


def test_a_schema_names_its_address_topic_and_version() -> None:
    held = event_schema("case.opened", 1, "https://verify.example")
    assert held["$id"] == "https://verify.example/v1/schemas/events/case.opened/1"
    assert held["properties"]["topic"] == {"const": "case.opened"}
    assert held["properties"]["body"]["required"] == ["case_number", "case_version", "office", "opened_on"]
    for topic, version in (("case.opened", 0), ("case.opened", 2), ("other", 1)):
        with pytest.raises(KeyError):
            event_schema(topic, version, "https://verify.example")
