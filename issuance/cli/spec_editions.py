"""`issuance spec diff`, `sign`, `restore`, `draft`: editions compared, signed, drafted.

Submitting and approving are done on the pages or by the interface: a console is nobody in particular.
"""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer
from rich.markup import escape
from rich.table import Table

from issuance.cli.output import answer, console, typed_errors
from specs.errors import Fault, NotFound

if TYPE_CHECKING:
    from issuance.specification.views import Judged
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


def sign(edition: Annotated[str, typer.Argument(help="An edition in force, e.g. 2026.")], json_: Json = False) -> None:
    """Sign an edition as it stands; from then on it never changes."""
    from issuance.cli.session import opened
    from issuance.specification import editions

    with opened(json_, "spec.sign") as (service, actor):
        row = editions.sign_edition(service, actor, edition, service.clock())
        told = {"edition": row.edition, "digest": row.digest, "directory": str(service.settings.editions / edition)}
    if json_:
        answer(told)
    else:
        console.print(f"{told['edition']}: {told['digest']}\n{told['directory']}", highlight=False)


def restore(edition: Annotated[str, typer.Argument(help="A signed edition, e.g. 2027.")], json_: Json = False) -> None:
    """Write the files of a signed edition again as they were signed, from the database."""
    from issuance.core.settings import read_settings
    from issuance.db.session import Database
    from issuance.specification import editions

    with typed_errors(json_):
        settings = read_settings()
        db = Database(settings.database)
        try:
            where = editions.restore(db, settings.editions, edition)
        finally:
            db.close()
    if json_:
        answer({"edition": edition, "directory": str(where)})
    else:
        console.print(where, highlight=False)


COMMANDS = (diff, sign, restore)

drafts = typer.Typer(help="Editions that are drafted: new, list, check, put, withdraw.", no_args_is_help=True)


@drafts.command()
def new(
    based_on: Annotated[str, typer.Argument(help="An edition in force, e.g. 2026.")],
    edition: Annotated[str, typer.Argument(help="The edition to draft, e.g. 2028.")],
    starts: Annotated[datetime, typer.Option("--from", formats=["%Y-%m-%d"], help="Its first day.")],
    words: Annotated[str, typer.Option(help="What it is for.")],
    json_: Json = False,
) -> None:
    """Begin a draft from the files of an edition in force, with its own dates and a free series of numbers."""
    from issuance.cli.session import opened
    from issuance.specification.drafts import propose

    with opened(json_, "spec.draft") as (service, actor):
        told = propose(service, actor, edition, based_on, starts.date(), words, service.clock()).as_json()
    if json_:
        answer(told)
    else:
        console.print(f"{told['id']}\n{', '.join(told['files'])}", highlight=False)


@drafts.command("list")
def list_(json_: Json = False) -> None:
    """Every draft, the newest first."""
    from issuance.cli.session import opened
    from issuance.specification import views

    with opened(json_, "spec.draft") as (service, actor):
        held = [one.as_json(files=False) for one in views.drafts(service, actor)]
    if json_:
        answer({"drafts": held})
        return
    table = Table("مسودة / draft", "إصدارة / edition", "عن / from", "الحالة / state", "ما هي / what for")
    for one in held:
        table.add_row(*(escape(str(one[name])) for name in ("id", "edition", "based_on", "state", "words")))
    console.print(table)


@drafts.command("check")
def check_draft(
    draft: Annotated[str, typer.Argument(help="Id of the draft.")], lang: Lang = "ar", json_: Json = False
) -> None:
    """Every fault of a draft with file, line and remedy, and what it changes. Exit 1 when there is a fault."""
    from issuance.cli.session import opened
    from issuance.specification import views

    with opened(json_, "spec.draft") as (service, actor):
        judged = views.judge(service, views.draft(service, actor, draft))
    _show_judged(judged, lang, json_)


@drafts.command()
def put(
    draft: Annotated[str, typer.Argument(help="Id of the draft.")],
    file: Annotated[Path, typer.Argument(help="The file, called as in the edition, e.g. validity.yaml.")],
    lang: Lang = "ar",
    json_: Json = False,
) -> None:
    """Keep a file in a draft, right or wrong, and say every fault the draft has now. Exit 1 when there is one."""
    from issuance.cli.session import opened, read_bytes
    from issuance.specification import views
    from issuance.specification.drafts import put as keep

    with opened(json_, "spec.draft") as (service, actor):
        text = read_bytes(file, "file").decode("utf-8", "replace")
        judged = views.judge(service, keep(service, actor, draft, file.name, text, None, service.clock()))
    _show_judged(judged, lang, json_)


@drafts.command()
def export(
    draft: Annotated[str, typer.Argument(help="Id of the draft.")],
    out: Annotated[Path, typer.Option("-o", "--out", help="A directory for its files.")],
    json_: Json = False,
) -> None:
    """Write the files of a draft, to be edited and `put` again."""
    from issuance.cli.session import opened
    from issuance.jobs.files import write_if_changed
    from issuance.specification import views

    with opened(json_, "spec.draft") as (service, actor):
        held = views.draft(service, actor, draft)
        for name, text in held.files.items():
            write_if_changed(out / name, text.encode())
    if json_:
        answer({"draft": held.id, "files": sorted(str(out / name) for name in held.files)})
    else:
        console.print(out, highlight=False)


@drafts.command()
def withdraw(
    draft: Annotated[str, typer.Argument(help="Id of the draft.")],
    words: Annotated[str, typer.Option(help="Why.")],
    json_: Json = False,
) -> None:
    """Give a draft up."""
    from issuance.cli.session import opened
    from issuance.specification.drafts import withdraw as give_up

    with opened(json_, "spec.draft") as (service, actor):
        told = give_up(service, actor, draft, words, service.clock()).as_json(files=False)
    if json_:
        answer(told)
    else:
        console.print(f"{told['id']}: {told['state']}", highlight=False)


def _show_judged(judged: Judged, lang: Literal["ar", "en"], as_json: bool) -> None:
    if as_json:
        answer(judged.as_json())
    else:
        for fault in judged.faults:
            console.print(str(fault), style="red", markup=False, highlight=False)
        if judged.difference is not None:
            show_difference(judged.difference, lang)
    raise typer.Exit(1 if judged.faults else 0)
