"""Which key signs when: by period, by count, after a roll-over; and who is told before one runs out."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from keys import Keys, Purpose, Signer, TrustStore, issue, open_ring, prepare, renew_crls, renew_signers
from keys.algorithms import holds
from keys.chain import judge_chain, verify_chain
from keys.crl import read_crl
from keys.intents import MemoryIntentLog
from keys.renewal import alarms, publish_crl, roll_over, rotate
from keys.signing import Intent
from keys.sod import SodRequest
from keys.stores.software import SoftwareStore
from keys.verify import verify_sod
from keys.x509 import read_certificate
from specs.errors import Conflict, Invalid, Unavailable
from specs.load import load
from specs.schema.pki import Pki
from specs.schema.rotation import Rotation
from tests.unit.keys.conftest import NOW, PASSPHRASE

pytestmark = pytest.mark.filterwarnings("ignore::keys.SoftwareKeysWarning")
WAIT = timedelta(days=2)  # Doc 9303-12: the new key is not used for the first two days
GROUPS = {1: b"\x61\x01a", 2: b"\x75\x01x"}


@pytest.fixture
def home(store: Path, tmp_path: Path) -> SoftwareStore:
    return SoftwareStore(Path(shutil.copytree(store, tmp_path / "keys")), PASSPHRASE)


@pytest.fixture
def open_(home: SoftwareStore, pki: Pki) -> Callable[..., Keys]:
    def opened(most: int | None = None, log: MemoryIntentLog | None = None) -> Keys:
        return open_ring(home, log or MemoryIntentLog(), pki, few(most) if most else None)

    return opened


def few(most: int) -> Rotation:
    held = load().pki_rotation
    fewer = held.document_signer.model_copy(update={"maximum_signatures": most})
    return held.model_copy(update={"document_signer": fewer})


def sod(ring: Keys, pki: Pki, at: datetime = NOW) -> bytes:
    return issue(prepare(ring, SodRequest("passport:1", GROUPS, "PP", pki), at), at).artefact


def record(log: MemoryIntentLog, signer: Signer, times: int) -> None:
    for n in range(times):
        log.record_intent(Intent(f"{signer.key_id}:{n}", "document_signer", "x", signer.key_id, b"", NOW))


def test_the_shipped_rules_are_those_of_doc_9303() -> None:
    rules = load().pki_rotation
    assert (rules.roots.wait_days, rules.roots.alarm_days_ahead) == (2, 90)
    assert rules.maximum_signatures("document_signer") == 100_000
    assert rules.maximum_signatures("seal_signer") is rules.maximum_signatures("csca") is None


def test_of_two_keys_in_period_the_newest_signs(open_: Callable[..., Keys], home: SoftwareStore, pki: Pki) -> None:
    ring = open_()
    old = ring.signer(Purpose.document_signer, NOW)
    later = NOW + timedelta(days=10)
    new = rotate(ring, home, Purpose.document_signer, later)
    assert ring.signer(Purpose.document_signer, later) is new is not old
    assert ring.signer(Purpose.document_signer, NOW) is old  # not yet in its period
    made = sod(ring, pki, later)
    assert verify_sod(made, GROUPS, ring.trust(), later).status == "valid"
    assert {s.key_id for s in open_().signers()} == {s.key_id for s in ring.signers()}


def test_a_key_signs_no_more_than_its_count(open_: Callable[..., Keys], pki: Pki) -> None:
    ring = open_(most=7)
    for _ in range(7):
        sod(ring, pki)
    with pytest.raises(Unavailable) as exhausted:
        sod(ring, pki)
    assert exhausted.value.faults[0].code == "keys.none_usable"
    signer = next(s for s in ring.signers() if s.purpose is Purpose.document_signer)
    assert ring.intents.uses(signer.key_id) == 7


def test_sixteen_processes_with_one_log_do_not_pass_the_count_together(open_: Callable[..., Keys], pki: Pki) -> None:
    log = MemoryIntentLog()
    rings = [open_(most=100, log=log) for _ in range(16)]
    signer = next(s for s in rings[0].signers() if s.purpose is Purpose.document_signer)
    exhausted = 0
    while exhausted < 16:
        exhausted = 0
        for ring in rings:
            try:
                prepare(ring, SodRequest("passport:1", GROUPS, "PP", pki), NOW)
            except Unavailable:
                exhausted += 1
    assert log.uses(signer.key_id) == 100


def test_a_signer_near_its_count_is_followed_before_it_ends(
    open_: Callable[..., Keys], home: SoftwareStore, pki: Pki
) -> None:
    log = MemoryIntentLog()
    ring = open_(most=10, log=log)
    signer = next(s for s in ring.signers() if s.purpose is Purpose.document_signer)
    record(log, signer, 8)
    assert alarms(ring, NOW) == [] and renew_signers(ring, home, NOW) == []
    sod(ring, pki)
    (alarm,) = alarms(ring, NOW)
    assert (alarm.reason, alarm.left, alarm.fault.field) == ("count", 1, signer.key_id)
    assert renew_signers(ring, home, NOW) == [Purpose.document_signer]
    assert ring.signer(Purpose.document_signer, NOW + timedelta(seconds=1)).key_id != signer.key_id
    assert alarms(ring, NOW) == []


@pytest.mark.parametrize(
    ("days", "told"),
    [(0, set()), (75, set()), (76, {"document_signer"}), (90, {"document_signer"}), (335, None)],
)
def test_the_alarm_comes_as_many_days_ahead_as_specified(
    open_: Callable[..., Keys], days: int, told: set[str] | None
) -> None:
    """A document signer signs for 90 days and gives the alarm 14 days ahead; other signers 30 days before 365."""
    found = alarms(open_(), NOW + timedelta(days=days, seconds=1))
    purposes = {alarm.signer.purpose.value for alarm in found}
    if told is not None:
        assert purposes == told
    else:
        assert {"document_signer", "seal_signer", "pdf_signer", "record_signer"} <= purposes
        assert "csca" not in purposes
    assert all(alarm.fault.ar and alarm.fault.en for alarm in found)


def test_roots_give_the_alarm_ninety_days_ahead(open_: Callable[..., Keys]) -> None:
    end = NOW + timedelta(days=1461)
    before = {a.signer.purpose for a in alarms(open_(), end - timedelta(days=90, seconds=-1))}
    assert {Purpose.csca, Purpose.services_root} <= before
    assert Purpose.csca not in {a.signer.purpose for a in alarms(open_(), end - timedelta(days=91))}


def test_a_new_root_waits_two_days_and_then_signs_everything(
    open_: Callable[..., Keys], home: SoftwareStore, pki: Pki
) -> None:
    ring = open_()
    old_root, old_sod = ring.signer(Purpose.csca, NOW), sod(ring, pki)
    at = NOW + timedelta(days=1)
    new_root = roll_over(ring, home, at)
    last_moment, first = at + WAIT - timedelta(seconds=1), at + WAIT
    assert ring.signer(Purpose.csca, last_moment) is old_root
    assert renew_crls(ring, home, last_moment) == []
    assert ring.signer(Purpose.csca, first) is new_root
    assert renew_crls(ring, home, first) == [Purpose.csca]
    crl, root = read_crl(ring.crls[Purpose.csca]), read_certificate(new_root.certificate)
    assert crl.number == 2
    assert holds(root.public_key, crl.algorithm, crl.signature, crl.tbs)
    signer = rotate(ring, home, Purpose.document_signer, first)
    assert signer.chain == (new_root.certificate,)
    new_sod = sod(ring, pki, first)
    for held in (ring, open_()):
        trust = held.trust()
        for made in (old_sod, new_sod):
            assert verify_sod(made, GROUPS, trust, first).failed() == ()
    assert renew_crls(ring, home, first) == []


@pytest.mark.parametrize("name", [None, "CSCA Libya 2026"])
def test_the_link_certificate_ties_the_new_root_to_the_old(
    open_: Callable[..., Keys], home: SoftwareStore, tmp_path: Path, name: str | None
) -> None:
    ring = open_()
    old, new = ring.signer(Purpose.csca, NOW), roll_over(ring, home, NOW, name)
    ring.export_trust(tmp_path / "trust")
    (path,) = (tmp_path / "trust").glob("*.link.cer")
    link, old_root, new_root = (read_certificate(der) for der in (path.read_bytes(), old.certificate, new.certificate))
    assert holds(old_root.public_key, link.algorithm, link.signature, link.tbs)
    assert link.spki_der == new_root.spki_der and link.subject_der == new_root.subject_der
    assert (link.extension("name_change") is not None) == (name is not None) == (link.subject_der != link.issuer_der)
    assert len({link.serial, old_root.serial, new_root.serial}) == 3
    assert path.read_bytes() in TrustStore.from_directory(tmp_path / "trust").certificates
    assert {s.key_id for s in open_().signers()} == {s.key_id for s in ring.signers()}


def test_one_root_waits_at_a_time(open_: Callable[..., Keys], home: SoftwareStore) -> None:
    ring = open_()
    roll_over(ring, home, NOW)
    with pytest.raises(Invalid) as waiting:
        roll_over(ring, home, NOW + timedelta(hours=1))
    assert waiting.value.faults[0].code == "keys.rollover.waiting"
    roll_over(ring, home, NOW + WAIT)


def test_a_root_is_not_rotated_without_a_link(open_: Callable[..., Keys], home: SoftwareStore) -> None:
    with pytest.raises(Invalid) as refused:
        rotate(open_(), home, Purpose.csca, NOW)
    assert refused.value.faults[0].code == "keys.rotate.root"


def test_one_key_for_two_purposes_is_refused(home: SoftwareStore, pki: Pki) -> None:
    """The same key under the name of another purpose: its certificate does not fit, nor may the key serve twice."""
    path = next(home.directory.glob("pdf_signer-*.key"))
    other = next(home.directory.glob("record_signer-*.key"))
    other.write_bytes(path.read_bytes())
    with pytest.raises(Invalid) as mixed:
        open_ring(home, MemoryIntentLog(), pki)
    assert {"keys.store.shared", "keys.store.mismatch"} <= {fault.code for fault in mixed.value.faults}


def test_a_link_of_another_root_is_refused(open_: Callable[..., Keys], home: SoftwareStore, pki: Pki) -> None:
    ring = open_()
    old = ring.signer(Purpose.csca, NOW)
    new = roll_over(ring, home, NOW)
    (home.directory / f"{new.key_id}.link.cer").rename(home.directory / f"{old.key_id}.link.cer")
    with pytest.raises(Invalid) as refused:
        open_ring(home, MemoryIntentLog(), pki)
    assert "keys.store.link" in {fault.code for fault in refused.value.faults}


SERVICES_END = NOW + timedelta(days=1461)


def test_a_services_root_is_followed_by_one_that_waits_and_then_signs_everything(
    open_: Callable[..., Keys], home: SoftwareStore, pki: Pki
) -> None:
    ring, at = open_(), NOW + timedelta(days=1380)
    old_signer = ring.signer(Purpose.pdf_signer, NOW)
    new_root = roll_over(ring, home, at, purpose=Purpose.services_root)
    assert ring.period(new_root.key_id)[0] == at + WAIT
    first = at + WAIT
    assert Purpose.services_root in renew_crls(ring, home, first)
    assert Purpose.services_root not in {a.signer.purpose for a in alarms(ring, first)}
    signer = rotate(ring, home, Purpose.pdf_signer, first)
    assert signer.chain == (new_root.certificate,)
    for held in (ring, open_()):
        trust = held.trust()
        for one in (old_signer, signer):
            judged = judge_chain(one.certificate, one.purpose, trust, first, signed_at=(NOW, first))
            assert judged.revocation == "not_revoked"
        assert {c.result for c in verify_chain(signer.certificate, signer.purpose, trust, first)} == {"pass"}


def test_a_services_root_made_after_the_end_of_the_last_does_not_wait(
    open_: Callable[..., Keys], home: SoftwareStore
) -> None:
    ring, late = open_(), SERVICES_END + timedelta(days=20)
    with pytest.raises(Unavailable):
        renew_crls(ring, home, late)
    new_root = roll_over(ring, home, late, purpose=Purpose.services_root)
    assert ring.signer(Purpose.services_root, late) is new_root
    with pytest.raises(Unavailable) as still:  # the CSCA ended too; the other root's list is made all the same
        renew_crls(ring, home, late)
    assert {fault.field for fault in still.value.faults} == {"csca"}
    assert read_crl(ring.crls[Purpose.services_root]).this_update.at == late
    assert open_().signer(Purpose.services_root, late).key_id == new_root.key_id


@pytest.mark.parametrize(
    ("purpose", "name"), [(Purpose.document_signer, None), (Purpose.services_root, "Another name")]
)
def test_only_roots_roll_over_and_only_the_csca_changes_its_name(
    open_: Callable[..., Keys], home: SoftwareStore, purpose: Purpose, name: str | None
) -> None:
    with pytest.raises(Invalid) as refused:
        roll_over(open_(), home, NOW, name, purpose)
    assert refused.value.faults[0].code == "keys.rollover.purpose"


@pytest.mark.parametrize("purpose", [Purpose.csca, Purpose.services_root])
def test_of_two_services_that_roll_over_one_makes_the_root_and_the_other_sees_it(
    open_: Callable[..., Keys], home: SoftwareStore, purpose: Purpose
) -> None:
    one, other, at = open_(), open_(), NOW + timedelta(days=1)
    made = roll_over(one, home, at, purpose=purpose)
    with pytest.raises(Invalid) as waiting:
        roll_over(other, home, at, purpose=purpose)
    assert (waiting.value.faults[0].code, waiting.value.faults[0].field) == ("keys.rollover.waiting", made.key_id)


def test_of_two_services_that_renew_signers_at_once_one_makes_them(
    open_: Callable[..., Keys], home: SoftwareStore
) -> None:
    rings, at = [open_() for _ in range(4)], NOW + timedelta(days=100)
    with ThreadPoolExecutor(4) as pool:
        renewed = list(pool.map(lambda ring: renew_signers(ring, home, at), rings))
    assert sorted(map(len, renewed)) == [0, 0, 0, 1]
    assert len({ring.signer(Purpose.document_signer, at).key_id for ring in rings}) == 1


def test_a_second_list_within_two_days_is_refused_unless_something_was_revoked(
    open_: Callable[..., Keys], home: SoftwareStore
) -> None:
    """Doc 9303-12 §4.1.4: at most every 48 hours, except after a revocation."""
    ring = open_()
    almost, enough = NOW + timedelta(hours=48, seconds=-1), NOW + timedelta(hours=48)
    with pytest.raises(Conflict) as soon:
        publish_crl(ring, home, Purpose.csca, {}, almost)
    assert soon.value.faults[0].code == "keys.crl.too_soon"
    publish_crl(ring, home, Purpose.csca, {}, enough)
    serial = read_certificate(ring.signer(Purpose.document_signer, NOW).certificate).serial
    publish_crl(ring, home, Purpose.csca, {serial: enough}, enough + timedelta(hours=1))
    assert read_crl(ring.crls[Purpose.csca]).number == 3


def test_renewal_too_waits_two_days_after_the_last_list(open_: Callable[..., Keys], home: SoftwareStore) -> None:
    """A new root that takes over an hour after a revocation lists everything two days after it."""
    ring = open_()
    roll_over(ring, home, NOW)
    serial = read_certificate(ring.signer(Purpose.document_signer, NOW).certificate).serial
    last = NOW + WAIT - timedelta(hours=1)
    publish_crl(ring, home, Purpose.csca, {serial: last}, last)
    assert renew_crls(ring, home, NOW + WAIT) == []
    assert renew_crls(ring, home, last + timedelta(hours=48)) == [Purpose.csca]
