"""What the process does that dies on its way through an issue (`test_issue_killed`)."""

from __future__ import annotations

import os
import signal
import warnings
from importlib import import_module
from pathlib import Path
from typing import Any

from pydantic import SecretStr

from issuance.certificates import commands as certificates
from issuance.passports import commands as passports
from issuance.service import open_service
from tests.service import CLERK, NOW, application, portrait, request, settings
from tests.softhsm import PIN


def issue_until(home: str, url: str, keys: str, kind: str, point: str, token: str) -> None:
    """Open the installation and issue a `kind`; calling `point` (`module:name`) is the end. token: its label, or ""."""
    warnings.simplefilter("ignore")
    more: dict[str, Any] = {}
    if token:
        more = {"key_store": "pkcs11", "pkcs11_token": token, "pkcs11_pin": SecretStr(PIN)}
    service = open_service(settings(Path(home), url, keys_directory=Path(keys), **more), lambda: NOW)
    module, _, name = point.partition(":")
    owner: Any = import_module(module)
    *parents, last = name.split(".")
    for step in parents:
        owner = getattr(owner, step)
    setattr(owner, last, lambda *_a, **_k: os.kill(os.getpid(), signal.SIGKILL))
    if kind == "passport":
        passports.issue(service, CLERK, application(), portrait(), NOW)
    else:
        certificates.issue(service, CLERK, request(), NOW)
