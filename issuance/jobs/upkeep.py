"""What a serving process does beside serving: audit checkpoints, revocation lists and signers before they run out."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from issuance.jobs.trail import write_trail_checkpoint
from issuance.service import Service
from specs.errors import Unavailable

SECONDS = 60.0
"""Between two turns. A checkpoint is signed when something happened: this is what a cut tail can hide at most."""


@contextmanager
def kept_up(service: Service, seconds: float = SECONDS) -> Iterator[None]:
    """Keep up in the background while the block runs, and sign a last checkpoint when it ends."""
    stop = threading.Event()

    def work() -> None:
        while not stop.wait(seconds):
            keep_up(service)

    thread = threading.Thread(target=work, name="upkeep", daemon=True)
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join()
        keep_up(service)


def keep_up(service: Service) -> None:
    """One turn. What is unavailable now (database busy, disk full) waits for the next turn; the other part is done."""
    with suppress(Unavailable):
        service.renew()
    with suppress(Unavailable):
        write_trail_checkpoint(service)
