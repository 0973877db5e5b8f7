"""The passport office in a real browser, an account for each duty: enrolled, decided, made, checked, handed over.

Issue 7, faces and must show. Set ISSUANCE_SHOTS to a folder to get a picture of every page.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect
from sqlmodel import select

from issuance.api.guard import cookie_name
from issuance.biometrics.public import search_for
from issuance.core.actor import Actor, system
from issuance.core.uow import unit_of_work
from issuance.documents.raster import page_png
from issuance.passports import enrol
from issuance.passports.model import PassportFile
from issuance.people.public import require_person
from issuance.staff import commands as staff
from issuance.staff.commands import AccountEntry
from issuance.staff.model import Account
from issuance.staff.sign_in import sign_in
from issuance.web.language import COOKIE
from tests.api.world import PERSON, _prepared, portrait
from tests.passport_books import put_book
from tests.passports import asked, enter_nth, family_entry, filled, look, pay
from tests.service import enter
from tests.web.conftest import Served

pytestmark = pytest.mark.browser
DUTIES = ("passport_clerk", "passport_officer", "personaliser", "quality_controller", "delivery_clerk")
OTHERS = (("second", "passport_officer", "PTIP"), ("security", "security_officer", None))
A = "#application\\."
SECOND = "119909000777"
"""National number of the person of the second walk."""


@pytest.fixture(scope="module")
def office(served: Served) -> Served:
    """An account for each duty, and blanks."""
    service, now, console = served.world.service, datetime.now(UTC), system("tests")
    for name, role, place in (*((role, role, "PTIP") for role in DUTIES), *OTHERS):
        entry = AccountEntry(name, f"Test {name}", [role], place)
        made = staff.open_account(service.db, console, entry, service.spec, now, must_change=False)
        served.world.passwords[name] = made.secret
    filled(service)
    return served


@pytest.fixture(scope="module")
def tokens() -> dict[str, str]:
    """Account -> its session: each signs in once, on the page of `test_staff_pages` and not here again and again."""
    return {}


@pytest.fixture
def as_account(page: Page, office: Served, tokens: dict[str, str]) -> Callable[..., None]:
    """Go on as this account, in this language."""
    service = office.world.service

    def change(account: str, language: str = "ar") -> None:
        if account not in tokens:
            now = datetime.now(UTC)
            password = office.world.passwords[account]
            tokens[account] = sign_in(service.db, account, password, service.spec.staff_access, now)[1]
        page.context.clear_cookies()
        cookies = {cookie_name(service): tokens[account], COOKIE: language}
        page.context.add_cookies([{"name": n, "value": v, "url": office.address} for n, v in cookies.items()])

    return change


def actor_of(office: Served, account: str) -> Actor:
    """Who is signed in as that account, for steps that need no page."""
    with office.world.service.db.reading() as read:
        row = read.exec(select(Account).where(Account.username == account)).one()
    return Actor(row.id, "staff", frozenset(row.roles), row.office)


def looked_at(page: Page, name: str) -> None:
    """Nothing runs out of a phone's screen; pictures, in English too, where they are wanted."""
    shots = os.environ.get("ISSUANCE_SHOTS")
    for width in (360, 1100):
        page.set_viewport_size({"width": width, "height": 800})
        for _ in range(20):  # a busy machine lays the page out a moment later
            if page.evaluate("document.documentElement.scrollWidth") <= width:
                break
            page.wait_for_timeout(100)
        assert page.evaluate("document.documentElement.scrollWidth") <= width, name
        if shots:
            page.screenshot(path=str(Path(shots) / f"{name}_{width}.png"), full_page=True)
    if shots and page.locator("html[lang=ar]").count():
        other, address = page.context.new_page(), page.url.partition("?")[0]
        other.goto(f"{address}?lang=en")
        looked_at(other, f"{name}_en")
        other.goto(f"{address}?lang=ar")  # the language is kept in a cookie
        other.close()


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


def take_fingerprints(page: Page, as_account: Callable[..., None]) -> None:
    """From the page of the application: what is typed stays on an error, and too few fingers take a second officer."""
    page.locator("#fingers a").click()
    looked_at(page, "fingers_none")
    page.fill("#device", "Testmaker T-10 0001")
    for code in (2, 3):
        page.fill(f"[name='finger.{code}.score']", "61")
    for code in (4, 5, 7, 8, 9, 10, 1, 6):
        page.select_option(f"[name='finger.{code}.missing']", "injury" if code > 4 else "")
    page.locator("#take button").click()
    expect(page.locator("#fault-fingers\\.4-1")).to_be_visible()  # neither a score nor a reason
    expect(page.locator("[name='finger.2.score']")).to_have_value("61")
    looked_at(page, "fingers_faults")
    for code in (4, 1, 6):
        page.select_option(f"[name='finger.{code}.missing']", "injury")
    page.locator("#take button").click()
    expect(page.locator("#taken")).to_have_attribute("data-state", "awaiting")
    here = page.url
    as_account("passport_officer")
    page.goto(here)
    looked_at(page, "fingers_confirm")
    page.fill("#words", "شاهدت الضماد")
    page.locator("#confirm button").first.click()
    expect(page.locator("#taken")).to_have_attribute("data-state", "complete")


def test_five_accounts_take_a_passport_from_the_desk_to_its_holder_in_arabic(
    page: Page, office: Served, as_account: Callable[..., None]
) -> None:
    service = office.world.service
    page.set_default_timeout(60_000)
    as_account("passport_clerk")
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
    take_fingerprints(page, as_account)
    pay(service, look(service, application), datetime.now(UTC))
    as_account("passport_clerk", "en")
    page.goto(f"/passport-office/decisions/{application}")
    expect(page.locator("main")).to_contain_text("You may not do this")

    as_account("passport_officer")
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

    as_account("personaliser")
    page.goto("/passport-office/production")
    looked_at(page, "production")
    page.locator("#production form button").first.click()
    expect(page).to_have_url(re.compile(r"/production/[A-Z0-9]+$"))
    number = page.url.rsplit("/", 1)[1]
    looked_at(page, "production_book")
    page.locator("form[action$='/written'] button").click()
    as_account("quality_controller")
    check_quality(page, office, number)

    as_account("delivery_clerk")
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

    as_account("auditor")
    page.goto("/passport-office/anomalies")
    expect(page.locator("#work tbody tr")).to_have_count(5)
    looked_at(page, "12_anomalies")


def test_an_application_held_by_two_is_returned_with_its_reasons_and_corrected_in_english(
    page: Page, office: Served, as_account: Callable[..., None]
) -> None:
    service, now = office.world.service, datetime.now(UTC)
    page.set_default_timeout(60_000)
    person = {"national_number": SECOND}
    entry = family_entry(enter(service, **person).id, "F-777")
    with unit_of_work(service.db, system("tests"), "a record that was transferred", now) as tx:
        moved = {"from_office": "SDQUB", "to_office": "STTIP", "on": str(now.date() - timedelta(days=30))}
        entry.transfers = [moved]
        tx.session.add(entry)
        tx.audit("passports.test", "passports")
    clerk = actor_of(office, "passport_clerk")
    drafted = enrol.draft(service, clerk, asked(person), now)
    one = drafted.view.id
    enrol.attach(service, clerk, one, "portrait", portrait(), "image/jpeg", now)
    assert pay(service, enrol.submit(service, clerk, one, now), now).state == "held"

    decision = f"/passport-office/decisions/{one}"
    as_account("passport_officer", "en")
    page.goto(decision)
    page.locator(".hold.open textarea").first.fill("The order of transfer was seen")
    page.locator(".hold.open button").first.click()
    expect(page.locator(".hold.open .note")).to_be_visible()  # who asked does not agree
    as_account("second", "en")
    page.goto(decision)
    looked_at(page, "en_hold_second")
    page.locator(".hold.open textarea").first.fill("Seen too")
    page.get_by_role("button", name="Agree to lift it", exact=True).click()
    expect(page.locator("#state")).to_have_attribute("data-state", "deciding")
    page.locator("#decide summary").click()
    page.check("[name='wrong.names.latin.given']")
    page.fill("[name='why.names.latin.given']", "See the earlier spelling")
    page.fill("#words", "One name is spelt otherwise")
    page.get_by_role("button", name="Return", exact=False).first.click()
    expect(page.locator(".fault").first).to_be_visible()  # no reason was chosen
    expect(page.locator("[name='why.names.latin.given']")).to_have_value("See the earlier spelling")
    looked_at(page, "en_decision_faults")
    page.select_option("#reason", "details_wrong")
    page.get_by_role("button", name="Return", exact=False).first.click()
    expect(page.locator("#state")).to_have_attribute("data-state", "returned")

    page.context.clear_cookies()
    page.goto("/passport-office/track?lang=en")
    page.fill("#tracking", drafted.tracking)
    page.locator("main form button").click()
    expect(page.locator("#fields")).to_contain_text("Given names")
    looked_at(page, "en_track_returned")
    as_account("passport_clerk", "en")
    page.goto(f"/passport-office/applications/{one}")
    expect(page.locator("#fault-application\\.names\\.latin\\.given-1")).to_contain_text("See the earlier spelling")
    looked_at(page, "en_returned")
    page.get_by_role("button", name="Hand in", exact=True).click()
    expect(page.locator("#state")).to_have_attribute("data-state", "deciding")


def test_a_book_is_handed_to_a_proxy_and_reported_lost_and_stolen_in_english(
    page: Page, office: Served, as_account: Callable[..., None]
) -> None:
    service, now = office.world.service, datetime.now(UTC)
    page.set_default_timeout(60_000)
    person = enter_nth(service, 780)
    with service.db.reading() as read:
        holder = require_person(read, person["national_number"]).id
    wanted = asked(person, delivery="proxy")
    number = put_book(service, "P0780", "passed", person=holder, issued_on=now.date(), now=now, wanted=wanted)
    as_account("delivery_clerk", "en")
    page.goto(f"/passport-office/hand-over/{number}")
    page.select_option("#receiver", "proxy")
    page.select_option("#method", "document")
    page.fill("#proof", "POA 12/2026")
    page.get_by_role("button", name="Hand the passport over", exact=True).click()
    expect(page.locator("#fault-national_number-1")).to_be_visible()  # whose proxy
    expect(page.locator("#proof")).to_have_value("POA 12/2026")
    looked_at(page, "en_proxy_faults")
    page.fill("#national_number", str(PERSON["national_number"]))
    page.get_by_role("button", name="Hand the passport over", exact=True).click()
    expect(page.locator("#book")).to_have_attribute("data-state", "active")
    for kind in ("lost", "stolen"):
        page.locator("#report summary").click()
        page.select_option("#kind", kind)
        page.fill("#reference", "PP 77/2026")
        page.locator("#report button").click()
        expect(page.locator("#book")).to_have_attribute("data-state", kind)
    looked_at(page, "en_stolen")


def test_a_citizen_books_a_place_follows_it_and_gives_it_back_and_the_office_sees_the_day(
    page: Page, office: Served, as_account: Callable[..., None]
) -> None:
    page.set_default_timeout(60_000)
    page.goto("/passport-office/appointments?lang=ar")
    looked_at(page, "appointments")
    page.select_option("#office", "PTIP")
    page.fill("#national_number", "12")
    page.locator("#book button").click()
    expect(page.locator("#fault-national_number-1")).to_be_visible()
    expect(page.locator("#office")).to_have_value("PTIP")
    page.fill("#national_number", str(PERSON["national_number"]))
    page.locator("#book button").click()
    code = page.locator(".secret").inner_text()
    assert str(PERSON["national_number"]) not in page.locator("main").inner_text()
    looked_at(page, "appointments_booked")
    page.goto("/passport-office/appointments?lang=en")
    page.select_option("#office", "PTIP")
    page.fill("#national_number", str(PERSON["national_number"]))
    page.locator("#book button").click()
    expect(page.locator(".fault").first).to_contain_text("cancel it")  # one at a time
    looked_at(page, "en_appointments_faults")
    page.goto("/passport-office/appointments/one")
    page.fill("#tracking", code)
    page.locator("main form button").click()
    expect(page.locator(".verdict")).to_have_attribute("data-state", "booked")
    looked_at(page, "en_appointment")
    page.locator("#cancel button").click()
    expect(page.locator(".verdict")).to_have_attribute("data-state", "cancelled")
    as_account("passport_clerk")
    page.goto("/passport-office/appointments/today")
    looked_at(page, "places")
    as_account("auditor")
    page.goto("/passport-office/appointments/today")
    expect(page.locator("#places")).to_have_count(0)


def test_two_officers_judge_a_suspected_duplicate_and_two_declare_the_search_out_of_order(
    page: Page, office: Served, as_account: Callable[..., None]
) -> None:
    service, now = office.world.service, datetime.now(UTC)
    page.set_default_timeout(60_000)
    officer = actor_of(office, "passport_officer")
    first = enter_nth(service, 778), enter_nth(service, 779)
    with service.db.reading() as read:
        people = [require_person(read, one["national_number"]).id for one in first]
    begun = enrol.draft(service, actor_of(office, "passport_clerk"), asked(first[1]), now).view.id
    clerk = actor_of(office, "passport_clerk")
    enrol.attach(service, clerk, begun, "portrait", portrait(), "image/jpeg", now)
    faces = _prepared()
    search_for(service, officer, "none", people[0], faces, now)
    found = search_for(service, officer, begun, people[1], faces, now)
    assert found.state == "hits"
    as_account("passport_officer")
    page.goto("/")
    looked_at(page, "home")
    page.goto("/passports/stock")
    looked_at(page, "stock")
    page.goto("/passport-office/duplicates")
    looked_at(page, "duplicates")
    page.locator("#queue a").last.click()
    for face in page.locator("#faces img").all():
        assert face.evaluate("img => img.decode().then(() => img.naturalWidth)") > 0
    here = page.url
    page.select_option("#outcome", "different")
    page.locator("#judge button").click()
    assert page.locator("#words").evaluate("box => !box.checkValidity()")  # words are asked for
    page.fill("#words", "توأمان، رأيت كتيب العائلة")
    looked_at(page, "duplicate")
    page.locator("#judge button").click()
    expect(page.locator("#asked .note")).to_be_visible()
    as_account("second", "en")
    page.goto(here)
    looked_at(page, "en_duplicate")
    page.fill("#words", "Booklet seen")
    page.locator("#judge button").first.click()
    expect(page.locator("#state")).to_have_attribute("data-outcome", "different")

    as_account("passport_officer")
    page.goto("/passport-office/afis")
    page.fill("#hours", "400")
    page.fill("#words", "امتلأت الجداول")
    page.locator("#declare button").click()
    expect(page.locator("#fault-hours-1")).to_be_visible()
    expect(page.locator("#words")).to_have_value("امتلأت الجداول")
    looked_at(page, "afis_faults")
    page.fill("#hours", "24")
    page.locator("#declare button").click()
    expect(page.locator("#waiting-1 .note")).to_be_visible()
    as_account("security", "en")
    page.goto("/passport-office/afis")
    looked_at(page, "en_afis_waiting")
    page.fill("#decide_words", "Seen with the vendor")
    page.locator("#waiting-1 button").first.click()
    expect(page.locator("#outage")).to_have_attribute("data-declared", "yes")
    as_account("passport_officer")
    page.goto("/passport-office/afis")
    looked_at(page, "afis_outage")
    page.locator("#outage button").click()
    expect(page.locator("#outage")).to_have_attribute("data-declared", "no")
