"""What the process does that dies while a book is handed over (`test_hand_over_killed`)."""

from __future__ import annotations

import os
import signal
import warnings
from importlib import import_module
from pathlib import Path

from issuance.passports import delivering
from issuance.service import open_service
from tests.passports import AT_THE_DESK, DELIVERER
from tests.service import NOW, settings


def hand_over_until(home: str, url: str, keys: str, number: str, point: str) -> None:
    """Open the installation and hand the book over; calling `point` (`module:name`) is the end."""
    warnings.simplefilter("ignore")
    service = open_service(settings(Path(home), url, keys_directory=Path(keys)), lambda: NOW)
    module, _, name = point.partition(":")
    setattr(import_module(module), name, lambda *_a, **_k: os.kill(os.getpid(), signal.SIGKILL))
    delivering.hand_over(service, DELIVERER, number, dict(AT_THE_DESK), NOW)
