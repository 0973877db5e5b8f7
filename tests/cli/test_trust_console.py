"""The console of trust: lists are published, imported elsewhere, counted, and a revocation changes the verdict."""

from __future__ import annotations

import hashlib
import json
import shutil
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from tests.service import audited, console, initialised


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One installation made by `issuance init`."""
    made = tmp_path_factory.mktemp("trust") / "home"
    return initialised(made)


def answer(home: Path, *arguments: object, code: int = 0) -> Any:
    done = console(*arguments, "--json", home=home)
    assert done.returncode == code, done.stdout + done.stderr
    return json.loads(done.stdout)


@pytest.mark.slow
def test_what_one_installation_publishes_another_imports_and_counts(home: Path, tmp_path: Path) -> None:
    station = tmp_path / "station"
    answer(home, "keys", "export-trust", tmp_path / "exported")
    (csca,) = (tmp_path / "exported").glob("csca-*.cer")
    answer(home, "keys", "master-list", "--out", tmp_path / "ly.ml")
    refused = answer(home, "trust", "import", tmp_path / "ly.ml", "--trust", station, code=1)
    assert [f["code"] for f in refused["refused"]] == ["trust.import.list"]
    named = answer(home, "trust", "import", tmp_path / "ly.ml", "--anchor", csca, "--trust", station, code=1)
    assert [f["code"] for f in named["refused"]] == ["trust.import.our_country", "trust.import.list"]
    shutil.copy(csca, station)  # our own CSCA is believed as a file laid there by hand, never as an import
    taken = answer(home, "trust", "import", tmp_path / "ly.ml", "--trust", station)
    assert taken["added"] == {"master_list": 1}
    answer(home, "keys", "export-pkd", "--master-list", tmp_path / "ly.ml", "--out", tmp_path / "ly.ldif")
    more = answer(home, "trust", "import", tmp_path / "ly.ldif", "--trust", station)
    assert more["added"] == {"certificate": 1, "crl": 1}
    told = answer(home, "trust", "list", "--trust", station)
    assert told["anchors"]["by_state"] == {"LY": 1} and told["anchors"]["usable"] == 1
    assert [(crl["freshness"], crl["signature"]) for crl in told["crls"]] == [("fresh", "holds")]
    before = answer(home, "trust", "list", "--trust", station, "--at", "2020-01-01T00:00Z")
    assert (before["anchors"]["total"], before["snapshots"]) == (1, [])  # a file laid there by hand has no date


@pytest.mark.slow
def test_an_import_into_the_installation_is_audited_and_used_at_once(home: Path, tmp_path: Path) -> None:
    answer(home, "keys", "master-list", "--out", tmp_path / "ly.ml")
    taken = answer(home, "trust", "import", tmp_path / "ly.ml")  # its CSCA is trusted here already
    assert taken["added"] == {"master_list": 1}
    again = answer(home, "trust", "import", tmp_path / "ly.ml")
    assert (again["snapshot"], again["known"]) == (None, 1)
    name = hashlib.sha256((tmp_path / "ly.ml").read_bytes()).hexdigest()
    gone = answer(home, "trust", "withdraw", name, "--reason", "قائمة تجريبية")
    assert [w["kind"] for w in gone["withdrawn"]] == ["master_list"]
    told = answer(home, "trust", "list")["snapshots"][-1]
    assert (told["withdrawn"], told["reason"]) == ([name], "قائمة تجريبية")
    (csca,) = (home / "trust").glob("csca-*.cer")
    ours = hashlib.sha256(csca.read_bytes()).hexdigest()
    refused = answer(home, "trust", "withdraw", ours, "--reason", "a mistake", code=1)
    assert [f["code"] for f in refused["faults"]] == ["trust.withdraw.own"]
    assert [detail["items"] for _, detail in audited(home, "trust.imported")] == [1, 0]  # the second added nothing
    assert len(audited(home, "trust.withdrawn")) == 1
    assert answer(home, "audit", "verify")["status"] == "valid"


@pytest.mark.slow
def test_a_revoked_signer_s_passport_is_invalid_by_policy_today_and_was_valid_before(home: Path) -> None:
    (signer,) = [k["id"] for k in answer(home, "keys", "list")["keys"] if k["purpose"] == "document_signer"]
    passport = next(p for p in (home / "specimens").iterdir() if p.is_dir())
    assert answer(home, "verify", passport)["status"] == "valid"

    before = datetime.now(UTC).isoformat(timespec="microseconds")
    time.sleep(1.1)  # lists tell whole seconds: the revocation comes in a later one
    done = answer(home, "keys", "revoke", signer)
    assert (done["root"], done["late"]) == ("csca", False)
    now = answer(home, "verify", passport, code=1)
    failed = [c["id"] for c in now["checks"] if c["result"] == "fail"]
    assert failed and all(name.startswith("chain.revocation") for name in failed)
    assert answer(home, "verify", passport, "--at", before)["status"] == "valid"  # the verdict of that moment repeats
    assert answer(home, "keys", "revoke", signer, code=1)["faults"][0]["code"] == "keys.revoke.again"
    fresh = [k["id"] for k in answer(home, "keys", "list")["keys"] if k["purpose"] == "document_signer"]
    assert len(fresh) == 2
