"""PAdES levels: what a time stamp proves of a signed PDF, for how long, and what it cannot mend."""

from __future__ import annotations

import hashlib
import shutil
import warnings
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509

from keys import Keys, Purpose, SoftwareKeysWarning, create_development_pki, issue, open_ring, prepare
from keys.chain.past import revocation_at
from keys.cms import attribute, with_unsigned
from keys.intents import MemoryIntentLog
from keys.pdf import PdfRequest, upgrade, validation_data
from keys.pdf_signature import read_signature
from keys.pdf_store import read_store
from keys.pdf_time import PdfLevel
from keys.pdf_update import PdfWithRoom
from keys.pdf_verify import verify_pdf
from keys.renewal import renew_crls, roll_over, rotate
from keys.revocation import revoke
from keys.signing import Signed
from keys.stores import Store
from keys.stores.software import SoftwareStore
from keys.timestamp import stamp
from keys.trust import TrustStore
from keys.verdict import Verdict
from specs.errors import Invalid, Refused, Unavailable
from specs.schema.pki import Pki
from tests.unit.border.world import rendered_pdf, signed_pdf
from tests.unit.keys import chains

DAY = timedelta(days=1)
TOKEN = "1.2.840.113549.1.9.16.2.14"


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


def signed(ring: Keys, now: datetime, level: PdfLevel = "B-LT") -> Signed:
    return issue(prepare(ring, PdfRequest("certificate:1", rendered_pdf(), "", "", level), now), now)


def told(verdict: Verdict) -> tuple[str, str]:
    return verdict.status, verdict.facts["level"]


def failed(verdict: Verdict) -> list[str]:
    return [check.id for check in verdict.failed()]


def with_token(pdf: bytes, token: bytes) -> bytes:
    """A B-B file with that token in its signature, whatever it is of."""
    held = read_signature(pdf)
    return PdfWithRoom(pdf, held.gap).filled(with_unsigned(held.message, attribute(TOKEN, token)))


@pytest.mark.parametrize("level", ["B-B", "B-T", "B-LT"])
def test_the_level_asked_for_is_reached_and_told(ring: Keys, now: datetime, level: PdfLevel) -> None:
    made = signed(ring, now, level)
    assert (made.level, made.shortfall) == (level, ())
    verdict = verify_pdf(made.artefact, ring.trust(), now)
    assert told(verdict) == ("valid", level)
    assert verdict.facts.get("stamped_at") == (None if level == "B-B" else now.isoformat())
    assert (read_store(made.artefact) is not None) == (level == "B-LT")
    logged = {intent.purpose for intent in ring.intents.intents.values()}  # type: ignore[attr-defined]
    assert logged == {"pdf_signer"} | (set() if level == "B-B" else {"time_stamp_authority"})


def test_the_store_holds_both_paths_and_the_list_in_force_inside_what_is_signed(ring: Keys, now: datetime) -> None:
    made = signed(ring, now)
    held = read_store(made.artefact)
    assert held is not None
    purposes = (Purpose.pdf_signer, Purpose.services_root, Purpose.time_stamp_authority)
    assert set(held.certificates) == {ring.signer(purpose, now).certificate for purpose in purposes}
    assert held.crls == (ring.crls[Purpose.services_root],)
    assert made.artefact.index(held.crls[0]) < read_signature(made.artefact).gap[0]


def test_an_expired_signer_stays_genuine_by_its_time_stamp_alone(ring: Keys, now: datetime) -> None:
    later = now + 1200 * DAY  # the signer's certificate held 1,096 days, the authority's 3,653
    verdict = verify_pdf(signed(ring, now).artefact, ring.trust(), later)
    assert told(verdict) == ("valid", "B-LT")
    assert [c.id for c in verdict.checks if c.result == "warning"] == ["chain.current"]
    assert "chain.validity" in failed(verify_pdf(signed(ring, now, "B-B").artefact, ring.trust(), later))


def test_offline_a_b_lt_file_needs_the_anchor_alone(ring: Keys, now: datetime) -> None:
    anchor = TrustStore((ring.signer(Purpose.services_root, now).certificate,))
    assert told(verify_pdf(signed(ring, now).artefact, anchor, now + 400 * DAY)) == ("valid", "B-LT")
    verdict = verify_pdf(signed(ring, now, "B-T").artefact, anchor, now + 400 * DAY)
    assert verdict.status == "indeterminate"  # nobody here knows of revocations


def test_when_the_authority_itself_has_expired_its_stamps_prove_nothing_any_more(ring: Keys, now: datetime) -> None:
    verdict = verify_pdf(signed(ring, now).artefact, ring.trust(), now + 3700 * DAY)
    assert told(verdict) == ("invalid", "B-B")
    assert "chain.validity" in failed(verdict)


def test_a_signer_revoked_after_the_stamp_harms_nothing_and_one_revoked_before_it_everything(
    ring: Keys, own_store: Store, now: datetime
) -> None:
    early, plain = signed(ring, now).artefact, signed(ring, now, "B-B").artefact
    late = signed(ring, now + 5 * DAY).artefact  # by who did not know yet
    certificate = ring.signer(Purpose.pdf_signer, now).key_id
    revoke(ring, own_store, certificate, now + 6 * DAY, since=now + 4 * DAY)
    after, trust = now + 7 * DAY, ring.trust()
    verdict = verify_pdf(early, trust, after)
    assert told(verdict) == ("valid", "B-LT")
    assert "2026-11-24, after the time stamp" in next(c.reason for c in verdict.checks if c.id == "chain.revocation")
    assert failed(verify_pdf(plain, trust, after)) == ["chain.revocation"]
    assert failed(verify_pdf(late, trust, after)) == ["chain.revocation"]


def test_an_authority_revoked_for_no_stated_reason_is_not_relied_upon(
    ring: Keys, own_store: Store, now: datetime
) -> None:
    """RFC 3161 §4: without a reason code every token of the key is doubtful. The signature itself still stands."""
    pdf = signed(ring, now).artefact
    revoke(ring, own_store, ring.signer(Purpose.time_stamp_authority, now).key_id, now + 6 * DAY)
    verdict = verify_pdf(pdf, ring.trust(), now + 7 * DAY)
    assert told(verdict) == ("valid", "B-B")
    assert [c.id for c in verdict.checks if c.result == "warning"] == ["timestamp.authority"]
    assert verify_pdf(pdf, ring.trust(), now + 1200 * DAY).status == "invalid"


REASONS = [
    (None, "fail"),
    (x509.ReasonFlags.key_compromise, "fail"),
    (x509.ReasonFlags.affiliation_changed, "warning"),
    (x509.ReasonFlags.superseded, "warning"),
    (x509.ReasonFlags.cessation_of_operation, "warning"),
]


@pytest.mark.parametrize(("reason", "result"), REASONS)
def test_some_reasons_leave_what_was_stamped_before_good(
    reason: x509.ReasonFlags | None, result: str, pki: Pki
) -> None:
    """RFC 3161 §4 names these three codes, and unspecified where it is written out."""
    root = chains.root()
    authority = chains.document_signer(root)
    crl = chains.revocations(root, authority, revoked_on=chains.NOW - 2 * DAY, reason=reason)
    path = chains.judge(authority, chains.store(root)).path
    believed = pki.time_stamp.revoked_and_still_believed
    trust = chains.store(root, crls=[crl])
    check = revocation_at(path, (trust,), chains.NOW - 9 * DAY, chains.NOW, believed)
    assert check.result == result
    assert revocation_at(path, (trust,), chains.NOW - DAY, chains.NOW, believed).result == "fail"  # after it


def test_revocation_at_a_moment_is_known_by_a_list_of_that_day_or_of_today_alone() -> None:
    root = chains.root()
    signer = chains.document_signer(root)
    path = chains.judge(signer, chains.store(root)).path
    then = chains.NOW - 400 * DAY
    of_then = chains.revocations(root, made=then - DAY, until=then + DAY)
    between = chains.revocations(root, made=then + 9 * DAY, until=then + 20 * DAY)
    for crls, result in (([of_then], "pass"), ([between], "unknown"), ([], "unknown"), ([of_then, between], "pass")):
        assert revocation_at(path, (chains.store(root, crls=crls),), then, chains.NOW).result == result
    today = chains.revocations(root)
    assert revocation_at(path, (chains.store(root, crls=[today]),), then, chains.NOW).result == "pass"


def test_the_time_stamp_of_another_signature_is_refused(ring: Keys, now: datetime) -> None:
    other = read_signature(signed(ring, now).artefact).token
    assert other is not None
    pdf = with_token(signed(ring, now, "B-B").artefact, other)
    assert failed(verify_pdf(pdf, ring.trust(), now)) == ["timestamp.imprint"]


def test_a_time_stamp_by_a_key_that_is_no_authority_is_refused(ring: Keys, now: datetime) -> None:
    pdf = signed(ring, now, "B-B").artefact
    for token in (b"\x30\x00", read_signature(pdf).message):  # an empty one, and a signature that is no token
        assert failed(verify_pdf(with_token(pdf, token), ring.trust(), now)) == ["timestamp.form"]


def test_a_time_stamp_in_our_name_by_no_key_of_ours_is_a_forgery(
    ring: Keys, now: datetime, tmp_path: Path, pki: Pki
) -> None:
    pdf = signed(ring, now, "B-B").artefact
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", SoftwareKeysWarning)
        create_development_pki(tmp_path / "other", "another passphrase", now, pki)
    stranger = opened(SoftwareStore(tmp_path / "other", "another passphrase"), pki)
    digest = hashlib.sha256(read_signature(pdf).info.signature).digest()
    forged = with_token(pdf, stamp(stranger, "certificate:1", digest, now).artefact)
    verdict = verify_pdf(forged, ring.trust(), now)
    assert failed(verdict) == ["timestamp.chain.issuer"]


def test_a_time_stamp_of_the_future_is_refused(ring: Keys, now: datetime) -> None:
    pdf = signed(ring, now, "B-B").artefact
    digest = hashlib.sha256(read_signature(pdf).info.signature).digest()
    pdf = with_token(pdf, stamp(ring, "certificate:1", digest, now + DAY).artefact)
    assert failed(verify_pdf(pdf, ring.trust(), now)) == ["timestamp.time"]


def without_authority(ring: Keys, pki: Pki) -> Keys:
    """The same keys but for that of the time-stamp authority."""
    kept = [ring._by_id[s.key_id] for s in ring.signers() if s.purpose is not Purpose.time_stamp_authority]
    return Keys(kept, ring.crls, ring.intents, pki)


def test_a_file_lifted_when_its_embedded_list_is_out_of_date_reaches_b_t(
    ring: Keys, own_store: Store, now: datetime, pki: Pki
) -> None:
    made = signed(without_authority(ring, pki), now)
    later = now + 95 * DAY  # a list is in force for 90 days
    renew_crls(ring, own_store, later)
    lifted = upgrade(made.artefact, ring, later)
    assert told(verify_pdf(lifted, ring.trust(), later)) == ("valid", "B-T")


def test_with_a_list_out_of_date_a_file_goes_out_at_b_b_and_says_why(ring: Keys, now: datetime) -> None:
    made = signed(ring, now + 95 * DAY)
    assert made.level == "B-B"
    assert [fault.code for fault in made.shortfall] == ["timestamp.authority"]


def test_under_an_old_and_a_new_root_at_once_a_file_reaches_b_lt(ring: Keys, own_store: Store, now: datetime) -> None:
    """The newest root's list speaks of what every older one issued."""
    roll_over(ring, own_store, now + DAY, purpose=Purpose.services_root)
    later = now + 5 * DAY
    rotate(ring, own_store, Purpose.time_stamp_authority, later)
    renew_crls(ring, own_store, later)
    made = signed(ring, later)
    assert (made.level, made.shortfall) == ("B-LT", ())
    held = read_store(made.artefact)
    assert held is not None
    assert len(held.certificates) == 4  # the signer, both roots, the authority
    assert told(verify_pdf(made.artefact, ring.trust(), later + 1200 * DAY)) == ("valid", "B-LT")


def test_a_b_b_file_is_lifted_later_and_only_once(ring: Keys, now: datetime, pki: Pki) -> None:
    without = without_authority(ring, pki)
    made = signed(without, now)
    assert made.level == "B-B"
    assert [fault.code for fault in made.shortfall] == ["keys.none_usable"]
    assert told(verify_pdf(made.artefact, ring.trust(), now)) == ("valid", "B-B")
    with pytest.raises(Unavailable):
        upgrade(made.artefact, without, now)
    lifted = upgrade(made.artefact, ring, now + 3 * DAY, "certificate:1")
    verdict = verify_pdf(lifted, ring.trust(), now + 1200 * DAY)
    assert told(verdict) == ("valid", "B-LT")
    assert verdict.facts["signed_at"] == now.isoformat()
    assert verdict.facts["stamped_at"] == (now + 3 * DAY).isoformat()
    assert upgrade(lifted, ring, now + 4 * DAY) == lifted
    stored = signed(without, now, "B-B").artefact
    assert told(verify_pdf(upgrade(stored, ring, now), ring.trust(), now)) == ("valid", "B-T")  # it holds no lists


def test_what_is_not_ours_or_not_good_is_not_lifted(ring: Keys, own_store: Store, now: datetime) -> None:
    pdf = signed(ring, now, "B-B").artefact
    for foreign in (rendered_pdf(), b"%PDF-1.7\n", signed_pdf()):
        with pytest.raises(Invalid):
            upgrade(foreign, ring, now)
    altered = pdf.replace(b"/Type/Catalog", b"/Type/Catalof", 1)
    assert altered != pdf
    for bad, at in ((altered, now), (pdf, now + 1200 * DAY)):  # changed; the signer's certificate has ended
        with pytest.raises(Refused):
            upgrade(bad, ring, at)
    revoke(ring, own_store, ring.signer(Purpose.pdf_signer, now).key_id, now + DAY)
    with pytest.raises(Refused):
        upgrade(pdf, ring, now + 2 * DAY)


def test_validation_data_is_the_ring_s_own(ring: Keys, now: datetime) -> None:
    signer = ring.signer(Purpose.pdf_signer, now)
    data = validation_data(ring, signer, now)
    assert data.certificates[:2] == (signer.certificate, ring.signer(Purpose.services_root, now).certificate)
    assert len(set(data.certificates)) == len(data.certificates) == 3
