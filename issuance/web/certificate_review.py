"""The officer's pages: requests by deadline, one request with all that bears on it, decisions, the explanation."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any

from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import RedirectResponse, Response

from issuance.api.answers import attachment
from issuance.api.guard import TheService
from issuance.certificates import paying, refusal, review
from issuance.certificates.explain import explain
from issuance.certificates.explain import told as told_rulings
from issuance.certificates.life import RequestView
from issuance.core import clock, policy
from issuance.core.purpose import Purpose
from issuance.documents.certificate import Outcome
from issuance.documents.raster import page_count, page_png
from issuance.web.cases_words import moment
from issuance.web.certificate_review_shown import account_words, identity_rows, request_row, ruling_rows
from issuance.web.forms import Form
from issuance.web.language import asked_for
from issuance.web.render import page
from issuance.web.visitor import Posted, Staff, Visitor, posted
from specs.errors import Conflict, Fault, Invalid, IssuanceError, NotFound, Unavailable

if TYPE_CHECKING:
    from issuance.service import Service

router = APIRouter()
QUEUE = "/certificates/review"
PREVIEW_DPI = 110
FIELDS = ("step", "reason", "words")


@router.get(QUEUE)
def queue(request: Request, service: TheService, visitor: Staff) -> Response:
    """What waits for an officer of the visitor's reach, the nearest deadline first."""
    t, now = asked_for(request), clock.now()
    rows = [request_row(view, service.spec, t, now) for view in review.queue(service, visitor.actor)]
    return page(request, "certificate_review.html", rows=rows)


@router.get(QUEUE + "/{request_id}")
def one(request: Request, service: TheService, visitor: Staff, request_id: str) -> Response:
    """A request: for officers all that bears on it while it waits, for others and afterwards how it stands."""
    return _one(request, service, visitor, request_id, Form())


@router.post(QUEUE + "/{request_id}")
def decide(
    request: Request, service: TheService, visitor: Staff, request_id: str, body: Annotated[Posted, Depends(posted)]
) -> Response:
    """Issue, return or refuse; as the second officer approve or send back. What moved on meanwhile is shown anew."""
    form = Form({name: body.fields.get(name, "") for name in FIELDS})
    try:
        _decided(service, visitor, request_id, form.values, body.fields.get("approval", ""), clock.now())
    except Unavailable:
        raise
    except IssuanceError as error:
        status = 409 if isinstance(error, Conflict) else 422
        return _one(request, service, visitor, request_id, form.refused(error, FIELDS), status=status)
    return RedirectResponse(f"{QUEUE}/{request_id}", status_code=303)


@router.get(QUEUE + "/{request_id}/portrait.jpg")
def portrait(service: TheService, visitor: Staff, request_id: str) -> Response:
    """The portrait of the register, beside the facts it belongs to."""
    content = review.docket(service, visitor.actor, request_id, clock.now()).person.portrait
    if content is None:
        raise NotFound(Fault("people.no_portrait", "لا توجد صورة", "there is no portrait", field="portrait"))
    return attachment(content, "image/jpeg", "portrait.jpg", inline=True)


@router.get(QUEUE + "/{request_id}/preview")
def preview(request: Request, service: TheService, visitor: Staff, request_id: str) -> Response:
    """What would be printed, page by page, before anything is decided."""
    count = page_count(review.preview(service, visitor.actor, request_id, clock.now()))
    at = f"{QUEUE}/{request_id}"
    pages = [f"{at}/preview.png?page={number}" for number in range(1, count + 1)]
    return page(request, "certificate_preview.html", back=at, pages=pages)


@router.get(QUEUE + "/{request_id}/preview.png")
def preview_png(
    service: TheService, visitor: Staff, request_id: str, number: Annotated[int, Query(alias="page", ge=1, le=99)] = 1
) -> Response:
    """One page of it."""
    pdf = review.preview(service, visitor.actor, request_id, clock.now())
    return attachment(page_png(pdf, page=number, dpi=PREVIEW_DPI), "image/png", "preview.png", inline=True)


@router.get("/certificates/refusals/{number}.pdf")
def refusal_pdf(service: TheService, visitor: Staff, number: str) -> Response:
    """The signed refusal, byte for byte."""
    content = refusal.refusal_pdf(service, visitor.actor, number, clock.now())
    return attachment(content, "application/pdf", f"{number}.pdf")


@router.get("/certificates/{number}/explanation")
def explanation(
    request: Request,
    service: TheService,
    visitor: Staff,
    number: str,
    purpose: Annotated[str, Query(max_length=40)] = "",
    purpose_words: Annotated[str, Query(max_length=500)] = "",
) -> Response:
    """Why a certificate says what it says; first for what one looks, as the look is kept."""
    policy.require(visitor.actor, "certificates.explain")
    t, found = asked_for(request), None
    form = Form({"purpose": purpose, "purpose_words": purpose_words})
    if purpose:
        try:
            found = explain(service, visitor.actor, number, Purpose(purpose, purpose_words), clock.now())
        except Invalid as error:
            form = form.refused(error, ("purpose", "purpose_words"))
    entries = service.spec.purposes.entries
    told = found.as_json(service.spec) if found else None
    decided = [(one.asked_by, one.decided_by) for one in found.approvals] if found else []
    accounts = account_words(service, [id_ for pair in decided for id_ in pair])
    return page(
        request,
        "certificate_explanation.html",
        status=422 if form.count else 200,
        number=number,
        form=form,
        purposes=[("", t("form.choose")), *((code, t.pick(held.title)) for code, held in entries.items())],
        told=told,
        rulings=ruling_rows(found.rulings, service.spec, t) if found else [],
        accounts=accounts,
        differences=[t(f"review.differs.{name}") for name in found.differences] if found else [],
    )


def _decided(
    service: Service, visitor: Visitor, request_id: str, said: Any, approval: str, now: datetime
) -> RequestView:
    actor, words = visitor.actor, said["words"]
    match said["step"]:
        case "issue":
            return review.decide_issue(service, actor, request_id, words, now)
        case "return":
            return review.decide_return(service, actor, request_id, said["reason"], words, now)
        case "refuse":
            return review.decide_refuse(service, actor, request_id, said["reason"], words, now)
        case "approve":
            return review.approve(service, actor, approval, words, now)
        case "send_back":
            return review.send_back(service, actor, approval, words, now)
    words_ = "اختر ما تقرره", "choose what you decide"
    raise Invalid(Fault("certificates.request.step", *words_, field="step", clause="certificate/requests.yaml"))


def _one(
    request: Request, service: Service, visitor: Visitor, request_id: str, form: Form, *, status: int = 200
) -> Response:
    t, now, spec = asked_for(request), clock.now(), service.spec
    view = review.request_seen(service, visitor.actor, request_id, now)
    row = request_row(view, spec, t, now)
    steps = [
        {
            "at": moment(step.at),
            "state": t.pick(spec.certificate_requests.states.entries[step.after].title),
            "reason": t.pick(spec.certificate_requests.reasons.entries[step.reason]) if step.reason else "",
            "words": step.words or "",
        }
        for step in view.steps
    ]
    if view.state not in ("review", "approval") or not policy.allowed(visitor.actor, "certificates.review"):
        payment = paying.of_request(service, request_id)
        told = payment.as_json(spec.fees) if payment is not None else None
        return page(request, "certificate_request.html", status=status, row=row, steps=steps, form=form, payment=told)
    held = review.docket(service, visitor.actor, request_id, now)
    reasons = spec.certificate_requests.reasons.entries
    rules, letter = spec.certificate_requests.refusal, spec.certificate_certificate
    codes = dict.fromkeys((*rules.return_reasons, *rules.reasons))
    told = held.as_json(spec, now)
    asked = held.approval
    disclosure = spec.certificate_disclosure.version(held.disclosed.rule_version)
    outcome: Outcome = "entries" if held.disclosed.outcome == "entries" else "clear"
    return page(
        request,
        "certificate_review_one.html",
        status=status,
        row=row,
        steps=steps,
        form=form,
        told=told,
        person=held.person,
        level=t.pick(disclosure.levels[held.compiled.asked.level].title),
        rulings=ruling_rows(told_rulings(held.disclosed), spec, t),
        identities=identity_rows(held, spec, t),
        columns=[t.pick(column.caption) for column in letter.rulings.columns],
        printed=t.pick(letter.outcomes.words(outcome, "F" if held.person.sex == "F" else "M")),
        reasons=[("", t("form.choose")), *((code, t.pick(reasons[code])) for code in codes)],
        return_reasons=[t.pick(reasons[code]) for code in rules.return_reasons],
        refusal_reasons=[t.pick(reasons[code]) for code in rules.reasons],
        approval=asked,
        asked_by=account_words(service, [asked.asked_by])[asked.asked_by] if asked else "",
        asked_at=moment(asked.asked_at) if asked else "",
        asked_reason=t.pick(reasons[asked.proposal["reason"]]) if asked and "reason" in asked.proposal else "",
        own=asked is not None and asked.asked_by == visitor.actor.id,
    )
