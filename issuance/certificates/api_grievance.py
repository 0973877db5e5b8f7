"""Routes of grievances at an office and of those who hear them; an applicant's own is with the citizen's routes."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Query
from pydantic import BaseModel, ConfigDict

from issuance.api.answers import PROBLEMS
from issuance.api.body import json_object, takes
from issuance.api.guard import SignedIn, TheService
from issuance.certificates import grievance
from issuance.certificates.life import CLAUSE
from issuance.core import clock
from issuance.core.shapes import read_shape

router = APIRouter(tags=["certificates"], responses=PROBLEMS)
Body = Annotated[dict[str, Any], Depends(json_object)]


class Complaint(BaseModel):
    """words: why the refusal is wrong, as the applicant says it."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    words: str


class Hearing(BaseModel):
    """words: why; of a dismissal they are printed on the decision."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    decision: Literal["grant", "dismiss"]
    words: str


@router.post(
    "/certificate-requests/{request}/grievance",
    summary="Lodge a grievance for an applicant / تقديم تظلم",
    openapi_extra=takes(Complaint, {"words": "الاسم مطابق للقيد"}),
)
def lodge(service: TheService, actor: SignedIn, request: str, body: Body) -> dict[str, Any]:
    """Against the refusal of a request that an office made; once, until the day printed on it."""
    said = read_shape(Complaint, body, code="certificates.request", clause=CLAUSE)
    view = grievance.lodge_at_office(service, actor, request, said.words, clock.now())
    return view.as_json(service.spec.certificate_requests)


@router.get("/certificate-grievances", summary="Grievances that wait / تظلمات قيد النظر")
def pending(
    service: TheService, actor: SignedIn, limit: Annotated[int, Query(ge=1, le=200)] = 100
) -> dict[str, list[dict[str, Any]]]:
    """The nearest deadline first."""
    rules = service.spec.certificate_requests
    return {"grievances": [view.as_json(rules) for view in grievance.pending(service, actor, limit)]}


@router.get("/certificate-grievances/{request}", summary="What is decided on / ملف التظلم")
def heard(service: TheService, actor: SignedIn, request: str) -> dict[str, Any]:
    """The request, the decision complained of and what the applicant says. The look is kept."""
    held = grievance.heard(service, actor, request, clock.now())
    return {
        "request": held.request.as_json(service.spec.certificate_requests),
        "asked": held.request.asked,
        "person": held.person.as_json(),
        "refused": {
            "number": held.refused.number,
            "reason": held.refused.reason,
            "words": held.refused.words,
            "decided_on": held.refused.decided_on.isoformat(),
        },
        "words": held.words,
        "own": held.own,
    }


@router.post(
    "/certificate-grievances/{request}",
    summary="Decide a grievance / البت في التظلم",
    openapi_extra=takes(Hearing, {"decision": "grant", "words": "ثبتت الهوية"}),
)
def decide(service: TheService, actor: SignedIn, request: str, body: Body) -> dict[str, Any]:
    """Granted, the record is read anew; dismissed, a signed decision upholds the first."""
    said = read_shape(Hearing, body, code="certificates.request", clause=CLAUSE)
    view = grievance.decide(service, actor, request, said.decision == "grant", said.words, clock.now())
    return view.as_json(service.spec.certificate_requests)
