"""Two officers withdraw a certificate in a real browser, in Arabic; whoever scans it never sees it good. Issue 5."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest
from playwright.sync_api import Page, expect

from issuance.core.actor import system
from issuance.staff import commands as staff
from issuance.staff.commands import AccountEntry
from tests.api.world import CERTIFICATE
from tests.web.conftest import Served
from tests.web.pages import shown, sign_in
from tests.web.test_certificate_review import fits

pytestmark = pytest.mark.browser

WATCH = """
const seen = window.looks = [];
addEventListener("DOMContentLoaded", () => {
  const box = document.getElementById("result");
  if (box === null) return;
  const look = () => seen.push(box.querySelector(".verdict").className);
  new MutationObserver(look).observe(box, { subtree: true, attributes: true });
});
"""


def test_what_two_officers_withdrew_is_withdrawn_at_first_sight_for_whoever_scans_it(
    page: Page, served: Served
) -> None:
    world, now = served.world, datetime.now(UTC)
    entry = AccountEntry("withdrawer", "Second officer", ["certificate_officer"], "CTIP")
    made = staff.open_account(world.service.db, system("tests"), entry, world.service.spec, now, must_change=False)
    world.passwords["withdrawer"] = made.secret
    issued = page.request.post(
        "/v1/certificates",
        data=json.dumps(CERTIFICATE | {"purpose": "study"}),
        headers=served.json_headers("certificate-program"),
    ).json()
    assert shown(page, issued["seal"]) == "valid"

    sign_in(page, served, "certificates")
    page.goto(f"/certificates/{issued['number']}")
    page.get_by_role("link", name="حالتها").click()
    expect(page.locator("#withdraw")).to_contain_text("لا رجوع عن السحب")
    fits(page)
    page.select_option("#withdraw_reason", "issued_in_error")
    page.fill("#withdraw_words", "صدرت على قيد غيره")
    page.get_by_role("button", name="اطلب من ضابط آخر اعتماد السحب").click()
    expect(page.locator("#approval")).to_contain_text("هذا طلبك")
    page.context.clear_cookies()
    sign_in(page, served, "withdrawer")
    page.goto(f"/certificates/{issued['number']}/after")
    expect(page.locator("#approval")).to_contain_text("صدرت على قيد غيره")
    fits(page)
    page.fill("#refuse_words", "مطابق للسجل")
    page.get_by_role("button", name="اعتماد", exact=True).click()
    expect(page.locator("#standing")).to_have_attribute("data-status", "withdrawn")
    fits(page)

    page.context.clear_cookies()
    page.add_init_script(WATCH)
    page.goto("/")
    assert shown(page, issued["seal"]) == "ended"
    expect(page.locator("#result p").first).to_contain_text("سحبتها الجهة")
    looks = page.evaluate("window.looks")
    assert "verdict invalid" in looks
    assert "verdict valid" not in looks
    fits(page)
