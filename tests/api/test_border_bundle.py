"""The offline bundle by the interface: for border officers alone, file by file, whole, and by delta."""

from __future__ import annotations

from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from issuance.border.bundle.opening import BundleKnowledge
from issuance.border.bundle.updating import update
from issuance.core.actor import system
from issuance.staff import commands as staff
from issuance.staff.commands import AccountEntry
from keys.trust import TrustStore
from tests.api.test_certificate_review import signed_in
from tests.api.world import World
from tests.passport_books import put_book

BASE = "/v1/border/bundle"


@pytest.fixture
def border(sqlite_world: World, sqlite_client: TestClient) -> TestClient:
    """A border officer is signed in."""
    entry, now, spec = (
        AccountEntry("border", "border", ["border_officer"], "PTIP"),
        datetime.now(UTC),
        sqlite_world.service.spec,
    )
    made = staff.open_account(sqlite_world.service.db, system("tests"), entry, spec, now, must_change=False)
    passwords = sqlite_world.passwords | {"border": made.secret}
    signed_in(sqlite_client, World(sqlite_world.service, passwords, sqlite_world.tokens), "border")
    return sqlite_client


def test_a_post_fetches_a_bundle_and_later_the_delta_to_the_next(
    border: TestClient, sqlite_world: World, tmp_path: Path
) -> None:
    service = sqlite_world.service
    trust = TrustStore(certificates=tuple(one.der for one in service.trust.anchors))
    first = border.get(BASE)
    told = first.json()
    assert (first.status_code, first.headers["etag"]) == (200, f'"{told["version"]}"')
    assert border.get(BASE, headers={"If-None-Match": first.headers["etag"]}).status_code == 304
    for one in told["files"]:
        got = border.get(f"{BASE}/{told['version']}/{one['name']}")
        assert (len(got.content), sha256(got.content).hexdigest()) == (one["size"], one["sha256"])
        assert "immutable" in got.headers["cache-control"]
    (tmp_path / "post").write_bytes(border.get(f"{BASE}/{told['version']}/bundle").content)
    assert BundleKnowledge.open(tmp_path / "post", trust, service.spec).standing("LB2345678") is None

    put_book(service, "LB2345678", now=datetime.now(UTC))
    assert border.get(BASE).json()["version"] == told["version"], "changes wait for remake_minutes"
    rules = service.spec.border_bundle.freshness.model_copy(update={"remake_minutes": 0})
    held = service.spec.border_bundle.model_copy(update={"freshness": rules})
    service.spec = service.spec.model_copy(update={"border_bundle": held})
    second = border.get(BASE).json()
    assert second["version"] > told["version"]
    assert second["deltas_from"] == [told["version"]]
    (tmp_path / "delta").write_bytes(border.get(f"{BASE}/{second['version']}/delta-{told['version']}").content)
    update(tmp_path / "post", tmp_path / "delta", None, service.spec)
    standing = BundleKnowledge.open(tmp_path / "post", None, service.spec).standing("LB2345678")
    assert standing is not None and standing.state == "active"
    assert (tmp_path / "post").read_bytes() == border.get(f"{BASE}/{second['version']}/bundle").content
    assert border.get(f"{BASE}/{told['version']}/bundle").status_code == 200, "a download begun before can be finished"
    for gone in (
        f"{second['version']}/delta-1",
        f"{second['version']}/secrets",
        "1/bundle",
        f"{told['version']}/delta-1",
    ):
        assert border.get(f"{BASE}/{gone}").status_code == 404


def test_the_bundle_is_for_border_officers_alone(sqlite_client: TestClient, sqlite_world: World) -> None:
    for path in (BASE, f"{BASE}/1/status", f"{BASE}/1/bundle", f"{BASE}/1/delta-1"):
        assert sqlite_client.get(path).status_code == 401
        program = sqlite_world.bearer("passport-program")
        assert sqlite_client.get(path, headers=program).status_code == 403
