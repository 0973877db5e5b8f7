"""`issuance keys revoke`, `master-list`, `deviation-list`, `export-pkd`: what other States are told."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from issuance.cli.judging import moment_of
from issuance.cli.output import answer, console
from issuance.cli.session import opened, read_bytes, read_json

Json = Annotated[bool, typer.Option("--json", help="Answer as JSON.")]
Out = Annotated[Path, typer.Option(help="The file to write.")]


def revoke(
    which: Annotated[str, typer.Argument(metavar="KEY_ID|SERIAL", help="Id of a key, or serial number in hex.")],
    since: Annotated[
        str | None, typer.Option(help="When it was decided, e.g. 2026-11-22T09:30Z; default: now.")
    ] = None,
    json_: Json = False,
) -> None:
    """Revoke a certificate and publish the root's next list. Every document its key signed is then judged revoked."""
    from issuance.jobs.publishing import revoke_certificate

    with opened(json_, "keys.revoke") as (service, actor):
        done = revoke_certificate(service, actor, which, moment_of(since) if since else None)
    serial, number = f"{done.certificate.serial:X}", done.crl.number
    if json_:
        answer({"serial": serial, "root": done.root.value, "crl_number": number, "late": done.late})
        return
    console.print(f"أُبطلت / revoked {serial}  {done.root.value} CRL {number}", highlight=False)
    if done.late:
        console.print("[yellow]تجاوزت القائمة مهلة النشر / the list is later than the rule allows[/]")


def master_list(
    out: Out,
    further: Annotated[
        list[Path] | None, typer.Option("--with", help="A foreign CSCA certificate we vouch for (repeatable).")
    ] = None,
    json_: Json = False,
) -> None:
    """Sign our CSCA master list: our roots and link certificates, and those given."""
    from issuance.jobs.files import write_if_changed
    from issuance.jobs.publishing import make_master_list

    with opened(json_, "keys.master-list") as (service, actor):
        artefact = make_master_list(service, actor, [read_bytes(path, "with") for path in further or []])
        write_if_changed(out, artefact)
    _told(out, json_)


def deviation_list(
    file: Annotated[Path, typer.Argument(help='JSON: {"deviations": [{"documents": ..., "descriptions": ...}]}.')],
    out: Out,
    json_: Json = False,
) -> None:
    """Sign a deviation list: which documents, and what is known to be wrong with them."""
    from issuance.jobs.files import write_if_changed
    from issuance.jobs.publishing import make_deviation_list

    with opened(json_, "keys.deviation-list") as (service, actor):
        write_if_changed(out, make_deviation_list(service, actor, read_json(file, "file")))
    _told(out, json_)


def export_pkd(
    out: Out,
    master: Annotated[list[Path] | None, typer.Option("--master-list", help="A signed master list.")] = None,
    deviations: Annotated[list[Path] | None, typer.Option("--deviation-list", help="A signed deviation list.")] = None,
    json_: Json = False,
) -> None:
    """Write the upload to the ICAO PKD as LDIF: document signers, revocation list, and the lists given."""
    from issuance.jobs.files import write_if_changed
    from issuance.jobs.publishing import pkd_upload
    from keys.der import DerError
    from specs.errors import Fault, Invalid

    with opened(json_, "keys.export-pkd") as (service, actor):
        lists = [[read_bytes(path, "list") for path in paths or []] for paths in (master, deviations)]
        try:
            write_if_changed(out, b"".join(pkd_upload(service, actor, *lists)))
        except DerError as error:
            words = "القائمة لا تُقرأ", f"a list cannot be read: {error}"
            raise Invalid(Fault("keys.export_pkd.list", *words, field="list")) from error
    _told(out, json_)


def _told(out: Path, json_: bool) -> None:
    if json_:
        answer({"file": str(out)})
    else:
        console.print(out, highlight=False)
