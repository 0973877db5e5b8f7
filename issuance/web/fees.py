"""The cashier's pages: a fee by its reference, taken, waived, given back by two; the drawer counted and closed."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any

from fastapi import APIRouter, Depends, Request
from fastapi.responses import RedirectResponse, Response

from issuance.api.answers import attachment
from issuance.api.guard import TheService
from issuance.certificates import paying
from issuance.core import clock, policy
from issuance.core.policy import Subject
from issuance.fees import closing, desk, receipts, refunds
from issuance.fees.facts import EntryFacts, PaymentView
from issuance.fees.rules import amount_of, text
from issuance.web.cases_words import moment
from issuance.web.certificate_review_shown import account_words
from issuance.web.forms import Form
from issuance.web.language import Language, asked_for
from issuance.web.render import page
from issuance.web.visitor import Posted, Staff, Visitor, posted
from specs.errors import Conflict, Fault, Invalid, IssuanceError, NotFound, Unavailable

if TYPE_CHECKING:
    from issuance.service import Service

router = APIRouter()
PAGE = "/fees"
FIELDS = ("reference", "counted", "close_words", "amount", "exemption", "proof", "reason", "words", "decide_words")
_OWN = {"words": "close_words"}


def address_of(reference: str) -> str:
    """The page of one fee."""
    return f"{PAGE}/{reference}"


@router.get(PAGE)
def fees(request: Request, service: TheService, visitor: Staff, reference: str = "") -> Response:
    """Find a fee by its reference; what waits at this office; the visitor's drawer."""
    if not reference.strip():
        return _list(request, service, visitor, Form())
    try:
        held = desk.found(service, visitor.actor, reference, clock.now())
    except NotFound as error:
        form = Form({"reference": reference[:40]}).refused(error, FIELDS)
        return _list(request, service, visitor, form, status=404)
    return RedirectResponse(address_of(held.payment.reference), status_code=303)


@router.post(PAGE + "/close")
def close(request: Request, service: TheService, visitor: Staff, body: Annotated[Posted, Depends(posted)]) -> Response:
    """Count the drawer; a difference asks for words."""
    form = Form({name: body.fields.get(name, "") for name in ("counted", "close_words")})
    try:
        counted = amount_of(form.values["counted"], "counted")
        closing.close(service, visitor.actor, counted, form.values["close_words"], clock.now())
    except Unavailable:
        raise
    except IssuanceError as error:
        return _list(request, service, visitor, form.refused(error, FIELDS, _OWN), status=422)
    return RedirectResponse(f"{PAGE}#closings", status_code=303)


@router.get(PAGE + "/receipts/{number}.pdf")
def receipt(service: TheService, visitor: Staff, number: str) -> Response:
    """The signed paper, shown to be printed."""
    content = receipts.receipt_pdf(service, visitor.actor, number, clock.now())
    return attachment(content, "application/pdf", f"{number}.pdf", inline=True)


@router.get(PAGE + "/{reference}")
def fee(request: Request, service: TheService, visitor: Staff, reference: str) -> Response:
    """One fee: what is due, what came and went, and what this visitor may do."""
    return _one(request, service, visitor, reference, Form())


@router.post(PAGE + "/{reference}")
def act(
    request: Request, service: TheService, visitor: Staff, reference: str, body: Annotated[Posted, Depends(posted)]
) -> Response:
    """One step; what is refused is said beside its field, what changed meanwhile is shown anew."""
    form = Form({name: body.fields.get(name, "") for name in FIELDS})
    try:
        _done(service, visitor, reference, body.fields, clock.now())
    except (Unavailable, NotFound):
        raise
    except IssuanceError as error:
        status = 409 if isinstance(error, Conflict) else 422
        return _one(request, service, visitor, reference, form.refused(error, FIELDS), status=status)
    return RedirectResponse(address_of(reference), status_code=303)


def _done(service: Service, visitor: Visitor, reference: str, fields: Any, now: datetime) -> None:
    actor = visitor.actor
    match fields.get("step", ""):
        case "take":
            desk.take(service, actor, reference, amount_of(fields.get("amount", "")), now)
        case "exempt":
            desk.exempt(service, actor, reference, fields.get("exemption", ""), fields.get("proof", ""), now)
        case "refund":
            refunds.ask(service, actor, reference, fields.get("reason", ""), fields.get("words", ""), now)
        case "approve":
            desk.approve_refund(service, actor, fields.get("approval", ""), fields.get("decide_words", ""), now)
        case "refuse":
            refunds.refuse(service, actor, fields.get("approval", ""), fields.get("decide_words", ""), now)
        case "cancel":
            subject = desk.found(service, actor, reference, now).payment.subject
            paying.cancel_at_office(service, actor, subject.partition(":")[2], now)
        case _:
            words = "اختر ما تفعله", "choose what you do"
            raise Invalid(Fault("fees.step", *words, field="step", clause="specs/fees.yaml"))


def _list(request: Request, service: Service, visitor: Visitor, form: Form, *, status: int = 200) -> Response:
    t, actor = asked_for(request), visitor.actor
    policy.require(actor, "fees.read")
    made = closing.closings(service, actor, 10)
    names = account_words(service, [one.cashier for one in made])
    till = closing.till(service, actor) if policy.allowed(actor, "fees.close") else None
    return page(
        request,
        "fees.html",
        status=status,
        form=form,
        open=[_row(one, service, t) for one in desk.queue(service, actor, "open")],
        owed=[_row(one, service, t) for one in desk.queue(service, actor, "owed")],
        till={"entries": len(till.entries), "expected": text(till.expected)} if till is not None else None,
        closings=[
            {**one.as_json(), "cashier": names[one.cashier], "moment": moment(one.at), "even": not one.difference}
            for one in made
        ],
    )


def _one(
    request: Request, service: Service, visitor: Visitor, reference: str, form: Form, *, status: int = 200
) -> Response:
    t, actor, rules = asked_for(request), visitor.actor, service.spec.fees
    held = desk.found(service, actor, reference, clock.now())
    view, asked = held.payment, held.approval
    subject = Subject("payment", view.id, view.office)

    def may(action: str) -> bool:
        return policy.allowed(actor, action, subject)

    cancels = policy.allowed(actor, "certificates.request", Subject("certificate", view.subject, view.office))
    names = account_words(service, [asked.asked_by] if asked is not None else [])
    reasons = rules.refunds.reasons
    wanted = [name for name in reasons if (name == "our_mistake") == (view.state == "paid" and not view.owed)]
    exemptions = [(code, one) for code, one in rules.exemptions.entries.items() if view.document in one.documents]
    return page(
        request,
        "fee.html",
        status=status,
        form=form,
        fee=_row(view, service, t),
        entries=[_entry(one, service, t) for one in view.entries],
        may_take=view.state == "open" and may("fees.take"),
        may_exempt=view.state == "open" and may("fees.exempt"),
        may_cancel=view.state == "open" and view.channel in ("clerk", "authority") and cancels,
        may_ask=may("fees.refund")
        and asked is None
        and view.refunding is None
        and bool(view.owed or view.state == "paid"),
        may_decide=asked is not None and may("fees.approve_refund") and asked.asked_by != actor.id,
        refunding=view.refunding is not None,
        asked={
            "id": asked.id,
            "by": names[asked.asked_by],
            "at": moment(asked.asked_at),
            "words": asked.reason,
            "reason": t.pick(reasons[asked.proposal["reason"]]),
        }
        if asked is not None
        else None,
        exemptions=[("", t("form.choose")), *((code, t.pick(one.title)) for code, one in exemptions)],
        reasons=[("", t("form.choose")), *((name, t.pick(reasons[name])) for name in wanted)],
    )


def _row(view: PaymentView, service: Service, t: Language) -> dict[str, Any]:
    rules = service.spec.fees
    exemption = rules.exemptions.entries.get(view.exemption or "")
    channel = service.spec.certificate_requests.channels.entries[view.channel].title  # type: ignore[index]
    return {
        "reference": view.reference,
        "href": address_of(view.reference),
        "for": t.pick(rules.documents.entries[view.document]),
        "channel": t.pick(channel),
        "office": view.office,
        "amount": text(view.amount),
        "fee": text(view.fee),
        "electronic": text(view.electronic) if view.electronic else "",
        "currency": t.pick(rules.currency.name),
        "state": view.state,
        "exemption": t.pick(exemption.title) if exemption is not None else "",
        "reason": next((t.pick(words) for name, words in rules.refunds.reasons.items() if name == view.reason), ""),
        "owed": text(view.owed) if view.owed else "",
        "opened": moment(view.opened_at),
    }


def _entry(one: EntryFacts, service: Service, t: Language) -> dict[str, Any]:
    rules = service.spec.fees
    return {
        "at": moment(one.at),
        "amount": text(one.amount),
        "back": one.kind == "refunded",
        "method": t.pick(rules.receipts.methods["cash" if one.method == "cash" else "online"]),
        "office": one.office,
        "transaction": one.transaction or "",
        "number": one.number or "",
        "reason": next((t.pick(words) for name, words in rules.refunds.reasons.items() if name == one.reason), ""),
    }
