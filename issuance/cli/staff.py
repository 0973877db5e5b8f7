"""`issuance staff`: accounts, API clients and offices."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.table import Table

from issuance.cli.output import answer, console
from issuance.cli.session import opened, read_bytes

if TYPE_CHECKING:
    from issuance.core.actor import Actor
    from issuance.service import Service

app = typer.Typer(help="Accounts, API clients, offices.", no_args_is_help=True)
Json = Annotated[bool, typer.Option("--json", help="Answer as JSON.")]
Roles = Annotated[list[str], typer.Option("--role", help="A role of specs/roles.yaml; repeat for several.")]
Reason = Annotated[str, typer.Option(help="Why; kept in the audit trail.")]
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


@app.command("revoke-client")
def revoke_client_(client: str, reason: Reason, json_: Json = False) -> None:
    """End the token and the certificates of a program, for good."""
    from issuance.staff.commands import revoke_client

    with opened(json_, "staff.revoke-client") as (service, actor):
        revoke_client(service.db, actor, _client_of(service, actor, client), reason, service.clock())
    _done(json_, {"name": client, "revoked": True})


@app.command("bind-certificate")
def bind_certificate_(client: str, certificate: Path, json_: Json = False) -> None:
    """Bind a program to a TLS certificate (PEM or DER): from now on its token works over that certificate alone."""
    from issuance.staff.client_certificates import bind_certificate

    with opened(json_, "staff.bind-certificate") as (service, actor):
        content = read_bytes(certificate, "certificate")
        client_id = _client_of(service, actor, client)
        bound = bind_certificate(service.db, actor, client_id, content, service.clock())
    _done(json_, {"name": client, **bound.as_json()})


@app.command("unbind-certificate")
def unbind_certificate_(
    client: str,
    sha256: Annotated[str, typer.Argument(help="Of the certificate, as bound.")],
    reason: Reason,
    json_: Json = False,
) -> None:
    """End a certificate of a program at once: stolen, replaced, no longer used. It is never bound again."""
    from issuance.staff.client_certificates import unbind_certificate

    with opened(json_, "staff.unbind-certificate") as (service, actor):
        client_id = _client_of(service, actor, client)
        ended = unbind_certificate(service.db, actor, client_id, sha256, reason, service.clock())
    _done(json_, {"name": client, **ended.as_json()})


@app.command("certificates")
def certificates_(client: str, json_: Json = False) -> None:
    """Every certificate a program was bound to, and what became of it."""
    from issuance.staff.client_certificates import certificates_of

    with opened(json_, "staff.certificates") as (service, actor), service.db.reading() as read:
        held = certificates_of(read, actor, _client_of(service, actor, client))
    if json_:
        answer({"name": client, "certificates": [one.as_json() for one in held]})
        return
    table = Table("SHA-256", "صالحة حتى / valid until", "فُكّت / unbound")
    for one in held:
        table.add_row(one.sha256, f"{one.not_after:%Y-%m-%d}", f"{one.unbound_at:%Y-%m-%d}" if one.unbound_at else "")
    console.print(table)


def _client_of(service: Service, actor: Actor, name: str) -> str:
    from issuance.staff.views import clients
    from specs.errors import Fault, NotFound

    with service.db.reading() as read:
        found = next((c for c in clients(read, actor) if name in (c.name, c.id)), None)
    if found is None:
        raise NotFound(Fault("staff.client.unknown", "لا يوجد نظام بهذا الاسم", "There is no such API client"))
    return found.id


def _done(json_: bool, said: dict[str, object]) -> None:
    if json_:
        answer(said)
    else:
        console.print(*(f"{name}: {value}" for name, value in said.items()), sep="\n", highlight=False)


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
