"""Pages of printing lines: who makes the books of an office, what waits for it, what it answered; registered by two."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Final

from fastapi import APIRouter, Depends, Request
from fastapi.responses import RedirectResponse, Response

from issuance.api.answers import attachment
from issuance.api.body import FormBody, Upload
from issuance.api.guard import TheService
from issuance.core import clock, policy
from issuance.passports import line_packages, line_register, line_results, line_views, lines
from issuance.passports.line_register import Wanted
from issuance.passports.lines import LineView
from issuance.web.cases_words import moment
from issuance.web.forms import Form
from issuance.web.language import Language, asked_for
from issuance.web.render import page
from issuance.web.visitor import Posted, Staff, Visitor, posted
from specs.errors import Conflict, Fault, Invalid, IssuanceError, NotFound, Unavailable

if TYPE_CHECKING:
    from issuance.service import Service

router = APIRouter()
PAGE: Final = lines.PAGE
FIELDS: Final = ("line", "office", "public_key", "words", "reason", "message")
_TAGS: Final = {"in_use": "pass", "unusable": "fail", "closed": "skipped"}
_PACKAGE_TAGS: Final = {"sent": "warning", "answered_in_part": "warning", "answered": "pass", "expired": "fail"}


@router.get(PAGE)
def listed(request: Request, service: TheService, visitor: Staff) -> Response:
    """Every line in reach; what a security officer asks for or approves; where results are handed in."""
    return _list(request, service, visitor, Form())


@router.post(PAGE)
def register(
    request: Request, service: TheService, visitor: Staff, body: Annotated[Posted, Depends(posted)]
) -> Response:
    """Ask for a line, or decide as the second officer."""
    form = Form({name: body.fields.get(name, "") for name in (*FIELDS, "approval", "decide_words")})
    try:
        _register(service, visitor, body)
    except (Unavailable, NotFound):
        raise
    except IssuanceError as error:
        return _list(request, service, visitor, form.refused(error, FIELDS), status=_status(error))
    return RedirectResponse(PAGE, status_code=303)


@router.post(PAGE + "/results")
def results(
    request: Request, service: TheService, visitor: Staff, body: Annotated[Posted, Depends(posted)]
) -> Response:
    """Take in what a line answered, carried here in a file; what it settled is told."""
    message = body.files.get("message", Upload("", b"")).content
    try:
        taken = line_results.take_results(service, visitor.actor, message, clock.now())
    except Unavailable:
        raise
    except IssuanceError as error:
        return _list(request, service, visitor, Form().refused(error, FIELDS), status=_status(error))
    return _list(request, service, visitor, Form(), taken=taken)


@router.get(PAGE + "/{line}")
def one(request: Request, service: TheService, visitor: Staff, line: str) -> Response:
    """A line, its packages with what it answered, and the books that wait for it."""
    return _one(request, service, visitor, line, Form())


@router.post(PAGE + "/{line}")
def act(
    request: Request, service: TheService, visitor: Staff, line: str, body: Annotated[Posted, Depends(posted)]
) -> Response:
    """Send what waits, or close the line."""
    form = Form({name: body.fields.get(name, "") for name in FIELDS})
    try:
        if body.fields.get("step") == "close":
            reason, words = form.values["reason"], form.values["words"]
            line_register.close_line(service, visitor.actor, line, reason, words, clock.now())
        else:
            line_packages.send_package(service, visitor.actor, line, None, clock.now())
    except (Unavailable, NotFound):
        raise
    except IssuanceError as error:
        return _one(request, service, visitor, line, form.refused(error, FIELDS), status=_status(error))
    return RedirectResponse(f"{PAGE}/{line}", status_code=303)


@router.get(PAGE + "/{line}/certificate")
def certificate(service: TheService, visitor: Staff, line: str) -> Response:
    """DER, for the program of the line."""
    return attachment(lines.certificate(service, visitor.actor, line), "application/pkix-cert", f"{line}.cer")


@router.get(PAGE + "/{line}/packages/{package}")
def content(service: TheService, visitor: Staff, line: str, package: str) -> Response:
    """The sealed package, for whoever carries it to the line."""
    held = line_packages.collect(service, visitor.actor, line, package, clock.now())
    return attachment(held, "application/pkcs7-mime", f"{package}.p7m")


def _status(error: IssuanceError) -> int:
    return 409 if isinstance(error, Conflict) else 422


def _register(service: Service, visitor: Visitor, body: FormBody) -> None:
    fields, now = body.fields, clock.now()
    approval, decided = fields.get("approval", ""), fields.get("decide_words", "")
    match fields.get("step", ""):
        case "approve":
            line_register.approve_line(service, visitor.actor, approval, decided, now)
        case "refuse":
            line_register.refuse_line(service, visitor.actor, approval, decided, now)
        case "ask":
            key = body.files.get("public_key", Upload("", b"")).content
            wanted = Wanted(fields.get("line", "").strip(), fields.get("office", "").strip(), key)
            line_register.ask_line(service, visitor.actor, wanted, fields.get("words", ""), now)
        case _:
            said = "اختر ما تفعله", "choose what you do"
            raise Invalid(Fault("passports.line.step", *said, field="step", clause="openapi"))


def _list(
    request: Request,
    service: Service,
    visitor: Visitor,
    form: Form,
    *,
    taken: line_results.TakenResults | None = None,
    status: int = 200,
) -> Response:
    t, now, actor = asked_for(request), clock.now(), visitor.actor
    rows = []
    for held in lines.lines(service, actor, now):
        packages = line_views.packages(service, actor, held.id, now)
        shown = _line(t, service, held)
        shown["outstanding"] = sum(one.outstanding for one in packages if one.state in ("sent", "answered_in_part"))
        shown["partial"] = sum(one.state == "answered_in_part" for one in packages)
        shown["expired"] = sum(one.state == "expired" for one in packages)
        shown["waiting"] = len(line_views.waiting(service, actor, held.id, now))
        rows.append(shown)
    waits = [
        line_register.awaited_as_json(one) | {"asked_at": moment(one.asked_at)}
        for one in line_register.awaited(service, actor, now)
    ]
    return page(
        request,
        "production_lines.html",
        status=status,
        form=form,
        at=PAGE,
        rows=rows,
        waits=waits,
        taken=taken,
        registers=policy.allowed(actor, lines.REGISTER),
        hands_in=policy.allowed(actor, lines.WORK),
    )


def _one(request: Request, service: Service, visitor: Visitor, line: str, form: Form, *, status: int = 200) -> Response:
    t, now, actor = asked_for(request), clock.now(), visitor.actor
    held = lines.line(service, actor, line, now)
    reasons = service.spec.passport.production.closing.entries
    packages = [
        {
            "id": one.id,
            "sequence": one.sequence,
            "state": t(f"lines.package.{one.state}"),
            "tag": _PACKAGE_TAGS[one.state],
            "at": moment(one.created_at),
            "expires": moment(one.expires_at),
            "collected": moment(one.collected_at) if one.collected_at else "",
            "fetch": one.state in ("sent", "answered_in_part"),
            "books": one.books,
        }
        for one in line_views.packages(service, actor, line, now)
    ]
    return page(
        request,
        "production_line.html",
        status=status,
        form=form,
        at=f"{PAGE}/{line}",
        back=PAGE,
        line=_line(t, service, held),
        fault=held.fault,
        packages=packages,
        waiting=line_views.waiting(service, actor, line, now),
        books=PAGE.rpartition("/")[0],
        sends=held.state == "in_use" and policy.allowed(actor, lines.SEND),
        fetches=policy.allowed(actor, lines.WORK),
        closes=held.closed_at is None and policy.allowed(actor, lines.REGISTER),
        reasons=[("", t("form.choose")), *((code, t.pick(end.title)) for code, end in reasons.items())],
    )


def _line(t: Language, service: Service, held: LineView) -> dict[str, object]:
    reasons = service.spec.passport.production.closing.entries
    return {
        "id": held.id,
        "office": held.office,
        "state": t(f"lines.state.{held.state}"),
        "tag": _TAGS[held.state],
        "closed": t.pick(reasons[held.closed_reason].title) if held.closed_reason else "",
        "closed_at": moment(held.closed_at) if held.closed_at else "",
        "valid_until": f"{held.valid_until:%Y-%m-%d}",
        "serial": held.serial,
        "sha256": held.sha256,
        "registered_at": moment(held.registered_at),
        "in_use": held.state == "in_use",
    }
