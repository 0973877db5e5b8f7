"""`issuance passports reconcile`: blanks held against books, now."""

from __future__ import annotations

from typing import Annotated

import typer

from issuance.cli.output import answer, console
from issuance.cli.session import opened

Json = Annotated[bool, typer.Option("--json", help="Answer as JSON.")]


def register(app: typer.Typer) -> None:
    """Add the command to `issuance passports`."""
    app.command()(reconcile)


def reconcile(json_: Json = False) -> None:
    """Hold every blank against the books and every number against its series; keep and tell what does not agree."""
    from issuance.passports import reconciliation

    with opened(json_, "passports.reconcile") as (service, actor):
        told = reconciliation.reconcile(service, actor, service.clock()).as_json(service.spec)
    if json_:
        answer(told)
    else:
        held = told["country"]
        counts = f"دفاتر / blanks {held['tied']}, جوازات / books {held['books']}, محجوز / claimed {held['claimed']}"
        console.print(counts, highlight=False)
        for one in told["findings"]:
            named = " ".join(str(one[name]) for name in ("office", "blank", "number") if one[name])
            console.print(f"{one['ar']} / {one['en']}: {named}", highlight=False)
        if told["agrees"]:
            console.print("لا فرق / everything agrees", highlight=False)
    if not told["agrees"]:
        raise typer.Exit(1)
