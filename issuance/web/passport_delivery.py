"""The pages of hand-over: books on their way and ready, one book by number or private code, received, handed over."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any

from fastapi import APIRouter, Depends, Request
from fastapi.responses import RedirectResponse, Response

from issuance.api.answers import attachment
from issuance.api.guard import TheService
from issuance.core import clock, policy
from issuance.passports import books, delivering, reports
from issuance.web.cases_words import moment
from issuance.web.forms import Form
from issuance.web.language import Language, asked_for
from issuance.web.passport_words import application_row, type_title
from issuance.web.render import page
from issuance.web.visitor import Posted, Staff, Visitor, posted
from specs.errors import Conflict, Fault, Invalid, IssuanceError, NotFound, Unavailable
from specs.schema import Specification

if TYPE_CHECKING:
    from issuance.service import Service
    from specs.schema.passport_office import PassportOffice

router = APIRouter()
PAGE = "/passport-office/hand-over"
IDENTITY = ("receiver", "method", "proof", "national_number")
REPORT = ("kind", "reference", "words")
FIELDS = (*IDENTITY, *REPORT)
ALIASES = {"number": "receiver"}


@router.get(PAGE)
def waiting(request: Request, service: TheService, visitor: Staff) -> Response:
    """Books for this office, and the way to one by its number or the holder's private code."""
    return _list(request, service, visitor, Form())


@router.post(PAGE)
def find(request: Request, service: TheService, visitor: Staff, body: Annotated[Posted, Depends(posted)]) -> Response:
    """To the book; what was entered, a private code perhaps, stands in no address."""
    entered = body.fields.get("entered", "")
    try:
        number = books.find(service, visitor.actor, entered)
    except NotFound as error:
        return _list(request, service, visitor, Form().refused(error, ("entered",)), status=404)
    return RedirectResponse(f"{PAGE}/{number}", status_code=303)


@router.get(PAGE + "/{number}")
def one(request: Request, service: TheService, visitor: Staff, number: str) -> Response:
    """The book, its holder's face, what is to be checked, and all books of this person."""
    return _one(request, service, visitor, number, Form())


@router.post(PAGE + "/{number}")
def act(
    request: Request, service: TheService, visitor: Staff, number: str, body: Annotated[Posted, Depends(posted)]
) -> Response:
    """Receive it at the office, or hand it over after the identity check."""
    form = Form({name: body.fields.get(name, "") for name in FIELDS})
    try:
        _done(service, visitor, number, body.fields.get("step", ""), form, clock.now())
    except (NotFound, Unavailable):
        raise
    except IssuanceError as error:
        status = 409 if isinstance(error, Conflict) else 422
        return _one(request, service, visitor, number, form.refused(error, FIELDS), status=status)
    return RedirectResponse(f"{PAGE}/{number}", status_code=303)


@router.get(PAGE + "/{number}/portrait")
def portrait(service: TheService, visitor: Staff, number: str) -> Response:
    """The face on the chip."""
    content = books.face_of(service, visitor.actor, number, clock.now())
    return attachment(content, "image/jpeg", "portrait.jpg", inline=True)


def _done(service: Service, visitor: Visitor, number: str, step: str, form: Form, now: datetime) -> None:
    if step == "receive":
        delivering.receive(service, visitor.actor, number, now)
    elif step == "hand_over":
        identity: dict[str, object] = {name: said for name in IDENTITY if (said := form.values[name].strip())}
        delivering.hand_over(service, visitor.actor, number, identity, now)
    elif step == "report" and (kind := form.values["kind"]) in service.spec.passport.office.life.reports:
        reference, words = form.values["reference"], form.values["words"]
        reports.report(service, visitor.actor, number, kind, reference, words, now)
    else:
        choose = "اختر ما تفعله", "choose what to do"
        raise Invalid(Fault("passports.deliver.step", *choose, field="kind", clause=delivering.CLAUSE))


def _list(request: Request, service: Service, visitor: Visitor, form: Form, *, status: int = 200) -> Response:
    t, now, office = asked_for(request), clock.now(), service.spec.passport.office
    if not policy.allowed(visitor.actor, reports.REPORT):
        policy.require(visitor.actor, delivering.DELIVER)
    views = books.waiting(service, visitor.actor) if policy.allowed(visitor.actor, delivering.DELIVER) else []
    rows = [application_row(view, office, t, now, f"{PAGE}/{view.number}") for view in views]
    return page(request, "passport_hand_overs.html", status=status, rows=rows, form=form)


def _one(
    request: Request, service: Service, visitor: Visitor, number: str, form: Form, *, status: int = 200
) -> Response:
    t, now, office = asked_for(request), clock.now(), service.spec.passport.office
    held = books.at_hand(service, visitor.actor, number, now)
    choose = ("", t("form.choose"))
    asked = held.request
    child = asked is not None and bool(asked.guardians or asked.court_order)
    receivers = ["guardian" if child else "holder"]
    if asked is not None and asked.delivery != "office":
        receivers.append(asked.delivery)
    state = office.documents.entries[held.book.state]
    return page(
        request,
        "passport_hand_over.html",
        status=status,
        form=form,
        book=held.book,
        href=f"{PAGE}/{number}",
        state=t.pick(state.title),
        travels=state.travel,
        person=held.person,
        asked=asked,
        row=application_row(held.application, office, t, now, "") if held.application else None,
        delivery=t(f"desk.delivery.{asked.delivery}") if asked else "",
        receivers=[choose, *((code, t(f"delivery.receiver.{code}")) for code in receivers)],
        methods=[choose, *((code, t(f"delivery.method.{code}")) for code in ("document", "face", "fingerprint"))],
        events=[
            {"at": moment(one.at), "state": t.pick(office.documents.entries[one.kind].title), "other": one.other}
            for one in held.standing.events
        ],
        delivers=held.delivers,
        reports=_reports(held, visitor, office, t),
        chain=[_linked(one, service.spec, t) for one in held.chain],
    )


def _reports(held: books.AtHand, visitor: Visitor, office: PassportOffice, t: Language) -> list[tuple[str, str]]:
    """What may be reported of a book in its state, for who may report."""
    if not policy.allowed(visitor.actor, reports.REPORT):
        return []
    found = [
        (code, t.pick(rule.title))
        for code, rule in office.life.reports.items()
        if held.book.state in office.documents.entries[code].follows
    ]
    return [("", t("form.choose")), *found] if found else []


def _linked(one: books.Link, spec: Specification, t: Language) -> dict[str, Any]:
    state = spec.passport.office.documents.entries[one.state]
    return {
        "number": one.number,
        "type": type_title(spec, one.document_type, t),
        "state": t.pick(state.title),
        "travels": state.travel,
        "issued_on": one.issued_on.isoformat(),
        "expires_on": one.expires_on.isoformat(),
        "predecessor": one.predecessor or "",
    }
