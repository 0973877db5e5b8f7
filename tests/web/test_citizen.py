"""The citizen's pages: three steps, the private code, the state, the download; without scripts. Issue 5."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient
from playwright.sync_api import Browser, expect

from issuance.border.verify import verify_bytes
from issuance.certificates import grievance, review
from issuance.core import clock, messages
from issuance.core.actor import Actor, system
from issuance.people import commands as people
from tests.api.conftest import sqlite_client, sqlite_world  # noqa: F401 - fixtures
from tests.api.world import PERSON, World, _prepared
from tests.unit.cases.test_commands import RULING
from tests.web.conftest import Served
from tests.web.pages import CONTRAST

CITIZEN = "119909000713"
WHAT = {
    "purpose": "employment",
    "addressee.ar": "مصرف ليبيا المركزي",
    "office": "CTIP",
    "channel": "citizen",
}
WHO = {"national_number": CITIZEN, "day": "17", "month": "٥", "year": "1990"}


def entered(world: World) -> None:
    """A citizen whose name no accused of another test bears: a namesake is looked at by an officer first."""
    names = {
        "arabic": {"first": "أيوب", "father": "ضو", "grandfather": "بشير", "family": "القذيفي"},
        "latin": {"surname": "ALGADHIFI", "given": "AYOUB DAW BASHIR"},
        "latin_confirmed": True,
    }
    record = PERSON | {"national_number": CITIZEN, "names": names, "phone": "+218910000000"}
    people.register(world.service, system("tests"), record, _prepared(), clock.now())


def sent(world: World) -> list[str]:
    with world.service.db.reading() as read:
        return [found[0] for m in messages.messages(read) if (found := re.findall(r"\d{6}", m.text))]


def post(client: TestClient, path: str, **fields: str) -> Any:
    return client.post(path, data=fields)


def tracking_of(page: str) -> str:
    [code] = re.findall(r'id="tracking-code">([^<]+)<', page)
    return code


def begun(client: TestClient) -> str:
    second = post(client, "/request", **WHAT, step="who")
    assert second.status_code == 200
    [key] = re.findall(r'name="key" value="([^"]+)"', second.text)
    third = post(client, "/request", **WHAT, **WHO, key=key, step="code")
    assert third.status_code == 200, third.text
    assert tracking_of(post(client, "/request", **WHAT, **WHO, key=key, step="code").text) == tracking_of(third.text)
    return tracking_of(third.text)


def test_three_steps_lead_to_the_certificate_and_its_readers(
    sqlite_client: TestClient,  # noqa: F811
    sqlite_world: World,  # noqa: F811
) -> None:
    entered(sqlite_world)
    code = begun(sqlite_client)
    [one_time] = sent(sqlite_world)
    wrong = post(sqlite_client, "/request/code", tracking=code, code="x")
    assert (wrong.status_code, "fault-code-1" in wrong.text) == (422, True)
    done = post(sqlite_client, "/request/code", tracking=code, code=one_time)
    assert 'data-state="issued"' in done.text
    assert post(sqlite_client, "/request/code", tracking=code, code=one_time).text == done.text, "sent again"
    assert CITIZEN not in done.text and "المبروك" not in done.text
    pdf = post(sqlite_client, "/track/certificate.pdf", tracking=code)
    assert re.search(r"''CS[^/]+\.pdf$", pdf.headers["content-disposition"])
    verdict = verify_bytes(pdf.content, "c.pdf", sqlite_world.service.trust, clock.now(), sqlite_world.service.spec)
    assert verdict.status == "valid"
    looks = post(sqlite_client, "/track/looks", tracking=code).text
    assert "مكتب قيود جنائية" in looks and "قراءة آلية" in looks


def test_a_fault_stands_beside_its_field_and_what_was_typed_is_kept(sqlite_client: TestClient) -> None:  # noqa: F811
    empty = post(sqlite_client, "/request", step="who")
    assert empty.status_code == 422
    for name in ("purpose", "addressee.ar"):
        assert f'id="fault-{name}-1"' in empty.text
    abroad = post(sqlite_client, "/request", **WHAT | {"channel": "abroad"}, step="who")
    assert 'id="fault-passport_number-1"' in abroad.text and "مصرف ليبيا المركزي" in abroad.text
    who = post(sqlite_client, "/request", **WHAT, national_number="12", day="40", month="5", year="1990", step="code")
    for name in ("national_number", "day"):
        assert f'id="fault-{name}-1"' in who.text
    assert 'value="مصرف ليبيا المركزي"' in who.text and 'value="40"' in who.text
    back = post(sqlite_client, "/request", **WHAT, **WHO, step="back")
    assert f'name="national_number" value="{CITIZEN}"' in back.text and "addressee.ar" in back.text


def test_a_text_for_another_purpose_than_chosen_is_left_out(sqlite_client: TestClient) -> None:  # noqa: F811
    page = post(sqlite_client, "/request", **WHAT | {"purpose_text.ar": "نص قديم", "passport_number": "?"}, step="who")
    assert page.status_code == 200


def test_an_unknown_tracking_code_says_so_and_nothing_more(sqlite_client: TestClient) -> None:  # noqa: F811
    page = post(sqlite_client, "/track", tracking="nothing")
    assert (page.status_code, 'id="fault-tracking-1"' in page.text) == (404, True)
    for path in (
        "/track/answer",
        "/track/cancel",
        "/track/grievance",
        "/track/certificate.pdf",
        "/track/refusal.pdf",
        "/track/looks",
    ):
        assert post(sqlite_client, path, tracking="nothing", words="x").status_code == 404


def test_a_form_of_another_site_does_nothing(sqlite_client: TestClient) -> None:  # noqa: F811
    for path in ("/request", "/request/code", "/track", "/track/answer", "/track/cancel", "/track/certificate.pdf"):
        forged = sqlite_client.post(path, data=WHAT, headers={"Origin": "https://evil.example"})
        assert forged.status_code == 403, path


def test_what_was_asked_back_is_answered_and_a_request_taken_back(
    sqlite_client: TestClient,  # noqa: F811
    sqlite_world: World,  # noqa: F811
) -> None:
    from issuance.cases import commands as cases

    entered(sqlite_world)
    service = sqlite_world.service
    cases.record_ruling(service, system("tests"), CITIZEN, RULING, clock.now())
    code = begun(sqlite_client)
    waits = post(sqlite_client, "/request/code", tracking=code, code=sent(sqlite_world)[0]).text
    assert 'data-state="review"' in waits and "مكتب القيود الجنائية" in waits
    officer = Actor("one", "staff", frozenset({"certificate_officer"}), "CTIP")
    [request] = review.queue(service, officer)
    review.decide_return(service, officer, request.id, "document_needed", "صورة الحكم", clock.now())
    back = post(sqlite_client, "/track", tracking=code).text
    assert "صورة الحكم" in back and 'name="words"' in back
    assert 'id="fault-words-1"' in post(sqlite_client, "/track/answer", tracking=code, words=" ").text
    assert 'data-state="review"' in post(sqlite_client, "/track/answer", tracking=code, words="أرفقتها").text
    assert 'data-state="cancelled"' in post(sqlite_client, "/track/cancel", tracking=code).text


def test_a_refused_citizen_reads_the_reason_and_downloads_the_decision(
    sqlite_client: TestClient,  # noqa: F811
    sqlite_world: World,  # noqa: F811
) -> None:
    from issuance.cases import commands as cases

    entered(sqlite_world)
    service, now = sqlite_world.service, clock.now()
    cases.record_ruling(service, system("tests"), CITIZEN, RULING, now)
    code = begun(sqlite_client)
    post(sqlite_client, "/request/code", tracking=code, code=sent(sqlite_world)[0])
    one, two = (Actor(name, "staff", frozenset({"certificate_officer"}), "CTIP") for name in ("one", "two"))
    [request] = review.queue(service, one)
    review.decide_refuse(service, one, request.id, "identity_unclear", "لم تثبت الهوية", now)
    assert 'data-state="approval"' in post(sqlite_client, "/track", tracking=code).text
    approval = review.docket(service, two, request.id, now).approval
    assert approval is not None
    review.approve(service, two, approval.id, "صحيح", now)
    page = post(sqlite_client, "/track", tracking=code).text
    assert 'data-state="refused"' in page and "لم تثبت الهوية على وجه كاف" in page
    for answer in (
        post(sqlite_client, "/track/refusal.pdf", tracking=code),
        sqlite_client.post("/v1/certificate-requests/refusal.pdf", json={"tracking": code}),
    ):
        assert answer.content.startswith(b"%PDF-")
        assert re.search(r"''CR[^/]+\.pdf$", answer.headers["content-disposition"])
    assert post(sqlite_client, "/track/certificate.pdf", tracking=code).status_code == 409
    assert 'action="/track/grievance"' in page
    assert 'id="fault-words-1"' in post(sqlite_client, "/track/grievance", tracking=code, words=" ").text
    lodged = post(sqlite_client, "/track/grievance", tracking=code, words="الاسم صحيح").text
    assert 'data-state="grievance"' in lodged and "عضو" not in lodged
    member = Actor("three", "staff", frozenset({"grievance_officer"}), None)
    grievance.decide(service, member, request.id, False, "لم يثبت", now)
    upheld = post(sqlite_client, "/track", tracking=code).text
    assert 'data-state="refused"' in upheld and 'action="/track/grievance"' not in upheld


@pytest.mark.parametrize("path", ["/request", "/track"])
def test_a_page_and_all_it_loads_stays_under_fifty_kilobytes(sqlite_client: TestClient, path: str) -> None:  # noqa: F811
    page = sqlite_client.get(path).text
    loaded = re.findall(r'(?:src|href)="(/static/[^"]+)"', page)
    assert len(page.encode()) + sum(len(sqlite_client.get(one).content) for one in loaded) < 50_000
    assert "<script" not in page


def test_texts_to_phones_are_shown_to_staff_in_development_only(sqlite_world: World) -> None:  # noqa: F811
    entered(sqlite_world)
    assert TestClient(sqlite_world.app()).get("/messages", follow_redirects=False).status_code == 303
    signed = {"username": "auditor", "password": sqlite_world.passwords["auditor"]}
    with TestClient(sqlite_world.app()) as client:
        client.post("/sign-in", data=signed)
        begun(client)
        [code] = sent(sqlite_world)
        assert code in client.get("/messages").text
        service = sqlite_world.service
        service.settings = service.settings.model_copy(update={"sms_url": "https://sms.example/"})
        assert client.get("/messages").status_code == 403


@pytest.mark.browser
@pytest.mark.slow
def test_a_citizen_with_a_phone_without_scripts_gets_a_verified_certificate(
    browser: Browser, served: Served, tmp_path: Path
) -> None:
    entered(served.world)
    context = browser.new_context(
        base_url=served.address, viewport={"width": 360, "height": 740}, java_script_enabled=False
    )
    page = context.new_page()

    def looked_at(name: str) -> None:
        page.wait_for_load_state()
        assert page.evaluate("document.documentElement.scrollWidth") <= 360, name
        assert page.evaluate(CONTRAST) == [], name

    page.goto("/")
    page.click("a[href='/request']")
    looked_at("what")
    expect(page.locator("#passport_number")).to_be_hidden()
    page.check("[value=abroad]")
    expect(page.locator("#passport_number")).to_be_visible()
    page.check("[value=citizen]")
    page.select_option("#purpose", "employment")
    page.fill("[name='addressee.ar']", "مصرف ليبيا المركزي")
    page.select_option("#office", "CTIP")
    page.click("main form button")
    looked_at("who")
    page.fill("#national_number", CITIZEN)
    for name, value in (("day", "17"), ("month", "5"), ("year", "1990")):
        page.fill(f"#{name}", value)
    page.click("[value=code]")
    looked_at("code")
    tracking = page.inner_text("#tracking-code")
    page.fill("#code", sent(served.world)[0])
    page.click("main form button")
    expect(page.locator("[data-state=issued]")).to_be_visible()
    looked_at("issued")
    page.goto("/track")
    assert tracking not in page.url
    page.fill("#tracking", tracking)
    page.keyboard.press("Enter")
    with page.expect_download() as download:
        page.click("form[action='/track/certificate.pdf'] button")
    pdf = Path(download.value.path()).read_bytes()
    service = served.world.service
    assert verify_bytes(pdf, "c.pdf", service.trust, clock.now(), service.spec).status == "valid"
    assert re.fullmatch(r"CS.*\.pdf", download.value.suggested_filename)
    page.click("form[action='/track/looks'] button")
    looked_at("looks")
    expect(page.locator("#looks tbody tr")).to_have_count(1)
    context.close()
