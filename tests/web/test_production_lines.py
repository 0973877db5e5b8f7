"""The pages of printing lines: two officers register one, books are sent, a partial answer shows, results are taken."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from fastapi.testclient import TestClient

from issuance.passports import lines, producing
from tests.api.conftest import sqlite_client, sqlite_world
from tests.api.test_certificate_review import signed_in
from tests.api.test_passport_lines import officers
from tests.api.world import World
from tests.api.world import application as of_the_person
from tests.line_program import written
from tests.lines import program
from tests.passports import MAKER, walk
from tests.stock import stocked
from tests.web.test_production import accounts

__all__ = ["sqlite_client", "sqlite_world"]


def test_a_line_is_registered_by_two_sent_what_waits_and_answers_on_the_pages(
    sqlite_client: TestClient, sqlite_world: World, tmp_path: Path
) -> None:
    service, now = sqlite_world.service, datetime.now(UTC)
    officers(sqlite_world, "guard", "other")
    accounts(sqlite_world, maker="personaliser")
    press = program(service, tmp_path, "TIP-1", now)
    token = signed_in(sqlite_client, sqlite_world, "guard")

    def step(path: str = "", status: int = 200, files: Any = None, **fields: str) -> str:
        data = {"csrf": token, **fields}
        answer = sqlite_client.post(lines.PAGE + path, data=data, files=files, follow_redirects=True)
        assert answer.status_code == status, answer.text
        return answer.text

    assert lines.PAGE in sqlite_client.get("/").text
    key = {"public_key": ("line.pub", press.public_key())}
    wanted = {"step": "ask", "line": "TIP-1", "office": "PTIP", "words": "خط جديد"}
    assert 'id="fault-public_key-1"' in step(status=422, files={"public_key": ("line.pub", b"no key")}, **wanted)
    assert 'id="waiting-1"' not in step(files=key, **wanted)  # who asks does not approve
    token = signed_in(sqlite_client, sqlite_world, "other")
    [approval] = [one.id for one in _waiting(sqlite_world)]
    assert 'id="waiting-1"' in sqlite_client.get(lines.PAGE).text
    assert '<span class="tag pass">عامل</span>' in step(step="approve", approval=approval, decide_words="طابقت")
    press.certified(sqlite_client.get(f"{lines.PAGE}/TIP-1/certificate").content)

    stocked(service.db, "PTIP", 5, now)
    view = walk(service, "approved", {"kind": "first", "application": of_the_person()}, now)
    number = producing.produce(service, MAKER, view.id, datetime.now(UTC)).number
    token = signed_in(sqlite_client, sqlite_world, "maker")
    assert f"/production/{number}" in sqlite_client.get(f"{lines.PAGE}/TIP-1").text
    shown = step("/TIP-1", step="send")
    assert "لم يُتسلم بعد" in shown
    step("/TIP-1", 422, step="send")
    [package] = {part.partition('"')[0] for part in shown.split("/TIP-1/packages/")[1:]}
    held = press.take_in(sqlite_client.get(f"{lines.PAGE}/TIP-1/packages/{package}").content, datetime.now(UTC))
    assert "تسلمه الخط في" in sqlite_client.get(f"{lines.PAGE}/TIP-1").text
    message = press.answer(package, [written(number, held[number])])
    assert 'id="fault-message-1"' in step("/results", 422, files={"message": ("r.p7s", b"x")})
    assert 'id="taken"' in step("/results", files={"message": ("r.p7s", message)})
    assert step("/results", 409, files={"message": ("r.p7s", message)})
    assert "أُجيب عنه" in sqlite_client.get(f"{lines.PAGE}/TIP-1").text
    token = signed_in(sqlite_client, sqlite_world, "guard")
    assert '<span class="tag skipped">مغلق</span>' in step(
        "/TIP-1", step="close", reason="retired", words="انتهت خدمته"
    )


def _waiting(world: World) -> list[Any]:
    from issuance.core.approvals import approvals_of

    with world.service.db.reading() as read:
        return list(approvals_of(read, "line:TIP-1"))
