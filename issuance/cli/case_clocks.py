"""`issuance cases alarms` and `finalise`: what the passing of time asks of the case register."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from issuance.cli.output import answer, console
from issuance.cli.session import opened

if TYPE_CHECKING:
    from issuance.cases.alarms import Alarms
    from issuance.cases.case_rules import CaseRules

Json = Annotated[bool, typer.Option("--json", help="Answer as JSON.")]


def alarms(
    standing: Annotated[bool, typer.Option("--standing", help="Show those that stand; tell nothing.")] = False,
    after: Annotated[str | None, typer.Option(help="With --standing: `after` of the page before.")] = None,
    json_: Json = False,
) -> None:
    """Tell the named roles of every clock that passed 50, 80 or 100 per cent, once each; or show what was told."""
    from issuance.cases.alarms import standing_alarms, tell_alarms
    from issuance.cases.case_rules import CaseRules

    with opened(json_, "case-clocks") as (service, actor):
        if standing:
            _show(standing_alarms(service, actor, service.clock(), after=after), CaseRules.of(service.spec), json_)
            return
        told = tell_alarms(service, actor, service.clock())
    if json_:
        answer({"alarms": told})
    else:
        console.print(f"تنبيهات / alarms told: {told}")


def _show(found: Alarms, rules: CaseRules, json_: bool) -> None:
    from issuance.cases.lists_as_json import alarms_json

    if json_:
        answer(alarms_json(found, rules))
        return
    for one in found.items:
        title = rules.clocks.clocks[one.code].title
        console.print(f"{one.due_on} {one.percent}% {one.case_number} {one.target} {title.ar} / {title.en}")
    if found.after is not None:
        console.print(f"--after {found.after}")


def finalise(json_: Json = False) -> None:
    """Make final every ruling whose time to be challenged is over."""
    from issuance.cases.finality import make_final

    with opened(json_, "case-clocks") as (service, actor):
        numbers = make_final(service, actor, service.clock())
    if json_:
        answer({"files": numbers})
        return
    console.print(f"ملفات صارت أحكامها نهائية / files with a ruling now final: {len(numbers)}")
    for number in numbers:
        console.print(number)
