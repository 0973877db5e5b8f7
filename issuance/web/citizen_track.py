"""A citizen follows a request by its private code: state, owner, deadline, the document, an answer, who looked.

The code travels in forms only; every page here answers a POST, and none stores anything in the browser.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any

from fastapi import APIRouter, Depends, Request
from fastapi.responses import Response

from issuance.api.answers import attachment
from issuance.api.body import FormBody, read_form
from issuance.api.guard import TheService, require_same_origin
from issuance.certificates import grievance, paying, refusal, requests, tracking
from issuance.certificates.api_citizen import MOST_CHARACTERS, even, paced
from issuance.certificates.life import RequestView
from issuance.certificates.tracking import Seen
from issuance.core import clock
from issuance.core.civil import TRIPOLI
from issuance.fees.facts import PaymentView
from issuance.fees.rules import text
from issuance.jobs.paying import provider_of
from issuance.web.forms import Form
from issuance.web.language import Language, asked_for
from issuance.web.messages import outbox_open
from issuance.web.render import page
from issuance.web.visitor import Here
from specs.errors import IssuanceError, NotFound, Unavailable

if TYPE_CHECKING:
    from issuance.service import Service

router = APIRouter()
Body = Annotated[FormBody, Depends(read_form)]
FIELDS = ("tracking", "code", "words")


@router.get("/track")
def ask(request: Request, _visitor: Here) -> Response:
    """The form for the private code."""
    return _ask(request, Form())


@router.post("/track")
def track(request: Request, service: TheService, _visitor: Here, body: Body) -> Response:
    """Where the request stands."""
    code = _entered(request, service, body)
    try:
        view = requests.tracked(service, code)
    except NotFound as error:
        return _unknown(request, code, error)
    return _show(request, service, code, view, Form())


@router.post("/request/code")
def confirm(request: Request, service: TheService, _visitor: Here, body: Body) -> Response:
    """The code from the phone; then what came of it."""
    started = time.monotonic()
    require_same_origin(request, service)
    traffic = paced(request, service, "confirm")
    sent = body.fields.get("code", "")[:MOST_CHARACTERS]

    def work(code: str, now: datetime) -> RequestView:
        try:
            if (held := requests.tracked(service, code)).state not in ("confirming", "expired"):
                return held  # the page was sent again
            return requests.confirm(service, code, sent, now)
        finally:
            even(started, traffic)

    return _done(request, service, body, work)


@router.post("/track/answer")
def answer(request: Request, service: TheService, _visitor: Here, body: Body) -> Response:
    """What the applicant says to what was asked back."""
    _entered(request, service, body)
    words = body.fields.get("words", "")
    return _done(request, service, body, lambda code, now: requests.answer(service, code, words, now))


@router.post("/track/grievance")
def lodge(request: Request, service: TheService, _visitor: Here, body: Body) -> Response:
    """Why a refusal is wrong; it goes to those who had no part in it."""
    _entered(request, service, body)
    words = body.fields.get("words", "")
    return _done(request, service, body, lambda code, now: grievance.lodge(service, code, words, now))


@router.post("/track/cancel")
def cancel(request: Request, service: TheService, _visitor: Here, body: Body) -> Response:
    """Take the request back."""
    _entered(request, service, body)
    return _done(request, service, body, lambda code, now: requests.cancel(service, code, now))


@router.post("/track/certificate.pdf")
def certificate(request: Request, service: TheService, _visitor: Here, body: Body) -> Response:
    """The signed PDF, to be saved under its number."""
    held = tracking.certificate_of(service, _entered(request, service, body), clock.now())
    return attachment(held.pdf, "application/pdf", f"{held.number}.pdf")


@router.post("/track/refusal.pdf")
def refused(request: Request, service: TheService, _visitor: Here, body: Body) -> Response:
    """The signed, reasoned decision."""
    number, pdf = refusal.own_refusal_pdf(service, _entered(request, service, body), clock.now())
    return attachment(pdf, "application/pdf", f"{number}.pdf")


@router.post("/track/pay")
def pay(request: Request, service: TheService, _visitor: Here, body: Body) -> Response:
    """Ask the payment provider where to pay; the page then leads there."""
    _entered(request, service, body)

    def work(code: str, now: datetime) -> RequestView:
        paying.pay_online(service, provider_of(service.settings), code, now)
        return requests.tracked(service, code)

    return _done(request, service, body, work)


@router.post("/track/receipt.pdf")
def receipt(request: Request, service: TheService, _visitor: Here, body: Body) -> Response:
    """The signed receipt or credit note."""
    code, number = _entered(request, service, body), body.fields.get("number", "")[:MOST_CHARACTERS]
    content = paying.own_receipt(service, code, number, clock.now())
    return attachment(content, "application/pdf", f"{number}.pdf")


@router.post("/track/looks")
def looks(request: Request, service: TheService, _visitor: Here, body: Body) -> Response:
    """Who read the applicant's record, as far as a person may know."""
    code, t, spec = _entered(request, service, body), asked_for(request), service.spec
    told = tracking.looks(service, code, clock.now())
    offices = tracking.office_names(service, {look.office for look in told if look.office})
    kinds = spec.staff_offices.kinds.names
    rows = [
        {
            "on": look.on.isoformat(),
            "by": t.pick(kinds[offices[look.office].kind]) if look.office in offices else "",
            "by_service": look.by_service,
            "why": t.pick(spec.purposes.entries[look.purpose].title),
        }
        for look in told
    ]
    days = spec.cases_reading.told_to_person.days_back
    return page(request, "citizen_looks.html", switch_to=_switch(t), rows=rows, code=code, days=days)


def ask_code(
    request: Request, service: Service, code: str, form: Form, *, fresh: bool = False, status: int = 200
) -> Response:
    """The third step. fresh: the private code is shown, now and never again."""
    rules = service.spec.certificate_requests.identity
    return page(
        request,
        "citizen_code.html",
        status=status,
        switch_to=_switch(asked_for(request)),
        form=form,
        code=code,
        fresh=fresh,
        rules=rules,
        address=f"{service.settings.base_url}/track",
        outbox=outbox_open(service),
    )


def _entered(request: Request, service: Service, body: FormBody) -> str:
    """The private code of a form of our own pages, at the pace of the door. Raises `NotAllowed`, `TooMany`."""
    require_same_origin(request, service)
    paced(request, service, "follow")
    return _code(body)


def _code(body: FormBody) -> str:
    return body.fields.get("tracking", "").strip()[:MOST_CHARACTERS]


def _done(request: Request, service: Service, body: FormBody, work: Callable[[str, datetime], RequestView]) -> Response:
    """Do it and show the request; a fault stands on the page of the request as it is now."""
    code = _code(body)
    try:
        return _show(request, service, code, work(code, clock.now()), Form())
    except Unavailable:
        raise
    except NotFound as error:
        return _unknown(request, code, error)
    except IssuanceError as error:
        form = Form({name: body.fields.get(name, "") for name in ("code", "words")}).refused(error, FIELDS)
        return _show(request, service, code, requests.tracked(service, code), form, status=422)


def _ask(request: Request, form: Form, *, status: int = 200) -> Response:
    return page(
        request, "citizen_track.html", status=status, switch_to=_switch(asked_for(request)), form=form, held=None
    )


def _unknown(request: Request, code: str, error: NotFound) -> Response:
    return _ask(request, Form({"tracking": code}).refused(error, FIELDS, {"request": "tracking"}), status=404)


def _show(
    request: Request, service: Service, code: str, view: RequestView, form: Form, *, status: int = 200
) -> Response:
    if view.state == "confirming":
        return ask_code(request, service, code, form, status=status)
    t = asked_for(request)
    held = _shown(service, tracking.seen(service, view, clock.now()), t)
    return page(request, "citizen_track.html", status=status, switch_to=_switch(t), form=form, held=held, code=code)


def _shown(service: Service, seen: Seen, t: Language) -> dict[str, Any]:
    """The request in the words of one language."""
    spec, view = service.spec, seen.view
    rules = spec.certificate_requests
    state = rules.states.entries[view.state]
    office = t.pick(seen.office, "arabic", "english")
    owners = {"applicant": t("track.you"), "service": t("track.service"), None: ""}
    purpose = spec.certificate_certificate.purpose(view.purpose)
    status = seen.status
    kind = spec.certificate_status.kinds.entries[status.code] if status is not None else None
    tone = {"issued": "valid", "refused": "invalid"}.get(view.state, "expired")
    title = state.title
    if status is not None and kind is not None and status.code != "good":  # what no longer holds is no good news
        tone, title = "invalid" if status.ended else "expired", kind.title
    return {
        "state": view.state,
        "title": t.pick(title),
        "tone": tone,
        "since": _moment(view.since),
        "until": _moment(view.due_at) if view.due_at is not None else "",
        "owner": owners.get(state.owner, office),
        "office": office,
        "asked": _moment(view.requested_at),
        "purpose": t.pick(purpose.name) if purpose is not None else view.purpose,
        "reason": t.pick(rules.reasons.entries[view.reason]) if view.reason else "",
        "words": seen.words or "",
        "grievance_until": seen.grievance_until.isoformat() if seen.grievance_until else "",
        "number": view.number or "",
        "proven": seen.proven,
        "cancellable": view.state in tracking.CANCELLABLE,
        "steps": [(_moment(step.at), t.pick(rules.states.entries[step.after].title)) for step in view.steps],
        "status": t.pick(kind.title) if kind is not None else "",
        "status_text": t.pick(kind.text) if kind is not None else "",
        "payment": _payment(service, seen.payment, t) if seen.payment is not None else None,
        "current": status is None or status.code == "good",
    }


def _payment(service: Service, payment: PaymentView, t: Language) -> dict[str, Any]:
    """What is due, where it is paid, what came of it."""
    rules = service.spec.fees
    exemption = rules.exemptions.entries.get(payment.exemption or "")
    return {
        "state": payment.state,
        "amount": text(payment.amount),
        "parts": t("track.pay_parts", fee=text(payment.fee), electronic=text(payment.electronic))
        if payment.electronic
        else "",
        "currency": t.pick(rules.currency.name),
        "reference": payment.reference,
        "online": bool(service.settings.payment_url),
        "pay_at": payment.pay_at,
        "receipts": payment.receipts,
        "owed": f"{text(payment.owed)} {t.pick(rules.currency.name)}" if payment.owed else "",
        "exemption": t.pick(exemption.title) if exemption is not None else "",
    }


def _moment(at: datetime) -> str:
    """As Libya's clocks show it."""
    return at.astimezone(TRIPOLI).strftime("%Y-%m-%d %H:%M")


def _switch(t: Language) -> str:
    """Where the language switch leads: the page with the form, for this one answered a form."""
    return f"/track?lang={t.other}"
