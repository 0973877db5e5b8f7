"""A certificate is issued, downloaded, scanned and checked by the public page, in real Chromium; both languages."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from issuance.certificates.status import seal_digest
from issuance.core.civil import civil_day
from issuance.documents.barcodes import read_barcodes
from issuance.documents.raster import page_png
from keys.seal import seal_text
from keys.signing import issue, prepare
from specs.load import load
from tests.api.world import PERSON
from tests.pki.world import build
from tests.unit.keys.test_travel_seal import request as travel_seal
from tests.web.conftest import Served
from tests.web.pages import CONTRAST, WORDS, shown, sign_in

pytestmark = [pytest.mark.browser, pytest.mark.slow]

NUMBER = str(PERSON["national_number"])


def altered(text: str, position: int) -> str:
    return text[:position] + ("A" if text[position] != "A" else "B") + text[position + 1 :]


@pytest.mark.parametrize("language", ["ar", "en"])
def test_a_certificate_is_issued_downloaded_scanned_and_found_valid(page: Page, served: Served, language: str) -> None:
    words = WORDS[language]
    sign_in(page, served, "certificates", language)
    page.goto("/people")
    page.fill("#q", "المبروك")
    page.keyboard.press("Enter")
    page.click(f"a[href*='/certificates/new?national_number={NUMBER}']")
    page.select_option("#purpose", "employment")
    page.fill("[name='addressee.ar']", "مصرف ليبيا المركزي")
    page.click("main form button")
    page.wait_for_url("**/certificates/CS*")
    expect(page.locator(".verdict.valid")).to_be_visible()
    preview = page.locator("img.preview")
    assert preview.evaluate("picture => picture.naturalWidth") > 300
    with page.expect_download() as download:
        page.click(".files a")
    pdf = Path(download.value.path()).read_bytes()
    [address] = read_barcodes(page_png(pdf))
    assert address == page.get_attribute("#seal-address", "href")

    requests: list[Any] = []

    def note(request: Any) -> None:  # Playwright takes no built-in methods
        requests.append(request)

    page.on("request", note)
    assert shown(page, address) == "valid"
    expect(page.locator("#result h2").first).to_have_text(words["valid"])
    names = PERSON["names"]["arabic"]  # type: ignore[index]
    full = " ".join(names[part] for part in ("first", "father", "grandfather", "family"))
    expect(page.locator("[data-fact=name_arabic]")).to_have_text(full)
    expect(page.locator("[data-fact=birth_date]")).to_have_text("1990-05-17")
    expect(page.locator("[data-fact=national_number_tail]")).to_have_text(NUMBER[-4:])
    secret = address.partition("#")[2]
    assert {r.url for r in requests} <= {
        f"{served.address}/{p}"
        for p in (
            "c",
            "static/site.css",
            "static/check.js",
            "static/vds.js",
            "static/mark.svg",
            "v1/certificate-status",
        )
    } | {address}
    assert all(secret not in json.dumps(r.all_headers()) for r in requests)
    [asked] = [r for r in requests if r.method != "GET"]
    number = page.locator("[data-fact=number]").inner_text()
    assert json.loads(asked.post_data) == {"number": number, "seal": seal_digest(address)}
    assert "cookie" not in asked.all_headers()

    page.evaluate("hash => { location.hash = hash }", altered(secret, len(secret) - 30))
    expect(page.locator("#result h2").first).to_have_text(words["invalid"])
    expect(page.locator("#result .about")).to_be_hidden()


def test_the_browser_itself_refuses_to_send_anything_else_from_the_public_page(
    browser: Browser, served: Served, seal: str
) -> None:
    context = browser.new_context(base_url=served.address)
    page = context.new_page()
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text))
    assert shown(page, seal) == "valid"
    outcome = page.evaluate("fetch('/v1/trust').then(() => 'sent', () => 'refused')")
    context.close()
    assert outcome == "refused"
    assert any("Content Security Policy" in text for text in said)


@pytest.mark.parametrize(("language", "words"), [("ar", "لم تُعرف حالته"), ("en", "its status is not known")])
def test_without_a_line_a_genuine_seal_is_not_shown_as_good(
    browser: Browser, served: Served, seal: str, language: str, words: str
) -> None:
    context = browser.new_context(base_url=served.address)
    page = context.new_page()
    page.goto(f"/c?lang={language}")
    context.set_offline(True)
    page.evaluate("hash => { location.hash = hash }", seal.partition("#")[2])
    page.wait_for_selector("#result[data-status=unasked]")
    expect(page.locator("#result h2").first).to_contain_text(words)
    expect(page.locator("#result .verdict")).to_have_class("verdict indeterminate")
    expect(page.locator("[data-fact=name_arabic]")).to_be_visible()
    context.set_offline(False)  # asked by itself, as soon as there is a line
    expect(page.locator("#result h2").first).to_have_text(WORDS[language]["valid"])
    page.route("**/v1/certificate-status", lambda route: route.abort())  # a line, and no answer
    page.reload()
    page.click("#ask-card button")
    expect(page.locator("#answer")).to_have_attribute("data-status", "valid")
    context.close()


def test_no_changed_character_of_a_seal_is_valid(page: Page, seal: str) -> None:
    address, _, text = seal.partition("#")
    assert shown(page, seal) == "valid"
    outcomes = {}
    for position in range(0, len(text), 3):
        page.goto(f"{address}#{altered(text, position)}")
        page.wait_for_function(
            "text => document.getElementById('result').dataset.of === text", arg=altered(text, position)
        )
        outcomes[position] = page.eval_on_selector("#result", "box => box.dataset.status")
    assert set(outcomes.values()) == {"invalid"}


@pytest.mark.parametrize("text", ["hello", "3AM", "%D8%B3", "3AOev6JB=", "A" * 8000])
def test_what_is_no_seal_is_said_to_be_unreadable(page: Page, served: Served, text: str) -> None:
    assert shown(page, f"{served.address}/c?lang=en#{text}") == "invalid"
    expect(page.locator("#result h2").first).to_have_text("Invalid: the code cannot be read")


@pytest.mark.parametrize(
    ("language", "heading", "note"),
    [("ar", "ختم وثيقة سفر", "وليس ختم شهادة"), ("en", "travel document", "not of a certificate")],
)
def test_the_seal_of_a_passport_is_never_shown_as_a_certificate(
    page: Page, served: Served, language: str, heading: str, note: str
) -> None:
    service, now = served.world.service, datetime.now(UTC)
    signed = issue(prepare(service.keys, travel_seal(issued_on=civil_day(now)), now), now)
    text = seal_text(signed.artefact)
    assert shown(page, f"{served.address}/c?lang={language}#{text}") == "travel"
    expect(page.locator("#result h2").first).to_contain_text(heading)
    expect(page.locator("#result .verdict")).to_have_class("verdict indeterminate")
    expect(page.locator("#result .about")).to_be_hidden()
    page.fill("#text", text)
    page.click("form[action='/c'] button >> nth=0")
    expect(page.locator("#answer")).to_have_attribute("data-status", "valid")
    expect(page.locator("#answer .note").first).to_contain_text(note)
    expect(page.locator("#answer dl.facts").first).to_contain_text(travel_seal().lines[1])


@pytest.mark.parametrize("language", ["ar", "en"])
def test_a_certificate_past_its_last_day_is_genuine_but_expired(page: Page, seal: str, language: str) -> None:
    page.clock.set_fixed_time(datetime.now(UTC) + timedelta(days=100))
    assert shown(page, seal.replace("/c#", f"/c?lang={language}#")) == "expired"
    expect(page.locator("#result h2").first).to_have_text(WORDS[language]["expired"])


@pytest.mark.parametrize(
    ("language", "words"), [("ar", "لا يمكن الآن معرفة"), ("en", "cannot be known now")], ids=["ar", "en"]
)
def test_a_seal_whose_signer_may_be_revoked_unseen_is_indeterminate(
    page: Page, seal: str, language: str, words: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    later = datetime.now(UTC) + timedelta(days=91)  # the server's revocation lists are out of date, the document is not
    monkeypatch.setattr("issuance.core.clock.now", lambda: later)
    assert shown(page, seal.replace("/c#", f"/c?lang={language}#")) == "indeterminate"
    expect(page.locator("#result p").first).to_contain_text(words)
    expect(page.locator("#result .about")).to_be_hidden()


def test_the_language_switch_keeps_the_seal(page: Page, seal: str) -> None:
    assert shown(page, seal) == "valid"
    page.click("a.switch")
    expect(page.locator("#result h2").first).to_have_text("Valid")
    assert page.locator("html").get_attribute("dir") == "ltr"


def test_without_scripts_a_file_or_a_text_is_checked_by_the_server(
    browser: Browser, served: Served, seal: str, tmp_path: Path
) -> None:
    context = browser.new_context(base_url=served.address, java_script_enabled=False)
    page = context.new_page()

    def answer() -> str:
        page.click("main form button")
        return str(page.get_attribute("#answer", "data-status"))

    listed = context.request.get("/v1/certificates", headers=served.json_headers("certificate-program"))
    [number] = [one["number"] for one in listed.json()["certificates"] if one["seal"] == seal]
    path = f"/v1/certificates/{number}/certificate.pdf"
    pdf = context.request.get(path, headers=served.json_headers("certificate-program")).body()
    page.goto(seal.replace("/c#", "/c?lang=en#"))
    expect(page.get_by_text("JavaScript is off")).to_be_visible()
    page.set_input_files("#file", {"name": "c.pdf", "mimeType": "application/pdf", "buffer": pdf})
    assert answer() == "valid"
    changed = bytearray(pdf)
    changed[len(pdf) // 2] ^= 1
    page.set_input_files("#file", {"name": "c.pdf", "mimeType": "application/pdf", "buffer": bytes(changed)})
    assert answer() == "invalid"
    page.set_input_files("#file", {"name": "c.png", "mimeType": "image/png", "buffer": page_png(pdf)})
    assert answer() == "valid"
    for text, status in (
        (seal, "valid"),
        (seal.replace("#", "?lang=en#"), "valid"),
        (altered(seal, len(seal) - 9), "invalid"),
    ):
        page.goto("/c")
        page.fill("#text", text)
        assert answer() == status
        assert (page.locator("#answer .facts").count() == 1) is (status == "valid")  # no facts of a forgery
    page.goto("/c")
    page.click("main form button")
    expect(page.locator(".field.wrong .fault")).to_have_text("Choose a file or paste a text")
    context.close()


@pytest.mark.parametrize("language", ["ar", "en"])
def test_the_verdict_on_a_security_object_stands_in_numbered_steps(page: Page, served: Served, language: str) -> None:
    world, rules = build("sound_ecdsa"), load().border_inspection
    page.set_viewport_size({"width": 360, "height": 740})
    page.goto(f"/c?lang={language}")
    sod = {"name": "EF_SOD.bin", "mimeType": "application/octet-stream", "buffer": world.files["EF_SOD"]}
    page.set_input_files("#file", sod)
    page.click("main form button")
    expect(page.locator("#answer")).to_have_attribute("data-status", "indeterminate")  # nobody here trusts Utopia
    steps = page.locator(".steps > li h3").all_text_contents()
    assert steps == [getattr(step, language) for step in rules.steps.inspection]
    assert page.locator(".levels .tag").evaluate_all("tags => tags.map(tag => tag.classList[1])") == [
        "indeterminate",
        "indeterminate",
        "valid",
    ]
    side = "(h, s) => Math.abs(h.getBoundingClientRect()[s] - h.closest('li').getBoundingClientRect()[s])"
    room_for_the_number = page.locator(".steps h3").first.evaluate(side, "right" if language == "ar" else "left")
    assert 40 <= room_for_the_number <= 55  # pixels: 2.75 em, where the line begins
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    assert page.evaluate(CONTRAST) == []
