"""`issuance passports`: issue, list, show, fetch; stock."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table

from issuance.cli import (
    passport_anomalies,
    passport_applications,
    passport_life,
    passport_lines,
    passport_production,
    passport_reconciliation,
    passport_return,
    stock,
)
from issuance.cli.output import answer, console
from issuance.cli.session import opened, read_bytes, read_json

app = typer.Typer(help="Passports: issue, list, show, fetch, make, check.", no_args_is_help=True)
app.add_typer(stock.app, name="stock")
app.add_typer(passport_lines.app, name="lines")
passport_production.register(app)
app.registered_commands += passport_applications.app.registered_commands
passport_life.register(app)
passport_reconciliation.register(app)
passport_return.register(app)
passport_anomalies.register(app)
Json = Annotated[bool, typer.Option("--json", help="Answer as JSON.")]


@app.command()
def issue(
    application: Annotated[Path, typer.Argument(help="The application as JSON (docs/applications.md).")],
    portrait: Annotated[Path, typer.Option(help="The portrait, JPEG or PNG.")],
    json_: Json = False,
) -> None:
    """Issue a passport to a person of the register."""
    from issuance.passports import commands

    with opened(json_, "passports.issue") as (service, actor):
        asked, picture = read_json(application, "application"), read_bytes(portrait, "portrait")
        view = commands.issue(service, actor, asked, picture, service.clock())
    if json_:
        answer(view.as_json())
    else:
        console.print(f"صدر الجواز / passport issued: {view.number}", *view.mrz, sep="\n", highlight=False)


@app.command("list")
def list_(limit: Annotated[int, typer.Option(help="At most this many.")] = 50, json_: Json = False) -> None:
    """Passports issued, the newest first."""
    from issuance.passports import views

    with opened(json_, "passports.list") as (service, actor):
        found = views.passports(service, actor, limit)
    if json_:
        answer({"passports": [view.as_json() for view in found]})
        return
    table = Table("رقم / number", "إصدارة / edition", "مكتب / office", "صدر / issued", "ينتهي / expires")
    for view in found:
        table.add_row(view.number, view.edition, view.office, str(view.issued_on), str(view.expires_on))
    console.print(table)


@app.command()
def show(number: str, json_: Json = False) -> None:
    """One passport and the names of its files."""
    from issuance.passports import views

    with opened(json_, "passports.show") as (service, actor):
        view = views.passport(service, actor, number)
    if json_:
        answer(view.as_json())
    else:
        console.print_json(data=view.as_json())


@app.command()
def fetch(
    number: str,
    out: Annotated[Path, typer.Option(help="The folder to write to.")],
    json_: Json = False,
) -> None:
    """Write every file of one passport into a folder, byte for byte as issued."""
    from issuance.jobs.installation import write_passport

    with opened(json_, "passports.fetch") as (service, actor):
        paths = write_passport(service, actor, number, out)
    if json_:
        answer({"number": number, "files": [str(path) for path in paths]})
    else:
        console.print(*paths, sep="\n", highlight=False)
