"""`issuance inspect`: what a border officer asks of a chip (`issuance.border.inspection`) or of a page."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from issuance.cli import inspect_document
from issuance.cli.inspect_page import page
from issuance.cli.judging import bundle_of, moment_of, trust_of
from issuance.cli.output import answer, problem
from keys.verdict import EXIT_CODE
from specs.errors import Fault, Invalid, IssuanceError

if TYPE_CHECKING:
    from issuance.border.chip_files import Chip
    from specs.schema import Specification

app = typer.Typer(no_args_is_help=True, help="فحص المنفذ / Inspection of documents at the border.")
_RECORD = re.compile(r"(?P<challenge>(?:[0-9A-Fa-f]{2}){1,64}):(?P<response>(?:[0-9A-Fa-f]{2}){1,1024})")


app.command()(page)
app.command()(inspect_document.document)
app.command()(inspect_document.mrz)
app.command()(inspect_document.keys)


@app.command()
def chip(
    paths: Annotated[
        list[Path],
        typer.Argument(metavar="DIR|FILE...", help="Chip files under any names, or folders of them; an EF.SOD alone."),
    ],
    trust: Annotated[
        list[Path] | None,
        typer.Option(help="Trusted certificates: file, folder or archive (repeatable); default: this installation's."),
    ] = None,
    crl: Annotated[
        list[Path] | None, typer.Option(help="Further revocation lists, and nothing else (repeatable).")
    ] = None,
    bundle: Annotated[
        Path | None, typer.Option(help="Offline bundle: trust and status from this file, no server and no database.")
    ] = None,
    memory: Annotated[
        Path | None, typer.Option(help="Where the newest bundle seen is remembered; default: beside the bundle.")
    ] = None,
    at: Annotated[str | None, typer.Option(help="Judge as of this time, e.g. 2026-11-22T09:30Z; default: now.")] = None,
    aa: Annotated[
        str | None, typer.Option(metavar="CHALLENGE:RESPONSE", help="Recorded active authentication, in hexadecimal.")
    ] = None,
    json_: Annotated[bool, typer.Option("--json", help="Answer as JSON.")] = False,
) -> None:
    """Say whether a chip is genuine and in force. Exit 0 valid, 1 invalid, 2 indeterminate."""
    from issuance.border.inspection import inspect_chip
    from issuance.border.offline import with_knowledge
    from issuance.border.steps import inspection_json
    from issuance.cli.verdicts import show_inspection
    from specs.load import load

    spec = load()
    try:
        at_ = moment_of(at)
        known = None if bundle is None else bundle_of(bundle, trust or (), memory, at=at_, crls=crl or ())
        store = known.trust if known else trust_of(trust or (), at=at_, own=not trust, crls=crl or ())
        held = _chip(paths, aa, spec)
    except IssuanceError as refused:
        if json_:
            answer(problem(refused))
            raise typer.Exit(2) from None
        words = "; ".join(f"{f.ar} / {f.en}" for f in refused.faults)
        raise typer.BadParameter(words) from None
    verdict = inspect_chip(held, store, at_, spec)
    if known is not None:
        verdict = with_knowledge(verdict, known, at_, spec)
    if json_:
        answer(inspection_json(verdict, spec.border_inspection))
    else:
        show_inspection(", ".join(map(str, paths)), verdict, spec.border_inspection)
    raise typer.Exit(EXIT_CODE[verdict.status])


def _chip(paths: list[Path], aa: str | None, spec: Specification) -> Chip:
    """The chip of these paths with the record given beside them. Raises `Invalid`."""
    from dataclasses import replace

    from issuance.border.chip_files import collect

    held = collect(paths, spec.border_inspection.chip_files)
    if aa is None:
        return held
    record = _RECORD.fullmatch(aa)
    if record is None:
        raise Invalid(
            Fault(
                "inspect.active_authentication",
                "اكتب التحدي والجواب بالست عشري وبينهما نقطتان",
                "write challenge and response in hexadecimal with a colon between them",
                field="aa",
                clause="Doc 9303-11 §6.1",
            )
        )
    return replace(held, active_authentication=(bytes.fromhex(record[1]), bytes.fromhex(record[2])))
