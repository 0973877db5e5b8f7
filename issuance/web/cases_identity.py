"""Whom the register of people proposes for an accused known by name only; who it is, a person decides with a reason."""

from __future__ import annotations

from fastapi import APIRouter, Request
from fastapi.responses import Response

from issuance.api.guard import TheService
from issuance.cases.identity import Candidate, candidates
from issuance.core import clock
from issuance.web.cases_seen import address, stated
from issuance.web.cases_tabs import tabs
from issuance.web.render import page
from issuance.web.visitor import Staff

router = APIRouter()


@router.get("/cases/{number}/accused/{code}/candidates")
def proposed(request: Request, service: TheService, visitor: Staff, number: str, code: str) -> Response:
    """Best first; each leads to the form that asks how the identity was confirmed, and why."""
    found = candidates(service, visitor.actor, number, code, stated(request, visitor, number), clock.now())
    return page(
        request,
        "case_candidates.html",
        tabs=tabs(visitor, "/cases"),
        number=number,
        home=address(number),
        accused=found.accused,
        candidates=[_row(one) for one in found.candidates],
        narrow=found.narrow,
    )


def _row(one: Candidate) -> dict[str, object]:
    person = one.person
    return {
        "name": person.arabic.full,
        "national_number": person.national_number,
        "birth_date": person.birth_date.iso(),
        "percent": one.like.percent,
        "born_alike": one.born_alike,
    }
