"""Fees by the interface: told what is due, paid in the call that asks or later, refunded by two, a drawer closed."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from fastapi.testclient import TestClient

from issuance.core.actor import system
from issuance.staff import commands as staff
from issuance.staff.commands import AccountEntry
from tests.api.test_certificate_review import signed_in
from tests.api.world import CERTIFICATE, World
from tests.fees import charge

ACCOUNTS = (
    ("desk", ["certificate_clerk", "cashier"]),
    ("supervisor", ["fee_supervisor"]),
)


@pytest.fixture
def charging(sqlite_world: World) -> World:
    """The prepared fees are in force; there are a clerk who is cashier too, and a supervisor."""
    service, passwords = charge(sqlite_world.service), dict(sqlite_world.passwords)
    for name, roles in ACCOUNTS:
        entry = AccountEntry(name, name, roles, "CTIP")
        made = staff.open_account(
            service.db, system("tests"), entry, service.spec, datetime.now(UTC), must_change=False
        )
        passwords[name] = made.secret
    return World(service, passwords, sqlite_world.tokens)


def test_a_program_asks_a_cashier_takes_and_two_people_give_back(sqlite_client: TestClient, charging: World) -> None:
    program = charging.bearer("certificate-program")
    begun = sqlite_client.post("/v1/certificates", json=CERTIFICATE, headers=program)
    assert (begun.status_code, begun.json()["state"]["code"]) == (202, "paying")
    due = begun.json()["payment"]
    assert (due["amount"], due["currency"], due["state"]) == ("5.000", "LYD", "open")
    address = f"/v1/fees/payments/{due['reference']}"
    assert sqlite_client.post(f"{address}/take", json={"amount": "5.000"}, headers=program).status_code == 403
    assert sqlite_client.post(f"{address}/take", json={"amount": "5.000"}).status_code == 401

    def post(path: str, **body: Any) -> Any:
        return sqlite_client.post(path, json=body, headers={"X-CSRF-Token": token})

    token = signed_in(sqlite_client, charging, "desk")
    assert [one["reference"] for one in sqlite_client.get("/v1/fees/payments").json()["payments"]] == [due["reference"]]
    assert post(f"{address}/take", amount="4.000").json()["code"] == "fees.amount"
    assert post(f"{address}/take", amount=5).status_code == 422
    taken = post(f"{address}/take", amount="5").json()
    assert post(f"{address}/take", amount="5").json() == taken
    (receipt,) = [one["number"] for one in taken["entries"]]
    pdf = sqlite_client.get(f"/v1/fees/receipts/{receipt}/receipt.pdf")
    assert pdf.content.startswith(b"%PDF-")
    assert sqlite_client.get("/v1/fees/till").json() == {"office": "CTIP", "entries": 1, "expected": "5.000"}
    held = sqlite_client.get(f"/v1/certificate-requests/{begun.json()['id']}", headers=program).json()
    assert held["state"]["code"] == "issued"
    asked = post(f"{address}/refunds", reason="our_mistake", words="أعيد الإصدار")
    assert asked.status_code == 202
    approval = f"/v1/fees/refunds/{asked.json()['approval']}"
    assert post(approval, decision="approve", words="x").status_code == 403

    token = signed_in(sqlite_client, charging, "supervisor")
    assert sqlite_client.get(address).json()["refund_asked"]["words"] == "أعيد الإصدار"
    done = post(approval, decision="approve", words="ثابت").json()
    assert [one["amount"] for one in done["entries"]] == ["5.000", "-5.000"]
    assert post(approval, decision="approve", words="again").status_code == 409

    token = signed_in(sqlite_client, charging, "desk")
    closed = post("/v1/fees/closings", counted="0.250", words="زيادة")
    assert (closed.status_code, closed.json()["difference"]) == (201, "0.250")


def test_paid_in_the_call_that_asks_the_certificate_comes_at_once(sqlite_client: TestClient, charging: World) -> None:
    token = signed_in(sqlite_client, charging, "desk")
    asked = CERTIFICATE | {"paid": {"method": "cash", "amount": "5.000"}}
    made = sqlite_client.post("/v1/certificates", json=asked, headers={"X-CSRF-Token": token})
    assert (made.status_code, made.json()["number"][:2]) == (201, "CS")


def test_an_unpaid_request_is_ended_by_its_office(sqlite_client: TestClient, charging: World) -> None:
    program = charging.bearer("certificate-program")
    begun = sqlite_client.post("/v1/certificates", json=CERTIFICATE, headers=program).json()
    ended = sqlite_client.post(f"/v1/certificate-requests/{begun['id']}/cancellation", headers=program)
    assert ended.json()["state"]["code"] == "cancelled"


def test_the_tariff_is_public_and_says_what_is_not_in_force(sqlite_client: TestClient) -> None:
    told = sqlite_client.get("/v1/fees/tariff").json()
    row = next(one for one in told["rows"] if one["id"] == "certificate-online")
    assert (row["total"], row["valid_from"], told["currency"]) == ("6.000", None, "LYD")


def test_without_the_secret_nobody_is_believed_at_the_provider_s_door(sqlite_client: TestClient) -> None:
    said = b'{"payment": "x", "state": "paid", "amount": "6.000", "transaction": "T"}'
    for signature in ("", "t=1,v1=00", f"t={int(datetime.now(UTC).timestamp())},v1="):
        answer = sqlite_client.post("/v1/fees/callbacks", content=said, headers={"Issuance-Signature": signature})
        assert answer.status_code == 403
