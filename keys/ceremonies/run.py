"""Run a reviewed ceremony: each step is confirmed, done, and written down; the whole transcript is signed at the end.

A run that was interrupted goes on where it stopped. A step that began and did not end is repeated when the store is as
it was before it, and refused otherwise: a person must look, and a new ceremony begins. Nothing is done unconfirmed.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Final

from keys.ceremonies.actions import ACTIONS, Room
from keys.ceremonies.transcript import RECORD, Transcript
from keys.record import RecordRequest
from keys.signing import issue, prepare
from specs.errors import Conflict, Fault, Invalid, Refused
from specs.schema.ceremonies import Ceremony, Step

Confirm = Callable[[Step, str], Sequence[str]]
"""(step, role) -> the ids of the people of that role who agree; fewer than must be present stop the ceremony."""

_ID: Final = re.compile(r"[A-Z0-9][A-Z0-9-]{0,15}")
_CLAUSE: Final = "docs/ceremonies.md"


def run_ceremony(
    ceremony: Ceremony,
    reviewed: bytes,
    room: Room,
    present: Mapping[str, Sequence[str]],
    confirm: Confirm,
    directory: Path,
    clock: Callable[[], datetime],
) -> Transcript:
    """Do every step that is not done yet; returns the signed transcript in `directory`.

    reviewed: the bytes of the ceremony's file. present: ids by role. Raises `Invalid` naming every role or value that
    is missing, `Conflict` for a finished run or an interrupted step that changed the store, `Refused` when somebody
    does not agree, and what the steps raise; the transcript then says so, and the run can go on later.
    """
    if faults := [*_absent(ceremony, present), *_unanswered(ceremony, room.values)]:
        raise Invalid(*faults)
    transcript = Transcript(directory, hashlib.sha256(reviewed).hexdigest())
    if transcript.signed:
        words = "انتهت هذه المراسم ووُقّع محضرها", "this ceremony is finished and its transcript signed"
        raise Conflict(Fault("keys.ceremony.finished", *words, clause=_CLAUSE))
    _refuse_another_run(transcript, room)
    people = {role: list(ids) for role, ids in sorted(present.items())}
    transcript.append(
        clock(),
        "resumed" if transcript.lines else "opened",
        ceremony=ceremony.title.en,
        present=people,
        values=dict(sorted(room.values.items())),
    )
    done = {entry["step"] for entry in transcript.entries() if entry["event"] == "done"}
    for step in ceremony.steps:
        if step.id not in done:
            _confirmed(step, ceremony, people, transcript, confirm, clock)
            _do(step, room, transcript, clock)
    transcript.append(clock(), "closed")
    request = RecordRequest(f"ceremony:{transcript.ceremony_sha256[:16]}", transcript.payload, room.pki)
    now = clock()
    transcript.keep(RECORD, issue(prepare(room.ring(), request, now), now).artefact)
    return transcript


def _confirmed(
    step: Step,
    ceremony: Ceremony,
    people: Mapping[str, Sequence[str]],
    transcript: Transcript,
    confirm: Confirm,
    clock: Callable[[], datetime],
) -> None:
    """Write down who agrees to the step. Raises `Refused` when too few do."""
    for role in step.confirmed_by:
        agreed = sorted(set(confirm(step, role)) & set(people[role]))
        if len(agreed) < ceremony.present[role]:
            transcript.append(clock(), "refused", step=step.id, role=role, agreed=agreed)
            words = f"لم يؤكد {role} الخطوة {step.id}", f"the role {role} did not confirm the step {step.id}"
            raise Refused(Fault("keys.ceremony.refused", *words, field=step.id, clause=_CLAUSE))
        transcript.append(clock(), "confirmed", step=step.id, role=role, agreed=agreed)


def _do(step: Step, room: Room, transcript: Transcript, clock: Callable[[], datetime]) -> None:
    transcript.append(clock(), "begun", step=step.id, store=_state(room))
    made = ACTIONS[step.action](room, step, clock())
    for name, data in made.items():
        transcript.keep(name, data)
    digests = {name: hashlib.sha256(data).hexdigest() for name, data in sorted(made.items())}
    transcript.append(clock(), "done", step=step.id, action=step.action, made=digests, store=_state(room))


def _refuse_another_run(transcript: Transcript, room: Room) -> None:
    """Raises `Conflict` for other values than the run began with, and when the last step began, did not end, and the
    store is no longer as it was."""
    entries = transcript.entries()
    if entries and entries[0]["values"] != dict(room.values):
        words = "القيم غير التي بدأت بها المراسم", "the values are not those the ceremony began with"
        raise Conflict(Fault("keys.ceremony.values", *words, clause=_CLAUSE))
    steps = [entry for entry in entries if entry["event"] in ("begun", "done")]
    if steps and steps[-1]["event"] == "begun" and steps[-1]["store"] != _state(room):
        name = steps[-1]["step"]
        words = (
            f"انقطعت الخطوة {name} بعد أن غيّرت المخزن؛ افحصه وابدأ مراسم جديدة",
            f"the step {name} was interrupted after it changed the store: look at it and begin a new ceremony",
        )
        raise Conflict(Fault("keys.ceremony.half_done", *words, field=name, clause=_CLAUSE))


def _state(room: Room) -> str:
    """A digest of every certificate and list the store's directory holds; its private halves are never looked at."""
    digest = hashlib.sha256()
    if room.store.directory.is_dir():
        for path in sorted(p for p in room.store.directory.iterdir() if p.suffix in (".cer", ".crl")):
            digest.update(path.name.encode() + b"\0" + hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()


def _absent(ceremony: Ceremony, present: Mapping[str, Sequence[str]]) -> list[Fault]:
    faults = []
    for role, count in ceremony.present.items():
        ids = present.get(role, ())
        if len(set(ids)) < count:
            words = (
                f"المطلوب حضور {count} بدور {role}",
                f"{count} of the role {role} must be present, not {len(set(ids))}",
            )
            faults.append(Fault("keys.ceremony.absent", *words, field=role, clause=ceremony.source))
    everybody = [person for ids in present.values() for person in ids]
    for person in sorted(set(everybody)):
        if everybody.count(person) > 1 or not _ID.fullmatch(person):
            words = f"الرمز {person} مكرر أو ليس رمزا", f"{person}: an id stands once, of capitals, digits and hyphens"
            faults.append(Fault("keys.ceremony.person", *words, field="present", clause=_CLAUSE))
    return faults


def _unanswered(ceremony: Ceremony, values: Mapping[str, str]) -> list[Fault]:
    missing = [n for n in ceremony.values if n not in ceremony.optional_values and not values.get(n)]
    unknown = [n for n in values if n not in ceremony.values]
    faults = [
        Fault("keys.ceremony.value", ceremony.values[n].ar, ceremony.values[n].en, field=n, clause=_CLAUSE)
        for n in missing
    ]
    return faults + [
        Fault("keys.ceremony.value", "قيمة غير معروفة", "the ceremony asks for no such value", field=n) for n in unknown
    ]
