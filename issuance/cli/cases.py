"""`issuance cases`: the case register. Forms, moves and fields follow from specs/cases/lifecycle.yaml."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from issuance.cli import case_tables
from issuance.cli.case_bulk import export, generate, import_, rebuild
from issuance.cli.case_clocks import alarms, finalise
from issuance.cli.case_evidence import verify_evidence
from issuance.cli.case_said import said_move
from issuance.cli.case_statistics import statistics
from issuance.cli.output import answer, console
from issuance.cli.session import opened
from issuance.cli.verdicts import show_verdict

if TYPE_CHECKING:
    from issuance.cases.case_rules import CaseRules
    from issuance.core.purpose import Purpose

app = typer.Typer(help="The case register.", no_args_is_help=True)
Json = Annotated[bool, typer.Option("--json", help="Answer as JSON.")]
Words = Annotated[str, typer.Option("--words", help="The purpose in words, where it asks for them.")]
For = Annotated[str, typer.Option("--purpose", help="For what you look: a code of specs/purposes.yaml; it is kept.")]
Body = Annotated[Path | None, typer.Option("--body", help="The fields of the action as a JSON file.")]
Fields = Annotated[list[str] | None, typer.Option("--set", help="FIELD=VALUE; repeat; lists with commas.")]
On = Annotated[
    datetime | None, typer.Option("--on", formats=["%Y-%m-%d"], help="The day it took effect; default today.")
]
Basis = Annotated[str, typer.Option(help="On what ground.")]
Office = Annotated[str | None, typer.Option(help="In the name of this office.")]


@app.command("open")
def open_(
    body: Body = None,
    fields: Fields = None,
    on: On = None,
    basis: Basis = "",
    office: Office = None,
    action: Annotated[str, typer.Option(help="Another opening action.")] = "open",
    json_: Json = False,
) -> None:
    """Open a case file."""
    from issuance.cases.act import open_case

    with opened(json_, "cases.open") as (service, actor):
        rules = _rules(service)
        move = said_move(action, body, fields, (), on, basis, rules)
        _told(open_case(service, replace(actor, office=office), move, service.clock()), rules, json_)


@app.command("act")
def act_(
    number: str,
    action: Annotated[str, typer.Argument(help="A move of `issuance cases moves NUMBER`.")],
    body: Body = None,
    fields: Fields = None,
    matter: Annotated[list[str] | None, typer.Option(help="A1/C1; repeat; left out where plain.")] = None,
    on: On = None,
    basis: Basis = "",
    version: Annotated[int | None, typer.Option(help="The version you read; refused when the file went on.")] = None,
    office: Office = None,
    json_: Json = False,
) -> None:
    """Append one action to a case. What needs two officers is done by two accounts, on the pages or through the API."""
    from issuance.cases.act import act

    with opened(json_, "cases.act") as (service, actor):
        rules = _rules(service)
        move = said_move(action, body, fields, tuple(matter or ()), on, basis, rules)
        by = replace(actor, office=office)
        _told(act(service, by, number, move, service.clock(), expected=version), rules, json_)


@app.command()
def show(number: str, purpose: For, words: Words = "", json_: Json = False) -> None:
    """One case: people, charges, state, clocks, timeline. The look is kept with its purpose."""
    from issuance.cases.as_json import case_json, entry_json
    from issuance.cases.reading import look

    with opened(json_, "cases.show") as (service, actor):
        now, rules = service.clock(), _rules(service)
        view = look(service, actor, number, _purpose(purpose, words), now)
        told = {**case_json(view, rules, now), "actions": [entry_json(entry, rules) for entry in view.entries]}
    if json_:
        answer(told)
    else:
        case_tables.show_case(told)


@app.command()
def moves(number: str, office: Office = None, purpose: For = "duty", words: Words = "", json_: Json = False) -> None:
    """What may be done to a case now, with the fields each move asks for."""
    from issuance.cases.forms import choices_of
    from issuance.cases.forms_as_json import move_json
    from issuance.cases.reading import look

    with opened(json_, "cases.moves") as (service, actor):
        now, rules = service.clock(), _rules(service)
        view = look(service, replace(actor, office=office), number, _purpose(purpose, words), now)
        choices = choices_of(service, view.file, now)
        told = [move_json(name, matters, view, rules, choices) for name, matters in view.moves.items()]
    if json_:
        answer({"number": number, "version": view.file.version, "moves": told})
    else:
        case_tables.show_moves(told)


@app.command()
def work(
    after: Annotated[str | None, typer.Option(help="Go on after this page.")] = None,
    limit: Annotated[int, typer.Option(help="At most this many.")] = 50,
    json_: Json = False,
) -> None:
    """Files by deadline."""
    from issuance.cases.lists_as_json import work_json
    from issuance.cases.work import my_work

    with opened(json_, "cases.work") as (service, actor):
        told = work_json(my_work(service, actor, service.clock(), after=after, limit=limit), _rules(service))
    if json_:
        answer(told)
    else:
        case_tables.show_work(told)


@app.command()
def search(
    purpose: For,
    words: Words = "",
    number: Annotated[str | None, typer.Option(help="A case number.")] = None,
    national_number: Annotated[str | None, typer.Option(help="Of an accused whose identity is confirmed.")] = None,
    name: Annotated[str | None, typer.Option(help="Of an accused, Arabic or Latin, in any spelling.")] = None,
    office: Annotated[str | None, typer.Option(help="That holds the file.")] = None,
    state: Annotated[str | None, typer.Option(help="A state of specs/cases/lifecycle.yaml.")] = None,
    opened_from: Annotated[datetime | None, typer.Option("--from", formats=["%Y-%m-%d"], help="Opened from.")] = None,
    opened_to: Annotated[datetime | None, typer.Option("--to", formats=["%Y-%m-%d"], help="Opened until.")] = None,
    json_: Json = False,
) -> None:
    """Find cases; all that is given must hold. The search is kept with its purpose."""
    from issuance.cases.lists_as_json import found_json
    from issuance.cases.search import Asked, search_cases

    days = [day.date() if day is not None else None for day in (opened_from, opened_to)]
    asked = Asked(number, national_number, name, office, state, *days)
    with opened(json_, "cases.search") as (service, actor):
        found = search_cases(service, actor, asked, _purpose(purpose, words), service.clock())
        told = found_json(found, _rules(service))
    if json_:
        answer(told)
    else:
        case_tables.show_found(told)


@app.command()
def record(
    national_number: str,
    purpose: For,
    words: Words = "",
    as_of: Annotated[datetime | None, typer.Option(formats=["%Y-%m-%d"], help="As it stood; default today.")] = None,
    json_: Json = False,
) -> None:
    """A person's final rulings and the effects in force on a day. The look is kept with its purpose."""
    from issuance.cases.as_json import record_json
    from issuance.cases.record import record as record_view

    with opened(json_, "cases.record") as (service, actor):
        day = as_of.date() if as_of is not None else None
        held = record_view(service, actor, national_number, _purpose(purpose, words), service.clock(), as_of=day)
        told = record_json(held, national_number, _rules(service))
    if json_:
        answer(told)
    else:
        case_tables.show_record(told)


@app.command()
def verify(number: str, purpose: For, words: Words = "", json_: Json = False) -> None:
    """Whether every entry and every signed receipt is as it was written. Exit 0 valid, 1 invalid, 2 indeterminate."""
    from issuance.cases.verify import verify_case
    from keys.verdict import EXIT_CODE

    with opened(json_, "cases.verify") as (service, actor):
        verdict = verify_case(service, actor, number, _purpose(purpose, words), service.clock())
    if json_:
        answer(verdict.as_json())
    else:
        show_verdict(number, verdict)
    raise typer.Exit(EXIT_CODE[verdict.status])


app.command()(statistics)
app.command()(verify_evidence)
app.command()(rebuild)
app.command()(generate)
app.command()(alarms)
app.command()(finalise)
app.command("import")(import_)
app.command()(export)


def _rules(service: Any) -> CaseRules:
    from issuance.cases.case_rules import CaseRules

    return CaseRules.of(service.spec)


def _purpose(code: str, words: str) -> Purpose:
    from issuance.core.purpose import Purpose

    return Purpose(code, words)


def _told(file: Any, rules: CaseRules, json_: bool) -> None:
    from issuance.cases.as_json import summary_json

    told = summary_json(file, rules)
    if json_:
        answer(told)
    else:
        state = told["state"]["title"]
        console.print(f"{told['number']}  v{told['version']}  {state['ar']} / {state['en']}", highlight=False)
