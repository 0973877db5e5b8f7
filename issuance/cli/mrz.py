"""`issuance mrz check | build | transliterate`: for people by arguments, for programs by one JSON value a line.

A thin edge: it reads, calls `issuance.mrtd`, writes. Heavy imports wait until a command runs.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Annotated, Any, BinaryIO

import typer

if TYPE_CHECKING:
    from issuance.mrtd.mrz import MrzReport

MAXIMUM_LINE_BYTES = 64 * 1024

app = typer.Typer(no_args_is_help=True, help="Machine readable zones: check, build, transliterate.")

Jsonl = Annotated[bool, typer.Option("--jsonl", help="Read one JSON value a line, answer one a line.")]
AsJson = Annotated[bool, typer.Option("--json", help="Answer in JSON.")]


@app.command()
def check(
    lines: Annotated[
        list[str] | None, typer.Argument(help="The lines of the zone; without them, standard input.")
    ] = None,
    jsonl: Jsonl = False,
    as_json: AsJson = False,
) -> None:
    """Say whether a machine readable zone is well formed, and what is wrong with it. Exit 0 if valid, 1 if not."""
    from issuance.mrtd.mrz import check as judge
    from issuance.mrtd.mrz import standing_rules

    rules = standing_rules()
    if jsonl:
        _stream(lambda value: judge(_asked(value, "lines"), rules).as_json(), _unreadable_zone)
        return
    report = judge(lines or sys.stdin.read(MAXIMUM_LINE_BYTES).split(), rules)
    if as_json:
        _write(report.as_json())
    else:
        _show(report)
    raise typer.Exit(0 if report.valid else 1)


@app.command()
def build(
    format_name: Annotated[str, typer.Argument(metavar="FORMAT", help="TD1, TD2, TD3, MRVA or MRVB.")] = "TD3",
    field: Annotated[list[str] | None, typer.Option("--field", "-f", help="NAME=VALUE, once a field.")] = None,
    jsonl: Jsonl = False,
    as_json: AsJson = False,
) -> None:
    """Write the lines of a zone from its fields (surname=..., document_number=..., birth_date=YYMMDD, ...)."""
    if jsonl:
        _stream(_built, _unreadable_input)
        return
    fields = dict(part.partition("=")[::2] for part in field or [])
    answer = _built({"format": format_name, **fields})
    if as_json:
        _write(answer)
    elif "lines" in answer:
        typer.echo("\n".join(answer["lines"]))
        if answer["truncated"]:
            typer.echo("The name was truncated to fit.", err=True)
    else:
        _show_errors(answer["errors"])
    raise typer.Exit(0 if "lines" in answer else 1)


@app.command()
def transliterate(
    text: Annotated[str | None, typer.Argument(help="A name in Arabic or Latin letters.")] = None,
    jsonl: Jsonl = False,
    as_json: AsJson = False,
) -> None:
    """Write a name in the letters of the machine readable zone."""
    if jsonl:
        _stream(_transliterated, _unreadable_input)
        return
    answer = _transliterated({"text": text if text is not None else sys.stdin.read(MAXIMUM_LINE_BYTES)})
    if as_json:
        _write(answer)
    elif "mrz" in answer:
        typer.echo(answer["mrz"])
    else:
        _show_errors(answer["errors"])
    raise typer.Exit(0 if "mrz" in answer else 1)


def _built(value: object) -> dict[str, Any]:
    from issuance.mrtd.mrz import build as write
    from issuance.mrtd.mrz.faults import as_json
    from specs.errors import Invalid

    if not isinstance(value, dict):
        return _unreadable_input("an object with the fields is needed")
    fields = {name: held for name, held in value.items() if name != "format"}
    try:
        return write(value.get("format"), fields).as_json()
    except Invalid as refused:
        return {"errors": [as_json(found) for found in refused.faults]}


def _transliterated(value: object) -> dict[str, Any]:
    from issuance.mrtd.mrz.faults import as_json
    from issuance.mrtd.text import transliterate as write
    from specs.errors import Invalid

    text = _asked(value, "text")
    if not isinstance(text, str):
        return {"errors": [{"field": "text", "code": "type", "message": "text is needed"}]}
    try:
        return {"mrz": write(text)}
    except Invalid as refused:
        return {"errors": [as_json(found) for found in refused.faults]}


def _asked(value: object, name: str) -> object:
    return value.get(name) if isinstance(value, dict) else None


def _unreadable_input(why: str) -> dict[str, Any]:
    return {"errors": [{"field": "input", "code": "json", "message": why}]}


def _unreadable_zone(why: str) -> dict[str, Any]:
    return {"valid": False, "format": None, "fields": {}, **_unreadable_input(why), "warnings": []}


def _stream(answer: Callable[[object], dict[str, Any]], unreadable: Callable[[str], dict[str, Any]]) -> None:
    """One answer a line, written before the next line is read, so another program can hold a conversation."""
    for line in _input_lines(sys.stdin.buffer):
        if line is None:
            _write(unreadable(f"the line is longer than {MAXIMUM_LINE_BYTES} bytes"))
            continue
        try:
            value = json.loads(line)
        except (ValueError, RecursionError):
            _write(unreadable("the line is not JSON in UTF-8"))
            continue
        _write(answer(value))


def _input_lines(source: BinaryIO) -> Iterator[bytes | None]:
    """Each line; None for one that is too long, read past in pieces so memory stays bounded."""
    while line := source.readline(MAXIMUM_LINE_BYTES + 1):
        if len(line) <= MAXIMUM_LINE_BYTES:
            yield line
            continue
        while line and not line.endswith(b"\n"):
            line = source.readline(MAXIMUM_LINE_BYTES)
        yield None


def _write(value: dict[str, Any]) -> None:
    sys.stdout.write(json.dumps(value) + "\n")  # ASCII: whatever came in, it can be written
    sys.stdout.flush()


def _show(report: MrzReport) -> None:
    from rich.console import Console
    from rich.markup import escape
    from rich.table import Table

    console = Console()
    verdict = "[bold green]valid[/]" if report.valid else "[bold red]not valid[/]"
    console.print(f"{report.format or 'unknown format'}: {verdict}")
    if report.fields:
        table = Table(show_header=False, box=None)
        for name, value in report.fields.items():
            table.add_row(name, escape(value))
        console.print(table)
    for kind, found in (("error", report.errors), ("warning", report.warnings)):
        for one in found:
            console.print(
                f"{kind}: {one.field}: {escape(one.en)} ({one.clause})\n       {escape(one.ar)}", soft_wrap=True
            )


def _show_errors(errors: list[dict[str, str]]) -> None:
    for one in errors:
        typer.echo(f"error: {one['field']}: {one['message']}", err=True)
