"""`issuance staff`: accounts, API clients and offices."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer
from rich.table import Table

from issuance.cli.output import answer, console
from issuance.cli.session import opened

if TYPE_CHECKING:
    from issuance.core.actor import Actor
    from issuance.service import Service

app = typer.Typer(help="Accounts, API clients, offices.", no_args_is_help=True)
Json = Annotated[bool, typer.Option("--json", help="Answer as JSON.")]
Roles = Annotated[list[str], typer.Option("--role", help="A role of specs/roles.yaml; repeat for several.")]
Office = Annotated[str | None, typer.Option(help="Code of the office.")]


@app.command("list")
def list_(json_: Json = False) -> None:
    """Accounts, API clients and offices."""
    from issuance.staff.public import offices
    from issuance.staff.views import accounts, clients

    with opened(json_, "staff.list") as (service, actor), service.db.reading() as read:
        held, programs, places = accounts(read, actor), clients(read, actor), offices(read)
    if json_:
        answer(
            {
                "accounts": [
                    {"username": a.username, "name": a.display_name, "office": a.office, "roles": list(a.roles)}
                    for a in held
                ],
                "clients": [{"id": c.id, "name": c.name, "office": c.office, "roles": list(c.roles)} for c in programs],
                "offices": [{"code": o.code, "ar": o.arabic, "en": o.english, "kind": o.kind} for o in places],
            }
        )
        return
    table = Table("حساب / account", "الاسم / name", "مكتب / office", "أدوار / roles")
    for a in held:
        table.add_row(a.username, a.display_name, a.office or "", ", ".join(a.roles))
    for c in programs:
        table.add_row(c.name, "API", c.office or "", ", ".join(c.roles))
    console.print(table)


@app.command()
def add(
    username: str,
    name: Annotated[str, typer.Option(help="The name to show.")],
    role: Roles,
    office: Office = None,
    json_: Json = False,
) -> None:
    """Open an account; its first password is printed once and must be changed at the first sign-in."""
    from issuance.staff.commands import AccountEntry, open_account

    with opened(json_, "staff.add") as (service, actor):
        entry = AccountEntry(username, name, role, office)
        issued = open_account(service.db, actor, entry, service.spec, service.clock())
    _once(json_, username, issued.secret, "password")


@app.command("set-office")
def set_office_(username: str, office: str, json_: Json = False) -> None:
    """Move an account to another office; its sessions end."""
    from issuance.staff.commands import set_office

    with opened(json_, "staff.set-office") as (service, actor):
        account = _account_of(service, actor, username)
        set_office(service.db, actor, account, office, service.spec, now=service.clock())
    if json_:
        answer({"username": username, "office": office})


@app.command("set-holder")
def set_holder_(
    username: str,
    national_number: Annotated[
        str, typer.Option(prompt=True, hide_input=True, help="Asked for where it is not given; empty: nobody known.")
    ],
    json_: Json = False,
) -> None:
    """Say whose account it is, by national number: nobody decides on an application of their own."""
    from issuance.staff.holders import set_holder

    with opened(json_, "staff.set-holder") as (service, actor):
        set_holder(service.db, actor, _account_of(service, actor, username), national_number, service.clock())
    if json_:
        answer({"username": username, "known": bool(national_number.strip())})


@app.command("add-client")
def add_client(name: str, role: Roles, office: Office = None, json_: Json = False) -> None:
    """Register a program that calls the API; its bearer token is printed once."""
    from issuance.staff.commands import AccountEntry, register_client

    with opened(json_, "staff.add-client") as (service, actor):
        entry = AccountEntry(name, name, role, office)
        issued = register_client(service.db, actor, entry, service.spec, service.clock())
    _once(json_, name, issued.secret, "token")


def _account_of(service: Service, actor: Actor, username: str) -> str:
    from issuance.staff.views import accounts
    from specs.errors import Fault, NotFound

    with service.db.reading() as read:
        found = next((a for a in accounts(read, actor) if a.username == username), None)
    if found is None:
        raise NotFound(Fault("staff.account.unknown", "لا يوجد حساب بهذا الاسم", "There is no such account"))
    return found.id


def _once(json_: bool, name: str, secret: str, kind: str) -> None:
    if json_:
        answer({"name": name, kind: secret})
    else:
        console.print(f"{name}: {secret}\n[dim]لا يُعرض مرة أخرى / shown only now[/]", highlight=False)
