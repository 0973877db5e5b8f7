"""Routes of appointments, for everybody: book, follow, cancel, how long each office makes people wait.

Nobody signs in, nobody is named, and no route moves an appointment. The private code travels in the body.
"""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request
from fastapi.responses import JSONResponse, Response
from pydantic import BaseModel, ConfigDict, Field

from issuance.api.answers import problems
from issuance.api.body import json_object, takes
from issuance.api.guard import TheService
from issuance.api.turnstile import require_pace
from issuance.core import clock
from issuance.core.shapes import read_shape
from issuance.passports import appointments

router = APIRouter(
    prefix="/passports/appointments", tags=["passports"], responses=problems(404, 409, 413, 422, 429, 503)
)
Body = Annotated[dict[str, Any], Depends(json_object)]


class Booking(BaseModel):
    """Which office, for whom; the earliest free place is given."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    office: str = Field(max_length=16)
    national_number: str = Field(max_length=40)


class Code(BaseModel):
    """The private code of an appointment."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    tracking: str = Field(max_length=200)


_CODE = takes(Code, {"tracking": "7K2M-…"})


@router.post(
    "",
    status_code=201,
    summary="Book an appointment / حجز موعد",
    openapi_extra=takes(Booking, {"office": "PTIP", "national_number": "119909000012"}),
)
def book(request: Request, service: TheService, body: Body) -> Response:
    """The earliest free place, else a place among those who wait; one a person."""
    require_pace(request, "passports.book", service.spec.certificate_requests.traffic.begin)
    asked = read_shape(Booking, body, code="passports.appointments", clause=appointments.CLAUSE)
    booked = appointments.book(service, asked.office, asked.national_number, clock.now())
    return JSONResponse(booked.as_json(), 201)


@router.post("/track", summary="Follow an appointment / متابعة موعد", openapi_extra=_CODE)
def track(request: Request, service: TheService, body: Body) -> dict[str, Any]:
    """Booked, or how many wait before it."""
    return appointments.seen(service, _code(request, service, body)).as_json()


@router.post("/cancel", summary="Cancel an appointment / إلغاء موعد", openapi_extra=_CODE)
def cancel(request: Request, service: TheService, body: Body) -> dict[str, Any]:
    """Its place goes to whoever waits longest."""
    return appointments.cancel(service, _code(request, service, body), clock.now()).as_json()


@router.get("/waits", summary="Waits of each office / مدة الانتظار في كل مكتب")
def waits(service: TheService) -> dict[str, list[dict[str, Any]]]:
    """The earliest free place and how many wait, of every office that issues passports."""
    return {"offices": appointments.wait_times(service, clock.now())}


def _code(request: Request, service: TheService, body: dict[str, Any]) -> str:
    require_pace(request, "passports.follow", service.spec.certificate_requests.traffic.follow)
    return read_shape(Code, body, code="passports.appointments", clause=appointments.CLAUSE).tracking
