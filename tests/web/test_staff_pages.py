"""The pages of staff, in real Chromium: signing in, issuing a passport, what a role reaches, phones and contrast."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from issuance.core.actor import system
from issuance.staff.commands import AccountEntry, open_account
from tests.api.world import PERSON, portrait
from tests.web.conftest import Served
from tests.web.pages import CONTRAST, sign_in

pytestmark = [pytest.mark.browser, pytest.mark.slow]

NUMBER = str(PERSON["national_number"])


def test_a_passport_is_issued_after_every_fault_is_mended(page: Page, served: Served) -> None:
    sign_in(page, served, "passports", "en")
    page.goto(f"/passports/new?national_number={NUMBER}")
    assert page.input_value("[name='names.arabic.family']") == "المبروك"
    page.fill("[name='names.latin.given']", "")
    page.click("[value=suggest]")
    expect(page.locator("main .note")).to_contain_text("SALEM ALI MOHAMED")
    assert page.input_value("[name='names.latin.given']") == "SALEM ALI MOHAMED"
    assert not page.is_checked("[name='names.latin_confirmed']")

    page.fill("#birth_date", "1990-13-40")
    page.set_input_files("#portrait", {"name": "p.jpg", "mimeType": "image/jpeg", "buffer": b"no picture"})
    page.click("[value=issue]")
    for name in ("birth_date", "portrait"):
        expect(page.locator(f".field.wrong:has([name='{name}']) .fault").first).to_be_visible()
    expect(page.locator(".field.wrong:has([name='names.latin_confirmed']) .fault")).to_be_visible()

    page.fill("#birth_date", "1990-05-17")
    page.check("[name='names.latin_confirmed']")
    page.set_input_files("#portrait", {"name": "p.jpg", "mimeType": "image/jpeg", "buffer": portrait()})
    page.click("[value=issue]")
    page.wait_for_url("**/passports/LB*")
    expect(page.locator(".verdict.valid")).to_be_visible()
    expect(page.locator("pre.mrz")).to_contain_text("ALMABROUK<<SALEM<ALI<MOHAMED")
    assert page.locator("img.preview").evaluate("picture => picture.naturalWidth") > 1000
    with page.expect_download() as download:
        page.click("a[download$='EF_SOD.bin']")
    assert Path(download.value.path()).read_bytes()[0] == 0x77
    page.goto("/passports")
    expect(page.locator("tbody tr").first).to_contain_text("SALEM ALI MOHAMED ALMABROUK")


def test_a_fault_of_substance_stands_beside_its_field(page: Page, served: Served) -> None:
    sign_in(page, served, "passports", "ar")
    page.goto(f"/passports/new?national_number={NUMBER}")
    page.fill("[name='names.arabic.family']", "الزاوي")
    page.check("[name='names.latin_confirmed']")
    page.set_input_files("#portrait", {"name": "p.jpg", "mimeType": "image/jpeg", "buffer": portrait()})
    page.click("[value=issue]")
    fault = page.locator(".field.wrong:has([name='names.arabic.family']) .fault")
    expect(fault).to_contain_text("لا يطابق القيد")


def test_pages_for_staff_lead_to_sign_in_and_back(page: Page, served: Served) -> None:
    page.goto("/people?q=x")
    assert re.search(r"/sign-in\?next=", page.url)
    page.fill("#username", "certificates")
    page.fill("#password", "wrong")
    page.click("main button")
    expect(page.locator("[role=alert]")).to_contain_text("غير صحيحة")
    page.fill("#password", served.world.passwords["certificates"])
    page.keyboard.press("Enter")
    page.wait_for_url("**/people?q=x")
    expect(page.locator(".empty")).to_be_visible()


def test_a_role_sees_and_reaches_only_its_own(page: Page, served: Served) -> None:
    sign_in(page, served, "auditor", "en")
    assert page.locator(".tiles a").evaluate_all("links => links.map(a => a.getAttribute('href'))") == [
        "/passport-office/afis",
        "/passport-office/anomalies",
        "/passports/stock",
        "/specification/drafts",
        "/c",
    ]
    for path, status in (("/certificates", 403), ("/passports/new", 403), ("/nothing", 404)):
        answer = page.goto(path)
        assert answer is not None and answer.status == status
        expect(page.locator("[role=alert]")).to_be_visible()


def test_a_first_password_is_changed_before_anything_else(page: Page, served: Served) -> None:
    service = served.world.service
    entry = AccountEntry("newcomer", "Newcomer", ["auditor"])
    first = open_account(service.db, system("tests"), entry, service.spec, datetime.now(UTC)).secret

    def enter(password: str) -> None:
        page.goto("/sign-in?lang=en")
        page.fill("#username", "newcomer")
        page.fill("#password", password)
        page.click("main button")

    enter(first)
    page.wait_for_url("**/password")
    page.goto("/people")
    page.wait_for_url("**/password")
    page.fill("#present", first)
    page.fill("#password", "short")
    page.click("main button")
    expect(page.locator(".field.wrong .fault")).to_be_visible()
    page.fill("#present", first)
    page.fill("#password", "three quiet herons at dusk")
    page.click("main button")
    page.wait_for_url("**/sign-in?changed=1")
    enter("three quiet herons at dusk")
    expect(page.locator(".tiles")).to_be_visible()


def test_the_keyboard_alone_signs_in(page: Page, served: Served) -> None:
    page.goto("/sign-in")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.id") == "username"
    page.keyboard.type("auditor")
    page.keyboard.press("Tab")
    page.keyboard.type(served.world.passwords["auditor"])
    page.keyboard.press("Enter")
    expect(page.locator(".tiles")).to_be_visible()


PAGES = ("/", "/sign-in", "/c", "/people?q=a", "/certificates", "/certificates/new", "/password", "/nothing")


@pytest.mark.parametrize("language", ["ar", "en"])
def test_every_page_fits_a_phone_and_has_the_contrast_of_wcag_aa(
    page: Page, served: Served, seal: str, language: str
) -> None:
    page.set_viewport_size({"width": 360, "height": 740})
    sign_in(page, served, "certificates", language)
    for path in (*PAGES, seal):
        page.goto(path)
        assert page.evaluate("document.documentElement.scrollWidth") <= 360, path
        assert page.evaluate(CONTRAST) == [], path
        labelled = "fields => fields.every(f => f.type === 'hidden' || f.hidden || f.labels.length > 0)"
        assert page.eval_on_selector_all("input, select, textarea", labelled), path
