"""Public routes: the status of one certificate for who holds it, and the signed list. Nobody is listed or named."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Annotated, Any

from fastapi import APIRouter, Depends, Request
from fastapi.responses import JSONResponse, Response

from issuance.api.answers import PROBLEMS
from issuance.api.body import json_object
from issuance.api.guard import TheService
from issuance.api.turnstile import require_pace
from issuance.certificates.status import Status, status_by_birth_date, status_by_seal
from issuance.certificates.status_list import status_list
from issuance.core import clock
from keys.status_token import MEDIA_TYPE
from specs.errors import Fault, Invalid

if TYPE_CHECKING:
    from issuance.service import Service

router = APIRouter(tags=["verification"], responses={s: PROBLEMS[s] for s in (404, 422, 503)})
_BODY: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "content": {
            "application/json": {
                "schema": {"type": "object"},
                "examples": {
                    "details": {"value": {"number": "CS2026-CTIP-000001-7", "birth_date": "1990-05-17"}},
                    "seal": {"value": {"number": "CS2026-CTIP-000001-7", "seal": "<hex SHA-256 of the seal's text>"}},
                },
            }
        },
    }
}


@router.post(
    "/certificate-status",
    summary="Status of a certificate, for its holder / حالة شهادة لحاملها",
    openapi_extra=_BODY,
    responses={200: {"description": "the status"}},
)
def certificate_status(
    request: Request, service: TheService, asked: Annotated[dict[str, Any], Depends(json_object)]
) -> JSONResponse:
    """By number and birth date, or number and digest of the seal. One answer for an unknown number and a mismatch."""
    return JSONResponse(looked_up(request, service, asked).as_json(service.spec.certificate_status))


def looked_up(request: Request, service: Service, asked: Mapping[str, Any]) -> Status:
    """For this route and the public page. Raises `Invalid`, `NotFound`, `TooMany`."""
    paces, number = service.spec.certificate_status.lookup, asked.get("number")
    if isinstance(number, str) and set(asked) == {"number", "birth_date"} and isinstance(asked["birth_date"], str):
        require_pace(request, "certificate.details", paces.details)
        require_pace(request, "certificate.number", paces.number, of=number.strip().upper()[:40])
        with service.db.reading() as read:
            return status_by_birth_date(read, number, asked["birth_date"], clock.now())
    if isinstance(number, str) and set(asked) == {"number", "seal"} and isinstance(asked["seal"], str):
        require_pace(request, "certificate.seal", paces.seal)
        with service.db.reading() as read:
            return status_by_seal(read, number, asked["seal"], clock.now())
    words = "أرسل number مع birth_date أو seal", "send `number` with `birth_date` or with `seal`, as text"
    raise Invalid(Fault("certificates.status.asked", *words, field="number", clause="openapi"))


@router.get("/status-lists/certificates", summary="Signed status list / قائمة الحالة الموقعة")
def certificates(service: TheService) -> Response:
    """A Token Status List (JWT, ES256); a copy is fresh for `ttl` seconds and good until `exp`."""
    rules = service.spec.certificate_status.status_list
    fresh = {"Cache-Control": f"public, max-age={rules.fresh_seconds}"}
    return Response(status_list(service, clock.now()), media_type=MEDIA_TYPE, headers=fresh)
