"""The pages of production: a maker makes, a controller compares, two people spoil; each sees what is theirs to do."""

from __future__ import annotations

import io
import re
from datetime import UTC, datetime
from typing import Any

from fastapi.testclient import TestClient
from PIL import Image

from issuance.core.actor import system
from issuance.passports.batch import batch
from issuance.staff import commands as staff
from issuance.staff.commands import AccountEntry
from tests.api.conftest import sqlite_client, sqlite_world
from tests.api.test_certificate_review import signed_in
from tests.api.world import World
from tests.api.world import application as of_the_person
from tests.passports import MAKER, as_written, walk
from tests.stock import stocked

__all__ = ["sqlite_client", "sqlite_world"]
AT = "/passport-office/production"


def accounts(world: World, **roles: str) -> None:
    """Somebody signed in for each of these duties."""
    for name, role in roles.items():
        entry = AccountEntry(name, name, [role], "PTIP")
        opened = staff.open_account(
            world.service.db, system("tests"), entry, world.service.spec, datetime.now(UTC), must_change=False
        )
        world.passwords[name] = opened.secret


def blank_page() -> bytes:
    """A scan on which nothing can be read."""
    out = io.BytesIO()
    Image.new("L", (1000, 700), 250).save(out, "PNG")
    return out.getvalue()


def test_a_book_is_made_scanned_again_spoiled_by_two_and_made_anew(
    sqlite_client: TestClient, sqlite_world: World
) -> None:
    service = sqlite_world.service
    accounts(sqlite_world, maker="personaliser", controller="quality_controller", other="quality_controller")
    stocked(service.db, "PTIP", 5, datetime.now(UTC))
    view = walk(service, "approved", {"kind": "first", "application": of_the_person()}, datetime.now(UTC))
    token = signed_in(sqlite_client, sqlite_world, "maker")

    def step(path: str, status: int = 200, files: Any = None, **fields: str) -> str:
        data = {"csrf": token, **fields}
        answer = sqlite_client.post(AT + path, data=data, files=files, follow_redirects=True)
        assert answer.status_code == status, answer.text
        return answer.text

    assert AT in sqlite_client.get("/").text
    assert view.id in sqlite_client.get(AT).text
    made = step("", application=view.id)
    [number] = set(re.findall(r"/production/(\w{9})/written", made))
    step("", 409, application=view.id)
    assert "/quality" not in step(f"/{number}/written")

    token = signed_in(sqlite_client, sqlite_world, "controller")
    chip, page = as_written(service.db, number)
    files = {name: (name, content) for name, content in chip.items()}
    assert f"{AT}/{number}" in sqlite_client.get(AT).text
    again = step(f"/{number}/quality", files=files | {"page": ("page.png", blank_page())})
    assert ('data-status="indeterminate"' in again, 'id="differences"' in again) == (True, False)
    wrong = files | {"page": ("page.png", page), "DG2.bin": ("DG2.bin", chip["DG2.bin"][:-1] + b"?")}
    differs = step(f"/{number}/quality", files=wrong)
    assert '<bdi class="ltr">DG2.bin</bdi>' in differs
    [approval] = [one.id for one in _approvals(sqlite_world, number)]
    step(f"/{number}/spoiling", 422, approval=approval, words="رأيته")
    token = signed_in(sqlite_client, sqlite_world, "other")
    assert approval in sqlite_client.get(f"{AT}/{number}").text
    step(f"/{number}/spoiling", approval=approval, words="رأيته")
    [fate] = batch(service, MAKER, office="PTIP")
    assert (fate.application, fate.fate, fate.number != number) == (view.id, "made", True)
    assert list(batch(service, MAKER)) == []


def _approvals(world: World, number: str) -> list[Any]:
    from issuance.core.approvals import approvals_of

    with world.service.db.reading() as read:
        return list(approvals_of(read, f"passport:{number}"))
