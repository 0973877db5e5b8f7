"""`issuance cases`: the case register."""

from __future__ import annotations

import typer

from issuance.cli.case_bulk import generate, rebuild
from issuance.cli.case_evidence import verify_evidence
from issuance.cli.case_statistics import statistics

app = typer.Typer(help="The case register.", no_args_is_help=True)
app.command()(verify_evidence)
app.command()(statistics)
app.command()(rebuild)
app.command()(generate)
