"""The committee's pages: grievances by deadline, one with the decision it is against, and the decision on it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from fastapi import APIRouter, Depends, Request
from fastapi.responses import RedirectResponse, Response

from issuance.api.guard import TheService
from issuance.certificates import grievance
from issuance.certificates.life import CLAUSE
from issuance.core import clock
from issuance.web.certificate_review_shown import request_row
from issuance.web.forms import Form
from issuance.web.language import asked_for
from issuance.web.render import page
from issuance.web.visitor import Posted, Staff, Visitor, posted
from specs.errors import Conflict, Fault, Invalid, IssuanceError, Unavailable

if TYPE_CHECKING:
    from issuance.service import Service

router = APIRouter()
PAGE = "/certificates/grievances"


@router.get(PAGE)
def pending(request: Request, service: TheService, visitor: Staff) -> Response:
    """What waits for the committee, the nearest deadline first."""
    t, now = asked_for(request), clock.now()
    rows = [
        request_row(view, service.spec, t, now) | {"href": f"{PAGE}/{view.id}"}
        for view in grievance.pending(service, visitor.actor)
    ]
    return page(request, "grievances.html", rows=rows)


@router.get(PAGE + "/{request_id}")
def one(request: Request, service: TheService, visitor: Staff, request_id: str) -> Response:
    """One grievance."""
    return _one(request, service, visitor, request_id, Form())


@router.post(PAGE + "/{request_id}")
def decide(
    request: Request, service: TheService, visitor: Staff, request_id: str, body: Annotated[Posted, Depends(posted)]
) -> Response:
    """Grant or dismiss; a fault stands on the page, with what was typed."""
    words, step = body.fields.get("words", ""), body.fields.get("step")
    try:
        if step not in ("grant", "dismiss"):
            told = "اختر قبول التظلم أو رفضه", "choose to grant or to dismiss"
            raise Invalid(Fault("certificates.request.step", *told, field="step", clause=CLAUSE))
        grievance.decide(service, visitor.actor, request_id, step == "grant", words, clock.now())
    except (Unavailable, Conflict):
        raise
    except IssuanceError as error:
        form = Form({"words": words}).refused(error, ("words",))
        return _one(request, service, visitor, request_id, form, status=422)
    return RedirectResponse(PAGE, status_code=303)


@router.post("/certificates/review/{request_id}/grievance")
def lodge(
    service: TheService, visitor: Staff, request_id: str, body: Annotated[Posted, Depends(posted)]
) -> RedirectResponse:
    """A clerk lodges it for somebody whose request an office made."""
    grievance.lodge_at_office(service, visitor.actor, request_id, body.fields.get("words", ""), clock.now())
    return RedirectResponse(f"/certificates/review/{request_id}", status_code=303)


def _one(
    request: Request, service: Service, visitor: Visitor, request_id: str, form: Form, *, status: int = 200
) -> Response:
    t, now, spec = asked_for(request), clock.now(), service.spec
    held = grievance.heard(service, visitor.actor, request_id, now)
    return page(
        request,
        "grievance.html",
        status=status,
        row=request_row(held.request, spec, t, now) | {"href": f"{PAGE}/{request_id}", "number": ""},
        held=held,
        reason=t.pick(spec.certificate_requests.reasons.entries[held.refused.reason]),
        form=form,
    )
