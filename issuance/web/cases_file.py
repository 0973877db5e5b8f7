"""The page of one case, and the question for what somebody looks at it."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import RedirectResponse, Response

from issuance.api.guard import TheService
from issuance.core import clock, policy
from issuance.core.purpose import Purpose, settled
from issuance.web import cases_shown as shown
from issuance.web.cases_evidence import listed
from issuance.web.cases_proposals import described
from issuance.web.cases_seen import Seen, address, remembering, seen
from issuance.web.cases_tabs import tabs
from issuance.web.forms import Form
from issuance.web.language import asked_for
from issuance.web.render import page
from issuance.web.visitor import Posted, Staff, Visitor, posted
from specs.errors import Invalid

router = APIRouter()
PURPOSE_FIELDS = ("purpose", "purpose_words")
USUAL_PURPOSE = "duty"


@router.get("/cases/{number}")
def case(request: Request, service: TheService, visitor: Staff, number: str, done: str = "") -> Response:
    """The file: head, what may be done now, matters, people, clocks, custody, evidence, links, timeline."""
    t, now = asked_for(request), clock.now()
    one = seen(request, service, visitor, number, t, now)
    file, words = one.file, one.words
    return page(
        request,
        "case.html",
        tabs=tabs(visitor, "/cases"),
        done=words.action(done) if done in words.rules.lifecycle.actions else "",
        head=shown.head(file, words),
        transfer=shown.transfer(file, words),
        requests=[described(approval, one) for approval in one.requests],
        moves=_moves(one),
        may_audit=policy.allowed(visitor.actor, "cases.audit"),
        matters=shown.matters(file, words),
        people=shown.people(file, words),
        clocks=shown.clocks(file, words, now),
        custody=shown.custody(file, words),
        bans=shown.bans(file, words),
        reports=shown.reports(file, words, hidden=not one.view.reporter_shown),
        evidence=listed(one),
        links=[{"kind": t(f"cases.link.{link.kind}"), "number": link.number} for link in file.links],
        offices=[words.office(code) for code in file.offices],
        entries=shown.timeline(file, one.view.entries, words),
        may_identify="identify_accused" in one.view.moves,
        may_correct="correct" in one.view.moves,
    )


@router.get("/cases/{number}/purpose")
def ask(
    request: Request,
    service: TheService,
    visitor: Staff,
    number: str,
    wanted: Annotated[str, Query(alias="next", max_length=300)] = "",
) -> Response:
    """For what do you look at this case?"""
    return _ask(request, service, visitor, number, wanted, Form({"purpose": USUAL_PURPOSE}))


@router.post("/cases/{number}/purpose")
def state(
    request: Request, service: TheService, visitor: Staff, number: str, body: Annotated[Posted, Depends(posted)]
) -> Response:
    """Keep what was said for this case, and go on to it."""
    values = {name: body.fields.get(name, "") for name in PURPOSE_FIELDS}
    wanted = body.fields.get("next", "")
    try:
        purpose = settled(Purpose(values["purpose"], values["purpose_words"]), service.spec.purposes)
    except Invalid as error:
        form = Form(values).refused(error, PURPOSE_FIELDS)
        return _ask(request, service, visitor, number, wanted, form, status=422)
    home = address(number)
    inside = wanted == home or wanted.startswith((f"{home}/", f"{home}?"))
    answer = RedirectResponse(wanted if inside else home, status_code=303)
    return remembering(answer, visitor, number, purpose, secure=service.settings.secure_cookies)


def purposes(service: Any, t: Any) -> list[tuple[str, str]]:
    """The purposes to choose from."""
    return [(code, t.pick(entry.title)) for code, entry in service.spec.purposes.entries.items()]


def _ask(
    request: Request, service: Any, visitor: Visitor, number: str, wanted: str, form: Form, *, status: int = 200
) -> Response:
    t = asked_for(request)
    return page(
        request,
        "case_purpose.html",
        status=status,
        tabs=tabs(visitor, "/cases"),
        number=number,
        form=form,
        action=f"{address(number)}/purpose",
        wanted=wanted,
        purposes=purposes(service, t),
    )


def _moves(one: Seen) -> dict[str, list[dict[str, str]]]:
    """What this reader may do now: what moves the case first, then what is added to it."""
    found: dict[str, list[dict[str, str]]] = {"course": [], "contents": []}
    for name in one.view.moves:
        kind = one.words.rules.lifecycle.actions[name]
        course = kind.moves or kind.hands_over or kind.while_handed_over or kind.records == "ruling"
        if name != "correct":  # begins at the entry that is wrong
            where = "evidence/new" if name == "add_evidence" else f"moves/{name}"
            link = {"href": f"{address(one.file.number)}/{where}", "title": one.words.action(name)}
            found["course" if course else "contents"].append(link)
    return found
