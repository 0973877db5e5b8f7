"""What the officer who decides reads of an application besides the person."""

from __future__ import annotations

from datetime import UTC, datetime

from fastapi.testclient import TestClient

from tests.api.conftest import sqlite_client, sqlite_world
from tests.api.test_certificate_review import signed_in
from tests.api.world import World
from tests.api.world import application as of_the_person
from tests.passports import walk
from tests.web.test_production import accounts

__all__ = ["sqlite_client", "sqlite_world"]


def test_an_officer_reads_the_type_in_words_and_the_paper_that_proves_each_condition(
    sqlite_client: TestClient, sqlite_world: World
) -> None:
    person = of_the_person() | {"document_type": "SEA_CREW"}
    wanted = {"kind": "first", "application": person, "papers": {"medical_report": "MR-7/2026"}}
    view = walk(sqlite_world.service, "deciding", wanted, datetime.now(UTC))
    accounts(sqlite_world, officer="passport_officer")
    signed_in(sqlite_client, sqlite_world, "officer")
    for language, words in (
        ("ar", ("مستند سفر بحري", "تقرير طبي")),
        ("en", ("Sea crew travel document", "medical report")),
    ):
        page = sqlite_client.get(f"/passport-office/decisions/{view.id}", params={"lang": language}).text
        assert all(word in page for word in (*words, "MR-7/2026"))
        assert "SEA_CREW" not in page
