"""What a terminal recorded of a chip's own proofs, given as files of its folder or on the command line."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from issuance.cli.main import app
from tests.pki.test_worlds import write
from tests.pki.world import World, build

pytestmark = pytest.mark.heavy

Inspect = Callable[..., tuple[Any, int]]
SESSIONS = {
    "sound_with_active_authentication": ("valid", {"aa.response": "pass"}),
    "active_authentication_response_wrong": ("invalid", {"aa.response": "fail"}),
    "active_authentication_by_another_key": ("invalid", {"aa.response": "fail"}),
    "active_authentication_in_der": ("valid", {"aa.response": "pass", "aa.encoding": "warning"}),
    "sound_with_chip_authentication": ("valid", {"ca.response": "pass"}),
    "chip_authentication_by_a_clone": ("invalid", {"ca.response": "fail"}),
}
ACTIVE = [name for name in SESSIONS if "active" in name]


@pytest.fixture
def inspect(tmp_path: Path) -> Inspect:
    """(answer, exit code) of `issuance inspect chip` on a world whose folder also holds `beside`."""

    def run(world: World, beside: dict[str, bytes], *arguments: str) -> tuple[Any, int]:
        chip, trust = write(world, tmp_path)
        for name, data in beside.items():
            (chip / name).write_bytes(data)
        given = ["--trust", str(trust), "--at", world.at.isoformat(), "--json"]
        done = CliRunner().invoke(app, ["inspect", "chip", str(chip), *given, *arguments])
        return json.loads(done.stdout), done.exit_code

    return run


def results(answer: Any) -> dict[str, str]:
    return {check["id"]: check["result"] for check in answer["checks"] if check["id"][:3] in ("aa.", "ca.")}


@pytest.mark.parametrize("name", SESSIONS)
def test_a_record_in_the_folder_of_the_chip_is_judged(name: str, inspect: Inspect) -> None:
    world, (status, expected) = build(name), SESSIONS[name]
    answer, code = inspect(world, dict(world.recorded))
    assert (answer["status"], code) == (status, {"valid": 0, "invalid": 1}[status])
    assert results(answer).items() >= expected.items()


@pytest.mark.parametrize("name", ACTIVE)
def test_a_record_on_the_command_line_is_judged_alike(name: str, inspect: Inspect) -> None:
    world, (status, expected) = build(name), SESSIONS[name]
    said = ":".join(world.recorded[f"aa_{part}.bin"].hex() for part in ("challenge", "response"))
    answer, _ = inspect(world, {}, "--aa", said)
    assert answer["status"] == status
    assert results(answer).items() >= expected.items()


def test_a_proof_is_step_by_step_its_own_line(inspect: Inspect) -> None:
    world = build("chip_authentication_by_a_clone")
    answer, _ = inspect(world, dict(world.recorded))
    steps = {step["id"]: step["result"] for step in answer["steps"]}
    assert (steps["chip_authentication"], steps["active_authentication"]) == ("fail", "not_done")
    assert (steps["signature"], steps["digests"]) == ("pass", "pass")


@pytest.mark.parametrize("said", ["", "00", "0102:", "0102:zz", "0102-0304", "0102:0304:05", "010:0304"])
def test_what_is_no_record_on_the_command_line_is_named(said: str, inspect: Inspect) -> None:
    answer, code = inspect(build("sound_with_active_authentication"), {}, "--aa", said)
    assert (code, [fault["field"] for fault in answer["faults"]]) == (2, ["aa"])


@pytest.mark.parametrize(
    "beside",
    [
        {"aa_challenge.bin": bytes(8)},
        {"aa_response.bin": bytes(64)},
        {"ca_record.json": b"{"},
        {"ca_record.json": b"[]"},
        {"ca_record.json": b'{"terminal_public": "zz"}'},
        {"ca_record.json": b'{"terminal_public": "00", "surprise": 1}'},
        {"ca_record.json": b'{"terminal_public": "00", "send_sequence_counter": -1}'},
        {"ca_record.json": b"[" * 100_000},
    ],
)
def test_half_a_record_or_a_broken_one_is_named_and_nothing_is_judged(
    beside: dict[str, bytes], inspect: Inspect
) -> None:
    answer, code = inspect(build("sound_with_active_authentication"), beside)
    assert (code, [fault["code"] for fault in answer["faults"]]) == (2, ["chip.files.record"])


def test_a_record_without_the_key_to_judge_it_by_is_unknown(inspect: Inspect) -> None:
    record = build("sound_with_active_authentication").recorded
    answer, code = inspect(build("sound_ecdsa"), dict(record))
    assert (answer["status"], code) == ("indeterminate", 2)
    assert [c["id"] for c in answer["checks"] if c["result"] == "unknown"] == ["chip.active_authentication"]
