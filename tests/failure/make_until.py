"""What the processes do that die while they make books (`test_make_killed`)."""

from __future__ import annotations

import os
import signal
import warnings
from importlib import import_module
from pathlib import Path
from typing import Any

from issuance.passports import producing
from issuance.passports.batch import batch
from issuance.service import Service, open_service
from tests.passports import MAKER
from tests.service import NOW, settings


def make_until(home: str, url: str, keys: str, application: str, point: str) -> None:
    """Open the installation and make the book of an application; calling `point` (`module:name`) is the end."""
    service = _opened(home, url, keys)
    _dies_at(point, 1)
    producing.produce(service, MAKER, application, NOW)


def batch_until(home: str, url: str, keys: str, point: str, call: int) -> None:
    """Open the installation and make a batch; the `call`-th call of `point` is the end."""
    service = _opened(home, url, keys)
    _dies_at(point, call)
    list(batch(service, MAKER))


def _opened(home: str, url: str, keys: str) -> Service:
    warnings.simplefilter("ignore")
    return open_service(settings(Path(home), url, keys_directory=Path(keys)), lambda: NOW)


def _dies_at(point: str, call: int) -> None:
    name, _, function = point.partition(":")
    module, calls = import_module(name), 0
    real = getattr(module, function)

    def counted(*given: Any, **named: Any) -> Any:
        nonlocal calls
        calls += 1
        if calls == call:
            os.kill(os.getpid(), signal.SIGKILL)
        return real(*given, **named)

    setattr(module, function, counted)
