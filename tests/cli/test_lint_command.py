"""`issuance keys lint`: exit codes, both languages, JSON."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from issuance.cli.main import app
from keys import Keys, Purpose
from tests.unit.keys.conftest import NOW, intents, keys, pki, store, vectors

__all__ = ["intents", "keys", "pki", "store"]


def lint(*arguments: object) -> tuple[int, str]:
    done = CliRunner().invoke(app, ["keys", "lint", *map(str, arguments)])
    return done.exit_code, done.output


def test_a_clean_certificate_and_list_exit_0(keys: Keys, tmp_path: Path) -> None:
    files = {"root.cer": keys.signer(Purpose.csca, NOW).certificate, "root.crl": keys.crls[Purpose.csca]}
    for name, der in files.items():
        (tmp_path / name).write_bytes(der)
    code, output = lint(*(tmp_path / name for name in files))
    assert code == 0 and "csca_root" in output and output.count("سليم / clean") == 2


def test_findings_exit_1_and_name_their_clause_in_both_languages() -> None:
    code, output = lint(vectors() / "certs" / "csca_US.cer")
    assert code == 1
    for words in (
        "certificate.subject.common_name",
        "Doc 9303-12 §7.1 table 5",
        "commonName is missing",
        "الاسم الشائع",
    ):
        assert words in output


def test_json_names_each_finding_with_its_deviation() -> None:
    code, output = lint(vectors() / "certs" / "csca_US.cer", "--json")
    (item,) = json.loads(output)["files"][0]["items"]
    assert code == 1 and (item["kind"], item["profile"], item["label"]) == ("certificate", "csca_root", "US")
    assert {"id", "level", "result", "reason", "reason_ar", "clause", "deviation"} == set(item["findings"][0])


def test_an_unreadable_file_exits_2(tmp_path: Path) -> None:
    (tmp_path / "noise").write_bytes(b"noise")
    assert lint(tmp_path / "noise")[0] == 2


@pytest.mark.parametrize("wrong", [("--level", "loose"), ("--profile", "visa_signer")])
def test_an_unknown_level_or_profile_is_told_the_choices(tmp_path: Path, wrong: tuple[str, str]) -> None:
    (tmp_path / "noise").write_bytes(b"noise")
    code, output = lint(tmp_path / "noise", *wrong, "--json")
    assert code == 1 and json.loads(output)["faults"][0]["code"] == "cli.choice"
