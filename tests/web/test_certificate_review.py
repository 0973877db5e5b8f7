"""The officer's pages in a real browser: two officers, an entry, a refusal. Issue 5, faces."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from playwright.sync_api import Page, expect

from issuance.cases import commands as cases
from issuance.certificates import requests
from issuance.core.actor import system
from issuance.mrtd.portrait import prepare_portrait
from issuance.people import commands as people
from issuance.staff import commands as staff
from issuance.staff.commands import AccountEntry
from specs.load import load
from tests.api.world import CERTIFICATE, PERSON, portrait
from tests.unit.cases.test_commands import RULING
from tests.web.conftest import Served
from tests.web.pages import sign_in

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def waiting(served: Served) -> list[str]:
    """Two requests of people with an entry, and a second officer."""
    service, now, console = served.world.service, datetime.now(UTC), system("tests")
    prepared = prepare_portrait(portrait(), load().passport.editions["2026"].portrait)
    found = []
    for number in ("119909000951", "119909000952"):
        people.register(service, console, PERSON | {"national_number": number}, prepared, now)
        cases.record_ruling(service, console, number, RULING, now)
        asked = CERTIFICATE | {"national_number": number, "office": "CTIP"}
        found.append(requests.open_at_office(service, console, asked, now).id)
    entry = AccountEntry("reviewer", "Second officer", ["certificate_officer"], "CTIP")
    made = staff.open_account(service.db, console, entry, service.spec, now, must_change=False)
    served.world.passwords["reviewer"] = made.secret
    return found


def fits(page: Page) -> None:
    """Nothing runs out of a phone's screen."""
    page.set_viewport_size({"width": 360, "height": 740})
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    page.set_viewport_size({"width": 1100, "height": 900})


def decide(page: Page, words: str, button: str) -> None:
    page.fill("#words", words)
    page.get_by_role("button", name=button, exact=True).click()


def test_two_officers_issue_a_certificate_with_an_entry_in_arabic(
    page: Page, served: Served, waiting: list[str]
) -> None:
    sign_in(page, served, "certificates")
    page.goto("/certificates/review?lang=ar")
    expect(page.locator("#queue tbody tr")).to_have_count(2)
    fits(page)
    page.goto(f"/certificates/review/{waiting[0]}")
    expect(page.locator("#person")).to_contain_text("فاطمة حسن")
    expect(page.locator("#printed")).to_contain_text("2015/123")
    fits(page)
    decide(page, "القيد صحيح والهوية ثابتة", "طلب اعتماد الإصدار")
    expect(page.locator("#approval")).to_contain_text("هذا طلبك")
    page.context.clear_cookies()
    sign_in(page, served, "reviewer")
    page.goto(f"/certificates/review/{waiting[0]}")
    expect(page.locator("#approval")).to_contain_text("القيد صحيح والهوية ثابتة")
    fits(page)
    decide(page, "مطابق للسجل", "اعتماد")
    page.locator("a[href^='/certificates/CS']").click()
    page.get_by_role("link", name="تعليل الشهادة").click()
    page.select_option("#purpose", "certificate")
    page.get_by_role("button", name="عرض التعليل").click()
    expect(page.locator(".verdict.valid")).to_be_visible()
    fits(page)


def test_a_refusal_asks_for_its_reason_and_a_second_officer_sends_it_back(
    page: Page, served: Served, waiting: list[str]
) -> None:
    sign_in(page, served, "certificates", "en")
    page.goto(f"/certificates/review/{waiting[1]}?lang=en")
    page.fill("#words", "Mother's name")
    page.locator("#words").press("End")
    page.locator("#words").press("Enter")  # begins a line; it must never press the first button, which issues
    page.locator("#words").press_sequentially("does not agree")
    page.get_by_role("button", name="Ask a second officer to refuse", exact=True).click()
    expect(page.locator("#fault-reason-1")).to_be_visible()
    expect(page.locator("#words")).to_have_value("Mother's name\ndoes not agree")
    page.select_option("#reason", "identity_unclear")
    page.locator("#words").press("Tab")
    page.get_by_role("button", name="Ask a second officer to refuse").press("Enter")
    expect(page.locator("#approval")).to_contain_text("refuse the request")
    page.context.clear_cookies()
    sign_in(page, served, "reviewer", "en")
    page.goto(f"/certificates/review/{waiting[1]}?lang=en")
    decide(page, "The identity is confirmed", "Send back")
    expect(page.locator("#decide")).to_be_visible()
