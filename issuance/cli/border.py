"""`issuance border`: the offline bundle of a border post. Make one here; show and update one anywhere."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.table import Table

from issuance.cli.output import answer, console, typed_errors
from issuance.cli.session import opened

if TYPE_CHECKING:
    from issuance.border.bundle.container import Head
    from keys.trust import TrustStore

app = typer.Typer(help="حزمة المنفذ بلا اتصال / The offline bundle of a border post.", no_args_is_help=True)
Json = Annotated[bool, typer.Option("--json", help="Answer as JSON.")]
Trust = Annotated[
    list[Path] | None,
    typer.Option(help="Authorities of our State that a bundle must lead to (repeatable); default: those remembered."),
]
MemoryFile = Annotated[
    Path | None, typer.Option("--memory", help="Where the newest version seen is kept; default: beside the bundle.")
]


@app.command()
def bundle(
    out: Annotated[Path, typer.Argument(metavar="OUT", help="The file to write.")],
    since: Annotated[Path | None, typer.Option(help="Write only what changed since this bundle: a delta.")] = None,
    json_: Json = False,
) -> None:
    """Write the bundle as of now; made anew when anything changed since the last one."""
    with opened(json_, "border.bundle") as (service, actor):
        from issuance.border.bundle.describing import described
        from issuance.border.bundle.making import current
        from issuance.border.bundle.updating import delta_of_files, put

        made = current(service, actor, service.clock(), at_once=True)
        put(out, made.path.read_bytes() if since is None else delta_of_files(since, made.path, service.spec))
        told = described(made.token, made.head, [])
    if json_:
        answer(told)
    else:
        _show(made.head, out)


@app.command()
def update(
    path: Annotated[Path, typer.Argument(metavar="BUNDLE", help="The bundle of this post.")],
    offered: Annotated[Path, typer.Argument(metavar="DELTA", help="A delta to it, or a newer bundle.")],
    trust: Trust = None,
    memory: MemoryFile = None,
    json_: Json = False,
) -> None:
    """Bring a bundle up to date: afterwards the old one or the new one stands, never half of either."""
    with typed_errors(json_):
        from issuance.border.bundle.describing import described
        from issuance.border.bundle.opening import read_bundle
        from issuance.border.bundle.updating import update as bring
        from specs.load import load

        head = bring(path, offered, _trusted(trust), load(), memory)
        held = read_bundle(path, load())
        told = described(held.token, held.head, [])
        held.close()
    if json_:
        answer(told)
    else:
        _show(head, path)


@app.command()
def show(
    path: Annotated[Path, typer.Argument(metavar="BUNDLE")],
    trust: Trust = None,
    memory: MemoryFile = None,
    at: Annotated[str | None, typer.Option(help="As of this time, e.g. 2026-11-22T09:30Z; default: now.")] = None,
    json_: Json = False,
) -> None:
    """Judge a bundle and say what it holds. Exit 0 when it may be relied upon, 2 when it is too old."""
    with typed_errors(json_):
        from issuance.border.bundle.describing import described
        from issuance.border.bundle.opening import BundleKnowledge
        from issuance.cli.judging import moment_of
        from specs.load import load

        moment = moment_of(at)
        held = BundleKnowledge.open(path, _trusted(trust), load(), memory)
        age = held.freshness(moment)
        told = described(held.opened.token, held.head, []) | {"numbers": held.opened.status.count, "fresh": age.result}
        head = held.head
        held.close()
    if json_:
        answer(told)
    else:
        _show(head, path)
        console.print(f"{age.reason_ar} / {age.reason}", highlight=False)
    raise typer.Exit(0 if age.result == "pass" else 2)


def _trusted(paths: list[Path] | None) -> TrustStore | None:
    """Whom the options name, None: whoever is remembered."""
    from issuance.cli.judging import moment_of, trust_of

    return trust_of(paths, at=moment_of(None), own=False) if paths else None


def _show(head: Head, path: Path) -> None:
    console.print(f"{path}  {head.version}  {head.made_at:%Y-%m-%d %H:%MZ} → {head.good_until:%Y-%m-%d %H:%MZ}")
    table = Table("ملف / file", "بايت / bytes", "SHA-256")
    for one in head.files:
        table.add_row(one.name, str(one.size), one.sha256[:16])
    console.print(table)
