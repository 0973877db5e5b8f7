"""`issuance people`: the population register."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table

from issuance.cli.output import answer, console
from issuance.cli.session import opened, read_bytes, read_json

app = typer.Typer(help="The population register.", no_args_is_help=True)
Json = Annotated[bool, typer.Option("--json", help="Answer as JSON.")]


@app.command("list")
def list_(
    query: Annotated[str, typer.Argument(help="Number or part of a name; empty: everyone.")] = "",
    limit: Annotated[int, typer.Option(help="At most this many.")] = 50,
    json_: Json = False,
) -> None:
    """People by number."""
    from issuance.people import views

    with opened(json_, "people.list") as (service, actor):
        found = views.people(service, actor, query, limit)
    if json_:
        answer({"people": [person.as_json() for person in found]})
        return
    table = Table("الرقم الوطني / national number", "الاسم / name", "Latin", "تاريخ الميلاد / born")
    for person in found:
        latin = f"{person.latin.given} {person.latin.surname}"
        table.add_row(person.national_number, person.arabic.full, latin, person.birth_date.iso())
    console.print(table)


@app.command()
def show(national_number: str, json_: Json = False) -> None:
    """One person."""
    from issuance.people import views

    with opened(json_, "people.show") as (service, actor):
        person = views.person(service, actor, national_number)
    if json_:
        answer(person.as_json())
        return
    console.print_json(data=person.as_json())


@app.command()
def register(
    record: Annotated[Path, typer.Argument(help="The entry as JSON (docs/applications.md).")],
    portrait: Annotated[Path | None, typer.Option(help="A picture of the person, JPEG or PNG.")] = None,
    json_: Json = False,
) -> None:
    """Enter one person."""
    from issuance.people import commands

    with opened(json_, "people.register") as (service, actor):
        picture = commands.portrait_of(service, read_bytes(portrait, "portrait")) if portrait is not None else None
        person = commands.register(service, actor, read_json(record, "record"), picture, service.clock())
    if json_:
        answer(person.as_json())
    else:
        console.print(f"قُيّد / entered: {person.national_number}")
