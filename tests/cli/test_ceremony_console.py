"""The console of ceremonies: one at a time, each in a folder of its own with a transcript that holds."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.service import ROOT, audited, console, initialised

pytestmark = pytest.mark.heavy

PEOPLE = ("--present", "leader=L-1", "--present", "key_custodian=K-1", "--present", "witness=W-1")

RUN = ("keys", "ceremony", "run", "document_signer", "--yes", *PEOPLE)


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("ceremony") / "home"
    return initialised(made)


@pytest.mark.slow
def test_ceremonies_begun_together_each_have_a_folder_a_key_and_a_whole_transcript(home: Path) -> None:
    command = [sys.executable, "-c", "from issuance.cli.main import app; app()", *RUN, "--json"]
    environment = {name: value for name, value in os.environ.items() if not name.startswith("ISSUANCE_")}
    environment["ISSUANCE_HOME"] = str(home)
    running = [
        subprocess.Popen(command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        for _ in range(3)
    ]
    told = [one.communicate(timeout=120) for one in running]
    assert [one.returncode for one in running] == [0, 0, 0], told
    answers = [json.loads(out) for out, _ in told]
    folders = {Path(held["transcript"]) for held in answers}
    assert {path.name for path in folders} == {f"document_signer-{n}" for n in (1, 2, 3)}
    assert len({path.name for folder in folders for path in folder.glob("document_signer-*.cer")}) == 4  # and the first
    for folder in folders:
        checked = console("keys", "ceremony", "check", str(folder), home=home)
        assert checked.returncode == 0, checked.stdout


@pytest.mark.slow
def test_a_ceremony_that_stopped_is_audited_too(home: Path) -> None:
    before = len(audited(home, "keys.ceremony"))
    stopped = console("keys", "ceremony", "run", "document_signer", *PEOPLE, "--new", "--json", home=home)
    assert stopped.returncode == 1, stopped.stdout  # nobody is at the keyboard to confirm
    (subject, detail) = audited(home, "keys.ceremony")[before]
    assert (subject, detail["ended"], detail["changed"]) == ("ceremony:document_signer", False, False)


def test_production_lets_nobody_agree_beforehand(tmp_path: Path) -> None:
    production = {
        "ISSUANCE_ENVIRONMENT": "production",
        "ISSUANCE_KEY_STORE": "pkcs11",
        "ISSUANCE_PKCS11_MODULE": __file__,
        "ISSUANCE_PKCS11_PIN": "123456",
        "ISSUANCE_SESSION_SECRET": "a secret of this test alone, of thirty-two characters",
        "ISSUANCE_PUBLIC_BASE_URL": "https://verify.example",
    }
    refused = console(*RUN, "--json", home=tmp_path / "home", **production)
    assert refused.returncode == 1, refused.stdout + refused.stderr
    (fault,) = json.loads(refused.stdout)["faults"]
    assert (fault["code"], fault["field"], fault["clause"]) == (
        "keys.ceremony.beforehand",
        "yes",
        "docs/ceremonies.md",
    )
