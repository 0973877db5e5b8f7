"""Case files over HTTP: a file from the station to the court, versions, two officers, evidence, who looked."""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient

from issuance.api.guard import cookie_name
from issuance.core.actor import system
from issuance.core.settings import Settings
from issuance.service import Service, open_service
from issuance.staff.commands import AccountEntry, open_account
from issuance.staff.offices import OfficeEntry, register_office
from issuance.staff.rules import csrf_token
from issuance.staff.sign_in import sign_in
from tests.api.world import PERSON, World
from tests.casework import PROSECUTION, STATION, SUMMARY, THEFT, with_case_offices

pytestmark = pytest.mark.slow

STAFF = {
    "officer": ("station_officer", STATION),
    "chief": ("station_chief", STATION),
    "prosecutor": ("prosecutor", PROSECUTION),
    "registrar": ("court_registrar", SUMMARY),
    "stranger": ("prosecutor", "PR-BEN"),
    "supervisor": ("case_supervisor", None),
}
BENGHAZI = OfficeEntry("PR-BEN", "نيابة بنغازي", "Benghazi prosecution", "prosecution", date(2014, 1, 1))
OPENING = {"action": "open", "body": THEFT, "happened_on": "2026-01-11"}
DUTY = "purpose=duty"


@dataclass(frozen=True)
class Desk:
    """One member of staff, signed in with a browser's cookie."""

    client: TestClient
    headers: dict[str, str]

    def get(self, path: str) -> Any:
        return self.client.get(f"/v1{path}", headers=self.headers)

    def post(self, path: str, body: Any = None, **more: Any) -> Any:
        headers = self.headers | more.pop("headers", {})
        return self.client.post(f"/v1{path}", json=body, headers=headers, **more)

    def act(self, number: str, version: int, action: str, on: str, matters: tuple[str, ...] = (), **body: Any) -> Any:
        said = {"action": action, "body": body, "happened_on": on, "matters": list(matters)}
        return self.post(f"/cases/{number}/actions", said, headers={"If-Match": f'"{version}"'})


def desks(client: TestClient, service: Service) -> dict[str, Desk]:
    """Accounts of `STAFF`, each signed in."""
    return {name: Desk(client, headers) for name, headers in signed_in(service).items()}


def signed_in(service: Service) -> dict[str, dict[str, str]]:
    """The headers of each of `STAFF`, whose accounts are opened here."""
    with_case_offices(service)
    made, now = {}, datetime.now(UTC)
    register_office(service.db, system("tests"), BENGHAZI, service.spec, now)
    for name, (role, office) in STAFF.items():
        entry = AccountEntry(name, name, [role], office)
        password = open_account(service.db, system("tests"), entry, service.spec, now, must_change=False).secret
        _, token = sign_in(service.db, name, password, service.spec.staff_access, now)
        held = csrf_token(service.settings.session_key(), token)
        made[name] = {"Cookie": f"{cookie_name(service)}={token}", "X-CSRF-Token": held}
    return made


@pytest.fixture(scope="module")
def case_installation(
    sqlite_installation: World, tmp_path_factory: pytest.TempPathFactory
) -> tuple[Path, dict[str, dict[str, str]]]:
    """An installation with its case offices and `STAFF` signed in, to copy: seventeen password hashes cost seconds."""
    home = tmp_path_factory.mktemp("case-staff") / "home"
    shutil.copytree(sqlite_installation.service.settings.home, home)
    service = open_service(Settings(home=home))
    held = signed_in(service)
    service.close()
    return home, held


@pytest.fixture
def staff(
    case_installation: tuple[Path, dict[str, dict[str, str]]], sqlite_installation: World, tmp_path: Path
) -> Iterator[dict[str, Desk]]:
    home, held = case_installation
    service = open_service(Settings(home=Path(shutil.copytree(home, tmp_path / "home"))))
    world = World(service, sqlite_installation.passwords, sqlite_installation.tokens)
    with TestClient(world.app(), raise_server_exceptions=False) as client:
        yield {name: Desk(client, headers) for name, headers in held.items()}
    service.close()


def faults(answer: Any) -> set[str]:
    return {fault["code"] for fault in answer.json()["faults"]}


def test_a_misdemeanour_goes_from_the_station_to_a_ruling(client: TestClient, world: World) -> None:
    at = desks(client, world.service)
    made = at["officer"].post("/cases", OPENING)
    number = made.json()["number"]
    assert (made.status_code, made.headers["location"], made.headers["etag"]) == (201, f"/v1/cases/{number}", '"1"')
    who = {"accused": "A1", "national_number": PERSON["national_number"], "confirmation": "fingerprints"}
    assert at["officer"].act(number, 1, "identify_accused", "2026-01-11", **who, note="بصمات").status_code == 201
    sent = at["officer"].act(number, 2, "send_to_prosecution", "2026-01-12", to_office=PROSECUTION)
    assert (sent.status_code, sent.headers["etag"]) == (201, '"3"')
    work = at["prosecutor"].get("/cases").json()
    assert [(item["number"], item["to_receive"]) for item in work["cases"]] == [(number, True)]
    assert at["prosecutor"].act(number, 3, "acknowledge", "2026-01-12").status_code == 201
    moves = {move["name"]: move for move in at["prosecutor"].get(f"/cases/{number}/moves").json()["moves"]}
    receivers = next(field for field in moves["refer_summary"]["fields"] if field["name"] == "to_office")
    assert [choice["code"] for choice in receivers["choices"]] == [SUMMARY]
    assert "refer_indictment" not in moves  # nobody opened an investigation
    assert at["prosecutor"].act(number, 4, "refer_summary", "2026-01-20", to_office=SUMMARY).status_code == 201
    assert at["registrar"].act(number, 5, "acknowledge", "2026-01-20").status_code == 201
    penalty = [{"kind": "detention", "amount": 6, "unit": "months"}]
    ruled = at["registrar"].act(
        number, 6, "rule", "2026-02-01", presence="in_presence", verdict="conviction", penalties=penalty
    )
    assert ruled.json()["state"]["code"] == "ruled"
    seen = at["registrar"].get(f"/cases/{number}?{DUTY}")
    assert seen.headers["etag"] == '"7"'
    told = seen.json()
    assert [(m["code"], m["state"]["code"]) for m in told["matters"]] == [("A1/C1", "ruled")]
    assert told["matters"][0]["rulings"][0]["penalty_english"] == "Detention, 6 months"
    entries = at["registrar"].get(f"/cases/{number}/actions?{DUTY}").json()["actions"]
    assert [entry["action"]["code"] for entry in entries] == [
        "open", "identify_accused", "send_to_prosecution", "acknowledge", "refer_summary", "acknowledge", "rule",
    ]  # fmt: skip
    receipt = at["registrar"].get(f"/cases/{number}/receipts/5")
    assert receipt.headers["content-type"] == "application/cms"
    assert at["registrar"].get(f"/cases/{number}/receipts/7").status_code == 404  # a ruling is no hand-over
    verdict = at["registrar"].get(f"/cases/{number}/verification?{DUTY}").json()
    assert verdict["status"] == "valid", verdict
    record = at["prosecutor"].get(f"/people/{PERSON['national_number']}/record?{DUTY}")
    assert record.json()["rulings"] == []  # not final yet


def test_a_change_without_the_version_seen_is_refused_and_a_stale_one_is_told_what_happened(
    staff: dict[str, Desk],
) -> None:
    number = staff["officer"].post("/cases", OPENING).json()["number"]
    said = {"action": "begin_evidence", "happened_on": "2026-01-12"}
    missing = staff["officer"].post(f"/cases/{number}/actions", said)
    assert (missing.status_code, faults(missing)) == (428, {"api.version.missing"})
    for malformed in ("7", 'W/"1"', "*", '"x"'):
        held = staff["officer"].post(f"/cases/{number}/actions", said, headers={"If-Match": malformed})
        assert (held.status_code, faults(held)) == (422, {"api.version"}), malformed
    assert staff["officer"].act(number, 1, "begin_evidence", "2026-01-12").status_code == 201
    stale = staff["chief"].act(number, 1, "send_to_prosecution", "2026-01-12", to_office=PROSECUTION)
    problem = stale.json()
    assert (stale.status_code, problem["version"], stale.headers["etag"]) == (409, 2, '"2"')
    (change,) = problem["changes"]
    assert (change["seq"], change["action"]["code"], change["office"]) == (2, "begin_evidence", STATION)
    assert stale.headers["content-type"] == "application/problem+json"
    assert staff["stranger"].act(number, 1, "shelve", "2026-01-12").status_code == 404  # and no difference is told


def test_who_may_not_know_of_a_file_gets_the_answer_of_a_number_that_nobody_holds(staff: dict[str, Desk]) -> None:
    number = staff["officer"].post("/cases", OPENING).json()["number"]
    for path in ("", "/actions", "/actions/1", "/moves", "/receipts/1", "/verification", "/evidence"):
        real = staff["stranger"].get(f"/cases/{number}{path}?{DUTY}")
        none = staff["stranger"].get(f"/cases/ST-TIP-2026-999999{path}?{DUTY}")
        assert (real.status_code, real.json()) == (404, none.json()), path
    found = staff["stranger"].get(f"/cases/search?number={number}&{DUTY}").json()
    assert found["cases"] == []


def test_no_file_is_read_without_a_purpose(staff: dict[str, Desk]) -> None:
    number = staff["officer"].post("/cases", OPENING).json()["number"]
    for path in (f"/cases/{number}", f"/cases/{number}/actions", f"/people/{PERSON['national_number']}/record"):
        for purpose in ("", "?purpose=", "?purpose=curiosity"):
            answer = staff["prosecutor"].get(path + purpose)
            assert (answer.status_code, faults(answer)) == (422, {"core.purpose"}), path
    words = staff["officer"].get(f"/cases/{number}?purpose=supervision")
    assert faults(words) == {"core.purpose_words"}


def test_a_repeated_key_opens_one_file_and_acts_once(staff: dict[str, Desk]) -> None:
    key = {"Idempotency-Key": "one-report"}
    first, again = (staff["officer"].post("/cases", OPENING, headers=key) for _ in range(2))
    assert first.json() == again.json()
    assert again.headers["idempotency-replayed"] == "true"
    number = first.json()["number"]
    said = {"action": "begin_evidence", "happened_on": "2026-01-12"}
    held = {"Idempotency-Key": "one-step", "If-Match": '"1"'}
    steps = [staff["officer"].post(f"/cases/{number}/actions", said, headers=held) for _ in range(2)]
    assert [(step.status_code, step.json()["version"]) for step in steps] == [(201, 2)] * 2
    assert staff["officer"].get(steps[0].headers["location"].removeprefix("/v1") + f"?{DUTY}").json()["seq"] == 2


def test_a_correction_needs_two_officers_and_keeps_the_old_value(staff: dict[str, Desk]) -> None:
    number = staff["officer"].post("/cases", OPENING).json()["number"]
    body = {"corrects": 1, "corrected": {"place": "شارع عمر المختار"}, "note": "خطأ"}
    said, held = {"action": "correct", "body": body}, {"If-Match": '"1"'}
    alone = staff["officer"].post(f"/cases/{number}/actions", said, headers=held)
    assert faults(alone) == {"cases.four_eyes"}
    asked = staff["officer"].post(f"/cases/{number}/proposals", {**said, "reason": "خطأ في النقل"}, headers=held)
    assert asked.status_code == 201
    address = asked.headers["location"].removeprefix("/v1")
    (waiting,) = staff["chief"].get("/cases").json()["approvals"]
    assert (waiting["id"], waiting["case"], waiting["action"]["code"]) == (asked.json()["id"], number, "correct")
    assert staff["chief"].get(address).json()["proposal"]["body"] == body
    yes = {"decision": "approve", "reason": "مطابق"}
    assert staff["officer"].post(address, yes).status_code == 403  # also: may not approve at all
    assert staff["stranger"].post(address, yes).status_code == 404
    assert staff["stranger"].get(address).status_code == 404
    done = staff["chief"].post(address, yes)
    assert (done.status_code, done.headers["etag"]) == (200, '"2"')
    assert faults(staff["chief"].post(address, yes)) == {"core.approvals.decided"}
    assert staff["officer"].get(f"/cases/{number}?{DUTY}").json()["incident"]["places"] == ["شارع عمر المختار"]
    first, second = staff["officer"].get(f"/cases/{number}/actions?{DUTY}").json()["actions"]
    assert (first["body"]["place"], second["body"]["corrected"]) == (THEFT["place"], body["corrected"])


def test_a_request_is_refused_or_withdrawn_with_a_reason(staff: dict[str, Desk]) -> None:
    number = staff["officer"].post("/cases", OPENING).json()["number"]
    body = {"corrects": 1, "corrected": {"place": "شارع عمر المختار"}, "note": "خطأ"}
    said = {"action": "correct", "body": body, "reason": "خطأ"}
    for name, decision in (("chief", "refuse"), ("officer", "withdraw")):
        asked = staff["officer"].post(f"/cases/{number}/proposals", said, headers={"If-Match": '"1"'})
        address = asked.headers["location"].removeprefix("/v1")
        assert staff[name].post(address, {"decision": decision}).status_code == 422
        assert staff[name].post(address, {"decision": decision, "reason": "لا يلزم"}).status_code == 200
        assert staff["officer"].get(address).json()["state"] == {"refuse": "refused"}.get(decision, "withdrawn")
    assert staff["chief"].get("/cases").json()["approvals"] == []


def test_evidence_is_taken_in_under_its_hash_and_fetched_byte_for_byte(staff: dict[str, Desk]) -> None:
    number = staff["officer"].post("/cases", OPENING).json()["number"]
    content = b"%PDF-1.7\n" + bytes(400_000)  # above the limit of every other route
    said = {"description": "تقرير", "place": "المركز", "captured_on": "2026-01-11", "note": "من صاحب المحل"}
    held = staff["officer"].headers | {"If-Match": '"1"'}
    file = {"file": ("تقرير.pdf", content, "application/pdf")}
    client = staff["officer"].client
    made = client.post(f"/v1/cases/{number}/evidence", files=file, data=said, headers=held)
    assert made.status_code == 201, made.text
    told = made.json()
    assert told["version"] == 2
    assert told["evidence"]["sha256"] == hashlib.sha256(content).hexdigest()
    (item,) = staff["officer"].get(f"/cases/{number}/evidence?{DUTY}").json()["evidence"]
    assert [step["reason"] for step in item["custody"]] == ["من صاحب المحل"]
    fetched = client.get(made.headers["location"], headers=staff["officer"].headers)
    assert fetched.content == content
    assert fetched.headers["content-disposition"].startswith("attachment")
    stale = client.post(f"/v1/cases/{number}/evidence", files=file, data=said, headers=held)
    assert (stale.status_code, stale.json()["version"]) == (409, 2)
    for broken in ({"data": said}, {"files": file, "data": {**said, "captured_on": "11/1/2026"}}, {"content": b"x"}):
        answer = client.post(f"/v1/cases/{number}/evidence", headers=held | {"If-Match": '"2"'}, **broken)
        assert answer.status_code == 422, broken
    assert client.get(f"/v1/cases/{number}/evidence/none/file", headers=held).status_code == 404


def test_a_supervisor_sees_who_looked_and_what_was_refused(staff: dict[str, Desk]) -> None:
    number = staff["officer"].post("/cases", OPENING).json()["number"]
    staff["officer"].get(f"/cases/{number}?{DUTY}")
    staff["stranger"].get(f"/cases/{number}?{DUTY}")
    looks = staff["supervisor"].get(f"/cases/{number}/looks").json()["looks"]
    assert [(look["account"]["username"], look["kind"]) for look in looks] == [
        ("stranger", "denied"),
        ("officer", "read"),
    ]
    assert staff["officer"].get(f"/cases/{number}/looks").status_code == 403
    assert staff["supervisor"].get(f"/people/{PERSON['national_number']}/looks").json() == {"looks": [], "after": None}


def test_cases_are_found_by_name_in_another_spelling_and_counted_without_persons(staff: dict[str, Desk]) -> None:
    number = staff["officer"].post("/cases", OPENING).json()["number"]
    found = staff["officer"].get(f"/cases/search?name=Salem Ali&{DUTY}").json()
    assert [file["number"] for file in found["cases"]] == [number]
    counts = staff["supervisor"].get("/cases/statistics?year=2026").json()
    assert THEFT["accused_name"] not in json.dumps(counts, ensure_ascii=False)
    assert staff["officer"].get("/cases/statistics").status_code == 403


def test_the_ways_to_open_a_file_are_told_with_their_fields(staff: dict[str, Desk]) -> None:
    told = {one["name"]: one for one in staff["officer"].get("/cases/openings").json()["openings"]}
    assert list(told) == ["open"]
    fields = {field["name"]: field for field in told["open"]["fields"]}
    assert fields["offence"]["required"]
    assert "theft" in {choice["code"] for choice in fields["offence"]["choices"]}
    assert fields["reporter_name"] == {
        "name": "reporter_name",
        "title": {"ar": "اسم المبلغ (سري)", "en": "Reporter (confidential)"},
        "kind": "text",
        "required": False,
        "maximum_characters": 200,
        "confidential": True,
    }
    assert {one["name"] for one in staff["registrar"].get("/cases/openings").json()["openings"]} == {
        "open",
        "open_direct_suit",
    }


def test_every_route_of_the_register_is_described_in_both_languages(sqlite_client: TestClient) -> None:
    paths = sqlite_client.get("/v1/openapi.json").json()["paths"]
    routes = [
        (path, method, route)
        for path, methods in paths.items()
        for method, route in methods.items()
        if "cases" in route.get("tags", ())
    ]
    assert len(routes) >= 20
    for path, method, route in routes:
        ar_en = route["summary"]
        assert " / " in ar_en and any("\u0621" <= c <= "\u064a" for c in ar_en), path
        if method == "post" and not path.endswith("/evidence"):
            assert "example" in route["requestBody"]["content"]["application/json"], path
