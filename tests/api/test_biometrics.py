"""Biometrics by the interface: a picture is judged at once, a duplicate decided by two, an outage declared by two."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from fastapi.testclient import TestClient

from issuance.biometrics.public import search_for
from issuance.core.actor import Actor, system
from issuance.people import commands as people
from issuance.staff import commands as staff
from issuance.staff.commands import AccountEntry
from tests import faces
from tests.api.test_certificate_review import signed_in
from tests.api.world import PERSON, World
from tests.service import coarse_portrait, trail

ACCOUNTS = (
    ("clerk", "passport_clerk", "PTIP"),
    ("huda", "passport_officer", "PTIP"),
    ("amna", "passport_officer", "PTIP"),
    ("security", "security_officer", None),
)

AT_THE_DESK = Actor("clerk", "staff", frozenset({"passport_clerk"}), "PTIP")


@pytest.fixture
def staffed(sqlite_world: World) -> World:
    service, passwords, now = sqlite_world.service, dict(sqlite_world.passwords), datetime.now(UTC)
    for name, role, office in ACCOUNTS:
        entry = AccountEntry(name, name, [role], office)
        made = staff.open_account(service.db, system("tests"), entry, service.spec, now, must_change=False)
        passwords[name] = made.secret
    return World(service, passwords, sqlite_world.tokens)


def test_picture_fingers_duplicate_and_outage(sqlite_client: TestClient, staffed: World) -> None:
    base, service = "/v1/biometrics", staffed.service

    def post(path: str, status: int = 200, **body: Any) -> Any:
        answer = sqlite_client.post(base + path, json=body, headers={"X-CSRF-Token": token})
        assert answer.status_code == status, answer.text
        return answer.json()

    def judged(content: bytes) -> Any:
        files = {"portrait": ("p.jpg", content, "image/jpeg")}
        answer = sqlite_client.post(f"{base}/portraits", files=files, headers={"X-CSRF-Token": token})
        assert answer.status_code == 200, answer.text
        return answer.json()

    assert sqlite_client.get(f"{base}/afis").status_code == 401
    token = signed_in(sqlite_client, staffed, "clerk")
    before = trail(service.db)
    good = judged(coarse_portrait())
    assert good["accepted"]
    assert {one["code"] for one in good["checks"] if one["result"] == "warning"} == {"coarse"}
    assert judged(b"no picture") | {"checks": []} == {"accepted": False, "checks": []}
    assert trail(service.db) == before  # nothing is kept
    assert sqlite_client.get(f"{base}/hits").status_code == 403

    fingers: list[dict[str, Any]] = [{"code": code, "score": 60} for code in range(1, 11)]
    assert post("/captures/a-1", device="scanner 1", fingers=fingers)["state"] == "complete"
    few = [{"code": code, "missing": "injury"} for code in range(1, 8)] + fingers[7:]
    waiting = post("/captures/a-1", device="scanner 1", fingers=few)
    assert waiting["state"] == "awaiting"
    wrong = post("/captures/a-1", 422, device="scanner 1", fingers=[*fingers[1:], {"code": 1, "score": 20}])
    assert [one["code"] for one in wrong["faults"]] == ["biometrics.capture.again"]

    now, twice = datetime.now(UTC), []
    for number, family in (("119909000021", "الزنتاني"), ("119909000022", "الورفلي")):
        names = PERSON["names"] | {"arabic": PERSON["names"]["arabic"] | {"family": family}}
        born = {"birth_date": f"1990-01-{number[-2:]}"}
        record = PERSON | {"national_number": number, "names": names} | born
        entered = people.register(service, system("t"), record, None, now)
        twice.append(entered.id)
        search_for(service, AT_THE_DESK, f"b-{number[-1]}", entered.id, faces.portrait(7), now)
    token = signed_in(sqlite_client, staffed, "huda")
    assert post(f"/captures/approvals/{waiting['approval']}", agree=True, words="seen")["state"] == "complete"
    (hit,) = sqlite_client.get(f"{base}/hits").json()["hits"]
    assert (hit["application"], [one["person"] for one in hit["candidates"]]) == ("b-2", [twice[0]])
    asked = post(f"/hits/{hit['search']}", outcome="same", words="one face")["approval"]
    assert post(f"/hits/approvals/{asked}", 403, agree=True, words="me too")["faults"]
    declared = post("/afis/outages", until=(now + timedelta(hours=9)).isoformat(), words="no line")["approval"]
    token = signed_in(sqlite_client, staffed, "amna")
    assert post(f"/hits/approvals/{asked}", agree=True, words="seen")["outcome"] == "same"
    token = signed_in(sqlite_client, staffed, "security")
    assert post(f"/afis/outages/{declared}", words="seen")["reason"] == "no line"
    held = sqlite_client.get(f"{base}/afis").json()
    assert (held["used"], held["alarm"], held["degraded"]["approved_by"] != "") == (2, False, True)
    token = signed_in(sqlite_client, staffed, "amna")
    ended = sqlite_client.delete(f"{base}/afis/outages", headers={"X-CSRF-Token": token})
    assert ended.status_code == 204
    assert sqlite_client.get(f"{base}/afis").json()["degraded"] is None
