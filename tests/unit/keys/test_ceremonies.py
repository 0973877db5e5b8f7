"""Ceremonies rehearsed on software keys and on a SoftHSM token: done in order, resumed, refused, and never altered."""

from __future__ import annotations

import hashlib
import json
import warnings
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from itertools import count
from pathlib import Path
from typing import Any

import pytest

from keys import Purpose, SoftwareKeysWarning, TrustStore, issue, prepare
from keys.ceremonies.actions import ACTIONS, Room
from keys.ceremonies.recovery import public_files
from keys.ceremonies.run import abort_ceremony, run_ceremony
from keys.ceremonies.transcript import LINES, RECORD, Transcript, verify_transcript
from keys.chain import judge_chain
from keys.crl import read_crl
from keys.deviations import DG_HASH_WRONG
from keys.intents import MemoryIntentLog
from keys.lists.deviation_list import read_deviation_list
from keys.lists.deviations import Deviation, Documents
from keys.lists.master_list import certificates_of
from keys.lists.requests import described
from keys.open import open_ring
from keys.record import RecordRequest
from keys.stores import Store
from keys.stores.software import SoftwareStore
from keys.x509 import read_certificate
from specs.errors import Conflict, Invalid, NotFound, Refused, Unavailable
from specs.load import SHIPPED, load, load_ceremony
from specs.schema.ceremonies import Action, Ceremony, Step
from specs.schema.pki import Pki
from tests.softhsm import new_token, token_store
from tests.unit.keys.conftest import NOW, PASSPHRASE

AFTER = NOW + timedelta(minutes=1)  # the first keys are made at NOW
PRESENT = {"leader": ["L-1"], "key_custodian": ["K-1", "K-2"], "witness": ["W-1", "W-2"]}
pytestmark = pytest.mark.filterwarnings("ignore::keys.open.SoftwareKeysWarning")


def everybody(step: Step, role: str) -> list[str]:
    return PRESENT[role]


def ticking(start: datetime = AFTER) -> Callable[[], datetime]:
    seconds = count()
    return lambda: start + timedelta(seconds=next(seconds))


def ceremony(name: str) -> tuple[Ceremony, bytes]:
    path = SHIPPED / "pki" / "ceremonies" / f"{name}.yaml"
    return load_ceremony(path), path.read_bytes()


def run(name: str, room: Room, directory: Path, at: datetime = AFTER, **values: str) -> Transcript:
    room.values = values
    held, data = ceremony(name)
    return run_ceremony(held, data, room, PRESENT, everybody, directory, ticking(at))


@pytest.fixture(params=["software", "softhsm"])
def empty(request: pytest.FixtureRequest, tmp_path: Path, pki: Pki) -> Iterator[Room]:
    """A room before its first keys."""
    store: Store = (
        SoftwareStore(tmp_path / "keys", PASSPHRASE)
        if request.param == "software"
        else token_store(tmp_path / "keys", new_token()[0])
    )
    yield Room(store, MemoryIntentLog(), pki, None, {})
    store.close()


@pytest.fixture
def room(tmp_path: Path, pki: Pki) -> Room:
    """A room with its first keys in software."""
    made = Room(SoftwareStore(tmp_path / "keys", PASSPHRASE), MemoryIntentLog(), pki, None, {})
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", SoftwareKeysWarning)
        run("first_keys", made, tmp_path / "first_keys-1", NOW)
    return made


def events(transcript: Transcript) -> list[str]:
    return [entry["event"] for entry in transcript.entries()]


def lines(directory: Path) -> list[Any]:
    return [json.loads(line) for line in (directory / LINES).read_bytes().splitlines()]


def test_every_shipped_ceremony_is_rehearsed_one_after_another(empty: Room, tmp_path: Path, pki: Pki) -> None:
    first = run("first_keys", empty, tmp_path / "1", NOW)
    ring = empty.ring()
    old, root = ring.signer(Purpose.document_signer, AFTER), ring.signer(Purpose.csca, AFTER)
    later = NOW + timedelta(days=1)
    second = run("document_signer", empty, tmp_path / "2", later)
    assert ring.signer(Purpose.document_signer, later + timedelta(minutes=1)).key_id != old.key_id
    serial = read_certificate(old.certificate).serial
    third = run("revocation", empty, tmp_path / "3", later + timedelta(hours=1), serial=f"{serial:X}")
    at = later + timedelta(hours=2)
    assert judge_chain(old.certificate, Purpose.document_signer, ring.trust(), at, pki=pki).revocation == "revoked"
    fourth = run("csca_rollover", empty, tmp_path / "4", at)
    assert ring.signer(Purpose.csca, at + timedelta(minutes=1)).key_id == root.key_id  # the new one waits two days
    assert ring.signer(Purpose.csca, at + timedelta(days=3)).key_id != root.key_id
    at += timedelta(days=2)  # since the list of the revocation; sooner is refused
    fifth = run("revocation_list", empty, tmp_path / "5", at + timedelta(hours=1))
    sixth = run("master_list", empty, tmp_path / "6", at + timedelta(hours=2))
    assert {
        c.country for c in map(read_certificate, certificates_of((tmp_path / "6" / "master_list.ml").read_bytes()))
    } == {"LY"}
    assert read_crl((tmp_path / "5" / "csca.crl").read_bytes()).revoked.keys() == {serial}
    empty.deviations = [Deviation(Documents(document_type="PP"), (described(DG_HASH_WRONG, "DG2", about=2),))]
    seventh = run("deviation_list", empty, tmp_path / "7", at + timedelta(hours=3), file="deviations.json")
    (said,) = read_deviation_list((tmp_path / "7" / "deviation_list.dl").read_bytes(), pki).deviations
    assert [d.deviation for d in said.descriptions] == [DG_HASH_WRONG]
    at += timedelta(hours=4)
    for transcript in (first, second, third, fourth, fifth, sixth, seventh):
        verdict = verify_transcript(transcript.directory, ring.trust(), at + timedelta(minutes=1), pki=pki)
        assert verdict.status == "valid", verdict.failed()


def test_only_software_keys_are_marked_as_development(empty: Room, tmp_path: Path) -> None:
    run("first_keys", empty, tmp_path / "1", NOW)
    units = {
        a.value
        for signer in empty.ring().signers()
        for a in read_certificate(signer.certificate).subject
        if a.oid == "2.5.4.11"
    }
    assert units == ({"DEVELOPMENT"} if isinstance(empty.store, SoftwareStore) else set())


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


def test_a_link_stands_beside_the_new_root(room: Room, tmp_path: Path, pki: Pki) -> None:
    old = room.ring().signer(Purpose.csca, AFTER)
    transcript = run("csca_rollover", room, tmp_path / "run", common_name="Country Signing CA of Libya")
    made = next(e for e in transcript.entries() if e["event"] == "done" and e["step"] == "roll_over")["made"]
    (link,) = (read_certificate((tmp_path / "run" / n).read_bytes()) for n in made if n.endswith(".link.cer"))
    assert link.issuer_der == read_certificate(old.certificate).subject_der
    assert link.extension("name_change") is not None


@pytest.mark.parametrize("broken_step", ["make", "export"])
def test_an_interrupted_ceremony_goes_on_and_repeats_nothing(
    room: Room, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, broken_step: str
) -> None:
    held, _ = ceremony("document_signer")
    action = next(step.action for step in held.steps if step.id == broken_step)

    def dies(*_: object) -> dict[str, bytes]:
        raise KeyboardInterrupt

    before = len(room.ring().signers())
    with monkeypatch.context() as patch:
        patch.setitem(ACTIONS, action, dies)
        with pytest.raises(KeyboardInterrupt):
            run("document_signer", room, tmp_path / "run")
    assert not (tmp_path / "run" / RECORD).exists()
    transcript = run("document_signer", room, tmp_path / "run")
    assert "resumed" in events(transcript) and transcript.signed
    assert len(room.ring().signers()) == before + 1


def cut_off(patch: pytest.MonkeyPatch, action: Action, work: Callable[..., Any] | None = None) -> None:
    """Power fails after the action's work (or another), before the transcript says so."""
    makes = work or ACTIONS[action]

    def dies_late(*arguments: Any) -> dict[str, bytes]:
        makes(*arguments)
        raise KeyboardInterrupt

    patch.setitem(ACTIONS, action, dies_late)


@pytest.mark.parametrize(
    ("name", "action"),
    [
        ("document_signer", "make_signer"),
        ("csca_rollover", "roll_over"),
        ("services_root_rollover", "roll_over"),
        ("revocation", "revoke"),
        ("revocation_list", "publish_crl"),
    ],
)
def test_the_work_of_a_step_cut_off_before_its_line_is_adopted_under_confirmation(
    room: Room, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, action: Action, pki: Pki
) -> None:
    began = AFTER + timedelta(days=3)  # a list follows another after 48 hours at the earliest
    signer = room.ring().signer(Purpose.document_signer, AFTER)
    values = {"serial": signer.key_id} if action == "revoke" else {}
    with monkeypatch.context() as patch:
        cut_off(patch, action)
        with pytest.raises(KeyboardInterrupt):
            run(name, room, tmp_path / "run", began, **values)
    before = public_files(room)
    asked: list[str] = []

    def confirm(step: Step, role: str) -> list[str]:
        asked.append(step.text.en)
        return PRESENT[role]

    held, data = ceremony(name)
    later = ticking(began + timedelta(minutes=1))
    transcript = run_ceremony(held, data, room, PRESENT, confirm, tmp_path / "run", later)
    (line,) = [e for e in transcript.entries() if e["event"] == "recovered"]
    assert line["made"] and all(digest[:16] in asked[0] for digest in line["made"].values())
    assert public_files(room) == before  # nothing was made twice
    at = began + timedelta(minutes=5)
    assert verify_transcript(tmp_path / "run", room.ring().trust(), at, pki=pki).status == "valid"


def test_first_keys_cut_off_before_their_line_are_adopted(
    empty: Room, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        cut_off(patch, "create_keys")
        with pytest.raises(KeyboardInterrupt):
            run("first_keys", empty, tmp_path / "run", NOW)
    empty.keys = open_ring(empty.store, empty.intents, empty.pki)  # as the next process does
    transcript = run("first_keys", empty, tmp_path / "run", AFTER)
    assert transcript.signed and "recovered" in events(transcript)


def test_what_is_not_exactly_the_step_s_work_is_refused_and_the_transcript_closed_as_aborted(
    room: Room, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, pki: Pki
) -> None:
    def twice(*arguments: Any) -> None:
        for _ in range(2):
            makes(*arguments)

    makes = ACTIONS["make_signer"]
    with monkeypatch.context() as patch:
        cut_off(patch, "make_signer", twice)
        with pytest.raises(KeyboardInterrupt):
            run("document_signer", room, tmp_path / "run")
    before = public_files(room)
    with pytest.raises(Conflict) as refused:
        run("document_signer", room, tmp_path / "run")
    assert [f.code for f in refused.value.faults] == ["keys.ceremony.half_done"]
    held, data = ceremony("document_signer")
    given = held, data, room, PRESENT
    with pytest.raises(Refused):
        abort_ceremony(*given, lambda step, role: [], tmp_path / "run", ticking(), "two keys")
    transcript = abort_ceremony(*given, everybody, tmp_path / "run", ticking(), "two keys")
    last = transcript.entries()[-1]
    assert (last["event"], last["step"], last["reason"], len(last["left"])) == ("aborted", "make", "two keys", 2)
    assert public_files(room) == before
    verdict = verify_transcript(tmp_path / "run", room.ring().trust(), AFTER + timedelta(minutes=5), pki=pki)
    assert (verdict.status, verdict.facts["outcome"]) == ("valid", "aborted")
    assert "ceremony.outcome" in [c.id for c in verdict.checks if c.result == "warning"]
    assert run("document_signer", room, tmp_path / "another").signed
    with pytest.raises(Conflict):
        abort_ceremony(*given, everybody, tmp_path / "absent", ticking(), "nothing began")


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


def test_nothing_is_done_when_one_custodian_of_two_does_not_agree(empty: Room, tmp_path: Path) -> None:
    held, data = ceremony("first_keys")

    def one_missing(step: Step, role: str) -> list[str]:
        return PRESENT[role][:1]

    with pytest.raises(Refused) as refused:
        run_ceremony(held, data, empty, PRESENT, one_missing, tmp_path / "run", ticking())
    assert [f.code for f in refused.value.faults] == ["keys.ceremony.refused"]
    assert empty.keys is None and lines(tmp_path / "run")[-1]["event"] == "refused"


def test_absent_roles_doubled_people_and_missing_values_are_told_at_once(room: Room, tmp_path: Path) -> None:
    held, data = ceremony("revocation")
    present = {"leader": ["L-1"], "witness": ["L-1"]}
    with pytest.raises(Invalid) as invalid:
        run_ceremony(held, data, room, present, everybody, tmp_path / "run", ticking())
    assert [(f.code, f.field) for f in invalid.value.faults] == [
        ("keys.ceremony.absent", "key_custodian"),
        ("keys.ceremony.person", "present"),
        ("keys.ceremony.value", "serial"),
    ]
    assert not (tmp_path / "run").exists()


@pytest.mark.parametrize(("serial", "error"), [("not a number", NotFound), ("77", NotFound)])
def test_only_a_certificate_of_ours_is_revoked(room: Room, tmp_path: Path, serial: str, error: type[Exception]) -> None:
    with pytest.raises(error):
        run("revocation", room, tmp_path / "run", serial=serial)


def test_a_finished_ceremony_is_not_run_again_nor_with_other_values(room: Room, tmp_path: Path) -> None:
    run("document_signer", room, tmp_path / "run")
    with pytest.raises(Conflict):
        run("document_signer", room, tmp_path / "run")
    with pytest.raises(NotFound):
        run("revocation", room, tmp_path / "revocation", serial="77")
    with pytest.raises(Conflict) as conflict:
        run("revocation", room, tmp_path / "revocation", serial="78")
    assert [f.code for f in conflict.value.faults] == ["keys.ceremony.values"]


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


def test_a_disk_that_refuses_stops_the_ceremony_before_anything_is_made(room: Room, tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    before = len(room.ring().signers())
    with pytest.raises(Unavailable):
        run("document_signer", room, tmp_path / "file" / "run")
    assert len(room.ring().signers()) == before


def test_every_ceremony_of_the_specification_has_two_people_for_each_change() -> None:
    for name, held in load().pki_ceremonies.items():
        for step in held.steps:
            assert sum(held.present[role] for role in step.confirmed_by) >= 2, (name, step.id)
