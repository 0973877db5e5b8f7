"""`issuance spec conform`: which clauses of an edition a document keeps; `spec kit`: documents to try it on."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer
from rich.markup import escape
from rich.table import Table

from issuance.cli.output import answer, console, errors, typed_errors

if TYPE_CHECKING:
    from issuance.specification.conform.batch import BatchReport
    from issuance.specification.conform.report import ClauseResult, Report, Result

_RESULTS: dict[Result, tuple[str, str, str]] = {
    "kept": ("مستوفى", "kept", "green"),
    "broken": ("مخالف", "broken", "red"),
    "not_judged": ("لم يُحكم عليه", "not judged", "dim"),
}
EXIT = {"kept": 0, "broken": 1, "not_judged": 2}


def conform(
    path: Annotated[
        Path, typer.Argument(help="Work package, data page (PDF, PNG, JPEG), chip folder, certificate, or a batch.")
    ],
    edition: Annotated[str | None, typer.Option(help="Edition to judge by; default: the document's own.")] = None,
    checklist: Annotated[
        Path | None, typer.Option(help="Write the bidder's checklist here: a PDF, or JSON by its ending.")
    ] = None,
    lang: Annotated[Literal["ar", "en"], typer.Option(help="Language of the answer.")] = "ar",
    whole: Annotated[bool, typer.Option("--all", help="Show every clause, not only the broken ones.")] = False,
    json_: Annotated[bool, typer.Option("--json", help="Answer as JSON.")] = False,
) -> None:
    """Judge a document against the specification, clause by clause. Exit 0 kept, 1 broken, 2 nothing to judge.

    A folder of work packages is a batch: each is judged, and the clauses are counted.
    """
    from issuance.core import clock
    from issuance.jobs.files import write_if_changed
    from issuance.specification.conform.batch import conform_batch, packages_in
    from issuance.specification.conform.checklist import checklist_file
    from issuance.specification.conform.run import conform_path, edition_named
    from specs.load import load

    with typed_errors(json_):
        spec = load()
        if packages_in(path):
            chosen = edition_named(spec, edition).edition
            batch = conform_batch(path, spec, chosen, told=None if json_ else _progress)
            if checklist is not None:
                write_if_changed(checklist, checklist_file(batch, spec, chosen, checklist.suffix, lang, clock.now()))
            if json_:
                answer(batch.as_json())
            else:
                _show_batch(batch, lang)
            raise typer.Exit(EXIT[batch.result])
        report = conform_path(path, spec, edition)
        if checklist is not None:
            filled = checklist_file(report, spec, report.edition, checklist.suffix, lang, clock.now())
            write_if_changed(checklist, filled)
    if json_:
        answer(report.as_json())
    else:
        show(report, lang, whole=whole)
    raise typer.Exit(EXIT[report.result])


def kit(
    out: Annotated[Path, typer.Option("-o", "--out", help="The folder to write to.")],
    edition: Annotated[str | None, typer.Option(help="Edition of the documents; default: the newest.")] = None,
    json_: Annotated[bool, typer.Option("--json", help="Answer as JSON.")] = False,
) -> None:
    """Write golden documents, good and bad, one for every clause that can be judged, with the trust to read them."""
    from issuance.core import clock
    from issuance.jobs.kit import make_kit
    from specs.load import load

    with typed_errors(json_):
        entries = make_kit(out, load(), clock.now(), edition)
    if json_:
        answer({"path": str(out), "documents": [entry.as_json() for entry in entries]})
        return
    good = sum(not entry.broken for entry in entries)
    console.print(f"{out}: {good} سليمة / good, {len(entries) - good} معيبة / bad; index.json", highlight=False)


def show(report: Report, lang: Literal["ar", "en"], *, whole: bool) -> None:
    """The result, what was wrong with the document as such, and a row for each broken clause. whole: for every one."""
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
        if whole or clause.result == "broken":
            table.add_row(*_row(clause, lang))
    if table.row_count:
        console.print(table)


def _row(clause: ClauseResult, lang: Literal["ar", "en"]) -> tuple[str, str, str, str]:
    words = _RESULTS[clause.result]
    told = [value for value in clause.values if value.kept is not True] if clause.result == "broken" else clause.values
    measured = "\n".join(escape(f"{getattr(v.what, lang)}: {v.measured}") for v in told)
    wanted = "\n".join(escape(v.wanted + (f" ± {v.tolerance}" if v.tolerance else "")) for v in told)
    title = f"{clause.clause.number} {getattr(clause.clause.title, lang)}\n[dim]{clause.clause.id}[/]"
    n = ("ar", "en").index(lang)
    return title, f"[{words[2]}]{words[n]}[/]", measured, wanted


def _progress(done: int) -> None:
    if done % 100 == 0:
        errors.print(f"{done} ...", highlight=False)


def _show_batch(batch: BatchReport, lang: Literal["ar", "en"]) -> None:
    """How many documents, then a row for each clause that any of them breaks, with the first of them."""
    n = ("ar", "en").index(lang)
    told = ", ".join(f"{_RESULTS[name][n]} {count}" for name, count in batch.documents.items())
    console.print(f"[bold {_RESULTS[batch.result][2]}]{_RESULTS[batch.result][n]}[/]  {told}", highlight=False)
    heads = (("البند", "مخالف", "مستوفى", "أمثلة"), ("Clause", "Broken", "Kept", "Examples"))[n]
    table = Table(*heads)
    for held in batch.clauses:
        if held.broken:
            table.add_row(held.clause, str(held.broken), str(held.kept), escape(", ".join(held.examples)))
    console.print(table)
