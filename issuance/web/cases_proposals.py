"""What two officers must make: one proposes it, another sees exactly what will change and approves or refuses."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request
from fastapi.responses import RedirectResponse, Response

from issuance.api.guard import TheService
from issuance.cases.fold import corrected_actions
from issuance.cases.four_eyes import approve, refuse
from issuance.cases.proposals import withdraw
from issuance.cases.reading import without_confidential
from issuance.core import clock, policy
from issuance.core.approvals import Approval
from issuance.web import cases_shown as shown
from issuance.web.cases_seen import Seen, address, seen
from issuance.web.cases_tabs import tabs
from issuance.web.cases_words import moment
from issuance.web.forms import Form
from issuance.web.language import asked_for
from issuance.web.render import page
from issuance.web.visitor import Posted, Staff, Visitor, posted
from specs.errors import Fault, IssuanceError, NotFound, Unavailable

router = APIRouter()


@router.get("/cases/{number}/proposals/{proposal}")
def proposal_page(request: Request, service: TheService, visitor: Staff, number: str, proposal: str) -> Response:
    """What is asked, by whom and why, and what it would change; the approval stands below for who may give it."""
    one = seen(request, service, visitor, number, asked_for(request), clock.now())
    return _page(request, visitor, one, _asked(one, proposal), Form())


@router.post("/cases/{number}/proposals/{proposal}")
def decide(
    request: Request,
    service: TheService,
    visitor: Staff,
    number: str,
    proposal: str,
    body: Annotated[Posted, Depends(posted)],
) -> Response:
    """Approve, and so carry it out, or refuse; withdraw one's own."""
    reason, now = body.fields.get("reason", ""), clock.now()
    one = seen(request, service, visitor, number, asked_for(request), now)
    asked = _asked(one, proposal)
    try:
        if body.fields.get("step") == "approve":
            approve(service, visitor.actor, asked.id, reason, now)
            return RedirectResponse(f"{address(number)}?done={asked.proposal['name']}", status_code=303)
        change = withdraw if asked.asked_by == visitor.actor.id else refuse
        change(service, visitor.actor, asked.id, reason, now)
    except Unavailable:
        raise
    except IssuanceError as error:
        return _page(request, visitor, one, asked, Form({"reason": reason}).refused(error, ("reason",)), status=422)
    return RedirectResponse(address(number), status_code=303)


def described(approval: Approval, one: Seen) -> dict[str, Any]:
    """A proposal in words: what is asked, on what, with what values, and of a correction the old and the new."""
    words, file, asked = one.words, one.file, approval.proposal
    if not one.view.reporter_shown:
        asked = without_confidential(asked, words.rules)
    body, changes = asked["body"], []
    target = ""
    if asked["name"] == "correct":
        entry = corrected_actions(one.view.entries)[int(body["corrects"]) - 1]
        before = {**entry.body, "happened_on": entry.happened_on.isoformat()}
        changes = words.changes(file, before, body["corrected"])
        target = words.action(entry.name)
    return {
        "href": f"{address(file.number)}/proposals/{approval.id}",
        "id": approval.id,
        "title": words.action(asked["name"]),
        "target": target,
        "asked_by": words.account(approval.asked_by),
        "asked_at": moment(approval.asked_at),
        "expires_at": moment(approval.expires_at),
        "reason": approval.reason,
        "matters": [words.matter(file, code) for code in asked["matters"]],
        "happened_on": date.fromisoformat(asked["happened_on"]).isoformat() if asked["happened_on"] else "",
        "basis": asked["basis"],
        "said": words.said(file, body),
        "changes": changes,
    }


def _asked(one: Seen, proposal: str) -> Approval:
    for approval in one.requests:
        if approval.id == proposal:
            return approval
    words = "لا ينتظر هذا الطلب اعتماداً", "this request waits for no approval"
    raise NotFound(Fault("cases.proposal", *words, clause="specs/staff/access.yaml"))


def _page(request: Request, visitor: Visitor, one: Seen, asked: Approval, form: Form, *, status: int = 200) -> Response:
    own = asked.asked_by == visitor.actor.id
    return page(
        request,
        "case_proposal.html",
        status=status,
        tabs=tabs(visitor, "/cases"),
        head=shown.head(one.file, one.words),
        home=address(one.file.number),
        asked=described(asked, one),
        own=own,
        may_decide=not own and policy.allowed(visitor.actor, "cases.approve"),
        form=form,
    )
