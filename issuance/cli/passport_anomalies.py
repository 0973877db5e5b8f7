"""`issuance passports anomalies`: what stands out in the work of passport officers."""

from __future__ import annotations

from typing import Annotated

import typer
from rich.table import Table

from issuance.cli.output import answer, console
from issuance.cli.session import opened


def register(app: typer.Typer) -> None:
    """Add the command to `issuance passports`."""
    app.command()(anomalies)


def anomalies(json_: Annotated[bool, typer.Option("--json", help="Answer as JSON.")] = False) -> None:
    """Hours, holds lifted, refusals, haste and own family, officer by officer; it names no applicant."""
    from issuance.passports.anomalies import MEASURES, report

    with opened(json_, "passports.anomalies") as (service, actor):
        found = report(service, actor, service.clock())
    if json_:
        answer(found.as_json())
        return
    table = Table("موظف / officer", "خطوات / steps", *(name.replace("_", " ") for name in MEASURES))
    for one in found.officers:
        rates = [one.shares[name].percent for name in MEASURES]
        name = (one.name.username if one.name else None) or one.account
        table.add_row(name, str(one.steps), *("–" if rate is None else f"{rate}%" for rate in rates))
    console.print(table)
