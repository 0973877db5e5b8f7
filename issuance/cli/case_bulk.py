"""`issuance cases rebuild`, `generate`, `import`, `export`: work over many cases, with a progress bar."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Annotated

import typer
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table

from issuance.cli.output import answer, console, errors
from issuance.cli.session import opened

Json = Annotated[bool, typer.Option("--json", help="Answer as JSON.")]
DIFFERENCES = {
    "missing": "صف ناقص / a row is missing",
    "extra": "صف زائد / a row is too many",
    "changed": "صف مختلف / a row differs",
    "tampered": "سلسلة القيود مكسورة؛ لم يُمس الملف / entries were tampered with; the file was left alone",
    "orphan": "صفوف بلا قيود / rows of a file without entries",
    "counter": "عداد أرقام متأخر / a counter of numbers is behind",
}


def rebuild(
    check: Annotated[bool, typer.Option("--check", help="Only compare; change nothing.")] = False, json_: Json = False
) -> None:
    """Make the tables of cases anew from their actions, where they differ. Run again after an interruption.

    Leaves with 1 when --check found a difference, or when entries were tampered with.
    """
    from issuance.cases.rebuild import rebuild as command

    with opened(json_, "cases.rebuild") as (service, actor), _bar("القضايا / cases") as progress:
        outcome = command(service, actor, service.clock(), progress, only_check=check)
    if json_:
        answer(outcome.as_json())
    elif not outcome.found:
        console.print(f"[green]✓[/] {outcome.files} ملفاً كما تقول قيودها / files as their actions say")
    else:
        table = Table("القضية / case", "الجدول / table", "ما وُجد / finding", "الأعمدة / columns")
        for one in outcome.differences:
            table.add_row(one.case, one.table, DIFFERENCES[one.kind], ", ".join(one.columns))
        console.print(table)
        if outcome.found > len(outcome.differences):
            console.print(f"… {outcome.found}")
        if not check:
            console.print(f"أعيد بناء {outcome.mended} ملفاً / files made anew")
    raise typer.Exit(1 if outcome.tampered or (check and outcome.found) else 0)


def generate(
    count: Annotated[int, typer.Argument(min=1, help="How many cases there are to be.")],
    seed: Annotated[int, typer.Option(min=0, help="Another seed: other cases.")] = 2026,
    json_: Json = False,
) -> None:
    """Invent cases for trials and measurements; goes on where an interrupted run stopped. Refused in production."""
    from issuance.jobs.case_generator import generate_cases

    with opened(json_, "cases.generate") as (service, actor), _bar("قضايا مخترعة / invented cases") as progress:
        made = generate_cases(service, actor, count, seed, progress)
    if json_:
        answer({"count": count, "made": made, "seed": seed})
    else:
        console.print(f"[green]✓[/] {made} قضية مخترعة / cases invented")


@contextmanager
def _bar(title: str) -> Iterator[Callable[[int, int], None]]:
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=errors, transient=True) as progress:
        task = progress.add_task(title, total=None)
        yield lambda done, in_all: progress.update(task, completed=done, total=in_all)
