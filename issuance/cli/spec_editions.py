"""`issuance spec diff`: what differs between two editions of the passport, on the screen, as JSON, as an amendment."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer
from rich.markup import escape
from rich.table import Table

from issuance.cli.output import answer, console, typed_errors
from specs.errors import Fault, NotFound

if TYPE_CHECKING:
    from specs.difference import Difference
    from specs.schema import Specification

Json = Annotated[bool, typer.Option("--json", help="Answer as JSON.")]
Lang = Annotated[Literal["ar", "en"], typer.Option(help="Language of the words.")]


def diff(
    before: Annotated[str, typer.Argument(help="The older edition, e.g. 2021.")],
    after: Annotated[str, typer.Argument(help="The newer edition, e.g. 2026.")],
    out: Annotated[Path | None, typer.Option("-o", "--out", help="Write the typeset amendment (PDF) here.")] = None,
    lang: Lang = "ar",
    json_: Json = False,
) -> None:
    """What changed from one edition to another, clause by clause: added, removed, changed, moved."""
    from issuance.jobs.files import write_if_changed
    from issuance.specification.amendment import amendment_pdf
    from specs.difference import difference
    from specs.load import load

    with typed_errors(json_):
        spec = load()
        require_editions(spec, before, after)
        found = difference((spec, before), (spec, after))
        if out is not None:
            write_if_changed(out, amendment_pdf(found, spec, lang))
    if json_:
        answer(found.as_json())
        return
    show_difference(found, lang)
    if out is not None:
        console.print(out, highlight=False)


def require_editions(spec: Specification, *named: str) -> None:
    """Raises `NotFound` naming those there are."""
    known = list(spec.passport.editions)
    if unknown := [name for name in named if name not in known]:
        ar, en = f"إصدارة غير معروفة؛ المتاح: {'، '.join(known)}", f"no such edition; one of {', '.join(known)}"
        raise NotFound(*(Fault("specs.edition.unknown", ar, en, field=name, clause="specs") for name in unknown))


def show_difference(found: Difference, lang: Literal["ar", "en"]) -> None:
    """One row a value, headed by its clause."""
    from issuance.specification.amendment import kind_words, number_of, word

    heads = {"ar": ("البند", "القيمة"), "en": ("Clause", "Value")}[lang]
    table = Table(*heads, word("before", lang), word("after", lang), row_styles=["", "dim"])
    for change in found.changes:
        was = f" ({word('was', lang)} {change.before})" if change.renumbered else ""
        head = f"{number_of(change)} {getattr(change.title, lang)}: {kind_words(change, lang)}{was}"
        table.add_row(f"[bold]{escape(head)}[/]", f"[dim]{change.id}[/]", "", "")
        for value in change.values:
            cells = getattr(value.label, lang), value.shown("before", lang) or "-", value.shown("after", lang) or "-"
            table.add_row("", *map(escape, cells))
    if found.changes:
        console.print(table)
    total = ", ".join(f"{kind} {found.count(kind)}" for kind in ("added", "removed", "changed", "moved"))
    console.print(
        f"{found.before} ({found.before_from}) -> {found.after} ({found.after_from}): {total}", highlight=False
    )
