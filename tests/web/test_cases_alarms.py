"""The page of alarms: for the role that was told and for a supervisor, in both languages."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from datetime import UTC, date, datetime

import pytest
from fastapi.testclient import TestClient

from issuance.cases.act import Move, open_case
from issuance.cases.alarms import tell_alarms
from issuance.core.actor import system
from issuance.staff.commands import AccountEntry, open_account
from tests.api.conftest import keys_template, sqlite_installation, sqlite_world  # noqa: F401 - fixtures
from tests.api.world import World
from tests.casework import STATION, STATION_OFFICER, THEFT, with_case_offices
from tests.service import NOW

DESKS = {
    "chief": ("station_chief", STATION),
    "officer": ("station_officer", STATION),
    "super": ("case_supervisor", STATION),
    "national": ("case_supervisor", None),
}


@pytest.fixture
def desks(sqlite_world: World) -> Iterator[dict[str, TestClient]]:  # noqa: F811
    service = with_case_offices(sqlite_world.service)
    app, clients = sqlite_world.app(), {}
    for name, (role, office) in DESKS.items():
        entry = AccountEntry(name, f"Test {name}", (role,), office)
        made = open_account(service.db, system("tests"), entry, service.spec, datetime.now(UTC), must_change=False)
        clients[name] = TestClient(app, follow_redirects=False)
        clients[name].post("/sign-in", data={"username": name, "password": made.secret})
    yield clients
    for client in clients.values():
        client.close()


def overdue(world: World) -> str:
    """A file reported on 11 January 2026, whose thirty days ended with 10 February; told at `NOW`."""
    move = Move("open", THEFT, happened_on=date(2026, 1, 11))
    number = open_case(world.service, STATION_OFFICER, move, NOW).number
    tell_alarms(world.service, system("alarms"), NOW)
    return number


def test_no_alarm_is_said_so_in_both_languages(desks: dict[str, TestClient]) -> None:
    assert "لا تنبيهات قائمة" in desks["chief"].get("/cases/alarms").text
    assert "No alarm stands" in desks["chief"].get("/cases/alarms?lang=en").text


def test_an_alarm_is_shown_to_its_role_and_to_a_supervisor_and_to_no_other(
    sqlite_world: World,  # noqa: F811
    desks: dict[str, TestClient],
) -> None:
    number = overdue(sqlite_world)
    for name, expected in (("chief", True), ("super", True), ("officer", False)):
        page = desks[name].get("/cases/alarms")
        assert (page.status_code, number in page.text) == (200, expected), name
    shown = desks["chief"].get("/cases/alarms").text
    assert re.search(r"2026-02-10.*?level-100.*?مراجعة جمع الاستدلالات.*?رئيس", shown, re.S)
    assert str(THEFT["accused_name"]) not in shown
    assert 'href="/cases/alarms"' in desks["chief"].get("/cases").text
    assert 'dir="ltr"' in desks["chief"].get("/cases/alarms?lang=en").text


def test_a_supervisor_without_an_office_sees_the_number_and_no_way_into_the_file(
    sqlite_world: World,  # noqa: F811
    desks: dict[str, TestClient],
) -> None:
    number = overdue(sqlite_world)
    shown = desks["national"].get("/cases/alarms").text
    assert number in shown
    assert f"/cases/{number}/purpose" not in shown
    assert f"/cases/{number}/purpose" in desks["super"].get("/cases/alarms").text


def test_more_alarms_than_a_page_holds_are_reached_by_more(
    sqlite_world: World,  # noqa: F811
    desks: dict[str, TestClient],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    numbers = {overdue(sqlite_world) for _ in range(3)}
    monkeypatch.setattr("issuance.cases.alarms.MOST_ALARMS", 2)
    first = desks["chief"].get("/cases/alarms").text
    button = re.compile(r'class="button quiet" href="(/cases/alarms\?after=[^"]+)"')
    more = button.search(first)
    assert more is not None
    second = desks["chief"].get(html.unescape(more[1])).text
    assert button.search(second) is None
    assert [sum(f"/cases/{number}/purpose" in page for number in numbers) for page in (first, second)] == [2, 1]


def test_a_page_that_nobody_was_told_of_is_refused(desks: dict[str, TestClient]) -> None:
    assert desks["chief"].get("/cases/alarms?after=x").status_code == 422
