"""Chips of the shared vectors through `issuance inspect chip`: what their index expects, by certificates or lists."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from issuance.cli.main import app

pytestmark = pytest.mark.heavy

AT = "2026-11-22T09:30Z"
ISSUED = ["AU", "CN", "DE", "GB-2021", "NZ-2017", "US"]
# file -> (what fails, the levels it fails at)
BROKEN = {
    "DE_signature-last-byte": ({"sod.signature"}, {"crypto"}),
    "GB-2021_ldsso-length-plus1": ({"sod.security_object", "sod.digest"}, {"crypto", "profile"}),
    "TR03105_econtenttype-id-data": ({"sod.signature"}, {"crypto"}),
    "TR03105_ldsso-v2": ({"sod.digest", "sod.version"}, {"crypto", "profile"}),
    "TR03105_signeddata-v1": ({"sod.signed_data_version"}, {"profile"}),
    "TR03105_trailing-byte": ({"sod.file.trailing"}, {"profile"}),
}
LISTS = ["DE_ML_2024-08-07.ml", "ICAO_ML_2023-09.ml"]


def inspect(*paths: Path, trust: Path, at: str = AT) -> tuple[int, dict[str, Any]]:
    arguments = ["inspect", "chip", *map(str, paths), "--trust", str(trust), "--at", at, "--json"]
    done = CliRunner().invoke(app, arguments)
    return done.exit_code, json.loads(done.stdout)


def ids(answer: dict[str, Any], result: str) -> set[str]:
    return {check["id"] for check in answer["checks"] if check["result"] == result}


def about_groups(names: set[str]) -> set[str]:
    return {name for name in names if name.startswith("sod.data_group.")}


@pytest.mark.parametrize("name", ISSUED)
def test_an_issued_security_object_is_genuine_and_its_groups_were_not_seen(name: str, vectors: Path) -> None:
    code, answer = inspect(vectors / "sod" / f"{name}.sod", trust=vectors / "certs")
    assert (code, answer["status"]) == (2, "indeterminate")
    assert not ids(answer, "fail")
    unknown = ids(answer, "unknown")
    listed = {f"sod.data_group.{number}" for number in answer["document"]["data_groups"]}
    assert about_groups(unknown | ids(answer, "warning")) == listed
    assert unknown - listed == {"chain.revocation", "chain.crl.missing", "chip.country"}
    assert {"sod.digest", "sod.signature", "chain.issuer"} <= ids(answer, "pass")
    assert [d["oid"] for d in answer["deviations"]] == (["2.23.136.1.1.7.2"] if name == "CN" else [])


@pytest.mark.parametrize("name", BROKEN)
def test_a_broken_security_object_fails_at_its_level_for_its_reason(name: str, vectors: Path) -> None:
    failed, levels = BROKEN[name]
    code, answer = inspect(vectors / "sod_broken" / f"{name}.sod", trust=vectors / "certs")
    assert (code, answer["status"]) == (1, "invalid")
    assert ids(answer, "fail") == failed
    assert {level for level, status in answer["levels"].items() if status == "invalid"} == levels


@pytest.mark.slow
@pytest.mark.parametrize("held", LISTS)
@pytest.mark.parametrize("name", ISSUED)
def test_either_master_list_anchors_every_issued_security_object(held: str, name: str, vectors: Path) -> None:
    code, answer = inspect(vectors / "sod" / f"{name}.sod", trust=vectors / "masterlists" / held)
    assert code == 2
    assert "chain.issuer" in ids(answer, "pass")
    assert not ids(answer, "fail")


def test_the_bsi_reference_chip_matches_group_by_group_and_dg15_is_not_covered(vectors: Path) -> None:
    code, answer = inspect(vectors / "lds_bsi_tr03105", trust=vectors / "certs", at="2014-06-01T12:00Z")
    assert (code, answer["levels"]["profile"]) == (2, "valid")
    assert about_groups(ids(answer, "pass")) == {f"sod.data_group.{number}" for number in (1, 2, 3, 4, 14)}
    assert about_groups(ids(answer, "unknown")) == {"sod.data_group.15"}
    assert {"sod.digest", "sod.signature"} <= ids(answer, "pass")
    assert not ids(answer, "fail")


def test_the_etsi_chip_matches_and_its_copy_with_another_country_does_not(vectors: Path, tmp_path: Path) -> None:
    held = vectors / "lds_etsi"
    _, sound = inspect(held / "EF_SOD.bin", held / "EF_DG1.bin", trust=vectors / "certs")
    assert "sod.data_group.1" in ids(sound, "pass")
    shutil.copy(held / "EF_DG1_country-changed.bin", tmp_path / "DG1.bin")
    _, changed = inspect(held / "EF_SOD.bin", tmp_path / "DG1.bin", trust=vectors / "certs")
    assert "sod.data_group.1" in ids(changed, "fail")
    assert changed["levels"]["crypto"] == "invalid"
    assert "2.23.136.1.1.7.2.2" in [d["oid"] for d in changed["deviations"]]
    code, both = inspect(held, trust=vectors / "certs")
    assert (code, both["faults"][0]["code"]) == (2, "chip.files.twice")
