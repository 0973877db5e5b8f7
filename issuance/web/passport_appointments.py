"""Appointments: a citizen books, follows and gives back a place; the office sees how many come and when.

No name and no number comes to these pages, and the private code travels in forms only.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

from fastapi import APIRouter, Depends, Request
from fastapi.responses import Response

from issuance.api.body import FormBody, read_form
from issuance.api.guard import TheService, require_same_origin
from issuance.api.turnstile import require_pace
from issuance.core import clock
from issuance.core.civil import civil_day
from issuance.passports import appointments
from issuance.passports.appointments import Booked
from issuance.web.cases_words import moment
from issuance.web.forms import Form
from issuance.web.language import Language, asked_for
from issuance.web.render import page
from issuance.web.visitor import Here, Staff
from specs.errors import IssuanceError, NotFound, Unavailable

if TYPE_CHECKING:
    from issuance.service import Service

router = APIRouter()
PAGE = "/passport-office/appointments"
TODAY = PAGE + "/today"
ASKED = ("office", "national_number")
CODE = "tracking"
LONGEST = 200
TONES = {"booked": "valid", "waiting": "expired", "cancelled": "invalid", "past": "expired"}
Sent = Annotated[FormBody, Depends(read_form)]


@router.get(PAGE)
def ask(request: Request, service: TheService, _visitor: Here) -> Response:
    """How long each office makes people wait, and the form to ask for a place."""
    return _ask(request, service, Form())


@router.post(PAGE)
def book(request: Request, service: TheService, _visitor: Here, body: Sent) -> Response:
    """The earliest free place, with its private code; what is wrong comes back beside its field."""
    require_same_origin(request, service)
    require_pace(request, "passports.book", service.spec.certificate_requests.traffic.begin)
    form = Form({name: body.fields.get(name, "").strip()[:LONGEST] for name in ASKED})
    try:
        booked = appointments.book(service, form.values["office"], form.values["national_number"], clock.now())
    except Unavailable:
        raise
    except IssuanceError as error:
        return _ask(request, service, form.refused(error, ASKED), status=422)
    return _one(request, service, booked, booked.code, fresh=True)


@router.get(PAGE + "/one")
def ask_code(request: Request, _visitor: Here) -> Response:
    """The form for the private code."""
    return _ask_code(request, Form())


@router.post(PAGE + "/one")
def follow(request: Request, service: TheService, _visitor: Here, body: Sent) -> Response:
    """How it stands, or it is given back."""
    require_same_origin(request, service)
    require_pace(request, "passports.follow", service.spec.certificate_requests.traffic.follow)
    code = body.fields.get(CODE, "").strip()[:LONGEST]
    try:
        if body.fields.get("step") == "cancel":
            return _one(request, service, appointments.cancel(service, code, clock.now()), code)
        return _one(request, service, appointments.seen(service, code), code)
    except Unavailable:
        raise
    except IssuanceError as error:
        status = 404 if isinstance(error, NotFound) else 409
        return _ask_code(request, Form({CODE: code}).refused(error, (CODE,), {"appointment": CODE}), status=status)


@router.get(TODAY)
def today(request: Request, service: TheService, visitor: Staff) -> Response:
    """The day of the visitor's office, place by place: how many come, how many could."""
    now = clock.now()
    held = appointments.day_of(service, visitor.actor, visitor.actor.office or "", civil_day(now))
    rows = [{"at": moment(one.at)[-5:], "over": one.at <= now, "taken": one.taken, "of": one.of} for one in held.slots]
    return page(request, "passport_places.html", day=str(held.day), rows=rows, waiting=held.waiting)


def _ask(request: Request, service: Service, form: Form, *, status: int = 200) -> Response:
    t = asked_for(request)
    waits = appointments.wait_times(service, clock.now())
    named = [(one["office"]["code"], t.pick(one["office"])) for one in waits]
    return page(
        request,
        "passport_appointments.html",
        status=status,
        switch_to=f"{PAGE}?lang={t.other}",
        form=form,
        offices=named if len(named) == 1 else [("", t("form.choose")), *named],
        waits=[_wait(one, t) for one in waits],
    )


def _wait(one: dict[str, Any], t: Language) -> dict[str, Any]:
    return {"office": t.pick(one["office"]), "earliest": _moment(one["earliest"]), "waiting": one["waiting"]}


def _moment(iso: str | None) -> str:
    return iso[:16].replace("T", " ") if iso else ""


def _ask_code(request: Request, form: Form, *, status: int = 200) -> Response:
    switch = f"{PAGE}/one?lang={asked_for(request).other}"
    return page(request, "passport_appointment.html", status=status, switch_to=switch, form=form, held=None)


def _one(request: Request, service: Service, booked: Booked, code: str, *, fresh: bool = False) -> Response:
    t, now = asked_for(request), clock.now()
    names = {one["office"]["code"]: t.pick(one["office"]) for one in appointments.wait_times(service, now)}
    return page(
        request,
        "passport_appointment.html",
        status=201 if fresh else 200,
        switch_to=f"{PAGE}/one?lang={t.other}",
        form=Form(),
        code=code,
        fresh=fresh,
        held={
            "state": booked.state,
            "tone": TONES[booked.state],
            "office": names.get(booked.office, booked.office),
            "slot": moment(booked.slot) if booked.slot else "",
            "ahead": booked.ahead,
            "active": booked.state == "waiting" or (booked.slot is not None and booked.slot > now),
        },
    )
