"""Pages of production: what waits, make a book, quality control with scan and order side by side, spoiling by two."""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING, Annotated, Any

from fastapi import APIRouter, Depends, Request
from fastapi.responses import RedirectResponse, Response

from issuance.api.body import Upload
from issuance.api.guard import TheService
from issuance.core import clock, policy
from issuance.passports import producing, production, quality
from issuance.web.cases_words import moment
from issuance.web.forms import Form
from issuance.web.language import asked_for
from issuance.web.render import page
from issuance.web.visitor import Posted, Staff, Visitor, posted
from specs.errors import Conflict, IssuanceError, Unavailable

if TYPE_CHECKING:
    from issuance.service import Service

router = APIRouter()
PAGE = "/passport-office/production"
FIELDS = ("page", "back", "words")


@router.get(PAGE)
def queue(request: Request, service: TheService, visitor: Staff) -> Response:
    """What waits to be made, is being made, or waits to be checked, the nearest deadline first."""
    return _queue(request, service, visitor, Form())


@router.post(PAGE)
def make(request: Request, service: TheService, visitor: Staff, body: Annotated[Posted, Depends(posted)]) -> Response:
    """Make the book of one application; what stands against it is told on the list."""
    try:
        made = producing.produce(service, visitor.actor, body.fields.get("application", ""), clock.now())
    except Unavailable:
        raise
    except IssuanceError as error:
        form = Form().refused(error, ())
        return _queue(request, service, visitor, form, status=409 if isinstance(error, Conflict) else 422)
    return RedirectResponse(f"{PAGE}/{made.number}", status_code=303)


@router.get(PAGE + "/{number}")
def book(request: Request, service: TheService, visitor: Staff, number: str) -> Response:
    """A book that was made: what was ordered, and the next step that is the visitor's."""
    return _book(request, service, visitor, number, Form())


@router.post(PAGE + "/{number}/written")
def written(service: TheService, visitor: Staff, number: str, _body: Annotated[Posted, Depends(posted)]) -> Response:
    """The line finished it."""
    quality.written(service, visitor.actor, number, clock.now())
    return RedirectResponse(f"{PAGE}/{number}", status_code=303)


@router.post(PAGE + "/{number}/quality")
def check(
    request: Request, service: TheService, visitor: Staff, number: str, body: Annotated[Posted, Depends(posted)]
) -> Response:
    """Compare chip files and scan with what was ordered; the finding, with both pages beside each other."""
    scan = body.files.get("page", Upload("", b"")).content
    back = body.files.get("back", Upload("", b"")).content
    chip = {name: held.content for name, held in body.files.items() if name not in ("page", "back") and held.content}
    try:
        found = quality.check(service, visitor.actor, number, chip, scan, clock.now(), back=back)
    except Unavailable:
        raise
    except IssuanceError as error:
        form = Form().refused(error, FIELDS)
        return _book(request, service, visitor, number, form, status=409 if isinstance(error, Conflict) else 422)
    return _book(request, service, visitor, number, Form(), found=found, scan=scan)


@router.post(PAGE + "/{number}/spoiling")
def spoil(
    request: Request, service: TheService, visitor: Staff, number: str, body: Annotated[Posted, Depends(posted)]
) -> Response:
    """Ask that it be spoiled, or agree as the second person."""
    words, approval = body.fields.get("words", ""), body.fields.get("approval", "")
    try:
        if approval:
            quality.approve_spoiling(service, visitor.actor, approval, words, clock.now())
        else:
            quality.spoil(service, visitor.actor, number, words, clock.now())
    except Unavailable:
        raise
    except IssuanceError as error:
        form = Form({"words": words}).refused(error, FIELDS)
        return _book(request, service, visitor, number, form, status=409 if isinstance(error, Conflict) else 422)
    return RedirectResponse(f"{PAGE}/{number}", status_code=303)


def _queue(request: Request, service: Service, visitor: Visitor, form: Form, *, status: int = 200) -> Response:
    t, now = asked_for(request), clock.now()
    rules = service.spec.passport.office
    rows = [
        {
            "application": one.application,
            "kind": t.pick(rules.kinds.entries[one.kind].title),  # type: ignore[index]
            "office": one.office,
            "state": t.pick(rules.states.entries[one.state].title),  # type: ignore[index]
            "due": moment(one.due_at) if one.due_at else "",
            "late": one.late,
            "number": one.number,
            "make": one.state == "approved",
        }
        for one in production.waiting(service, visitor.actor, now)
    ]
    return page(request, "production.html", status=status, rows=rows, form=form, at=PAGE)


def _book(
    request: Request,
    service: Service,
    visitor: Visitor,
    number: str,
    form: Form,
    *,
    found: quality.Checked | None = None,
    scan: bytes = b"",
    status: int = 200,
) -> Response:
    t, held = asked_for(request), production.book(service, visitor.actor, number, clock.now())
    rules, actor = service.spec.passport.office, visitor.actor
    kind = "image/png" if scan.startswith(b"\x89PNG") else "image/jpeg"
    facts: list[tuple[str, str, bool]] = [
        (t("field.number"), held.number, True),
        (t("production.blank"), held.blank or "", True),
        (t("field.office"), held.office, True),
        (t("production.state"), t.pick(rules.states.entries[held.application_state].title), False),  # type: ignore[index]
        (t("production.book_state"), t.pick(rules.documents.entries[held.state].title), False),  # type: ignore[index]
        (t("production.made_at"), moment(held.made_at), True),
    ]
    may: dict[str, Any] = {
        "write": held.application_state == "production" and policy.allowed(actor, producing.MAKE),
        "check": held.application_state == "quality" and policy.allowed(actor, quality.CHECK),
        "spoil": held.state in ("produced", "passed") and policy.allowed(actor, quality.SPOIL),
    }
    return page(
        request,
        "production_book.html",
        status=status,
        at=f"{PAGE}/{number}",
        queue=PAGE,
        number=number,
        facts=facts,
        files=held.files,
        ordered=[f"/passports/{number}/files/{name}" for name in held.pages],
        may=may,
        own=held.made_by == actor.id,
        spoiling=held.spoiling,
        asked_by_me=held.spoiling is not None and held.spoiling.asked_by == actor.id,
        found=found,
        scan=f"data:{kind};base64,{base64.b64encode(scan).decode()}" if found is not None and scan else None,
        form=form,
    )
