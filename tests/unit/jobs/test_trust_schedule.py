"""What other States publish comes in on a schedule: lists by their signatures, no authority by its mere file."""

from __future__ import annotations

import os
import shutil
import threading
from collections.abc import Iterator
from datetime import datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, ClassVar

import pytest

from issuance.core.settings import Settings, read_settings
from issuance.jobs import upkeep
from issuance.jobs.trust import import_into
from issuance.jobs.trust_schedule import alarms, import_due, last_import
from issuance.service import Service
from keys.lists.master_list import certificates_of
from keys.x509 import read_certificate
from specs.errors import Invalid
from specs.load import load
from tests.service import CLERK, NOW, installation
from tests.shared import VECTORS, needs

GERMAN = VECTORS / "masterlists" / "DE_ML_2024-08-07.ml"
pytestmark = needs(GERMAN)
RULES = load().pki_trust_import.schedule


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "incoming"
    made.mkdir()
    return made


@pytest.fixture
def scheduled(sqlite_template: Path, tmp_path: Path, folder: Path) -> Iterator[Service]:
    """An installation that imports from `folder` and has trusted the CSCA of the German list by an officer's hand."""
    shutil.copy(sqlite_template, tmp_path / "issuance.db")
    opened = installation(tmp_path / "home", f"sqlite:///{tmp_path / 'issuance.db'}", trust_import=folder)
    anchor = tmp_path / "anchors.pem"
    german = [der for der in certificates_of(GERMAN.read_bytes(), opened.spec.pki_profiles) if _german(der)]
    for number, der in enumerate(german):
        (tmp_path / f"{anchor.stem}-{number}.cer").write_bytes(der)
    import_into(opened, CLERK, [tmp_path / f"{anchor.stem}-{n}.cer" for n in range(len(german))], [])
    yield opened
    opened.close()


def _german(der: bytes) -> bool:
    return read_certificate(der).country == "DE"


def put(source: Path, folder: Path, name: str = "", age: float = RULES.settle_seconds + 1) -> Path:
    """A file laid there so many seconds ago."""
    path = Path(shutil.copy(source, folder / (name or source.name)))
    return aged(path, age)


def aged(path: Path, age: float = RULES.settle_seconds + 1) -> Path:
    then = NOW.timestamp() - age
    os.utime(path, (then, then))
    return path


def codes(service: Service, now: datetime) -> list[str]:
    return [fault.code for fault in alarms(service, now)]


def test_a_list_laid_into_the_folder_is_trusted_after_the_next_turn_and_audited(
    scheduled: Service, folder: Path
) -> None:
    before = len(scheduled.trust.anchors)
    assert codes(scheduled, NOW) == ["trust.schedule.never"]
    put(GERMAN, folder)
    told = import_due(scheduled, NOW)
    assert told is not None
    assert told["added"]["master_list"] == 1
    assert told["added"]["authority"] > 100
    assert len(scheduled.trust.anchors) > before + 100, "and it is in use at once"
    assert codes(scheduled, NOW) == []
    assert import_due(scheduled, NOW + timedelta(minutes=1)) is None, "nothing changed: nothing is imported"
    again = import_due(scheduled, NOW + timedelta(hours=RULES.interval_hours))
    assert again is not None
    assert (again["added"], again["refused_count"]) == ({}, 0)


def test_a_file_that_is_still_being_copied_waits(scheduled: Service, folder: Path) -> None:
    import_due(scheduled, NOW)
    path = put(GERMAN, folder, age=RULES.settle_seconds - 1)
    assert import_due(scheduled, NOW) is None
    assert import_due(scheduled, NOW + timedelta(seconds=2)) is not None
    assert path.exists(), "what was imported stays where it was laid"


def test_no_authority_comes_of_a_file_that_nobody_chose(scheduled: Service, folder: Path) -> None:
    before = scheduled.trust.anchors
    put(VECTORS / "certs" / "csca_NZ.cer", folder)
    put(VECTORS / "certs" / "csca_US.cer", folder, "harmless.ldif")
    put(VECTORS / "certs" / "ds_NZ.cer", folder)
    told = import_due(scheduled, NOW)
    assert told is not None
    assert [fault["code"] for fault in told["refused"]] == ["trust.import.authority"] * 2
    assert told["added"] == {"certificate": 1}
    assert [one.der for one in scheduled.trust.anchors] == [one.der for one in before]


def test_bad_files_are_named_told_as_an_alarm_and_keep_nothing_else_out(scheduled: Service, folder: Path) -> None:
    altered = bytearray(GERMAN.read_bytes())
    altered[len(altered) // 2] ^= 1
    for name, content in (
        ("altered.ml", bytes(altered)),
        ("noise.ml", b"\x30\x82noise"),
        ("broken.ldif", b"dn: \xff\nuserCertificate:: %%%\n"),
        ("empty.crl", b""),
    ):
        (folder / name).write_bytes(content)
        aged(folder / name)
    put(GERMAN, folder)
    told = import_due(scheduled, NOW)
    assert told is not None
    assert told["added"]["master_list"] == 1
    assert {fault["file"].split(" ")[0] for fault in told["refused"]} >= {"altered.ml", "noise.ml", "empty.crl"}
    assert codes(scheduled, NOW) == ["trust.schedule.refused"]
    late = NOW + timedelta(hours=RULES.overdue_hours, seconds=1)
    assert codes(scheduled, late) == ["trust.schedule.refused", "trust.schedule.overdue"]


def test_a_folder_that_is_gone_and_a_schedule_that_stands_still_are_alarms(scheduled: Service, folder: Path) -> None:
    import_due(scheduled, NOW)
    assert codes(scheduled, NOW + timedelta(hours=RULES.overdue_hours)) == []
    assert codes(scheduled, NOW + timedelta(hours=RULES.overdue_hours, seconds=1)) == ["trust.schedule.overdue"]
    folder.rmdir()
    told = import_due(scheduled, NOW, at_once=True)
    assert told is not None
    assert [fault["code"] for fault in told["refused"]] == ["trust.schedule.folder"]


def test_upkeep_imports_by_itself_and_says_alarms(
    scheduled: Service, folder: Path, caplog: pytest.LogCaptureFixture
) -> None:
    put(VECTORS / "certs" / "csca_NZ.cer", folder)
    upkeep.keep_up(scheduled)
    last = last_import(scheduled.settings)
    assert last is not None
    assert last["refused_count"] == 1
    upkeep.tell_alarms(scheduled)
    assert "trust.schedule.refused" in caplog.text


def test_what_is_kept_of_the_last_turn_may_be_damaged_and_is_made_again(scheduled: Service) -> None:
    import_due(scheduled, NOW)
    (scheduled.settings.home / "trust-import.json").write_bytes(b"{")
    assert last_import(scheduled.settings) is None
    assert import_due(scheduled, NOW) is not None


class _Publisher(BaseHTTPRequestHandler):
    answers: ClassVar[dict[str, tuple[int, bytes]]] = {}

    def do_GET(self) -> None:
        status, content = self.answers.get(self.path, (404, b""))
        self.send_response(status)
        self.send_header("Content-Length", str(len(content)))
        if status == 302:
            self.send_header("Location", "/list.ml")
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *_: Any) -> None:
        return


@pytest.fixture
def publisher() -> Iterator[str]:
    """A web server on this machine that publishes `_Publisher.answers`."""
    with ThreadingHTTPServer(("127.0.0.1", 0), _Publisher) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_address[1]}"
        server.shutdown()


def test_a_list_is_fetched_bounded_and_without_following_redirects(scheduled: Service, publisher: str) -> None:
    _Publisher.answers = {"/list.ml": (200, GERMAN.read_bytes()), "/moved": (302, b""), "/huge.ml": (200, bytes(5000))}
    urls = " ".join(f"{publisher}/{name}" for name in ("list.ml", "moved", "gone", "huge.ml"))
    scheduled.settings = scheduled.settings.model_copy(update={"trust_import_urls": urls, "trust_import": None})
    small = len(GERMAN.read_bytes())
    rules = scheduled.spec.pki_trust_import
    bounded = rules.model_copy(update={"download": rules.download.model_copy(update={"maximum_bytes": small})})
    scheduled.spec = scheduled.spec.model_copy(update={"pki_trust_import": bounded})
    _Publisher.answers["/huge.ml"] = (200, bytes(small + 1))
    told = import_due(scheduled, NOW)
    assert told is not None
    assert told["added"]["master_list"] == 1
    assert [fault["code"] for fault in told["refused"]] == ["trust.schedule.fetch"] * 3
    assert [fault["en"].rpartition(": ")[2] for fault in told["refused"]] == [
        "status 302", "status 404", f"more than {small} bytes",
    ]  # fmt: skip
    _Publisher.answers = {}
    later = import_due(scheduled, NOW + timedelta(hours=RULES.interval_hours))
    assert later is not None
    assert (later["refused_count"], later["files"]) == (4, 1), "what was fetched before stays"


def test_only_https_is_fetched_from_another_machine() -> None:
    assert isinstance(
        read_settings({"ISSUANCE_TRUST_IMPORT_URLS": "https://pki.example/a.ml https://b.example/c"}), Settings
    )
    for url in ("http://pki.example/list.ml", "ftp://pki.example/list.ml", "https://u@pki.example/"):
        with pytest.raises(Invalid) as refused:
            read_settings({"ISSUANCE_TRUST_IMPORT_URLS": f"https://pki.example/a.ml {url}"})
        assert [fault.field for fault in refused.value.faults] == ["ISSUANCE_TRUST_IMPORT_URLS"]
