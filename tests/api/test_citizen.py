"""The citizen's way by API: ask, prove, follow, fetch; a stranger learns nothing. Issue 5; LIBYA.md 3.1."""

from __future__ import annotations

import re
import time
from typing import Any

import pytest
from fastapi.testclient import TestClient

from issuance.api.turnstile import Turnstile
from issuance.certificates import engine, review
from issuance.certificates.api_citizen import BEGIN
from issuance.core import clock, messages
from issuance.core.actor import Actor, system
from issuance.people import commands as people
from tests.api.world import PERSON, World, _prepared
from tests.unit.cases.test_commands import RULING

PHONE = "+218910000000"
CITIZEN = "119909000713"
PATHS = (
    "confirm",
    "track",
    "answer",
    "cancel",
    "grievance",
    "certificate.pdf",
    "refusal.pdf",
    "pay",
    "receipt.pdf",
    "looks",
)


@pytest.fixture
def citizen(sqlite_world: World) -> str:
    record = PERSON | {"national_number": CITIZEN, "phone": PHONE}
    people.register(sqlite_world.service, system("tests"), record, _prepared(), clock.now())
    return CITIZEN


def begun(client: TestClient, **changed: Any) -> dict[str, Any]:
    answer = client.post("/v1/certificate-requests", json=BEGIN | {"national_number": CITIZEN} | changed)
    assert answer.status_code == 201, answer.json()
    return answer.json()  # type: ignore[no-any-return]


def codes(world: World) -> list[str]:
    with world.service.db.reading() as read:
        return [found[0] for m in messages.messages(read) if (found := re.findall(r"\d{6}", m.text))]


def post(client: TestClient, path: str, **body: str) -> Any:
    return client.post(f"/v1/certificate-requests/{path}", json=body)


@pytest.mark.usefixtures("citizen")
def test_a_citizen_asks_proves_and_fetches(sqlite_client: TestClient, sqlite_world: World) -> None:
    asked = begun(sqlite_client)
    tracking = asked["tracking"]
    assert (asked["request"]["state"]["code"], asked["request"]["proven"]) == ("confirming", False)
    [code] = codes(sqlite_world)
    assert post(sqlite_client, "looks", tracking=tracking).json()["code"] == "certificates.request.unproven"
    held = post(sqlite_client, "confirm", tracking=tracking, code=code).json()
    assert (held["state"]["code"], held["proven"]) == ("issued", True)
    assert post(sqlite_client, "track", tracking=f" {tracking} ").json() == held
    pdf = post(sqlite_client, "certificate.pdf", tracking=tracking)
    assert pdf.headers["content-disposition"].endswith(f"{held['number']}.pdf")
    assert pdf.content.startswith(b"%PDF-")
    [look] = post(sqlite_client, "looks", tracking=tracking).json()["looks"]
    assert (look["by_service"], look["purpose"], look["office_kind"]) == (True, "certificate", "records")
    assert PERSON["national_number"] not in str(held)


@pytest.mark.usefixtures("citizen")
def test_the_same_key_goes_on_with_the_first_and_sends_one_code(sqlite_client: TestClient, sqlite_world: World) -> None:
    body, key = BEGIN | {"national_number": CITIZEN}, {"Idempotency-Key": "k1"}
    first, again = (sqlite_client.post("/v1/certificate-requests", json=body, headers=key).json() for _ in range(2))
    assert first == again
    assert len(codes(sqlite_world)) == 1
    other = sqlite_client.post("/v1/certificate-requests", json=body | {"purpose": "visa"}, headers=key).json()
    assert other["tracking"] != first["tracking"]


@pytest.mark.usefixtures("citizen")
def test_a_stranger_sees_the_same_answer_in_the_same_time(sqlite_client: TestClient, sqlite_world: World) -> None:
    answers, times = [], []
    for changed in ({}, {"birth_date": "1990-05-18"}, {"national_number": "119909999990"}):
        started = time.monotonic()
        held = begun(sqlite_client, **changed)["request"]
        times.append(time.monotonic() - started)
        moments = {"since", "due_at", "requested_at", "steps"}
        answers.append({k: v for k, v in held.items() if k not in moments})
    assert answers[0] == answers[1] == answers[2]
    assert len(codes(sqlite_world)) == 1
    floor = sqlite_world.service.spec.certificate_requests.traffic.answer_milliseconds / 1000
    assert min(times) >= floor


@pytest.mark.usefixtures("citizen")
def test_what_officers_write_to_each_other_is_not_shown(sqlite_client: TestClient, sqlite_world: World) -> None:
    from issuance.cases import commands as cases

    service, now = sqlite_world.service, clock.now()
    cases.record_ruling(service, system("tests"), CITIZEN, RULING, now)
    asked = begun(sqlite_client)
    [code] = codes(sqlite_world)
    held = post(sqlite_client, "confirm", tracking=asked["tracking"], code=code).json()
    assert (held["state"]["code"], held["reason"]["code"]) == ("review", "matched")
    officer = Actor("one", "staff", frozenset({"certificate_officer"}), "CTIP")
    [request] = review.queue(service, officer)
    review.decide_issue(service, officer, request.id, "internal words", now)
    assert "internal words" not in post(sqlite_client, "track", tracking=asked["tracking"]).text
    approval = review.docket(service, officer, request.id, now).approval
    assert approval is not None
    other = Actor("two", "staff", frozenset({"certificate_officer"}), "CTIP")
    review.send_back(service, other, approval.id, "not yet", now)
    review.decide_return(service, officer, request.id, "document_needed", "صورة الحكم", now)
    assert post(sqlite_client, "track", tracking=asked["tracking"]).json()["words"] == "صورة الحكم"
    answered = post(sqlite_client, "answer", tracking=asked["tracking"], words="أرفقتها").json()
    assert answered["state"]["code"] == "review"
    assert post(sqlite_client, "cancel", tracking=asked["tracking"]).json()["state"]["code"] == "cancelled"


@pytest.mark.parametrize("path", PATHS)
def test_an_unknown_code_is_not_found_and_a_malformed_one_is_a_fault(sqlite_client: TestClient, path: str) -> None:
    assert post(sqlite_client, path, tracking="nothing", code="1", words="x").status_code == 404
    wrong = sqlite_client.post(f"/v1/certificate-requests/{path}", json={"tracking": {"a": 1}})
    assert wrong.status_code == 422


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"national_number": "12"}, "national_number"),
        ({"birth_date": "1990-13-40"}, "birth_date"),
        ({"purpose": "x"}, "purpose"),
        ({"channel": "abroad"}, "passport_number"),
        ({"channel": "clerk"}, "channel"),
        ({"level": "court"}, "level"),
        ({"office": "PTIP"}, "office"),
    ],
)
def test_what_cannot_be_asked_is_a_fault_of_its_field(
    sqlite_client: TestClient, changed: dict[str, str], field: str
) -> None:
    answer = sqlite_client.post("/v1/certificate-requests", json=BEGIN | changed)
    assert answer.status_code in (404, 422)
    assert field in {fault["field"] for fault in answer.json()["faults"]}


def test_an_address_that_asks_too_often_is_told_when_to_come_again(sqlite_world: World) -> None:
    app = sqlite_world.app()
    traffic = sqlite_world.service.spec.certificate_requests.traffic
    app.state.turnstile = Turnstile(lambda: 0.0)
    with TestClient(app) as client:
        statuses = [post(client, "track", tracking="x").status_code for _ in range(traffic.follow.count + 1)]
        assert statuses == [404] * traffic.follow.count + [429]
        late = post(client, "track", tracking="x")
    assert late.headers["retry-after"] == str(traffic.follow.minutes * 60 // traffic.follow.count)


@pytest.mark.usefixtures("citizen")
def test_a_request_nobody_confirms_runs_out(sqlite_client: TestClient, sqlite_world: World) -> None:
    from datetime import timedelta

    asked = begun(sqlite_client)
    engine.tick(sqlite_world.service, clock.now() + timedelta(minutes=16))
    assert post(sqlite_client, "track", tracking=asked["tracking"]).json()["state"]["code"] == "expired"
