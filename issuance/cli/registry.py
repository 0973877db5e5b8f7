"""`issuance people registry`, `mark`, `watches`, `import-registry`: the civil registry at the console.

The console is nobody in particular: what takes two officers is asked for and approved by their own accounts, not here.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.table import Table

from issuance.cli.output import answer, console
from issuance.cli.session import opened, read_bytes

if TYPE_CHECKING:
    from issuance.people.registry_import import Form

Json = Annotated[bool, typer.Option("--json", help="Answer as JSON.")]
FATES = {
    "entered": "قُيّد / entered",
    "changed": "تغير / changed",
    "same": "كما هو / as it was",
    "refused": "رُفض / refused",
}


def registry(national_number: str, json_: Json = False) -> None:
    """What the civil registry says of a number now, and why it would hold an application."""
    from issuance.people.registry_views import registry_record

    with opened(json_, "people.registry") as (service, actor):
        found = registry_record(service, actor, national_number, service.clock())
        states = service.spec.passport.registry.states.entries
    if json_:
        answer(found)
        return
    state = states[found["record"]["state"]]
    console.print(f"{state.ar} / {state.en}")
    for hold in found["holds"]:
        about = f" ({hold['reference']})" if hold["reference"] else ""
        console.print(f"- {hold['ar']}{about}\n  {hold['en']}{about}", markup=False, highlight=False)


def mark(
    national_number: str,
    kind: Annotated[str, typer.Argument(help="A mark of specs/passport/registry.yaml.")],
    reference: Annotated[str, typer.Option(help="Of the file it rests on.")],
    json_: Json = False,
) -> None:
    """Mark a record as one officer may: deceased, under_review."""
    from issuance.people import registry_marks

    with opened(json_, "people.mark") as (service, actor):
        done = registry_marks.mark(service, actor, national_number, kind, reference, "console", service.clock())
    if json_:
        answer(done.as_json())
    else:
        console.print(f"{done.kind}: {done.state}")


def watches(
    ended: Annotated[bool, typer.Option("--ended", help="Those that ended.")] = False, json_: Json = False
) -> None:
    """Family records that are watched, the newest first."""
    from issuance.people import registry_watch

    with opened(json_, "people.watches") as (service, actor):
        found = registry_watch.watches(service, actor, now=service.clock(), ended=ended)
    if json_:
        answer({"watches": [one.as_json() for one in found]})
        return
    table = Table("القيد العائلي / family record", "القضية / case", "منذ / since", "من / by")
    for one in found:
        table.add_row(
            one.family_record, one.case_reference, f"{one.since:%Y-%m-%d}", f"{one.asked_by}, {one.approved_by}"
        )
    console.print(table)


def import_registry(
    file: Annotated[Path, typer.Argument(help="Records, .jsonl or .csv (docs/civil-registry.md).")],
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say the fates and keep nothing.")] = False,
    json_: Json = False,
) -> None:
    """Take records into our own table; every row has a fate. Leaves with 1 when a row was refused."""
    from issuance.people.registry_import import import_records

    form: Form = "csv" if file.suffix.lower() == ".csv" else "jsonl"
    with opened(json_, "people.import-registry") as (service, actor):
        content = read_bytes(file, "file")
        fates = import_records(service, actor, content, form, service.clock(), dry_run=dry_run)
    if json_:
        answer({"dry_run": dry_run, "rows": [fate.as_json() for fate in fates]})
    else:
        for name, title in FATES.items():
            console.print(f"{title}: {sum(fate.fate == name for fate in fates)}")
        for fate in fates:
            for fault in fate.faults:
                where = f"{fate.line}: {fault.field}"
                console.print(f"{where}: {fault.ar}\n{where}: {fault.en}", markup=False, highlight=False)
    if any(fate.fate == "refused" for fate in fates):
        raise typer.Exit(1)
