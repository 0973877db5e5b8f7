"""Issue, fetch and verify both documents over HTTP, on both databases."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from fastapi.testclient import TestClient
from sqlmodel import select

from issuance.certificates import commands as certificates
from issuance.core.actor import system
from issuance.db.tables import AuditRow
from tests.api.world import CERTIFICATE, World, application, portrait

pytestmark = pytest.mark.slow


def apply(client: TestClient, world: World, data: dict[str, Any], picture: bytes, **headers: str) -> Any:
    parts = {"application": (None, json.dumps(data), "application/json"), "portrait": ("p.jpg", picture, "image/jpeg")}
    held = world.bearer("passport-program") | headers
    return client.post("/v1/passports", files=parts, headers=held)


def verdict_on(client: TestClient, name: str, content: bytes) -> dict[str, Any]:
    answer = client.post("/v1/verifications", files={"file": (name, content)})
    assert answer.status_code == 200
    return dict(answer.json())


def test_a_certificate_is_issued_fetched_and_verified(client: TestClient, world: World) -> None:
    held = world.bearer("certificate-program")
    made = client.post("/v1/certificates", json=CERTIFICATE, headers=held)
    assert made.status_code == 201
    number = made.json()["number"]
    assert made.headers["location"] == f"/v1/certificates/{number}"
    assert client.get(made.headers["location"], headers=held).json() == made.json()
    assert [c["number"] for c in client.get("/v1/certificates", headers=held).json()["certificates"]] == [number]
    pdf = client.get(f"/v1/certificates/{number}/certificate.pdf", headers=held)
    assert pdf.headers["content-type"] == "application/pdf"
    assert verdict_on(client, "c.pdf", pdf.content)["status"] == "valid"
    changed = bytearray(pdf.content)
    changed[len(changed) // 2] ^= 1
    assert verdict_on(client, "c.pdf", bytes(changed))["status"] == "invalid"


def test_a_seal_is_verified_as_text_and_as_address(client: TestClient, world: World) -> None:
    seal = client.post("/v1/certificates", json=CERTIFICATE, headers=world.bearer("certificate-program")).json()["seal"]
    for form in (seal, seal.partition("#")[2]):
        assert client.post("/v1/verifications", json={"seal": form}).json()["status"] == "valid"
    changed = seal[:-10] + ("A" if seal[-10] != "A" else "B") + seal[-9:]
    assert client.post("/v1/verifications", json={"seal": changed}).json()["status"] == "invalid"


def test_a_passport_is_issued_fetched_and_verified(client: TestClient, world: World) -> None:
    made = apply(client, world, application(), portrait())
    assert made.status_code == 201
    view = made.json()
    held = world.bearer("passport-program")
    assert client.get(f"/v1/passports/{view['number']}", headers=held).json() == view
    assert [p["number"] for p in client.get("/v1/passports", headers=held).json()["passports"]] == [view["number"]]
    assert {"EF_COM.bin", "DG1.bin", "DG2.bin", "EF_SOD.bin"} <= set(view["files"])
    sod = client.get(f"/v1/passports/{view['number']}/files/EF_SOD.bin", headers=held)
    assert sod.headers["content-disposition"].startswith("attachment")
    assert verdict_on(client, "EF_SOD.bin", sod.content)["status"] == "indeterminate"  # nothing it vouches for
    dg1 = client.get(f"/v1/passports/{view['number']}/files/DG1.bin", headers=held).content
    assert dg1.endswith("".join(view["mrz"]).encode("ascii"))
    assert client.post("/v1/verifications", json={"mrz": view["mrz"]}).json()["status"] == "valid"


def test_a_repeated_key_gives_the_same_document_and_no_second_one(client: TestClient, world: World) -> None:
    held = world.bearer("certificate-program") | {"Idempotency-Key": "one-wish"}
    first = client.post("/v1/certificates", json=CERTIFICATE, headers=held)
    again = client.post("/v1/certificates", json=CERTIFICATE, headers=held)
    assert (first.status_code, again.status_code) == (201, 201)
    assert again.json() == first.json()
    assert again.headers["idempotency-replayed"] == "true"
    assert len(client.get("/v1/certificates", headers=held).json()["certificates"]) == 1
    other = client.post("/v1/certificates", json=CERTIFICATE | {"purpose": "visa"}, headers=held)
    assert (other.status_code, other.json()["code"]) == (409, "core.idempotency.other_request")


def test_a_request_taken_over_after_a_crash_answers_the_document_it_made(world: World) -> None:
    service, actor, now = world.service, system("tests"), datetime.now(UTC)
    asked = CERTIFICATE | {"office": "CTIP"}
    first = certificates.issue(service, actor, asked, now, "request-1")
    again = certificates.issue(service, actor, asked, now + timedelta(minutes=1), "request-1")
    assert again == first
    assert certificates.issue(service, actor, asked, now, "request-2").number != first.number


def test_a_repeated_passport_application_counts_its_portrait(client: TestClient, world: World) -> None:
    first = apply(client, world, application(), portrait(), **{"Idempotency-Key": "k"})
    assert apply(client, world, application(), portrait(), **{"Idempotency-Key": "k"}).json() == first.json()
    other = apply(client, world, application(), portrait() + b" ", **{"Idempotency-Key": "k"})
    assert other.status_code == 409


def test_every_wrong_field_of_an_application_is_named_at_once(client: TestClient, world: World) -> None:
    data = application() | {"birth_date": "1990-13-40", "sex": "X"}
    data["names"]["arabic"] = data["names"]["arabic"] | {"first": "Salem1"}
    answer = apply(client, world, data, b"not a picture")
    assert (answer.status_code, answer.headers["content-type"]) == (422, "application/problem+json")
    faults = answer.json()["faults"]
    assert {"birth_date", "sex", "names.arabic.first", "portrait"} <= {fault["field"] for fault in faults}
    assert all(fault["ar"] and fault["en"] and fault["clause"] for fault in faults)
    assert client.get("/v1/passports", headers=world.bearer("passport-program")).json() == {"passports": []}


def test_missing_parts_are_named(client: TestClient, world: World) -> None:
    answer = client.post("/v1/passports", files={"other": b""}, headers=world.bearer("passport-program"))
    assert {fault["field"] for fault in answer.json()["faults"]} == {"application", "portrait"}


def test_who_may_not_issue_is_refused(client: TestClient, world: World) -> None:
    answer = client.post("/v1/certificates", json=CERTIFICATE, headers=world.bearer("passport-program"))
    assert (answer.status_code, answer.json()["code"]) == (403, "core.policy.not_allowed")
    assert client.get("/v1/certificates", headers=world.bearer("passport-program")).status_code == 403


def test_an_unknown_person_gets_nothing(client: TestClient, world: World) -> None:
    wanted = CERTIFICATE | {"national_number": "219909000099"}
    answer = client.post("/v1/certificates", json=wanted, headers=world.bearer("certificate-program"))
    assert (answer.status_code, answer.json()["faults"][0]["field"]) == (404, "national_number")


def test_every_read_of_a_certificate_leaves_an_audit_row_and_issue_and_verification_none(
    client: TestClient, world: World
) -> None:
    held = world.bearer("certificate-program")
    made = client.post("/v1/certificates", json=CERTIFICATE, headers=held)
    client.post("/v1/verifications", json={"seal": made.json()["seal"]})

    def reads() -> list[tuple[str, str, str]]:
        with world.service.db.reading() as read:
            rows = read.exec(select(AuditRow).where(AuditRow.action == "certificates.read"))
            return sorted((row.subject, row.detail, row.actor_kind) for row in rows)

    assert reads() == []
    number = made.json()["number"]
    for path in ("", f"/{number}", f"/{number}/certificate.pdf", "/CS-2026-NONE-000001"):
        client.get(f"/v1/certificates{path}", headers=held)
    assert reads() == [
        (f"certificate:{number}", "{}", "client"),
        (f"certificate:{number}", "{}", "client"),
        ("certificates", '{"count":1,"show":"all"}', "client"),
    ]
