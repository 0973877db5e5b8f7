"""Run a reviewed ceremony: each step is confirmed, done, and written down; the whole transcript is signed at the end.

A run that was interrupted goes on where it stopped. A step that began and did not end is repeated when the store is as
it was before it; when the store holds exactly its work, that is adopted under confirmation; anything else is refused,
and the transcript can only be closed as aborted. Nothing is done unconfirmed.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any, Final

from keys.ceremonies.actions import ACTIONS, Made, Room
from keys.ceremonies.recovery import digests, left_by, public_files, work_of
from keys.ceremonies.transcript import LINES, RECORD, Transcript
from keys.record import RecordRequest
from keys.signing import issue, prepare
from specs.errors import Conflict, Fault, Invalid, Refused
from specs.schema.base import Bilingual
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
    *,
    beforehand: bool = False,
) -> Transcript:
    """Do every step that is not done yet; returns the signed transcript in `directory`.

    reviewed: the bytes of the ceremony's file. present: ids by role. beforehand: nobody is asked at each step, which
    every line then says. Raises `Invalid` naming every role or value that is missing, `Conflict` for a finished run or
    an interrupted step that left something else than its work in the store, `Refused` when somebody does not agree,
    and what the steps raise; the transcript then says so, and the run can go on later.
    """
    transcript, people = _opened(ceremony, reviewed, room, present, directory, clock, beforehand=beforehand)
    interrupted = _interrupted(transcript)
    done = {entry["step"] for entry in transcript.entries() if entry["event"] in ("done", "recovered")}
    for step in ceremony.steps:
        if step.id in done:
            continue
        if interrupted and interrupted["step"] == step.id and interrupted["store"] != digests(public_files(room)):
            made = work_of(room, step, interrupted)
            if made is None:
                raise Conflict(_half_done(step.id))
            _confirmed(_adoption(step, made), ceremony, people, transcript, confirm, clock)
            _keep(transcript, "recovered", step, made, room, clock)
        else:
            _confirmed(step, ceremony, people, transcript, confirm, clock)
            transcript.append(clock(), "begun", step=step.id, store=digests(public_files(room)))
            _keep(transcript, "done", step, ACTIONS[step.action](room, step, clock()), room, clock)
    transcript.append(clock(), "closed")
    _sign(transcript, room, clock())
    return transcript


def abort_ceremony(
    ceremony: Ceremony,
    reviewed: bytes,
    room: Room,
    present: Mapping[str, Sequence[str]],
    confirm: Confirm,
    directory: Path,
    clock: Callable[[], datetime],
    reason: str,
    *,
    beforehand: bool = False,
) -> Transcript:
    """Close a run that cannot go on: the transcript says why, what an interrupted step left behind, and is signed.

    Nothing in the store is changed. Every role agrees. Raises as `run_ceremony` does, `Conflict` when nothing began.
    """
    if not (directory / LINES).exists():
        words = "لا مراسم بدأت هنا", "no ceremony began here"
        raise Conflict(Fault("keys.ceremony.not_begun", *words, clause=_CLAUSE))
    transcript, people = _opened(ceremony, reviewed, room, present, directory, clock, beforehand=beforehand)
    interrupted = _interrupted(transcript)
    _confirmed(_ending(ceremony, reason), ceremony, people, transcript, confirm, clock)
    left = digests(left_by(room, interrupted)) if interrupted else {}
    transcript.append(clock(), "aborted", step=interrupted["step"] if interrupted else None, reason=reason, left=left)
    _sign(transcript, room, clock())
    return transcript


def _opened(
    ceremony: Ceremony,
    reviewed: bytes,
    room: Room,
    present: Mapping[str, Sequence[str]],
    directory: Path,
    clock: Callable[[], datetime],
    *,
    beforehand: bool,
) -> tuple[Transcript, dict[str, list[str]]]:
    """The transcript, which now says who is there, and those people by role."""
    if faults := [*_absent(ceremony, present), *_unanswered(ceremony, room.values)]:
        raise Invalid(*faults)
    transcript = Transcript(directory, hashlib.sha256(reviewed).hexdigest(), beforehand=beforehand)
    if transcript.signed:
        words = "انتهت هذه المراسم ووُقّع محضرها", "this ceremony is finished and its transcript signed"
        raise Conflict(Fault("keys.ceremony.finished", *words, clause=_CLAUSE))
    entries = transcript.entries()
    if entries and entries[0]["values"] != dict(room.values):
        words = "القيم غير التي بدأت بها المراسم", "the values are not those the ceremony began with"
        raise Conflict(Fault("keys.ceremony.values", *words, clause=_CLAUSE))
    people = {role: list(ids) for role, ids in sorted(present.items())}
    transcript.append(
        clock(),
        "resumed" if entries else "opened",
        ceremony=ceremony.title.en,
        present=people,
        values=dict(sorted(room.values.items())),
    )
    return transcript, people


def _sign(transcript: Transcript, room: Room, now: datetime) -> None:
    request = RecordRequest(f"ceremony:{transcript.ceremony_sha256[:16]}", transcript.payload, room.pki)
    transcript.keep(RECORD, issue(prepare(room.ring(), request, now), now).artefact)


def _interrupted(transcript: Transcript) -> Mapping[str, Any] | None:
    """The line of the step that began and did not end."""
    steps = [entry for entry in transcript.entries() if entry["event"] in ("begun", "done", "recovered")]
    return steps[-1] if steps and steps[-1]["event"] == "begun" else None


def _adoption(step: Step, made: Made) -> Step:
    """The question whether what an interrupted step made is taken as its work."""
    held = ", ".join(f"{name} {digest[:16]}" for name, digest in digests(made).items())
    text = Bilingual(
        ar=f"انقطعت هذه الخطوة بعد إتمام عملها في المخزن؛ قارنوا البصمات ثم أكدوا اعتماد ما صنعته: {held}",
        en=f"This step was cut off after its work in the store; compare the digests, then adopt what it made: {held}",
    )
    return step.model_copy(update={"text": text})


def _ending(ceremony: Ceremony, reason: str) -> Step:
    """The question whether the ceremony ends here, put to every role."""
    text = Bilingual(ar=f"تُنهى المراسم ناقصة ويوقّع محضرها: {reason}", en=f"The ceremony ends unfinished: {reason}")
    return Step(id="abort", action="attend", text=text, confirmed_by=tuple(ceremony.present))


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


def _keep(
    transcript: Transcript, event: str, step: Step, made: Made, room: Room, clock: Callable[[], datetime]
) -> None:
    """The artefacts beside the transcript, and the line that names them."""
    for name, data in made.items():
        transcript.keep(name, data)
    store = digests(public_files(room))
    transcript.append(clock(), event, step=step.id, action=step.action, made=digests(made), store=store)


def _half_done(name: str) -> Fault:
    words = (
        f"انقطعت الخطوة {name} وفي المخزن غير ما تصنعه؛ افحصه، وأنهِ هذا المحضر بالأمر ceremony abort، "
        "ثم ابدأ مراسم جديدة",
        f"the step {name} was interrupted and the store holds something else than its work: look at it, close this "
        "transcript with `ceremony abort`, then begin a new ceremony",
    )
    return Fault("keys.ceremony.half_done", *words, field=name, clause=_CLAUSE)


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
