"""`issuance verify`: one verdict for each document given, and the worst of them as exit code."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from issuance.cli.judging import bundle_of, moment_of, register_here, trust_of
from issuance.cli.output import answer, problem
from issuance.cli.verdicts import show_document
from keys.verdict import EXIT_CODE, Verdict
from specs.errors import IssuanceError

if TYPE_CHECKING:
    from datetime import datetime

    from keys.trust import TrustStore


def verify(
    paths: Annotated[
        list[str],
        typer.Argument(
            metavar="PATH...",
            help="Certificate PDF, seal (file, picture, text, address), folder of chip files, MRZ; - is stdin.",
        ),
    ],
    trust: Annotated[
        list[Path] | None,
        typer.Option(help="Trusted certificates: file, folder or archive (repeatable); default: this installation's."),
    ] = None,
    bundle: Annotated[
        Path | None, typer.Option(help="Offline bundle: trust and status from this file, no server and no database.")
    ] = None,
    memory: Annotated[
        Path | None, typer.Option(help="Where the newest bundle seen is remembered; default: beside the bundle.")
    ] = None,
    at: Annotated[str | None, typer.Option(help="Judge as of this time, e.g. 2026-11-22T09:30Z; default: now.")] = None,
    json_: Annotated[bool, typer.Option("--json", help="Answer as JSON.")] = False,
) -> None:
    """Say whether documents are genuine and in force. Exit 0 valid, 1 invalid, 2 indeterminate: the worst of all."""
    from issuance.border.steps import verdict_json
    from issuance.border.verify import worst
    from specs.load import load

    rules = load().border_inspection

    try:
        moment = moment_of(at)
        known = None if bundle is None else bundle_of(bundle, trust or (), memory, at=moment)
        store = known.trust if known else trust_of(trust or (), at=moment, own=not trust)
    except IssuanceError as refused:
        if json_:
            answer(problem(refused))
            raise typer.Exit(2) from None
        words = "; ".join(f"{f.ar} / {f.en}" for f in refused.faults)
        raise typer.BadParameter(words, param_hint=f"--{refused.faults[0].field}") from None
    verdicts = [_verdict(given, store, moment) for given in paths]
    if known is not None:
        from issuance.border.offline import with_knowledge

        verdicts = [with_knowledge(verdict, known, moment, load()) for verdict in verdicts]
    elif not trust and (register := register_here()) is not None:
        from issuance.border.status import with_status

        verdicts = [with_status(verdict, register, moment, load()) for verdict in verdicts]
        register.close()
    status = worst(verdicts)
    if not json_:
        for given, verdict in zip(paths, verdicts, strict=True):
            show_document(given, verdict)
    elif len(paths) == 1:
        answer(verdict_json(verdicts[0], rules))
    else:
        documents = [{"path": given, **verdict_json(v, rules)} for given, v in zip(paths, verdicts, strict=True)]
        answer({"status": status, "documents": documents})
    raise typer.Exit(EXIT_CODE[status])


def _verdict(given: str, trust: TrustStore, at: datetime) -> Verdict:
    """A path when there is such a file; else the text itself when it can be one."""
    from issuance.border.mrz import looks_like_mrz
    from issuance.border.verify import verify_bytes, verify_path, verify_text
    from keys.pdf_verify import MAXIMUM_BYTES

    if given == "-":
        return verify_bytes(sys.stdin.buffer.read(MAXIMUM_BYTES + 1), "-", trust, at, read_pages=True)
    try:
        there = Path(given).exists()
    except OSError:
        there = False
    if not there and ("#" in given or "://" in given or len(given) > 100 or looks_like_mrz(given)):
        return verify_text(given, trust, at)
    return verify_path(Path(given), trust, at)
