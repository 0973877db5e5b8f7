"""The published schemas over HTTP: anybody may fetch them, a copy is kept as long as it is true."""

from __future__ import annotations

from typing import Any

from fastapi.testclient import TestClient
from jsonschema import Draft202012Validator

from issuance.specification.schemas import CURRENT


def test_whoever_follows_the_index_finds_every_schema_and_its_examples_hold(sqlite_client: TestClient) -> None:
    index = sqlite_client.get("/v1/schemas").json()["schemas"]
    assert {"passport-application", "passport-work-package", "verdict", "events/case.opened"} <= {
        e["name"] for e in index
    }
    for entry in index:
        answer = sqlite_client.get(path_of(entry["schema"]))
        assert answer.status_code == 200
        schema: dict[str, Any] = answer.json()
        assert schema["$id"] == entry["schema"]
        if entry["examples"] is not None and entry["version"] != CURRENT:
            judge = Draft202012Validator(schema)
            sample = sqlite_client.get(path_of(entry["examples"])).json()
            assert all(judge.is_valid(held) for held in sample["valid"])
            assert not any(judge.is_valid(held["document"]) for held in sample["invalid"])


def test_a_schema_without_its_edition_leads_to_the_edition_in_force(sqlite_client: TestClient) -> None:
    answer = sqlite_client.get("/v1/schemas/passport-application/1", follow_redirects=False)
    assert (answer.status_code, answer.headers["location"]) == (307, "/v1/schemas/passport-application/1-2026")
    assert sqlite_client.get("/v1/schemas/passport-application/1/examples").json()["version"] == "1-2026"


def test_who_holds_a_schema_is_not_sent_it_again(sqlite_client: TestClient) -> None:
    first = sqlite_client.get("/v1/schemas/verdict/1")
    assert first.headers["content-type"] == "application/schema+json"
    assert "public" in first.headers["cache-control"]
    again = sqlite_client.get("/v1/schemas/verdict/1", headers={"If-None-Match": first.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")


def test_a_schema_that_is_not_there_is_a_problem(sqlite_client: TestClient) -> None:
    for path in ("/v1/schemas/visa/1", "/v1/schemas/verdict/9", "/v1/schemas/verdict/9/examples"):
        answer = sqlite_client.get(path)
        assert (answer.status_code, answer.json()["code"]) == (404, "specification.schema.unknown")


def path_of(address: str) -> str:
    return "/v1/" + address.partition("/v1/")[2]


def test_the_specification_is_answered_as_published(sqlite_client: TestClient) -> None:
    for path in ("editions", "2026/clauses?status=law", "2026/clauses/chip.lds", "2026/search?q=portrait&limit=5"):
        answer = sqlite_client.get(f"/v1/specification/{path}")
        assert answer.status_code == 200, path  # its form: `tests.schemas`, as for every answer
