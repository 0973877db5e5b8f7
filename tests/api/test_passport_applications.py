"""Applications by the interface: a clerk enrols over a weak line, another officer decides, the applicant follows."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from fastapi.testclient import TestClient

from issuance.core.actor import system
from issuance.fees import desk
from issuance.fees.public import payment_for
from issuance.passports.way import subject_of
from issuance.staff import commands as staff
from issuance.staff.commands import AccountEntry
from tests.api.test_certificate_review import signed_in
from tests.api.world import PERSON, World, application, portrait

AT = "/v1/passports/applications"
ACCOUNTS = (("clerk", ["passport_clerk"]), ("second", ["passport_officer"]))


@pytest.fixture
def office(sqlite_world: World) -> World:
    """There are a clerk and a second officer beside the first one."""
    service, passwords = sqlite_world.service, dict(sqlite_world.passwords)
    for name, roles in ACCOUNTS:
        entry, now = AccountEntry(name, name, roles, "PTIP"), datetime.now(UTC)
        made = staff.open_account(service.db, system("tests"), entry, service.spec, now, must_change=False)
        passwords[name] = made.secret
    return World(service, passwords, sqlite_world.tokens)


def pay(world: World, application_id: str) -> None:
    """At the desk, by the console."""
    with world.service.db.reading() as read:
        payment = payment_for(read, subject_of(application_id))
    assert payment is not None
    desk.take(world.service, system("tests"), payment.reference, payment.amount, datetime.now(UTC))


def test_a_mission_saves_in_parts_an_officer_decides_and_the_applicant_follows_unnamed(
    sqlite_client: TestClient, office: World
) -> None:
    client = sqlite_client
    token = signed_in(client, office, "clerk")

    def send(method: str, path: str, body: Any = None, **headers: str) -> Any:
        return client.request(method, f"{AT}{path}", json=body, headers={"X-CSRF-Token": token, **headers})

    head = {"kind": "first", "channel": "mission", "application": {"document_type": "ORDINARY", "office": "PTIP"}}
    begun = send("POST", "", head, **{"Idempotency-Key": "weak-line"})
    assert begun.status_code == 201
    again = send("POST", "", head, **{"Idempotency-Key": "weak-line"})
    assert again.json() == begun.json()
    code, one = begun.json()["tracking"], begun.json()["application"]["id"]
    assert begun.headers["location"] == f"{AT}/{one}"
    assert send("POST", f"/{one}/submission").status_code == 422
    assert send("PUT", f"/{one}", head | {"application": application()}).status_code == 200
    picture = {"X-CSRF-Token": token, "Content-Type": "image/jpeg"}
    first = client.put(f"{AT}/{one}/files/portrait", content=portrait(), headers=picture).json()
    assert client.put(f"{AT}/{one}/files/portrait", content=portrait(), headers=picture).json() == first
    assert client.get(f"{AT}/{one}/files/portrait").content == portrait()
    assert client.put(f"{AT}/{one}/files/..", content=b"x", headers=picture).status_code in (404, 405, 422)
    waits = send("POST", f"/{one}/submission").json()
    assert waits["state"]["code"] == "paying"
    assert [held["id"] for held in client.get(f"{AT}?waiting=office").json()["applications"]] == [one]
    followed = client.post(f"{AT}/track", json={"tracking": code})
    assert followed.json()["payment"]["amount"] == "50.500"
    pay(office, one)
    assert client.get(f"{AT}/{one}/docket").status_code == 403

    token = signed_in(client, office, "passports")
    (waiting,) = client.get(AT).json()["applications"]
    assert waiting["state"]["code"] == "deciding"
    assert len(json.dumps(waiting)) < 4096  # a mission's line is thin
    docket = client.get(f"{AT}/{one}/docket").json()
    back = {
        "decision": "return",
        "digest": docket["digest"],
        "words": "الاسم",
        "reason": "details_wrong",
        "faults": [{"field": "application.names.latin.given", "ar": "راجع الكتابة", "en": "see the spelling"}],
    }
    assert send("POST", f"/{one}/decisions", back | {"reason": "barred"}).status_code == 422
    returned = send("POST", f"/{one}/decisions", back).json()
    assert returned["steps"][-1]["faults"][0]["field"] == "application.names.latin.given"
    told = client.post(f"{AT}/track", json={"tracking": code.lower().replace("-", " ")}).json()
    assert (told["state"]["code"], told["yours"]) == ("returned", True)
    assert told["fields"] == ["application.names.latin.given"]

    token = signed_in(client, office, "clerk")
    assert send("POST", f"/{one}/submission").json()["state"]["code"] == "deciding"
    token = signed_in(client, office, "passports")
    assert send("PUT", f"/{one}/lease", {}).json()["lease_by"]
    approve = {"decision": "approve", "digest": docket["digest"], "words": "مستوف"}
    token = signed_in(client, office, "second")
    assert send("POST", f"/{one}/decisions", approve).status_code == 409  # another officer has it
    token = signed_in(client, office, "passports")
    assert send("DELETE", f"/{one}/lease").json()["lease_by"] is None
    fresh = client.get(f"{AT}/{one}/docket").json()["digest"]
    done = send("POST", f"/{one}/decisions", approve | {"digest": fresh}).json()
    assert done["state"]["code"] == "approved"

    client.cookies.clear()
    seen = client.post(f"{AT}/track", json={"tracking": code})
    assert seen.json()["state"]["code"] == "approved"
    names = [*PERSON["names"]["arabic"].values(), *PERSON["names"]["latin"].values(), PERSON["national_number"]]  # type: ignore[index]
    assert not any(str(name) in seen.text + followed.text for name in names)
    assert client.post(f"{AT}/track", json={"tracking": "no such"}).status_code == 404
    assert client.get(f"{AT}/{one}").status_code == 401


def test_an_application_is_withdrawn_once_and_with_words(sqlite_client: TestClient, office: World) -> None:
    client = sqlite_client
    token = signed_in(client, office, "clerk")
    headers = {"X-CSRF-Token": token}
    begun = client.post(AT, json={"kind": "first", "application": application()}, headers=headers).json()
    one = begun["application"]["id"]
    assert client.post(f"{AT}/{one}/withdrawal", json={"words": " "}, headers=headers).status_code == 422
    ended = client.post(f"{AT}/{one}/withdrawal", json={"words": "طلب صاحبه"}, headers=headers)
    assert ended.json()["state"]["code"] == "withdrawn"
    assert client.post(f"{AT}/{one}/withdrawal", json={"words": "مرة أخرى"}, headers=headers).status_code == 409
    assert client.post(f"{AT}/holds/none", json={"words": "x"}, headers=headers).status_code == 404
    assert client.get("/v1/passports/anomalies").status_code == 403
    signed_in(client, office, "auditor")
    report = client.get("/v1/passports/anomalies").json()
    assert [(one["username"], one["steps"]) for one in report["officers"]] == [("clerk", 2)]  # begun, withdrawn
    assert (report["unknown_holders"], one in json.dumps(report)) == (1, False)  # it names no application


def test_everybody_books_follows_and_cancels_and_sees_how_long_offices_make_people_wait(
    sqlite_client: TestClient,
) -> None:
    at = "/v1/passports/appointments"
    booked = sqlite_client.post(at, json={"office": "PTIP", "national_number": "119909000012"})
    assert (booked.status_code, booked.json()["state"]) == (201, "booked")
    assert sqlite_client.post(at, json={"office": "PTIP", "national_number": "١١٩٩٠٩٠٠٠٠١٢"}).status_code == 409
    code = {"tracking": booked.json()["tracking"]}
    assert sqlite_client.post(f"{at}/track", json=code).json()["slot"] == booked.json()["slot"]
    (office,) = sqlite_client.get(f"{at}/waits").json()["offices"]
    assert (office["office"]["code"], office["waiting"]) == ("PTIP", 0)
    assert sqlite_client.post(f"{at}/cancel", json=code).json()["state"] == "cancelled"
    assert sqlite_client.post(f"{at}/cancel", json=code).status_code == 409
