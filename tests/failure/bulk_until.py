"""What the process does that works off a file of requests, and dies on the way (`test_bulk_killed`)."""

from __future__ import annotations

import os
import signal
import time
import warnings
from importlib import import_module
from itertools import count
from pathlib import Path
from typing import Any

from issuance.certificates import bulk
from issuance.jobs.durable import worker
from issuance.service import Service, open_service
from tests.certificate_bulk import few_at_once
from tests.service import CLERK, NOW, settings


def work_until(home: str, url: str, keys: str, bulk_id: str, point: str, nth: str, rows: str, seconds: str) -> None:
    """Work the file off, so many rows at a time; the `nth` call of `point` (`module:name`) is the end."""
    warnings.simplefilter("ignore")
    service = open_service(settings(Path(home), url, keys_directory=Path(keys)), lambda: NOW)
    if point:
        _die_at(point, int(nth))
    worked_off(few_at_once(service, int(rows)), bulk_id, float(seconds))


def worked_off(service: Service, bulk_id: str, seconds: float = 120) -> None:
    """Work until the file is done."""
    until = time.monotonic() + seconds
    with worker(service) as ours:
        assert ours is not None, "another process works"
        while bulk.seen(service, CLERK, bulk_id).ended_at is None:
            ours.take_up(service)
            ours.require_running(bulk_id)
            assert time.monotonic() < until
            time.sleep(0.05)


def _die_at(point: str, nth: int) -> None:
    name, _, last = point.partition(":")
    owner, calls = import_module(name), count(1)
    real = getattr(owner, last)

    def dying(*given: Any, **named: Any) -> Any:
        if next(calls) == nth:
            os.kill(os.getpid(), signal.SIGKILL)
        return real(*given, **named)

    setattr(owner, last, dying)
