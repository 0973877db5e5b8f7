"""Routes for applicants: ask, prove, follow, answer, cancel, fetch. The private code travels in the body, never in an
address, which is logged on its way. Nobody signs in; each address passes at the pace of `certificate/requests.yaml`.
"""

from __future__ import annotations

import time
from typing import Annotated, Any, cast

from fastapi import APIRouter, Depends, Header, Request
from fastapi.responses import JSONResponse, Response

from issuance.api.answers import BINARY, attachment, problems
from issuance.api.body import json_object
from issuance.api.guard import TheService
from issuance.api.turnstile import require_pace
from issuance.certificates import grievance, paying, refusal, requests, tracking
from issuance.certificates.life import CLAUSE, RequestView
from issuance.core import clock
from issuance.jobs.paying import provider_of
from issuance.service import Service
from specs.errors import Fault, Invalid
from specs.schema.certificate_requests import Channel, Traffic

router = APIRouter(
    prefix="/certificate-requests", tags=["certificates"], responses=problems(404, 409, 413, 422, 429, 503)
)

BEGIN = {
    "channel": "citizen",
    "national_number": "119909000012",
    "birth_date": "1990-05-17",
    "purpose": "employment",
    "addressee": {"ar": "مصرف ليبيا المركزي", "en": "Central Bank of Libya"},
    "office": "CTIP",
    "language": "ar",
}
CHANNELS: tuple[Channel, ...] = ("citizen", "abroad")
MOST_CHARACTERS = 200
Body = Annotated[dict[str, Any], Depends(json_object)]


def _takes(example: dict[str, Any]) -> dict[str, Any]:
    content = {"application/json": {"schema": {"type": "object"}, "example": example}}
    return {"requestBody": {"required": True, "content": content}}


@router.post("", status_code=201, summary="Ask for one's own certificate / طلب شهادة", openapi_extra=_takes(BEGIN))
def begin(
    request: Request,
    service: TheService,
    body: Body,
    key: Annotated[str | None, Header(alias="Idempotency-Key")] = None,
) -> Response:
    """Answers the private code of the request, whoever was named; a one-time code goes to the registered phone."""
    started = time.monotonic()
    traffic = paced(request, service, "begin")
    asked = dict(body)
    channel, language = asked.pop("channel", "citizen"), asked.pop("language", "ar")
    birth_date = asked.pop("birth_date", "")
    if channel not in CHANNELS or language not in ("ar", "en") or not isinstance(birth_date, str):
        words = "القناة أو اللغة أو تاريخ الميلاد غير صحيح", "channel, language or birth_date is none we know"
        raise Invalid(Fault("certificates.request.begin", *words, field="channel", clause=CLAUSE))
    begun = requests.begin(service, cast("Channel", channel), asked, birth_date, clock.now(), language, key)
    even(started, traffic)
    held = tracking.seen(service, begun.view, clock.now()).as_json(service.spec)
    return JSONResponse({"tracking": begun.tracking, "request": held}, status_code=201)


@router.post(
    "/confirm", summary="Prove by the code / التأكيد", openapi_extra=_takes({"tracking": "…", "code": "123456"})
)
def confirm(request: Request, service: TheService, body: Body) -> Response:
    """Then the record is read; the answer says what comes of it."""
    started = time.monotonic()
    traffic = paced(request, service, "confirm")
    try:
        view = requests.confirm(service, text_of(body, "tracking"), text_of(body, "code"), clock.now())
    finally:
        even(started, traffic)
    return _seen(service, view)


@router.post("/track", summary="Follow a request / المتابعة", openapi_extra=_takes({"tracking": "…"}))
def track(request: Request, service: TheService, body: Body) -> Response:
    """Where the request stands, who must act and until when."""
    paced(request, service, "follow")
    return _seen(service, requests.tracked(service, text_of(body, "tracking")))


@router.post("/answer", summary="Answer / الرد", openapi_extra=_takes({"tracking": "…", "words": "…"}))
def answer(request: Request, service: TheService, body: Body) -> Response:
    """To what was asked back; the record is then read anew."""
    paced(request, service, "follow")
    view = requests.answer(service, text_of(body, "tracking"), text_of(body, "words", 1001), clock.now())
    return _seen(service, view)


@router.post("/grievance", summary="Lodge a grievance / التظلم", openapi_extra=_takes({"tracking": "…", "words": "…"}))
def lodge(request: Request, service: TheService, body: Body) -> Response:
    """Against a refusal, until `grievance_until`; somebody who had no part in it decides."""
    paced(request, service, "follow")
    view = grievance.lodge(service, text_of(body, "tracking"), text_of(body, "words", 1001), clock.now())
    return _seen(service, view)


@router.post("/cancel", summary="Take a request back / الإلغاء", openapi_extra=_takes({"tracking": "…"}))
def cancel(request: Request, service: TheService, body: Body) -> Response:
    """While nothing is decided."""
    paced(request, service, "follow")
    return _seen(service, requests.cancel(service, text_of(body, "tracking"), clock.now()))


@router.post(
    "/certificate.pdf", summary="The signed PDF / الشهادة", responses=BINARY, openapi_extra=_takes({"tracking": "…"})
)
def certificate(request: Request, service: TheService, body: Body) -> Response:
    """The stored bytes, exactly as signed."""
    paced(request, service, "follow")
    held = tracking.certificate_of(service, text_of(body, "tracking"), clock.now())
    return attachment(held.pdf, "application/pdf", f"{held.number}.pdf")


@router.post(
    "/refusal.pdf", summary="The signed refusal / قرار الرفض", responses=BINARY, openapi_extra=_takes({"tracking": "…"})
)
def refused(request: Request, service: TheService, body: Body) -> Response:
    """The reasoned decision and the way of appeal, exactly as signed."""
    paced(request, service, "follow")
    number, pdf = refusal.own_refusal_pdf(service, text_of(body, "tracking"), clock.now())
    return attachment(pdf, "application/pdf", f"{number}.pdf")


@router.post("/pay", summary="Pay electronically / الدفع الإلكتروني", openapi_extra=_takes({"tracking": "…"}))
def pay(request: Request, service: TheService, body: Body) -> Response:
    """The fee with `pay_at`, the address of the payment provider's page."""
    paced(request, service, "follow")
    payment = paying.pay_online(service, provider_of(service.settings), text_of(body, "tracking"), clock.now())
    return JSONResponse(payment.as_json(service.spec.fees))


@router.post(
    "/receipt.pdf",
    summary="The signed receipt / الإيصال",
    responses=BINARY,
    openapi_extra=_takes({"tracking": "…", "number": "RC2026-CTIP-000001-7"}),
)
def receipt(request: Request, service: TheService, body: Body) -> Response:
    """A receipt or credit note of the request, exactly as signed."""
    paced(request, service, "follow")
    number = text_of(body, "number")
    content = paying.own_receipt(service, text_of(body, "tracking"), number, clock.now())
    return attachment(content, "application/pdf", f"{number}.pdf")


@router.post("/looks", summary="Who read my record / من اطلع", openapi_extra=_takes({"tracking": "…"}))
def looks(request: Request, service: TheService, body: Body) -> Response:
    """Days, kinds of office and purposes, of what a person may know; never an officer."""
    paced(request, service, "follow")
    told = tracking.looks(service, text_of(body, "tracking"), clock.now())
    names = tracking.office_names(service, {look.office for look in told if look.office})
    kinds = {code: office.kind for code, office in names.items()}
    rows = [
        {
            "on": look.on.isoformat(),
            "office_kind": kinds.get(look.office or ""),
            "by_service": look.by_service,
            "purpose": look.purpose,
        }
        for look in told
    ]
    return JSONResponse({"looks": rows})


def paced(request: Request, service: Service, door: str) -> Traffic:
    """Pass the door of citizens, shared by pages and programs. Raises `TooMany`."""
    traffic = service.spec.certificate_requests.traffic
    require_pace(request, f"certificates.{door}", getattr(traffic, door))
    return traffic


def even(started: float, traffic: Traffic) -> None:
    """Wait until the time that every such answer takes, so that it tells nothing."""
    time.sleep(max(0.0, started + traffic.answer_milliseconds / 1000 - time.monotonic()))


def text_of(body: dict[str, Any], name: str, most: int = MOST_CHARACTERS) -> str:
    """A text of the body, cut to `most` characters. Raises `Invalid` for another type."""
    value = body.get(name, "")
    if not isinstance(value, str):
        raise Invalid(Fault("certificates.request.text", "يلزم نص هنا", "a text is needed here", name, CLAUSE))
    return value[:most]


def _seen(service: Service, view: RequestView) -> Response:
    return JSONResponse(tracking.seen(service, view, clock.now()).as_json(service.spec))
