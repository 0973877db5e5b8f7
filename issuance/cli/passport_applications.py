"""`issuance passports`: apply, applications, application, docket, decide, lift, withdraw, track.

A console is nobody in particular: it enrols and follows. Deciding takes an officer, who signs in with `--as` and the
password of their account (asked for, or in `OFFICER_PASSWORD`).
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer
from rich.table import Table

from issuance.cli.output import answer, console
from issuance.cli.session import acting, opened, read_bytes, read_json

if TYPE_CHECKING:
    from issuance.passports.way import ApplicationView
    from specs.schema.passport_office import PassportOffice

app = typer.Typer()
Json = Annotated[bool, typer.Option("--json", help="Answer as JSON.")]
As = Annotated[str | None, typer.Option("--as", help="The account of the officer who signs in here.")]
Why = Annotated[str, typer.Option("--words", help="Why, in words.")]


@app.command()
def apply(
    request: Annotated[Path, typer.Argument(help="The request as JSON (docs/passport-office.md).")],
    portrait: Annotated[Path, typer.Option(help="The portrait, JPEG or PNG.")],
    json_: Json = False,
) -> None:
    """Enrol an application and hand it in; a draft stays where something is wrong with it."""
    from issuance.passports import enrol, enrol_files

    with opened(json_, "passports.apply") as (service, actor):
        asked, picture, now = read_json(request, "request"), read_bytes(portrait, "portrait"), service.clock()
        begun = enrol.draft(service, actor, asked if isinstance(asked, dict) else {}, now)
        kind = "image/png" if picture.startswith(b"\x89PNG") else "image/jpeg"
        enrol.attach(service, actor, begun.view.id, enrol_files.PORTRAIT, picture, kind, now)
        view = enrol.submit(service, actor, begun.view.id, now)
        rules = service.spec.passport.office
    if json_:
        answer({"tracking": begun.tracking, "application": view.as_json(rules)})
        return
    console.print(f"رمز المتابعة / private code: {begun.tracking}", highlight=False)
    _print(view, rules)


@app.command()
def applications(
    waiting: Annotated[str, typer.Option(help="For whom they wait: officer or office.")] = "officer",
    account: As = None,
    json_: Json = False,
) -> None:
    """Applications that wait, the nearest deadline first."""
    from issuance.passports import work

    for_whom: Literal["officer", "office"] = "office" if waiting == "office" else "officer"
    with acting(json_, "passports.applications", account) as (service, actor):
        found, rules = work.applications(service, actor, for_whom), service.spec.passport.office
    if json_:
        answer({"applications": [view.as_json(rules) for view in found]})
        return
    table = Table("طلب / application", "نوع / kind", "مكتب / office", "حالة / state", "الموعد / due")
    for view in found:
        table.add_row(view.id, view.kind, view.office, rules.states.entries[view.state].title.en, str(view.due_at))
    console.print(table)


@app.command()
def application(application: str, account: As = None, json_: Json = False) -> None:
    """How one application stands, with its steps; it names nobody."""
    from issuance.passports import work

    with acting(json_, "passports.application", account) as (service, actor):
        view, rules = work.application_seen(service, actor, application), service.spec.passport.office
    _tell(view, rules, json_)


@app.command()
def docket(application: str, account: As = None, json_: Json = False) -> None:
    """What an officer decides on, with the digest that a decision names."""
    from issuance.passports import deciding

    with acting(json_, "passports.docket", account, officer=True) as (service, actor):
        held = deciding.docket(service, actor, application, service.clock())
        shown = held.as_json(service.spec.passport.office)
    if json_:
        answer(shown)
    else:
        console.print_json(data=shown)


@app.command()
def decide(
    application: str,
    outcome: Annotated[str, typer.Argument(help="approve, refuse or return.")],
    digest: Annotated[str, typer.Option(help="Of the docket that was shown.")],
    words: Why,
    reason: Annotated[str | None, typer.Option(help="A code of passport/office.yaml, to refuse or return.")] = None,
    account: As = None,
    json_: Json = False,
) -> None:
    """Decide as an officer who had no part in enrolling."""
    from issuance.core.shapes import read_shape
    from issuance.passports import deciding
    from issuance.passports.api_applications import Decision

    with acting(json_, "passports.decide", account, officer=True) as (service, actor):
        said = {"decision": outcome, "digest": digest, "words": words, "reason": reason}
        asked = read_shape(Decision, said, code="passports.request", clause=deciding.CLAUSE)
        view = deciding.decide(
            service, actor, application, asked.decision, digest, words, service.clock(), reason=reason
        )
        rules = service.spec.passport.office
    _tell(view, rules, json_)


@app.command()
def lift(hold: str, words: Why, account: As = None, json_: Json = False) -> None:
    """Lift a hold, or ask a second officer where two must agree."""
    from issuance.passports import deciding

    with acting(json_, "passports.lift", account, officer=True) as (service, actor):
        view = deciding.lift(service, actor, hold, words, service.clock())
        rules = service.spec.passport.office
    _tell(view, rules, json_)


@app.command()
def withdraw(application: str, words: Why, account: As = None, json_: Json = False) -> None:
    """Take an application back at the wish of its applicant, until it is approved."""
    from issuance.passports import work

    with acting(json_, "passports.withdraw", account) as (service, actor):
        view = work.withdraw(service, actor, application, words, service.clock())
        rules = service.spec.passport.office
    _tell(view, rules, json_)


@app.command()
def track(code: str, json_: Json = False) -> None:
    """Follow an application by its private code: state, deadline, what to bring."""
    from issuance.passports.tracked import tracked

    with opened(json_, "passports.track") as (service, _):
        held = tracked(service, code).as_json(service.spec)
    if json_:
        answer(held)
        return
    console.print(f"{held['state']['ar']} / {held['state']['en']}", highlight=False)
    for one in (*held["waits"], *held["bring"]):
        console.print(f"- {one['ar']} / {one['en']}", highlight=False)


def _tell(view: ApplicationView, rules: PassportOffice, as_json: bool) -> None:
    if as_json:
        answer(view.as_json(rules))
    else:
        _print(view, rules)


def _print(view: ApplicationView, rules: PassportOffice) -> None:
    state: Any = rules.states.entries[view.state].title
    console.print(f"الطلب / application: {view.id}\n{state.ar} / {state.en}", highlight=False)
