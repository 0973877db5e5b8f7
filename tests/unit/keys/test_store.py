"""The software store: encrypted, private, whole or not there, and clear about what is wrong."""

from __future__ import annotations

import errno
import os
import shutil
import stat
from datetime import timedelta
from pathlib import Path

import pytest

import keys.files
import keys.trust as trust_module
from keys import Keys, Purpose, SoftwareKeysWarning, TrustStore, create_development_pki, open_keys, renew_crls
from keys.crl import read_crl
from keys.intents import MemoryIntentLog
from keys.stores.software import SoftwareStore
from specs.errors import Conflict, Invalid, IssuanceError, NotFound, Unavailable
from specs.schema.pki import Pki
from tests.unit.keys.conftest import NOW, PASSPHRASE

KEY_HEADER = b"-----BEGIN %s PRIVATE KEY-----" % b"ENCRYPTED"

pytestmark = pytest.mark.filterwarnings("ignore::keys.SoftwareKeysWarning")


@pytest.fixture
def copy(store: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(store, tmp_path / "keys"))


def codes(directory: Path, pki: Pki, passphrase: str = PASSPHRASE) -> list[str]:
    with pytest.raises(IssuanceError) as error:
        open_keys(directory, passphrase, MemoryIntentLog(), pki)
    assert all(fault.ar and fault.en for fault in error.value.faults)
    return [fault.code for fault in error.value.faults]


def test_private_keys_are_encrypted_and_private(store: Path) -> None:
    files = list(store.glob("*.key"))
    assert len(files) == len(Purpose)
    for path in files:
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
        assert path.read_bytes().startswith(KEY_HEADER)
    assert stat.S_IMODE(store.stat().st_mode) == 0o700


def test_software_keys_warn_loudly(store: Path, pki: Pki) -> None:
    with pytest.warns(SoftwareKeysWarning, match="never for real documents"):
        open_keys(store, PASSPHRASE, MemoryIntentLog(), pki)


@pytest.mark.parametrize("passphrase", ["", "another passphrase"])
def test_a_wrong_passphrase_is_one_clear_fault(store: Path, pki: Pki, passphrase: str) -> None:
    assert codes(store, pki, passphrase) == ["keys.passphrase.wrong"]


def test_a_missing_store_is_unavailable(tmp_path: Path, pki: Pki) -> None:
    assert codes(tmp_path / "nowhere", pki) == ["keys.store.missing"]
    assert codes(tmp_path, pki) == ["keys.store.empty"]


def test_every_missing_key_file_is_named(copy: Path, pki: Pki) -> None:
    for path in sorted(copy.glob("*.key"))[:2]:
        path.unlink()
    assert codes(copy, pki) == ["keys.store.key_missing"] * 2


def test_a_key_file_that_leads_nowhere_is_unavailable(copy: Path, pki: Pki) -> None:
    path = next(copy.glob("pdf_signer-*.key"))
    path.unlink()
    path.symlink_to(copy / "gone")
    assert codes(copy, pki) == ["keys.store.unreadable"]


@pytest.mark.parametrize("data", [b"", b"not a key", KEY_HEADER + b"\nAAAA\n", bytes(70_000)])
def test_a_damaged_key_file_is_named(copy: Path, pki: Pki, data: bytes) -> None:
    next(copy.glob("pdf_signer-*.key")).write_bytes(data)
    assert set(codes(copy, pki)) == {"keys.store.corrupt"}


def test_a_key_file_others_can_read_is_refused(copy: Path, pki: Pki) -> None:
    next(copy.glob("csca-*.key")).chmod(0o644)
    assert codes(copy, pki) == ["keys.store.permissions"]


def test_a_certificate_of_another_key_is_refused(copy: Path, pki: Pki) -> None:
    pdf, record = next(copy.glob("pdf_signer-*.cer")), next(copy.glob("record_signer-*.cer"))
    record.write_bytes(pdf.read_bytes())
    assert "certificate.key_usage" in codes(copy, pki)


def test_a_changed_certificate_is_refused(copy: Path, pki: Pki) -> None:
    path = next(copy.glob("document_signer-*.cer"))
    data = bytearray(path.read_bytes())
    data[-1] ^= 1
    path.write_bytes(data)
    assert codes(copy, pki) == ["keys.store.signature"]


def test_creation_never_overwrites(store: Path, pki: Pki) -> None:
    before = sorted(p.name for p in store.iterdir())
    with pytest.raises(Conflict):
        create_development_pki(store, PASSPHRASE, NOW, pki)
    assert sorted(p.name for p in store.iterdir()) == before


def test_a_short_passphrase_is_refused(tmp_path: Path, pki: Pki) -> None:
    with pytest.raises(Invalid):
        create_development_pki(tmp_path / "keys", "short", NOW, pki)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("allowed", [0, 1, 7, 13])
def test_a_full_disk_leaves_nothing_half_made(
    tmp_path: Path, pki: Pki, monkeypatch: pytest.MonkeyPatch, allowed: int
) -> None:
    left = iter(range(allowed))
    real = os.fsync

    def full(handle: int) -> None:
        if next(left, None) is None:
            raise OSError(errno.ENOSPC, "No space left on device")
        real(handle)

    monkeypatch.setattr(keys.files.os, "fsync", full)
    with pytest.raises(Unavailable) as unavailable:
        create_development_pki(tmp_path / "keys", PASSPHRASE, NOW, pki)
    assert unavailable.value.faults[0].code == "keys.store.write"
    assert list(tmp_path.iterdir()) == []


def test_a_failed_write_leaves_the_old_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "file"
    path.write_bytes(b"old")

    def full(handle: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(keys.files.os, "fsync", full)
    with pytest.raises(OSError, match="No space"):
        keys.files.write_atomically(path, b"new", mode=0o600)
    assert [(p.name, p.read_bytes()) for p in tmp_path.iterdir()] == [("file", b"old")]


def test_exported_trust_reads_back_and_holds_no_secret(keys: Keys, tmp_path: Path) -> None:
    files = keys.export_trust(tmp_path / "trust")
    assert {p.suffix for p in files} == {".cer", ".crl"}
    read = TrustStore.from_directory(tmp_path / "trust")
    assert sorted(read.certificates) == sorted(keys.trust().certificates)
    assert len(read.anchors) == 2 and len(read.crls) == 2


def test_trust_names_every_bad_file(tmp_path: Path, keys: Keys) -> None:
    keys.export_trust(tmp_path)
    (tmp_path / "bad.cer").write_bytes(b"\x30\x00")
    (tmp_path / "worse.crl").write_bytes(b"")
    with pytest.raises(Invalid) as invalid:
        TrustStore.from_directory(tmp_path)
    assert {Path(f.field or "").name for f in invalid.value.faults} == {"bad.cer", "worse.crl"}
    with pytest.raises(NotFound):
        TrustStore.from_directory(tmp_path / "absent")


def test_more_trust_files_than_the_limit_are_refused_not_left_out(
    keys: Keys, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(trust_module, "_MAX_FILES", len(keys.export_trust(tmp_path)) - 1)
    with pytest.raises(Invalid):
        TrustStore.from_directory(tmp_path)


def test_crls_are_renewed_before_they_end_and_keep_what_was_revoked(keys: Keys, copy: Path, pki: Pki) -> None:
    assert renew_crls(keys, SoftwareStore(copy, PASSPHRASE), NOW) == []
    late = NOW + timedelta(days=pki.revocation_list.next_update_days - 1)
    assert set(renew_crls(keys, SoftwareStore(copy, PASSPHRASE), late)) == {Purpose.csca, Purpose.services_root}
    again = open_keys(copy, PASSPHRASE, MemoryIntentLog(), pki)
    crl = read_crl(again.crls[Purpose.csca])
    assert crl.number == 2 and crl.this_update.at == late
