"""`issuance keys`: the certificates and lists this installation signs with."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.table import Table

from issuance.cli import ceremony, publishing
from issuance.cli.lint import lint
from issuance.cli.output import answer, console
from issuance.cli.session import opened
from keys.signing import Purpose, Signer
from specs.errors import Fault, Invalid

if TYPE_CHECKING:
    from issuance.service import Service

app = typer.Typer(help="Signing keys, certificates, revocation lists.", no_args_is_help=True)
app.command("lint")(lint)
app.add_typer(ceremony.app, name="ceremony")
app.command("revoke")(publishing.revoke)
app.command("master-list")(publishing.master_list)
app.command("deviation-list")(publishing.deviation_list)
app.command("export-pkd")(publishing.export_pkd)
Json = Annotated[bool, typer.Option("--json", help="Answer as JSON.")]


@app.command("list")
def list_(json_: Json = False) -> None:
    """Every key: purpose, period in which it may sign, how often it was used, and whether its end is near."""
    from keys.renewal import alarms

    with opened(json_, "keys.list") as (service, _actor):
        near = {alarm.signer.key_id: alarm.fault for alarm in alarms(service.keys, service.clock())}
        rows = [
            (s.key_id, s.purpose.value, *service.keys.period(s.key_id), service.keys.intents.uses(s.key_id))
            for s in service.keys.signers()
        ]
        undone = [{"code": f.code, "field": f.field, "ar": f.ar, "en": f.en} for f in service.undone]
        limits = {row[0]: service.keys.rotation.maximum_signatures(row[1]) for row in rows}
    if json_:
        answer(
            {
                "keys": [
                    {
                        "id": i,
                        "purpose": p,
                        "from": f.isoformat(),
                        "until": u.isoformat(),
                        "uses": n,
                        "maximum_uses": limits[i],
                        "alarm": {"code": near[i].code, "ar": near[i].ar, "en": near[i].en} if i in near else None,
                    }
                    for i, p, f, u, n in rows
                ],
                "undone": undone,
            }
        )
        return
    table = Table("مفتاح / key", "الغرض / purpose", "من / from", "حتى / until", "مرات / uses")
    for key_id, purpose, since, until, uses in rows:
        most = f" / {limits[key_id]}" if limits[key_id] else ""
        style = "yellow" if key_id in near else None
        table.add_row(key_id, purpose, f"{since:%Y-%m-%d}", f"{until:%Y-%m-%d}", f"{uses}{most}", style=style)
    console.print(table)
    for fault in near.values():
        console.print(f"[yellow]{fault.ar} / {fault.en}[/]", highlight=False)
    for one in undone:
        console.print(f"{one['code']} ({one['field']}): {one['ar']} / {one['en']}", style="red", markup=False)


@app.command()
def rotate(
    purpose: Annotated[str, typer.Argument(help="E.g. document_signer, seal_signer, pdf_signer.")], json_: Json = False
) -> None:
    """Make the next key of a purpose; it signs from now on, and the earlier ones stay for verifying."""
    from issuance.jobs.rotation import rotate_signer

    with opened(json_, "keys.rotate") as (service, actor):
        _tell_made(service, rotate_signer(service, actor, _purpose(purpose)), json_)


@app.command()
def rollover(
    name: Annotated[str | None, typer.Option(help="The new CSCA's common name, when it changes.")] = None,
    purpose: Annotated[str, typer.Option(help="Which root: csca or services_root.")] = "csca",
    json_: Json = False,
) -> None:
    """Make the next root; a CSCA with its link certificate. It signs after two days, and then everything."""
    from issuance.jobs.rotation import roll_over_root

    with opened(json_, "keys.rollover") as (service, actor):
        _tell_made(service, roll_over_root(service, actor, name, _purpose(purpose)), json_)


@app.command("tidy")
def tidy_(json_: Json = False) -> None:
    """Destroy private keys without a certificate that a creation cut off over an hour ago left."""
    from issuance.jobs.rotation import tidy_keys

    with opened(json_, "keys.tidy") as (service, actor):
        destroyed = tidy_keys(service, actor)
    if json_:
        answer({"destroyed": destroyed})
    else:
        console.print(*destroyed, sep="\n", highlight=False)


def _purpose(given: str) -> Purpose:
    try:
        return Purpose(given)
    except ValueError as error:
        words = "لا يوجد غرض بهذا الاسم", f"no key has this purpose; one of {', '.join(Purpose)}"
        raise Invalid(Fault("keys.purpose", *words, field="purpose")) from error


def _tell_made(service: Service, made: Signer, json_: bool) -> None:
    since, until = service.keys.period(made.key_id)
    if json_:
        said = {"from": since.isoformat(), "until": until.isoformat()}
        answer({"id": made.key_id, "purpose": made.purpose.value, **said})
    else:
        console.print(f"{made.key_id}  {since:%Y-%m-%d %H:%M} .. {until:%Y-%m-%d %H:%M}", highlight=False)


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
