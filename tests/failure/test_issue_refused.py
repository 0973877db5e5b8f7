"""Keys, disk or database fail while a document is made: a typed error, a void number, no half document. Issue 2 §9."""

from __future__ import annotations

import resource
import shutil
import signal
import sqlite3
import subprocess
import sys
import warnings
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr

from issuance.certificates import commands as certificates
from issuance.certificates.listing import listing
from issuance.core.settings import read_settings
from issuance.db.failures import DISK_FULL
from issuance.db.session import Database
from issuance.jobs.files import write_if_changed
from issuance.passports import commands as passports
from issuance.passports import views as passport_views
from issuance.service import Service, open_service
from keys import Keys
from specs.errors import Invalid, IssuanceError, Unavailable
from tests.service import CLERK, NOW, PASSPHRASE, application, development_keys, intents, numbers, portrait, request
from tests.service import settings as made_settings

ROOT = Path(__file__).parents[2]


def issue_passport(service: Service) -> Any:
    return passports.issue(service, CLERK, application(), portrait(), NOW)


def issue_certificate(service: Service) -> Any:
    return certificates.issue(service, CLERK, request(), NOW)


BOTH = pytest.mark.parametrize("issue", [issue_passport, issue_certificate])


def assert_nothing_issued(service: Service) -> None:
    assert passport_views.passports(service, CLERK) == []
    assert listing(service, CLERK, "all", NOW).rows == ()


def speaks_both_languages(error: IssuanceError) -> bool:
    return all(f.code and f.en and any("\u0621" <= c <= "\u064a" for c in f.ar) for f in error.faults)


@BOTH
def test_a_key_that_fails_leaves_a_void_number_with_the_reason_and_a_counted_use(
    service: Service, issue: Callable[[Service], Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    real = Keys._sign
    monkeypatch.setattr(Keys, "_sign", lambda keys, signer, data, now: real(keys, signer, data + b"!", now))
    with pytest.raises(IssuanceError) as caught:
        issue(service)
    assert speaks_both_languages(caught.value)
    ((_, state, why),) = numbers(service.db)
    assert (state, why) == ("void", caught.value.faults[0].code)
    assert [outcome for _, outcome in intents(service.db)] == ["failed"]
    assert_nothing_issued(service)


@BOTH
def test_a_defect_leaves_a_void_number_named_after_it(
    service: Service, issue: Callable[[Service], Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: Any, **__: Any) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr("issuance.passports.commands.personalise", broken)
    monkeypatch.setattr("issuance.certificates.making.render_certificate", broken)
    with pytest.raises(ZeroDivisionError):
        issue(service)
    assert [(state, why) for _, state, why in numbers(service.db)] == [("void", "ZeroDivisionError")]
    assert_nothing_issued(service)


@BOTH
def test_rows_that_cannot_all_be_kept_are_kept_not_even_in_part(
    service: Service, issue: Callable[[Service], Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(*_: Any) -> None:
        raise Unavailable(DISK_FULL)

    monkeypatch.setattr("issuance.passports.commands.use", fails)
    monkeypatch.setattr("issuance.certificates.making.use_together", fails)
    with pytest.raises(Unavailable):
        issue(service)
    assert [(state, why) for _, state, why in numbers(service.db)] == [("void", "db.disk_full")]
    assert_nothing_issued(service)


@pytest.mark.slow
@BOTH
def test_a_locked_database_is_a_typed_error_and_nothing_is_written(
    desk: Service, issue: Callable[[Service], Any]
) -> None:
    impatient = replace(desk, db=Database(desk.settings.database, busy_timeout_seconds=0.2))
    path = desk.settings.database.removeprefix("sqlite:///")
    with sqlite3.connect(path, isolation_level=None) as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(Unavailable) as caught:
            issue(impatient)
        other.execute("ROLLBACK")
    impatient.close()
    assert [fault.code for fault in caught.value.faults] == ["db.locked"]
    assert speaks_both_languages(caught.value)
    assert numbers(desk.db) == []
    assert_nothing_issued(desk)


def copied_keys(tmp_path: Path) -> Path:
    return Path(shutil.copytree(development_keys(), tmp_path / "keys"))


def open_over(tmp_path: Path, keys: Path, passphrase: str = PASSPHRASE) -> IssuanceError:
    url = f"sqlite:///{tmp_path / 'issuance.db'}"
    with warnings.catch_warnings(), pytest.raises(IssuanceError) as caught:
        warnings.simplefilter("ignore")
        made = made_settings(tmp_path, url, keys_directory=keys, key_passphrase=SecretStr(passphrase))
        open_service(made, lambda: NOW)
    assert speaks_both_languages(caught.value)
    assert not (tmp_path / "trust").exists()
    return caught.value


def test_missing_keys_are_a_typed_error(tmp_path: Path) -> None:
    error = open_over(tmp_path, tmp_path / "nowhere")
    assert isinstance(error, Unavailable)
    assert [fault.code for fault in error.faults] == ["keys.store.missing"]


def test_a_missing_key_file_is_named(tmp_path: Path) -> None:
    keys = copied_keys(tmp_path)
    gone = sorted(keys.glob("*.key"))[1]
    gone.unlink()
    error = open_over(tmp_path, keys)
    assert [(fault.code, fault.field) for fault in error.faults] == [("keys.store.key_missing", gone.name)]


def test_a_wrong_passphrase_is_a_typed_error(tmp_path: Path) -> None:
    error = open_over(tmp_path, copied_keys(tmp_path), "another passphrase")
    assert [(fault.code, fault.field) for fault in error.faults] == [("keys.passphrase.wrong", "passphrase")]


def test_every_damaged_key_file_is_named(tmp_path: Path) -> None:
    keys = copied_keys(tmp_path)
    first, second = sorted(keys.glob("*.key"))[:2]
    first.write_bytes(first.read_bytes()[:200])
    second.write_bytes(b"\0" * 100)
    error = open_over(tmp_path, keys)
    assert isinstance(error, Invalid)
    assert {(f.code, f.field) for f in error.faults} == {("keys.store.corrupt", p.name) for p in (first, second)}


def test_every_wrong_setting_is_named_at_once(tmp_path: Path) -> None:
    with pytest.raises(Invalid) as caught:
        read_settings({"ISSUANCE_PORT": "x", "ISSUANCE_SPECS": str(tmp_path / "none"), "ISSUANCE_HOEM": "/tmp"})
    assert {f.field for f in caught.value.faults} == {"ISSUANCE_PORT", "ISSUANCE_SPECS", "ISSUANCE_HOEM"}


FULL_DISK = """
import resource, signal, sys, warnings
warnings.simplefilter("ignore")
from pathlib import Path
from issuance.passports import commands as passports
from issuance.service import open_service
from specs.errors import Unavailable
from tests.service import CLERK, NOW, application, portrait, settings
home, url, keys, room = sys.argv[1:]
service = open_service(settings(Path(home), url, keys_directory=Path(keys)), lambda: NOW)
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (int(room), resource.RLIM_INFINITY))
try:
    passports.issue(service, CLERK, application(), portrait(), NOW)
except Unavailable as error:
    print(error.faults[0].code)
"""


@pytest.mark.slow
def test_a_full_disk_keeps_no_part_of_a_passport_and_loses_no_number(desk: Service) -> None:
    """There is room for the number and the intents, not for the megabyte of files."""
    path = Path(desk.settings.database.removeprefix("sqlite:///"))
    with closing(sqlite3.connect(path)) as database:  # what is written now goes to the log, from its beginning
        database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    arguments = [desk.settings.home, desk.settings.database, desk.settings.keys_home, 250_000]
    command = [sys.executable, "-c", FULL_DISK, *map(str, arguments)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False, timeout=120)
    assert done.stdout.split() == ["db.disk_full"], done.stderr
    ((_, state, why),) = numbers(desk.db)
    assert (state, why) in {
        ("void", "db.disk_full"),
        ("allocated", None),
    }  # the second when there was no room to say so
    assert_nothing_issued(desk)
    assert passports.issue(desk, CLERK, application(), portrait(), NOW).number != numbers(desk.db)[0][0]


def test_a_file_is_written_whole_or_not_at_all(tmp_path: Path) -> None:
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    ignored = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    target = tmp_path / "data_page.png"
    target.write_bytes(b"as before")
    resource.setrlimit(resource.RLIMIT_FSIZE, (1000, limits[1]))
    try:
        with pytest.raises(Unavailable) as caught:
            write_if_changed(target, bytes(5000))
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
        signal.signal(signal.SIGXFSZ, ignored)
    assert speaks_both_languages(caught.value)
    assert target.read_bytes() == b"as before"
    assert list(tmp_path.iterdir()) == [target]
