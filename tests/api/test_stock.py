"""Blanks by the interface: two keepers receive, another office signs an arrival, a supervisor cuts a store off."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from fastapi.testclient import TestClient

from issuance.core.actor import system
from issuance.core.uow import unit_of_work
from issuance.staff import commands as staff
from issuance.staff.commands import AccountEntry
from issuance.staff.offices import OfficeEntry, register_office
from issuance.stock.public import draw
from tests.api.test_certificate_review import signed_in
from tests.api.world import World
from tests.stock import keeper, run_of

ACCOUNTS = (
    ("salma", "stock_keeper", "PTIP"),
    ("omar", "stock_keeper", "PTIP"),
    ("hana", "stock_keeper", "PBEN"),
    ("supervisor", "stock_supervisor", None),
)


@pytest.fixture
def keepers(sqlite_world: World) -> World:
    """Two keepers of Tripoli, one of Benghazi, and who supervises them all."""
    service, now = sqlite_world.service, datetime.now(UTC)
    opened = date.today() - timedelta(days=400)
    branch = OfficeEntry("PBEN", "فرع الجوازات بنغازي", "Passports Branch, Benghazi", "branch", opened)
    register_office(service.db, system("tests"), branch, service.spec, now)
    world = World(service, dict(sqlite_world.passwords), sqlite_world.tokens)
    open_keepers(world, ACCOUNTS)
    return world


def open_keepers(world: World, accounts: Iterable[tuple[str, str, str | None]]) -> None:
    """Accounts of these names, roles and offices."""
    spec = world.service.spec
    for name, role, office in accounts:
        entry = AccountEntry(name, name, [role], office)
        made = staff.open_account(world.service.db, system("tests"), entry, spec, datetime.now(UTC), must_change=False)
        world.passwords[name] = made.secret


def test_blanks_are_received_sent_counted_and_cut_off(sqlite_client: TestClient, keepers: World) -> None:
    base = "/v1/passports/stock"

    def post(path: str, status: int = 200, **body: Any) -> Any:
        answer = sqlite_client.post(base + path, json=body, headers={"X-CSRF-Token": token})
        assert answer.status_code == status, answer.text
        return answer.json()

    def get(path: str = "") -> Any:
        return sqlite_client.get(base + path).json()

    assert sqlite_client.get(base).status_code == 401
    token = signed_in(sqlite_client, keepers, "salma")
    delivery = {"kind": "receive", "office": "PTIP", "document": "DN-7/2026", "words": "صندوقان"}
    short = post("/movements", 422, **delivery, ranges=[run_of(0, 500)], count=499)
    assert [one["code"] for one in short["faults"]] == ["stock.count"]
    asked = post("/movements", 202, **delivery, ranges=[run_of(0, 500)], count=500)["approval"]
    assert get()["waiting"] == []
    token = signed_in(sqlite_client, keepers, "omar")
    assert [(one["approval"], one["kind"]) for one in get()["waiting"]] == [(asked, "receive")]
    moved = post(f"/movements/{asked}", decision="approve", words="عُدّت ثانية")["movement"]
    assert (moved["numbers"], moved["target"]) == (500, "store:PTIP")
    sent = post("/transfers", 201, office="PTIP", to="PBEN", ranges=[run_of(0, 100)], seals="S100 S101")
    token = signed_in(sqlite_client, keepers, "hana")
    arrived = post(f"/transfers/{sent['id']}", arrived=[run_of(0, 98), run_of(300, 1)])
    assert (arrived["missing"], arrived["surplus"]) == (2, ["900000000301"])
    with unit_of_work(keepers.service.db, keeper(office="PBEN"), "draw", datetime.now(UTC)) as tx:
        draw(tx, "PBEN", "LB2222222")
    assert post("/counts", 422, office="PBEN", ranges=[run_of(0, 98)])["faults"][0]["code"] == "stock.count.difference"
    counted = post("/counts", 201, office="PBEN", ranges=[run_of(0, 97)], words="صرف الأول، وضاع الأخير")
    assert (counted["missing"], counted["surplus"]) == (1, ["900000000001"])
    spoiled = post("/movements", 202, kind="spoil", office="PBEN", ranges=[run_of(1, 1)], reason="damaged", words="بلل")
    token = signed_in(sqlite_client, keepers, "supervisor")
    assert post(f"/movements/{spoiled['approval']}", decision="refuse", words="أعد النظر")["movement"] is None
    assert post("/freezes", office="PBEN", frozen=True, reason="اقتحم مسلحون المكتب") == {
        "office": "PBEN",
        "frozen": True,
    }
    assert len(get("/offices/PBEN/numbers")["numbers"]) == 96
    assert {one["code"] for one in get()["alarms"] if one["office"] == "PBEN"} >= {
        "stock.alarm.missing",
        "stock.alarm.surplus",
        "stock.alarm.frozen",
    }
    fate = get("/blanks/900000000001")
    assert (fate["passport"], [one["kind"] for one in fate["history"]]) == (
        "LB2222222",
        ["receive", "send", "acknowledge", "consume"],
    )
    assert post("/freezes", office="PBEN", frozen=False, reason="أُخلي المكتب")["frozen"] is False
    signed_in(sqlite_client, keepers, "omar")
    assert sqlite_client.get(f"{base}/offices/PBEN/numbers").status_code == 403
    assert sqlite_client.get(f"{base}/blanks/900000000001").status_code == 404
    signed_in(sqlite_client, keepers, "certificates")
    assert sqlite_client.get(base).status_code == 403
