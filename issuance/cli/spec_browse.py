"""`issuance spec search` and `issuance spec clause`: find clauses of the passport; read one with what stands on it."""

from __future__ import annotations

from typing import Annotated, Literal

import typer
from rich.markup import escape
from rich.table import Table

from issuance.cli.output import answer, console, typed_errors

Edition = Annotated[str | None, typer.Option(help="Edition of the passport; default: the one issued today.")]
Lang = Annotated[Literal["ar", "en"], typer.Option(help="Language of titles and values.")]
Json = Annotated[bool, typer.Option("--json", help="Answer as JSON.")]


def search(
    words: Annotated[list[str], typer.Argument(help="Words in Arabic or English, a number, an id.")],
    edition: Edition = None,
    lang: Lang = "ar",
    json_: Json = False,
) -> None:
    """Clauses in which every word stands, the best first."""
    from issuance.core import clock
    from issuance.specification.look import edition_or_current
    from issuance.specification.search import search as find
    from specs.load import load

    with typed_errors(json_):
        spec = load()
        chosen = edition_or_current(spec, edition, clock.now().date())
        found = find(spec, chosen, " ".join(words))
    if json_:
        answer(
            {
                "edition": chosen,
                "count": len(found),
                "found": [
                    {"id": one.clause.id, "number": one.clause.number, "title": one.clause.title.model_dump()}
                    for one in found
                ],
            }
        )
        return
    table = Table(*{"ar": ("الرقم", "البند", "المعرّف"), "en": ("Number", "Clause", "Id")}[lang])
    for one in found:
        table.add_row(one.clause.number, escape(getattr(one.clause.title, lang)), one.clause.id)
    console.print(table)


def clause(
    clause_id: Annotated[str, typer.Argument(metavar="ID", help="Id of the clause, e.g. data_page.fields.number.")],
    edition: Edition = None,
    lang: Lang = "ar",
    json_: Json = False,
) -> None:
    """One clause: values, source, how it is proved, and the code and tests that stand on it."""
    from issuance.core import clock
    from issuance.specification.as_json import clause_as_json
    from issuance.specification.coverage import standing
    from issuance.specification.look import clause_of, edition_or_current
    from specs.load import load

    with typed_errors(json_):
        spec = load()
        chosen = edition_or_current(spec, edition, clock.now().date())
        held = clause_of(spec, chosen, clause_id)
    found = standing(clause_id)
    if json_:
        code = {where: list(what) for where, what in found.code.items()}
        answer({"edition": chosen, **clause_as_json(held), "code": code, "tests": list(found.tests)})
        return
    console.print(f"[bold]{held.number} {escape(getattr(held.title, lang))}[/] ({chosen})")
    table = Table(show_header=False)
    for value in held.values:
        table.add_row("  " * value.depth + escape(getattr(value.label, lang)), escape(value.shown(lang)))
    if held.clause is not None:
        book = spec.passport.book
        status, proof = book.statuses[held.clause.status], book.proofs[held.clause.proof]
        table.add_row(*{"ar": ("السند",), "en": ("Source",)}[lang], escape(held.clause.source))
        table.add_row(*{"ar": ("الصفة",), "en": ("Status",)}[lang], escape(getattr(status, lang)))
        table.add_row(*{"ar": ("الإثبات",), "en": ("Proof",)}[lang], escape(getattr(proof, lang)))
    for where in found.code:
        table.add_row({"ar": "البرنامج", "en": "Program"}[lang], escape(where))
    for test in found.tests:
        table.add_row({"ar": "الاختبار", "en": "Test"}[lang], escape(test))
    console.print(table)
