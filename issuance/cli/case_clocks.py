"""`issuance cases alarms` and `finalise`: what the passing of time asks of the case register."""

from __future__ import annotations

from typing import Annotated

import typer

from issuance.cli.output import answer, console
from issuance.cli.session import opened

Json = Annotated[bool, typer.Option("--json", help="Answer as JSON.")]


def alarms(json_: Json = False) -> None:
    """Tell the named roles of every clock that passed 50, 80 or 100 per cent, once each."""
    from issuance.cases.alarms import tell_alarms

    with opened(json_, "case-clocks") as (service, actor):
        told = tell_alarms(service, actor, service.clock())
    if json_:
        answer({"alarms": told})
    else:
        console.print(f"تنبيهات / alarms told: {told}")


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
