"""Withdrawn, replaced, superseded or expired is so on every channel at once (issue 5, must show).

One table of all channels, each read by what it shows to whoever looks there; both kinds of database.
"""

from __future__ import annotations

import html
import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import pytest
from fastapi.testclient import TestClient
from typer.testing import CliRunner

from issuance.api.turnstile import Turnstile
from issuance.cases import commands as cases
from issuance.certificates import afterwards, supersede
from issuance.certificates.api_citizen import BEGIN
from issuance.certificates.model import Certificate
from issuance.certificates.status import seal_digest
from issuance.cli.main import app as console
from issuance.core import clock, messages
from issuance.core.actor import system
from issuance.people import commands as people
from issuance.service import open_service
from tests.api.test_edge import sign_in
from tests.api.world import PERSON, World, _prepared
from tests.service import officer
from tests.unit.cases.test_commands import RULING
from tests.unit.certificates.test_status_list import claims, value

pytestmark = pytest.mark.slow

ENDS = ("good", "withdrawn", "replaced", "superseded")
LISTED = {0: {"good", "expired"}, 1: {"withdrawn"}, 12: {"replaced"}, 13: {"superseded"}}
"""docs/verification.md, values of the list; that one expired is told by its own dates."""


@dataclass
class Place:
    """One installation and a certificate on it, as a visitor of any channel meets them."""

    world: World
    line: TestClient
    number: str
    tracking: str

    @property
    def row(self) -> Certificate:
        with self.world.service.db.reading() as read:
            row = read.get(Certificate, self.number)
        assert row is not None
        return row

    def posted(self, path: str, body: dict[str, Any]) -> Any:
        answer = self.line.post(path, json=body)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def page(self, path: str, **sent: Any) -> str:
        """What a page says in English, of a form when something is sent."""
        answer = self.line.post(path, params={"lang": "en"}, **sent) if sent else self.line.get(f"{path}?lang=en")
        assert answer.status_code == 200, answer.text
        return html.unescape(re.sub(r"<script.*?</script>", "", answer.text, flags=re.DOTALL))

    def worded(self, page: str) -> str:
        """The one status whose sentence stands on a page."""
        kinds = self.world.service.spec.certificate_status.kinds.entries
        [code] = [code for code, kind in kinds.items() if kind.text.en in page]
        return code

    def ran(self, *arguments: str) -> Any:
        """(exit code, answer) of the console."""
        done = CliRunner().invoke(console, [*arguments, "--json"])
        return done.exit_code, json.loads(done.stdout)


def judged(verdict: Any) -> str:
    """The status in a verdict, which must be of one mind with it."""
    told = verdict if isinstance(verdict, dict) else {"status": verdict.status, "facts": verdict.facts}
    status, facts = told["status"], told["facts"]
    assert status == ("valid" if facts["status"] == "good" else "invalid"), (status, facts)
    return str(facts["status"])


def _console_verify(p: Place, what: str) -> str:
    exit_code, verdict = p.ran("verify", what)
    assert exit_code == (0 if verdict["status"] == "valid" else 1), verdict
    return judged(verdict)


def _console_pdf(p: Place) -> str:
    file = p.world.service.settings.home / "c.pdf"
    file.write_bytes(p.row.pdf)
    return _console_verify(p, str(file))


def _officers_page(p: Place) -> str:
    if p.line.get("/certificates", follow_redirects=False).status_code != 200:  # not yet, or too long ago
        sign_in(p.line, p.world, "certificates")
    said = p.worded(page := p.page(f"/certificates/{p.number}"))
    assert ("verdict valid" in page) is (said == "good")
    return said


def _officers_standing(p: Place) -> str:
    """The page of what became of it, and the same for an officer's program."""
    answer = p.line.get(f"/v1/certificates/{p.number}/standing", headers=p.world.bearer("certificate-program"))
    assert answer.status_code == 200, answer.text
    [shown] = re.findall(r'id="standing" data-status="(\w+)"', p.page(f"/certificates/{p.number}/after"))
    said = answer.json()["status"]["code"]
    return str(said) if said == shown else f"{said} to a program, {shown} on the page"


def _upload(p: Place, **sent: Any) -> str:
    page = p.page("/c", **sent)
    [shown] = re.findall(r'id="answer" data-status="(\w+)"', page)
    if shown == "expired":
        return "expired"
    assert shown == ("valid" if p.worded(page) == "good" else "ended")
    return p.worded(page)


def _details(p: Place, **sent: str) -> str:
    page = p.page("/c", data={"number": p.number, **sent})
    [shown] = re.findall(r'id="answer" data-status="(\w+)"', page)
    said = p.worded(page)
    assert shown == {"good": "valid", "expired": "expired"}.get(said, "invalid")
    assert not any(name in page for name in ("ALMABROUK", "المبروك"))
    return said


def _tracked(p: Place) -> str:
    page = p.page("/track", data={"tracking": p.tracking})
    kinds = p.world.service.spec.certificate_status.kinds.entries
    [said] = [code for code, kind in kinds.items() if f"<dd>{kind.title.en}</dd>" in page]
    assert ('class="verdict valid"' in page) is (said == "good")
    assert said == "good" or p.worded(page) == said
    return said


def _listed(p: Place) -> str:
    """By another's hand: the signature and the place, as the draft says them. It knows no `expired`."""
    place = p.posted("/v1/certificate-status", {"number": p.number, "birth_date": PERSON["birth_date"]})
    held = LISTED[value(claims(p.line.get("/v1/status-lists/certificates").text), place["list"]["index"])]
    return str(place["code"] if place["code"] in held else held)


CHANNELS: dict[str, Callable[[Place], str]] = {
    "console: status": lambda p: p.ran("certificates", "status", p.number)[1]["code"],
    "console: verify the PDF": _console_pdf,
    "console: verify the seal": lambda p: _console_verify(p, p.row.seal),
    "programs: status by birth date": lambda p: p.posted(
        "/v1/certificate-status", {"number": p.number, "birth_date": PERSON["birth_date"]}
    )["code"],
    "programs: status by seal": lambda p: p.posted(
        "/v1/certificate-status", {"number": p.number, "seal": seal_digest(p.row.seal)}
    )["code"],
    "border: verify the seal": lambda p: judged(p.posted("/v1/verifications", {"seal": p.row.seal})),
    "programs: the status list": _listed,
    "programs: the applicant's request": lambda p: p.posted(
        "/v1/certificate-requests/track", {"tracking": p.tracking}
    )["certificate"]["code"],
    "public check: number and birth date": lambda p: _details(p, birth_date=str(PERSON["birth_date"])),
    "public check: after a scan": lambda p: _details(p, seal=seal_digest(p.row.seal)),
    "public check: the seal as text": lambda p: _upload(p, data={"text": p.row.seal}),
    "public check: the PDF": lambda p: _upload(p, files={"file": ("c.pdf", p.row.pdf, "application/pdf")}),
    "citizen: the page of the request": _tracked,
    "officer: the page of the certificate": _officers_page,
    "officer: what became of it": _officers_standing,
}  # fmt: skip


def everywhere(place: Place) -> dict[str, str]:
    place.line.app.state.turnstile = Turnstile()  # type: ignore[attr-defined]  # the pace is another test's matter
    return {channel: look(place) for channel, look in CHANNELS.items()}


@pytest.fixture
def places(world: World, monkeypatch: pytest.MonkeyPatch) -> Iterator[dict[str, Place]]:
    """A certificate for each end, asked for by a citizen who proved who they are."""
    settings = world.service.settings
    monkeypatch.setenv("ISSUANCE_HOME", str(settings.home))
    monkeypatch.setenv("ISSUANCE_DATABASE_URL", settings.database_url)
    with TestClient(world.app(), raise_server_exceptions=False) as line:
        made = {}
        for n, end in enumerate(ENDS):
            person = f"1199090070{n:02d}"
            record = PERSON | {"national_number": person, "phone": f"+2189100000{n:02d}"}
            people.register(world.service, system("tests"), record, _prepared(), clock.now())
            asked = line.post("/v1/certificate-requests", json=BEGIN | {"national_number": person}).json()
            with world.service.db.reading() as read:
                [code] = [
                    found[1]
                    for m in messages.messages(read)
                    if m.phone == record["phone"] and (found := re.search(r"(\d{6})", m.text))
                ]
            proof = {"tracking": asked["tracking"], "code": code}
            held = line.post("/v1/certificate-requests/confirm", json=proof).json()
            made[end] = Place(world, line, held["number"], asked["tracking"])
        yield made


def moved(world: World, to: datetime, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every clock of the installation, and of a console opened on it."""
    monkeypatch.setattr(clock, "now", lambda: to)
    monkeypatch.setattr(open_service, "__defaults__", (lambda: to,))
    world.service.clock = lambda: to
    world.service.renew()


def test_what_became_of_a_certificate_is_said_alike_on_every_channel_at_once(
    world: World, places: dict[str, Place], monkeypatch: pytest.MonkeyPatch
) -> None:
    service, now = world.service, clock.now()
    asked = afterwards.ask_withdrawal(
        service, officer("a"), places["withdrawn"].number, "issued_in_error", "خطأ في القيد", now
    )
    afterwards.approve(service, officer("b"), asked, "نعم", now)
    afterwards.replace_at_console(service, system("tests"), places["replaced"].number, "damaged", now)
    cases.record_ruling(service, system("tests"), "119909007003", RULING, now)
    supersede.follow(service, now)
    for code, place in places.items():
        assert everywhere(place) == dict.fromkeys(CHANNELS, code)
    moved(world, now + timedelta(days=100), monkeypatch)  # behind the three months
    assert everywhere(places["good"]) == dict.fromkeys(CHANNELS, "expired")
