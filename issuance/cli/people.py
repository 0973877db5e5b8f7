"""`issuance people`: the population register."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer
from rich.progress import Progress
from rich.table import Table

from issuance.cli import registry
from issuance.cli.output import answer, console, errors
from issuance.cli.session import opened, read_bytes, read_json

app = typer.Typer(help="The population register.", no_args_is_help=True)
app.command("registry")(registry.registry)
app.command("mark")(registry.mark)
app.command("watches")(registry.watches)
app.command("import-registry")(registry.import_registry)
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
        found = views.people(service, actor, query, limit, now=service.clock())
    if json_:
        answer({"people": [person.as_json() for person in found]})
        return
    table = Table("الرقم الوطني / national number", "الاسم / name", "Latin", "تاريخ الميلاد / born")
    for person in found:
        latin = person.latin.full
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
        picture = commands.portrait_of(service.spec, read_bytes(portrait, "portrait")) if portrait is not None else None
        person = commands.register(service, actor, read_json(record, "record"), picture, service.clock())
    if json_:
        answer(person.as_json())
    else:
        console.print(f"قُيّد / entered: {person.national_number}")


@app.command()
def search(
    name: Annotated[str, typer.Argument(help="A name in Arabic or Latin letters, whole or in part.")],
    purpose: Annotated[str, typer.Option(help="Why: a code of specs/purposes.yaml; it is kept.")],
    words: Annotated[str, typer.Option(help="The purpose in words, where it asks for them.")] = "",
    limit: Annotated[int, typer.Option(help="At most this many.")] = 50,
    json_: Json = False,
) -> None:
    """People whose name may be meant, best first. It proposes; it identifies nobody."""
    from issuance.core.purpose import Purpose
    from issuance.people.search import search_people

    with opened(json_, "people.search") as (service, actor):
        found = search_people(service, actor, name, Purpose(purpose, words), service.clock(), limit=limit)
        titles = service.spec.text_name_search.how.weights
    if json_:
        rows = [asdict(one.like) | {"person": one.person.as_json()} for one in found.proposals]
        answer({"proposals": rows, "narrow": None if found.narrow is None else found.narrow.en})
        return
    table = Table("٪", "الرقم الوطني / national number", "الاسم / name", "Latin", "السبب / why")
    for one in found.proposals:
        latin = one.person.latin.full
        why = "، ".join(f"{match.word}: {titles[match.how].title.ar}" for match in one.like.matches)
        table.add_row(str(one.like.percent), one.person.national_number, one.person.arabic.full, latin, why)
    console.print(table)
    if found.narrow is not None:
        console.print(f"{found.narrow.ar}\n{found.narrow.en}")


@app.command()
def reindex(json_: Json = False) -> None:
    """Make the index of names anew, after specs/text/name_search.yaml changed."""
    from issuance.people.name_index import rebuild

    with opened(json_, "people.reindex") as (service, actor), Progress(console=errors, transient=True) as progress:
        task = progress.add_task("فهرس الأسماء / names", total=None)
        count = rebuild(
            service, actor, service.clock(), lambda done, in_all: progress.update(task, completed=done, total=in_all)
        )
    if json_:
        answer({"people": count})
    else:
        console.print(f"فُهرس / indexed: {count}")
