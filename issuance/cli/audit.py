"""`issuance audit`: verify the audit trail, sign a checkpoint of it."""

from __future__ import annotations

from typing import Annotated

import typer

from issuance.cli.output import answer, console
from issuance.cli.session import opened
from issuance.cli.verdicts import show_verdict

app = typer.Typer(help="The audit trail.", no_args_is_help=True)
Json = Annotated[bool, typer.Option("--json", help="Answer as JSON.")]


@app.command()
def verify(json_: Json = False) -> None:
    """Find an edited, deleted, inserted or reordered row, and a tail that was cut. Exit 0, 1 or 2 by status."""
    from issuance.jobs.trail import verify_trail
    from keys.verdict import EXIT_CODE

    with opened(json_, "audit.verify") as (service, actor):
        verdict = verify_trail(service, actor)
    if json_:
        answer(verdict.as_json())
    else:
        show_verdict("سجل المراجعة / audit trail", verdict)
    raise typer.Exit(EXIT_CODE[verdict.status])


@app.command()
def checkpoint(json_: Json = False) -> None:
    """Sign the present end of the trail into the second file."""
    from issuance.jobs.trail import write_trail_checkpoint

    with opened(json_, "audit.checkpoint") as (service, actor):
        number = write_trail_checkpoint(service, actor)
    if json_:
        answer({"checkpoint": number})
    else:
        console.print(f"نقطة مرجعية / checkpoint {number}" if number else "لا جديد / nothing new")
