"""The keepers' pages: a delivery confirmed by a second keeper, a transfer signed in, a count that finds less."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import Any

import pytest
from fastapi.testclient import TestClient
from playwright.sync_api import Page, expect
from sqlalchemy import text

from issuance.core.actor import system
from issuance.passports.reconciliation import reconcile
from tests.api.conftest import sqlite_client, sqlite_world
from tests.api.test_certificate_review import signed_in
from tests.api.test_stock import ACCOUNTS, keepers, open_keepers
from tests.api.world import World
from tests.stock import run_of
from tests.web.conftest import Served

__all__ = ["keepers", "sqlite_client", "sqlite_world"]
PAGE = "/passports/stock"


def test_keepers_receive_send_count_and_a_supervisor_cuts_off(sqlite_client: TestClient, keepers: World) -> None:
    def post(path: str, **fields: str) -> Any:
        return sqlite_client.post(PAGE + path, data={"csrf": token, **fields}, follow_redirects=True)

    def shown(path: str = "") -> str:
        return str(sqlite_client.get(PAGE + path).text)

    token = signed_in(sqlite_client, keepers, "salma")
    assert f'href="{PAGE}"' in sqlite_client.get("/").text
    delivery = {
        "office": "PTIP",
        "document": "DN-7",
        "ranges": f"{run_of(0, 250)}\n{run_of(250, 50)}",
        "words": "صندوقان",
    }
    wrong = post("/new/receive", **delivery, count="٢٩٩")
    assert (wrong.status_code, 'id="fault-count-1"' in wrong.text) == (422, True)
    post("/new/receive", **delivery, count="٣٠٠")
    assert 'value="approve"' not in shown()  # what one asked for oneself is only seen and withdrawn
    assert 'value="withdraw"' in shown()
    token = signed_in(sqlite_client, keepers, "omar")
    [approval] = re.findall(r'name="approval" value="([^"]+)"', shown())
    assert post("", step="approve", approval=approval, decide_words="مطابق").url.path == PAGE
    post("/new/spoil", office="PTIP", ranges=run_of(200, 1), reason="maker_defect", words="صفحة مطوية")
    [mine] = re.findall(r'name="approval" value="([^"]+)"', shown())
    assert post("", step="withdraw", approval=mine, decide_words="عُدت عنه").url.path == PAGE
    assert post("", step="withdraw", approval=mine, decide_words="مرة أخرى").status_code == 404
    post("/new/send", office="PTIP", to="PBEN", ranges=run_of(0, 100), seals="S1 S2")
    [way] = re.findall(rf'href="({PAGE}/transfers/[^"]+)"', shown())
    assert 'id="arrive"' not in shown(way.removeprefix(PAGE))  # who sent it
    token = signed_in(sqlite_client, keepers, "hana")
    post(way.removeprefix(PAGE), arrived=run_of(0, 99), step="acknowledge")
    assert 'data-state="arrived"' in shown(way.removeprefix(PAGE))
    assert run_of(0, 99) in shown("/offices/PBEN")
    assert sqlite_client.get(f"{PAGE}/offices/PTIP").status_code == 403
    silent = post("/new/count", office="PBEN", ranges=run_of(0, 98), words="")
    assert (silent.status_code, 'id="fault-words-1"' in silent.text) == (422, True)
    told = post("/new/count", office="PBEN", ranges=run_of(0, 98), words="لم نجده").text
    assert "لم نجده" in told
    assert shown("?blank=900000000099").count("<li>") >= 4
    assert sqlite_client.get(PAGE, params={"blank": "77"}).status_code == 404
    assert sqlite_client.get(f"{PAGE}/new/gift").status_code == 404
    token = signed_in(sqlite_client, keepers, "supervisor")
    post("", step="freeze", office="PBEN", decide_words="اقتحم المكتب")
    assert "مجمد" in shown()
    assert 'id="reconciliation"' not in shown()
    reconcile(keepers.service, system("tests"), datetime.now(UTC))
    assert "كل دفتر وكل جواز ورقم متطابق" in shown()
    with keepers.service.db.writing() as session:
        session.execute(text("UPDATE stock_blanks SET passport = 'LB2222ZZZ' WHERE number = 900000000150"))
    reconcile(keepers.service, system("tests"), datetime.now(UTC))
    assert "دفتر صُرف ولا جواز له" in shown()
    signed_in(sqlite_client, keepers, "certificates")
    assert sqlite_client.get(PAGE).status_code == 403


@pytest.mark.browser
def test_a_keeper_counts_the_store_in_arabic(served: Served, page: Page) -> None:
    open_keepers(served.world, ACCOUNTS[:1])
    page.goto("/sign-in")
    page.fill("#username", "salma")
    page.fill("#password", served.world.passwords["salma"])
    page.click("main form button")
    page.goto(PAGE)
    page.click(f'a[href="{PAGE}/new/count"]')
    page.fill("#ranges", run_of(0, 3))
    page.fill("#words", "وُجدت ثلاثة بلا قيد")
    page.click("#step button")
    expect(page.locator("#counts")).to_contain_text("وُجدت ثلاثة بلا قيد")
    expect(page.locator("html")).to_have_attribute("dir", "rtl")
