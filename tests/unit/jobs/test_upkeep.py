"""What keeps an installation able to sign and to be trusted, and what must never happen in silence."""

from __future__ import annotations

import shutil
import time
import warnings
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from issuance.core.settings import Settings
from issuance.db.migrate import migrate
from issuance.db.session import Database
from issuance.jobs.trail import verify_trail
from issuance.jobs.upkeep import kept_up
from issuance.service import Service, create_keys, open_service
from issuance.staff.commands import OfficeEntry, register_office
from keys import Purpose
from keys.chain import verify_chain
from specs.errors import Unavailable
from specs.load import load
from tests.service import CLERK

START = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)


class Clock:
    """A clock the test moves."""

    def __init__(self) -> None:
        self.now = START

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def service(tmp_path: Path, clock: Clock) -> Iterator[Service]:
    """A fresh installation whose keys were made at `START`."""
    settings = Settings(home=tmp_path / "home")
    db = Database(settings.database)
    migrate(db)
    db.close()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        create_keys(settings, load(), START)
        opened = open_service(settings, clock)
    yield opened
    opened.close()


def seal_chain(service: Service, at: datetime) -> set[str]:
    """The results of the chain of the present seal signer."""
    signer = service.keys.signer(Purpose.seal_signer, at)
    return {check.result for check in verify_chain(signer.certificate, Purpose.seal_signer, service.trust, at)}


def test_a_service_that_runs_for_months_renews_its_lists_and_signers(service: Service, clock: Clock) -> None:
    for days in (80, 160, 400):
        clock.now = START + timedelta(days=days)
        service.renew()
        assert seal_chain(service, clock.now) == {"pass"}
        service.keys.signer(Purpose.document_signer, clock.now)


def test_without_renewal_a_verifier_cannot_know_and_does_not_accuse(service: Service) -> None:
    late = START + timedelta(days=100)
    assert "fail" not in seal_chain(service, late)
    assert "unknown" in seal_chain(service, late)


def test_a_serving_process_signs_checkpoints_and_a_last_one(service: Service) -> None:
    entry = OfficeEntry("PXXX", "مكتب", "Office", "branch", START.date())
    with kept_up(service, seconds=0.05):
        register_office(service.db, CLERK, entry, service.spec, START)
        deadline = time.monotonic() + 10
        while not service.settings.checkpoints.exists() and time.monotonic() < deadline:
            time.sleep(0.05)
    verdict = verify_trail(service, CLERK)
    assert verdict.status == "valid"
    assert verdict.facts["checkpoints"] >= 1


def test_keys_that_are_gone_are_never_replaced_in_silence(service: Service) -> None:
    shutil.rmtree(service.settings.keys_home)
    with pytest.raises(Unavailable) as caught:
        create_keys(service.settings, service.spec, START)
    assert caught.value.faults[0].code == "service.keys.lost"


def test_production_makes_no_keys(tmp_path: Path) -> None:
    settings = Settings(home=tmp_path, environment="production", public_base_url="https://verify.example")
    with pytest.raises(Unavailable) as caught:
        create_keys(settings, load(), START)
    assert caught.value.faults[0].code == "service.keys.none"
    assert not settings.keys_home.exists()
