"""The console of a border post: a bundle is made where the register is, and used where there is none."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from tests.service import console, initialised
from tests.unit.border.test_book_status import zone


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One installation made by `issuance init`."""
    return initialised(tmp_path_factory.mktemp("border") / "home")


def answer(*arguments: object, home: Path, code: int = 0) -> Any:
    done = console(*arguments, "--json", home=home)
    assert done.returncode == code, done.stdout + done.stderr
    return json.loads(done.stdout)


@pytest.mark.slow
def test_a_bundle_made_at_headquarters_is_used_and_updated_at_a_post_without_an_installation(
    home: Path, tmp_path: Path
) -> None:
    post, nowhere = tmp_path / "post", tmp_path / "nowhere"
    post.mkdir()
    made = answer("border", "bundle", post / "post.lyb", home=home)
    shutil.copytree(home / "trust", post / "trust")
    typed = zone("LBZZZZZZZ")

    refused = answer("verify", typed, "--bundle", post / "post.lyb", home=nowhere, code=2)
    assert [fault["code"] for fault in refused["faults"]] == ["border.bundle.trust"]
    shown = answer("border", "show", post / "post.lyb", "--trust", post / "trust", home=nowhere)
    (specimen,) = (home / "specimens").glob("LB*")
    assert (shown["version"], shown["fresh"], shown["numbers"]) == (made["version"], "pass", 1)
    chip = answer("inspect", "chip", specimen, "--bundle", post / "post.lyb", home=nowhere)
    assert [c["result"] for c in chip["checks"] if c["id"] in ("passport.status", "knowledge.age")] == ["pass", "pass"]
    assert chip["status"] == "valid"
    told = answer("verify", typed, "--bundle", post / "post.lyb", home=nowhere)
    assert [c["result"] for c in told["checks"] if c["id"] == "passport.status"] == ["warning"]
    late = answer("verify", typed, "--bundle", post / "post.lyb", "--at", "2027-06-01", home=nowhere, code=2)
    assert (late["status"], [c["result"] for c in late["checks"] if c["id"] == "knowledge.age"]) == (
        "indeterminate",
        ["unknown"],
    )
    answer("border", "show", post / "post.lyb", "--at", "2027-06-01", home=nowhere, code=2)

    first = Path(shutil.copy(post / "post.lyb", tmp_path / "first.lyb"))
    console("keys", "rotate", "document_signer", home=home)
    newer = answer("border", "bundle", tmp_path / "newer.lyb", home=home)
    assert newer["version"] > made["version"], "another signer: another bundle"
    answer("border", "bundle", post / "delta", "--since", first, home=home)
    brought = answer("border", "update", post / "post.lyb", post / "delta", home=nowhere)
    assert brought["version"] == newer["version"]
    assert (post / "post.lyb").read_bytes() == (tmp_path / "newer.lyb").read_bytes()
    older = answer("border", "update", post / "post.lyb", first, home=nowhere, code=1)
    assert [fault["code"] for fault in older["faults"]] == ["border.bundle.older"]
    assert not nowhere.exists(), "no installation, no database came of it"
