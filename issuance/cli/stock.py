"""`issuance passports stock`: list, show, numbers, receive, count, freeze, unfreeze, verify."""

from __future__ import annotations

from typing import Annotated

import typer
from rich.table import Table

from issuance.cli.output import answer, console
from issuance.cli.session import opened

app = typer.Typer(help="Blanks: list, show, numbers, receive, count, freeze, unfreeze, verify.", no_args_is_help=True)
Json = Annotated[bool, typer.Option("--json", help="Answer as JSON.")]
Ranges = Annotated[
    list[str], typer.Argument(help="Numbers or ranges, e.g. 900000000001-900000000250.", show_default=False)
]
Reason = Annotated[str, typer.Option(help="Why, for the record.")]


@app.command("list")
def list_(json_: Json = False) -> None:
    """Balances, alarms and the forecast of every office that holds blanks."""
    from issuance.stock import desk

    with opened(json_, "stock.list") as (service, actor):
        told = desk.overview(service, actor, service.clock())
        names = service.spec.passport.stock.accounts.entries
    if json_:
        answer(told.as_json())
        return
    table = Table("حساب / account", "مكتب / office", "دفاتر / blanks", "")
    for one in told.balances:
        name = names[one.kind]
        state = "مجمد / frozen" if one.frozen else ""
        table.add_row(f"{name.ar} / {name.en}", one.office or "", str(one.numbers), state)
    console.print(table)
    for alarm in told.alarms:
        console.print(alarm.fault.ar, alarm.fault.en, sep=" / ", highlight=False)


@app.command()
def show(blank: str, json_: Json = False) -> None:
    """One blank: where it is, the passport it became, and every movement that touched it."""
    from issuance.stock import desk

    with opened(json_, "stock.show") as (service, actor):
        told = desk.fate(service, actor, blank).as_json()
    if json_:
        answer(told)
    else:
        console.print_json(data=told)


@app.command()
def numbers(office: str, json_: Json = False) -> None:
    """Every blank that lies at an office: what is reported when it is out of control."""
    from issuance.stock import desk

    with opened(json_, "stock.numbers") as (service, actor):
        told = desk.numbers(service, actor, office)
    if json_:
        answer({"office": office, "numbers": told})
    else:
        console.print(*told, sep="\n", highlight=False)


@app.command()
def receive(
    office: str,
    ranges: Ranges,
    note: Annotated[str, typer.Option(help="Number of the delivery note.")],
    count: Annotated[int, typer.Option(help="How many blanks were counted.")],
    json_: Json = False,
) -> None:
    """Receive blanks for a trial; in production two keepers do it on the pages or by the API."""
    from issuance.stock import two

    with opened(json_, "stock.receive") as (service, actor):
        wanted = two.Wanted("receive", office, tuple(ranges), document=note, count=count)
        moved = two.receive_at_console(service, actor, wanted, service.clock())
    if json_:
        answer(moved.as_json())
    else:
        console.print(f"استُلم / received: {moved.numbers}", *moved.ranges, sep="\n", highlight=False)


@app.command()
def count(
    office: str,
    ranges: Ranges,
    words: Annotated[str, typer.Option(help="Why the shelf differs from the books, when it does.")] = "",
    json_: Json = False,
) -> None:
    """Hold what lies on the shelf against the books; what is not there is missing from now on."""
    from issuance.stock import counts

    with opened(json_, "stock.count") as (service, actor):
        made = counts.count(service, actor, office, ranges, words, service.clock())
    if json_:
        answer(made.as_json())
    else:
        told = f"المتوقع / expected {made.expected}, المعدود / counted {made.counted}, المفقود / missing {made.missing}"
        console.print(told, *made.surplus, sep="\n", highlight=False)


@app.command()
def freeze(office: str, reason: Reason, json_: Json = False) -> None:
    """Cut the store of an office off at once."""
    from issuance.stock import desk

    with opened(json_, "stock.freeze") as (service, actor):
        held = desk.freeze(service, actor, office, reason, service.clock())
    if json_:
        answer({"office": office, "frozen": True})
    else:
        console.print(f"جُمد مخزن {office} وفيه {held} دفتراً / frozen with {held} blanks", highlight=False)


@app.command()
def unfreeze(office: str, reason: Reason, json_: Json = False) -> None:
    """Open the store of an office again."""
    from issuance.stock import desk

    with opened(json_, "stock.unfreeze") as (service, actor):
        desk.unfreeze(service, actor, office, reason, service.clock())
    if json_:
        answer({"office": office, "frozen": False})
    else:
        console.print(f"فُتح مخزن {office} / opened again", highlight=False)


@app.command()
def verify(json_: Json = False) -> None:
    """Hold the ledger against its entries, number by number, and against the audit trail."""
    from issuance.stock import check

    with opened(json_, "stock.verify") as (service, actor):
        found = check.verify(service, actor)
    if json_:
        answer({"whole": not found, "faults": [{"code": one.code, "ar": one.ar, "en": one.en} for one in found]})
    else:
        console.print(*(f"{one.ar} / {one.en}" for one in found), sep="\n", highlight=False)
        if not found:
            console.print("العهدة سليمة / the ledger is whole", highlight=False)
    if found:
        raise typer.Exit(1)
