"""The public check on a phone in Arabic: with a line and without one; what an embassy clerk sees. Issue 5, faces."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from issuance.certificates import afterwards, legalisation
from issuance.certificates.model import Certificate
from issuance.core.actor import Actor, system
from issuance.people import commands as people
from tests.api.world import CERTIFICATE, PERSON, _prepared
from tests.service import issued
from tests.web.conftest import Served
from tests.web.pages import CONTRAST

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.xdist_group("browser")]

ATTESTER = Actor("attester", "staff", frozenset({"attestation_officer"}), "CTIP")
WITHDRAWN = "سحبتها الجهة التي أصدرتها"
IN_FORCE = "سارية في سجل الجهة"


@pytest.fixture(scope="module")
def papers(served: Served) -> tuple[Certificate, Certificate]:
    """One in force, attested by the Interior; one withdrawn."""
    service, now, rows = served.world.service, datetime.now(UTC), []
    for number in ("119919000961", "119919000962"):
        record = PERSON | {"national_number": number, "birth_date": "1991-02-03"}
        people.register(service, system("tests"), record, _prepared(), now)
        made = issued(service, CERTIFICATE | {"national_number": number, "office": "CTIP"}, now)
        with service.db.reading() as read:
            row = read.get(Certificate, made.number)
        assert row is not None
        rows.append(row)
    legalisation.legalise(service, ATTESTER, rows[0].number, "interior", None, now)
    afterwards.withdraw_at_console(service, system("tests"), rows[1].number, "court_order", now, "أمر المحكمة")
    return rows[0], rows[1]


@pytest.fixture
def phone(browser: Browser, served: Served) -> Iterator[Page]:
    context = browser.new_context(
        base_url=served.address, viewport={"width": 360, "height": 740}, locale="ar", has_touch=True, is_mobile=True
    )
    page = context.new_page()
    complaints: list[str] = []
    page.on("pageerror", lambda error: complaints.append(str(error)))
    yield page
    context.close()
    assert complaints == []


def looked_at(page: Page, name: str) -> None:
    """Nothing runs out of the screen, everything can be read."""
    assert page.locator("html").get_attribute("dir") == "rtl"
    assert page.evaluate("document.documentElement.scrollWidth") <= 360, name
    assert page.evaluate(CONTRAST) == [], name


def test_by_number_and_birth_date(phone: Page, papers: tuple[Certificate, Certificate]) -> None:
    for row, words in zip(papers, (IN_FORCE, WITHDRAWN), strict=True):
        phone.goto("/c")
        phone.fill("#number", f" {row.number.lower()} ")
        phone.fill("#birth_date", "1991-02-03")
        phone.click("#details button")
        expect(phone.locator("#answer")).to_contain_text(words)
        expect(phone.locator("main")).not_to_contain_text("المبروك")
        looked_at(phone, words)
    phone.goto("/c")
    phone.fill("#number", papers[0].number)
    phone.fill("#birth_date", "1991-02-04")
    phone.click("#details button")
    expect(phone.locator(".fault").first).to_contain_text("لا توجد شهادة بهذه البيانات")
    looked_at(phone, "unknown")


def test_by_the_code_on_the_paper(phone: Page, papers: tuple[Certificate, Certificate]) -> None:
    for row, status, words in zip(papers, ("valid", "ended"), (IN_FORCE, WITHDRAWN), strict=True):
        phone.goto("about:blank")
        phone.goto(row.seal)
        expect(phone.locator(f"#result[data-status={status}]")).to_be_visible()
        expect(phone.locator("[data-fact=number]")).to_have_text(row.number)
        expect(phone.locator("#result .verdict")).to_contain_text(words)
        expect(phone.locator("#ask-card")).to_be_hidden()
        day = phone.locator("#result dd", has_text="تصديق وزارة الداخلية").locator("bdi.ltr")  # else it reads backwards
        expect(day).to_have_count(1 if row is papers[0] else 0)
        looked_at(phone, words)


def test_by_the_file(phone: Page, papers: tuple[Certificate, Certificate], tmp_path: Path) -> None:
    for row, status in zip(papers, ("valid", "ended"), strict=True):
        file = tmp_path / "certificate.pdf"
        file.write_bytes(row.pdf)
        phone.goto("/c")
        phone.set_input_files("#file", file)
        phone.click("form:has(#file) button")
        expect(phone.locator(f"#answer[data-status={status}]")).to_be_visible()
        expect(phone.locator("#answer .facts").first).to_contain_text("سالم علي محمد المبروك")
        looked_at(phone, status)


def test_without_a_line_the_seal_is_verified_in_the_browser_and_the_status_is_said_to_be_unasked(
    phone: Page, papers: tuple[Certificate, Certificate]
) -> None:
    good, withdrawn = papers
    phone.goto("/c")
    phone.context.set_offline(True)
    phone.fill("#number", good.number)
    phone.fill("#birth_date", "1991-02-03")
    phone.click("#details button")
    expect(phone.locator("#no-line")).to_contain_text("لم تُسأل الجهة")
    for row in papers:
        phone.fill("#text", row.seal)
        phone.click("form:has(#file) button")
        expect(phone.locator("[data-fact=number]")).to_have_text(row.number)
        expect(phone.locator("#result[data-status=unasked] .verdict.indeterminate")).to_contain_text("ولم تُعرف حالته")
        looked_at(phone, "offline")
        phone.click("#ask-card button")
        expect(phone.locator("#no-line")).to_be_visible()
        expect(phone.locator("[data-fact=number]")).to_have_text(row.number)  # the page stays
    forged = good.seal.partition("#")[2][:-9] + "AAAAAAAAA"
    phone.evaluate("hash => { location.hash = hash }", forged)
    expect(phone.locator("#result[data-status=invalid]")).to_be_visible()
    expect(phone.locator("#ask-card")).to_be_hidden()
    phone.evaluate("hash => { location.hash = hash }", withdrawn.seal.partition("#")[2])
    expect(phone.locator("#result[data-status=unasked]")).to_be_visible()
    phone.context.set_offline(False)
    expect(phone.locator("#result[data-status=ended]")).to_contain_text(WITHDRAWN)
