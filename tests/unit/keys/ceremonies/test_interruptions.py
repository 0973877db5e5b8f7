"""A ceremony cut off goes on, is adopted under confirmation, or closed as aborted; nothing is made twice."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from keys import Purpose
from keys.ceremonies.actions import ACTIONS, Room
from keys.ceremonies.recovery import public_files
from keys.ceremonies.run import abort_ceremony, run_ceremony
from keys.ceremonies.transcript import RECORD, verify_transcript
from keys.open import open_ring
from specs.errors import Conflict, Refused
from specs.schema.ceremonies import Action, Step
from specs.schema.pki import Pki
from tests.unit.keys.ceremonies.rehearsal import AFTER, PRESENT, ceremony, events, everybody, run, ticking
from tests.unit.keys.conftest import NOW

pytestmark = pytest.mark.filterwarnings("ignore::keys.open.SoftwareKeysWarning")


def cut_off(patch: pytest.MonkeyPatch, action: Action, work: Callable[..., Any] | None = None) -> None:
    """Power fails after the action's work (or another), before the transcript says so."""
    makes = work or ACTIONS[action]

    def dies_late(*arguments: Any) -> dict[str, bytes]:
        makes(*arguments)
        raise KeyboardInterrupt

    patch.setitem(ACTIONS, action, dies_late)


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
