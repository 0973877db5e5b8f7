"""Rooms in which ceremonies are rehearsed."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from pathlib import Path

import pytest

from keys import SoftwareKeysWarning
from keys.ceremonies.actions import Room
from keys.intents import MemoryIntentLog
from keys.stores import Store
from keys.stores.software import SoftwareStore
from specs.schema.pki import Pki
from tests.softhsm import new_token, token_store
from tests.unit.keys.ceremonies.rehearsal import run
from tests.unit.keys.conftest import NOW, PASSPHRASE


@pytest.fixture(params=["software", "softhsm"])
def empty(request: pytest.FixtureRequest, tmp_path: Path, pki: Pki) -> Iterator[Room]:
    """A room before its first keys."""
    store: Store = (
        SoftwareStore(tmp_path / "keys", PASSPHRASE)
        if request.param == "software"
        else token_store(tmp_path / "keys", new_token()[0])
    )
    yield Room(store, MemoryIntentLog(), pki, None, {})
    store.close()


@pytest.fixture
def room(tmp_path: Path, pki: Pki) -> Room:
    """A room with its first keys in software."""
    made = Room(SoftwareStore(tmp_path / "keys", PASSPHRASE), MemoryIntentLog(), pki, None, {})
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", SoftwareKeysWarning)
        run("first_keys", made, tmp_path / "first_keys-1", NOW)
    return made
