"""What a serving process does beside serving: audit checkpoints, revocation lists and signers before they run out,
requests, fees and messages that wait for their time.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from itertools import count

from issuance.biometrics.search import search_again
from issuance.biometrics.status import alarms as search_alarms
from issuance.border.bundle.making import keep_bundle
from issuance.cases import evidence_check
from issuance.cases.alarms import tell_alarms as tell_case_alarms
from issuance.cases.finality import make_final
from issuance.certificates import afterwards, supersede
from issuance.certificates.engine import tick
from issuance.certificates.signature_level import raise_levels
from issuance.core.actor import system
from issuance.jobs.calling import call_all
from issuance.jobs.durable import work_in_background
from issuance.jobs.paying import provider_of, see_to_fees
from issuance.jobs.sending import deliver, erase_secrets, line_of
from issuance.jobs.trail import write_trail_checkpoint
from issuance.jobs.trust_schedule import alarms as trust_alarms
from issuance.jobs.trust_schedule import import_due
from issuance.passports.appointments import draw_all
from issuance.passports.producing import settle_interrupted
from issuance.passports.reconciliation import reconcile_daily
from issuance.passports.upkeep import check_held
from issuance.passports.upkeep import tick as tick_passports
from issuance.service import Service
from issuance.specification.publication import publish_approved
from specs.errors import Unavailable

log = logging.getLogger("issuance.keys")

SECONDS = 60.0
"""Between two turns. A checkpoint is signed when something happened: this is what a cut tail can hide at most."""

TURNS_BETWEEN_ALARMS = 60

SENDING_SECONDS = 2.0
"""Between two looks for messages to phones: somebody waits for a code."""


@contextmanager
def kept_up(service: Service, seconds: float = SECONDS) -> Iterator[None]:
    """Keep up in the background while the block runs, and sign a last checkpoint when it ends."""
    stop = threading.Event()

    def work() -> None:
        tell_alarms(service)
        watch_cases(service)
        for turn in count(1):
            if stop.wait(seconds):
                return
            keep_up(service)
            if turn % TURNS_BETWEEN_ALARMS == 0:
                tell_alarms(service)
                watch_cases(service)
                with suppress(Unavailable):
                    check_held(service, service.clock())

    def send() -> None:
        line = line_of(service.settings)
        while line is not None and not stop.wait(SENDING_SECONDS):
            with suppress(Unavailable):
                deliver(service, line, service.clock())

    def work_off() -> None:
        work_in_background(service, stop)

    def call() -> None:
        while not stop.wait(SENDING_SECONDS):
            with suppress(Unavailable):
                call_all(service, service.clock())

    def bundle() -> None:
        while not stop.wait(seconds):
            with suppress(Unavailable):
                keep_bundle(service, service.clock())

    parts = work, send, work_off, call, bundle  # a bundle of a whole country takes minutes: nothing waits for it
    threads = [threading.Thread(target=part, name=part.__name__, daemon=True) for part in parts]
    for thread in threads:
        thread.start()
    try:
        yield
    finally:
        stop.set()
        for thread in threads:
            thread.join()
        keep_up(service)


@contextmanager
def kept_current(service: Service, seconds: float = SECONDS) -> Iterator[None]:
    """For a process that serves beside the one which keeps up: keys, lists, editions and trust made elsewhere are taken
    in while the block runs."""
    stop = threading.Event()

    def renew() -> None:
        while not stop.wait(seconds):
            with suppress(Unavailable):
                service.renew()

    thread = threading.Thread(target=renew, name="renew", daemon=True)
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join()


def keep_up(service: Service) -> None:
    """One turn. What is unavailable now (database busy, disk full) waits for the next turn; the other part is done."""
    with suppress(Unavailable):
        service.renew()
    with suppress(Unavailable):
        publish_approved(service, service.clock())
    follow_record(service)
    with suppress(Unavailable):
        see_to_fees(service, provider_of(service.settings), service.clock())
    with suppress(Unavailable):
        tick(service, service.clock())
    with suppress(Unavailable):
        settle_interrupted(service, service.clock())
    with suppress(Unavailable):
        tick_passports(service, service.clock())
        draw_all(service, service.clock())
    with suppress(Unavailable):
        reconcile_daily(service, service.clock())
    with suppress(Unavailable):
        raise_levels(service, service.clock())
    with suppress(Unavailable):
        search_again(service, service.clock())
    with suppress(Unavailable):
        erase_secrets(service, service.clock())
    with suppress(Unavailable):
        import_due(service, service.clock())
    with suppress(Unavailable):
        write_trail_checkpoint(service)


def follow_record(service: Service) -> None:
    """Certificates that the record left behind are superseded; replaced are those a new one was issued for."""
    with suppress(Unavailable):
        supersede.follow(service, service.clock())
    with suppress(Unavailable):
        afterwards.settle_replacements(service, service.clock())


def tell_alarms(service: Service) -> None:
    """Write into the log which keys are near their end, what could not be renewed, and what is wrong with evidence."""
    with suppress(Unavailable):
        with service.db.reading() as read:
            of_evidence = evidence_check.alarms(read, service.spec.cases_evidence.check, service.clock())
        for fault in (
            *service.alarms(),
            *of_evidence,
            *search_alarms(service, service.clock()),
            *trust_alarms(service, service.clock()),
        ):
            log.warning("%s: %s (%s)", fault.code, fault.en, fault.field)


def watch_cases(service: Service) -> None:
    """Make final the rulings nobody challenged in time, then tell which clocks of cases pass their warnings."""
    actor = system("upkeep")
    with suppress(Unavailable):
        make_final(service, actor, service.clock())
    with suppress(Unavailable):
        tell_case_alarms(service, actor, service.clock())
