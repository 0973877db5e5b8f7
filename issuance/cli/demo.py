"""`issuance demo`: the main job without a server."""

from __future__ import annotations

import warnings
from pathlib import Path
from typing import Annotated

import typer

from issuance.cli.output import answer, console, typed_errors
from issuance.cli.session import read_bytes, read_json
from issuance.cli.verdicts import show_document


def demo(
    out: Annotated[Path, typer.Option(help="The folder to write to.")],
    application: Annotated[Path | None, typer.Option(help="Application as JSON (docs/applications.md).")] = None,
    portrait: Annotated[Path | None, typer.Option(help="Portrait, JPEG or PNG.")] = None,
    json_: Annotated[bool, typer.Option("--json", help="Answer as JSON.")] = False,
) -> None:
    """Issue one passport and one certificate with throw-away keys into a folder, verify them, and say so."""
    from issuance.jobs.demo import demonstrate
    from keys.verdict import EXIT_CODE

    warnings.filterwarnings("ignore", message="private keys are files")  # they live for this one command
    with typed_errors(json_):
        asked = read_json(application, "application") if application is not None else None
        picture = read_bytes(portrait, "portrait") if portrait is not None else None
        made = demonstrate(out, asked, picture)
    if json_:
        answer(made.as_json())
    else:
        console.print(*made.files, sep="\n", highlight=False)
        for name, verdict in made.verdicts.items():
            show_document(name, verdict)
    raise typer.Exit(EXIT_CODE[made.status])
