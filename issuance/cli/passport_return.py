"""`issuance passports send-back | take-back | destroy | destroyed`: what becomes of a book that nobody collected.

A console is nobody in particular: each is done by a person who signs in for the one command (`--as`).
"""

from __future__ import annotations

from typing import Annotated

import typer

from issuance.cli.output import answer, console
from issuance.cli.passport_applications import As
from issuance.cli.session import acting

Json = Annotated[bool, typer.Option("--json", help="Answer as JSON.")]


def register(app: typer.Typer) -> None:
    """Add the commands to `issuance passports`."""
    for command in (send_back, take_back, destroy, destroyed):
        app.command(command.__name__.replace("_", "-"))(command)


def send_back(
    number: str,
    seals: Annotated[str, typer.Option(help="Number of the seal or bag.")],
    account: As = None,
    json_: Json = False,
) -> None:
    """Send an uncollected book back to the office that made it."""
    from issuance.passports import returning

    with acting(json_, "passports.send-back", account, officer=True) as (service, actor):
        returning.send_back(service, actor, number, seals, service.clock())
    _told({"number": number}, f"أُعيد / sent back: {number}", json_)


def take_back(
    number: str,
    receipt: Annotated[str, typer.Option(help="Number of the receipt that the receiver signed.")],
    account: As = None,
    json_: Json = False,
) -> None:
    """Sign for a book that came back, as another person than who sent it."""
    from issuance.passports import returning

    with acting(json_, "passports.take-back", account, officer=True) as (service, actor):
        returning.take_back(service, actor, number, receipt, service.clock())
    _told({"number": number}, f"استُلم / signed for: {number}", json_)


def destroy(
    number: str,
    words: Annotated[str, typer.Option(help="Number of the protocol, and how.")],
    account: As = None,
    json_: Json = False,
) -> None:
    """Ask a second person to see a dead book destroyed; the id of the request."""
    from issuance.passports import delivering

    with acting(json_, "passports.destroy", account, officer=True) as (service, actor):
        approval = delivering.ask_destruction(service, actor, number, words, service.clock())
    _told({"approval": approval}, f"ينتظر شخصاً ثانياً / waits for a second person: {approval}", json_)


def destroyed(
    approval: str,
    words: Annotated[str, typer.Option(help="What was seen.")],
    account: As = None,
    json_: Json = False,
) -> None:
    """As the second person: it was destroyed, and its blank with it."""
    from issuance.passports import delivering

    with acting(json_, "passports.destroyed", account, officer=True) as (service, actor):
        number = delivering.approve_destruction(service, actor, approval, words, service.clock())
    _told({"number": number}, f"أُتلف / destroyed: {number}", json_)


def _told(held: dict[str, str], words: str, json_: bool) -> None:
    if json_:
        answer(held)
    else:
        console.print(words, highlight=False)
