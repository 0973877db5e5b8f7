"""No everyday look-up walks through a whole table of the register, on either database: the plans say so."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from sqlmodel import col, select

from issuance.cases.alarms import tell_alarms
from issuance.cases.case_rules import CaseRules
from issuance.cases.exchange_import import entry_id
from issuance.cases.history import file_of
from issuance.cases.model import CaseAccused, CaseAction, CaseRow
from issuance.cases.projection import TABLES
from issuance.cases.public import record_of, travel_bans
from issuance.cases.search import Asked, search_cases
from issuance.cases.work import my_work
from issuance.core.actor import system
from issuance.core.purpose import Purpose
from issuance.jobs.case_generator import generate_cases
from issuance.people.model import Person
from issuance.service import Service
from tests.casework import officer
from tests.query_plans import statements, walked
from tests.service import CLERK, NOW, TODAY

LARGE = {str(table.__tablename__) for table in (*TABLES, CaseAction, Person)} | {"person_name_keys", "case_looks"}
LookUp = Callable[[Service, str, str], object]


def _view(service: Service, number: str, person: str) -> object:
    del person
    with service.db.reading() as read:
        return file_of(read, number, CaseRules.of(service.spec))


def _record(service: Service, number: str, person: str) -> object:
    del number
    with service.db.reading() as read:
        return record_of(read, person, TODAY), travel_bans(read, person, TODAY)


def _search(service: Service, number: str, person: str) -> object:
    with service.db.reading() as read:
        held = read.get(Person, person)
    assert held is not None
    asked = (Asked(number=number), Asked(national_number=held.national_number), Asked(name=held.arabic_family))
    return [search_cases(service, CLERK, one, Purpose("duty"), NOW) for one in asked]


def _work(service: Service, number: str, person: str) -> object:
    del number, person
    return my_work(service, officer("prosecutor", "SY-PR-01"), NOW), my_work(
        service, officer("station_officer", "SY-ST-01"), NOW, mine=True
    )


def _row_of_an_import(service: Service, number: str, person: str) -> object:
    del number, person
    with service.db.reading() as read:
        return read.get(CaseAction, entry_id("court", "1", 0))


@pytest.fixture
def filled(service: Service) -> Iterator[Service]:
    """A register the planner has seen."""
    generate_cases(service, CLERK, 150, 1, lambda done, total: None)
    with service.db.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.exec_driver_sql("ANALYZE")
    yield service


def _alarms(service: Service, number: str, person: str) -> object:
    del number, person
    return tell_alarms(service, system("alarms"), NOW)


@pytest.mark.parametrize("look_up", [_view, _record, _search, _work, _row_of_an_import, _alarms])
def test_no_look_up_walks_through_a_table(filled: Service, look_up: LookUp) -> None:
    with filled.db.reading() as read:
        number = read.exec(select(CaseRow.number).limit(1)).one()
        person = read.exec(select(CaseAccused.person_id).where(col(CaseAccused.person_id).is_not(None)).limit(1)).one()
    with statements(filled) as asked:
        look_up(filled, number, str(person))
    assert asked
    found = {(statement, table) for statement, values in asked for table in walked(filled, statement, values, LARGE)}
    assert found == set()


def test_the_question_is_able_to_find_a_walk(filled: Service) -> None:
    assert walked(filled, "SELECT * FROM cases WHERE version = 1", (), LARGE) == {"cases"}
