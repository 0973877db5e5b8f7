"""The feed of events over HTTP, and the published form of each event."""

from __future__ import annotations

from fastapi.testclient import TestClient

from issuance.core.actor import system
from issuance.core.uow import unit_of_work
from issuance.staff.commands import AccountEntry, register_client
from tests.api.world import World


def test_a_connected_system_follows_the_feed_page_by_page(sqlite_client: TestClient, sqlite_world: World) -> None:
    service = sqlite_world.service
    entry = AccountEntry("hub", "hub", ["event_system"], None)
    token = register_client(service.db, system("test"), entry, service.spec, service.clock()).secret
    for number in ("1", "2", "3"):
        with unit_of_work(service.db, system("test"), "test") as tx:
            tx.audit("cases.open", f"case:{number}")
            body = {"case_number": number, "case_version": 1, "office": "PRO-TIP", "opened_on": "2026-11-22"}
            tx.emit("case.opened", f"case:{number}", body)
    headers = {"Authorization": f"Bearer {token}"}
    first = sqlite_client.get("/v1/events?limit=2", headers=headers).json()
    assert ([event["body"]["case_number"] for event in first["events"]], first["after"]) == (["1", "2"], 2)
    rest = sqlite_client.get("/v1/events?after=2", headers=headers).json()
    assert ([event["seq"] for event in rest["events"]], rest["after"]) == ([3], 3)
    assert sqlite_client.get("/v1/events?after=3", headers=headers).json() == {"events": [], "after": 3}
    assert sqlite_client.get("/v1/events?after=-1", headers=headers).status_code == 422


def test_a_system_without_that_role_and_a_stranger_read_nothing(sqlite_client: TestClient, sqlite_world: World) -> None:
    assert sqlite_client.get("/v1/events").status_code == 401
    headers = {"Authorization": f"Bearer {sqlite_world.tokens['passport-program']}"}
    assert sqlite_client.get("/v1/events", headers=headers).status_code == 403


def test_the_form_of_every_event_is_published_to_anybody(sqlite_client: TestClient) -> None:
    topics = sqlite_client.get("/v1/schemas/events").json()
    assert {topic["topic"] for topic in topics} >= {"case.opened", "ruling.final", "travel_ban.changed"}
    for topic in topics:
        for address in topic["schemas"]:
            held = sqlite_client.get(address[address.index("/v1/") :])
            assert held.json()["$id"] == address
    assert sqlite_client.get("/v1/schemas/events/case.opened/99").status_code == 404
    assert sqlite_client.get("/v1/schemas/events/none/1").status_code == 404
