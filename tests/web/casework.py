"""Desks for browser tests of the case register: an office, an account and a browser for each role."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache

import pytest
from playwright.sync_api import Browser, BrowserContext, Locator, Page, StorageState, expect

from issuance.core.actor import system
from issuance.staff.commands import AccountEntry, open_account
from specs.load import load
from tests.casework import FELONY, FIRST, PROSECUTION, STATION, SUMMARY, with_case_offices
from tests.web.conftest import Served

LIFECYCLE = load().cases_lifecycle
DESKS = {
    "station": ("station_officer", STATION),
    "stationchief": ("station_chief", STATION),
    "prosecutor": ("prosecutor", PROSECUTION),
    "chiefprosecutor": ("chief_prosecutor", PROSECUTION),
    "chamber": ("indictment_chamber", FIRST),
    "summary": ("court_registrar", SUMMARY),
    "judge": ("judge", SUMMARY),
    "felony": ("court_registrar", FELONY),
    "execution": ("execution_officer", PROSECUTION),
    "elsewhere": ("station_officer", "ST-BEN"),
    "supervisor": ("case_supervisor", None),
    "counter": ("statistics_officer", None),
}
THEFT = {
    "summary": "سرقة من محل تجاري",
    "place": "شارع الجمهورية",
    "report_kind": "victim",
    "offence": "theft",
    "committed_on": "2026-01-10",
    "accused_name": "سالم علي محمد المبروك",
}


def title(action: str, language: str = "ar") -> str:
    """The words on the button of an action."""
    words = LIFECYCLE.actions[action].title
    return words.ar if language == "ar" else words.en


def state(code: str) -> str:
    return LIFECYCLE.states[code].title.ar


@dataclass(frozen=True)
class Desk:
    """One officer at a browser of their own, in Arabic."""

    page: Page

    def open_case(self, on: str = "2026-01-11", **fields: str) -> str:
        """Enter a report; the number of its file."""
        self.page.goto("/cases/open")
        self.fill(THEFT | fields | {"happened_on": on})
        self.page.keyboard.press("Enter")
        self.page.wait_for_url("**/cases/ST-TIP-*")
        return self.page.url.rpartition("/")[2].partition("?")[0]

    def take_up(self, number: str) -> None:
        """Open the case from the work list, with the keyboard."""
        self.page.goto("/cases")
        button = self.page.get_by_role("button", name=number)
        button.focus()
        self.page.keyboard.press("Enter")
        self.page.wait_for_url(f"**/cases/{number}*")

    def begin(self, action: str) -> None:
        """Open the form of a move from the page of the case."""
        self.page.locator(".moves").get_by_role("link", name=title(action), exact=True).press("Enter")
        expect(self.page.locator("h1")).to_contain_text(title(action))

    def fill(self, fields: dict[str, str]) -> None:
        """Type and choose; the last field keeps the focus."""
        for name, value in fields.items():
            field = self.page.locator(f"[name='{name}']")
            if field.evaluate("element => element.tagName") == "SELECT":
                field.select_option(value)
            else:
                field.fill(value)

    def do(self, action: str, on: str, **fields: str) -> None:
        """A whole move; Enter in the last field sends it."""
        self.begin(action)
        self.fill(fields | {"happened_on": on})
        self.page.keyboard.press("Enter")
        expect(self.page.locator(".note.good")).to_contain_text(title(action))

    def rule(self, on: str, verdict: str, *penalties: dict[str, str]) -> None:
        """Record a ruling given in presence."""
        parts = {f"penalties.{i}.{name}": value for i, part in enumerate(penalties) for name, value in part.items()}
        self.do("rule", on, presence="in_presence", verdict=verdict, **parts)

    def receive(self, number: str, on: str) -> None:
        """Acknowledge what was handed over."""
        self.page.goto("/cases")
        expect(self.page.locator("#receive")).to_contain_text(number)
        self.take_up(number)
        self.do("acknowledge", on)

    @property
    def matters(self) -> Locator:
        return self.page.locator("#matters")


Sit = Callable[[str], Desk]


@pytest.fixture(scope="module")
def officers(served: Served) -> Served:
    """The served installation with the offices and accounts of the case register."""
    service = with_case_offices(served.world.service)
    for username, (role, office) in DESKS.items():
        entry = AccountEntry(username, f"Test {username}", (role,), office)
        opened = open_account(service.db, system("tests"), entry, service.spec, datetime.now(UTC), must_change=False)
        served.world.passwords[username] = opened.secret
    return served


@pytest.fixture(scope="module")
def signed_in(browser: Browser, officers: Served) -> Callable[[str], StorageState]:
    """The cookies of an officer who has signed in with the form, once a file."""

    @cache
    def cookies(username: str) -> StorageState:
        context = browser.new_context(base_url=officers.address)
        page = context.new_page()
        page.goto("/sign-in?lang=ar")
        page.fill("#username", username)
        page.fill("#password", officers.world.passwords[username])
        page.keyboard.press("Enter")
        expect(page.locator(".tools .who")).to_be_visible()
        held = context.storage_state()
        context.close()
        return held

    return cookies


@pytest.fixture
def sit(browser: Browser, officers: Served, signed_in: Callable[[str], StorageState]) -> Iterator[Sit]:
    """`sit("prosecutor")`: the same desk each time in one test. What a page complained of fails the test."""
    contexts: list[BrowserContext] = []
    desks: dict[str, Desk] = {}
    complaints: list[str] = []

    def complain(text: str) -> None:
        if not text.startswith("Failed to load resource"):  # also logged for each refusal that a test expects
            complaints.append(text)

    def seated(username: str) -> Desk:
        if username not in desks:
            context = browser.new_context(
                base_url=officers.address,
                viewport={"width": 1100, "height": 900},
                storage_state=signed_in(username),
            )
            contexts.append(context)
            page = context.new_page()
            page.set_default_timeout(20_000)
            page.on("pageerror", lambda error: complain(str(error)))
            page.on("console", lambda said: complain(said.text))
            page.goto("/cases")
            desks[username] = Desk(page)
        return desks[username]

    yield seated
    for context in contexts:
        context.close()
    assert complaints == []
