"""Suspected duplicates: the applicant beside everybody the search found, judged by two officers."""

from __future__ import annotations

from contextlib import suppress
from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any

from fastapi import APIRouter, Depends, Request
from fastapi.responses import RedirectResponse, Response

from issuance.api.answers import attachment
from issuance.api.guard import TheService
from issuance.biometrics import hits
from issuance.biometrics.facts import Candidate
from issuance.biometrics.hits import Hit
from issuance.core import clock, policy
from issuance.passports import checking, enrol_files, work
from issuance.people.public import PersonFacts
from issuance.web.cases_words import moment
from issuance.web.certificate_review_shown import account_words
from issuance.web.forms import Form
from issuance.web.language import Language, asked_for
from issuance.web.render import page
from issuance.web.visitor import Posted, Staff, Visitor, posted
from specs.errors import Conflict, Fault, Invalid, IssuanceError, NotFound, Unavailable

if TYPE_CHECKING:
    from issuance.service import Service

router = APIRouter()
PAGE = "/passport-office/duplicates"
FIELDS = ("outcome", "words")
APPLICANT = "applicant"


@router.get(PAGE)
def waiting(request: Request, service: TheService, visitor: Staff) -> Response:
    """Searches with somebody found whom nobody decided on, of the visitor's office, oldest first."""
    rows = [
        {"href": f"{PAGE}/{one.search_id}", "at": moment(one.at) if one.at else "", "found": len(one.candidates)}
        for one in hits.waiting_hits(service, visitor.actor)
    ]
    return page(request, "passport_duplicates.html", rows=rows)


@router.get(PAGE + "/{search}")
def one(request: Request, service: TheService, visitor: Staff, search: str) -> Response:
    """One search: faces and facts side by side, and what the visitor may say of it."""
    return _one(request, service, visitor, search, Form())


@router.post(PAGE + "/{search}")
def judge(
    request: Request, service: TheService, visitor: Staff, search: str, body: Annotated[Posted, Depends(posted)]
) -> Response:
    """The first officer says what they are, the second agrees or does not."""
    form = Form({name: body.fields.get(name, "") for name in FIELDS})
    try:
        _done(service, visitor, search, body, clock.now())
    except (NotFound, Unavailable):
        raise
    except IssuanceError as error:
        status = 409 if isinstance(error, Conflict) else 422
        shown = form.refused(error, FIELDS, {"reason": "words"})
        return _one(request, service, visitor, search, shown, status=status)
    return RedirectResponse(f"{PAGE}/{search}", status_code=303)


@router.get(PAGE + "/{search}/portrait/{whose}")
def portrait(service: TheService, visitor: Staff, search: str, whose: str) -> Response:
    """The picture of the applicant as it was handed in, or of one of those found, from the register."""
    now = clock.now()
    held = hits.hit(service, visitor.actor, search, now)
    if whose == APPLICANT:
        name = held.clearance.application_id or ""
        content, media_type = work.file_of(service, visitor.actor, name, enrol_files.PORTRAIT, now)
        return attachment(content, media_type, enrol_files.PORTRAIT, inline=True)
    content_of = {one.id: one.portrait for one in held.others}.get(whose)
    if content_of is None:
        raise NotFound(Fault("people.no_portrait", "لا توجد صورة", "there is no portrait", "portrait", "portrait.yaml"))
    return attachment(content_of, "image/jpeg", "portrait.jpg", inline=True)


def _done(service: Service, visitor: Visitor, search: str, body: Posted, now: datetime) -> None:
    actor, words, step = visitor.actor, body.fields.get("words", ""), body.fields.get("step", "")
    approval = body.fields.get("approval", "")
    if step == "settle":
        hits.settle(service, actor, search, body.fields.get("outcome", ""), words, now)  # type: ignore[arg-type]
    elif step in ("agree", "disagree"):
        cleared = hits.confirm(service, actor, approval, step == "agree", words, now)
        with suppress(NotFound, Unavailable):  # upkeep looks again at what is held
            checking.advance(service, cleared.application_id or "", now)
    else:
        said = "اختر ما تقرره", "choose what you decide"
        raise Invalid(Fault("biometrics.hits.step", *said, field="step", clause=hits.CLAUSE))


def _one(
    request: Request, service: Service, visitor: Visitor, search: str, form: Form, *, status: int = 200
) -> Response:
    t, actor = asked_for(request), visitor.actor
    held = hits.hit(service, actor, search, clock.now())
    by = held.asked.asked_by if held.asked is not None else None
    undecided = held.clearance.state == "hits" and held.clearance.outcome is None
    return page(
        request,
        "passport_duplicate.html",
        status=status,
        form=form,
        href=f"{PAGE}/{search}",
        state=held.clearance.state,
        outcome=held.clearance.outcome,
        at=moment(held.clearance.at) if held.clearance.at else "",
        people=[_person(held.applicant, None, t), *_others(held, t)],
        rows=_rows(held, t),
        asked=held.asked,
        asked_by=account_words(service, [by]).get(by or "", ""),
        own=by == actor.id,
        settles=undecided and held.asked is None and policy.allowed(actor, hits.SETTLE),
        confirms=undecided and held.asked is not None and policy.allowed(actor, hits.CONFIRM),
        outcomes=[("", t("form.choose")), *((code, t(f"duplicates.{code}")) for code in ("different", "same"))],
    )


def _others(held: Hit, t: Language) -> list[dict[str, Any]]:
    found = zip(held.others, held.clearance.candidates, strict=True)
    return [_person(person, candidate, t) for person, candidate in found]


def _person(person: PersonFacts, candidate: Candidate | None, t: Language) -> dict[str, Any]:
    """One column: who, whose picture, how alike."""
    return {
        "title": t("duplicates.applicant" if candidate is None else "duplicates.found"),
        "picture": APPLICANT if candidate is None else person.id if person.portrait else None,
        "face": candidate.face_percent if candidate else None,
        "name": candidate.name_percent if candidate else None,
    }


def _rows(held: Hit, t: Language) -> list[dict[str, Any]]:
    """Facts beside facts: label, whether written from left to right, and a value for each person."""
    people = (held.applicant, *held.others)
    rows = (
        ("field.national_number", True, [one.national_number for one in people]),
        ("duplicates.arabic", False, [one.arabic.full for one in people]),
        ("duplicates.latin", True, [f"{one.latin.surname} {one.latin.given}" for one in people]),
        ("field.birth_date", True, [one.birth_date.iso() for one in people]),
        ("field.sex", False, [t(f"sex.{one.sex}") if t.has(f"sex.{one.sex}") else one.sex for one in people]),
        ("field.birth_place_arabic", False, [one.birth_place_arabic for one in people]),
    )
    return [
        {
            "label": t(label),
            "ltr": ltr,
            "cells": [(value, n > 0 and value == values[0]) for n, value in enumerate(values)],
        }
        for label, ltr, values in rows
    ]
