"""The edge when things are busy: a locked database, many callers at once."""

from __future__ import annotations

import sqlite3
from concurrent.futures import ThreadPoolExecutor

import pytest
from fastapi.testclient import TestClient

from tests.api.world import CERTIFICATE, World

pytestmark = pytest.mark.slow


def test_a_locked_database_is_503_names_the_reason_and_leaves_nothing(
    sqlite_client: TestClient, sqlite_world: World
) -> None:
    held = sqlite_world.bearer("certificate-program")
    other = sqlite3.connect(sqlite_world.service.settings.home / "issuance.db", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    answer = sqlite_client.post("/v1/certificates", json=CERTIFICATE, headers=held | {"Idempotency-Key": "busy"})
    other.execute("ROLLBACK")
    other.close()
    assert (answer.status_code, answer.json()["code"]) == (503, "db.locked")
    assert answer.headers["retry-after"]
    assert sqlite_client.get("/v1/certificates", headers=held).json() == {"certificates": []}
    again = sqlite_client.post("/v1/certificates", json=CERTIFICATE, headers=held | {"Idempotency-Key": "busy"})
    assert again.status_code == 201


def test_certificates_issued_at_once_all_have_their_own_number(client: TestClient, world: World) -> None:
    held = world.bearer("certificate-program")
    asked = [CERTIFICATE | {"purpose": purpose} for purpose in ("employment", "visa", "study", "contract")]
    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(lambda one: client.post("/v1/certificates", json=one, headers=held), asked))
    assert {answer.status_code for answer in answers} == {201}
    assert len({answer.json()["number"] for answer in answers}) == 4


def test_the_same_asked_many_times_at_once_is_made_once_or_told_that_it_is_under_way(
    client: TestClient, world: World
) -> None:
    held = world.bearer("certificate-program")
    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(lambda _: client.post("/v1/certificates", json=CERTIFICATE, headers=held), range(4)))
    assert {answer.status_code for answer in answers} <= {201, 409}
    given = {answer.json()["number"] for answer in answers if answer.status_code == 201}
    kept = client.get("/v1/certificates", headers=held).json()["certificates"]
    assert given
    assert given == {certificate["number"] for certificate in kept}


def test_one_key_sent_many_times_at_once_makes_one_certificate(client: TestClient, world: World) -> None:
    held = world.bearer("certificate-program") | {"Idempotency-Key": "once"}
    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(lambda _: client.post("/v1/certificates", json=CERTIFICATE, headers=held), range(6)))
    assert {answer.status_code for answer in answers} <= {201, 409}
    assert len({answer.json()["number"] for answer in answers if answer.status_code == 201}) == 1
    assert len(client.get("/v1/certificates", headers=held).json()["certificates"]) == 1
