"""What the process does that dies while it makes a book (`test_make_killed`)."""

from __future__ import annotations

import os
import signal
import warnings
from importlib import import_module
from pathlib import Path

from issuance.passports import producing
from issuance.service import open_service
from tests.passports import MAKER
from tests.service import NOW, settings


def make_until(home: str, url: str, keys: str, application: str, point: str) -> None:
    """Open the installation and make the book of an application; calling `point` (`module:name`) is the end."""
    warnings.simplefilter("ignore")
    service = open_service(settings(Path(home), url, keys_directory=Path(keys)), lambda: NOW)
    module, _, name = point.partition(":")
    setattr(import_module(module), name, lambda *_a, **_k: os.kill(os.getpid(), signal.SIGKILL))
    producing.produce(service, MAKER, application, NOW)
