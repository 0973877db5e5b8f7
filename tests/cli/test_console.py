"""The console: JSON from every command that answers, exit codes by kind, a second `init` changes nothing."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from issuance.cli.main import app
from specs.load import load
from specs.show import subjects
from tests.service import ROOT, application, changed_specification, console, portrait, replaced

pytestmark = pytest.mark.heavy


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One installation made by `issuance init`."""
    made = tmp_path_factory.mktemp("console") / "home"
    done = console("init", "--json", home=made)
    assert done.returncode == 0, done.stdout + done.stderr
    said = json.loads(done.stdout)
    assert len(said["accounts"]) >= 5
    assert len({account["password"] for account in said["accounts"]}) == len(said["accounts"])
    assert [specimen["kind"] for specimen in said["specimens"]].count("certificate") == 2
    assert {specimen["status"] for specimen in said["specimens"]} == {"valid"}
    return made


def digests(folder: Path) -> dict[str, str]:
    """SHA-256 of every file but SQLite's write-ahead log and its index."""
    return {
        path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in folder.rglob("*")
        if path.is_file() and not path.name.endswith(("-wal", "-shm"))
    }


def answer(home: Path, *arguments: object, code: int = 0) -> Any:
    done = console(*arguments, "--json", home=home)
    assert done.returncode == code, done.stdout + done.stderr
    return json.loads(done.stdout)


@pytest.mark.slow
def test_a_second_init_changes_nothing_and_makes_no_account(home: Path) -> None:
    answer(home, "audit", "verify")
    before = digests(home)
    said = answer(home, "init")
    assert said["accounts"] == []
    assert len(said["specimens"]) == 3
    assert digests(home) == before


@pytest.mark.slow
def test_every_command_answers_json(home: Path, tmp_path: Path) -> None:
    for folder in ("fetched", "trust"):
        (tmp_path / folder).mkdir()
    passport = answer(home, "passports", "list")["passports"][0]["number"]
    certificate = answer(home, "certificates", "list")["certificates"][0]["number"]
    person = answer(home, "people", "list", "--limit", 1)["people"][0]["national_number"]
    assert answer(home, "passports", "show", passport)["number"] == passport
    assert "EF_SOD.bin" in " ".join(
        answer(home, "passports", "fetch", passport, "--out", tmp_path / "fetched")["files"]
    )
    assert answer(home, "certificates", "show", certificate)["data"]["number"] == certificate
    pdf = tmp_path / "c.pdf"
    assert answer(home, "certificates", "fetch", certificate, "--out", pdf)["file"] == str(pdf)
    said = answer(home, "verify", pdf)
    assert (said["status"], said["facts"]["level"]) == ("valid", "B-LT")
    shown = console("verify", pdf, home=home).stdout
    for words in (
        "PAdES level: B-LT",
        "مستوى التوقيع",
        "وقت التوقيع",
        said["facts"]["signed_at"],
        "Time-Stamp Authority",
    ):
        assert words in shown
    assert answer(home, "verify", tmp_path / "fetched")["status"] == "valid"
    assert answer(home, "people", "show", person)["national_number"] == person
    assert {key["purpose"] for key in answer(home, "keys", "list")["keys"]} >= {"csca", "document_signer", "pdf_signer"}
    assert answer(home, "keys", "export-trust", tmp_path / "trust")["files"]
    assert answer(home, "staff", "list")["offices"]
    assert answer(home, "sweep")["settled"] == []
    assert "checkpoint" in answer(home, "audit", "checkpoint")
    assert answer(home, "audit", "verify")["status"] == "valid"


@pytest.mark.slow
def test_a_person_is_entered_and_gets_both_documents_from_the_console(home: Path, tmp_path: Path) -> None:
    picture = tmp_path / "portrait.jpg"
    picture.write_bytes(portrait())
    record = ROOT / "docs/person.example.json"
    number = answer(home, "people", "register", record, "--portrait", picture)["national_number"]
    asked = ROOT / "docs/application.example.json"
    made = answer(home, "passports", "issue", asked, "--portrait", picture)
    assert made["mrz"][0].startswith("PPLBYALMABROUK<<SALEM<ALI<MOHAMED<")
    request = ("--national-number", number, "--purpose", "employment", "--addressee", "مصرف", "--office", "CTIP")
    assert answer(home, "certificates", "issue", *request)["outcome"] == "clear"


@pytest.mark.slow
def test_every_fault_of_an_application_comes_as_json_with_exit_code_1(home: Path, tmp_path: Path) -> None:
    picture, asked = tmp_path / "portrait.jpg", tmp_path / "application.json"
    picture.write_bytes(portrait()[:3000])
    wrong = replaced(replaced(application(), "sex", "X"), "birth_date", "1990-02-30")
    asked.write_text(json.dumps(wrong), "utf-8")
    said = answer(home, "passports", "issue", asked, "--portrait", picture, code=1)
    assert said["error"] == "invalid"
    assert {fault["field"] for fault in said["faults"]} == {"sex", "birth_date", "portrait"}
    assert all(fault["ar"] and fault["en"] and fault["clause"] for fault in said["faults"])


@pytest.mark.slow
@pytest.mark.parametrize(
    ("arguments", "code", "field"),
    [
        (("passports", "show", "LB9999999"), 1, "number"),
        (("certificates", "show", "CS2026-CTIP-999999-0"), 1, "number"),
        (("people", "show", "119909999990"), 1, "national_number"),
        (("people", "register", "no-such-file.json"), 1, "record"),
    ],
)
def test_what_is_not_there_is_a_typed_error(home: Path, arguments: tuple[str, ...], code: int, field: str) -> None:
    assert [fault["field"] for fault in answer(home, *arguments, code=code)["faults"]] == [field]


@pytest.mark.slow
def test_no_installation_and_missing_keys_are_unavailable_with_exit_code_3(tmp_path: Path) -> None:
    said = answer(tmp_path / "nowhere", "passports", "list", code=3)
    assert [fault["code"] for fault in said["faults"]] == ["cli.no_installation"]
    assert not (tmp_path / "nowhere").exists()
    (tmp_path / "bare").mkdir()
    said = answer(tmp_path / "bare", "passports", "list", code=3)
    assert [fault["code"] for fault in said["faults"]] == ["keys.store.missing"]


@pytest.mark.slow
def test_a_wrong_passphrase_and_an_unknown_setting_are_said_in_both_languages(home: Path) -> None:
    done = console("passports", "list", "--json", home=home, ISSUANCE_KEY_PASSPHRASE="not the passphrase")
    assert done.returncode == 1
    assert [fault["code"] for fault in json.loads(done.stdout)["faults"]] == ["keys.passphrase.wrong"]
    done = console("passports", "list", home=home, ISSUANCE_KEY_PASSPRASE="typing error")
    assert done.returncode == 1
    assert "ISSUANCE_KEY_PASSPHRASE?" in done.stderr
    assert "لا يوجد إعداد بهذا الاسم" in done.stderr


@pytest.mark.slow
def test_a_wrong_application_leaves_no_demonstration(tmp_path: Path) -> None:
    asked = tmp_path / "application.json"
    asked.write_text(json.dumps(application(sex="X")), "utf-8")
    for content, field in (('{"a":', "application"), (json.dumps(application(sex="X")), "sex")):
        asked.write_text(content, "utf-8")
        done = console("demo", "--out", tmp_path / "out", "--application", asked, "--json")
        assert done.returncode == 1, done.stdout + done.stderr
        assert field in {fault["field"] for fault in json.loads(done.stdout)["faults"]}
        assert not (tmp_path / "out").exists()


@pytest.mark.slow
def test_spec_check_lists_every_fault_with_its_line(tmp_path: Path) -> None:
    assert console("spec", "check").returncode == 0
    broken = changed_specification(
        tmp_path / "specs",
        ("passport/editions/2026/validity.yaml", "validity_years: 8", "validity_years: eight"),
        ("passport/editions/2026/series.yaml", "prefix: LB", "prefiks: LB"),
        ("certificate/certificate.yaml", "  months: 3\n", "  months: 7\n"),
    )
    done = console("spec", "check", broken, "--json")
    assert done.returncode == 1
    said = json.loads(done.stdout)
    assert not said["valid"]
    places = {(fault["file"], fault["line"]) for fault in said["faults"]}
    for file, words in (
        ("passport/editions/2026/validity.yaml", "validity_years: eight"),
        ("passport/editions/2026/series.yaml", "prefiks:"),
    ):
        line = next(n for n, text in enumerate((broken / file).read_text().splitlines(), 1) if words in text)
        assert (file, line) in places
    assert "certificate/certificate.yaml" in {file for file, _ in places}
    assert all(fault["wrong"] and fault["right"] for fault in said["faults"])
    assert console("passports", "list", specs=broken, home=tmp_path).returncode == 1


@pytest.mark.parametrize("subject", sorted(subjects(load())))
def test_spec_show_prints_each_subject_in_both_languages_and_as_json(subject: str) -> None:
    arabic, english = (CliRunner().invoke(app, ["spec", "show", subject, "--lang", lang]) for lang in ("ar", "en"))
    assert (arabic.exit_code, english.exit_code) == (0, 0)
    assert "السند" in arabic.stdout
    assert "Source" in english.stdout
    assert json.loads(CliRunner().invoke(app, ["spec", "show", subject, "--json"]).stdout)


def test_spec_show_names_what_is_not_known_as_json_too() -> None:
    for arguments, field in ((["nothing"], "subject"), (["passport", "--edition", "1999"], "edition")):
        done = CliRunner().invoke(app, ["spec", "show", *arguments, "--json"])
        assert done.exit_code == 1
        assert [fault["field"] for fault in json.loads(done.stdout)["faults"]] == [field]


@pytest.mark.slow
def test_a_certificate_is_requested_explained_replaced_and_withdrawn(home: Path) -> None:
    number = answer(home, "people", "list")["people"][3]["national_number"]
    asked = ("--national-number", number, "--purpose", "study", "--addressee", "جامعة طرابلس", "--office", "CTIP")
    first = answer(home, "certificates", "request", *asked)
    assert first["state"]["code"] == "issued"
    told = answer(home, "certificates", "explain", first["number"])
    assert (told["same"], told["outcome"], told["rulings"]) == (True, "clear", [])
    answer(home, "certificates", "replace", first["number"], "--reason", "damaged")
    gone = answer(home, "certificates", "status", first["number"])
    assert gone["code"] == "replaced"
    second = gone["replaced_by"]
    assert answer(home, "certificates", "status", second)["code"] == "good"
    refused = answer(home, "certificates", "revoke", second, "--reason", "because", code=1)
    assert [fault["field"] for fault in refused["faults"]] == ["reason"]
    answer(home, "certificates", "revoke", second, "--reason", "issued_in_error")
    assert answer(home, "certificates", "status", second)["code"] == "withdrawn"
    waiting = answer(home, "certificates", "list", "--show", "emergency")["certificates"]
    assert [one["number"] for one in waiting] == [second], "shown to the officers until one of them has looked"
