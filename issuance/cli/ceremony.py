"""`issuance keys ceremony`: show a reviewed ceremony, run it on this installation's store, check its transcript."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from issuance.cli.output import answer, console, typed_errors
from issuance.cli.session import opened, read_bytes, read_json
from specs.errors import Fault, Invalid

if TYPE_CHECKING:
    from keys.ceremonies.actions import Room
    from keys.ceremonies.run import Confirm
    from keys.ceremonies.transcript import Transcript
    from specs.schema.ceremonies import Ceremony, Step

app = typer.Typer(
    no_args_is_help=True, help="مراسم المفاتيح / Key ceremonies, each a reviewed file of the specification."
)
Json = Annotated[bool, typer.Option("--json", help="Answer as JSON.")]
File = Annotated[str, typer.Argument(metavar="FILE", help="The ceremony's file, or its name in the specification.")]
Present = Annotated[list[str] | None, typer.Option(help="Who is there: role=ID, e.g. witness=W-2.")]
Values = Annotated[list[str] | None, typer.Option("--value", help="What the ceremony asks: name=value.")]
Yes = Annotated[
    bool, typer.Option("--yes", help="The people present confirm every step beforehand; not in production.")
]
_PAIR = re.compile(r"([a-z_]+)=(.+)")


@app.command()
def show(file: File, json_: Json = False) -> None:
    """Who must be there, what is asked, and every step with its text."""
    with typed_errors(json_):
        _, ceremony = reviewed(file)
    if json_:
        answer(ceremony.model_dump(mode="json"))
        return
    present = ", ".join(f"{role}: {count}" for role, count in ceremony.present.items())
    console.print(f"{ceremony.title.ar} / {ceremony.title.en}", present, sep="\n", highlight=False, markup=False)
    for name, question in ceremony.values.items():
        console.print(f"  {name}: {question.ar} / {question.en}", highlight=False, markup=False)
    for number, step in enumerate(ceremony.steps, 1):
        console.print(f"{number}. {step.id}: {step.text.ar} / {step.text.en}", highlight=False, markup=False)


@app.command()
def run(
    file: File,
    present: Present = None,
    value: Values = None,
    yes: Yes = False,
    new: Annotated[bool, typer.Option("--new", help="Begin anew although an earlier run was not finished.")] = False,
    json_: Json = False,
) -> None:
    """Do every step that is not done yet and sign the transcript; an interrupted run goes on where it stopped."""
    from issuance.core import clock
    from keys.ceremonies.run import run_ceremony

    with typed_errors(json_), _gathered(file, present, value, yes, json_, new=new) as gathered:
        transcript = run_ceremony(*gathered, clock.now, beforehand=yes)
    _tell(transcript, "انتهت المراسم ووُقّع محضرها / done; transcript signed", json_)


@app.command()
def abort(
    file: File,
    reason: Annotated[str, typer.Option(metavar="TEXT", help="Why it cannot go on; kept for ever.")],
    present: Present = None,
    value: Values = None,
    yes: Yes = False,
    json_: Json = False,
) -> None:
    """Close the last run, which cannot go on, and sign its transcript as aborted; the store stays as it is."""
    from issuance.core import clock
    from keys.ceremonies.run import abort_ceremony

    with typed_errors(json_), _gathered(file, present, value, yes, json_, new=False) as gathered:
        transcript = abort_ceremony(*gathered, clock.now, reason, beforehand=yes)
    _tell(transcript, "أُنهيت المراسم ناقصة ووُقّع محضرها / aborted; transcript signed", json_)


@app.command()
def check(
    directory: Annotated[Path, typer.Argument(help="The folder of a finished ceremony.")], json_: Json = False
) -> None:
    """Whether transcript and artefacts are those that were signed, unchanged. Exit 0 valid, 1 invalid, 2 open."""
    from keys.ceremonies.transcript import verify_transcript
    from keys.verdict import EXIT_CODE

    with opened(json_, "keys.ceremony.check") as (service, _actor):
        verdict = verify_transcript(
            directory, service.trust, service.clock(), pki=service.spec.pki_profiles, reviewed=_in_force()
        )
    if json_:
        answer(verdict.as_json())
    else:
        for found in verdict.checks:
            console.print(
                f"{found.result}  {found.id}  {found.reason_ar} / {found.reason}", highlight=False, markup=False
            )
    raise typer.Exit(EXIT_CODE[verdict.status])


def reviewed(file: str) -> tuple[bytes, Ceremony]:
    """The bytes of a ceremony's file, and what they say. Raises `Invalid` with every fault and its line."""
    from specs.load import directory, load_ceremony

    path = Path(file)
    if not path.exists() and re.fullmatch("[a-z_]+", file):
        path = directory() / "pki" / "ceremonies" / f"{file}.yaml"
    return read_bytes(path, "file"), load_ceremony(path)


def _in_force() -> set[str]:
    """SHA-256 of every ceremony's file in the specification."""
    from specs.load import directory

    return {hashlib.sha256(p.read_bytes()).hexdigest() for p in (directory() / "pki" / "ceremonies").glob("*.yaml")}


Gathered = tuple["Ceremony", bytes, "Room", dict[str, list[str]], "Confirm", Path]
"""What `keys.ceremonies.run` takes: ceremony, its file, room, people by role, how they agree, the folder of the run."""


@contextmanager
def _gathered(
    file: str, present: list[str] | None, value: list[str] | None, yes: bool, json_: bool, *, new: bool
) -> Iterator[Gathered]:
    """Everything a ceremony needs, for as long as it lasts. new: not in the folder of an unfinished run."""
    with _one_at_a_time() as folder:
        people = _people(present, yes)
        data, ceremony = reviewed(file)
        with _room(Path(file).stem, dict(_pairs("value", value)), ceremony.steps, json_) as room:
            directory = _run_directory(folder, Path(file).stem, new=new)
            yield ceremony, data, room, people, _beforehand(people) if yes else _asked(people), directory


@contextmanager
def _one_at_a_time() -> Iterator[Path]:
    """The folder of transcripts, held for one ceremony; another one waits. Raises `Unavailable`."""
    from issuance.core.settings import read_settings
    from keys.ceremonies.transcript import not_written
    from keys.files import alone

    folder = read_settings().home / "ceremonies"
    with ExitStack() as held:
        try:
            folder.mkdir(parents=True, exist_ok=True)
            held.enter_context(alone(folder))
        except OSError as error:
            raise not_written(error) from error
        yield folder


@contextmanager
def _room(name: str, values: dict[str, str], steps: tuple[Step, ...], json_: bool) -> Iterator[Room]:
    """What the ceremony works on. The first keys are made where no service can open.

    The audit trail has its row whether the ceremony ended or stopped.
    """
    from issuance.core.settings import read_settings
    from issuance.core.uow import unit_of_work
    from issuance.jobs.publishing import deviations_of
    from issuance.service import key_store
    from keys.ceremonies.actions import Room
    from keys.ceremonies.recovery import public_files
    from keys.intents import MemoryIntentLog
    from keys.open import open_ring
    from keys.our_country import speaks_for_us
    from specs.load import load

    settings = read_settings()
    if not any(step.action == "create_keys" for step in steps):
        with opened(json_, "keys.ceremony.run") as (service, actor):
            keys, own = service.keys, service.spec.pki_profiles.names
            anchors = [c.der for c in service.trust.anchors if not speaks_for_us(c.der, own)]
            deviations = deviations_of(keys, read_json(Path(values["file"]), "file")) if "file" in values else ()
            room = Room(service.store, keys.intents, keys.pki, keys, values, anchors, deviations)
            before, ended = public_files(room), False
            try:
                yield room
                ended = True
            finally:
                detail = {"steps": [step.id for step in steps], "ended": ended, "changed": public_files(room) != before}
                with unit_of_work(service.db, actor, "key ceremony", service.clock()) as tx:
                    tx.audit("keys.ceremony", f"ceremony:{name}", detail)
                service.publish_trust()
        return
    store, pki, intents = key_store(settings), load(settings.specs).pki_profiles, MemoryIntentLog()
    try:
        made = settings.keys_home.is_dir() and any(settings.keys_home.iterdir())
        yield Room(store, intents, pki, open_ring(store, intents, pki) if made else None, values)
    finally:
        store.close()


def _run_directory(folder: Path, name: str, *, new: bool) -> Path:
    """`<name>-<number>`: the last run when it is not finished, else the next."""
    from keys.ceremonies.transcript import RECORD

    number = 1
    while (folder / f"{name}-{number + 1}").exists():
        number += 1
    last = folder / f"{name}-{number}"
    return folder / f"{name}-{number + 1}" if (last / RECORD).exists() or (new and last.exists()) else last


def _people(present: list[str] | None, yes: bool) -> dict[str, list[str]]:
    """Ids by role. Raises `Invalid`, also when production is to go on without asking anybody."""
    from issuance.core.settings import read_settings

    if yes and read_settings().production:
        words = "في الإنتاج يؤكد كل حاضر كل خطوة بنفسه", "in production everybody confirms each step: leave out --yes"
        raise Invalid(Fault("keys.ceremony.beforehand", *words, field="yes", clause="docs/ceremonies.md"))
    people: dict[str, list[str]] = {}
    for role, person in _pairs("present", present):
        people.setdefault(role, []).append(person)
    return people


def _tell(transcript: Transcript, words: str, json_: bool) -> None:
    if json_:
        answer({"transcript": str(transcript.directory), "lines": transcript.entries()})
    else:
        console.print(f"{words}: {transcript.directory}", highlight=False)


def _pairs(field: str, given: list[str] | None) -> Iterator[tuple[str, str]]:
    for pair in given or ():
        match = _PAIR.fullmatch(pair)
        if match is None:
            raise Invalid(Fault("cli.pair", "المطلوب: اسم=قيمة", f"{pair!r}: give name=value", field=field))
        yield match[1], match[2]


def _beforehand(people: dict[str, list[str]]) -> Confirm:
    """Everybody present has agreed to all of it."""

    def confirm(step: Step, role: str) -> list[str]:
        del step
        return people.get(role, [])

    return confirm


def _asked(people: dict[str, list[str]]) -> Confirm:
    """Each step is read out, and everybody of the role types their id."""

    def confirm(step: Step, role: str) -> list[str]:
        console.print(f"{step.id}: {step.text.ar} / {step.text.en}", highlight=False, markup=False)
        words = f"{role}: رمزك للتأكيد، أو فارغ للتوقف / your id to confirm, empty to stop"
        return [typer.prompt(words, default="", show_default=False) for _ in people.get(role, ())]

    return confirm
