"""`issuance cases rebuild`, `generate`, `import`, `export`: work over many cases, with a progress bar."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table

from issuance.cli.output import answer, console, errors
from issuance.cli.session import opened
from specs.errors import Fault, Invalid

if TYPE_CHECKING:
    from issuance.cases.exchange_rows import Form

Json = Annotated[bool, typer.Option("--json", help="Answer as JSON.")]
DIFFERENCES = {
    "missing": "صف ناقص / a row is missing",
    "extra": "صف زائد / a row is too many",
    "changed": "صف مختلف / a row differs",
    "tampered": "سلسلة القيود مكسورة؛ لم يُمس الملف / entries were tampered with; the file was left alone",
    "orphan": "صفوف بلا قيود / rows of a file without entries",
    "counter": "عداد أرقام متأخر / a counter of numbers is behind",
}

FATES = {
    "accepted": "قُبل / accepted",
    "already_there": "موجود من قبل / already there",
    "refused": "رُفض / refused",
    "unsigned": "إحالات بلا إيصال موقّع / hand-overs without a signed receipt",
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


def import_(
    file: Path,
    source: Annotated[
        str | None, typer.Option(help="Name of the sender, the same each time; default: the file's.")
    ] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Tell every row's fate and keep nothing.")] = False,
    report: Annotated[
        Path | None, typer.Option(help="Where every row's fate is written; default: FILE.report.jsonl.")
    ] = None,
    json_: Json = False,
) -> None:
    """Take in cases from a .jsonl or .csv file (docs/cases-import.md). Run again after an interruption.

    Leaves with 1 when a row was refused.
    """
    from issuance.cases.exchange_import import Fate, Import, import_cases

    to = report or file.with_name(file.name + ".report.jsonl")
    name, form = source or file.name.partition(".")[0], _form(file)
    with opened(json_, "cases.import") as (service, actor), _bar("القضايا / cases") as progress:
        size = _readable(file)
        with file.open("rb") as stream, to.open("w", encoding="utf-8") as fates:

            def told(fate: Fate) -> None:
                fates.write(json.dumps(fate.as_json(), ensure_ascii=False) + "\n")

            what = Import(stream, form, name, told, lambda done: progress(done, size), dry_run)
            counts = import_cases(service, actor, what, service.clock())
    said = asdict(counts)
    if json_:
        answer({**said, "dry_run": dry_run, "report": str(to)})
    else:
        table = Table("ما جرى / fate", "أسطر / rows")
        for outcome, rows in said.items():
            table.add_row(FATES[outcome], str(rows))
        console.print(table)
        console.print(f"{to}", markup=False, highlight=False)
    raise typer.Exit(1 if counts.refused else 0)


def export(
    file: Path,
    purpose: Annotated[str, typer.Option(help="For what: a code of specs/purposes.yaml; it is kept.")],
    words: Annotated[str, typer.Option(help="The purpose in words, where it asks for them.")] = "",
    json_: Json = False,
) -> None:
    """Write cases to FILE: whole files when it ends in .jsonl, their list without persons when it ends in .csv."""
    from issuance.cases.exchange_export import export_cases
    from issuance.core.purpose import Purpose

    form = _form(file)
    with opened(json_, "cases.export") as (service, actor), _bar("القضايا / cases") as progress:
        part = file.with_name(file.name + ".part")
        with part.open("w", encoding="utf-8", newline="") as out:
            part.chmod(0o600)
            why = Purpose(purpose, words)
            written = export_cases(service, actor, why, out, form, service.clock(), progress)
        part.replace(file)
    if json_:
        answer({"files": written, "file": str(file)})
    else:
        console.print(f"[green]✓[/] {written} ملفاً / files")


def _form(file: Path) -> Form:
    if file.suffix in (".jsonl", ".csv"):
        return "csv" if file.suffix == ".csv" else "jsonl"
    raise typer.BadParameter("الملف ينتهي بـ .jsonl أو .csv / the file ends in .jsonl or .csv", param_hint="FILE")


def _readable(file: Path) -> int:
    """The size of the file in bytes. Raises `Invalid`."""
    try:
        with file.open("rb"):
            return file.stat().st_size
    except OSError as error:
        words = f"تعذرت قراءة الملف: {file}", f"the file cannot be read: {file}: {error.strerror}"
        raise Invalid(Fault("cli.unreadable", *words, field="FILE", clause="docs/cases-import.md")) from error


@contextmanager
def _bar(title: str) -> Iterator[Callable[[int, int], None]]:
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=errors, transient=True) as progress:
        task = progress.add_task(title, total=None)
        yield lambda done, in_all: progress.update(task, completed=done, total=in_all)
