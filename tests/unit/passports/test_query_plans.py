"""No everyday look-up of the passport office walks through a table, sorts a queue, or asks once for each row."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

from sqlalchemy import update
from sqlmodel import col

from issuance.core.actor import system
from issuance.passports import books, deciding, desk, predecessors, production, reports, views, work
from issuance.passports.model import Passport, PassportApplication, PassportApplicationStep, PassportEvent, PassportFile
from issuance.people.model import Person
from issuance.service import Service
from tests.passport_books import put_book
from tests.passports import DELIVERER, OFFICER, asked
from tests.query_plans import ordered, statements, walked
from tests.service import NOW

CONSOLE = system("console")
TABLES = (Passport, PassportApplication, PassportApplicationStep, PassportEvent, PassportFile, Person)
LARGE = {str(table.__tablename__) for table in TABLES}
FIRST = "Q9000001"
LISTS: tuple[Callable[[Service], list[object]], ...] = (
    lambda service: list(deciding.queue(service, OFFICER)),
    lambda service: list(work.applications(service, OFFICER, "officer")),
    lambda service: list(production.waiting(service, CONSOLE, NOW)),
    lambda service: list(production.waiting(service, CONSOLE, NOW, office="PTIP")),
    lambda service: list(books.waiting(service, DELIVERER)),
    lambda service: list(views.passports(service, OFFICER)),
)
NEWEST: Callable[[Service], list[object]] = lambda service: list(views.passports(service, CONSOLE))  # noqa: E731
"""Walks an index from its end, as far as the rows that are shown."""
LOOK_UPS: tuple[Callable[[Service], object], ...] = (
    lambda service: views.passport(service, CONSOLE, FIRST),
    lambda service: reports.standing(service, CONSOLE, FIRST),
    lambda service: predecessors.books_of_holder(service, CONSOLE, FIRST),
    lambda service: books.at_hand(service, DELIVERER, FIRST, NOW),
    lambda service: desk.spelling(service, asked()),
)


def test_no_look_up_walks_through_a_table(service: Service) -> None:
    put_book(service, FIRST, "passed")
    for look_up in (*LISTS, *LOOK_UPS):
        with statements(service) as seen:
            look_up(service)
        assert seen
        assert {(text, table) for text, values in seen for table in walked(service, text, values, LARGE)} == set()


def test_a_list_comes_in_the_order_of_an_index_and_more_rows_are_no_more_statements(desk: Service) -> None:
    counts: list[list[int]] = []
    for round_ in range(2):
        for place, state in enumerate(("held", "deciding", "approved", "ready")):
            number = put_book(desk, f"Q000{round_}00{place}", "passed")
            with desk.db.writing() as session:
                session.execute(
                    update(PassportApplication)
                    .where(col(PassportApplication.number) == number)
                    .values(state=state, due_at=NOW + timedelta(hours=round_))
                )
        counts.append([])
        for listed in (*LISTS, NEWEST):
            with statements(desk) as seen:
                assert len(listed(desk)) > round_
            assert [text for text, values in seen if text.lstrip().startswith("SELECT passport") and " LIMIT " in text]
            assert [text for text, values in seen if " LIMIT " in text and not ordered(desk, text, values)] == []
            counts[-1].append(len(seen))
    assert counts[0] == counts[1]


def test_the_nearest_deadline_comes_first_whatever_the_state(desk: Service) -> None:
    due = [one.due_at for one in deciding.queue(desk, OFFICER)]
    assert due == sorted(due)
    assert [one.id for one in deciding.queue(desk, OFFICER, 2)] == [one.id for one in deciding.queue(desk, OFFICER)][:2]
