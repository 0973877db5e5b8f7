"""Evidence is kept under the hash of its content, whole or not at all, and the check finds every way to falsify it."""

from __future__ import annotations

import io
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from hashlib import sha256
from pathlib import Path

import pytest

from issuance.cases.evidence import Capture, Evidence, content_of, evidence_of
from issuance.cases.evidence_check import Outcome, alarms, verify_evidence
from issuance.cases.evidence_store import digest_in_place, path_of, store_directory, take_in
from issuance.core.actor import Actor, system
from issuance.core.settings import Settings
from issuance.service import Service, open_service
from specs.errors import Invalid, NotAllowed, NotFound, Unavailable
from specs.load import load
from tests.casework import taken_in_alone
from tests.service import NOW, TODAY, console, development_keys, found, initialised, installation, trail

OFFICER = Actor("salma", "staff", frozenset({"station_officer"}), "STA-TIP")
CONSOLE = system("test")
RULES = load().cases_evidence
PDF = b"%PDF-1.7\n" + b"a statement"
PNG = b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 8000
SAID = Capture("محضر.pdf", "محضر معاينة", "مركز شرطة المدينة", TODAY)


def keep(service: Service, content: bytes = PDF, said: Capture = SAID, case: str = "case-1") -> Evidence:
    return taken_in_alone(service, OFFICER, case, said, content)


def check(service: Service, *, anew: bool = False) -> Outcome:
    return verify_evidence(service, CONSOLE, lambda done, in_all: None, anew=anew)


def findings(service: Service) -> set[tuple[str, tuple[str, ...]]]:
    return {(finding.kind, finding.items) for finding in check(service).findings}


def store(service: Service) -> Path:
    return store_directory(service.settings.home)


def files(folder: Path) -> list[Path]:
    return sorted(path for path in folder.rglob("*") if path.is_file()) if folder.exists() else []


def age(path: Path, minutes: int = 61) -> None:
    os.utime(path, (time.time() - minutes * 60,) * 2)


def tamper(service: Service, statement: str) -> None:
    with service.db.writing() as session:
        session.connection().exec_driver_sql(statement)


def overwrite(path: Path, content: bytes) -> None:
    path.chmod(0o600)
    path.write_bytes(content)


@pytest.fixture
def small(sqlite_template: Path, tmp_path: Path) -> Iterator[Service]:
    """A fresh installation on SQLite, where the kind of database does not matter."""
    home = tmp_path / "home"
    home.mkdir()
    (home / "issuance.db").write_bytes(sqlite_template.read_bytes())
    opened = installation(home, f"sqlite:///{home / 'issuance.db'}")
    yield opened
    opened.close()


def test_evidence_is_kept_as_it_came_under_its_sha_256(service: Service) -> None:
    item = keep(service, PNG)
    assert (item.sha256, item.size_bytes) == (sha256(PNG).hexdigest(), len(PNG))
    assert (item.media_type, item.case_id, item.recorded_by, item.office) == ("image/png", "case-1", "salma", "STA-TIP")
    with content_of(service, item) as file:
        assert file.read() == PNG
    assert [path.name for path in files(store(service))] == [item.sha256]
    assert files(store(service))[0].stat().st_mode & 0o777 == 0o400
    with service.db.reading() as read:
        assert evidence_of(read, [item.id]) == [item]
        with pytest.raises(NotFound):
            evidence_of(read, [item.id, "none"])
    assert trail(service.db)[-1] == "cases.capture_evidence"
    assert check(service).as_json() | {"started_at": "", "finished_at": ""} == {
        "started_at": "",
        "finished_at": "",
        "examined": 1,
        "examined_bytes": len(PNG),
        "resumed": False,
        "found": 0,
        "findings": [],
    }


@pytest.mark.parametrize(
    ("content", "media_type"),
    [
        (b"%PDF-1.4", "application/pdf"),
        (b"\xff\xd8\xff\xe0", "image/jpeg"),
        (b"II*\x00", "image/tiff"),
        (b"MM\x00*", "image/tiff"),
        (b"RIFF\x00\x00\x00\x00WAVE", "audio/wav"),
        (b"ID3\x04", "audio/mpeg"),
        (b"\x00\x00\x00\x18ftypmp42", "video/mp4"),
        (b"PK\x03\x04", "application/zip"),
    ],
)
def test_the_type_follows_from_the_first_bytes(tmp_path: Path, content: bytes, media_type: str) -> None:
    assert take_in(tmp_path / "evidence", io.BytesIO(content), RULES).media_type == media_type


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "empty"),
        (b"MZ\x90\x00 a program called statement.pdf", "type"),
        (b"RIFF\x00\x00\x00\x00AVI ", "type"),
        (b"<html>", "type"),
        (PDF.ljust(1001, b" "), "too_large"),
    ],
)
def test_what_is_not_taken_in_leaves_nothing(tmp_path: Path, content: bytes, code: str) -> None:
    narrow = RULES.model_copy(update={"file": RULES.file.model_copy(update={"maximum_bytes": 1000})})
    with pytest.raises(Invalid) as caught:
        take_in(tmp_path / "evidence", io.BytesIO(content), narrow)
    assert found(caught.value) == {("file", f"cases.evidence.{code}")}
    assert files(tmp_path) == []


def test_a_stream_that_breaks_leaves_nothing(tmp_path: Path) -> None:
    class Broken(io.BytesIO):
        def read(self, size: int | None = -1) -> bytes:
            if self.tell():
                raise ConnectionResetError
            return super().read(4)

    with pytest.raises(Unavailable):
        take_in(tmp_path / "evidence", Broken(PDF), RULES)
    assert files(tmp_path) == []


def test_a_store_that_cannot_be_written_is_said_and_no_row_is_made(small: Service) -> None:
    store(small).write_text("in the way")
    before = trail(small.db)
    with pytest.raises(Unavailable) as caught:
        keep(small)
    assert found(caught.value) == {("file", "cases.evidence.write")}
    assert trail(small.db) == before


def test_one_content_of_two_cases_is_one_file_and_two_items(small: Service) -> None:
    first, second = keep(small), keep(small, case="case-2")
    assert first.sha256 == second.sha256
    assert len(files(store(small))) == 1
    files(store(small))[0].unlink()
    assert findings(small) == {("missing", (first.id, second.id))}


def test_every_fault_of_what_is_said_is_told_at_once(small: Service) -> None:
    said = Capture(" ", "x" * 2001, "", date(2026, 11, 23))
    with pytest.raises(Invalid) as caught:
        keep(small, said=said)
    assert found(caught.value) == {
        ("file_name", "cases.evidence.missing"),
        ("description", "cases.evidence.too_long"),
        ("place", "cases.evidence.missing"),
        ("captured_on", "cases.evidence.future"),
    }
    assert not store(small).exists()


def test_a_name_with_a_path_keeps_only_its_last_part(small: Service) -> None:
    assert keep(small, said=Capture("../../etc/a.pdf", "d", "p", TODAY)).file_name == "a.pdf"


@pytest.mark.parametrize(
    ("falsify", "kinds"),
    [
        (lambda s, i: path_of(store(s), i.sha256).unlink(), {"missing"}),
        (lambda s, i: overwrite(path_of(store(s), i.sha256), PDF[:-1] + b"T"), {"changed"}),
        (lambda s, i: overwrite(path_of(store(s), i.sha256), PDF + b" "), {"changed"}),
        (lambda s, i: overwrite(path_of(store(s), i.sha256), b""), {"changed"}),
        (lambda s, i: tamper(s, f"UPDATE evidence_items SET sha256 = '{'0' * 64}' WHERE id = '{i.id}'"),
         {"missing", "rewritten"}),
        (lambda s, i: tamper(s, f"DELETE FROM evidence_items WHERE id = '{i.id}'"), {"deleted"}),
    ],
)  # fmt: skip
def test_every_way_to_falsify_evidence_is_found(
    small: Service, falsify: Callable[[Service, Evidence], object], kinds: set[str]
) -> None:
    keep(small, PNG)
    item = keep(small)
    falsify(small, item)
    outcome = check(small)
    assert {finding.kind for finding in outcome.findings} == kinds
    assert all(finding.items == (item.id,) for finding in outcome.findings)
    with small.db.reading() as read:
        told = alarms(read, RULES.check, NOW)
    assert [fault.code for fault in told] == ["cases.evidence.damaged"]


def test_a_file_and_its_row_changed_together_are_found_by_the_trail(small: Service) -> None:
    item = keep(small)
    other = take_in(store(small), io.BytesIO(PNG), RULES)
    path_of(store(small), item.sha256).unlink()
    tamper(small, f"UPDATE evidence_items SET sha256 = '{other.sha256}', size_bytes = {other.size_bytes}")
    assert findings(small) == {("rewritten", (item.id,))}


def test_a_stray_file_is_told_once_it_is_old_enough(small: Service) -> None:
    keep(small)
    stray = path_of(store(small), take_in(store(small), io.BytesIO(PNG), RULES).sha256)
    unfinished = store(small) / ".new-abc"
    unfinished.write_bytes(b"half")
    assert check(small).found == 0
    age(stray)
    age(unfinished)
    outcome = check(small)
    assert {(held.kind, held.sha256) for held in outcome.findings} == {("stray", stray.name), ("stray", ".new-abc")}


def test_a_store_that_is_away_is_no_finding(small: Service) -> None:
    keep(small)
    store(small).rename(small.settings.home / "elsewhere")
    with pytest.raises(Unavailable):
        check(small)


def test_only_who_may_check_does(small: Service) -> None:
    with pytest.raises(NotAllowed):
        verify_evidence(small, OFFICER, lambda done, in_all: None)


def test_an_interrupted_check_goes_on_where_it_stopped(service: Service) -> None:
    """Five contents; the check is interrupted after the third, whose progress was saved after the second."""
    often = RULES.model_copy(update={"check": RULES.check.model_copy(update={"save_progress_every_seconds": 0})})
    service.spec = service.spec.model_copy(update={"cases_evidence": often})
    items = sorted((keep(service, PDF + bytes([n])) for n in range(5)), key=lambda item: item.sha256)
    path_of(store(service), items[0].sha256).unlink()

    def interrupted(done: int, in_all: int) -> None:
        assert in_all == 5
        if done == 3:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        verify_evidence(service, CONSOLE, interrupted)
    with service.db.reading() as read:
        assert [fault.code for fault in alarms(read, often.check, NOW)] == ["cases.evidence.damaged"]
    steps: list[int] = []
    outcome = verify_evidence(service, CONSOLE, lambda done, in_all: steps.append(done))
    assert steps == [2, 3, 4, 5]
    assert (outcome.resumed, outcome.examined, outcome.found) == (True, 5, 1)
    assert outcome.findings[0].items == (items[0].id,)
    assert not check(service).resumed


def test_a_check_can_begin_anew(small: Service) -> None:
    keep(small)
    with pytest.raises(KeyboardInterrupt):
        verify_evidence(small, CONSOLE, lambda done, in_all: (_ for _ in ()).throw(KeyboardInterrupt))
    assert not check(small, anew=True).resumed
    assert not check(small).resumed


def test_an_alarm_is_raised_when_no_check_was_made_for_thirty_days(small: Service) -> None:
    def codes(after: timedelta) -> list[str]:
        with small.db.reading() as read:
            return [fault.code for fault in alarms(read, RULES.check, NOW + after)]

    assert codes(timedelta(days=400)) == []  # no evidence, nothing to check
    keep(small)
    assert codes(timedelta(days=30)) == []
    assert codes(timedelta(days=30, seconds=1)) == ["cases.evidence.unchecked"]
    small.clock = lambda: NOW + timedelta(days=31)
    check(small)
    assert codes(timedelta(days=31)) == []


KILLED = """
import io, os, signal, sys, warnings
warnings.simplefilter("ignore")
from pathlib import Path
from tests import casework
from issuance.service import open_service
from tests.casework import taken_in_alone
from tests.service import NOW, settings
from tests.unit.cases.test_evidence import PDF, keep
home, url, keys = sys.argv[1:]
service = open_service(settings(Path(home), url, keys_directory=Path(keys)), lambda: NOW)
casework.unit_of_work = lambda *a, **k: os.kill(os.getpid(), signal.SIGKILL)
keep(service)
"""


@pytest.mark.slow
def test_a_process_killed_between_file_and_row_loses_nothing_and_the_check_tells_it(small: Service) -> None:
    other = keep(small, PNG)
    arguments = [str(small.settings.home), small.settings.database, str(development_keys())]
    done = subprocess.run([sys.executable, "-c", KILLED, *arguments], capture_output=True, check=False)
    assert done.returncode == -signal.SIGKILL, done.stderr.decode()
    digest = sha256(PDF).hexdigest()
    assert digest_in_place(store(small), digest) == digest
    age(path_of(store(small), digest))
    assert [(held.kind, held.sha256) for held in check(small).findings] == [("stray", digest)]
    item = keep(small)
    assert check(small).found == 0
    with small.db.reading() as read:
        assert list(evidence_of(read, [other.id, item.id])) == [other, item]


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore:private keys are files")
def test_the_console_checks_and_says_by_its_exit_code(tmp_path: Path) -> None:
    home = tmp_path / "home"
    initialised(home)
    service = open_service(Settings(home=home))
    item = taken_in_alone(service, OFFICER, "case-1", SAID, PDF, service.clock())
    service.close()
    done = console("cases", "verify-evidence", "--json", home=home)
    assert (done.returncode, json.loads(done.stdout)["examined"]) == (0, 1), done.stdout + done.stderr
    path_of(store_directory(home), item.sha256).unlink()
    done = console("cases", "verify-evidence", home=home)
    assert (done.returncode, item.id in done.stdout) == (1, True), done.stdout + done.stderr


def test_a_hash_is_never_a_path(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="64"):
        path_of(tmp_path, "../../etc/passwd")
