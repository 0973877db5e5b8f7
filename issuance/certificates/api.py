"""Routes of criminal-status certificates: issue, list, read, fetch. Commands and views hold every rule."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query
from fastapi.responses import JSONResponse, Response

from issuance.api.answers import BINARY, PROBLEMS, attachment
from issuance.api.body import json_object
from issuance.api.guard import SignedIn, TheService
from issuance.api.once import Call, IdempotencyKey, once
from issuance.certificates import commands, views
from issuance.certificates.listing import Show, listing
from issuance.core import clock

router = APIRouter(prefix="/certificates", tags=["certificates"], responses=PROBLEMS)

EXAMPLE = {
    "national_number": "119909000012",
    "purpose": "employment",
    "addressee": {"ar": "مصرف ليبيا المركزي", "en": "Central Bank of Libya"},
}

_BODY: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "content": {"application/json": {"schema": {"type": "object"}, "example": EXAMPLE}},
    }
}


@router.post(
    "",
    status_code=201,
    summary="Issue a certificate / إصدار شهادة",
    openapi_extra=_BODY,
    responses={202: {"description": "An officer looks first: the request / يراجع ضابط الطلب أولاً"}},
)
def issue(
    service: TheService,
    actor: SignedIn,
    request: Annotated[dict[str, Any], Depends(json_object)],
    key: IdempotencyKey = None,
) -> Response:
    """Reads the record, renders, seals, signs and verifies the certificate, and answers it; where an officer looks
    first: 202 with the request."""

    def work(request_id: str | None) -> dict[str, Any]:
        return commands.issued_or_waiting(service, actor, request, clock.now(), request_id)

    call = Call(key, "POST /v1/certificates", (request,))
    return once(service, actor, call, work, waits_at="/v1/certificate-requests")


@router.get("", summary="Certificates issued / الشهادات الصادرة")
def certificates(
    service: TheService, actor: SignedIn, limit: Annotated[int, Query(ge=1, le=200)] = 50, show: Show = "all"
) -> dict[str, list[dict[str, Any]]]:
    """The newest first, as far as the actor's office reaches, each with its status; `show`: those of one kind."""
    held = listing(service, actor, show, clock.now(), limit)
    return {"certificates": [one.as_json(service.spec) for one in held.rows]}


@router.get("/{number}", summary="One certificate / شهادة")
def certificate(service: TheService, actor: SignedIn, number: str) -> JSONResponse:
    """What was issued."""
    return JSONResponse(views.certificate(service, actor, number).as_json())


@router.get("/{number}/certificate.pdf", summary="The signed PDF / الشهادة الموقعة", responses=BINARY)
def certificate_pdf(service: TheService, actor: SignedIn, number: str) -> Response:
    """The stored bytes, exactly as signed."""
    content = views.certificate_pdf(service, actor, number)
    return attachment(content, "application/pdf", f"{number}.pdf")
