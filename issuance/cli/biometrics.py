"""`issuance biometrics`: judge a portrait, see how the search for duplicates stands."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table

from issuance.cli.output import answer, console, typed_errors
from issuance.cli.session import opened, read_bytes

app = typer.Typer(help="Portraits judged, and the search for duplicates.", no_args_is_help=True)
Json = Annotated[bool, typer.Option("--json", help="Answer as JSON.")]
_MARKS = {"ok": "✓", "warning": "!", "fail": "✗"}


@app.command()
def assess(
    picture: Annotated[Path, typer.Argument(help="JPEG or PNG, as the camera gives it.")], json_: Json = False
) -> None:
    """Every limit of the portrait with what was measured. Exit code 1 when the picture is refused. Keeps nothing."""
    from issuance.biometrics.portraits import rules_of
    from issuance.mrtd.portrait import assess as judge
    from specs.load import load

    with typed_errors(json_):
        assessed = judge(read_bytes(picture, "picture"), rules_of(load()))
    if json_:
        answer(assessed.as_json())
    else:
        table = Table("", "النتيجة / result", "البند / clause")
        for check in assessed.checks:
            table.add_row(_MARKS[check.result], f"{check.ar}\n{check.en}", check.clause)
        console.print(table)
    if assessed.portrait is None:
        raise typer.Exit(1)


@app.command()
def afis(json_: Json = False) -> None:
    """Room, declared outage, searches to make up for: the alarms of LIBYA 7."""
    from issuance.biometrics.status import status

    with opened(json_, "biometrics.afis") as (service, actor):
        held = status(service, actor, service.clock()).as_json()
    if json_:
        answer(held)
    else:
        console.print_json(data=held)
