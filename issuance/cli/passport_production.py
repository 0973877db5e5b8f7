"""`issuance passports production | personalise | written | quality`: make and check books.

The console is nobody in particular: what it made it does not check, and it spoils nothing; two people do, signed in.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table

from issuance.cli.output import answer, console
from issuance.cli.session import opened, read_bytes

Json = Annotated[bool, typer.Option("--json", help="Answer as JSON.")]


def register(app: typer.Typer) -> None:
    """Add these commands to `issuance passports`."""
    for command in (production, personalise, written, quality):
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
    chip: Annotated[Path, typer.Option(help="Folder of the files as read back from the chip (*.bin).")],
    page: Annotated[Path, typer.Option(help="Scan of the data page, PNG or JPEG.")],
    json_: Json = False,
) -> None:
    """Compare a book with what was ordered. Leaves with 1 when it differs, 2 when the page has to be scanned again."""
    from issuance.passports import quality as control

    with opened(json_, "passports.quality") as (service, actor):
        files = {file.name: read_bytes(file, "chip") for file in sorted(chip.glob("*.bin"))}
        found = control.check(service, actor, number, files, read_bytes(page, "page"), service.clock())
    if json_:
        answer(found.as_json())
    else:
        for one in found.differences:
            console.print(f"{one.file}: {one.ar} / {one.en}", highlight=False)
        said = "اجتاز الفحص / passed" if found.passed else "لم يجتز / not passed"
        console.print("أعد مسح الصفحة / scan the page again" if found.scan_again else said)
    raise typer.Exit(0 if found.passed else 2 if found.scan_again else 1)
