"""A revoked certificate is on the next list of its root, and its key and all it signed are done with."""

from __future__ import annotations

import shutil
import warnings
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from keys import Keys, Purpose, SoftwareKeysWarning, issue, open_ring, prepare, renew_crls, renew_signers
from keys.admission import take_in
from keys.crl import read_crl
from keys.intents import MemoryIntentLog
from keys.lint_crl import lint_crl
from keys.revocation import revoke
from keys.sod import SodRequest
from keys.stores import Store
from keys.stores.software import SoftwareStore
from keys.verify import verify_sod
from keys.x509 import read_certificate
from specs.errors import Conflict, Invalid, NotFound, Unavailable
from specs.schema.pki import Pki

HOUR = timedelta(hours=1)


@pytest.fixture
def own_store(store: Path, passphrase: str, tmp_path: Path) -> Store:
    """A copy of the run's store that this test may change."""
    shutil.copytree(store, tmp_path / "keys")
    return SoftwareStore(tmp_path / "keys", passphrase)


def opened(store: Store, pki: Pki) -> Keys:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", SoftwareKeysWarning)
        return open_ring(store, MemoryIntentLog(), pki)


@pytest.fixture
def ring(own_store: Store, pki: Pki) -> Keys:
    return opened(own_store, pki)


def test_the_next_list_names_it_and_says_when(ring: Keys, own_store: Store, pki: Pki, now: datetime) -> None:
    signer = ring.signer(Purpose.document_signer, now)
    before = read_crl(ring.crls[Purpose.csca])
    done = revoke(ring, own_store, signer.key_id, now + 2 * HOUR, since=now + HOUR)
    serial = read_certificate(signer.certificate).serial
    assert done.crl.revoked == {serial: (now + HOUR).replace(microsecond=0)}
    assert done.crl.number == (before.number or 0) + 1
    assert (done.root, done.late) == (Purpose.csca, False)
    assert lint_crl(done.crl.der) == []
    assert own_store.held().crls[Purpose.csca] == done.crl.der


def test_its_key_signs_no_more_here_or_after_a_restart(ring: Keys, own_store: Store, pki: Pki, now: datetime) -> None:
    signer = ring.signer(Purpose.document_signer, now)
    request = SodRequest("passport:LB2222222", {1: b"\x61\x01\x00", 2: b"\x75\x01\x00"}, "PP", pki)
    prepared = prepare(ring, request, now)
    revoke(ring, own_store, signer.key_id, now + HOUR)
    with pytest.raises(Unavailable):
        issue(prepared, now + HOUR)  # it was prepared before, and is not signed any more
    for keys in (ring, opened(own_store, pki)):
        with pytest.raises(Unavailable):
            keys.signer(Purpose.document_signer, now + HOUR)
    assert renew_signers(ring, own_store, now + HOUR) == [Purpose.document_signer]
    assert ring.signer(Purpose.document_signer, now + HOUR).key_id != signer.key_id


def test_every_document_it_signed_is_judged_revoked(ring: Keys, own_store: Store, pki: Pki, now: datetime) -> None:
    groups = {1: b"\x61\x01\x00", 2: b"\x75\x01\x00"}
    sod = issue(prepare(ring, SodRequest("passport:LB2222222", groups, "PP", pki), now), now).artefact
    assert verify_sod(sod, groups, ring.trust(), now + HOUR, pki=pki).status == "valid"
    revoke(ring, own_store, ring.signer(Purpose.document_signer, now).key_id, now + HOUR)
    verdict = verify_sod(sod, groups, ring.trust(), now + 2 * HOUR, pki=pki)
    assert verdict.status == "invalid"
    assert "chain.revocation" in {check.id for check in verdict.failed()}
    assert verdict.levels()["crypto"] == "valid"  # revoked is no forgery


def test_lists_that_follow_keep_what_was_revoked_and_count_on(
    ring: Keys, own_store: Store, pki: Pki, now: datetime
) -> None:
    first = revoke(ring, own_store, ring.signer(Purpose.document_signer, now).key_id, now + HOUR)
    second = revoke(ring, own_store, ring.signer(Purpose.seal_signer, now).key_id, now + 2 * HOUR)
    assert set(first.crl.revoked) < set(second.crl.revoked)
    later = now + timedelta(days=pki.revocation_list.next_update_days - 1)
    assert Purpose.csca in renew_crls(ring, own_store, later)
    third = read_crl(ring.crls[Purpose.csca])
    assert dict(third.revoked) == dict(second.crl.revoked)
    assert (first.crl.number, second.crl.number, third.number) == (2, 3, 4)


def test_what_another_process_revoked_is_taken_in_and_never_forgotten(
    ring: Keys, own_store: Store, pki: Pki, now: datetime
) -> None:
    other, signer = opened(own_store, pki), ring.signer(Purpose.document_signer, now)
    revoke(ring, own_store, signer.key_id, now + HOUR)
    assert other.signer(Purpose.document_signer, now + HOUR) is not None  # it does not know yet
    done = revoke(other, own_store, other.signer(Purpose.seal_signer, now).key_id, now + 2 * HOUR)
    assert (len(done.crl.revoked), done.crl.number) == (2, 3)
    assert take_in(ring, own_store) and not take_in(ring, own_store)
    for keys in (ring, other):
        with pytest.raises(Unavailable):
            keys.signer(Purpose.document_signer, now + 2 * HOUR)


def test_a_serial_number_names_it_as_well(ring: Keys, own_store: Store, now: datetime) -> None:
    certificate = read_certificate(ring.signer(Purpose.pdf_signer, now).certificate)
    done = revoke(ring, own_store, f"{certificate.serial:x}", now + HOUR)
    assert (done.root, done.certificate.der) == (Purpose.services_root, certificate.der)


def test_a_list_later_than_48_hours_after_the_decision_says_so(ring: Keys, own_store: Store, now: datetime) -> None:
    key_id = ring.signer(Purpose.document_signer, now).key_id
    assert revoke(ring, own_store, key_id, now + 49 * HOUR, since=now).late


def test_what_cannot_be_revoked_is_refused_for_its_own_reason(ring: Keys, own_store: Store, now: datetime) -> None:
    signer = ring.signer(Purpose.document_signer, now)
    revoke(ring, own_store, signer.key_id, now + HOUR)
    with pytest.raises(Conflict, match=r"keys\.revoke\.again"):
        revoke(ring, own_store, signer.key_id, now + HOUR)
    with pytest.raises(Invalid, match=r"keys\.revoke\.root"):
        revoke(ring, own_store, ring.signer(Purpose.csca, now).key_id, now + HOUR)
    with pytest.raises(Invalid, match=r"keys\.revoke\.future"):
        revoke(ring, own_store, ring.signer(Purpose.seal_signer, now).key_id, now, since=now + HOUR)
    for unknown in ("document_signer-0000000000000000", "abc", "", "ff" * 40):
        with pytest.raises(NotFound):
            revoke(ring, own_store, unknown, now + HOUR)


def test_a_certificate_of_another_authority_is_not_ours_to_revoke(
    ring: Keys, own_store: Store, now: datetime, vectors: Path
) -> None:
    foreign = (vectors / "certs" / "ds_DE.cer").read_bytes()
    with pytest.raises(Invalid, match=r"keys\.revoke\.other"):
        revoke(ring, own_store, f"{read_certificate(foreign).serial:X}", now, known=[foreign])
