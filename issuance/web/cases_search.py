"""Search for cases, for a stated purpose. Sent as a form, so that no name or national number stands in an address."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

from fastapi import APIRouter, Depends, Request
from fastapi.responses import Response

from issuance.api.guard import TheService
from issuance.cases.case_rules import CaseRules
from issuance.cases.search import Asked, FoundFile, FoundFiles, search_cases
from issuance.core import clock, policy
from issuance.core.purpose import Purpose
from issuance.staff.public import offices
from issuance.web.cases_file import PURPOSE_FIELDS, USUAL_PURPOSE, purposes
from issuance.web.cases_forms import day_of
from issuance.web.cases_seen import address
from issuance.web.cases_tabs import tabs
from issuance.web.cases_words import CaseWords
from issuance.web.forms import Form
from issuance.web.language import asked_for
from issuance.web.render import page
from issuance.web.visitor import Posted, Staff, Visitor, posted
from specs.errors import Fault, Invalid

if TYPE_CHECKING:
    from issuance.service import Service

router = APIRouter()
FIELDS = ("number", "national_number", "name", "office", "state", "opened_from", "opened_to", *PURPOSE_FIELDS)


@router.get("/cases/search")
def ask(request: Request, service: TheService, visitor: Staff) -> Response:
    """The empty form."""
    policy.require(visitor.actor, "cases.search")
    return _page(request, service, visitor, Form({"purpose": USUAL_PURPOSE}), None)


@router.post("/cases/search")
def search(request: Request, service: TheService, visitor: Staff, body: Annotated[Posted, Depends(posted)]) -> Response:
    """What was found, below the form as it was sent."""
    form = Form({name: body.fields.get(name, "").strip() for name in FIELDS})
    given = {name: value or None for name, value in form.values.items()}
    try:
        days = _days(form)
        asked = Asked(given["number"], given["national_number"], given["name"], given["office"], given["state"], *days)
        purpose = Purpose(form.values["purpose"], form.values["purpose_words"])
        found = search_cases(service, visitor.actor, asked, purpose, clock.now())
    except Invalid as error:
        return _page(request, service, visitor, form.refused(error, FIELDS, {"query": "name"}), None)
    return _page(request, service, visitor, form, found)


def _days(form: Form) -> list[Any]:
    days, faults = [], []
    for name in ("opened_from", "opened_to"):
        try:
            days.append(day_of(form.values[name]))
        except ValueError:
            words = "التاريخ غير صحيح؛ اكتبه سنة-شهر-يوم", "not a date; write year-month-day"
            faults.append(Fault("cases.search.day", *words, field=name, clause="ISO 8601"))
    if faults:
        raise Invalid(*faults)
    return days


def _page(request: Request, service: Service, visitor: Visitor, form: Form, found: FoundFiles | None) -> Response:
    t, rules = asked_for(request), CaseRules.of(service.spec)
    with service.db.reading() as read:
        register = {office.code: office for office in offices(read)}
    words = CaseWords(t, rules, service.spec.roles, register, {})
    holders = {kind for action in rules.lifecycle.actions.values() for kind in action.hands_over}
    return page(
        request,
        "case_search.html",
        status=422 if form.count else 200,
        tabs=tabs(visitor, "/cases/search"),
        form=form,
        purposes=purposes(service, t),
        states=[("", t("cases.any")), *((code, t.pick(state.title)) for code, state in rules.lifecycle.states.items())],
        offices=[
            ("", t("cases.any")),
            *((code, words.office(code)) for code, office in register.items() if office.kind in holders),
        ],
        files=None if found is None else [_row(file, words) for file in found.files],
        narrow=None if found is None else found.narrow,
    )


def _row(file: FoundFile, words: CaseWords) -> dict[str, Any]:
    t = words.t
    return {
        "number": file.number,
        "look": f"{address(file.number)}/purpose",
        "state": words.state(file.state),
        "holder": words.office(file.holder),
        "opened_on": file.opened_on.isoformat(),
        "kind": words.choice("kinds", file.kind),
        "classification": words.choice("classifications", file.classification),
        "closed": file.classification != "public",
        "accused": [
            {
                "name": held.name or t("cases.unknown_person"),
                "identified": held.identified,
                "percent": held.like.percent if held.like is not None else None,
            }
            for held in file.accused
        ],
    }
