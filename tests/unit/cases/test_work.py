"""The work list: whose files it shows, in which order, and that a page follows an index."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import event

from issuance.cases.act import Move
from issuance.cases.four_eyes import propose
from issuance.cases.work import my_work
from issuance.core.actor import Actor
from issuance.service import Service
from specs.errors import Invalid, NotAllowed
from tests.casework import (
    CHIEF_PROSECUTOR,
    PROSECUTION,
    PROSECUTOR,
    STATION_CHIEF,
    STATION_OFFICER,
    SUMMARY_REGISTRAR,
    SYSTEM,
    at_prosecution,
    officer,
    opened,
    step,
    with_case_offices,
)
from tests.service import NOW, found, trail


def numbers(service: Service, actor: Actor, **asked: Any) -> list[str]:
    return [item.number for item in my_work(service, actor, NOW, **asked).items]


def test_work_is_what_my_office_holds_and_what_is_on_its_way_to_it(service: Service) -> None:
    with_case_offices(service)
    here = opened(service)
    sent = opened(service)
    step(service, STATION_OFFICER, sent, "send_to_prosecution", date(2026, 1, 12), to_office=PROSECUTION)
    assert set(numbers(service, STATION_OFFICER)) == {here.number, sent.number}  # until it is received
    assert numbers(service, PROSECUTOR) == [sent.number]
    (waiting,) = my_work(service, PROSECUTOR, NOW).items
    assert waiting.to_receive
    assert numbers(service, officer("station_officer", "ST-BEN")) == []
    assert trail(service.db)[-1] == "cases.work"


def test_the_nearest_deadline_comes_first_and_its_clock_says_how_far_it_has_run(service: Service) -> None:
    with_case_offices(service)
    young, old = opened(service, date(2026, 11, 20)), opened(service, date(2026, 1, 11))
    items = my_work(service, STATION_OFFICER, NOW).items
    assert [item.number for item in items] == [old.number, young.number]
    assert [item.clock.level for item in items if item.clock is not None] == [100, 0]
    assert [item.clock.code for item in items if item.clock is not None] == ["evidence_review"] * 2


def test_pages_go_on_by_key_and_show_every_file_once(service: Service) -> None:
    with_case_offices(service)
    made = {opened(service, date(2026, 1, 11) + timedelta(days=day // 2)).number for day in range(7)}
    told, after = list[str](), None
    for _ in range(4):
        page = my_work(service, STATION_OFFICER, NOW, after=after, limit=2)
        told += [item.number for item in page.items]
        after = page.after
    assert after is None
    assert sorted(told) == sorted(made)
    whole = numbers(service, STATION_OFFICER)
    assert told == whole


@pytest.mark.parametrize("after", ["", "x", "2026-01-01~a", "2026-01-01T00:00:00+00:00~", "~~"])
def test_a_page_that_nobody_gave_is_refused(desk: Service, after: str) -> None:
    with pytest.raises(Invalid) as caught:
        my_work(desk, STATION_OFFICER, NOW, after=after)
    assert found(caught.value) == {("after", "cases.work.after")}


def test_an_ended_file_is_no_work_and_a_closed_one_is_not_told(service: Service) -> None:
    with_case_offices(service)
    ended = at_prosecution(service)
    step(service, PROSECUTOR, ended, "shelve", date(2026, 1, 20), shelving_reason="insufficient_evidence")
    child = opened(service, accused_birth_date="2012-05-01")
    assert child.sealed
    assert numbers(service, PROSECUTOR) == []
    assert numbers(service, STATION_OFFICER) == []
    assert numbers(service, STATION_CHIEF) == [child.number]


def test_what_two_officers_must_do_waits_for_the_second_and_not_for_the_first(service: Service) -> None:
    with_case_offices(service)
    file = opened(service)
    right = Move("correct", {"corrects": 1, "corrected": {"place": "شارع عمر المختار"}, "note": "خطأ في النقل"})
    request = propose(service, STATION_OFFICER, file.number, right, "خطأ", NOW, expected=file.version)
    (waiting,) = my_work(service, STATION_CHIEF, NOW).approvals
    assert (waiting.case_number, waiting.request.id) == (file.number, request)
    assert my_work(service, STATION_OFFICER, NOW).approvals == ()
    assert my_work(service, CHIEF_PROSECUTOR, NOW).approvals == ()
    proposer = replace(STATION_CHIEF, id=STATION_OFFICER.id)
    assert my_work(service, proposer, NOW).approvals == ()


def test_only_mine_shows_what_is_assigned_to_me(desk: Service) -> None:
    assert numbers(desk, SUMMARY_REGISTRAR, mine=True) == []


def test_who_has_no_part_in_cases_has_no_list(desk: Service) -> None:
    with pytest.raises(NotAllowed):
        my_work(desk, officer("passport_officer", "PTIP"), NOW)


def test_a_page_follows_an_index_whoever_asks(service: Service) -> None:
    """Deep pages too: on SQLite the plan names what is walked; no table of files is."""
    if service.db.dialect != "sqlite":
        pytest.skip("the planner of PostgreSQL decides by the size of the tables: tests/bench")
    with_case_offices(service)
    for _ in range(3):
        opened(service)
    for actor in (STATION_OFFICER, SYSTEM):
        after = my_work(service, actor, NOW, limit=1).after
        asked: list[tuple[str, Any]] = []

        def keep(_c: Any, _cursor: Any, statement: str, parameters: Any, *_more: Any, into: Any = asked) -> None:
            into.append((statement, parameters))

        event.listen(service.db.engine, "before_cursor_execute", keep)
        my_work(service, actor, NOW, after=after, limit=1)
        event.remove(service.db.engine, "before_cursor_execute", keep)
        (page,) = [one for one in asked if "next_due IS NOT NULL" in one[0]]
        with service.db.engine.connect() as connection:
            plan = [row[3] for row in connection.exec_driver_sql("EXPLAIN QUERY PLAN " + page[0], page[1])]
        assert [step for step in plan if step.startswith("SCAN cases")] == []
        assert any("ix_cases_" in step and "(next_due,id)>" in step for step in plan), plan
