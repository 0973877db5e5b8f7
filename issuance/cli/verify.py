"""`issuance verify`: one verdict for each document given, and the worst of them as exit code."""

from __future__ import annotations

import os
import sys
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from issuance.cli.output import answer, problem
from issuance.cli.verdicts import show_verdict
from keys.verdict import EXIT_CODE, Verdict
from specs.errors import Fault, Invalid, IssuanceError

if TYPE_CHECKING:
    from keys.trust import TrustStore

_FIRST_YEAR, _LAST_YEAR = 1950, 2150


def verify(
    paths: Annotated[
        list[str],
        typer.Argument(
            metavar="PATH...",
            help="Certificate PDF, seal (file, picture, text, address), folder of chip files, MRZ; - is stdin.",
        ),
    ],
    trust: Annotated[
        Path | None, typer.Option(help="Directory of trusted *.cer and *.crl files; default: this installation's.")
    ] = None,
    at: Annotated[str | None, typer.Option(help="Judge as of this time, e.g. 2026-11-22T09:30Z; default: now.")] = None,
    json_: Annotated[bool, typer.Option("--json", help="Answer as JSON.")] = False,
) -> None:
    """Say whether documents are genuine and in force. Exit 0 valid, 1 invalid, 2 indeterminate: the worst of all."""
    from issuance.border.verify import worst

    try:
        moment = _moment(at)
        store = _trust(trust or Path(os.environ.get("ISSUANCE_HOME") or "var") / "trust")
    except IssuanceError as refused:
        if json_:
            answer(problem(refused))
            raise typer.Exit(2) from None
        words = "; ".join(f"{f.ar} / {f.en}" for f in refused.faults)
        raise typer.BadParameter(words, param_hint=f"--{refused.faults[0].field}") from None
    verdicts = [_verdict(given, store, moment) for given in paths]
    status = worst(verdicts)
    if not json_:
        for given, verdict in zip(paths, verdicts, strict=True):
            show_verdict(given, verdict)
    elif len(paths) == 1:
        answer(verdicts[0].as_json())
    else:
        documents = [{"path": given, **v.as_json()} for given, v in zip(paths, verdicts, strict=True)]
        answer({"status": status, "documents": documents})
    raise typer.Exit(EXIT_CODE[status])


def _moment(at: str | None) -> datetime:
    """The time to judge at, aware; a time without a zone is UTC. Raises `Invalid`."""
    if at is None:
        from issuance.core import clock

        return clock.now()
    try:
        moment = datetime.fromisoformat(at)
    except ValueError:
        raise Invalid(_time_fault("form", "اكتب الوقت بصيغة ISO 8601", f"not an ISO 8601 time: {at[:40]!r}")) from None
    if not _FIRST_YEAR <= moment.year <= _LAST_YEAR:  # beyond, the arithmetic of dates and time zones runs out
        years = f"{_FIRST_YEAR} - {_LAST_YEAR}"
        raise Invalid(_time_fault("range", f"السنة خارج {years}", f"the year lies outside {years}"))
    return moment if moment.tzinfo is not None else moment.replace(tzinfo=UTC)


def _time_fault(code: str, ar: str, en: str) -> Fault:
    return Fault(f"verify.time_{code}", f"{ar}، مثل 2026-11-22T09:30Z", f"{en}; write 2026-11-22T09:30Z", field="at")


def _trust(directory: Path) -> TrustStore:
    """The store of that directory. Raises `Invalid`, field `trust`."""
    from keys.trust import TrustStore

    try:
        return TrustStore.from_directory(directory)
    except IssuanceError as error:
        named = [replace(f, ar=f"{f.ar} ({f.field})", en=f"{f.en} ({f.field})", field="trust") for f in error.faults]
        raise Invalid(*named) from None


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
