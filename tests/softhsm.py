"""SoftHSM tokens for tests: one token directory a run, a fresh token for whoever asks. Skips when it is not installed.

SoftHSM reads its configuration from `SOFTHSM2_CONF` when it is initialised, so the run has one, in the environment of
this process and of every child.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from functools import cache
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr

from keys import create_pki
from keys.stores.cryptoki import SEARCHED, cryptoki
from keys.stores.pkcs11 import Pkcs11Store
from keys.stores.token import Token
from specs.load import load
from tests.service import NOW

PIN = "pin-of-the-tests"
_folder = tempfile.TemporaryDirectory(prefix="issuance-softhsm-")
_numbers = count(1)


@cache
def tokens() -> Path:
    """The directory of all tokens of this run; SoftHSM is configured to use it."""
    if shutil.which("softhsm2-util") is None or not any(Path(p).is_file() for p in SEARCHED):
        pytest.skip("SoftHSM is not installed (Debian: apt-get install softhsm2)")
    root = Path(_folder.name)
    (root / "tokens").mkdir()
    configuration = root / "softhsm2.conf"
    configuration.write_text(
        f"directories.tokendir = {root / 'tokens'}\nobjectstore.backend = file\nlog.level = ERROR\n"
    )
    os.environ["SOFTHSM2_CONF"] = str(configuration)
    return root / "tokens"


def new_token() -> tuple[str, Path]:
    """(label, directory) of a fresh token whose user PIN is `PIN`."""
    before = set(tokens().iterdir())
    label = f"test-{os.getpid()}-{next(_numbers)}"
    command = ["softhsm2-util", "--init-token", "--free", "--label", label, "--pin", PIN, "--so-pin", "87654321"]
    subprocess.run(command, check=True, capture_output=True, timeout=60)
    (directory,) = set(tokens().iterdir()) - before
    return label, directory


def token_store(directory: Path, label: str) -> Pkcs11Store:
    """A store on that token; `directory`: for certificates and lists."""
    return Pkcs11Store(directory, Token(cryptoki(None), label, PIN))


@cache
def token_settings() -> dict[str, Any]:
    """Settings of an installation whose keys, made once a run, are on a token; for `tests.service.settings`."""
    label, _ = new_token()
    home = Path(_folder.name) / "keys"
    store = token_store(home, label)
    create_pki(store, NOW, load().pki_profiles)
    store.close()
    return {
        "keys_directory": home,
        "key_store": "pkcs11",
        "pkcs11_token": label,
        "pkcs11_pin": SecretStr(PIN),
    }
