"""The passport office in a real browser, an account for each duty: enrolled, decided, made, checked, handed over.

Issue 7, faces and must show. Set ISSUANCE_SHOTS to a folder to get a picture of every page.
"""

from __future__ import annotations

import os
import re
from datetime import UTC, datetime
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect
from sqlmodel import select

from issuance.core.actor import system
from issuance.documents.raster import page_png
from issuance.passports.model import PassportFile
from issuance.staff import commands as staff
from issuance.staff.commands import AccountEntry
from tests.api.world import PERSON, portrait
from tests.passports import filled, look, pay
from tests.web.conftest import Served
from tests.web.pages import sign_in

pytestmark = pytest.mark.browser
DUTIES = ("passport_clerk", "passport_officer", "personaliser", "quality_controller", "delivery_clerk")
A = "#application\\."


@pytest.fixture(scope="module")
def office(served: Served) -> Served:
    """An account for each duty, and blanks."""
    service, now, console = served.world.service, datetime.now(UTC), system("tests")
    for role in DUTIES:
        entry = AccountEntry(role, f"Test {role}", [role], "PTIP")
        made = staff.open_account(service.db, console, entry, service.spec, now, must_change=False)
        served.world.passwords[role] = made.secret
    filled(service)
    return served


def looked_at(page: Page, name: str) -> None:
    """Nothing runs out of a phone's screen; a picture of each size where they are asked for."""
    shots = os.environ.get("ISSUANCE_SHOTS")
    for width in (360, 1100):
        page.set_viewport_size({"width": width, "height": 800})
        assert page.evaluate("document.documentElement.scrollWidth") <= width, name
        if shots:
            page.screenshot(path=str(Path(shots) / f"{name}_{width}.png"), full_page=True)


def as_account(page: Page, served: Served, account: str, language: str = "ar") -> None:
    page.context.clear_cookies()
    sign_in(page, served, account, language)


def check_quality(page: Page, served: Served, number: str) -> None:
    """Hand in the chip as read and scans of the page, from coarse to fine, until one is read."""
    with served.world.service.db.reading() as read:
        query = select(PassportFile.name, PassportFile.content).where(PassportFile.passport_number == number)
        files = dict(read.exec(query).all())
    chip = [{"name": n, "mimeType": "application/octet-stream", "buffer": c} for n, c in files.items() if ".bin" in n]
    for scan in (files["data_page.png"], *(page_png(files["data_page.pdf"], page=1, dpi=dpi) for dpi in (300, 400))):
        page.goto(f"/passport-office/production/{number}")
        page.set_input_files("#all", chip)  # type: ignore[arg-type]
        page.set_input_files("#page", {"name": "page.png", "mimeType": "image/png", "buffer": scan})
        page.locator("#quality button").click()
        expect(page.locator(".verdict")).to_be_visible()
        if page.locator(".verdict.valid").count():
            return
        assert page.locator(".verdict.indeterminate").count(), page.locator("main").inner_text()
    raise AssertionError("no scan of the page was read")


def test_five_accounts_take_a_passport_from_the_desk_to_its_holder_in_arabic(page: Page, office: Served) -> None:
    service = office.world.service
    page.set_default_timeout(60_000)
    as_account(page, office, "passport_clerk")
    page.goto("/passport-office/applications")
    looked_at(page, "1_desk_empty")
    page.goto("/passport-office/applications/new")
    page.fill("#prefill", str(PERSON["national_number"]))
    page.get_by_role("button", name="املأ", exact=True).click()
    expect(page.locator(f"{A}names\\.latin\\.surname")).to_have_value("ALMABROUK")
    page.set_input_files("#portrait", {"name": "p.png", "mimeType": "image/png", "buffer": b"no picture"})
    expect(page.locator("#checks .tag.fail").first).to_be_visible()
    page.set_input_files("#portrait", {"name": "p.jpg", "mimeType": "image/jpeg", "buffer": portrait()})
    expect(page.locator("#checks .tag.pass").first).to_be_visible()
    looked_at(page, "2_desk_form")
    page.get_by_role("button", name="قدّم الطلب", exact=True).click()  # the holder has not confirmed the spelling
    expect(page.locator("#fault-application\\.names\\.latin_confirmed-1")).to_be_visible()
    code = page.locator(".secret").inner_text()
    looked_at(page, "3_desk_faults")
    application = page.locator("#enrol").get_attribute("action") or ""
    page.goto("/passport-office/applications")
    page.locator("#queue a").first.click()
    page.check("[name='application.names.latin_confirmed']")
    page.get_by_role("button", name="قدّم الطلب", exact=True).click()
    expect(page.locator("#state")).not_to_have_attribute("data-state", "draft")
    looked_at(page, "4_desk_handed_in")
    application = application.rsplit("/", 1)[1]
    pay(service, look(service, application), datetime.now(UTC))
    as_account(page, office, "passport_clerk", "en")
    page.goto(f"/passport-office/decisions/{application}")
    expect(page.locator("main")).to_contain_text("You may not do this")

    as_account(page, office, "passport_officer")
    page.goto("/passport-office/decisions")
    expect(page.locator("#queue tbody tr")).to_have_count(1)
    looked_at(page, "5_queue")
    page.locator("#queue a").first.click()
    expect(page.locator("#compare")).to_contain_text("المبروك")
    for face in page.locator("#faces img").all():
        expect(face).to_have_js_property("complete", True)
        assert face.evaluate("img => img.naturalWidth") > 0
    looked_at(page, "6_decision")
    while page.locator(".hold.open").count():
        page.locator(".hold.open textarea").first.fill("اطلعت على الصورة والقيد")
        page.locator(".hold.open button").first.click()
    page.fill("#words", "الطلب مستوفٍ والهوية ثابتة")
    page.get_by_role("button", name="اقبل الطلب", exact=True).click()
    expect(page.locator("#state")).to_have_attribute("data-state", "approved")

    as_account(page, office, "personaliser")
    page.goto("/passport-office/production")
    page.locator("#production form button").first.click()
    expect(page).to_have_url(re.compile(r"/production/[A-Z0-9]+$"))
    number = page.url.rsplit("/", 1)[1]
    page.locator("form[action$='/written'] button").click()
    as_account(page, office, "quality_controller")
    check_quality(page, office, number)

    as_account(page, office, "delivery_clerk")
    page.goto("/passport-office/hand-over")
    looked_at(page, "7_hand_overs")
    page.fill("#entered", code)
    page.get_by_role("button", name="ابحث", exact=True).click()
    expect(page).to_have_url(f"{office.address}/passport-office/hand-over/{number}")
    page.select_option("#receiver", "holder")
    page.select_option("#method", "face")
    page.fill("#proof", "KT-100")
    looked_at(page, "8_hand_over")
    page.get_by_role("button", name="سلّم الجواز", exact=True).click()
    expect(page.locator("#book")).to_have_attribute("data-state", "active")
    looked_at(page, "9_handed_over")

    page.context.clear_cookies()
    page.goto("/passport-office/track?lang=ar")
    looked_at(page, "10_track")
    page.fill("#tracking", code)
    page.get_by_role("button", name="اعرض الطلب", exact=True).click()
    expect(page.locator(".verdict")).to_have_attribute("data-state", "handed_over")
    told = page.locator("main").inner_text()
    assert not [word for word in ("المبروك", "ALMABROUK", "119909000012", number) if word in told]
    looked_at(page, "11_tracked")

    as_account(page, office, "auditor")
    page.goto("/passport-office/anomalies")
    expect(page.locator("#work tbody tr")).to_have_count(5)
    looked_at(page, "12_anomalies")
