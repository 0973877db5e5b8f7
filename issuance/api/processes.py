"""The processes that serve: one, or several over one socket that are replaced when they die and end with their parent.

Each opens the service for itself. What they share is the register, and how often an address came to a public door.
"""

from __future__ import annotations

import os
import signal
import sys
import threading
import warnings
from contextlib import ExitStack
from functools import partial
from multiprocessing import parent_process
from multiprocessing.util import Finalize
from typing import TYPE_CHECKING, Final

import uvicorn
from uvicorn.supervisors import Multiprocess

from issuance.api.app import create_app
from issuance.api.serving import served_with
from issuance.api.turnstile import Seen, Turnstile
from issuance.border.reading import workers
from issuance.jobs.upkeep import kept_current
from issuance.service import Service, open_service

if TYPE_CHECKING:
    from fastapi import FastAPI

    from issuance.core.settings import Settings

_TURN_SECONDS: Final = 0.0005
"""How long a thread may keep the interpreter while another waits. With Python's own 5 ms, whoever takes requests in
waits behind those who answer (figures: docs/border-clients.md)."""
_HUNG_SECONDS: Final = 60
"""A process that does not even say that it lives for so long is replaced."""


def serve(service: Service) -> None:
    """Serve as the service's settings say, until the process is told to end."""
    settings = service.settings
    if settings.processes == 1:
        sys.setswitchinterval(_TURN_SECONDS)
        uvicorn.run(create_app(service), **served_with(settings))
        return
    config = uvicorn.Config(
        partial(_application, settings, Seen.by_processes()),
        factory=True,
        workers=settings.processes,
        timeout_worker_healthcheck=_HUNG_SECONDS,
        **served_with(settings),
    )
    Multiprocess(config, sockets=[config.bind_socket()]).run()


def _application(settings: Settings, seen: Seen) -> FastAPI:
    """What one process of several serves."""
    sys.setswitchinterval(_TURN_SECONDS)
    threading.Thread(target=_end_with_parent, name="parent", daemon=True).start()
    workers.share(settings.processes)
    warnings.filterwarnings("ignore", message="private keys are files")  # its parent has said so
    service = open_service(settings)
    held = ExitStack()
    held.callback(service.close)
    held.enter_context(kept_current(service))
    Finalize(None, held.close, exitpriority=0)
    return create_app(service, Turnstile(seen=seen))


def _end_with_parent() -> None:
    """Whoever began this process may have been killed; nobody would end it or replace it then."""
    parent = parent_process()
    if parent is not None:
        parent.join()
        os.kill(os.getpid(), signal.SIGTERM)
