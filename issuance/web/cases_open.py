"""Open a case: a report at the station, a direct suit at the court, a ruling of an earlier register."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Annotated, Any

from fastapi import APIRouter, Depends, Request
from fastapi.responses import RedirectResponse, Response

from issuance.api.guard import TheService
from issuance.api.once import Call, once
from issuance.cases.act import open_case
from issuance.cases.case_rules import CaseRules
from issuance.cases.forms import openings
from issuance.core import clock, policy
from issuance.core.civil import civil_day
from issuance.core.ids import new_id
from issuance.core.purpose import Purpose
from issuance.web.cases_file import USUAL_PURPOSE
from issuance.web.cases_forms import Offered, inputs, move_of
from issuance.web.cases_seen import address, remembering
from issuance.web.cases_tabs import tabs
from issuance.web.forms import Form
from issuance.web.language import asked_for
from issuance.web.render import Link, page
from issuance.web.visitor import Posted, Staff, Visitor, posted
from specs.errors import Fault, IssuanceError, NotAllowed, NotFound, Unavailable
from specs.schema.lifecycle import CaseAction

if TYPE_CHECKING:
    from issuance.service import Service

router = APIRouter()


@router.get("/cases/open")
def opening(request: Request, service: TheService, visitor: Staff, how: str = "") -> Response:
    """The form of one way to open a case; the others open to the visitor stand above it."""
    ways = _ways(service, visitor)
    chosen = how or next(iter(ways), "open")
    policy.require(visitor.actor, "cases.open" if chosen not in ways else f"cases.{chosen}")
    if chosen not in ways:
        raise NotFound(_unknown())
    return _form(request, service, visitor, chosen, Form({"happened_on": civil_day(clock.now()).isoformat()}))


@router.post("/cases/open")
def open_(request: Request, service: TheService, visitor: Staff, body: Annotated[Posted, Depends(posted)]) -> Response:
    """Open it and show it; or the form again with every fault beside its field."""
    how, now, rules = body.fields.get("how", ""), clock.now(), CaseRules.of(service.spec)
    kind = rules.lifecycle.actions.get(how)
    if kind is None or not kind.opens or kind.internal:
        raise NotFound(_unknown())
    try:
        move = move_of(how, body.fields, rules)

        def work(request_id: str | None) -> dict[str, Any]:
            return {"number": open_case(service, visitor.actor, move, now, request_id=request_id).number}

        key = body.fields.get("idempotency_key") or None
        made = once(service, visitor.actor, Call(key, "POST /cases", (how, dict(move.body), str(move))), work)
    except (Unavailable, NotAllowed):
        raise
    except IssuanceError as error:
        form = Form(body.fields).refused(error, ("happened_on", "basis", *kind.asks, *kind.may))
        return _form(request, service, visitor, how, form, status=422)
    number = made.headers["location"].rpartition("/")[2]
    answer = RedirectResponse(f"{address(number)}?done={how}", status_code=303)
    return remembering(answer, visitor, number, Purpose(USUAL_PURPOSE), secure=service.settings.secure_cookies)


def _ways(service: Service, visitor: Visitor) -> Mapping[str, CaseAction]:
    """The opening actions the visitor may take today."""
    actions = service.spec.cases_lifecycle.actions
    return {name: actions[name] for name in openings(service, visitor.actor, clock.now())}


def _form(request: Request, service: Service, visitor: Visitor, how: str, form: Form, *, status: int = 200) -> Response:
    t, rules = asked_for(request), CaseRules.of(service.spec)
    kind = rules.lifecycle.actions[how]
    ways = [
        (Link("", f"/cases/open?how={name}", name == how), t.pick(way.title))
        for name, way in _ways(service, visitor).items()
    ]
    return page(
        request,
        "case_open.html",
        status=status,
        tabs=tabs(visitor, "/cases/open"),
        how=how,
        ways=ways if len(ways) > 1 else [],
        title=t.pick(kind.title),
        form=form,
        fields=inputs(kind, Offered(), t, rules),
        idempotency_key=new_id(),
    )


def _unknown() -> Fault:
    words = "لا تُفتح قضية بهذا الإجراء", "no case is opened by this action"
    return Fault("cases.action.unknown", *words, field="how", clause="cases/lifecycle.yaml")
