"""The pages of fees: the citizen sees what to pay and the receipt; the cashier takes, gives back by two, and closes."""

from __future__ import annotations

import re
from typing import Any

from fastapi.testclient import TestClient

from tests.api.conftest import sqlite_client, sqlite_world
from tests.api.test_certificate_review import signed_in
from tests.api.test_fees import charging
from tests.api.world import World
from tests.web.test_citizen import begun, entered, post, sent

__all__ = ["charging", "sqlite_client", "sqlite_world"]


def paying(client: TestClient, world: World) -> tuple[str, str]:
    """The private code and the payment reference of a citizen's request that waits for its fee."""
    entered(world)
    code = begun(client)
    shown = post(client, "/request/code", tracking=code, code=sent(world)[0])
    assert 'data-state="paying"' in shown.text
    assert "6.000" in shown.text
    [reference] = re.findall(r">([0-9A-HJKMNP-TV-Z]{4}-[0-9A-HJKMNP-TV-Z]{4})<", shown.text)
    return code, reference


def test_a_citizen_pays_at_the_desk_and_downloads_certificate_and_receipt(
    sqlite_client: TestClient,
    charging: World,
) -> None:
    code, reference = paying(sqlite_client, charging)
    token = signed_in(sqlite_client, charging, "desk")

    def step(path: str, **fields: str) -> Any:
        return sqlite_client.post(path, data={"csrf": token, **fields}, follow_redirects=True)

    listed = sqlite_client.get("/fees").text
    assert f"/fees/{reference}" in listed
    found = sqlite_client.get("/fees", params={"reference": reference.lower()}, follow_redirects=True)
    assert found.url.path == f"/fees/{reference}"
    assert sqlite_client.get("/fees", params={"reference": "0000"}).status_code == 404
    wrong = step(f"/fees/{reference}", step="take", amount="5.000")
    assert (wrong.status_code, "6.000" in wrong.text) == (422, True)
    taken = step(f"/fees/{reference}", step="take", amount="٦")
    assert (taken.status_code, 'data-state="paid"' in taken.text) == (200, True)
    [number] = set(re.findall(r"RC2026-CTIP-\d{6}-\w", taken.text))
    assert sqlite_client.get(f"/fees/receipts/{number}.pdf").content.startswith(b"%PDF-")
    track = post(sqlite_client, "/track", tracking=code)
    assert 'data-state="issued"' in track.text
    own = post(sqlite_client, "/track/receipt.pdf", tracking=code, number=number)
    assert own.content.startswith(b"%PDF-")
    assert post(sqlite_client, "/track/receipt.pdf", tracking=code, number="RC2026-CTIP-000099-0").status_code == 404

    asked = step(f"/fees/{reference}", step="refund", reason="our_mistake", words="أعيد الإصدار")
    assert 'id="approval"' in asked.text
    assert 'value="approve"' not in asked.text
    token = signed_in(sqlite_client, charging, "supervisor")
    [approval] = re.findall(r'name="approval" value="([^"]+)"', sqlite_client.get(f"/fees/{reference}").text)
    done = step(f"/fees/{reference}", step="approve", approval=approval, decide_words="ثابت")
    assert "CN2026-CTIP-" in done.text
    token = signed_in(sqlite_client, charging, "desk")
    short = step("/fees/close", counted="1")
    assert (short.status_code, "1.000" in short.text) == (422, True)
    closed = step("/fees/close", counted="1", close_words="زيادة دينار")
    assert (closed.status_code, "زيادة دينار" in closed.text) == (200, True)


def test_who_is_no_cashier_sees_no_desk(sqlite_client: TestClient, charging: World) -> None:
    signed_in(sqlite_client, charging, "certificates")
    assert sqlite_client.get("/fees").status_code == 403
    assert 'href="/fees"' not in sqlite_client.get("/").text
