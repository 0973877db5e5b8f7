"""`issuance offices`: the register of offices and the orders that merge, split, close and move them."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.table import Table

from issuance.cli.output import answer, console
from issuance.cli.session import opened, read_bytes

if TYPE_CHECKING:
    from issuance.staff.office_orders import Order

app = typer.Typer(
    help="The register of offices; what changes it is an order with a day and a text.", no_args_is_help=True
)
Json = Annotated[bool, typer.Option("--json", help="Answer as JSON.")]
Day = Annotated[datetime, typer.Option("--on", formats=["%Y-%m-%d"], help="The first day of the order.")]
Reason = Annotated[str, typer.Option(help="Why.")]
Law = Annotated[str, typer.Option("--law", help="The text that orders it.")]


@app.command("list")
def list_(
    on: Annotated[datetime | None, typer.Option(formats=["%Y-%m-%d"], help="As the register stands that day.")] = None,
    json_: Json = False,
) -> None:
    """Offices by code; with --on those open that day, under the parent and authority of that day."""
    from issuance.staff.public import offices

    with opened(json_, "offices.list") as (service, _), service.db.reading() as read:
        held = offices(read, on.date() if on else None)
        kinds = service.spec.staff_offices.kinds.names
    if json_:
        answer([_plain(asdict(office)) for office in held])
        return
    table = Table(
        "رمز / code", "الاسم / name", "نوع / kind", "يتبع / below", "جهة / authority", "من / from", "إلى / to"
    )
    for o in held:
        heirs = f" → {', '.join(o.successors)}" if o.successors else ""
        until = f"{o.valid_to or ''}{heirs}"
        table.add_row(o.code, o.arabic, kinds[o.kind].ar, o.parent, o.authority, str(o.valid_from), until)
    console.print(table)


@app.command()
def history(office: str, json_: Json = False) -> None:
    """Every order about an office, by the day of its effect."""
    from issuance.staff.public import orders

    with opened(json_, "offices.history") as (service, _), service.db.reading() as read:
        found = orders(read, office)
    if json_:
        answer([_plain(asdict(order)) for order in found])
        return
    table = Table("من / from", "قرار / order", "السند / text", "السبب / reason", "أُغلق / closed", "نُقل / placed")
    for o in found:
        closed = "; ".join(f"{code} → {', '.join(heirs)}" for code, heirs in o.closed.items())
        placed = "; ".join(f"{code} ⊂ {parent or '-'}" for code, parent in o.placed.items())
        table.add_row(str(o.effective_on), o.kind, o.legal_reference, o.reason, closed, placed)
    console.print(table)


@app.command()
def merge(
    sources: list[str],
    into: Annotated[str, typer.Option(help="The office that answers for them from then on.")],
    on: Day,
    reason: Reason,
    law: Law,
    json_: Json = False,
) -> None:
    """Close offices in favour of one; what stands below them comes to stand below it."""
    from issuance.staff.office_orders import merge as command

    with opened(json_, "offices.merge") as (service, actor):
        _done(command(service.db, actor, _order(on, reason, law), sources, into, service.clock()), json_)


@app.command()
def split(
    office: str,
    into: Annotated[list[str], typer.Option(help="CODE or CODE=BELOW,BELOW: an office and what it takes; repeat.")],
    on: Day,
    reason: Reason,
    law: Law,
    json_: Json = False,
) -> None:
    """Divide an office among others; named among them, it stays open."""
    from issuance.staff.office_orders import split as command

    shares = {code: [c for c in below.split(",") if c] for code, _, below in (part.partition("=") for part in into)}
    with opened(json_, "offices.split") as (service, actor):
        _done(command(service.db, actor, _order(on, reason, law), office, shares, service.clock()), json_)


@app.command()
def close(
    office: str,
    on: Day,
    reason: Reason,
    law: Law,
    successor: Annotated[str | None, typer.Option(help="Default: the office above it.")] = None,
    json_: Json = False,
) -> None:
    """Close an office; its successor answers for what it held."""
    from issuance.staff.office_orders import close as command

    with opened(json_, "offices.close") as (service, actor):
        _done(command(service.db, actor, _order(on, reason, law), office, successor, service.clock()), json_)


@app.command()
def move(
    office: str,
    on: Day,
    reason: Reason,
    law: Law,
    parent: Annotated[str | None, typer.Option(help="The office above it; left out: none.")] = None,
    authority: Annotated[str | None, typer.Option(help="Whose orders it follows; left out: nobody's.")] = None,
    json_: Json = False,
) -> None:
    """Put an office below another, or under another authority."""
    from issuance.staff.office_orders import move as command

    with opened(json_, "offices.move") as (service, actor):
        order, rules = _order(on, reason, law), service.spec.staff_offices
        done = command(
            service.db, actor, order, office, parent=parent, authority=authority, rules=rules, now=service.clock()
        )
        _done(done, json_)


@app.command("import")
def import_(
    file: Path,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Tell every row's fate and add nothing.")] = False,
    json_: Json = False,
) -> None:
    """Enter offices from a CSV file (docs/offices.md). Leaves with 1 when a row was refused."""
    from issuance.staff.office_import import import_offices

    with opened(json_, "offices.import") as (service, actor):
        content = read_bytes(file, "FILE")
        fates = import_offices(service.db, actor, content, service.spec, service.clock(), dry_run=dry_run)
    if json_:
        answer([asdict(fate) for fate in fates])
    else:
        table = Table("سطر / line", "رمز / code", "ما جرى / fate", "")
        for fate in fates:
            table.add_row(str(fate.line), fate.code, fate.outcome, "\n".join(f"{f.ar} / {f.en}" for f in fate.faults))
        console.print(table)
    if any(fate.outcome == "refused" for fate in fates):
        raise typer.Exit(1)


def _order(on: datetime, reason: str, law: str) -> Order:
    from issuance.staff.office_orders import Order

    return Order(on.date(), reason, law)


def _done(order_id: str, json_: bool) -> None:
    if json_:
        answer({"order": order_id})
    else:
        console.print(order_id)


def _plain(values: dict[str, Any]) -> dict[str, Any]:
    """Days and moments as ISO 8601 text."""
    return {name: value.isoformat() if hasattr(value, "isoformat") else value for name, value in values.items()}
