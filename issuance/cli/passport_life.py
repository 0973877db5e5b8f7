"""`issuance passports`: hand-over, receive, report, standing, invalidate, cut-off, defects, carriers, sltd.

At the console nobody is signed in: it counts and lists, cuts off and exports; what takes two people it cannot do.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer
from rich.table import Table

from issuance.cli.output import answer, console
from issuance.cli.session import opened, read_json

Json = Annotated[bool, typer.Option("--json", help="Answer as JSON.")]


def register(app: typer.Typer) -> None:
    """Add the commands to `issuance passports`."""
    app.command("hand-over")(hand_over)
    app.command()(receive)
    app.command()(report)
    app.command("holder-ended")(holder_ended)
    app.command()(standing)
    app.command()(invalidate)
    app.command("cut-off")(cut_off)
    app.command()(defects)
    app.command()(carriers)
    app.command()(sltd)
    app.command("sltd-acknowledge")(sltd_acknowledge)


def hand_over(
    number: str,
    receiver: Annotated[str, typer.Option(help="holder, guardian, proxy or post.")],
    method: Annotated[str, typer.Option(help="fingerprint, face or document.")],
    proof: Annotated[str, typer.Option(help="Number of the paper seen.")],
    national_number: Annotated[str | None, typer.Option(help="Of the guardian or proxy.")] = None,
    json_: Json = False,
) -> None:
    """Hand a book over: from now on it is valid, and no earlier one is."""
    from issuance.passports import delivering, reports

    seen: dict[str, object] = {"receiver": receiver, "method": method, "proof": proof}
    if national_number is not None:
        seen["national_number"] = national_number
    with opened(json_, "passports.hand-over") as (service, actor):
        delivering.hand_over(service, actor, number, seen, service.clock())
        told = reports.standing(service, actor, number).as_json(service.spec.passport.office)
    _stands(told, json_)


def receive(number: str, json_: Json = False) -> None:
    """A book came to the office where it is handed over."""
    from issuance.passports import delivering

    with opened(json_, "passports.receive") as (service, actor):
        delivering.receive(service, actor, number, service.clock())
    if json_:
        answer({"number": number})
    else:
        console.print(f"وصل الدفتر / it came: {number}", highlight=False)


def report(
    number: str,
    kind: Annotated[str, typer.Argument(metavar="lost|stolen|found|damaged")],
    reference: Annotated[str, typer.Option(help="Of the police report or the record.")],
    words: Annotated[str, typer.Option(help="What was said besides.")] = "",
    json_: Json = False,
) -> None:
    """Report a book: it is on the status list and in the queue for INTERPOL at once."""
    from issuance.passports import reports
    from specs.errors import Fault, Invalid

    with opened(json_, "passports.report") as (service, actor):
        known = service.spec.passport.office.life.reports
        if kind not in known:
            said = f"أحد: {'، '.join(known)}", f"one of {', '.join(known)}"
            raise Invalid(Fault("passports.report.kind", *said, field="kind", clause=reports.CLAUSE))
        told = reports.report(service, actor, number, kind, reference, words, service.clock())
        shown = told.as_json(service.spec.passport.office)
    _stands(shown, json_)


def holder_ended(
    number: str,
    change: Annotated[str, typer.Argument(metavar="deceased|nationality_withdrawn")],
    reference: Annotated[str, typer.Option(help="Of the file it rests on.")],
    json_: Json = False,
) -> None:
    """The holder of a book died or is no national any more: every book of theirs is listed at once."""
    from issuance.passports import reports

    with opened(json_, "passports.holder-ended") as (service, actor):
        numbers = reports.end_of_holder(service, actor, number, change, reference, service.clock())
    if json_:
        answer({"numbers": numbers})
    else:
        console.print(*numbers, highlight=False)


def standing(number: str, json_: Json = False) -> None:
    """How a book stands, what happened to it, and the books it follows."""
    from issuance.passports import predecessors, reports

    with opened(json_, "passports.standing") as (service, actor):
        told = reports.standing(service, actor, number).as_json(service.spec.passport.office)
        with service.db.reading() as read:
            told["chain"] = [one.as_json() for one in predecessors.chain(read, number)]
    _stands(told, json_)


def invalidate(
    office: Annotated[str | None, typer.Option(help="Code of the office; with --from and --to.")] = None,
    since: Annotated[str | None, typer.Option("--from", help="First day of issue, YYYY-MM-DD.")] = None,
    until: Annotated[str | None, typer.Option("--to", help="Last day of issue, YYYY-MM-DD.")] = None,
    family_record: Annotated[str | None, typer.Option(help="Books of everybody kept under it.")] = None,
    numbers: Annotated[Path | None, typer.Option(help="A file with a number on each line.")] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Count and list; the console can do no more.")] = False,
    json_: Json = False,
) -> None:
    """Count and list the books an invalidation would change. Asking for it and agreeing take two people signed in."""
    from issuance.cli.session import read_bytes
    from issuance.passports import invalidating

    given: dict[str, Any] = {"office": office, "issued_from": since, "issued_to": until, "family_record": family_record}
    scope = {name: value for name, value in given.items() if value is not None}
    if numbers is not None:
        scope["numbers"] = read_bytes(numbers, "numbers").decode("ascii", "replace").split()
    with opened(json_, "passports.invalidate") as (service, actor):
        if not dry_run:
            raise invalidating.needs_people()
        found = invalidating.dry_run(service, actor, scope)
    if json_:
        answer({"approval": None, "affected": found.as_json()})
        return
    console.print(f"جوازات / books: {len(found.numbers)}", highlight=False)
    for state, count in found.by_state.items():
        console.print(f"  {state}: {count}", highlight=False)
    console.print(*found.numbers[:100], highlight=False)


def cut_off(
    office: str,
    reason: Annotated[str, typer.Option(help="Why, for the record.")],
    json_: Json = False,
) -> None:
    """Cut an office off at once: nothing is enrolled, decided, made or handed over there; its blanks are frozen."""
    from issuance.passports import cut_offs

    with opened(json_, "passports.cut-off") as (service, actor):
        done = cut_offs.cut_off(service, actor, office, reason, service.clock())
    if json_:
        answer({"id": done.id, "office": done.office, "blanks": done.blanks})
    else:
        console.print(f"أوقف المكتب / cut off: {office}; دفاتر / blanks: {done.blanks}", highlight=False)


def defects(
    enter: Annotated[Path | None, typer.Option(help="JSON of a defect to enter (docs/passport-life.md).")] = None,
    json_: Json = False,
) -> None:
    """Defects of passports, the newest first."""
    from issuance.passports import defects as known

    with opened(json_, "passports.defects") as (service, actor):
        if enter is not None:
            known.enter(service, actor, read_json(enter, "enter"), service.clock())
        found = known.defects(service, actor)
    if json_:
        answer({"defects": [one.as_json() for one in found]})
        return
    table = Table("المعرف / id", "العيب / defect", "الانحراف / deviation")
    for one in found:
        table.add_row(one.id, one.title, one.deviation)
    console.print(table)


def carriers(
    defect: str,
    proposal: Annotated[Path | None, typer.Option(help="Write what `keys deviation-list` takes.")] = None,
    json_: Json = False,
) -> None:
    """Which passports carry a defect."""
    import json

    from issuance.jobs.files import write_if_changed
    from issuance.passports import defects as known

    with opened(json_, "passports.carriers") as (service, actor):
        found = known.carriers(service, actor, defect)
        if proposal is not None and found.proposal is not None:
            write_if_changed(proposal, json.dumps(found.proposal, indent=2).encode())
    if json_:
        answer(found.as_json())
    else:
        console.print(f"جوازات / books: {found.books}", *found.numbers[:100], highlight=False)


def sltd(
    out: Annotated[Path | None, typer.Option(help="Write it as CSV.")] = None,
    json_: Json = False,
) -> None:
    """The export for INTERPOL that is due: the one not acknowledged, again, else the next."""
    from issuance.jobs.files import write_if_changed
    from issuance.passports import sltd as told
    from specs.errors import Fault, NotFound

    with opened(json_, "passports.sltd") as (service, actor):
        made = told.export(service, actor, service.clock())
        if made is None:
            words = "لا شيء ينتظر التصدير", "nothing waits to be exported"
            raise NotFound(Fault("passports.sltd.nothing", *words, field="export", clause=told.CLAUSE))
        if out is not None:
            write_if_changed(out, made.as_csv().encode())
    if json_:
        answer(made.as_json())
    else:
        console.print(f"تصدير / export {made.sequence}: {len(made.rows)}  {made.sha256}", highlight=False)


def sltd_acknowledge(
    sequence: int,
    sha256: Annotated[str, typer.Option(help="Of the records, as the export says.")],
    reference: Annotated[str, typer.Option(help="Of the answer.")],
    json_: Json = False,
) -> None:
    """INTERPOL's side has an export: from now on the next one is given out."""
    from issuance.passports import sltd as told

    with opened(json_, "passports.sltd-acknowledge") as (service, actor):
        told.acknowledge(service, actor, sequence, sha256, reference, service.clock())
        waiting, made = told.exports(service, actor)
    if json_:
        answer({"waiting": waiting, "exports": [one.as_json() for one in made]})
    else:
        console.print(f"أُقر / acknowledged: {sequence}; ينتظر / waiting: {waiting}", highlight=False)


def _stands(told: dict[str, Any], json_: bool) -> None:
    if json_:
        answer(told)
        return
    state = told["state"]
    console.print(f"{told['number']}: {state['ar']} / {state['en']}", highlight=False)
    table = Table("متى / when", "ما كان / what", "السبب / reason")
    for event in told["events"]:
        table.add_row(event["on"], event["kind"], event["reason"] or "")
    console.print(table)
