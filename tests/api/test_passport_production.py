"""Production over the API: a maker's program makes the book, another one checks it; who made it does not."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from starlette.testclient import TestClient

from issuance.core.actor import system
from issuance.staff import commands as staff
from issuance.staff.commands import AccountEntry
from tests.api.world import World
from tests.api.world import application as of_the_person
from tests.passports import as_written, walk
from tests.stock import stocked


def bearer(world: World, name: str, role: str, office: str = "PTIP") -> dict[str, str]:
    """The token of a program with this duty."""
    entry = AccountEntry(name, name, [role], office)
    made = staff.register_client(world.service.db, system("tests"), entry, world.service.spec, datetime.now(UTC))
    return {"Authorization": f"Bearer {made.secret}"}


def test_a_book_is_made_and_checked_by_two_programs_and_the_maker_checks_none(sqlite_world: World) -> None:
    service, now = sqlite_world.service, datetime.now(UTC)
    stocked(service.db, "PTIP", 5, now)
    wanted = {"kind": "first", "application": of_the_person()}
    view = walk(service, "approved", wanted, now)
    maker = bearer(sqlite_world, "line", "personaliser")
    controller = bearer(sqlite_world, "station", "quality_controller")
    with TestClient(sqlite_world.app()) as client:

        def ask(method: str, path: str, status: int, who: dict[str, str], **more: Any) -> Any:
            answer = client.request(method, f"/v1/passports/{path}", headers=who, **more)
            assert answer.status_code == status, answer.text
            return answer.json() if answer.content else None

        [waits] = ask("GET", "production", 200, maker)["waiting"]
        assert (waits["application"], waits["state"], waits["late"]) == (view.id, "approved", False)
        assert ask("GET", "production", 200, controller) == {"waiting": []}
        ask("GET", "production", 403, sqlite_world.bearer("certificate-program"))
        order = {"application": view.id, "blank": None}
        number = ask("POST", "production", 201, maker, json=order)["number"]
        ask("POST", "production", 409, maker, json=order)
        ask("POST", f"{number}/written", 204, maker)
        chip, page = as_written(service.db, number)
        files: dict[str, Any] = {name: (name, content) for name, content in chip.items()}
        ask("POST", f"{number}/quality", 422, controller, files=files)
        files["page"] = ("page.png", page)
        ask("POST", f"{number}/quality", 403, maker, files=files)
        wrong = files | {"DG1.bin": ("DG1.bin", chip["DG1.bin"][:-1] + b"?")}
        found = ask("POST", f"{number}/quality", 200, controller, files=wrong)
        assert (found["passed"], found["approval"]) == (False, None)  # a program asks for no spoiling: a person does
        assert [(one["file"], one["at"]) for one in found["differences"]] == [("DG1.bin", len(chip["DG1.bin"]) - 1)]
        found = ask("POST", f"{number}/quality", 200, controller, files=files)
        assert (found["passed"], found["differences"]) == (True, [])
        assert ask("GET", "production", 200, controller) == {"waiting": []}
        ask("POST", f"{number}/quality", 409, controller, files=files)
