"""`issuance passports production | personalise | batch | written | quality`: make and check books.

The console is nobody in particular: what it made it does not check, and it spoils nothing; two people do, signed in.
"""

from __future__ import annotations

import json
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table

from issuance.cli.output import answer, console, errors
from issuance.cli.session import opened, read_bytes

if TYPE_CHECKING:
    from issuance.passports.batch import BookFate

Json = Annotated[bool, typer.Option("--json", help="Answer as JSON.")]


def register(app: typer.Typer) -> None:
    """Add these commands to `issuance passports`."""
    for command in (production, personalise, batch, written, quality):
        app.command()(command)


def production(
    office: Annotated[str | None, typer.Option(help="Of the applications; else all.")] = None,
    limit: Annotated[int, typer.Option(help="At most this many.")] = 100,
    json_: Json = False,
) -> None:
    """What waits to be made and to be checked, the nearest deadline first."""
    from issuance.passports import production as line

    with opened(json_, "passports.production") as (service, actor):
        found = line.waiting(service, actor, service.clock(), office=office, limit=limit)
    if json_:
        answer({"waiting": [one.as_json() for one in found]})
        return
    table = Table("طلب / application", "مكتب / office", "حالة / state", "دفتر / book", "مهلة / due")
    for one in found:
        due = f"{one.due_at:%Y-%m-%d %H:%M}" if one.due_at else ""
        table.add_row(one.application, one.office, one.state, one.number or "", f"{due} !" if one.late else due)
    console.print(table)


def personalise(
    application: Annotated[str, typer.Argument(help="Id of an approved application.")],
    blank: Annotated[str | None, typer.Option(help="Number of the blank in hand; else the next of the store.")] = None,
    json_: Json = False,
) -> None:
    """Make the book of an approved application: a blank, a number, the chip files, the page, all signed."""
    from issuance.passports import producing

    with opened(json_, "passports.personalise") as (service, actor):
        made = producing.produce(service, actor, application, service.clock(), blank=blank)
    if json_:
        answer(made.as_json())
    else:
        console.print(f"أُعد الدفتر / book made: {made.number}", *made.mrz, sep="\n", highlight=False)


def batch(
    office: Annotated[str | None, typer.Option(help="Of the applications; else all.")] = None,
    limit: Annotated[int | None, typer.Option(min=1, help="At most this many; else all that wait.")] = None,
    report: Annotated[Path | None, typer.Option(help="Write each fate here as it is known, a line of JSON.")] = None,
    json_: Json = False,
) -> None:
    """Make the book of every approved application; run it again when cut short. Leaves with 1 if one was not made."""
    from issuance.passports import batch as books

    made = others = 0
    fates: list[BookFate] = []
    with opened(json_, "passports.personalise") as (service, actor), ExitStack() as held:
        waits = books.to_make(service, actor, office)
        bar = held.enter_context(_progress(json_))
        task = bar.add_task("دفاتر / books", total=min(waits, limit or waits))
        out = held.enter_context(report.open("w", encoding="utf-8")) if report else None
        for fate in books.batch(service, actor, office=office, limit=limit):
            made, others = made + (fate.fate == "made"), others + (fate.fate != "made")
            if json_:
                fates.append(fate)
            if out is not None:
                out.write(json.dumps(fate.as_json()) + "\n")
                out.flush()
            bar.advance(task)
    if json_:
        answer({"made": made, "not_made": others, "books": [fate.as_json() for fate in fates]})
    else:
        console.print(f"شُخصن / made: {made}، لم يُشخصن / not made: {others}", highlight=False)
    raise typer.Exit(1 if others else 0)


def _progress(quiet: bool) -> Progress:
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    return Progress(*columns, console=errors, disable=quiet or not errors.is_terminal)


def written(number: str, json_: Json = False) -> None:
    """The line finished a book: it waits for quality control."""
    from issuance.passports import quality as control

    with opened(json_, "passports.written") as (service, actor):
        control.written(service, actor, number, service.clock())
    if json_:
        answer({"number": number, "state": "quality"})
    else:
        console.print(f"ينتظر فحص الجودة / waits for quality control: {number}", highlight=False)


def quality(
    number: str,
    page: Annotated[Path, typer.Option(help="Scan of the data page, PNG or JPEG; of a card the front.")],
    back: Annotated[Path | None, typer.Option(help="Scan of the other side of a card.")] = None,
    chip: Annotated[Path | None, typer.Option(help="Folder of the files as read back from the chip (*.bin).")] = None,
    observations: Annotated[
        Path | None, typer.Option(help="Scan of the page with the note of the earlier book.")
    ] = None,
    json_: Json = False,
) -> None:
    """Compare a book with what was ordered. Leaves with 1 when it differs, 2 when the page has to be scanned again."""
    from issuance.passports import quality as control

    with opened(json_, "passports.quality") as (service, actor):
        noted = read_bytes(observations, "observations") if observations is not None else None
        files = {file.name: read_bytes(file, "chip") for file in sorted(chip.glob("*.bin"))} if chip else {}
        other = read_bytes(back, "back") if back else b""
        scan = read_bytes(page, "page")
        found = control.check(service, actor, number, files, scan, service.clock(), noted, back=other)
    if json_:
        answer(found.as_json())
    else:
        for one in found.differences:
            console.print(f"{one.file}: {one.ar} / {one.en}", highlight=False)
        said = "اجتاز الفحص / passed" if found.passed else "لم يجتز / not passed"
        console.print("أعد مسح الصفحة / scan the page again" if found.scan_again else said)
    raise typer.Exit(0 if found.passed else 2 if found.scan_again else 1)
