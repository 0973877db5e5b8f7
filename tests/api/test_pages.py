"""`POST /v1/border/pages`: only officers of a border post; a picture as file or body; any bytes answered."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from fastapi.testclient import TestClient

from issuance.api.guard import cookie_name
from issuance.core.actor import system
from issuance.service import Service
from issuance.staff.commands import AccountEntry, open_account
from issuance.staff.rules import csrf_token
from issuance.staff.sign_in import sign_in
from tests.api.world import World
from tests.pages import drawn, eager
from tests.unit.border.reading.test_repair import TD3


def signed_in(service: Service, role: str) -> dict[str, str]:
    """The headers of an account of this role, opened here."""
    now = datetime.now(UTC)
    entry = AccountEntry(f"a-{role}", role, [role], None)
    password = open_account(service.db, system("tests"), entry, service.spec, now, must_change=False).secret
    _, token = sign_in(service.db, entry.username, password, service.spec.staff_access, now)
    return {
        "Cookie": f"{cookie_name(service)}={token}",
        "X-CSRF-Token": csrf_token(service.settings.session_key(), token),
    }


@pytest.fixture
def post(sqlite_world: World) -> Iterator[tuple[TestClient, dict[str, str]]]:
    """A client of the service with eager workers, and the headers of a border officer."""
    headers = signed_in(sqlite_world.service, "border_officer")
    service = dataclasses.replace(sqlite_world.service, spec=eager())
    with TestClient(World(service, {}, {}).app()) as client:
        yield client, headers


def test_a_page_is_read_as_file_and_as_body(post: tuple[TestClient, dict[str, str]]) -> None:
    client, headers = post
    page = drawn(TD3)
    file = client.post("/v1/border/pages", files={"file": ("page.png", page)}, headers=headers)
    body = client.post("/v1/border/pages", content=page, headers=headers | {"Content-Type": "image/png"})
    assert file.status_code == body.status_code == 200
    assert file.json()["lines"] == body.json()["lines"] == list(TD3)


def test_what_is_no_page_is_an_answer_and_nothing_at_all_is_a_fault(post: tuple[TestClient, dict[str, str]]) -> None:
    client, headers = post
    answer = client.post("/v1/border/pages", content=b"no picture", headers=headers)
    assert (answer.status_code, answer.json()["status"]) == (200, "unreadable")
    assert [error["code"] for error in answer.json()["errors"]] == ["unreadable"]
    nothing = client.post("/v1/border/pages", headers=headers)
    assert (nothing.status_code, nothing.json()["faults"][0]["code"]) == (422, "border.pages.input")


def test_only_those_who_check_at_a_border_may_ask(sqlite_world: World, post: tuple[TestClient, dict[str, str]]) -> None:
    client, _ = post
    assert client.post("/v1/border/pages", content=b"x").status_code == 401
    other = sqlite_world.bearer("certificate-program")
    assert client.post("/v1/border/pages", content=b"x", headers=other).status_code == 403
