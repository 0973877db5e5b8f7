"""`issuance passports lines`: list, register, approve, refuse, close, packages, send, collect, results.

The console is nobody in particular: alone it registers a line for trials; elsewhere two security officers do, each with
`--as`. What it sends and takes in is sealed and signed by others.
"""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.table import Table

from issuance.cli.output import answer, console
from issuance.cli.session import acting, opened, read_bytes

app = typer.Typer(help="Printing lines: register, send packages, take results.", no_args_is_help=True)
Json = Annotated[bool, typer.Option("--json", help="Answer as JSON.")]
As = Annotated[str | None, typer.Option("--as", help="The account of the officer who signs in here.")]
Why = Annotated[str, typer.Option("--words", help="Why, in words.")]
Out = Annotated[Path | None, typer.Option(help="Write the file here.")]


@app.command("list")
def list_(account: As = None, json_: Json = False) -> None:
    """Printing lines, those in use first; and what waits for this officer's approval."""
    from issuance.passports import line_register, lines

    with acting(json_, "passports.lines.list", account) as (service, actor):
        found, now = lines.lines(service, actor, service.clock()), service.clock()
        waits = [line_register.awaited_as_json(one) for one in line_register.awaited(service, actor, now)]
    if json_:
        answer({"lines": [one.as_json() for one in found], "waiting": waits})
        return
    table = Table("خط / line", "مكتب / office", "حالة / state", "صالح حتى / valid until")
    for one in found:
        table.add_row(one.id, one.office, one.state, f"{one.valid_until:%Y-%m-%d}")
    console.print(table)
    for held in waits:
        console.print(f"ينتظر / waits: {held['line']} {held['approval']} {held['sha256']}", highlight=False)


@app.command()
def register(
    line: Annotated[str, typer.Argument(help="Id of the line, new: letters, digits, dashes.")],
    office: Annotated[str, typer.Option(help="Code of the office whose books it makes.")],
    key: Annotated[Path, typer.Option(help="The public key the line made (DER).")],
    words: Annotated[str, typer.Option(help="Why, in words; with --as.")] = "",
    account: As = None,
    out: Out = None,
    json_: Json = False,
) -> None:
    """Ask for a line to be registered; another officer approves. Without --as: at once, for trials.

    --out writes its certificate (DER).
    """
    from issuance.jobs.files import write_if_changed
    from issuance.passports import line_register, lines
    from issuance.passports.line_register import Wanted

    with acting(json_, "passports.lines.register", account) as (service, actor):
        wanted = Wanted(line, office, read_bytes(key, "key"))
        if account is None:
            made: dict[str, Any] = line_register.register_line(service, actor, wanted, service.clock()).as_json()
            if out is not None:
                write_if_changed(out, lines.certificate(service, actor, line))
        else:
            approval = line_register.ask_line(service, actor, wanted, words, service.clock())
            made = {"approval": approval, "sha256": wanted.sha256}
    if json_:
        answer(made)
    elif account is None:
        console.print(f"سُجل الخط / registered: {line}", highlight=False)
    else:
        console.print(f"ينتظر ضابطاً ثانياً / waits for a second officer: {made['approval']}", highlight=False)
        console.print(f"بصمة المفتاح / digest of the key: {made['sha256']}", highlight=False)


@app.command()
def approve(approval: str, words: Why, account: As = None, out: Out = None, json_: Json = False) -> None:
    """As the second officer: the line makes the books of its office from now on. --out: its certificate."""
    from issuance.jobs.files import write_if_changed
    from issuance.passports import line_register, lines

    with acting(json_, "passports.lines.approve", account, officer=True) as (service, actor):
        made = line_register.approve_line(service, actor, approval, words, service.clock())
        if out is not None:
            write_if_changed(out, lines.certificate(service, actor, made.id))
    if json_:
        answer(made.as_json())
    else:
        console.print(f"سُجل الخط / registered: {made.id}", highlight=False)


@app.command()
def refuse(approval: str, words: Why, account: As = None, json_: Json = False) -> None:
    """As the second officer: no."""
    from issuance.passports import line_register

    with acting(json_, "passports.lines.refuse", account, officer=True) as (service, actor):
        line_register.refuse_line(service, actor, approval, words, service.clock())
    if json_:
        answer({"line": None})
    else:
        console.print("رُفض التسجيل / refused", highlight=False)


@app.command()
def close(
    line: str,
    reason: Annotated[str, typer.Option(help="replaced, retired or compromised.")],
    words: Why,
    account: As = None,
    json_: Json = False,
) -> None:
    """Close a line at once: nothing is made for it or sent to it any more."""
    from issuance.passports import line_register

    with acting(json_, "passports.lines.close", account) as (service, actor):
        made = line_register.close_line(service, actor, line, reason, words, service.clock())
    if json_:
        answer(made.as_json())
    else:
        console.print(f"أُغلق الخط / closed: {line}", highlight=False)


@app.command()
def packages(line: str, json_: Json = False) -> None:
    """Packages of a line, the newest first, and the books that wait for it."""
    from issuance.passports import line_views

    with opened(json_, "passports.lines.packages") as (service, actor):
        found = line_views.packages(service, actor, line, service.clock())
        waits = line_views.waiting(service, actor, line, service.clock())
    if json_:
        answer({"packages": [one.as_json() for one in found], "waiting": waits})
        return
    table = Table("أمر / package", "رقم / sequence", "حالة / state", "بلا جواب / outstanding", "ينتهي / expires")
    for one in found:
        expires = f"{one.expires_at:%Y-%m-%d %H:%M}"
        table.add_row(one.id, str(one.sequence), one.state, f"{one.outstanding}/{len(one.books)}", expires)
    console.print(table)
    console.print(f"دفاتر تنتظر الخط / books that wait: {len(waits)}", *waits, highlight=False)


@app.command()
def send(
    line: str,
    numbers: Annotated[
        list[str] | None, typer.Argument(help="Of books; else as many as wait and a package holds.")
    ] = None,
    out: Out = None,
    json_: Json = False,
) -> None:
    """Seal books to a line. Its program fetches the package, or --out writes it."""
    from issuance.jobs.files import write_if_changed
    from issuance.passports import line_packages

    with opened(json_, "passports.lines.send") as (service, actor):
        made = line_packages.send_package(service, actor, line, numbers or None, service.clock())
        if out is not None:
            write_if_changed(out, line_packages.collect(service, actor, line, made.id, service.clock()))
    if json_:
        answer(made.as_json())
    else:
        console.print(f"أمر العمل / package: {made.id}", *made.numbers, highlight=False)


@app.command()
def collect(
    line: str,
    package: str,
    out: Annotated[Path, typer.Option(help="Write the sealed package (DER) here.")],
    json_: Json = False,
) -> None:
    """Fetch a sealed package again, until the line answered for all its books or its time is over."""
    from issuance.jobs.files import write_if_changed
    from issuance.passports import line_packages

    with opened(json_, "passports.lines.collect") as (service, actor):
        content = line_packages.collect(service, actor, line, package, service.clock())
        write_if_changed(out, content)
    if json_:
        answer({"package": package, "bytes": len(content), "sha256": hashlib.sha256(content).hexdigest()})


@app.command()
def results(
    message: Annotated[Path, typer.Argument(help="What the line answered: CMS SignedData, DER.")], json_: Json = False
) -> None:
    """Take in what a line answered, for all books of a package or some."""
    from issuance.passports import line_results

    with opened(json_, "passports.lines.results") as (service, actor):
        taken = line_results.take_results(service, actor, read_bytes(message, "message"), service.clock())
    if json_:
        answer(taken.as_json())
        return
    console.print(f"كُتب / written: {len(taken.written)}", *taken.written, highlight=False)
    console.print(f"تعذر / failed: {len(taken.failed)}", *taken.failed, highlight=False)
    console.print(f"بلا جواب / outstanding: {len(taken.outstanding)}", *taken.outstanding, highlight=False)
