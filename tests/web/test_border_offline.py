"""The border page without a line: kept by its worker, judged by the signed bundle in the browser alone. Issue 8."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from issuance.border.bundle.making import current
from issuance.border.bundle.opening import BundleKnowledge
from issuance.border.document import Given, inspect_document
from issuance.core.actor import system
from tests.border import Book, issue
from tests.passport_books import SUPERVISOR, say
from tests.unit.border.test_document import with_digits
from tests.web.border import Post, chip_of, drop, enter, looked_at, open_post, scan, settled
from tests.web.conftest import Served

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.xdist_group("browser")]

FOREIGN = ("P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<", "L898902C36UTO7408122F3204153ZE184226B<<<<<14")
KEPT = "border-bundle"
ALTER = """async ([path, at]) => {
  const store = await caches.open("border-bundle");
  const [key] = (await store.keys()).filter(({ url }) => url.includes(path));
  const bytes = new Uint8Array(await (await store.match(key)).arrayBuffer());
  bytes[at < 0 ? bytes.length + at : at] ^= 1;
  await store.put(key, new Response(bytes));
}"""
COPY = """async () => {
  const [from, to] = [await caches.open("border-bundle"), await caches.open("old")];
  for (const key of await from.keys()) await to.put(key, await from.match(key));
}"""
RESTORE = """async () => {
  const [to, from] = [await caches.open("border-bundle"), await caches.open("old")];
  for (const key of await from.keys()) if (!key.url.endsWith("newest")) await to.put(key, await from.match(key));
}"""


@pytest.fixture(scope="module")
def post(served: Served) -> Post:
    return open_post(served)


@pytest.fixture
def desk(browser: Browser, post: Post) -> Iterator[Page]:
    """An officer whose browser keeps page and bundle, the line being there."""
    context = browser.new_context(base_url=post.served.address, viewport={"width": 1100, "height": 900})
    enter(context, post)
    page = context.new_page()
    complaints: list[str] = []
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.goto("/border")
    page.evaluate("navigator.serviceWorker.ready.then(() => true)")
    expect(page.locator("#line.good")).to_contain_text("كما كان السجل في")
    yield page
    context.close()
    assert complaints == []


def cut(page: Page) -> None:
    """The line is down, and the officer opens the page anew."""
    page.context.set_offline(True)
    page.goto("/border")
    expect(page.locator("#line[data-line=off]")).to_contain_text("الخط مقطوع")
    expect(page.locator("#mrz")).to_be_focused()


def zone(number: str, book: Book) -> tuple[str, str]:
    """The zone of a book under another number, digits made to fit."""
    return book.lines[0], with_digits(number.ljust(9, "<") + book.lines[1][9:])


def test_without_a_line_the_page_opens_and_judges_by_the_bundle(desk: Page, post: Post) -> None:
    cut(desk)
    looked_at(desk, "offline_ready")
    scan(desk, post.good.lines)
    settled(desk, "indeterminate", genuine="indeterminate", current="valid", travel="indeterminate")
    expect(desk.locator("#knowledge")).to_contain_text("حُكم من الحزمة المحفوظة")
    expect(desk.locator(".questions > li").last).to_contain_text("اسأل السجل عند عودة الخط")
    looked_at(desk, "offline_text")
    scan(desk, post.stolen.lines)
    settled(desk, "invalid", genuine="indeterminate", current="invalid", travel="indeterminate")
    expect(desk.locator("#verdict h2")).to_have_text("الوثيقة غير سارية")
    looked_at(desk, "offline_stolen")
    desk.locator("a.switch").click()
    expect(desk.locator("html")).to_have_attribute("lang", "en")
    expect(desk.locator("#line")).to_contain_text("The line is down.")
    scan(desk, post.stolen.lines)
    expect(desk.locator("#verdict h2")).to_have_text("Not in force")
    looked_at(desk, "offline_stolen")


def test_a_line_that_goes_while_the_page_is_open_is_told_and_the_bundle_answers(desk: Page, post: Post) -> None:
    desk.context.set_offline(True)
    scan(desk, post.stolen.lines)
    settled(desk, "invalid", genuine="indeterminate", current="invalid", travel="indeterminate")
    expect(desk.locator("#line[data-line=off]")).to_be_visible()
    desk.context.set_offline(False)
    desk.keyboard.press("F2")
    scan(desk, post.good.lines)
    settled(desk, "indeterminate", genuine="indeterminate", current="valid", travel="valid")
    expect(desk.locator("#line[data-line=on]")).to_be_visible()


def test_the_kept_page_gives_way_to_a_fresh_one_when_the_line_is_back(desk: Page, post: Post) -> None:
    cut(desk)
    scan(desk, post.good.lines)
    settled(desk, "indeterminate", genuine="indeterminate", current="valid", travel="indeterminate")
    desk.context.set_offline(False)
    expect(desk.locator("[data-fact=document_number]")).to_have_text(post.good.number)  # the traveller stays
    with desk.expect_navigation():
        desk.evaluate("dispatchEvent(new Event('online'))")
        desk.wait_for_timeout(500)
        desk.keyboard.press("F2")
    expect(desk.locator(".tools .who")).to_contain_text("Test Guard")


def test_the_browser_and_the_console_say_the_same_of_a_bundle(desk: Page, post: Post, tmp_path: Path) -> None:
    service, now = post.served.world.service, datetime.now(UTC)
    made = current(service, system("tests"), now)
    knowledge = BundleKnowledge.open(made.path, service.trust, service.spec, tmp_path / "memory")
    first, second = post.good.lines
    cases = {
        "in force": post.good.lines,
        "stolen": post.stolen.lines,
        "never issued": zone("LBZZZZZZZ", post.good),
        "before the register": zone("123456789", post.good),
        "foreign": FOREIGN,
        "wrong digit": (first, second[:9] + str((int(second[9]) + 1) % 10) + second[10:]),
        "expired": (first, with_digits(second[:21] + "201122" + second[27:])),
        "broken": (first, second[:-4] + "é<<<"),
    }
    cut(desk)
    for at, when in ((now, "fresh"), (now + timedelta(days=4), "stale"), (now - timedelta(hours=1), "set back")):
        desk.clock.set_fixed_time(at)
        for name, lines in cases.items():
            told = inspect_document(Given(mrz=lines), knowledge, at, service.spec).as_json()
            desk.fill("#mrz", "\n".join(lines))
            desk.locator("#go").click()
            expect(desk.locator("#result"), f"{when}, {name}").to_have_attribute("data-status", told["status"])
            shown = desk.locator(".questions > li").evaluate_all("all => all.map((one) => one.className)")
            questions: list[dict[str, Any]] = list(told["questions"].values())
            assert shown == [q["status"] if q["applies"] else "none" for q in questions], f"{when}, {name}"
            assert when == "fresh" or "valid" not in shown[1:], f"{when}, {name}"
            desk.keyboard.press("F2")
    knowledge.close()


def test_a_stale_bundle_leaves_nothing_valid_and_still_tells_a_theft(desk: Page, post: Post) -> None:
    cut(desk)
    desk.clock.set_fixed_time(datetime.now(UTC) + timedelta(hours=73))
    scan(desk, post.good.lines)
    settled(desk, "indeterminate", genuine="indeterminate", current="indeterminate", travel="indeterminate")
    expect(desk.locator(".questions > li").nth(1)).to_contain_text("انتهت صلاحية الحزمة")
    looked_at(desk, "offline_stale")
    desk.keyboard.press("F2")
    scan(desk, post.stolen.lines)
    settled(desk, "invalid", genuine="indeterminate", current="invalid", travel="indeterminate")


@pytest.mark.parametrize(
    ("path", "at", "words"),
    [
        ("status-", -9, "تالفة أو عُبث بها"),
        ("kept/head", -9, "توقيع الحزمة لا يصح|تالفة أو عُبث بها"),  # the changed character may be none of base64url
        ("kept/head", 60, "تالفة|غير معروف|لا يصح"),
    ],
)
def test_a_bundle_that_was_tampered_with_is_not_relied_upon(
    desk: Page, post: Post, path: str, at: int, words: str
) -> None:
    desk.evaluate(ALTER, [path, at])
    cut(desk)
    expect(desk.locator("#line")).to_contain_text(re.compile(words))
    scan(desk, post.good.lines)
    settled(desk, "indeterminate", genuine="indeterminate", current="indeterminate", travel="indeterminate")


def test_a_change_alone_is_fetched_and_an_older_bundle_is_refused(desk: Page, post: Post) -> None:
    service = post.served.world.service
    desk.evaluate(COPY)
    lost = issue(service, 905, datetime.now(UTC))
    say(SUPERVISOR, service, lost.number, "lost", datetime.now(UTC))
    current(service, system("tests"), datetime.now(UTC), at_once=True)
    asked: list[str] = []
    desk.on(
        "request", lambda request: asked.append(request.url.rpartition("/")[2]) if "/bundle/" in request.url else None
    )
    desk.reload()
    with desk.expect_response("**/delta-*"):
        desk.reload()
    expect(desk.locator("#line.good")).to_be_visible()
    assert [name.partition("-")[0] for name in asked] in (["delta"], ["delta", "delta"]), asked
    desk.evaluate("caches.open('border-bundle').then((store) => store.keys()).then((keys) => keys.length)")
    cut(desk)
    scan(desk, lost.lines)
    settled(desk, "invalid", genuine="indeterminate", current="invalid", travel="indeterminate")
    desk.evaluate(RESTORE)
    desk.goto("/border")
    expect(desk.locator("#line")).to_contain_text("أقدم من حزمة شوهدت هنا")
    scan(desk, post.good.lines)
    settled(desk, "indeterminate", genuine="indeterminate", current="indeterminate", travel="indeterminate")


def test_a_chip_without_a_line_is_left_open_and_the_officer_is_told_what_to_do(desk: Page, post: Post) -> None:
    cut(desk)
    drop(desk, "[data-drop=chip]", chip_of(post.good))
    expect(desk.locator("#result")).to_have_attribute("data-status", "indeterminate")
    expect(desk.locator("#verdict p")).to_contain_text("issuance inspect chip")
    looked_at(desk, "offline_chip")


def test_nothing_of_a_traveller_is_kept_or_sent_without_a_line(desk: Page, post: Post) -> None:
    cut(desk)
    asked: list[str] = []
    desk.on("request", lambda request: asked.append(request.url))
    scan(desk, post.good.lines)
    settled(desk, "indeterminate", genuine="indeterminate", current="valid", travel="indeterminate")
    assert asked == []
    desk.keyboard.press("F2")
    kept = desk.evaluate(
        """async () => {
          const found = [JSON.stringify(localStorage), JSON.stringify(sessionStorage)];
          for (const name of await caches.keys()) {
            const store = await caches.open(name);
            for (const { url } of await store.keys()) {
              found.push(url, url.includes("status-") ? "" : await (await store.match(url)).text());
            }
          }
          return found.join("\\n");
        }"""
    )
    for secret in (post.good.number, post.good.lines[1], "Test Guard", post.token):
        assert secret not in kept
    assert "/border/shell/ar" in kept
