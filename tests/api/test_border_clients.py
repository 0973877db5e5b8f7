"""Programs of border posts: what the documents and OpenAPI show them is true, run against a real server over TLS."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient

from issuance.core.settings import Settings
from issuance.mrtd.mrz import check
from issuance.service import open_service
from issuance.specification import schemas
from issuance.staff.client_certificates import bind_certificate
from issuance.staff.commands import AccountEntry, register_client
from tests import tls
from tests.api.world import World
from tests.border import POST, issue, with_posts
from tests.passport_books import SUPERVISOR, say
from tests.schemas import assert_published, route_of
from tests.service import CLERK, ROOT

DOCUMENT = ROOT / "docs" / "border-clients.md"
MOST_LINES = 10


def test_the_python_client_of_the_document_asks_over_its_certificate(sqlite_world: World, tmp_path: Path) -> None:
    program = shown("python")
    assert len([line for line in program.splitlines() if line.strip()]) <= MOST_LINES
    authority = tls.authority(tmp_path, "posts")
    server, key = authority.issue("server", "serverAuth")
    for made, name in zip((authority.certificate, *authority.issue("post-1")), CALLED, strict=True):
        shutil.copy(made, tmp_path / name)
    home = sqlite_world.service.settings.home
    named = {"tls_certificate": server, "tls_key": key, "client_ca": authority.certificate}
    service = open_service(Settings.model_validate({"home": home} | named))
    book = issue(with_posts(service), 901, service.clock())
    entry = AccountEntry("post-1", "post-1", ["border_system"], POST)
    client = register_client(service.db, CLERK, entry, service.spec, service.clock()).id
    bind_certificate(service.db, CLERK, client, (tmp_path / "post-1.crt").read_bytes(), service.clock())
    with tls.serving(World(service, {}, {}).app(), service.settings) as address:
        assert asked(program, address, book.lines, tmp_path)[:2] == ["indeterminate", "active"]
        say(SUPERVISOR, service, book.number, "stolen", service.clock())
        assert asked(program, address, book.lines, tmp_path)[:2] == ["invalid", "stolen"]
    service.close()


CALLED = ("server-ca.crt", "post-1.crt", "post-1.key")
"""As the document names the files."""


def shown(language: str) -> str:
    """The one block of that language in the document."""
    blocks = re.findall(rf"^```{language}\n(.*?)^```", DOCUMENT.read_text("utf-8"), re.MULTILINE | re.DOTALL)
    assert len(blocks) == 1
    return str(blocks[0])


def asked(program: str, address: str, lines: tuple[str, str], folder: Path) -> list[str]:
    """What the program prints for a zone."""
    done = subprocess.run(
        [sys.executable, "-I", "-c", program],
        cwd=folder,
        env={"BORDER": address, "PYTHONIOENCODING": "utf-8"},
        input="\n".join(lines),
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.splitlines()


def test_every_json_example_of_a_border_route_is_as_published(sqlite_client: TestClient) -> None:
    told = sqlite_client.get("/v1/openapi.json").json()
    found = list(json_examples(told))
    assert {"/v1/border/inspections"} <= {path for path, _, _ in found}
    for path, name, value in found:
        route = route_of("POST", path)
        assert route is not None, path
        takes = schemas.ROUTES[route].takes
        assert takes is not None, path
        assert_published(value, [takes])
        if "mrz" in value:
            assert check(value["mrz"]).valid, f"{path} {name}"


def test_the_server_takes_every_json_example_of_a_border_route(sqlite_client: TestClient, sqlite_world: World) -> None:
    service = with_posts(sqlite_world.service)
    entry = AccountEntry("post-1", "post-1", ["border_system"], POST)
    token = register_client(service.db, CLERK, entry, service.spec, service.clock()).secret
    for path, name, value in json_examples(sqlite_client.get("/v1/openapi.json").json()):
        answer = sqlite_client.post(path, json=value, headers={"Authorization": f"Bearer {token}"})
        assert answer.status_code == 200, f"{path} {name}: {answer.text[:500]}"


def test_every_border_route_has_an_example_of_each_body_it_takes_and_a_published_schema(
    sqlite_client: TestClient,
) -> None:
    for path, methods in border_paths(sqlite_client.get("/v1/openapi.json").json()):
        for method, route in methods.items():
            body = route.get("requestBody", {}).get("content", {})
            if "application/json" in body:
                assert body["application/json"].get("examples") or body["application/json"].get("example"), path
            if not any(part in path for part in ("{name}", "{file}")):  # a file is no JSON
                assert f"{method.upper()} {path}" in schemas.ROUTES, f"{method} {path}"


def border_paths(told: dict[str, Any]) -> list[tuple[str, dict[str, Any]]]:
    return [(path, methods) for path, methods in told["paths"].items() if path.startswith("/v1/border/")]


def json_examples(told: dict[str, Any]) -> list[tuple[str, str, Any]]:
    """(path, name, value) of every example of a JSON body that is posted."""
    found = []
    for path, methods in border_paths(told):
        body = methods.get("post", {}).get("requestBody", {}).get("content", {}).get("application/json", {})
        found += [(path, name, json.loads(json.dumps(e["value"]))) for name, e in body.get("examples", {}).items()]
    return found


@pytest.mark.parametrize("said", ["401", "403", "422"])
def test_the_document_names_the_refusals_that_openapi_lists(sqlite_client: TestClient, said: str) -> None:
    told = sqlite_client.get("/v1/openapi.json").json()
    assert said in told["paths"]["/v1/border/inspections"]["post"]["responses"]
    assert f"`{said}`" in DOCUMENT.read_text("utf-8")
