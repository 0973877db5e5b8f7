"""The review by the interface: what waits, the docket, two officers. Issue 5, faces."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from fastapi.testclient import TestClient

from issuance.cases import commands as cases
from issuance.core.actor import system
from issuance.staff import commands as staff
from issuance.staff.commands import AccountEntry
from tests.api.test_edge import csrf, sign_in
from tests.api.world import CERTIFICATE, World
from tests.unit.cases.test_commands import RULING


@pytest.fixture
def convicted(sqlite_world: World) -> World:
    """The one person has an entry; there is a second officer."""
    now, console = datetime.now(UTC), system("tests")
    service = sqlite_world.service
    cases.record_ruling(service, console, CERTIFICATE["national_number"], RULING, now)
    entry = AccountEntry("second", "Second officer", ["certificate_officer"], "CTIP")
    made = staff.open_account(service.db, console, entry, service.spec, now, must_change=False)
    return World(service, {**sqlite_world.passwords, "second": made.secret}, sqlite_world.tokens)


def signed_in(client: TestClient, world: World, account: str) -> str:
    """The form token of a fresh session."""
    client.cookies.clear()
    sign_in(client, world, account)
    return csrf(client)


def test_a_request_that_waits_is_answered_202_and_two_officers_end_it(
    sqlite_client: TestClient, convicted: World
) -> None:
    program = convicted.bearer("certificate-program") | {"Idempotency-Key": "one"}
    begun = sqlite_client.post("/v1/certificates", json=CERTIFICATE, headers=program)
    assert (begun.status_code, begun.json()["state"]["code"]) == (202, "review")
    address = begun.headers["location"]
    again = sqlite_client.post("/v1/certificates", json=CERTIFICATE, headers=program)
    assert (again.status_code, again.headers["location"], again.json()) == (202, address, begun.json())
    assert sqlite_client.get(address, headers=program).json()["reason"]["code"] == "matched"
    assert sqlite_client.get(f"{address}/docket", headers=program).status_code == 403

    token = signed_in(sqlite_client, convicted, "certificates")
    (waiting,) = sqlite_client.get("/v1/certificate-requests").json()["requests"]
    assert waiting["id"] == begun.json()["id"]
    docket = sqlite_client.get(f"{address}/docket").json()
    assert [one["case_number"] for one in docket["rulings"]] == ["2015/123"]
    decision = {"decision": "issue", "words": "القيد صحيح"}
    asked = sqlite_client.post(f"{address}/decisions", json=decision, headers={"X-CSRF-Token": token})
    assert asked.json()["state"]["code"] == "approval"
    stale = sqlite_client.post(f"{address}/decisions", json=decision, headers={"X-CSRF-Token": token})
    assert (stale.status_code, stale.json()["code"]) == (409, "certificates.request.moved_on")

    token = signed_in(sqlite_client, convicted, "second")
    approval = sqlite_client.get(f"{address}/docket").json()["approval"]
    done = sqlite_client.post(
        f"/v1/certificate-approvals/{approval['id']}",
        json={"decision": "approve", "words": "مطابق"},
        headers={"X-CSRF-Token": token},
    )
    assert done.json()["state"]["code"] == "issued"
    number = done.json()["number"]
    explained = sqlite_client.get(f"/v1/certificates/{number}/explanation", params={"purpose": "certificate"}).json()
    assert (explained["same"], explained["outcome"]) == (True, "entries")


def test_a_refusal_is_fetched_as_it_was_signed(sqlite_client: TestClient, convicted: World) -> None:
    program = convicted.bearer("certificate-program")
    address = sqlite_client.post("/v1/certificates", json=CERTIFICATE, headers=program).headers["location"]
    token = signed_in(sqlite_client, convicted, "certificates")
    decision = {"decision": "refuse", "reason": "wrong_details", "words": "الغرض غير صحيح"}
    sqlite_client.post(f"{address}/decisions", json=decision, headers={"X-CSRF-Token": token})
    token = signed_in(sqlite_client, convicted, "second")
    approval = sqlite_client.get(f"{address}/docket").json()["approval"]["id"]
    body = {"decision": "approve", "words": "نعم"}
    done = sqlite_client.post(f"/v1/certificate-approvals/{approval}", json=body, headers={"X-CSRF-Token": token})
    pdf = sqlite_client.get(f"/v1/certificate-refusals/{done.json()['number']}/refusal.pdf")
    assert pdf.content.startswith(b"%PDF")


def test_the_page_of_a_clerk_who_asks_leads_to_the_request_that_waits(
    sqlite_client: TestClient, convicted: World
) -> None:
    token = signed_in(sqlite_client, convicted, "certificates")
    form = {
        "csrf": token,
        "idempotency_key": "two",
        "national_number": CERTIFICATE["national_number"],
        "purpose": "visa",
        "addressee.ar": "سفارة إيطاليا",
    }
    made = sqlite_client.post("/certificates/new", data=form, follow_redirects=False)
    assert made.status_code == 303
    assert made.headers["location"].startswith("/certificates/review/")
    shown = sqlite_client.get(made.headers["location"])
    assert (shown.status_code, "2015/123" in shown.text) == (200, True)


def test_a_grievance_is_lodged_at_an_office_and_decided_by_a_member_of_the_committee(
    sqlite_client: TestClient, convicted: World
) -> None:
    service, now = convicted.service, datetime.now(UTC)
    entry = AccountEntry("member", "Member of the committee", ["grievance_officer"], None)
    made = staff.open_account(service.db, system("tests"), entry, service.spec, now, must_change=False)
    world = World(service, {**convicted.passwords, "member": made.secret}, convicted.tokens)
    program = world.bearer("certificate-program")
    address = sqlite_client.post("/v1/certificates", json=CERTIFICATE, headers=program).headers["location"]
    token = signed_in(sqlite_client, world, "certificates")
    decision = {"decision": "refuse", "reason": "wrong_details", "words": "الغرض غير صحيح"}
    sqlite_client.post(f"{address}/decisions", json=decision, headers={"X-CSRF-Token": token})
    token = signed_in(sqlite_client, world, "second")
    approval = sqlite_client.get(f"{address}/docket").json()["approval"]["id"]
    body = {"decision": "approve", "words": "نعم"}
    sqlite_client.post(f"/v1/certificate-approvals/{approval}", json=body, headers={"X-CSRF-Token": token})
    said = {"words": "الغرض صحيح"}
    own = address.replace("/v1/certificate-requests", "/certificates/review")
    assert f'action="{own}/grievance"' in sqlite_client.get(own).text
    sent = sqlite_client.post(f"{own}/grievance", data={"csrf": token, **said}, follow_redirects=False)
    assert sent.status_code == 303
    again = sqlite_client.post(f"{address}/grievance", json=said, headers={"X-CSRF-Token": token})
    assert (again.status_code, again.json()["code"]) == (409, "certificates.request.moved_on")
    assert sqlite_client.get("/v1/certificate-grievances").status_code == 403

    token = signed_in(sqlite_client, world, "member")
    (waiting,) = sqlite_client.get("/v1/certificate-grievances").json()["grievances"]
    place = f"/v1/certificate-grievances/{waiting['id']}"
    held = sqlite_client.get(place).json()
    assert (held["words"], held["refused"]["words"], held["own"]) == ("الغرض صحيح", "الغرض غير صحيح", False)
    page = sqlite_client.get(f"/certificates/grievances/{waiting['id']}?lang=ar").text
    assert "الغرض غير صحيح" in page and waiting["number"] in sqlite_client.get("/certificates/grievances").text
    form = {"csrf": token, "step": "dismiss", "words": " "}
    again = sqlite_client.post(f"/certificates/grievances/{waiting['id']}", data=form)
    assert again.status_code == 422 and 'id="fault-words-1"' in again.text
    unsaid = sqlite_client.post(f"/certificates/grievances/{waiting['id']}", data={"csrf": token, "words": "صحح الغرض"})
    assert unsaid.status_code == 422 and "اختر قبول التظلم" in unsaid.text, "what is not chosen is not a dismissal"
    body = {"decision": "grant", "words": "صحح الغرض"}
    done = sqlite_client.post(place, json=body, headers={"X-CSRF-Token": token})
    assert done.json()["state"]["code"] == "review"
    assert sqlite_client.get("/v1/certificate-grievances").json() == {"grievances": []}
