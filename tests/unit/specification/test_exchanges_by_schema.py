"""Every exchange has its schema: the calls and commands by name, the files and bulk rows as they really are."""

from __future__ import annotations

import base64
import csv
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import typer.main

from issuance.certificates import bulk, bulk_report, webhooks
from issuance.certificates.status_list import status_list
from issuance.cli.main import app
from issuance.passports import commands as passports
from issuance.passports.views import passport_file
from issuance.service import Service
from issuance.specification import schemas
from issuance.specification.conform.run import conform_path
from specs.difference import difference
from specs.load import SHIPPED, load
from tests.certificate_bulk import many
from tests.schemas import assert_published, faults
from tests.service import CLERK, NOW, ROOT, application, console, initialised, issued, portrait, request

SPEC = load(SHIPPED)
ADMINISTRATION = {
    "audit checkpoint", "audit verify", "cases alarms", "cases export", "cases finalise", "cases generate",
    "cases import", "cases rebuild", "cases verify-evidence", "certificates bulk send", "certificates fetch",
    "certificates recheck", "certificates replace", "certificates webhooks close", "demo", "fees receipt",
    "fees refund", "init", "keys ceremony abort", "keys ceremony check", "keys ceremony run", "keys ceremony show",
    "keys deviation-list", "keys export-pkd", "keys export-trust", "keys lint", "keys list", "keys master-list",
    "keys revoke", "keys rollover", "keys rotate", "keys tidy", "mrz transliterate", "offices close",
    "offices history", "offices import", "offices list", "offices merge", "offices move", "offices split",
    "passports fetch", "people reindex", "spec book", "spec draft export", "spec draft withdraw", "spec restore",
    "spec show", "spec sign", "staff add", "staff add-client", "staff bind-certificate", "staff certificates",
    "staff list", "staff revoke-client", "staff set-holder", "staff set-office", "staff unbind-certificate",
    "sweep", "trust import", "trust list", "trust scheduled", "trust withdraw",
}  # fmt: skip
"""Commands whose JSON acknowledges or lists what an administrator did here; nobody exchanges it."""


def commands(held: Any, path: str = "") -> Iterator[str]:
    """Every command that can answer as JSON."""
    for name, one in getattr(held, "commands", {}).items():
        yield from commands(one, f"{path} {name}".strip())
    if not hasattr(held, "commands") and any({"--json", "--jsonl"} & set(option.opts) for option in held.params):
        yield path


def test_every_command_that_answers_a_document_has_its_schema() -> None:
    found = set(commands(typer.main.get_command(app)))
    assert found - ADMINISTRATION == set(schemas.COMMANDS)
    assert set() == ADMINISTRATION - found


def test_every_exchange_names_documents_that_are_published() -> None:
    known = {name for name, _ in schemas.published(SPEC)}
    named = [name for held in (*schemas.ROUTES.values(), *schemas.COMMANDS.values()) for name in schemas.names_of(held)]
    named += [held.takes for held in (*schemas.ROUTES.values(), *schemas.COMMANDS.values()) if held.takes]
    assert [name for name in named if name not in known] == []


def test_a_certificate_its_data_and_its_place_in_the_list_are_as_published(desk: Service) -> None:
    asked = request()
    assert_published(asked, ["certificate-request"])
    view = issued(desk, asked)
    assert_published(view.as_json(), ["certificate"])
    assert_published(view.as_json()["data"], ["certificate-data"])
    claims = status_list(desk, NOW).split(".")[1]
    assert_published(json.loads(base64.urlsafe_b64decode(claims + "=" * (-len(claims) % 4))), ["status-list-token"])


def test_a_file_of_requests_its_report_and_what_a_system_is_told(desk: Service) -> None:
    content = many(desk, 2)
    for row in csv.DictReader(content.decode().splitlines()):
        assert_published({name: cell for name, cell in row.items() if cell}, ["certificate-bulk-row"])
    webhook, secret = webhooks.register(desk, CLERK, "office:CTIP", "https://authority.example/told", NOW)
    assert_published(webhook.as_json() | {"secret": secret}, ["webhook-registered"])
    view = bulk.send(desk, CLERK, "CTIP", content, NOW)
    assert_published(view.as_json(), ["certificate-bulk"])
    report = bulk_report.report(desk, CLERK, view.id, NOW)
    assert_published(report.as_json(), ["certificate-bulk-report"])
    for row in csv.DictReader(report.as_csv().removeprefix("\ufeff").splitlines()):
        assert_published({name: cell for name, cell in row.items() if cell}, ["certificate-bulk-report-row"])


def documented(name: str) -> str:
    return (ROOT / "docs" / name).read_text("utf-8")


def rows(text: str) -> list[dict[str, str]]:
    """The rows of a CSV file without their empty cells."""
    return [{k: v for k, v in row.items() if v} for row in csv.DictReader(text.splitlines())]


def test_the_documented_files_are_rows_as_published() -> None:
    for row in rows(documented("certificates-bulk.example.csv")):
        # the last row shows one that is refused: neither consent nor law
        assert (faults(row, "certificate-bulk-row") == []) == ({"consent", "legal_basis"} & set(row) != set())
    for row in rows(documented("offices.example.csv")):
        assert_published(row, ["office-row"])
    for line in documented("cases-import.example.jsonl").splitlines():
        assert_published(json.loads(line), ["case-import-row"])
    assert_published(json.loads(documented("deviations.example.json")), ["deviation-list-input"])


@pytest.mark.slow
def test_cases_go_in_and_out_as_published(tmp_path: Path) -> None:
    home, docs = initialised(tmp_path / "home"), ROOT / "docs"
    for command in (
        ("offices", "import", docs / "offices.example.csv"),
        ("people", "register", docs / "person.example.json"),
        ("cases", "import", docs / "cases-import.example.jsonl", "--source", "x", "--report", tmp_path / "fates.jsonl"),
        ("cases", "export", tmp_path / "cases.jsonl", "--purpose", "supervision", "--words", "yearly"),
        ("cases", "export", tmp_path / "cases.csv", "--purpose", "supervision", "--words", "yearly"),
    ):
        done = console(*command, home=home)
        assert done.returncode == 0, done.stderr
    for name, document in (("fates.jsonl", "case-import-fate"), ("cases.jsonl", "case-file-export")):
        lines = (tmp_path / name).read_text("utf-8").splitlines()
        assert lines
        for line in lines:
            assert_published(json.loads(line), [document])
    for row in rows((tmp_path / "cases.csv").read_text("utf-8")):
        assert_published(row, ["case-list-row"])


def test_a_difference_of_editions_and_a_verdict_of_conformance_are_as_published(desk: Service, tmp_path: Path) -> None:
    changes = difference((SPEC, "2021"), (SPEC, "2026")).as_json()
    assert_published(changes, ["edition-difference"])
    assert_published(changes | {"changes": changes["changes"][:3]}, ["edition-difference"])
    view = passports.issue(desk, CLERK, application(), portrait(), NOW)
    for name in view.files:
        (tmp_path / name).write_bytes(passport_file(desk, CLERK, view.number, name)[0])
    report = conform_path(tmp_path, SPEC, "2026").as_json()
    assert_published(report, ["conformance-report"])
    judged = [one for one in report["clauses"] if one["values"]]
    assert_published(report | {"clauses": judged[:3]}, ["conformance-report"])
