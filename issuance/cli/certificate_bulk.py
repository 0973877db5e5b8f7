"""`issuance certificates bulk FILE`, `bulk status ID`, `bulk report ID`: requests of an authority."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table
from typer.core import TyperGroup

from issuance.cli.output import answer, console, errors
from issuance.cli.session import opened, read_bytes

if TYPE_CHECKING:
    from typer._click.core import Context

    from issuance.certificates.bulk import BulkView
    from issuance.certificates.bulk_report import Fate, Report
    from issuance.core.actor import Actor
    from issuance.service import Service

LOOK_SECONDS = 0.3
PLACE_SECONDS = 3.0


class FileFirst(TyperGroup):
    """What follows is a file to send, unless it is the name of a command."""

    def parse_args(self, ctx: Context, args: list[str]) -> list[str]:
        if args and args[0] not in self.commands and args[0] != "--help":
            args = ["send", *args]
        return super().parse_args(ctx, args)


app = typer.Typer(cls=FileFirst, help="Requests in bulk: a FILE, or send, status, report.", no_args_is_help=True)
webhooks = typer.Typer(help="Webhooks of bulk requesters: add, list, close.", no_args_is_help=True)
Json = Annotated[bool, typer.Option("--json", help="Answer as JSON.")]


@app.command()
def send(
    file: Path,
    office: Annotated[str, typer.Option(help="The records office that issues.")],
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Tell what would be refused and keep nothing.")] = False,
    report: Annotated[Path | None, typer.Option(help="Write every row's fate here: .json or .csv.")] = None,
    json_: Json = False,
) -> None:
    """Ask for a certificate for every row of a CSV file (docs/certificates-bulk.md). Run again after an interruption.

    Leaves with 1 when a row was refused.
    """
    from issuance.certificates import bulk, bulk_report

    with opened(json_, "certificates.bulk") as (service, actor):
        content, now = read_bytes(file, "FILE"), service.clock()
        if dry_run:
            rows = tuple(bulk_report.foretold(bulk.dry_run(service, actor, office, content, now)))
            told: dict[str, Any] = {"dry_run": True, "rows": [row.as_json() for row in rows]}
            _write(report, told, bulk_report.fates_csv(rows))
        else:
            view = bulk.send(service, actor, office, content, now)
            _worked_off(service, actor, view)
            whole = bulk_report.report(service, actor, view.id, service.clock())
            rows, told = whole.rows, whole.as_json()
            _write(report, told, whole.as_csv())
    if json_:
        answer(told)
    else:
        _tell(rows, None if dry_run else view.id)
    raise typer.Exit(1 if any(row.fate == "refused" for row in rows) else 0)


@app.command()
def status(bulk: str, json_: Json = False) -> None:
    """How far a file is."""
    from issuance.certificates import bulk as bulks

    with opened(json_, "certificates.bulk") as (service, actor):
        view = bulks.seen(service, actor, bulk)
    if json_:
        answer(view.as_json())
        return
    ended = "انتهى / ended" if view.ended_at else "قيد العمل / being worked on"
    console.print(f"{view.id}: {view.settled} / {view.rows} ({ended})", highlight=False)


@app.command("report")
def report_(
    bulk: str,
    out: Annotated[Path | None, typer.Option(help="Write it here: .json or .csv.")] = None,
    json_: Json = False,
) -> None:
    """The fate of every row as it stands now."""
    from issuance.certificates import bulk_report

    with opened(json_, "certificates.bulk") as (service, actor):
        whole: Report = bulk_report.report(service, actor, bulk, service.clock())
        _write(out, whole.as_json(), whole.as_csv())
    if json_:
        answer(whole.as_json())
    else:
        _tell(whole.rows, bulk)


@webhooks.command("add")
def add_webhook(
    client: Annotated[str, typer.Argument(help="Name or id of the connected system, or office:CODE.")],
    url: Annotated[str, typer.Argument(help="https://...")],
    json_: Json = False,
) -> None:
    """Tell a requester's system of its requests; the secret of the signatures is printed once."""
    from issuance.certificates import webhooks as hooks

    with opened(json_, "certificates.webhooks") as (service, actor):
        view, secret = hooks.register(service, actor, client, url, service.clock())
    if json_:
        answer(view.as_json() | {"secret": secret})
    else:
        console.print(f"{view.id}\n{secret}", highlight=False)
        console.print("[yellow]يُعرض السر مرة واحدة / the secret is shown only now[/]")


@webhooks.command("list")
def list_webhooks(json_: Json = False) -> None:
    """Every address, the newest first, and how many calls wait."""
    from issuance.certificates import webhooks as hooks

    with opened(json_, "certificates.webhooks") as (service, actor):
        views = hooks.webhooks(service, actor)
    if json_:
        answer({"webhooks": [view.as_json() for view in views]})
        return
    table = Table("المعرف / id", "النظام / client", "العنوان / address", "تنتظر / waiting", "تُركت / given up")
    for view in views:
        closed = " (مغلق / closed)" if view.closed_at else ""
        table.add_row(view.id, view.sender, view.url + closed, str(view.waiting), str(view.given_up))
    console.print(table)


@webhooks.command("close")
def close_webhook(webhook: str, json_: Json = False) -> None:
    """Send nothing more there."""
    from issuance.certificates import webhooks as hooks

    with opened(json_, "certificates.webhooks") as (service, actor):
        hooks.close(service, actor, webhook, service.clock())
    if json_:
        answer({"id": webhook})
    else:
        console.print(f"أُغلق / closed: {webhook}", highlight=False)


def _worked_off(service: Service, actor: Actor, view: BulkView) -> None:
    """Work here, or watch the process that does, until nothing is left to the service."""
    from issuance.certificates import bulk
    from issuance.jobs.durable import worker
    from specs.errors import Unavailable

    with ExitStack() as held, _bar() as progress:
        ours, asked_at = None, 0.0
        while view.ended_at is None:
            if ours is None and time.monotonic() - asked_at > PLACE_SECONDS:
                ours, asked_at = held.enter_context(worker(service)), time.monotonic()
                if ours is not None:
                    ours.take_up(service)
            elif ours is not None:
                ours.require_running(view.id)
            time.sleep(LOOK_SECONDS)
            with suppress(Unavailable):
                view = bulk.seen(service, actor, view.id)
            progress(view.settled, view.rows)


def _write(out: Path | None, told: dict[str, Any], table: str) -> None:
    import json

    from issuance.jobs.files import write_if_changed

    if out is None:
        return
    if out.suffix not in (".json", ".csv"):
        raise typer.BadParameter("الملف ينتهي بـ .json أو .csv / the file ends in .json or .csv", param_hint="--report")
    text = table if out.suffix == ".csv" else json.dumps(told, ensure_ascii=False, indent=2) + "\n"
    write_if_changed(out, text.encode())


def _tell(rows: tuple[Fate, ...], bulk: str | None) -> None:
    from collections import Counter

    from issuance.certificates.bulk_report import FATES

    table = Table("ما جرى / fate", "أسطر / rows")
    for fate, count in Counter(row.fate for row in rows).items():
        table.add_row(" / ".join(FATES[fate]), str(count))
    console.print(table)
    for row in [row for row in rows if row.faults][:20]:
        for fault in row.faults:
            where = f"{row.line} {row.reference or ''}".strip()
            console.print(f"{where}: {fault['ar']} / {fault['en']}", markup=False, highlight=False)
    if bulk is not None:
        console.print(bulk, highlight=False)


@contextmanager
def _bar() -> Iterator[Callable[[int, int], None]]:
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=errors, transient=True) as progress:
        task = progress.add_task("الشهادات / certificates", total=None)
        yield lambda done, in_all: progress.update(task, completed=done, total=in_all)
