"""What keeps an installation able to sign and to be trusted, and what must never happen in silence."""

from __future__ import annotations

import shutil
import time
import warnings
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from pydantic import SecretStr

from issuance.core.settings import Settings
from issuance.db.migrate import migrate
from issuance.db.session import Database
from issuance.jobs.rotation import roll_over_root, rotate_signer
from issuance.jobs.trail import verify_trail
from issuance.jobs.upkeep import kept_current, kept_up
from issuance.service import Service, create_keys, key_store, open_service
from issuance.staff.offices import OfficeEntry, register_office
from keys import Purpose
from keys.chain import verify_chain
from keys.stores.cryptoki import SEARCHED
from specs.errors import NotAllowed, Unavailable
from specs.load import load
from tests.service import CLERK
from tests.softhsm import tokens

pytestmark = pytest.mark.heavy

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


def test_an_installation_whose_roots_ended_opens_verifies_and_says_what_it_cannot_do(
    service: Service, clock: Clock
) -> None:
    clock.now = START + timedelta(days=1530)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        late = open_service(service.settings, clock)
    try:
        assert {"keys.none_usable"} <= {fault.code for fault in late.alarms()}
        assert {"csca", "services_root"} == {fault.field for fault in late.undone}
        assert "unknown" in {
            check.result
            for signer in late.keys.signers()
            for check in verify_chain(signer.certificate, signer.purpose, late.trust, clock.now)
        }
        roll_over_root(late, CLERK, purpose=Purpose.services_root)
        late.renew()
        assert {"csca"} == {fault.field for fault in late.undone}
        signer = late.keys.signer(Purpose.pdf_signer, clock.now)
        judged = verify_chain(signer.certificate, Purpose.pdf_signer, late.trust, clock.now)
        assert {check.result for check in judged} == {"pass"}
    finally:
        late.close()


def test_without_renewal_a_verifier_cannot_know_and_does_not_accuse(service: Service) -> None:
    late = START + timedelta(days=100)
    assert "fail" not in seal_chain(service, late)
    assert "unknown" in seal_chain(service, late)


def test_a_process_that_serves_beside_takes_in_a_signer_that_another_made(service: Service, clock: Clock) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        beside = open_service(service.settings, clock)
    with kept_current(beside, seconds=0.01):
        made = rotate_signer(service, CLERK, Purpose.seal_signer)
        deadline = time.monotonic() + 20
        while beside.keys.signer(Purpose.seal_signer, clock.now).certificate != made.certificate:
            assert time.monotonic() < deadline
            time.sleep(0.01)
    assert seal_chain(beside, clock.now) == {"pass"}
    beside.close()


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


def test_production_does_not_take_softhsm_for_a_token(tmp_path: Path) -> None:
    tokens()
    settings = Settings(
        home=tmp_path,
        environment="production",
        key_store="pkcs11",
        pkcs11_module=next(path for path in map(Path, SEARCHED) if path.is_file()),
        pkcs11_pin=SecretStr("1234"),
    )
    with pytest.raises(Unavailable) as refused:
        key_store(settings)
    assert refused.value.faults[0].code == "service.keys.softhsm"
    key_store(settings.model_copy(update={"environment": "development"})).close()


@pytest.mark.parametrize(
    ("change", "ceremony"),
    [
        (lambda s: rotate_signer(s, CLERK, Purpose.document_signer), "document_signer"),
        (lambda s: roll_over_root(s, CLERK), "csca_rollover"),
        (lambda s: roll_over_root(s, CLERK, purpose=Purpose.services_root), "services_root_rollover"),
    ],
)
def test_in_production_keys_change_in_a_ceremony_alone(
    service: Service, change: Callable[[Service], object], ceremony: str
) -> None:
    before = sorted(service.settings.keys_home.iterdir())
    service.settings = service.settings.model_copy(update={"environment": "production"})
    with pytest.raises(NotAllowed) as refused:
        change(service)
    assert refused.value.faults[0].code == "keys.ceremony.needed"
    assert f"ceremony run {ceremony}`" in refused.value.faults[0].en
    assert sorted(service.settings.keys_home.iterdir()) == before
