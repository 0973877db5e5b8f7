"""`issuance init`, `run`, `sweep`: make an installation, serve it, settle what was interrupted."""

from __future__ import annotations

import warnings
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.table import Table

from issuance.cli.output import answer, console, typed_errors
from issuance.cli.session import opened

if TYPE_CHECKING:
    from issuance.core.settings import Settings
    from issuance.jobs.installation import Prepared

_KINDS = {"passport": "جواز سفر / passport", "certificate": "شهادة / certificate"}
Json = Annotated[bool, typer.Option("--json", help="Answer as JSON.")]


def init(json_: Json = False) -> None:
    """Make what is missing: database, keys, and in development a synthetic register, accounts and specimens."""
    from issuance.core.settings import read_settings
    from issuance.jobs.trail import write_trail_checkpoint

    with typed_errors(json_):
        settings = read_settings()
        prepared = _prepare(settings, quiet=json_)
        write_trail_checkpoint(prepared.service)
        prepared.service.close()
    if json_:
        answer(
            {
                "home": str(settings.home),
                "accounts": [{"username": a.username, "password": a.password} for a in prepared.accounts],
                "specimens": [
                    {"kind": s.kind, "number": s.number, "path": str(s.path), "status": s.verdict.status}
                    for s in prepared.specimens
                ],
            }
        )
    else:
        _tell(prepared)


def run(
    host: Annotated[str | None, typer.Option(help="Address to listen on; default ISSUANCE_HOST or 127.0.0.1.")] = None,
    port: Annotated[int | None, typer.Option(help="Port to listen on; default ISSUANCE_PORT or 8000.")] = None,
    processes: Annotated[int | None, typer.Option(help="How many processes serve; default 1.")] = None,
    tls_certificate: Annotated[Path | None, typer.Option(help="Serve https: certificate (PEM).")] = None,
    tls_key: Annotated[Path | None, typer.Option(help="Its private key (PEM).")] = None,
    client_ca: Annotated[Path | None, typer.Option(help="Who vouches for certificates of programs (PEM).")] = None,
    client_certificates: Annotated[
        str | None, typer.Option(help="`optional` (default) or `required`, where --client-ca is given.")
    ] = None,
) -> None:
    """Prepare the installation and serve it until interrupted."""
    from issuance.api.processes import serve
    from issuance.core.settings import read_settings
    from issuance.jobs.upkeep import kept_up
    from issuance.web.messages import outbox_open

    with typed_errors(False):
        settings = read_settings(
            host=host,
            port=port,
            processes=processes,
            tls_certificate=tls_certificate,
            tls_key=tls_key,
            client_ca=client_ca,
            client_certificates=client_certificates,
        )
        prepared = _prepare(settings, quiet=False)
    _tell(prepared)
    table = Table("صفحة / page", "عنوان / address", box=None)
    for title, path in (
        ("الدخول / sign in", "/sign-in"),
        ("طلب شهادة / ask for a certificate", "/request"),
        ("التحقق العام / public check", "/c"),
        *([("الرسائل والرموز / messages and codes", "/messages")] if outbox_open(prepared.service) else []),
        ("واجهة البرامج / API", "/v1/openapi.json"),
        ("الصحة / health", "/healthz"),
    ):
        table.add_row(title, settings.base_url + path)
    console.print(table)
    console.print("[dim]أوقفه بمفتاحي Ctrl+C / stop with Ctrl+C[/]")
    with kept_up(prepared.service):
        serve(prepared.service)


def sweep(
    older_than_minutes: Annotated[int, typer.Option(min=0, help="Leave alone what is younger.")] = 5,
    json_: Json = False,
) -> None:
    """Settle numbers and signatures that a killed process left open, and report each; look at the clocks of cases."""
    from issuance.cases.alarms import tell_alarms
    from issuance.cases.finality import make_final
    from issuance.jobs.sweep import sweep as settle

    with opened(json_, "sweep") as (service, actor):
        settled = settle(service, actor, timedelta(minutes=older_than_minutes))
        final = make_final(service, actor, service.clock())
        alarms = tell_alarms(service, actor, service.clock())
    if json_:
        answer({"settled": [item.as_json() for item in settled], "final": final, "alarms": alarms})
        return
    if final or alarms:
        console.print(f"ملفات صارت أحكامها نهائية / rulings now final in: {len(final)}; تنبيهات / alarms: {alarms}")
    if not settled:
        console.print("لا شيء معلق / nothing was left open")
        return
    table = Table("النوع / kind", "المعرف / id", "لأجل / for", "منذ / since")
    for item in settled:
        table.add_row(item.kind, item.id, item.reference, f"{item.since:%Y-%m-%d %H:%M:%S}")
    console.print(table)


def _prepare(settings: Settings, *, quiet: bool) -> Prepared:
    from issuance.jobs.installation import prepare_installation

    warnings.filterwarnings("ignore", message="private keys are files")
    if not quiet and settings.key_store == "software":
        console.print("[yellow]مفاتيح برمجية للتطوير فقط / software keys: for development, never for real documents[/]")
    if quiet:
        return prepare_installation(settings)
    with console.status("إعداد المنظومة / preparing the installation"):
        return prepare_installation(settings, lambda line: console.print(f"[green]✓[/] {line}"))


def _tell(prepared: Prepared) -> None:
    if prepared.accounts:
        table = Table("حساب / account", "كلمة السر / password", "الصفة / duty")
        for account in prepared.accounts:
            table.add_row(account.username, account.password, account.title)
        console.print(table)
        console.print("[yellow]تُعرض كلمات السر مرة واحدة / the passwords are shown only now[/]")
    for specimen in prepared.specimens:
        console.print(
            f"{_KINDS[specimen.kind]}  {specimen.number}  [bold]{specimen.verdict.status}[/]\n  {specimen.path}",
            soft_wrap=True,
            highlight=False,
        )
