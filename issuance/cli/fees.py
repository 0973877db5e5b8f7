"""`issuance fees`: tariff, show, list, take, exempt, refund, receipt, close."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.table import Table

from issuance.cli.output import answer, console
from issuance.cli.session import opened

if TYPE_CHECKING:
    from issuance.fees.facts import PaymentView
    from specs.schema.fees import Fees

app = typer.Typer(help="Fees: tariff, show, list, take, exempt, refund, receipt, close.", no_args_is_help=True)
Json = Annotated[bool, typer.Option("--json", help="Answer as JSON.")]


@app.command()
def tariff(json_: Json = False) -> None:
    """What is due for which document through which channel, and from which day."""
    from issuance.fees.rules import text
    from specs.load import load

    rules = load().fees
    if json_:
        answer({"currency": rules.currency.code, "rows": [row.model_dump(mode="json") for row in rules.tariff.rows]})
        return
    table = Table("بند / row", "وثيقة / document", "قنوات / channels", "المجموع / total", "يسري من / in force from")
    for row in rules.tariff.rows:
        since = str(row.valid_from) if row.valid_from else "لم يسر بعد / not in force"
        table.add_row(row.id, row.document, ", ".join(row.channels), text(row.fee + row.electronic), since)
    console.print(table)


@app.command("list")
def list_(
    owed: Annotated[
        bool, typer.Option("--owed", help="Those whose money is to go back, not those to be paid.")
    ] = False,
    json_: Json = False,
) -> None:
    """Fees that wait to be paid, the oldest first."""
    from issuance.fees import desk
    from issuance.fees.rules import text

    with opened(json_, "fees.list") as (service, actor):
        found = desk.queue(service, actor, "owed" if owed else "open")
        rules = service.spec.fees
    if json_:
        answer({"payments": [one.as_json(rules) for one in found]})
        return
    table = Table("رقم السداد / reference", "مكتب / office", "المبلغ / amount", "مستحق الرد / owed")
    for one in found:
        table.add_row(one.reference, one.office, text(one.amount), text(one.owed))
    console.print(table)


@app.command()
def show(reference: str, json_: Json = False) -> None:
    """One fee by its reference: what is due, what came and went."""
    from issuance.fees import desk

    with opened(json_, "fees.show") as (service, actor):
        told = desk.found(service, actor, reference, service.clock()).as_json(service.spec.fees)
    if json_:
        answer(told)
    else:
        console.print_json(data=told)


@app.command()
def take(
    reference: str,
    amount: Annotated[str, typer.Option(help="Exactly what is due, e.g. 5.000.")],
    json_: Json = False,
) -> None:
    """Take a fee in cash, once; its receipt is made and the request goes on."""
    from issuance.fees import desk
    from issuance.fees.rules import amount_of

    with opened(json_, "fees") as (service, actor):
        view = desk.take(service, actor, reference, amount_of(amount), service.clock())
        rules = service.spec.fees
    _told(view, rules, json_)


@app.command()
def exempt(
    reference: str,
    exemption: Annotated[str, typer.Option(help="A code of specs/fees.yaml, e.g. indigence.")],
    proof: Annotated[str, typer.Option(help="Number of the paper that proves it.")],
    json_: Json = False,
) -> None:
    """Waive a fee; the request goes on."""
    from issuance.fees import desk

    with opened(json_, "fees.exempt") as (service, actor):
        view = desk.exempt(service, actor, reference, exemption, proof, service.clock())
        rules = service.spec.fees
    _told(view, rules, json_)


@app.command()
def refund(
    reference: str,
    reason: Annotated[str, typer.Option(help="A reason of specs/fees.yaml, e.g. late.")],
    json_: Json = False,
) -> None:
    """Give cash back at the machine that holds the keys; elsewhere two people do it on the pages."""
    from issuance.fees import desk

    with opened(json_, "fees") as (service, actor):
        view = desk.refund_at_console(service, actor, reference, reason, service.clock())
        rules = service.spec.fees
    _told(view, rules, json_)


@app.command()
def receipt(
    number: str, out: Annotated[Path, typer.Option(help="The PDF file to write.")], json_: Json = False
) -> None:
    """Write the signed PDF of a receipt or a credit note."""
    from issuance.fees import receipts
    from issuance.jobs.files import write_if_changed

    with opened(json_, "fees.receipt") as (service, actor):
        write_if_changed(out, receipts.receipt_pdf(service, actor, number, service.clock()))
    if json_:
        answer({"number": number, "file": str(out)})
    else:
        console.print(out, highlight=False)


@app.command()
def close(
    counted: Annotated[str, typer.Option(help="The cash counted, e.g. 125.000.")],
    words: Annotated[str, typer.Option(help="Why it differs from the ledger, when it does.")] = "",
    json_: Json = False,
) -> None:
    """Close the console's own cash desk: compared with the ledger, the difference stated, signed."""
    from issuance.fees import closing
    from issuance.fees.rules import amount_of

    with opened(json_, "fees") as (service, actor):
        told: dict[str, Any] = closing.close(
            service, actor, amount_of(counted, "counted"), words, service.clock()
        ).as_json()
    if json_:
        answer(told)
    else:
        console.print(
            f"المتوقع / expected {told['expected']}, المعدود / counted {told['counted']}, "
            f"الفرق / difference {told['difference']}",
            highlight=False,
        )


def _told(view: PaymentView, rules: Fees, as_json: bool) -> None:
    if as_json:
        answer(view.as_json(rules))
        return
    papers = ", ".join(view.receipts) or "-"
    console.print(f"{view.reference}: {view.state} {papers}", highlight=False)
