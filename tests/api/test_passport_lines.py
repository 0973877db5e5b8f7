"""Printing lines over the API: two officers register one, its own program fetches what is sealed to it and answers."""

from __future__ import annotations

import base64
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from fastapi.testclient import TestClient

from issuance.core.actor import system
from issuance.passports import producing
from issuance.staff import commands as staff
from issuance.staff.commands import AccountEntry
from tests.api.test_certificate_review import signed_in
from tests.api.test_passport_production import bearer
from tests.api.world import World
from tests.api.world import application as of_the_person
from tests.line_program import written
from tests.lines import program
from tests.passports import MAKER, look, walk
from tests.stock import stocked

AT = "/v1/passports/lines"


def officers(world: World, *names: str) -> None:
    """Security officers with accounts of their own."""
    for name in names:
        entry = AccountEntry(name, name, ["security_officer"], None)
        made = staff.open_account(
            world.service.db, system("tests"), entry, world.service.spec, datetime.now(UTC), must_change=False
        )
        world.passwords[name] = made.secret


def test_two_officers_register_a_line_and_its_own_program_fetches_its_package_and_answers_in_parts(
    sqlite_client: TestClient, sqlite_world: World, tmp_path: Path
) -> None:
    service, now = sqlite_world.service, datetime.now(UTC)
    officers(sqlite_world, "one", "two")
    press = program(service, tmp_path, "TIP-1", now)
    as_line, maker = bearer(sqlite_world, "press", "printing_line"), bearer(sqlite_world, "station", "personaliser")

    def call(method: str, path: str, status: int, who: dict[str, str], **more: Any) -> Any:
        answer = sqlite_client.request(method, AT + path, headers=who, **more)
        assert answer.status_code == status, answer.text
        return answer.json() if "json" in answer.headers["content-type"] else answer.content

    def officer(name: str) -> dict[str, str]:
        return {"X-CSRF-Token": signed_in(sqlite_client, sqlite_world, name)}

    wanted = {
        "line": "TIP-1",
        "office": "PTIP",
        "public_key": base64.b64encode(press.public_key()).decode(),
        "words": "محضر استلام 7/2026",
    }
    call("POST", "", 403, maker, json=wanted)
    one = officer("one")
    call("POST", "", 422, one, json=wanted | {"public_key": "AAAA"})
    asked = call("POST", "", 202, one, json=wanted)
    assert call("GET", "", 200, one) == {"lines": [], "waiting": []}
    agreed = {"decision": "approve", "words": "طابقت البصمة على شاشة الخط"}
    call("POST", f"/approvals/{asked['approval']}", 403, one, json=agreed)
    two = officer("two")
    [waits] = call("GET", "", 200, two)["waiting"]
    assert (waits["approval"], waits["sha256"], waits["line"]) == (asked["approval"], asked["sha256"], "TIP-1")
    made = call("POST", f"/approvals/{asked['approval']}", 200, two, json=agreed)["line"]
    assert (made["id"], made["state"], made["office"]) == ("TIP-1", "in_use", "PTIP")
    sqlite_client.cookies.clear()
    press.certified(call("GET", "/TIP-1/certificate", 200, as_line))

    stocked(service.db, "PTIP", 5, now)
    view = walk(service, "approved", {"kind": "first", "application": of_the_person()}, now)
    number = producing.produce(service, MAKER, view.id, datetime.now(UTC)).number
    assert call("GET", "/TIP-1/packages", 200, as_line) == {"packages": [], "waiting": [number]}
    call("POST", "/TIP-1/packages", 403, as_line, json={})
    sent = call("POST", "/TIP-1/packages", 201, maker, json={})
    call("POST", "/TIP-1/packages", 422, maker, json={})  # nothing waits any more
    fetch = f"/TIP-1/packages/{sent['id']}/content"
    call("GET", fetch, 404, bearer(sqlite_world, "elsewhere", "printing_line", "CTIP"))
    held = press.take_in(call("GET", fetch, 200, as_line), datetime.now(UTC))
    [package] = call("GET", "/TIP-1/packages", 200, as_line)["packages"]
    assert (package["state"], package["outstanding"], package["collected_at"] is None) == ("sent", 1, False)
    answer = press.answer(sent["id"], [written(number, held[number])])
    taken = call("POST", "/results", 200, as_line, content=answer)
    assert taken == {"package": sent["id"], "written": [number], "failed": {}, "outstanding": []}
    call("POST", "/results", 409, as_line, content=answer)
    call("POST", "/results", 422, as_line, content=answer[:-1])
    call("GET", fetch, 404, as_line)  # answered for: kept no more
    assert call("GET", "/TIP-1/packages", 200, maker)["packages"][0]["state"] == "answered"
    assert look(service, view.id).state == "quality"

    two = officer("two")
    closed = call("POST", "/TIP-1/closing", 200, two, json={"reason": "compromised", "words": "سُرق القرص"})
    assert (closed["state"], closed["closed_reason"]) == ("closed", "compromised")
    call("POST", "/TIP-1/closing", 409, two, json={"reason": "retired", "words": "مرة أخرى"})
    sqlite_client.cookies.clear()
    call("POST", "/TIP-1/packages", 404, maker, json={})
    late = press.answer(sent["id"], [{"number": number, "result": "failed", "reason": "x"}])
    refused = call("POST", "/results", 422, as_line, content=late)
    assert [fault["code"] for fault in refused["faults"]] == ["passports.line.not_believed"]
