"""`issuance keys` on software keys and on a token: list, rotate, roll over; and the whole service on a token."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.service import console
from tests.softhsm import PIN, new_token


def answer(home: Path, *arguments: str, **more: str) -> Any:
    done = console(*arguments, "--json", home=home, **more)
    assert done.returncode == 0, done.stdout + done.stderr
    return json.loads(done.stdout)


@pytest.fixture(scope="module")
def on_token(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, str], dict[str, Any]]:
    """(home, settings, answer of `issuance init`) of an installation whose keys are on SoftHSM."""
    home, pin = tmp_path_factory.mktemp("token") / "home", tmp_path_factory.mktemp("pin") / "pin"
    pin.write_text(PIN + "\n")
    pin.chmod(0o600)
    chosen = {
        "ISSUANCE_KEY_STORE": "pkcs11",
        "ISSUANCE_PKCS11_TOKEN": new_token()[0],
        "ISSUANCE_PKCS11_PIN_FILE": str(pin),
    }
    return home, chosen, answer(home, "init", **chosen)


@pytest.mark.slow
def test_the_whole_service_issues_passport_and_certificate_with_keys_on_a_token(
    on_token: tuple[Path, dict[str, str], dict[str, Any]],
) -> None:
    home, _, made = on_token
    assert {(item["kind"], item["status"]) for item in made["specimens"]} == {
        ("passport", "valid"),
        ("certificate", "valid"),
    }
    assert list((home / "keys").glob("*.cer")) and (home / "keys" / "token.json").exists()
    assert list(home.rglob("*.key")) == []


@pytest.mark.slow
def test_rotate_and_rollover_on_a_token(on_token: tuple[Path, dict[str, str], dict[str, Any]]) -> None:
    home, chosen, _ = on_token
    before = {key["id"] for key in answer(home, "keys", "list", **chosen)["keys"]}
    signer = answer(home, "keys", "rotate", "document_signer", **chosen)
    root = answer(home, "keys", "rollover", "--name", "CSCA Libya 2", **chosen)
    held = {key["id"]: key for key in answer(home, "keys", "list", **chosen)["keys"]}
    assert set(held) == before | {signer["id"], root["id"]}
    assert held[signer["id"]]["maximum_uses"] == 100_000
    assert (home / "keys" / f"{root['id']}.link.cer").exists()
    assert (home / "trust" / f"{root['id']}.link.cer").exists()
    assert console("audit", "verify", home=home, **chosen).returncode == 0
    refused = console("keys", "rollover", "--json", home=home, **chosen)
    assert [f["code"] for f in json.loads(refused.stdout)["faults"]] == ["keys.rollover.waiting"]
    refused = console("keys", "rotate", "passports", "--json", home=home, **chosen)
    assert [f["code"] for f in json.loads(refused.stdout)["faults"]] == ["keys.purpose"]


@pytest.mark.slow
def test_a_wrong_pin_is_a_typed_refusal(on_token: tuple[Path, dict[str, str], dict[str, Any]]) -> None:
    home, chosen, _ = on_token
    wrong = {**chosen, "ISSUANCE_PKCS11_PIN": "wrong-pin"}
    del wrong["ISSUANCE_PKCS11_PIN_FILE"]
    done = console("keys", "list", "--json", home=home, **wrong)
    assert [f["code"] for f in json.loads(done.stdout)["faults"]] == ["keys.token.pin"]
    assert "wrong-pin" not in done.stdout + done.stderr
