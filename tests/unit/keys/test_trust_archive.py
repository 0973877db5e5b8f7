"""An archive of trust only grows, says what was trusted on a day, and is never half written."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from keys import Keys, Purpose
from keys.ceremony import make_crl
from keys.trust import TrustStore
from keys.trust_archive import TrustArchive
from keys.trust_snapshots import Item, Source
from specs.errors import Invalid, NotFound, Unavailable
from specs.load import load

DAY = timedelta(days=1)
ELSEWHERE = load().pki_profiles.names.model_copy(update={"country_code": "UT", "mrz_country_code": "UTO"})
SOURCE = (Source("a.cer", "00", "chosen"),)


@pytest.fixture
def archive(tmp_path: Path) -> TrustArchive:
    return TrustArchive(tmp_path, ELSEWHERE)


@pytest.fixture
def add(archive: TrustArchive) -> Callable[[bytes, datetime], bool]:
    def bring(der: bytes, at: datetime) -> bool:
        with archive.writing() as writer:
            return writer.commit([Item(writer.keep(der), "authority", 0)], SOURCE, at, "test") is not None

    return bring


def root(keys: Keys, now: datetime) -> bytes:
    return keys.signer(Purpose.csca, now).certificate


def services(keys: Keys, now: datetime) -> bytes:
    return keys.signer(Purpose.services_root, now).certificate


Add = Callable[[bytes, datetime], bool]


def test_trust_of_a_day_is_what_had_come_in_by_then(archive: TrustArchive, add: Add, keys: Keys, now: datetime) -> None:
    add(root(keys, now), now)
    add(services(keys, now), now + DAY)
    assert archive.at(now - DAY).authorities == ()
    assert archive.at(now).authorities == (root(keys, now),)
    assert archive.at(now + DAY).authorities == (root(keys, now), services(keys, now))
    assert [a.der for a in archive.at(now).anchors] == [root(keys, now)]


def test_what_came_in_twice_stands_once_and_makes_no_snapshot(
    archive: TrustArchive, add: Add, keys: Keys, now: datetime
) -> None:
    assert add(root(keys, now), now)
    before = sorted(p.name for p in archive.directory.rglob("*"))
    assert not add(root(keys, now), now + DAY)
    assert sorted(p.name for p in archive.directory.rglob("*")) == before
    assert len(archive.snapshots) == 1


def test_an_old_archive_in_which_a_list_vouched_for_our_state_makes_no_anchor_of_it(
    archive: TrustArchive, add: Add, keys: Keys, now: datetime
) -> None:
    add(root(keys, now), now)
    ours = TrustArchive(archive.directory)
    assert ours.at(now).authorities == () and not ours.at(now).anchors
    keys.export_trust(archive.directory)
    assert root(keys, now) in [anchor.der for anchor in ours.at(now).anchors]


def test_own_files_lie_beside_what_was_imported(archive: TrustArchive, add: Add, keys: Keys, now: datetime) -> None:
    keys.export_trust(archive.directory)
    add(services(keys, now), now)
    held = archive.at(now)
    assert set(held.certificates) == {signer.certificate for signer in keys.signers()}
    assert set(held.crls) == set(keys.crls.values())
    assert TrustStore.from_directory(archive.directory).certificates  # the flat form is untouched


def test_a_list_of_yesterday_is_found_again_after_its_file_was_replaced(
    archive: TrustArchive, keys: Keys, now: datetime
) -> None:
    first = keys.crls[Purpose.csca]
    keys.export_trust(archive.directory)
    assert archive.keep_own(keys.trust(), now, "service") is not None
    assert archive.keep_own(keys.trust(), now + DAY, "service") is None
    second = make_crl(keys, Purpose.csca, 2, {4711: now + DAY}, now + DAY)
    keys.publish(Purpose.csca, second)
    keys.export_trust(archive.directory)
    archive.keep_own(keys.trust(), now + DAY, "service")
    yesterday, today = archive.at(now), archive.at(now + DAY)
    assert first in yesterday.crls and second not in yesterday.crls
    assert second in today.crls


@pytest.mark.parametrize("moment", ["objects", "snapshot"])
def test_an_interrupted_import_leaves_the_state_before(
    archive: TrustArchive, add: Add, keys: Keys, now: datetime, moment: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    add(root(keys, now), now)

    def broken(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr(*((os, "sync") if moment == "objects" else ("keys.trust_archive.write_atomically",)), broken)
        with pytest.raises(Unavailable):
            add(services(keys, now), now + DAY)
    fresh = TrustArchive(archive.directory, ELSEWHERE)
    assert fresh.at(now + DAY).authorities == (root(keys, now),)
    assert add(services(keys, now), now + DAY)  # and the same import succeeds when the disk has room again


def test_a_clock_that_went_back_does_not_reorder_what_came_in(
    archive: TrustArchive, add: Add, keys: Keys, now: datetime
) -> None:
    add(root(keys, now), now)
    add(services(keys, now), now - DAY)
    assert [snapshot.at for snapshot in archive.snapshots] == [now, now]


def test_a_changed_object_is_named(archive: TrustArchive, add: Add, keys: Keys, now: datetime) -> None:
    add(root(keys, now), now)
    path = next(p for p in archive.directory.rglob("*") if len(p.name) == 64)
    path.write_bytes(path.read_bytes()[:-1] + b"\0")
    with pytest.raises(Invalid, match="not what its name says") as caught:
        archive.at(now)
    assert caught.value.faults[0].field == str(path)


@pytest.mark.parametrize("how", ["changed", "removed", "not json", "not ours"])
def test_a_changed_history_is_named(archive: TrustArchive, add: Add, keys: Keys, now: datetime, how: str) -> None:
    add(root(keys, now), now)
    add(services(keys, now), now + DAY)
    first = sorted(archive.directory.rglob("*.json"))[0]
    if how == "removed":
        first.unlink()
    elif how == "changed":
        first.write_text(json.dumps(json.loads(first.read_text()) | {"by": "another"}))
    else:
        first.write_text("{" if how == "not json" else '{"version": 1, "items": 3}')
    with pytest.raises(Invalid, match="damaged"):
        TrustArchive(archive.directory, ELSEWHERE).at(now + DAY)


def test_an_object_is_never_read_from_outside_the_archive(archive: TrustArchive, add: Add, keys: Keys) -> None:
    now = datetime(2026, 11, 22, tzinfo=UTC)
    add(root(keys, now), now)
    path = next(archive.directory.rglob("*.json"))
    held = json.loads(path.read_text())
    held["items"][0]["sha256"] = "../../secret"
    path.write_text(json.dumps(held))
    with pytest.raises(Invalid, match="without a proper name"):
        TrustArchive(archive.directory, ELSEWHERE).at(now)


def test_a_directory_that_is_not_there_is_said(tmp_path: Path) -> None:
    with pytest.raises(NotFound):
        TrustArchive(tmp_path / "absent")
