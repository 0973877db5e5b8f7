"""What the process does that dies while a bundle is made or brought up to date (`test_bundle_killed`)."""

from __future__ import annotations

import os
import signal
import warnings
from importlib import import_module
from pathlib import Path

from issuance.border.bundle import making
from issuance.border.bundle.updating import update
from issuance.core.actor import system
from issuance.service import open_service
from specs.load import SHIPPED, load
from tests.service import NOW, settings


def make_until(home: str, url: str, keys: str, point: str, time: int) -> None:
    """Make a bundle; the `time`-th call of `point` (`module:name`) is the end."""
    warnings.simplefilter("ignore")
    service = open_service(settings(Path(home), url, keys_directory=Path(keys)), lambda: NOW)
    _die_at(point, time)
    making.current(service, system("post"), NOW, at_once=True)


def update_until(path: str, delta: str, point: str, time: int) -> None:
    """Apply a delta; the `time`-th call of `point` is the end."""
    _die_at(point, time)
    update(Path(path), Path(delta), None, load(SHIPPED))


def _die_at(point: str, time: int) -> None:
    module, _, name = point.partition(":")
    held = import_module(module)
    true, calls = getattr(held, name), iter(range(1, time + 1))

    def counted(*arguments: object, **named: object) -> object:
        if next(calls) == time:
            os.kill(os.getpid(), signal.SIGKILL)
        return true(*arguments, **named)

    setattr(held, name, counted)
