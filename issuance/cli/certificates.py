"""`issuance certificates`: request, issue, explain, list, show, fetch, status, revoke, replace."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.table import Table

from issuance.cli import certificate_bulk
from issuance.cli.output import answer, console
from issuance.cli.session import opened

if TYPE_CHECKING:
    from issuance.certificates.status import Status
    from specs.schema.certificate_status import CertificateStatus

app = typer.Typer(
    help="Criminal-status certificates: request, issue, explain, list, show, fetch, status, revoke, replace.",
    no_args_is_help=True,
)
UNSAID = "سُحبت من وحدة التحكم دون بيان الاستعجال / withdrawn at the console, urgency not stated"
app.add_typer(certificate_bulk.app, name="bulk")
app.add_typer(certificate_bulk.webhooks, name="webhooks")
Json = Annotated[bool, typer.Option("--json", help="Answer as JSON.")]


@app.command()
def issue(
    national_number: Annotated[str, typer.Option(help="The person.")],
    purpose: Annotated[str, typer.Option(help="A purpose of the specification, e.g. employment.")],
    addressee: Annotated[str, typer.Option(help="To whom it is addressed, in Arabic.")],
    office: Annotated[str, typer.Option(help="The issuing office.")],
    addressee_english: Annotated[str | None, typer.Option(help="The same in English.")] = None,
    purpose_text: Annotated[str | None, typer.Option(help="The purpose in Arabic, for a purpose of free text.")] = None,
    passport_number: Annotated[str | None, typer.Option(help="Printed for a holder abroad.")] = None,
    json_: Json = False,
) -> None:
    """Issue a certificate to a person of the register, computed from the rulings as they stand now."""
    from issuance.certificates import commands

    request: dict[str, Any] = {
        "national_number": national_number,
        "purpose": purpose,
        "purpose_text": {"ar": purpose_text} if purpose_text is not None else None,
        "addressee": {"ar": addressee, "en": addressee_english},
        "passport_number": passport_number,
        "office": office,
    }
    with opened(json_, "certificates.issue") as (service, actor):
        view = commands.issue(service, actor, request, service.clock())
    if json_:
        answer(view.as_json())
    else:
        console.print(f"صدرت الشهادة / certificate issued: {view.number} ({view.outcome})", highlight=False)


@app.command("request")
def request_(
    national_number: Annotated[str, typer.Option(help="The person.")],
    purpose: Annotated[str, typer.Option(help="A purpose of the specification, e.g. employment.")],
    addressee: Annotated[str, typer.Option(help="To whom it is addressed, in Arabic.")],
    office: Annotated[str, typer.Option(help="The issuing office.")],
    level: Annotated[str, typer.Option(help="Who will read it: person, authority or court.")] = "person",
    legal_basis: Annotated[str | None, typer.Option(help="The law or consent, for another level than person.")] = None,
    addressee_english: Annotated[str | None, typer.Option(help="The addressee in English.")] = None,
    purpose_text: Annotated[str | None, typer.Option(help="The purpose in Arabic, for a purpose of free text.")] = None,
    json_: Json = False,
) -> None:
    """Ask for a certificate: issued at once, or left to an officer where the record asks for one."""
    from issuance.certificates import requests

    asked: dict[str, Any] = {
        "national_number": national_number,
        "purpose": purpose,
        "purpose_text": {"ar": purpose_text} if purpose_text is not None else None,
        "addressee": {"ar": addressee, "en": addressee_english},
        "office": office,
        "level": level,
        "legal_basis": legal_basis,
    }
    with opened(json_, "certificates.request") as (service, actor):
        view = requests.open_at_office(service, actor, asked, service.clock())
        told = view.as_json(service.spec.certificate_requests)
    if json_:
        answer(told)
    else:
        state = told["state"]
        console.print(f"{state['ar']} / {state['en']}: {view.number or view.id}", highlight=False)


@app.command()
def explain(
    number: str,
    purpose: Annotated[str, typer.Option(help="For what you look: a code of specs/purposes.yaml.")] = "certificate",
    words: Annotated[str, typer.Option(help="The purpose in words, where it asks for them.")] = "",
    json_: Json = False,
) -> None:
    """Why a certificate says what it says, computed again from the inputs it keeps. The look is kept."""
    from issuance.certificates import explain as explaining
    from issuance.core.purpose import Purpose

    with opened(json_, "certificates.explain") as (service, actor):
        found = explaining.explain(service, actor, number, Purpose(purpose, words), service.clock())
        told = found.as_json(service.spec)
    if json_:
        answer(told)
        return
    same = (
        "مطابقة لأسانيدها / as its inputs give it" if told["same"] else "لا تطابق أسانيدها / NOT as its inputs give it"
    )
    console.print(f"{number}: {same} ({told['rule_version']})", highlight=False)
    table = Table("رقم القضية / case", "الحكم / ruled", "التهمة / offence", "تظهر / shown", "السبب / why not")
    for one in told["rulings"]:
        why = f"{one['reason']['ar']} / {one['reason']['en']}" if one["reason"] else ""
        table.add_row(one["case_number"], one["ruled_on"], one["offence"]["ar"], "✓" if one["shown"] else "", why)
    console.print(table)


@app.command("list")
def list_(
    limit: Annotated[int, typer.Option(help="At most this many.")] = 50,
    show: Annotated[str, typer.Option(help="all, ended, withdrawn, replaced, superseded, emergency, expired.")] = "all",
    json_: Json = False,
) -> None:
    """Certificates issued, the newest first, with what each is now."""
    from issuance.certificates.listing import known_show, listing

    with opened(json_, "certificates.list") as (service, actor):
        found = listing(service, actor, known_show(show), service.clock(), limit).rows
        told = [one.as_json(service.spec) for one in found]
    if json_:
        answer({"certificates": told})
        return
    table = Table("رقم / number", "مكتب / office", "النتيجة / outcome", "صدرت / issued", "الحالة / status")
    for one, said in zip(found, told, strict=True):
        title = said["status"]["title"]
        table.add_row(
            one.view.number,
            one.view.office,
            one.view.outcome,
            str(one.view.issued_on),
            f"{title['ar']} / {title['en']}",
        )
    console.print(table)


@app.command()
def show(number: str, json_: Json = False) -> None:
    """One certificate: its facts and its seal."""
    from issuance.certificates import views

    with opened(json_, "certificates.show") as (service, actor):
        view = views.certificate(service, actor, number)
    if json_:
        answer(view.as_json())
    else:
        console.print_json(data=view.as_json())


@app.command()
def fetch(
    number: str,
    out: Annotated[Path, typer.Option(help="The PDF file to write.")],
    json_: Json = False,
) -> None:
    """Write the signed PDF, byte for byte as issued."""
    from issuance.certificates import views
    from issuance.jobs.files import write_if_changed

    with opened(json_, "certificates.fetch") as (service, actor):
        write_if_changed(out, views.certificate_pdf(service, actor, number))
    if json_:
        answer({"number": number, "file": str(out)})
    else:
        console.print(out, highlight=False)


@app.command()
def status(number: str, json_: Json = False) -> None:
    """What has become of a certificate: good, expired, withdrawn, replaced, superseded; its legalisation."""
    from issuance.certificates import afterwards

    with opened(json_, "certificates.status") as (service, actor):
        held = afterwards.looked_up(service, actor, number, service.clock())
        rules = service.spec.certificate_status
    _answer_status(held, rules, json_)


@app.command()
def revoke(
    number: str,
    reason: Annotated[str, typer.Option(help="A reason of certificate/status.yaml, e.g. issued_in_error.")],
    emergency_reason: Annotated[str | None, typer.Option(help="Why it cannot wait for two officers.")] = None,
    json_: Json = False,
) -> None:
    """Withdraw a certificate at once, in an emergency, at the machine that holds the keys; else two officers do it on
    its page. At a terminal asks why it cannot wait; it is shown to the officers until one of them has looked."""
    import sys

    from issuance.certificates import afterwards

    if emergency_reason is None and not json_ and sys.stdin.isatty():
        emergency_reason = typer.prompt("لماذا لا ينتظر ضابطين؟ / Why can it not wait for two officers?")
    with opened(json_, "certificates.revoke") as (service, actor):
        words = emergency_reason or UNSAID
        held = afterwards.withdraw_at_console(service, actor, number, reason, service.clock(), words)
        rules = service.spec.certificate_status
    _answer_status(held, rules, json_)


@app.command()
def replace(
    number: str,
    reason: Annotated[str, typer.Option(help="damaged, lost or details_corrected.")],
    json_: Json = False,
) -> None:
    """Ask anew for the same; once the new certificate is issued the old one is replaced."""
    from issuance.certificates import afterwards

    with opened(json_, "certificates.replace") as (service, actor):
        view, held = afterwards.replace_at_console(service, actor, number, reason, service.clock())
        rules = service.spec
    if json_:
        answer({"request": view.as_json(rules.certificate_requests), "status": held.as_json(rules.certificate_status)})
        return
    title = rules.certificate_requests.states.entries[view.state].title
    console.print(f"{view.id}: {title.ar} / {title.en}: {view.number or '-'}", highlight=False)
    _answer_status(held, rules.certificate_status, json_)


@app.command()
def recheck(json_: Json = False) -> None:
    """Compute anew every certificate in its validity, and supersede those the record has left behind."""
    from issuance.certificates import supersede

    def tell(done: int, of_all: int) -> None:
        if not json_:
            console.print(f"{done} / {of_all}", highlight=False)

    with opened(json_, "certificates.recheck") as (service, _):
        found = supersede.recheck(service, service.clock(), tell)
    if json_:
        answer({"superseded": found})
    else:
        console.print(f"تجاوزها السجل / superseded: {found}", highlight=False)


def _answer_status(held: Status, rules: CertificateStatus, as_json: bool) -> None:
    if as_json:
        answer(held.as_json(rules) | {"reason": held.reason, "replaced_by": held.replaced_by})
        return
    kind = rules.kinds.entries[held.code]
    console.print(f"{held.number}: {kind.title.ar} / {kind.title.en} ({held.since})", highlight=False)
    for one in held.legalised:
        title = rules.legalisation.steps[one.step].title
        console.print(f"  {title.ar} / {title.en} ({one.on})", highlight=False)
