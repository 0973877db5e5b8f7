"""The right verdict for the right reason, in every world that is declared."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from issuance.border.chip_files import Chip
from issuance.border.chip_record import read_record
from issuance.border.inspection import inspect_chip
from issuance.border.steps import deviations_of, steps_of
from issuance.cli.main import app
from keys.seal_verify import verify_seal
from keys.trust import TrustStore
from keys.verdict import EXIT_CODE, Verdict
from specs.load import load
from tests.pki.world import World, build, names

pytestmark = pytest.mark.heavy

SPEC = load()


def judged(world: World) -> Verdict:
    trust = TrustStore(world.trusted, world.crls, deviation_lists=world.deviation_lists)
    if world.seal is not None:
        return verify_seal(world.seal, trust, world.at, SPEC)
    return inspect_chip(chip_of(world), trust, world.at, SPEC)


def chip_of(world: World) -> Chip:
    held = world.recorded
    answer = (held["aa_challenge.bin"], held["aa_response.bin"]) if "aa_challenge.bin" in held else None
    session = read_record(held["ca_record.json"]) if "ca_record.json" in held else None
    return Chip(world.files, answer, session)


@pytest.mark.parametrize("name", names())
def test_the_verdict_is_right_and_for_the_right_reason(name: str) -> None:
    world, expected = build(name), build(name).expected
    verdict = judged(world)
    found = {result: {c.id for c in verdict.checks if c.result == result} for result in ("fail", "unknown", "warning")}
    assert found["fail"] == set(expected["failed"])
    assert found["unknown"] == set(expected["unknown"])
    assert found["warning"] == set(expected.get("warned", []))
    assert verdict.status == expected["status"]
    assert verdict.levels() == expected["levels"]
    assert [d["oid"] for d in deviations_of(verdict)] == expected["deviations"]


@pytest.mark.parametrize("name", names())
def test_every_reason_is_said_in_both_languages_with_its_clause(name: str) -> None:
    for check in judged(build(name)).checks:
        assert check.reason.isprintable() and check.reason
        assert any("\u0600" <= character <= "\u06ff" for character in check.reason_ar), check
        assert check.clause


def test_steps_stand_in_the_order_of_the_specification_and_hold_every_check() -> None:
    verdict = judged(build("sound_ecdsa"))
    steps = steps_of(verdict, SPEC.border_inspection)
    assert [step.number for step in steps] == list(range(1, len(SPEC.border_inspection.steps.inspection) + 1))
    assert [check for step in steps for check in step.checks] == list(verdict.checks)
    done = {step.wording.id for step in steps if step.result == "pass"}
    assert done >= {"files", "form", "signature", "chain", "validity", "revocation", "digests", "com", "mrz", "country"}


def write(world: World, directory: Path, names_of: dict[str, str] | None = None) -> tuple[Path, Path]:
    """The world's chip and trust as files. names_of: other names for the chip's files."""
    chip, trust = directory / "chip", directory / "trust"
    chip.mkdir()
    trust.mkdir()
    for name, data in world.files.items():
        (chip / (names_of or {}).get(name, f"{name}.bin")).write_bytes(data)
    for number, data in enumerate(world.trusted):
        (trust / f"{number}.cer").write_bytes(data)
    for number, data in enumerate(world.crls):
        (trust / f"{number}.crl").write_bytes(data)
    for number, data in enumerate(world.deviation_lists):
        (trust / f"{number}.dl").write_bytes(data)
    return chip, trust


@pytest.mark.heavy
@pytest.mark.parametrize(
    "name", ["sound_ecdsa", "document_type_not_admitted", "revocation_list_absent", "deviation_known"]
)
def test_the_console_answers_as_the_inspection(name: str, tmp_path: Path) -> None:
    world = build(name)
    chip, trust = write(world, tmp_path)
    arguments = ["inspect", "chip", str(chip), "--trust", str(trust), "--at", world.at.isoformat()]
    done = CliRunner().invoke(app, [*arguments, "--json"])
    answer = json.loads(done.stdout)
    assert set(answer) >= {"status", "document", "levels", "checks", "deviations"}
    assert (answer["status"], done.exit_code) == (world.expected["status"], EXIT_CODE[world.expected["status"]])
    assert answer["levels"] == world.expected["levels"]
    assert answer["document"]["mrz"]["document_number"] == "L898902C3"
    shown = CliRunner().invoke(app, arguments)
    assert shown.exit_code == done.exit_code
    assert SPEC.border_inspection.steps.inspection[0].ar in shown.stdout
    verified = CliRunner().invoke(app, ["verify", *arguments[2:], "--json"])
    assert verified.exit_code == done.exit_code
    assert {
        k: json.loads(verified.stdout)[k] for k in ("levels", "steps", "deviations", "advice")
    }.items() <= answer.items()


@pytest.mark.parametrize(
    "names_of",
    [
        {
            "EF_SOD": "011D.bin",
            "EF_COM": "011E.bin",
            "DG1": "0101.bin",
            "DG2": "0102.BIN",
            "DG11": "010B",
            "DG12": "010c",
        },
        {"EF_SOD": "a", "EF_COM": "b.dat", "DG1": "c.bin", "DG2": "picture.bin", "DG11": "e", "DG12": "f"},
        {
            "EF_SOD": "x.sod",
            "DG1": "Datagroup1.bin",
            "DG2": "DataGroup_02.bin",
            "DG11": "ef.dg11.bin",
            "DG12": "dg12.bin",
        },
    ],
)
def test_files_are_known_by_name_by_file_identifier_and_by_outer_tag(names_of: dict[str, str], tmp_path: Path) -> None:
    world = build("sound_ecdsa")
    chip, trust = write(world, tmp_path, names_of)
    (chip / "notes.txt").write_text("a text beside the chip is none of it")
    given = ["--trust", str(trust), "--at", world.at.isoformat(), "--json"]
    for paths in ([str(chip)], [str(path) for path in chip.iterdir() if path.suffix != ".txt"]):
        done = CliRunner().invoke(app, ["inspect", "chip", *paths, *given])
        assert json.loads(done.stdout)["status"] == "valid", done.stdout


def test_a_security_object_alone_is_judged_and_says_what_was_not_seen(tmp_path: Path) -> None:
    world = build("sound_ecdsa")
    chip, trust = write(world, tmp_path)
    given = ["--trust", str(trust), "--at", world.at.isoformat(), "--json"]
    done = CliRunner().invoke(app, ["inspect", "chip", str(chip / "EF_SOD.bin"), *given])
    answer = json.loads(done.stdout)
    assert (answer["status"], done.exit_code) == ("indeterminate", 2)
    unseen = {check["id"] for check in answer["checks"] if check["result"] == "unknown"}
    assert unseen == {"chip.country", *(f"sod.data_group.{number}" for number in (1, 2, 11, 12))}
    assert {c["id"]: c["result"] for c in answer["checks"]}["sod.signature"] == "pass"


def test_two_candidates_for_one_file_are_refused_by_name(tmp_path: Path) -> None:
    chip, trust = write(build("sound_ecdsa"), tmp_path)
    (chip / "0101.bin").write_bytes((chip / "DG1.bin").read_bytes())
    done = CliRunner().invoke(app, ["inspect", "chip", str(chip), "--trust", str(trust), "--json"])
    assert done.exit_code == 2
    assert [fault["code"] for fault in json.loads(done.stdout)["faults"]] == ["chip.files.twice"]


@pytest.mark.parametrize("kind", ["EF.{}", "{}", "EF_{}", "ef-{}.der", "LBY {}.txt"])
def test_no_name_hides_a_file_of_a_chip(kind: str, tmp_path: Path) -> None:
    world = build("sound_ecdsa")
    given = {name: kind.format(name.removeprefix("EF_")) for name in world.files}
    chip, trust = write(world, tmp_path, given)
    (chip / "what is this.txt").write_text("w begins with the tag of an EF.SOD, and is none")
    answer = ["inspect", "chip", str(chip), "--trust", str(trust), "--at", world.at.isoformat(), "--json"]
    assert json.loads(CliRunner().invoke(app, answer).stdout)["status"] == "valid"
    (chip / "second.xyz").write_bytes(world.files["DG1"])
    refused = CliRunner().invoke(app, answer)
    assert [fault["code"] for fault in json.loads(refused.stdout)["faults"]] == ["chip.files.twice"]
