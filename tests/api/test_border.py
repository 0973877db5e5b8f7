"""A border post over the API: what is asked and answered, by whom, and what is kept of it."""

from __future__ import annotations

import base64
import json
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient
from sqlmodel import select

from issuance.border.counts import Counts, counted
from issuance.border.document import Given
from issuance.border.inspecting import Desk
from issuance.border.model import BorderCount
from issuance.cases.looks_model import CaseLook
from issuance.cases.public import looks_told_to
from issuance.core.actor import system
from issuance.db.tables import AuditRow
from issuance.service import Service
from issuance.staff import commands as staff
from issuance.staff.commands import AccountEntry
from specs.errors import Invalid, NotAllowed
from tests import casework
from tests.api.world import World
from tests.border import GUARD, POST, SUPERVISOR, Book, issue, with_posts
from tests.passport_books import SUPERVISOR as PASSPORTS
from tests.passport_books import say
from tests.service import NOW, changed_specification, installation

PATH = "/v1/border/inspections"


@dataclass(frozen=True)
class Border:
    client: TestClient
    service: Service
    book: Book
    headers: dict[str, str]
    """Of the post's own program."""

    def inspect(self, **body: Any) -> Any:
        return self.client.post(PATH, json=body, headers=self.headers)


def token(service: Service, name: str, role: str, office: str) -> dict[str, str]:
    now = service.clock()
    made = staff.register_client(
        service.db, system("tests"), AccountEntry(name, name, [role], office), service.spec, now
    )
    return {"Authorization": f"Bearer {made.secret}"}


@pytest.fixture
def border(world: World, client: TestClient) -> Border:
    """On SQLite and PostgreSQL."""
    service = with_posts(world.service)
    book = issue(service, 901, service.clock())
    return Border(client, service, book, token(service, "post-program", "border_system", POST))


def encoded(book: Book) -> dict[str, str]:
    return {name: base64.b64encode(data).decode() for name, data in book.files.items()}


def test_a_posts_program_asks_by_text_and_chip_and_a_theft_is_told_on_every_route(border: Border) -> None:
    told = border.inspect(mrz=list(border.book.lines), chip=encoded(border.book))
    assert told.status_code == 200, told.text
    assert told.json()["status"] == "valid"
    assert set(told.json()["routes"]) == {"mrz", "chip"}
    assert told.headers["cache-control"] == "no-store"
    assert border.inspect(mrz=list(border.book.lines)).json()["questions"]["current"]["status"] == "valid"
    say(PASSPORTS, border.service, border.book.number, "stolen", border.service.clock())
    for asked in ({"mrz": list(border.book.lines)}, {"chip": encoded(border.book)}):
        current = border.inspect(**asked).json()["questions"]["current"]
        assert (current["status"], current["state"]) == ("invalid", "stolen")


def test_a_form_is_answered_as_the_same_in_json(border: Border) -> None:
    files = [("chip", (f"{name}.bin", data)) for name, data in border.book.files.items()]
    record = {"aa_challenge": "00" * 8, "aa_response": "00" * 64}
    sent = border.client.post(
        PATH,
        data={"mrz": "\n".join(border.book.lines)},
        files=[*files, ("chip", ("aa_challenge.bin", bytes(8))), ("chip", ("aa_response.bin", bytes(64)))],
        headers=border.headers,
    )
    fields = {"mrz": "\n".join(border.book.lines), "chip_record": json.dumps(record)}
    named = border.client.post(PATH, data=fields, files=files, headers=border.headers)
    assert named.json()["status"] == sent.json()["status"] == "invalid"
    told = border.inspect(mrz=list(border.book.lines), chip=encoded(border.book), chip_record=record)
    assert sent.status_code == told.status_code == 200, sent.text
    one, other = sent.json(), told.json()
    assert "aa.response" in {c["id"] for c in one["checks"] if c["result"] == "fail"}
    assert {k: v for k, v in one.items() if k != "knowledge"} == {k: v for k, v in other.items() if k != "knowledge"}


@pytest.mark.slow
def test_the_picture_of_the_page_agrees_with_the_chip_and_tells_a_theft(border: Border) -> None:
    """The data page as it was printed, read by the readers themselves."""
    page = base64.b64encode(border.book.page).decode()
    told = border.inspect(page=page, chip=encoded(border.book)).json()
    assert told["routes"]["page"]["reading"]["status"] in ("verified", "corrected"), told["routes"]["page"]
    assert told["differences"] == []
    assert (told["status"], told["questions"]["current"]["status"]) == ("valid", "valid")
    other = issue(border.service, 902, border.service.clock())
    swapped = border.inspect(page=page, chip=encoded(other)).json()
    assert swapped["status"] == "invalid"
    assert {"document_number"} <= {one["field"] for one in swapped["differences"]}
    assert {tuple(one["routes"]) for one in swapped["differences"]} == {("page", "chip")}
    say(PASSPORTS, border.service, border.book.number, "stolen", border.service.clock())
    form = border.client.post(PATH, files=[("page", ("page.png", border.book.page))], headers=border.headers).json()
    assert form["questions"]["current"]["state"] == "stolen"
    nothing = border.inspect(page=base64.b64encode(b"no picture").decode()).json()
    assert nothing["status"] == "indeterminate"


def test_inspections_are_counted_by_post_day_and_outcome_and_nothing_says_who(border: Border) -> None:
    before = rows_of(border.service)
    for _ in range(3):
        assert border.inspect(mrz=list(border.book.lines), chip=encoded(border.book)).status_code == 200
    border.inspect(mrz=["X"])
    border.client.app.state.border_desk.counts.flush()  # type: ignore[attr-defined]
    assert rows_of(border.service) == before, "no look, no audit row, nothing of the traveller"
    with border.service.db.reading() as read:
        found = {(row.post, row.outcome): row.inspections for row in read.exec(select(BorderCount))}
    assert found == {(POST, "valid"): 3, (POST, "invalid"): 1}
    assert set(BorderCount.model_fields) == {"post", "on", "outcome", "inspections"}


def rows_of(service: Service) -> tuple[int, int]:
    with service.db.reading() as read:
        return len(read.exec(select(CaseLook)).all()), len(read.exec(select(AuditRow)).all())


def test_counts_are_written_at_an_orderly_end_and_added_to_those_of_other_processes(world: World) -> None:
    service = with_posts(world.service)
    today = service.clock().date()
    for number in (2, 3):  # two processes, one after another
        counts = Counts(service.db, 300)
        for _ in range(number):
            counts.add(POST, today, "valid")
        counts.close()
    with service.db.reading() as read:
        row = read.exec(select(BorderCount)).one()
    assert (row.post, row.inspections) == (POST, 5)


def test_supervisors_see_the_counts_of_the_posts_below_their_office_alone(world: World) -> None:
    service = with_posts(world.service)
    now = service.clock()
    counts = Counts(service.db, 300)
    counts.add(POST, now.date(), "valid")
    counts.add("BSEA", now.date(), "invalid")
    counts.close()
    day = now.date()
    assert [(row.post, row.outcome) for row in counted(service, SUPERVISOR, day, day, now)] == [(POST, "valid")]
    with pytest.raises(NotAllowed):
        counted(service, GUARD, day, day, now)
    with pytest.raises(Invalid):
        counted(service, SUPERVISOR, day, day - timedelta(days=1), now)


@pytest.mark.parametrize(
    ("role", "office", "status", "code"),
    [
        ("border_system", "CTIP", 422, "border.post.kind"),
        ("certificate_system", POST, 403, "core.policy.not_allowed"),
        ("statistics_officer", POST, 403, "core.policy.not_allowed"),
    ],
)
def test_only_a_border_post_inspects(border: Border, role: str, office: str, status: int, code: str) -> None:
    headers = token(border.service, f"{role}-{office}", role, office)
    refused = border.client.post(PATH, json={"mrz": list(border.book.lines)}, headers=headers)
    assert refused.status_code in (status, 409), refused.text
    assert refused.json()["faults"][0]["code"] == code


def test_nobody_inspects_without_signing_in(border: Border) -> None:
    assert border.client.post(PATH, json={"mrz": ["X"]}).status_code == 401
    assert border.client.get("/v1/border/counts").status_code == 401


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "mrz"),
        ({"mrz": "PPLBY"}, "mrz"),
        ({"mrz": [7]}, "mrz"),
        ({"seal": 7}, "seal"),
        ({"page": 7}, "page"),
        ({"page": "%%"}, "page"),
        ({"chip": []}, "chip"),
        ({"chip": {"DG1": "%%"}}, "chip.DG1"),
        ({"chip": {"notes.txt": "aGVsbG8="}}, "chip"),
        ({"chip": {}}, "chip"),
        ({"mrz": ["X"], "chip_record": {"aa_challenge": "00", "aa_response": "00"}}, "chip_record"),
        ({"chip": {"DG1": "YQA="}, "chip_record": {"aa_challenge": "0"}}, "chip_record"),
        ({"chip": {"DG1": "YQA="}, "chip_record": {"ca_record": {"x": 1}}}, "chip_record"),
        ({"name": "x", "mrz": ["X"]}, "name"),
    ],
)
def test_what_cannot_be_read_is_named(border: Border, body: dict[str, Any], field: str) -> None:
    refused = border.inspect(**body)
    assert refused.status_code == 422, refused.text
    assert field in [fault["field"] for fault in refused.json()["faults"]]


def test_counts_over_the_api(border: Border) -> None:
    border.inspect(mrz=["X"])
    account = AccountEntry("chief", "Chief of posts", ["border_supervisor"], "PTIP")
    secret = staff.open_account(
        border.service.db, system("tests"), account, border.service.spec, border.service.clock(), must_change=False
    ).secret
    form = {"username": "chief", "password": secret}
    assert border.client.post("/sign-in", data=form, follow_redirects=False).status_code == 303
    told = border.client.get("/v1/border/counts")
    assert told.status_code == 200, told.text
    assert [(row["post"], row["outcome"], row["inspections"]) for row in told.json()["counts"]] == [
        (POST, "invalid", 1)
    ]


@pytest.mark.parametrize(("when", "kept"), [("none", 0), ("shown", 1), ("every", 2)])
def test_looks_at_bans_are_kept_only_where_the_specification_orders_it(
    when: str, kept: int, sqlite_template: Path, tmp_path: Path
) -> None:
    """One traveller who may leave and one who may not; the purpose is told to the person (Law 6/2022 Art 76)."""
    said = ("border/inspections.yaml", "travel_ban_looks: none", f"travel_ban_looks: {when}")
    (tmp_path / "i.db").write_bytes(sqlite_template.read_bytes())
    specs = changed_specification(tmp_path / "specs", said)
    made = installation(tmp_path, f"sqlite:///{tmp_path / 'i.db'}", specs=specs)
    service = casework.with_case_offices(with_posts(made))
    banned, free = issue(service), issue(service, 911)
    file = casework.before_summary_court(service)
    judge = casework.officer("judge", casework.SUMMARY)
    casework.step(service, judge, file, "ban_travel", date(2026, 2, 1), accused="A1", legal_basis="أمر")
    desk = Desk(service)
    before, _ = rows_of(service)
    assert desk.inspect(GUARD, Given(mrz=banned.lines), NOW).questions[2].status == "invalid"
    assert desk.inspect(GUARD, Given(mrz=free.lines), NOW).questions[2].status == "valid"
    desk.close()
    assert rows_of(service)[0] - before == kept
    with service.db.reading() as read:
        told = looks_told_to(read, banned.person, service.spec.cases_reading.told_to_person, NOW)
        assert [(look.purpose, look.office) for look in told] == [("border", POST)] * (kept > 0)
    service.close()
