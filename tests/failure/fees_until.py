"""What the process does that dies while a fee is taken (`test_fees_killed`)."""

from __future__ import annotations

import os
import signal
import warnings
from decimal import Decimal
from importlib import import_module
from pathlib import Path

from issuance.fees import desk
from issuance.service import open_service
from tests.fees import cashier, charge
from tests.service import NOW, settings


def take_until(home: str, url: str, keys: str, reference: str, point: str) -> None:
    """Open the installation and take the fee; calling `point` (`module:name`) is the end."""
    warnings.simplefilter("ignore")
    service = charge(open_service(settings(Path(home), url, keys_directory=Path(keys)), lambda: NOW))
    module, _, name = point.partition(":")
    setattr(import_module(module), name, lambda *_a, **_k: os.kill(os.getpid(), signal.SIGKILL))
    desk.take(service, cashier(), reference, Decimal("5.000"), NOW)
