"""`issuance spec conform`: which clauses of an edition a document keeps, breaks, or does not show."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer
from rich.markup import escape
from rich.table import Table

from issuance.cli.output import answer, console, typed_errors

if TYPE_CHECKING:
    from issuance.specification.conform.report import ClauseResult, Report, Result

_RESULTS: dict[Result, tuple[str, str, str]] = {
    "kept": ("مستوفى", "kept", "green"),
    "broken": ("مخالف", "broken", "red"),
    "not_judged": ("لم يُحكم عليه", "not judged", "dim"),
}
EXIT = {"kept": 0, "broken": 1, "not_judged": 2}


def conform(
    path: Annotated[Path, typer.Argument(help="Work package, data page (PDF, PNG, JPEG), chip folder or certificate.")],
    edition: Annotated[str | None, typer.Option(help="Edition to judge by; default: the document's own.")] = None,
    lang: Annotated[Literal["ar", "en"], typer.Option(help="Language of the answer.")] = "ar",
    whole: Annotated[bool, typer.Option("--all", help="Show the clauses that were not judged too.")] = False,
    json_: Annotated[bool, typer.Option("--json", help="Answer as JSON.")] = False,
) -> None:
    """Judge a document against the specification, clause by clause. Exit 0 kept, 1 broken, 2 nothing to judge."""
    from issuance.specification.conform.run import conform_path
    from specs.load import load

    with typed_errors(json_):
        report = conform_path(path, load(), edition)
    if json_:
        answer(report.as_json())
    else:
        show(report, lang, whole=whole)
    raise typer.Exit(EXIT[report.result])


def show(report: Report, lang: Literal["ar", "en"], *, whole: bool) -> None:
    """The result, what was wrong with the document as such, and a row a clause."""
    n = ("ar", "en").index(lang)
    counts = ", ".join(f"{_RESULTS[name][n]} {count}" for name, count in report.counts().items())  # type: ignore[index]
    words = _RESULTS[report.result]
    console.print(f"[bold {words[2]}]{words[n]}[/]  {report.kind}, {report.edition}: {counts}", highlight=False)
    for check in report.checks:
        if check.result == "fail":
            console.print(escape(f"{check.reason_ar if n == 0 else check.reason} ({check.id})"), style="red")
    heads = (("البند", "النتيجة", "المقيس", "المطلوب"), ("Clause", "Result", "Measured", "Wanted"))[n]
    table = Table(*heads)
    for clause in report.clauses:
        if whole or clause.result != "not_judged":
            table.add_row(*_row(clause, lang))
    console.print(table)


def _row(clause: ClauseResult, lang: Literal["ar", "en"]) -> tuple[str, str, str, str]:
    words = _RESULTS[clause.result]
    told = [value for value in clause.values if value.kept is not True] if clause.result == "broken" else clause.values
    measured = "\n".join(escape(f"{getattr(v.what, lang)}: {v.measured}") for v in told)
    wanted = "\n".join(escape(v.wanted + (f" ± {v.tolerance}" if v.tolerance else "")) for v in told)
    title = f"{clause.clause.number} {getattr(clause.clause.title, lang)}\n[dim]{clause.clause.id}[/]"
    n = ("ar", "en").index(lang)
    return title, f"[{words[2]}]{words[n]}[/]", measured, wanted
