"""`issuance spec`: list every fault of a specification, or print it for a person."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

import typer
from rich.markup import escape
from rich.table import Table

from issuance.cli import spec_book, spec_browse, spec_conform, spec_editions, spec_schemas
from issuance.cli.output import answer, console, fail, typed_errors
from specs.errors import Fault, NotFound

app = typer.Typer(help="The specification: check it, show it.", no_args_is_help=True)
for command in spec_editions.COMMANDS:
    app.command()(command)
app.add_typer(spec_editions.drafts, name="draft")
app.command()(spec_conform.conform)
app.command()(spec_schemas.schemas)
app.command()(spec_book.book)
app.command()(spec_browse.search)
app.command()(spec_browse.clause)
app.command()(spec_conform.kit)


@app.command()
def check(
    directory: Annotated[
        Path | None, typer.Argument(help="A specification directory; default: the one in force.")
    ] = None,
    json_: Annotated[bool, typer.Option("--json", help="Answer as JSON.")] = False,
) -> None:
    """List every fault at once with file, line, what is wrong and what would be right. Exit 1 when there is one."""
    from specs.load import directory as in_force
    from specs.load import faults

    root = directory or in_force()
    found = faults(directory)
    if json_:
        answer(
            {
                "valid": not found,
                "faults": [
                    {"file": f.file, "line": f.line, "path": f.path, "wrong": f.wrong, "right": f.right} for f in found
                ],
            }
        )
    elif not found:
        console.print(f"[green]المواصفة سليمة / The specification has no fault[/] ({root})")
    else:
        table = Table("ملف:سطر / file:line", "موضع / path", "الخطأ / what is wrong", "الصواب / what would be right")
        for f in found:
            table.add_row(*map(escape, (f"{f.file}:{f.line}", f.path, f.wrong, f.right)))
        console.print(table)
        console.print(f"[red]{len(found)} أخطاء / faults[/]")
    raise typer.Exit(1 if found else 0)


@app.command()
def show(
    subject: Annotated[str, typer.Argument(help="passport, certificate, pki, text, roles, ...")],
    edition: Annotated[str | None, typer.Option(help="Edition of the passport, e.g. 2026.")] = None,
    lang: Annotated[Literal["ar", "en"], typer.Option(help="Language of the labels.")] = "ar",
    json_: Annotated[bool, typer.Option("--json", help="The values as JSON.")] = False,
) -> None:
    """Print a part of the specification for a person, each value with its unit and its source."""
    from pydantic_core import to_jsonable_python

    from specs.load import load
    from specs.show import rows, subjects

    with typed_errors(json_):
        spec = load()
    known = subjects(spec)
    if subject not in known:
        fail(NotFound(_unknown("specs.subject", subject, sorted(known))), as_json=json_)
    parts = known[subject]
    if subject == "passport" and edition is not None:
        if edition not in spec.passport.editions:
            fail(NotFound(_unknown("specs.edition", edition, sorted(spec.passport.editions))), as_json=json_)
        chosen = spec.passport.editions[edition]
        parts = {name: getattr(chosen, name) for name in type(chosen).model_fields if name != "edition"}
    if json_:
        answer(to_jsonable_python(parts))
        return
    table = Table(
        *{"ar": ("البند", "القيمة", "الوحدة", "السند"), "en": ("Clause", "Value", "Unit", "Source")}[lang],
        row_styles=["", "dim"],
    )
    for row in rows(parts, spec.labels, lang):
        source = f"{row.source} [{row.status}]".replace("[", r"\[") if row.source else ""
        label = "  " * row.depth + row.label
        table.add_row(label if row.value else f"[bold]{label}[/]", row.value, row.unit, source)
    console.print(table)


def _unknown(code: str, given: str, known: list[str]) -> Fault:
    return Fault(
        code=f"{code}.unknown",
        field=code.rpartition(".")[2],
        clause="specs",
        ar=f"غير معروف: {given}؛ المتاح: {'، '.join(known)}",
        en=f"{given!r} is not known; there is: {', '.join(known)}",
    )
