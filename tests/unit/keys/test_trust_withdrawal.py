"""What was withdrawn is trusted no more, what was true before stays true, and it does not come back by a side door."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from keys import Keys, Purpose, issue, prepare
from keys.lists.requests import MasterListRequest
from keys.trust_archive import TrustArchive
from keys.trust_import import ImportReport, import_trust
from keys.trust_survey import survey
from keys.trust_withdrawal import Withdrawal, withdraw
from keys.x509 import read_certificate
from specs.errors import Conflict, Invalid, NotFound, Refused
from specs.schema.pki import Pki
from tests.pki.world import build

HOUR = timedelta(hours=1)


def sha256(der: bytes) -> str:
    return hashlib.sha256(der).hexdigest()


@pytest.fixture
def archive(tmp_path: Path) -> TrustArchive:
    (tmp_path / "trust").mkdir()
    return TrustArchive(tmp_path / "trust")


Bring = Callable[..., ImportReport]


@pytest.fixture
def bring(archive: TrustArchive, pki: Pki, tmp_path: Path) -> Bring:
    """Import these files (name -> content) at a moment; anchors by name."""

    def done(at: datetime, anchors: tuple[str, ...] = (), **files: bytes) -> ImportReport:
        for name, content in files.items():
            (tmp_path / name).write_bytes(content)
        named = [tmp_path / name for name in files if name not in anchors]
        return import_trust(archive, named, [tmp_path / name for name in anchors], at, "test", pki)

    return done


@pytest.fixture
def leave(archive: TrustArchive, pki: Pki) -> Callable[[str, datetime], Withdrawal]:
    return lambda name, at: withdraw(archive, name, "its key was published", at, "test", pki)


@pytest.fixture
def master_list(keys: Keys, pki: Pki, now: datetime) -> bytes:
    """Of our CSCA and Utopia's, signed by us."""
    held = [keys.signer(Purpose.csca, now).certificate, build("sound_ecdsa").trusted[0]]
    return issue(prepare(keys, MasterListRequest("list:1", held, pki), now), now).artefact


Leave = Callable[[str, datetime], Withdrawal]


def test_a_withdrawn_anchor_is_trusted_no_more_and_was_before(
    archive: TrustArchive, bring: Bring, leave: Leave, now: datetime
) -> None:
    csca = build("sound_ecdsa").trusted[0]
    bring(now, csca=csca)
    done = leave(sha256(csca), now + HOUR)
    assert done.named == {sha256(csca): ("authority", "UT CSCA Utopia")}
    assert archive.at(now).authorities == (csca,)
    assert archive.at(now + HOUR).authorities == ()
    assert survey(archive.at(now + HOUR), now + HOUR).authorities == ()
    newest = TrustArchive(archive.directory).snapshots[-1]
    assert (newest.withdrawn, newest.reason) == ((sha256(csca),), "its key was published")


def test_a_key_identifier_withdraws_every_certificate_of_the_key(
    archive: TrustArchive, bring: Bring, leave: Leave, now: datetime
) -> None:
    world = build("csca_rollover_with_link")
    link, new = world.holders["link"].der, world.holders["csca_new"].der
    bring(now, link=link, new=new)
    key = read_certificate(new).subject_key_identifier
    assert key is not None
    by_hash = leave(sha256(new), now + HOUR)
    assert by_hash.same_key == (sha256(link),)  # and is warned of
    assert archive.at(now + HOUR).authorities == (link,)
    assert list(leave(":".join(f"{byte:02X}" for byte in key), now + 2 * HOUR).named) == [sha256(link)]
    assert archive.at(now + 2 * HOUR).authorities == ()


def test_a_withdrawn_master_list_takes_what_only_it_vouched_for(
    archive: TrustArchive, bring: Bring, leave: Leave, keys: Keys, master_list: bytes, now: datetime
) -> None:
    utopia, other = (build(name).trusted[0] for name in ("sound_ecdsa", "csca_rollover_with_link"))
    keys.export_trust(archive.directory)
    assert bring(now, other=other, ml=master_list).refused == []
    assert set(archive.at(now).authorities) == {other, utopia}
    assert leave(sha256(master_list), now + HOUR).with_it == (sha256(utopia),)
    assert archive.at(now + HOUR).authorities == (other,)  # an officer had named it
    assert bring(now + 2 * HOUR, ml=master_list).refused == []
    assert set(archive.at(now + 2 * HOUR).authorities) == {other, utopia}


def test_a_withdrawn_anchor_comes_back_by_a_file_of_its_own_and_with_no_list(
    archive: TrustArchive, bring: Bring, leave: Leave, keys: Keys, master_list: bytes, now: datetime
) -> None:
    utopia = build("sound_ecdsa").trusted[0]
    keys.export_trust(archive.directory)
    bring(now, utopia=utopia)
    leave(sha256(utopia), now + HOUR)
    report = bring(now + 2 * HOUR, ml=master_list)
    assert [fault.code for fault in report.refused] == ["trust.import.withdrawn"]
    assert archive.at(now + 2 * HOUR).authorities == ()
    assert bring(now + 3 * HOUR, utopia=utopia).refused == []
    assert archive.at(now + 3 * HOUR).authorities == (utopia,)


def test_our_own_is_not_withdrawn_here(archive: TrustArchive, leave: Leave, keys: Keys, now: datetime) -> None:
    keys.export_trust(archive.directory)
    archive.keep_own(keys.trust(), now, "service")
    csca = keys.signer(Purpose.csca, now).certificate
    key = read_certificate(csca).subject_key_identifier
    assert key is not None
    for name in (sha256(csca), key.hex(), sha256(keys.crls[Purpose.csca])):
        with pytest.raises(Refused):
            leave(name, now)
    assert len(archive.snapshots) == 1


def test_what_cannot_be_withdrawn_is_said(
    bring: Bring, leave: Leave, archive: TrustArchive, now: datetime, pki: Pki
) -> None:
    csca = build("sound_ecdsa").trusted[0]
    with pytest.raises(NotFound):
        leave(sha256(csca), now)
    bring(now, csca=csca)
    leave(sha256(csca), now)
    with pytest.raises(Conflict):
        leave(sha256(csca), now)
    with pytest.raises(Invalid) as refused:
        withdraw(archive, "../../etc", "x\ny", now, "test", pki)
    assert [fault.field for fault in refused.value.faults] == ["name", "reason"]
