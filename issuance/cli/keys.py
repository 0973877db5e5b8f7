"""`issuance keys`: the certificates and lists this installation signs with."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table

from issuance.cli.lint import lint
from issuance.cli.output import answer, console
from issuance.cli.session import opened

app = typer.Typer(help="Signing keys, certificates, revocation lists.", no_args_is_help=True)
app.command("lint")(lint)
Json = Annotated[bool, typer.Option("--json", help="Answer as JSON.")]


@app.command("list")
def list_(json_: Json = False) -> None:
    """Every key: purpose, period in which it may sign, and how often it was used."""
    with opened(json_, "keys.list") as (service, _actor):
        rows = [
            (s.key_id, s.purpose.value, *service.keys.period(s.key_id), service.keys.intents.uses(s.key_id))
            for s in service.keys.signers()
        ]
    if json_:
        answer(
            {
                "keys": [
                    {"id": i, "purpose": p, "from": f.isoformat(), "until": u.isoformat(), "uses": n}
                    for i, p, f, u, n in rows
                ]
            }
        )
        return
    table = Table("مفتاح / key", "الغرض / purpose", "من / from", "حتى / until", "مرات / uses")
    for key_id, purpose, since, until, uses in rows:
        table.add_row(key_id, purpose, f"{since:%Y-%m-%d}", f"{until:%Y-%m-%d}", str(uses))
    console.print(table)


@app.command("export-trust")
def export_trust(
    out: Annotated[Path, typer.Argument(help="The folder to write *.cer and *.crl to.")], json_: Json = False
) -> None:
    """Write the anchors, signer certificates and revocation lists that a verifier needs."""
    with opened(json_, "keys.export-trust") as (service, _actor):
        paths = service.keys.export_trust(out)
    if json_:
        answer({"files": [str(path) for path in paths]})
    else:
        console.print(*paths, sep="\n", highlight=False)
