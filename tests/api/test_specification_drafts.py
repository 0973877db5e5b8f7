"""Editions by the interface: drafted, every fault told, approved by two others, published with its manifest."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from fastapi.testclient import TestClient

from issuance.core.actor import system
from issuance.staff import commands as staff
from issuance.staff.commands import AccountEntry
from tests.api.test_certificate_review import signed_in
from tests.api.world import World

ACCOUNTS = (
    ("author", "specification_author"),
    ("approver1", "specification_approver"),
    ("approver2", "specification_approver"),
)


@pytest.fixture
def drafting(sqlite_world: World) -> World:
    """The installation with an author and two approvers."""
    service, passwords = sqlite_world.service, dict(sqlite_world.passwords)
    for name, role in ACCOUNTS:
        entry = AccountEntry(name, name, [role], None)
        made = staff.open_account(
            service.db, system("tests"), entry, service.spec, datetime.now(UTC), must_change=False
        )
        passwords[name] = made.secret
    return World(service, passwords, sqlite_world.tokens)


def starts() -> str:
    return str(date.today() + timedelta(days=20))


def test_an_edition_is_drafted_mended_approved_by_two_and_published(sqlite_client: TestClient, drafting: World) -> None:
    def send(method: str, path: str, **body: Any) -> Any:
        address = f"/v1/specification/drafts{path}"
        return sqlite_client.request(method, address, json=body, headers={"X-CSRF-Token": token})

    assert sqlite_client.get("/v1/specification/drafts").status_code == 401
    token = signed_in(sqlite_client, drafting, "passports")
    assert sqlite_client.get("/v1/specification/drafts").status_code == 403

    token = signed_in(sqlite_client, drafting, "author")
    wrong = send("POST", "", edition="2026", based_on="2020", from_date="2020-01-01", words="")
    assert wrong.status_code == 422
    assert {fault["field"] for fault in wrong.json()["faults"]} == {"edition", "based_on", "from_date", "words"}
    made = send("POST", "", edition="2030", based_on="2026", from_date=starts(), words="مدة أطول").json()
    one, text = f"/{made['id']}", made["files"]["validity.yaml"]

    broken = send("PUT", f"{one}/files/validity.yaml", text=text.replace("validity_years: 8", "validity_years: x"))
    (fault,) = broken.json()["judgement"]["faults"]
    assert (fault["file"], fault["path"]) == ("passport/editions/2030/validity.yaml", "rules.1.validity_years")
    assert text.splitlines()[fault["line"] - 1].strip() == "validity_years: 8"
    refused = send("POST", f"{one}/submit", words="x")
    assert (refused.status_code, refused.json()["code"]) == (422, "specs.invalid")
    stale = send("PUT", f"{one}/files/validity.yaml", text=text, version=1)
    assert (stale.status_code, stale.json()["code"]) == (409, "specification.draft.version")
    mended = send("PUT", f"{one}/files/validity.yaml", text=text.replace("validity_years: 8", "validity_years: 10"))
    told = mended.json()["judgement"]
    assert told["valid"]
    assert "validity.rules.2" in {change["id"] for change in told["difference"]["changes"]}
    assert send("POST", f"{one}/submit", words="جاهزة").json()["state"] == "review"

    for name, state in (("approver1", "review"), ("approver2", "published")):
        token = signed_in(sqlite_client, drafting, name)
        shown = sqlite_client.get(f"/v1/specification/drafts{one}/judgement").json()["digest"]
        assert send("POST", f"{one}/decision", decision="approve", digest="0" * 64, words="x").status_code == 409
        done = send("POST", f"{one}/decision", decision="approve", digest=shown, words="مطابقة")
        assert (done.status_code, done.json()["state"]) == (200, state)
    assert send("POST", f"{one}/decision", decision="rejected", words="x").status_code == 409

    editions = sqlite_client.get("/v1/specification/editions").json()["editions"]
    assert [held["edition"] for held in editions] == ["2021", "2026", "2030"]
    manifest = sqlite_client.get("/v1/specification/signed/2030").json()
    assert manifest["manifest"]["draft"] == made["id"]
    assert len(manifest["manifest"]["approved_by"]) == 2
    assert sqlite_client.get("/v1/specification/signed/2026").status_code == 404
