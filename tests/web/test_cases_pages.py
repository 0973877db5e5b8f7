"""What the pages of cases refuse and keep, over HTTP without a browser."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from html import unescape
from typing import Any

import pytest
from fastapi.testclient import TestClient
from sqlmodel import func, select

from issuance.cases.act import Move, open_case
from issuance.cases.model import CaseAction, CaseRow
from issuance.core.actor import system
from issuance.staff.commands import AccountEntry, open_account
from keys.record_verify import verify_record
from tests.api.conftest import keys_template, sqlite_installation, sqlite_world  # noqa: F401 - fixtures
from tests.api.world import PERSON, World
from tests.casework import PROSECUTION, STATION, STATION_OFFICER, THEFT, with_case_offices
from tests.service import NOW

ROLES = (("first", "station_officer"), ("second", "station_officer"), ("chief", "station_chief"))


@pytest.fixture
def station(sqlite_world: World) -> Iterator[dict[str, TestClient]]:  # noqa: F811
    """A browser without scripts for each of three people of one station, signed in, and one for a stranger."""
    service = with_case_offices(sqlite_world.service)
    app, clients = sqlite_world.app(), {}
    for name, role in ROLES:
        entry = AccountEntry(name, f"Test {name}", (role,), STATION)
        secret = open_account(
            service.db, system("tests"), entry, service.spec, datetime.now(UTC), must_change=False
        ).secret
        clients[name] = TestClient(app, follow_redirects=False)
        clients[name].post("/sign-in", data={"username": name, "password": secret})
    clients["nobody"] = TestClient(app, follow_redirects=False)
    yield clients
    for client in clients.values():
        client.close()


@pytest.fixture
def number(sqlite_world: World, station: dict[str, TestClient]) -> str:  # noqa: F811
    del station
    body = THEFT | {"reporter_name": "مبروكة الشاهدة", "accused_name": "<script>alert(1)</script>"}
    return open_case(sqlite_world.service, STATION_OFFICER, Move("open", body), NOW).number


def token(client: TestClient, path: str) -> str:
    found = re.search(r'name="csrf" value="([^"]+)"', client.get(path).text)
    assert found is not None
    return found[1]


def look(client: TestClient, number: str, **said: str) -> Any:
    """State a purpose; the answer to it."""
    path = f"/cases/{number}/purpose"
    return client.post(path, data={"csrf": token(client, path), "purpose": "duty"} | said)


def answer_with(client: TestClient, number: str, purpose: str) -> int:
    """The status of the case for a browser that keeps this purpose."""
    if "issuance_purpose" in client.cookies:
        client.cookies.delete("issuance_purpose")
    client.cookies.set("issuance_purpose", purpose, domain="testserver.local", path=f"/cases/{number}")
    return client.get(f"/cases/{number}").status_code


def test_a_case_is_not_shown_before_a_purpose_is_stated(station: dict[str, TestClient], number: str) -> None:
    client = station["first"]
    answer = client.get(f"/cases/{number}")
    assert (answer.status_code, answer.headers["location"]) == (303, f"/cases/{number}/purpose?next=/cases/{number}")
    assert look(client, number, purpose="anything").status_code == 422
    assert look(client, number).headers["location"] == f"/cases/{number}"
    assert client.get(f"/cases/{number}").status_code == 200


@pytest.mark.parametrize("wanted", ["https://elsewhere.example/", "//elsewhere.example", "/password", "/cases/OTHER"])
def test_the_question_for_a_purpose_leads_nowhere_else(
    station: dict[str, TestClient], number: str, wanted: str
) -> None:
    assert look(station["first"], number, next=wanted).headers["location"] == f"/cases/{number}"


def test_a_purpose_serves_only_who_stated_it(station: dict[str, TestClient], number: str) -> None:
    look(station["first"], number)
    [kept] = [cookie for cookie in station["first"].cookies.jar if cookie.name == "issuance_purpose"]
    assert kept.path == f"/cases/{number}"
    assert answer_with(station["first"], number, kept.value or "") == 200
    assert answer_with(station["second"], number, kept.value or "") == 303
    assert answer_with(station["first"], number, "WzFd") == 303


def test_what_an_officer_typed_is_never_markup(station: dict[str, TestClient], number: str) -> None:
    look(station["first"], number)
    text = station["first"].get(f"/cases/{number}").text
    assert "<script>" not in text
    assert "&lt;script&gt;" in text


def test_who_reported_is_shown_to_the_chief_of_the_station_alone(station: dict[str, TestClient], number: str) -> None:
    for client in ("first", "chief"):
        look(station[client], number)
    assert "مبروكة" not in station["first"].get(f"/cases/{number}").text
    assert "مبروكة" in station["chief"].get(f"/cases/{number}").text


def test_a_forged_form_does_nothing(sqlite_world: World, station: dict[str, TestClient], number: str) -> None:  # noqa: F811
    path = f"/cases/{number}/moves/begin_evidence"
    assert station["first"].post(path, data={"version": "1"}).status_code == 403
    assert station["nobody"].post(path, data={"version": "1"}).status_code in (303, 401, 403)
    with sqlite_world.service.db.reading() as read:
        assert read.exec(select(func.count()).select_from(CaseAction)).one() == 1


def test_a_form_sent_twice_is_carried_out_once(
    sqlite_world: World,  # noqa: F811
    station: dict[str, TestClient],
    number: str,
) -> None:
    client = station["first"]
    look(client, number)
    path = f"/cases/{number}/moves/add_report"
    fields = {"report_kind": "witness", "summary": "شاهد رأى", "version": "1", "idempotency_key": "01a-twice"}
    sent = fields | {"csrf": token(client, path)}
    answers = [client.post(path, data=sent) for _ in range(2)]
    assert [answer.headers["location"] for answer in answers] == [f"/cases/{number}?done=add_report"] * 2
    opening = "/cases/open"
    entry = THEFT | {"how": "open", "idempotency_key": "01b-twice", "csrf": token(client, opening)}
    places = {client.post(opening, data=entry).headers["location"] for _ in range(2)}
    assert len(places) == 1
    with sqlite_world.service.db.reading() as read:
        assert read.exec(select(func.count()).select_from(CaseRow)).one() == 2
        assert read.exec(select(func.count()).select_from(CaseAction)).one() == 3


@pytest.mark.parametrize("move", ["shelve", "open", "open_by_split", "nothing"])
def test_a_move_that_is_not_open_to_the_officer_has_no_form(
    station: dict[str, TestClient], number: str, move: str
) -> None:
    look(station["first"], number)
    assert station["first"].get(f"/cases/{number}/moves/{move}").status_code in (404, 409, 422)


def test_a_case_of_others_answers_as_one_that_does_not_exist(
    sqlite_world: World,  # noqa: F811
    station: dict[str, TestClient],
) -> None:
    del sqlite_world
    look(station["first"], "ST-BEN-2026-000001")
    assert station["first"].get("/cases/ST-BEN-2026-000001").status_code == 404


@pytest.mark.parametrize("path", ["/cases", "/cases/open", "/cases/search", "/cases/statistics", "/cases/looks"])
def test_nobody_sees_anything_of_cases_without_signing_in(station: dict[str, TestClient], path: str) -> None:
    answer = station["nobody"].get(path)
    assert answer.headers["location"].startswith("/sign-in")


@pytest.mark.parametrize("path", ["/cases/statistics", "/cases/looks"])
def test_a_section_is_closed_to_who_may_not_open_it(station: dict[str, TestClient], path: str) -> None:
    assert station["first"].get(path).status_code == 403
    assert path not in station["first"].get("/cases").text


def test_the_register_proposes_who_an_accused_may_be_and_a_person_decides(
    sqlite_world: World,  # noqa: F811
    station: dict[str, TestClient],
) -> None:
    client = station["first"]
    number = open_case(sqlite_world.service, STATION_OFFICER, Move("open", THEFT), NOW).number
    look(client, number)
    assert f"/cases/{number}/accused/A1/candidates" in client.get(f"/cases/{number}").text
    proposed = client.get(f"/cases/{number}/accused/A1/candidates")
    assert str(PERSON["national_number"]) in proposed.text
    assert f">{PERSON['birth_date']}<" in proposed.text
    path = f"/cases/{number}/moves/identify_accused"
    chosen = {"step": "more", "accused": "A1", "national_number": str(PERSON["national_number"])}
    form = client.post(path, data=chosen | {"csrf": token(client, path)})
    assert (form.status_code, f'value="{PERSON["national_number"]}"' in form.text) == (200, True)
    said = chosen | {"step": "send", "version": "1", "csrf": token(client, path)}
    refused = client.post(path, data=said)  # the number alone, without how it was confirmed and why
    assert refused.status_code == 422
    assert {"fault-confirmation-1", "fault-note-1"} <= set(re.findall(r'id="(fault-[^"]+)"', refused.text))
    done = client.post(path, data=said | {"confirmation": "fingerprints", "note": "مطابقة"})
    assert done.headers["location"] == f"/cases/{number}?done=identify_accused"


def test_a_proposal_is_withdrawn_by_who_made_it(station: dict[str, TestClient], number: str) -> None:
    client, chief = station["first"], station["chief"]
    look(client, number)
    path = f"/cases/{number}/moves/correct"
    form = f"{path}?corrects=1"
    wrong = {"corrects": "1", "version": "1", "note": "سهو", "corrected.place": "شارع عمر المختار"}
    values = {name: value for name, value in _inputs(client.get(form).text).items() if name.startswith("corrected.")}
    sent = values | wrong | {"csrf": token(client, form)}
    assert "fault-note-1" in client.post(path, data=sent | {"note": ""}).text
    unchanged = {name: value for name, value in sent.items() if name != "corrected.place"}
    assert client.post(path, data=unchanged | {"corrected.place": THEFT["place"]}).status_code == 422
    asked = client.post(path, data=sent).headers["location"]
    assert "شارع عمر المختار" in client.get(asked).text
    look(chief, number)
    assert 'value="approve"' in chief.get(asked).text
    assert 'value="approve"' not in client.get(asked).text
    gone = client.post(asked, data={"step": "withdraw", "reason": "أخطأت", "csrf": token(client, asked)})
    assert gone.headers["location"] == f"/cases/{number}"
    assert chief.get(asked).status_code == 404


def test_a_file_is_verified_and_its_hand_over_fetched_as_it_was_signed(
    sqlite_world: World,  # noqa: F811
    station: dict[str, TestClient],
    number: str,
) -> None:
    client = station["first"]
    look(client, number)
    path = f"/cases/{number}/moves/send_to_prosecution"
    client.post(path, data={"to_office": PROSECUTION, "version": "1", "csrf": token(client, path)})
    assert 'class="verdict valid"' in client.get(f"/cases/{number}/verification").text
    paper = client.get(f"/cases/{number}/receipts/2")
    service = sqlite_world.service
    assert verify_record(paper.content, service.trust, datetime.now(UTC)).verdict.status == "valid"
    assert client.get(f"/cases/{number}/receipts/1").status_code == 404


def _inputs(text: str) -> dict[str, str]:
    """The values a form of a page begins with: of its inputs, chosen options and text areas."""
    found = dict(re.findall(r'<input id="[^"]+" name="([^"]+)" type="text" value="([^"]*)"', text))
    for name, options in re.findall(r'<select id="[^"]+" name="([^"]+)".*?>(.*?)</select>', text, re.DOTALL):
        found[name] = "".join(re.findall(r'value="([^"]*)" selected', options))
    found |= dict(re.findall(r'<textarea id="[^"]+" name="([^"]+)"[^>]*>([^<]*)</textarea>', text))
    return {name: unescape(value) for name, value in found.items()}
