"""A border post in a browser: officers signed in, real passports, what a reader types and a hand drops."""

from __future__ import annotations

import base64
import os
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path

from playwright.sync_api import BrowserContext, Page, expect

from issuance.api.guard import cookie_name
from issuance.core.actor import system
from issuance.staff import commands as staff
from issuance.staff.commands import AccountEntry
from issuance.staff.sign_in import sign_in
from issuance.web.language import COOKIE
from tests import casework
from tests.border import POST, Book, issue, with_posts
from tests.passport_books import SUPERVISOR, say
from tests.web.conftest import Served
from tests.web.pages import CONTRAST

GUARD = "guard"
DROP = """([selector, files]) => {
  const transfer = new DataTransfer();
  for (const [name, type, text] of files) {
    const bytes = Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
    transfer.items.add(new File([bytes], name, { type }));
  }
  const place = document.querySelector(selector);
  for (const kind of ["dragover", "drop"]) {
    place.dispatchEvent(new DragEvent(kind, { dataTransfer: transfer, bubbles: true, cancelable: true }));
  }
}"""


@dataclass(frozen=True)
class Post:
    """The served installation with a border post; good, stolen: passports; token: of the officer's session."""

    served: Served
    good: Book
    stolen: Book
    token: str


def open_post(served: Served) -> Post:
    """An office, an officer, two passports, one of them reported stolen."""
    service, now = with_posts(casework.with_case_offices(served.world.service)), datetime.now(UTC)
    entry = AccountEntry(GUARD, "Test Guard", ["border_officer"], POST)
    made = staff.open_account(service.db, system("tests"), entry, service.spec, now, must_change=False)
    served.world.passwords[GUARD] = made.secret
    token = sign_in(service.db, GUARD, made.secret, service.spec.staff_access, now)[1]
    good, stolen = issue(service, 901, now), issue(service, 902, now)
    say(SUPERVISOR, service, stolen.number, "stolen", now)
    return Post(served, good, stolen, token)


def ban(post: Post) -> Book:
    """A passport of the person of the test's case, whom a court has then kept from leaving."""
    service, now = post.served.world.service, datetime.now(UTC)
    held = issue(service, None, now)
    file = casework.before_summary_court(service, now=now)
    judge = casework.officer("judge", casework.SUMMARY)
    casework.step(service, judge, file, "ban_travel", date(2026, 2, 1), now, accused="A1", legal_basis="أمر منع رقم 77")
    return held


def enter(context: BrowserContext, post: Post, language: str = "ar") -> None:
    """The officer is signed in."""
    cookies = {cookie_name(post.served.world.service): post.token, COOKIE: language}
    context.add_cookies([{"name": n, "value": v, "url": post.served.address} for n, v in cookies.items()])


def scan(page: Page, lines: tuple[str, ...]) -> None:
    """As a reader that types does: keys a few milliseconds apart, Enter after each line."""
    for line in lines:
        page.keyboard.type(line, delay=2)
        page.keyboard.press("Enter")


def drop(page: Page, selector: str, files: Mapping[str, bytes], kind: str = "") -> None:
    encoded = [[name, kind, base64.b64encode(data).decode()] for name, data in files.items()]
    page.evaluate(DROP, [selector, encoded])


def chip_of(book: Book) -> dict[str, bytes]:
    return {f"{name}.bin": data for name, data in book.files.items()}


def settled(page: Page, status: str, *, genuine: str, current: str, travel: str) -> None:
    """The verdict and the three questions, by colour class, and in words beside an icon."""
    expect(page.locator("#result")).to_have_attribute("data-status", status)
    for place, wanted in enumerate((genuine, current, travel)):
        one = page.locator(".questions > li").nth(place)
        expect(one).to_have_attribute("class", wanted)
        expect(one.locator("strong")).not_to_be_empty()
        expect(one.locator("strong svg")).to_have_count(0 if wanted == "none" else 1)


def looked_at(page: Page, name: str) -> None:
    """Nothing runs out of a phone's screen and all can be read; pictures where they are wanted."""
    shots = os.environ.get("ISSUANCE_SHOTS")
    for width in (360, 1100):
        page.set_viewport_size({"width": width, "height": 800})
        assert page.evaluate("document.documentElement.scrollWidth") <= width, name
        assert page.evaluate(CONTRAST) == [], name
        if shots:
            language = page.locator("html").get_attribute("lang")
            page.screenshot(path=str(Path(shots) / f"border_{name}_{language}_{width}.png"), full_page=True)
