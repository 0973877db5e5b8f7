"""Drafting an edition in the browser: proposed, broken and mended, its difference seen, approved by two, published."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from issuance.core.actor import system
from issuance.staff import commands as staff
from issuance.staff.commands import AccountEntry
from tests.api.test_specification_drafts import ACCOUNTS
from tests.web.conftest import Served
from tests.web.pages import sign_in

OUT: Path | None = None


def looked(page: Page, name: str) -> None:
    """Every page stays within its window, also on a telephone."""
    for width in (360, 1100):
        page.set_viewport_size({"width": width, "height": 900})
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), (name, width)
        if OUT is not None:
            page.screenshot(path=OUT / f"{name}_{width}.png", full_page=True)


@pytest.mark.browser
def test_an_edition_goes_from_proposal_to_publication_by_three_people(page: Page, served: Served) -> None:
    service = served.world.service
    for name, role in ACCOUNTS:
        entry = AccountEntry(name, name, [role], None)
        made = staff.open_account(
            service.db, system("tests"), entry, service.spec, datetime.now(UTC), must_change=False
        )
        served.world.passwords[name] = made.secret
    starts = str(date.today() + timedelta(days=20))

    sign_in(page, served, "author")
    page.goto("/specification/drafts")
    looked(page, "list_empty")
    page.fill("#edition", "2030")
    page.fill("#from_date", "soon")
    page.fill("#words", "مدة أطول للبالغين")
    page.click("#propose button")
    expect(page.locator("#fault-from_date-1")).to_be_visible()
    expect(page.locator("#words")).to_have_value("مدة أطول للبالغين")
    page.fill("#from_date", starts)
    page.click("#propose button")
    expect(page.locator("#draft[data-state=drafting]")).to_be_visible()
    address = page.url

    page.click("#files a:has-text('validity.yaml')")
    text = page.input_value("#text")
    page.fill("#text", text.replace("validity_years: 8", "validity_years: many").replace("days_back", "days_bak"))
    page.click("#edit button")
    expect(page.locator("#faults li")).to_have_count(3)
    expect(page.locator("#text")).to_have_value(
        text.replace("validity_years: 8", "validity_years: many").replace("days_back", "days_bak")
    )
    looked(page, "file_broken")
    page.goto(address)
    expect(page.locator("#submit")).to_have_count(0)
    looked(page, "draft_broken")
    page.goto(f"{address}/files/validity.yaml")
    page.fill("#text", text.replace("validity_years: 8", "validity_years: 10"))
    page.click("#edit button")
    expect(page.locator("#sound")).to_be_visible()
    expect(page.locator("[data-clause='validity.rules.2']")).to_contain_text("10")
    for picture in page.locator("#pages img").all():
        picture.scroll_into_view_if_needed()
        expect(picture).to_have_js_property("complete", True)
        assert picture.evaluate("image => image.naturalWidth") > 1000
    looked(page, "draft_sound")
    page.fill("#submit_words", "جاهزة للاعتماد")
    page.click("#submit button")
    expect(page.locator("#draft[data-state=review]")).to_be_visible()
    expect(page.locator("#decide")).to_have_count(0)

    for name in ("approver1", "approver2"):
        page.context.clear_cookies()
        sign_in(page, served, name, "en" if name == "approver1" else "ar")
        page.goto(address)
        looked(page, f"decide_{name}")
        page.fill("#decide_words", "مطابقة للقانون")
        page.click("#decide button[value=approve]")
        expect(page.locator("#decide")).to_have_count(0)
    expect(page.locator("#draft[data-state=published]")).to_be_visible()
    looked(page, "published")
    page.goto("/specification/drafts")
    expect(page.locator("#signed li")).to_contain_text("2030")
    looked(page, "list")
    page.goto("/specification")
    expect(page.locator("a[href='/specification/2030']").first).to_be_visible()
