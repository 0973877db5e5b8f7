"""The civil registry by the interface: a number in a body, a mark by two officers, a watch by two."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from fastapi.testclient import TestClient

from issuance.core.actor import system
from issuance.staff import commands as staff
from issuance.staff.commands import AccountEntry
from tests.api.test_certificate_review import signed_in
from tests.api.world import World
from tests.service import PERSON

NUMBER = PERSON["national_number"]


def test_two_officers_withdraw_a_number_and_watch_a_family_record(
    sqlite_client: TestClient, sqlite_world: World
) -> None:
    service, passwords = sqlite_world.service, dict(sqlite_world.passwords)
    for name in ("registrar", "deputy"):
        entry = AccountEntry(name, name, ["registry_officer"], None)
        made = staff.open_account(service.db, system("t"), entry, service.spec, datetime.now(UTC), must_change=False)
        passwords[name] = made.secret
    world = World(service, passwords, sqlite_world.tokens)

    def post(path: str, **body: Any) -> Any:
        return sqlite_client.post(f"/v1/registry/{path}", json=body, headers={"X-CSRF-Token": token})

    assert sqlite_client.post("/v1/registry/records", json={"national_number": NUMBER}).status_code == 401
    token = signed_in(sqlite_client, world, "registrar")
    held = post("records", national_number=NUMBER).json()
    assert (held["record"]["state"], held["holds"]) == ("live", [])
    assert post("records", national_number="119909000999").json()["code"] == "people.registry.nobody"
    done = post("marks", national_number=NUMBER, kind="under_review", reference="REV/2026/17")
    assert (done.status_code, done.json()["under_review"], done.json()["approval"]) == (200, "REV/2026/17", None)
    (hold,) = post("records", national_number=NUMBER).json()["holds"]
    assert (hold["kind"], hold["effect"], hold["reference"]) == ("under_review", "blocks", "REV/2026/17")
    mark = post("marks", national_number=NUMBER, kind="number_withdrawn", reference="JUD/5", reason="judgment")
    watch = post("watches", family_record="F-61", case_reference="PP/598", reason="forged numbers")
    assert (mark.status_code, watch.status_code) == (202, 202)
    assert sqlite_client.get("/v1/registry/approvals").json() == {"approvals": []}
    waits = [mark.json()["approval"], watch.json()["approval"]]
    assert post(f"approvals/{waits[0]}", decision="approve", reason="mine").status_code == 403
    token = signed_in(sqlite_client, world, "deputy")
    listed = sqlite_client.get("/v1/registry/approvals").json()["approvals"]
    assert {one["approval"] for one in listed} == set(waits)
    for approval in waits:
        decided = post(f"approvals/{approval}", decision="approve", reason="read the file")
        assert decided.json()["decision"] == "approved"
    assert post("records", national_number=NUMBER).json()["record"]["state"] == "number_withdrawn"
    (standing,) = sqlite_client.get("/v1/registry/watches").json()["watches"]
    assert (standing["family_record"], standing["asked_by"] == standing["approved_by"]) == ("F-61", False)
    assert post(f"watches/{standing['id']}/end", reason="closed").status_code == 202
    assert post("marks", national_number=NUMBER, kind="no such", reference="").status_code == 422
