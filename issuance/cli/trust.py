"""`issuance trust`: what verifiers here believe. Import certificates and signed lists, withdraw, count what is held."""

from __future__ import annotations

import getpass
import os
from collections import Counter
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.table import Table
from rich.text import Text

from issuance.cli.judging import moment_of
from issuance.cli.output import answer, console, errors, typed_errors
from issuance.cli.session import opened

if TYPE_CHECKING:
    from keys.trust_import import ImportReport
    from keys.trust_snapshots import Snapshot
    from keys.trust_survey import Survey
    from keys.trust_withdrawal import Withdrawal

app = typer.Typer(
    help="Trusted authorities, signed lists, revocation lists: import, withdraw and list.", no_args_is_help=True
)
Json = Annotated[bool, typer.Option("--json", help="Answer as JSON.")]
Directory = Annotated[
    Path | None, typer.Option("--trust", help="Another directory of trust than this installation's; made when absent.")
]


@app.command("import")
def import_(
    paths: Annotated[
        list[Path], typer.Argument(metavar="PATH...", help=".cer .crt .der .pem .crl .ml .dl .ldif, or directories.")
    ],
    anchor: Annotated[
        list[Path] | None, typer.Option(help="CSCA certificate that signed lists may lead to, got by another way.")
    ] = None,
    trust: Directory = None,
    json_: Json = False,
) -> None:
    """Take in certificates and lists as one dated snapshot. A list is judged first, and refused whole when it fails.

    Exit 0 when everything was taken in or known, 1 when something was refused.
    """
    if trust is None:
        with opened(json_, "trust.import") as (service, actor):
            from issuance.jobs.trust import import_into

            report = import_into(service, actor, paths, anchor or [])
    else:
        with typed_errors(json_):
            report = _into_directory(trust, paths, anchor or [])
    if json_:
        answer(report.as_json())
    else:
        _show_import(report)
    raise typer.Exit(1 if report.refused else 0)


@app.command()
def scheduled(
    at_once: Annotated[bool, typer.Option("--at-once", help="Import now, whatever the schedule says.")] = False,
    json_: Json = False,
) -> None:
    """What came of the last import on the schedule (ISSUANCE_TRUST_IMPORT), and its alarms. Exit 1: alarms."""
    with opened(json_, "trust.scheduled") as (service, actor):
        from issuance.jobs.trust_schedule import alarms, import_due, last_import

        now = service.clock()
        if at_once:
            import_due(service, now, at_once=True, actor=actor)
        last = last_import(service.settings)
        found = [{"code": f.code, "ar": f.ar, "en": f.en} for f in alarms(service, now)]
    if last is not None:
        last.pop("files_print", None)
    if json_:
        answer({"last": last, "alarms": found})
    else:
        if last is not None:
            added = ", ".join(f"{kind} {count}" for kind, count in last["added"].items()) or "لا جديد / nothing new"
            console.print(
                Text(f"{last['at']}  ملفات / files {last['files']}  {added}  رُفض / refused {last['refused_count']}")
            )
        for one in found:
            errors.print(f"{one['ar']}\n{one['en']} [{one['code']}]", style="red", markup=False, highlight=False)
    raise typer.Exit(1 if found else 0)


@app.command()
def withdraw(
    name: Annotated[
        str, typer.Argument(metavar="SHA256|KEY-ID", help="Of an imported anchor, certificate or list, in hexadecimal.")
    ],
    reason: Annotated[str, typer.Option(metavar="TEXT", help="Why; kept for ever.")],
    trust: Directory = None,
    json_: Json = False,
) -> None:
    """Trust an imported thing no more from now on; a verdict of an earlier day stays what it was.

    A master list takes with it the anchors that only it vouched for. Our own is not withdrawn here.
    """
    if trust is None:
        with opened(json_, "trust.withdraw") as (service, actor):
            from issuance.jobs.trust import withdraw_from

            done = withdraw_from(service, actor, name, reason)
    else:
        with typed_errors(json_):
            from issuance.core import clock
            from keys.trust_archive import TrustArchive
            from keys.trust_withdrawal import withdraw as leave
            from specs.load import load

            done = leave(TrustArchive(trust), name, reason, clock.now(), _at_this_console(), load().pki_profiles)
    if json_:
        answer(done.as_json())
    else:
        _show_withdrawal(done)


@app.command("list")
def list_(
    at: Annotated[str | None, typer.Option(help="As of this time, e.g. 2026-11-22T09:30Z; default: now.")] = None,
    trust: Directory = None,
    json_: Json = False,
) -> None:
    """Count what is trusted: anchors by State and whether each can be used, certificates, freshness of CRLs."""
    from keys.trust_archive import TrustArchive
    from keys.trust_survey import survey

    with typed_errors(json_):
        when = moment_of(at)
        archive = TrustArchive(trust or Path(os.environ.get("ISSUANCE_HOME") or "var") / "trust")
        found = survey(archive.at(when), when)
        snapshots = [s for s in archive.snapshots if s.at <= when]
    if json_:
        kinds = ("master_list", "deviation_list")
        lists = [{"kind": i.kind, "sha256": i.sha256} for i in archive.items(when) if i.kind in kinds]
        held = {"snapshots": [_as_json(s) for s in snapshots], "lists": lists}
        answer({"at": when.isoformat(), **held, **found.as_json()})
    else:
        _show_survey(found, when, len(snapshots))
        _show_withdrawals(snapshots)


def _as_json(snapshot: Snapshot) -> dict[str, Any]:
    held = {"number": snapshot.number, "at": snapshot.at.isoformat(), "by": snapshot.by, "items": len(snapshot.items)}
    if not snapshot.withdrawn:
        return held
    return held | {
        "withdrawn": list(snapshot.withdrawn),
        "with_it": list(snapshot.with_it),
        "reason": snapshot.reason,
    }


def _into_directory(directory: Path, paths: list[Path], anchors: list[Path]) -> ImportReport:
    """For a station that has no installation: the archive alone says who did it."""
    from issuance.core import clock
    from keys.trust_archive import TrustArchive
    from keys.trust_import import import_trust
    from specs.errors import Fault, Unavailable
    from specs.load import load

    try:
        directory.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        words = "تعذّر إنشاء المجلد", f"the directory cannot be made: {error.strerror}"
        raise Unavailable(Fault("trust.directory", *words, field=str(directory))) from error
    return import_trust(TrustArchive(directory), paths, anchors, clock.now(), _at_this_console(), load().pki_profiles)


def _at_this_console() -> str:
    return f"console:{getpass.getuser()}"


def _show_import(report: ImportReport) -> None:
    if report.snapshot is None:
        console.print("لا جديد / nothing new")
    else:
        added = ", ".join(f"{kind} {count}" for kind, count in Counter(i.kind for i in report.snapshot.items).items())
        when = f"{report.snapshot.at:%Y-%m-%d %H:%M:%SZ}"
        console.print(f"لقطة / snapshot {report.snapshot.number}  {when}  {added}", highlight=False)
    for name, verdict in report.lists:
        facts = verdict.facts
        console.print(
            Text(f"{name}: {facts.get('country')} {facts.get('signed_at')} {facts.get('certificates') or ''}")
        )
    for fault in report.refused:
        errors.print(f"{fault.ar}\n{fault.en} [{fault.code}]", style="red", markup=False, highlight=False)


def _show_withdrawal(done: Withdrawal) -> None:
    when = f"{done.snapshot.at:%Y-%m-%d %H:%M:%SZ}"
    console.print(f"لقطة / snapshot {done.snapshot.number}  {when}", highlight=False)
    for sha256, (kind, holder) in done.named.items():
        console.print(Text(f"سُحبت / withdrawn: {kind} {holder} {sha256}"))
    if done.with_it:
        console.print(f"ومعها / and with it: {len(done.with_it)}", highlight=False)
    for sha256 in done.same_key:
        console.print(Text(f"لا يزال موثوقًا بالمفتاح نفسه / still trusted with the same key: {sha256}"), style="yellow")


def _show_withdrawals(snapshots: list[Snapshot]) -> None:
    for snapshot in snapshots:
        if snapshot.withdrawn:
            when, count = f"{snapshot.at:%Y-%m-%d}", len(snapshot.withdrawn) + len(snapshot.with_it)
            console.print(Text(f"سُحب / withdrawn {when}: {count} ({snapshot.withdrawn[0][:16]}) {snapshot.reason}"))


def _show_survey(found: Survey, at: datetime, snapshots: int) -> None:
    held = found.authorities
    counts = Counter(one.self_signature for one in held)
    console.print(
        f"{at:%Y-%m-%d %H:%M:%SZ}  لقطات / snapshots {snapshots}  شهادات أخرى / others {found.certificates}",
        highlight=False,
    )
    table = Table("سلطات / anchors", "عدد / count")
    for title, count in (
        ("الكل / all", len(held)),
        ("قُرئت / loaded", sum(one.loaded for one in held)),
        ("مفتاحها معروف / public key extracted", sum(bool(one.public_key) for one in held)),
        ("توقيعها الذاتي صحيح / self-signature holds", counts["holds"]),
        ("شهادات ربط / link certificates", counts["link"]),
        ("توقيعها الذاتي خاطئ / self-signature fails", counts["fails"]),
        ("تعذّر الحساب / cannot be computed", counts["cannot_compute"]),
        ("صالحة للاستعمال / usable", sum(one.usable for one in held)),
    ):
        table.add_row(title, str(count))
    console.print(table)
    states = Counter(one.state for one in held)
    console.print(" ".join(f"{state}:{count}" for state, count in sorted(states.items())), highlight=False)
    for one in held:
        if one.reason:
            console.print(Text(f"{one.state} {one.name} {one.sha256[:16]}: {one.reason}"))
    if found.crls:
        table = Table("قائمة إبطال / CRL", "رقم / number", "حتى / until", "حداثتها / freshness", "توقيعها / signature")
        for crl in found.crls:
            until = f"{crl.next_update:%Y-%m-%d}" if crl.next_update else ""
            table.add_row(f"{crl.state} {crl.issuer}", str(crl.number or ""), until, crl.freshness, crl.signature)
        console.print(table)
