"""Keys that a killed process left without a certificate are named after an hour, and destroyed; no other key is."""

from __future__ import annotations

import os
import shutil
import time
from pathlib import Path

import pytest

from keys import create_pki
from keys.signing import Purpose
from keys.stores import Store
from keys.stores.cryptoki import cryptoki
from keys.stores.software import SoftwareStore
from keys.tidy import OLD_ENOUGH_SECONDS, left_behind, tidy
from specs.schema.pki import Pki
from tests.softhsm import new_token, token_store
from tests.unit.keys.conftest import NOW, PASSPHRASE

pytestmark = pytest.mark.filterwarnings("ignore::keys.SoftwareKeysWarning")


def aged(path: Path) -> None:
    past = time.time() - OLD_ENOUGH_SECONDS - 60
    for one in (*path.rglob("*"), path):
        os.utime(one, (past, past))


def an_hour_ago() -> float:
    return time.time() - OLD_ENOUGH_SECONDS


def on_token(label: str) -> int:
    session = cryptoki(None).library.get_token(token_label=label).open()
    try:
        return len(list(session.get_objects()))
    finally:
        session.close()


def test_a_key_file_without_certificate_is_destroyed_when_it_is_old(store: Path, tmp_path: Path) -> None:
    home = Path(shutil.copytree(store, tmp_path / "keys"))
    held = SoftwareStore(home, PASSPHRASE)
    before = sorted(home.iterdir())
    orphan = home / "pdf_signer-00000000000000aa.key"
    orphan.write_bytes(b"x")
    assert left_behind(held, an_hour_ago()) == tidy(held, an_hour_ago()) == []
    aged(home)
    assert left_behind(held, an_hour_ago()) == [orphan.stem] == tidy(held, an_hour_ago())
    assert sorted(path for path in home.iterdir() if path.name != ".lock") == before
    held.held()


def test_a_half_made_store_beside_ours_goes_and_what_only_looks_like_it_stays(store: Path, tmp_path: Path) -> None:
    home = Path(shutil.copytree(store, tmp_path / "keys"))
    for name in (".keys.making-abcdefgh", ".keys.backup12"):
        shutil.copytree(store, tmp_path / name)
        aged(tmp_path / name)
    assert tidy(SoftwareStore(home, PASSPHRASE), an_hour_ago()) == [".keys.making-abcdefgh"]
    assert sorted(path.name for path in tmp_path.iterdir()) == [".keys.backup12", "keys"]


def test_on_a_token_only_what_this_store_began_is_destroyed(tmp_path: Path, pki: Pki) -> None:
    label, _ = new_token()
    ours, other = token_store(tmp_path / "keys", label), token_store(tmp_path / "other", label)
    (tmp_path / "other").mkdir()
    create_pki(ours, NOW, pki)
    whole = on_token(label)
    other.create_key(Purpose.pdf_signer, "P-256")
    key_id, _ = token_store(tmp_path / "keys", label).create_key(Purpose.pdf_signer, "P-256")  # and killed
    half = tmp_path / ".keys.making-abcdefgh"
    half.mkdir()
    token_store(half, label).create_key(Purpose.csca, "P-256")
    assert on_token(label) == whole + 6
    assert left_behind(ours, an_hour_ago()) == []
    aged(half)
    aged(tmp_path / "keys")
    assert tidy(ours, an_hour_ago()) == [key_id, half.name]
    assert on_token(label) == whole + 2  # the other store's
    assert left_behind(ours, time.time()) == [] and not half.exists()
    stored: Store = ours
    assert len(stored.held().keys) == len(Purpose)
    for one in (ours, other):
        one.close()
