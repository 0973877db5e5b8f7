"""What the transcript of a ceremony says, and that nobody can change it or what lies beside it."""

from __future__ import annotations

import hashlib
from datetime import timedelta
from pathlib import Path

import pytest

from keys import Purpose, TrustStore, issue, prepare
from keys.ceremonies.actions import Room
from keys.ceremonies.run import run_ceremony
from keys.ceremonies.transcript import LINES, RECORD, Transcript, verify_transcript
from keys.record import RecordRequest
from specs.errors import Invalid, Refused
from specs.schema.pki import Pki
from tests.unit.keys.ceremonies.rehearsal import AFTER, PRESENT, ceremony, events, everybody, lines, run, ticking
from tests.unit.keys.conftest import NOW

pytestmark = pytest.mark.filterwarnings("ignore::keys.open.SoftwareKeysWarning")


def test_the_transcript_says_what_was_made_when_and_who_agreed(room: Room, tmp_path: Path) -> None:
    transcript = run("document_signer", room, tmp_path / "run")
    made = next(e for e in transcript.entries() if e["event"] == "done" and e["step"] == "make")["made"]
    for name, digest in made.items():
        assert hashlib.sha256((tmp_path / "run" / name).read_bytes()).hexdigest() == digest
    signer = room.ring().signer(Purpose.document_signer, AFTER + timedelta(minutes=1))
    assert made == {f"{signer.key_id}.cer": hashlib.sha256(signer.certificate).hexdigest()}
    agreed = [(e["step"], e["role"], e["agreed"]) for e in transcript.entries() if e["event"] == "confirmed"]
    assert ("make", "key_custodian", ["K-1", "K-2"]) in agreed
    assert events(transcript)[0] == "opened" and events(transcript)[-1] == "closed"
    assert transcript.entries()[0]["previous"] == hashlib.sha256(ceremony("document_signer")[1]).hexdigest()


def test_artefacts_are_judged_by_the_digests_of_the_transcript(room: Room, tmp_path: Path, pki: Pki) -> None:
    directory, trust = run("document_signer", room, tmp_path / "run").directory, room.ring().trust()
    at = NOW + timedelta(minutes=5)
    reviewed = hashlib.sha256(ceremony("document_signer")[1]).hexdigest()
    (name,) = next(e for e in lines(directory) if e.get("step") == "make" and e["event"] == "done")["made"]
    found = verify_transcript(directory, trust, at, pki=pki, reviewed={reviewed})
    assert (found.status, [c.id for c in found.checks if c.result == "warning"]) == ("valid", [])
    moved_on = verify_transcript(directory, trust, at, pki=pki, reviewed={"00"})
    assert (moved_on.status, [c.id for c in moved_on.checks if c.result == "warning"]) == (
        "valid",
        ["ceremony.reviewed"],
    )
    (directory / "rogue.cer").write_bytes(b"slipped in")
    warned = verify_transcript(directory, trust, at, pki=pki)
    assert [c.id for c in warned.checks if c.result == "warning"] == ["ceremony.others"]
    whole = (directory / name).read_bytes()
    (directory / name).write_bytes(whole[:-1] + bytes([whole[-1] ^ 1]))
    assert [c.id for c in verify_transcript(directory, trust, at, pki=pki).failed()] == ["ceremony.artefacts"]
    (directory / name).unlink()
    assert [c.id for c in verify_transcript(directory, trust, at, pki=pki).failed()] == ["ceremony.artefacts"]


@pytest.mark.parametrize("payload", [b'{"number": 1}\n', b"[]\n", b"1\n", b"no JSON", b'{"previous": "0"}\n', b"\n"])
def test_a_record_of_something_else_is_no_transcript(room: Room, tmp_path: Path, pki: Pki, payload: bytes) -> None:
    record = issue(prepare(room.ring(), RecordRequest("audit:1", payload, pki), AFTER), AFTER).artefact
    (tmp_path / LINES).write_bytes(payload)
    (tmp_path / RECORD).write_bytes(record)
    verdict = verify_transcript(tmp_path, room.ring().trust(), AFTER + timedelta(minutes=1), pki=pki)
    assert [c.id for c in verdict.failed()] == ["ceremony.kind"]


def test_every_line_says_whether_people_had_agreed_beforehand(room: Room, tmp_path: Path) -> None:
    held, data = ceremony("document_signer")
    given = held, data, room, PRESENT, everybody
    beforehand = run_ceremony(*given, tmp_path / "1", ticking(), beforehand=True)
    asked = run_ceremony(*given, tmp_path / "2", ticking(AFTER + timedelta(minutes=1)))
    assert {e["beforehand"] for e in beforehand.entries()} == {True}
    assert {e["beforehand"] for e in asked.entries()} == {False}


def test_a_line_cut_off_by_a_power_failure_is_dropped_and_a_changed_one_refused(room: Room, tmp_path: Path) -> None:
    directory = tmp_path / "run"
    with pytest.raises(Refused):
        held, data = ceremony("document_signer")
        run_ceremony(held, data, room, PRESENT, lambda step, role: [], directory, ticking())
    path = directory / LINES
    whole = path.read_bytes()
    path.write_bytes(whole + b'{"line": 9, "even')
    assert run("document_signer", room, directory).payload.startswith(whole)
    path.write_bytes(whole.replace(b"L-1", b"L-9"))
    with pytest.raises(Invalid) as refused:
        Transcript(directory, hashlib.sha256(data).hexdigest())
    assert [f.code for f in refused.value.faults] == ["keys.ceremony.transcript"]


def test_any_changed_line_or_record_makes_the_transcript_invalid(room: Room, tmp_path: Path, pki: Pki) -> None:
    directory, trust = run("document_signer", room, tmp_path / "run").directory, room.ring().trust()
    at = NOW + timedelta(minutes=5)
    whole, record = (directory / LINES).read_bytes(), (directory / RECORD).read_bytes()
    held = whole.splitlines(keepends=True)
    for changed in (whole.replace(b"W-1", b"W-9"), b"".join(held[:-1]), b"".join(held[1:]), whole + held[-1], b""):
        (directory / LINES).write_bytes(changed)
        assert verify_transcript(directory, trust, at, pki=pki).status == "invalid"
    (directory / LINES).write_bytes(whole)
    (directory / RECORD).write_bytes(record[:-1] + bytes([record[-1] ^ 1]))
    assert verify_transcript(directory, trust, at, pki=pki).status == "invalid"
    (directory / RECORD).unlink()
    assert verify_transcript(directory, trust, at, pki=pki).status == "invalid"


def test_a_transcript_without_trust_is_not_called_valid(room: Room, tmp_path: Path, pki: Pki) -> None:
    directory = run("document_signer", room, tmp_path / "run").directory
    assert verify_transcript(directory, TrustStore(), NOW + timedelta(minutes=5), pki=pki).status == "indeterminate"
