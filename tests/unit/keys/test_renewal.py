"""A development installation goes on issuing when its signers' keys have ended, and what they signed stays valid."""

from __future__ import annotations

import errno
import os
import shutil
from datetime import datetime, timedelta
from pathlib import Path

import pytest

import keys.files
from keys import Keys, Purpose, TrustStore, issue, open_keys, prepare, renew_crls, renew_signers
from keys.intents import MemoryIntentLog
from keys.sod import SodRequest
from keys.stores.software import SoftwareStore
from keys.verify import verify_sod
from specs.errors import Invalid, Unavailable
from specs.schema.pki import Pki
from tests.unit.keys.conftest import NOW, PASSPHRASE

pytestmark = pytest.mark.filterwarnings("ignore::keys.SoftwareKeysWarning")

LATER = NOW + timedelta(days=100)  # a document signer's key signs for 90
MUCH_LATER = NOW + timedelta(days=400)  # the other signers' for 365
SIGNERS = set(Purpose) - {Purpose.csca, Purpose.services_root}


@pytest.fixture
def copy(store: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(store, tmp_path / "keys"))


def files_in(directory: Path) -> list[Path]:
    return sorted(path for path in directory.iterdir() if path.name != ".lock")


def opened(directory: Path, pki: Pki) -> Keys:
    return open_keys(directory, PASSPHRASE, MemoryIntentLog(), pki)


def issued(ring: Keys, data_groups: dict[int, bytes], pki: Pki, at: datetime) -> bytes:
    return issue(prepare(ring, SodRequest("passport:LB2222222", data_groups, "PP", pki), at), at).artefact


def test_no_signer_is_renewed_while_its_key_may_sign(keys: Keys, copy: Path) -> None:
    before = files_in(copy)
    for at in (NOW, NOW + timedelta(days=90) - timedelta(seconds=1), NOW - timedelta(days=1)):
        assert renew_signers(keys, SoftwareStore(copy, PASSPHRASE), at) == []
    assert files_in(copy) == before


def test_after_a_hundred_days_old_and_new_security_objects_are_valid(
    copy: Path, pki: Pki, data_groups: dict[int, bytes], tmp_path: Path
) -> None:
    ring = opened(copy, pki)
    old = issued(ring, data_groups, pki, NOW)
    with pytest.raises(Unavailable):
        issued(ring, data_groups, pki, LATER)
    renew_crls(ring, SoftwareStore(copy, PASSPHRASE), LATER)
    assert renew_signers(ring, SoftwareStore(copy, PASSPHRASE), LATER) == [Purpose.document_signer]
    new = issued(ring, data_groups, pki, LATER)
    ring.export_trust(tmp_path / "trust")
    trust = TrustStore.from_directory(tmp_path / "trust")
    found = [verify_sod(sod, data_groups, trust, LATER) for sod in (old, new)]
    assert [verdict.status for verdict in found] == ["valid", "valid"]
    assert found[0].facts["signer_serial"] != found[1].facts["signer_serial"]


def test_an_old_key_signs_nothing_more(copy: Path, pki: Pki, data_groups: dict[int, bytes]) -> None:
    ring = opened(copy, pki)
    old = ring.signer(Purpose.document_signer, NOW)
    late_permission = prepare(ring, SodRequest("passport:x", data_groups, "PP", pki), NOW)
    renew_signers(ring, SoftwareStore(copy, PASSPHRASE), LATER)
    assert ring.signer(Purpose.document_signer, LATER).key_id != old.key_id
    with pytest.raises(Unavailable):
        issue(late_permission, LATER)


def test_a_renewed_store_opens_again_with_old_and_new(copy: Path, pki: Pki, data_groups: dict[int, bytes]) -> None:
    ring = opened(copy, pki)
    assert set(renew_signers(ring, SoftwareStore(copy, PASSPHRASE), MUCH_LATER)) == SIGNERS
    assert renew_signers(ring, SoftwareStore(copy, PASSPHRASE), MUCH_LATER) == []
    again = opened(copy, pki)
    assert {s.key_id for s in again.signers()} == {s.key_id for s in ring.signers()}
    assert len(again.signers()) == len(Purpose) + len(SIGNERS)
    issued(again, data_groups, pki, MUCH_LATER)


def test_each_new_certificate_is_a_recorded_use_of_its_root(copy: Path, pki: Pki) -> None:
    ring = opened(copy, pki)
    renew_signers(ring, SoftwareStore(copy, PASSPHRASE), MUCH_LATER)
    assert [ring.intents.uses(ring.signer(p, NOW).key_id) for p in (Purpose.csca, Purpose.services_root)] == [4, 3]


def test_a_passphrase_that_does_not_open_the_store_makes_no_key(copy: Path, pki: Pki) -> None:
    ring, before = opened(copy, pki), files_in(copy)
    with pytest.raises(Invalid):
        renew_signers(ring, SoftwareStore(copy, "another passphrase"), LATER)
    assert files_in(copy) == before


@pytest.mark.parametrize("allowed", [0, 1, 2, 3])
def test_a_full_disk_leaves_the_store_as_it_was(
    copy: Path, pki: Pki, monkeypatch: pytest.MonkeyPatch, allowed: int
) -> None:
    ring, before = opened(copy, pki), files_in(copy)
    left, real = iter(range(allowed)), os.fsync

    def full(handle: int) -> None:
        if next(left, None) is None:
            raise OSError(errno.ENOSPC, "No space left on device")
        real(handle)

    monkeypatch.setattr(keys.files.os, "fsync", full)
    with pytest.raises(Unavailable) as unavailable:
        renew_signers(ring, SoftwareStore(copy, PASSPHRASE), LATER)
    assert unavailable.value.faults[0].code == "keys.store.write"
    assert files_in(copy) == before
    with pytest.raises(Unavailable):
        ring.signer(Purpose.document_signer, LATER)


def test_a_root_out_of_its_period_issues_no_signer(copy: Path, pki: Pki) -> None:
    ring, before = opened(copy, pki), files_in(copy)
    with pytest.raises(Unavailable):
        renew_signers(ring, SoftwareStore(copy, PASSPHRASE), NOW + timedelta(days=1_462))
    assert files_in(copy) == before
