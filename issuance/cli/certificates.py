"""`issuance certificates`: issue, list, show, fetch."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer
from rich.table import Table

from issuance.cli.output import answer, console
from issuance.cli.session import opened

app = typer.Typer(help="Criminal-status certificates: issue, list, show, fetch.", no_args_is_help=True)
Json = Annotated[bool, typer.Option("--json", help="Answer as JSON.")]


@app.command()
def issue(
    national_number: Annotated[str, typer.Option(help="The person.")],
    purpose: Annotated[str, typer.Option(help="A purpose of the specification, e.g. employment.")],
    addressee: Annotated[str, typer.Option(help="To whom it is addressed, in Arabic.")],
    office: Annotated[str, typer.Option(help="The issuing office.")],
    addressee_english: Annotated[str | None, typer.Option(help="The same in English.")] = None,
    purpose_text: Annotated[str | None, typer.Option(help="The purpose in Arabic, for a purpose of free text.")] = None,
    passport_number: Annotated[str | None, typer.Option(help="Printed for a holder abroad.")] = None,
    json_: Json = False,
) -> None:
    """Issue a certificate to a person of the register, computed from the rulings as they stand now."""
    from issuance.certificates import commands

    request: dict[str, Any] = {
        "national_number": national_number,
        "purpose": purpose,
        "purpose_text": {"ar": purpose_text} if purpose_text is not None else None,
        "addressee": {"ar": addressee, "en": addressee_english},
        "passport_number": passport_number,
        "office": office,
    }
    with opened(json_, "certificates.issue") as (service, actor):
        view = commands.issue(service, actor, request, service.clock())
    if json_:
        answer(view.as_json())
    else:
        console.print(f"صدرت الشهادة / certificate issued: {view.number} ({view.outcome})", highlight=False)


@app.command("list")
def list_(limit: Annotated[int, typer.Option(help="At most this many.")] = 50, json_: Json = False) -> None:
    """Certificates issued, the newest first."""
    from issuance.certificates import views

    with opened(json_, "certificates.list") as (service, actor):
        found = views.certificates(service, actor, limit)
    if json_:
        answer({"certificates": [view.as_json() for view in found]})
        return
    table = Table("رقم / number", "مكتب / office", "النتيجة / outcome", "صدرت / issued", "تنتهي / expires")
    for view in found:
        table.add_row(view.number, view.office, view.outcome, str(view.issued_on), str(view.expires_on))
    console.print(table)


@app.command()
def show(number: str, json_: Json = False) -> None:
    """One certificate: its facts and its seal."""
    from issuance.certificates import views

    with opened(json_, "certificates.show") as (service, actor):
        view = views.certificate(service, actor, number)
    if json_:
        answer(view.as_json())
    else:
        console.print_json(data=view.as_json())


@app.command()
def fetch(
    number: str,
    out: Annotated[Path, typer.Option(help="The PDF file to write.")],
    json_: Json = False,
) -> None:
    """Write the signed PDF, byte for byte as issued."""
    from issuance.certificates import views
    from issuance.jobs.files import write_if_changed

    with opened(json_, "certificates.fetch") as (service, actor):
        write_if_changed(out, views.certificate_pdf(service, actor, number))
    if json_:
        answer({"number": number, "file": str(out)})
    else:
        console.print(out, highlight=False)
