"""Pages of criminal-status certificates: list, issue, look at one, fetch it."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated, Any

from fastapi import APIRouter, Depends, Request
from fastapi.responses import RedirectResponse, Response

from issuance.api.answers import attachment
from issuance.api.guard import TheService
from issuance.api.once import Call, once
from issuance.border.status import with_status
from issuance.border.verify import verify_bytes
from issuance.certificates import commands, views
from issuance.certificates.listing import SHOWS, Listed, known_show, listing
from issuance.core import clock, policy
from issuance.core.ids import new_id
from issuance.documents.raster import page_png
from issuance.web.cases_words import moment
from issuance.web.certificate_after import said_in
from issuance.web.forms import Form, nested
from issuance.web.language import Language, asked_for
from issuance.web.render import page
from issuance.web.visitor import Posted, Staff, posted
from specs.errors import IssuanceError, Unavailable

if TYPE_CHECKING:
    from issuance.service import Service

router = APIRouter()

LISTED = 100
PREVIEW_DPI = 110
FIELDS = ("national_number", "purpose", "purpose_text.ar", "purpose_text.en", "addressee.ar", "addressee.en")
ALIASES = {"purpose_text": "purpose_text.ar", "addressee": "addressee.ar"}


@router.get("/certificates")
def certificates(request: Request, service: TheService, visitor: Staff, show: str = "all") -> Response:
    """The certificates of the visitor's reach, newest first, with what each is now; all, or those of one kind."""
    t, wanted = asked_for(request), known_show(show)
    held = listing(service, visitor.actor, wanted, clock.now(), LISTED)
    return page(
        request,
        "certificates.html",
        rows=[_row(one.view.as_json()) | _standing(one, service, t) for one in held.rows],
        may_issue=policy.allowed(visitor.actor, "certificates.request"),
        show=wanted,
        shows=SHOWS,
        emergencies=held.emergencies,
        rechecked=held.rechecked or "",
        followed=moment(held.followed) if held.followed else "",
    )


@router.get("/certificates/new")
def new(request: Request, service: TheService, visitor: Staff, national_number: str = "") -> Response:
    """The empty form, or one begun for a person."""
    policy.require(visitor.actor, "certificates.request")
    begun = national_number[: service.spec.identity_national_number.shape.digits]
    return _form(request, service, Form({"national_number": begun}))


@router.post("/certificates/new")
def issue(request: Request, service: TheService, visitor: Staff, body: Annotated[Posted, Depends(posted)]) -> Response:
    """Issue, and show what came of it, or the request that waits for an officer; or the form with every fault."""
    asked = nested({name: value for name, value in body.fields.items() if name in FIELDS})
    asked.setdefault("addressee", {})

    def work(request_id: str | None) -> dict[str, Any]:
        return commands.issued_or_waiting(service, visitor.actor, asked, clock.now(), request_id)

    key = body.fields.get("idempotency_key") or None
    try:
        call = Call(key, "POST /certificates", (asked,))
        made = once(service, visitor.actor, call, work, waits_at="/certificates/review")
    except Unavailable:
        raise
    except IssuanceError as error:
        form = Form({name: body.fields.get(name, "") for name in FIELDS}).refused(error, FIELDS, ALIASES)
        return _form(request, service, form, status=422)
    due = json.loads(bytes(made.body)).get("payment")
    if due is not None and any(policy.allowed(visitor.actor, name) for name in ("fees.take", "fees.read")):
        return RedirectResponse(f"/fees/{due['reference']}", status_code=303)
    issued = "" if made.status_code == 202 else "?issued=1"
    return RedirectResponse(f"{made.headers['location']}{issued}", status_code=303)


@router.get("/certificates/{number}")
def certificate(request: Request, service: TheService, visitor: Staff, number: str, issued: str = "") -> Response:
    """The certificate with its page, its files, and a verdict made now from the stored bytes."""
    held, pdf = views.certificate_and_pdf(service, visitor.actor, number)
    view, now = held.as_json(), clock.now()
    t = asked_for(request)
    return page(
        request,
        "document.html",
        kind="certificates",
        may_explain=policy.allowed(visitor.actor, "certificates.explain"),
        document=view,
        issued=bool(issued),
        verdict=with_status(
            verify_bytes(pdf, f"{number}.pdf", service.trust, now, service.spec), service.db, now, service.spec
        ),
        inspection=None,
        pages=[f"/certificates/{number}/page.png"],
        facts=_facts(view, service, t),
        mrz=None,
        files=[
            {
                "href": f"/certificates/{number}/certificate.pdf",
                "download": f"{number}.pdf",
                "label": t("certificates.pdf"),
            }
        ],
        seal_url=view["seal"],
    )


@router.get("/certificates/{number}/certificate.pdf")
def pdf(service: TheService, visitor: Staff, number: str) -> Response:
    """The signed PDF, byte for byte."""
    return attachment(views.certificate_pdf(service, visitor.actor, number), "application/pdf", f"{number}.pdf")


@router.get("/certificates/{number}/page.png")
def preview(service: TheService, visitor: Staff, number: str) -> Response:
    """A picture of the first page."""
    png = page_png(views.certificate_pdf(service, visitor.actor, number), dpi=PREVIEW_DPI)
    return attachment(png, "image/png", f"{number}.png", inline=True)


def _form(request: Request, service: Service, form: Form, *, status: int = 200) -> Response:
    t = asked_for(request)
    items = service.spec.certificate_certificate.purposes.items
    return page(
        request,
        "certificate_new.html",
        status=status,
        form=form,
        idempotency_key=new_id(),
        purposes=[("", t("form.choose")), *((item.id, t.pick(item.name)) for item in items)],
    )


def _standing(one: Listed, service: Service, t: Language) -> dict[str, str]:
    """What it is now and why, in words."""
    rules, code = service.spec.certificate_status, one.status.code
    known = {**rules.withdrawal.entries, **rules.replacement.entries}
    return {
        "code": code,
        "status": t.pick(rules.kinds.entries[code].title),
        "since": one.status.since.isoformat() if code != "good" else "",
        "reason": t.pick(known[one.status.reason]) if one.status.reason in known else "",
        "words": said_in(one.words, t),
        "other": one.status.replaced_by or "",
    }


def _row(view: dict[str, Any]) -> dict[str, str]:
    data = view["data"]
    return {
        "number": view["number"],
        "name_ar": " ".join(data["arabic_name"]),
        "name_latin": data["latin_name"],
        "issued_on": view["issued_on"],
        "expires_on": view["expires_on"],
    }


def _facts(view: dict[str, Any], service: Service, t: Language) -> Sequence[dict[str, Any]]:
    """The certificate's own fields, in its own order and captions."""
    spec, data = service.spec.certificate_certificate, view["data"]
    name, latin = " ".join(data["arabic_name"]), t("field.name_latin")
    rows: list[tuple[str, Any, bool]] = []
    for field in spec.fields:
        value = name if field.id == "name" else data.get(field.id)
        ltr = isinstance(value, str) and value.isascii()
        if isinstance(value, dict):
            value = value.get(t.code) or value["ar"]
        rows.append((t.pick(field.caption), value, ltr))
        if field.id == "name":
            rows.append((latin, data["latin_name"], True))
    rows.append((t.pick(spec.outcomes.heading), t.pick(spec.outcomes.words(view["outcome"], data["sex"])), False))
    return [{"label": label, "value": value, "ltr": ltr} for label, value, ltr in rows if value]
