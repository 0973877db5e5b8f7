"""`issuance cases verify-evidence`: whether all evidence still is what was taken in."""

from __future__ import annotations

from typing import Annotated

import typer
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table

from issuance.cli.output import answer, console, errors
from issuance.cli.session import opened

Json = Annotated[bool, typer.Option("--json", help="Answer as JSON.")]
KINDS = {
    "missing": "الملف مفقود / the file is missing",
    "changed": "تغير محتوى الملف / the content changed",
    "unreadable": "الملف لا يُقرأ / the file cannot be read",
    "rewritten": "غُيرت بصمة القيد / the row says another hash than at capture",
    "deleted": "حُذف القيد / the row is gone",
    "stray": "ملف بلا قيد / a file no row speaks of",
}


def verify_evidence(
    anew: Annotated[bool, typer.Option("--anew", help="Begin again, not where an interrupted check stopped.")] = False,
    json_: Json = False,
) -> None:
    """Hash all evidence again; goes on where an interrupted check stopped. Exit 0 when nothing is found, else 1."""
    from issuance.cases.evidence_check import verify_evidence as check

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with (
        opened(json_, "cases.verify-evidence") as (service, actor),
        Progress(*columns, console=errors, transient=True) as progress,
    ):
        task = progress.add_task("الأدلة / evidence", total=None)
        outcome = check(
            service, actor, lambda done, in_all: progress.update(task, completed=done, total=in_all), anew=anew
        )
    if json_:
        answer(outcome.as_json())
    elif not outcome.found:
        console.print(f"[green]✓[/] {outcome.examined} ملفاً سليماً / files as they were taken in")
    else:
        table = Table("ما وُجد / finding", "البصمة / sha256", "الأدلة / evidence")
        for finding in outcome.findings:
            table.add_row(KINDS[finding.kind], finding.sha256, ", ".join(finding.items))
        console.print(table)
        if outcome.found > len(outcome.findings):
            console.print(f"… {outcome.found}")
    raise typer.Exit(1 if outcome.found else 0)
