"""A development PKI made once a run; its keys live only in the run's temporary directory."""

from __future__ import annotations

import os
import warnings
from datetime import UTC, datetime
from pathlib import Path

import pytest

from keys import Keys, SoftwareKeysWarning, TrustStore, create_development_pki, issue, open_keys, prepare
from keys.intents import MemoryIntentLog
from keys.sod import SodRequest
from specs.load import load
from specs.schema.pki import Pki
from tests.shared import VECTORS, held

NOW = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)  # in the past: Bouncy Castle judges no path of the future
PASSPHRASE = "a passphrase for tests only"


@pytest.fixture(scope="session")
def pki() -> Pki:
    return load().pki_profiles


@pytest.fixture(scope="session")
def now() -> datetime:
    return NOW


@pytest.fixture(scope="session")
def store(tmp_path_factory: pytest.TempPathFactory, pki: Pki) -> Path:
    """A key store nobody may change: copy it first."""
    directory = tmp_path_factory.mktemp("pki") / "keys"
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", SoftwareKeysWarning)
        create_development_pki(directory, PASSPHRASE, NOW, pki)
    return directory


@pytest.fixture
def passphrase() -> str:
    return PASSPHRASE


@pytest.fixture
def intents() -> MemoryIntentLog:
    return MemoryIntentLog()


@pytest.fixture
def keys(store: Path, intents: MemoryIntentLog, pki: Pki) -> Keys:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", SoftwareKeysWarning)
        return open_keys(store, PASSPHRASE, intents, pki)


@pytest.fixture
def trust(keys: Keys) -> TrustStore:
    return keys.trust()


@pytest.fixture
def data_groups() -> dict[int, bytes]:
    """Bytes that stand for data-group files: a security object only hashes them."""
    return {n: bytes([tag, 0x40]) + os.urandom(64) for n, tag in ((1, 0x61), (2, 0x75), (11, 0x6B), (12, 0x6C))}


@pytest.fixture
def sod(keys: Keys, data_groups: dict[int, bytes], pki: Pki) -> bytes:
    return issue(prepare(keys, SodRequest("passport:LB2222222", data_groups, "PP", pki), NOW), NOW).artefact


def vectors() -> Path:
    """The shared vectors, or a skip that says why."""
    return held(VECTORS)
