"""Routes of biometrics: feedback on a portrait, fingerprints, suspected duplicates, and how the search stands.

Who only searches sees no candidates: these are for officers who decide.
"""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Request
from fastapi.responses import Response
from pydantic import AwareDatetime, BaseModel, ConfigDict

from issuance.api.answers import PROBLEMS
from issuance.api.body import json_object, read_form, takes
from issuance.api.guard import SignedIn, TheService
from issuance.biometrics import capture, degraded, hits, portraits
from issuance.biometrics.status import status
from issuance.core import clock
from issuance.core.shapes import read_shape
from specs.errors import Fault, Invalid

router = APIRouter(prefix="/biometrics", tags=["biometrics"], responses=PROBLEMS)
Body = Annotated[dict[str, Any], Depends(json_object)]
CLAUSE = "docs/capture.md"


class _Asked(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Settled(_Asked):
    """different: all candidates are other people; same: the applicant is one of them; words: for who confirms."""

    outcome: Literal["different", "same"]
    words: str


class Declared(_Asked):
    """until: when the outage ends by itself; words: what happened, for who approves."""

    until: AwareDatetime
    words: str


class Agreed(_Asked):
    """agree: whether the other person's word stands; words: why."""

    agree: bool
    words: str


class Approved(_Asked):
    words: str


_PICTURE: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "content": {
            "multipart/form-data": {
                "schema": {
                    "type": "object",
                    "required": ["portrait"],
                    "properties": {"portrait": {"type": "string", "format": "binary", "description": "JPEG or PNG"}},
                }
            }
        },
    }
}


async def _picture(request: Request) -> bytes:
    form = await read_form(request)
    if (portrait := form.files.get("portrait")) is None:
        words = "هذا الجزء مطلوب", "this part is required"
        raise Invalid(Fault("api.request.missing", *words, field="portrait", clause="openapi"))
    return portrait.content


@router.post("/portraits", summary="Judge a portrait / فحص صورة", openapi_extra=_PICTURE)
def judge_portrait(
    service: TheService, actor: SignedIn, picture: Annotated[bytes, Depends(_picture)]
) -> dict[str, Any]:
    """Every limit with what was measured, at once, for whoever stands at the camera. Nothing is kept."""
    return portraits.feedback(service, actor, picture).as_json()


@router.post(
    "/captures/{application}",
    summary="Record fingerprints / تسجيل البصمات",
    openapi_extra=takes(
        capture.CaptureRecord,
        {"device": "maker model 0001", "fingers": [{"code": 2, "score": 61}, {"code": 3, "missing": "amputation"}]},
    ),
)
def record_capture(service: TheService, actor: SignedIn, application: str, body: Body) -> dict[str, Any]:
    """Quality and count, as the scanner tells them; pictures of fingers are refused by having no place."""
    record = capture.read_record(body)
    return capture.record_capture(service, actor, application, record, clock.now()).as_json()


@router.post(
    "/captures/approvals/{approval}",
    summary="Confirm few fingerprints / اعتماد نقص البصمات",
    openapi_extra=takes(Agreed, {"agree": True, "words": "both hands bandaged"}),
)
def confirm_capture(service: TheService, actor: SignedIn, approval: str, body: Body) -> dict[str, Any]:
    """Another officer saw that no more can be taken, or did not."""
    asked = read_shape(Agreed, body, code="biometrics", clause=CLAUSE)
    return capture.confirm_capture(service, actor, approval, asked.agree, asked.words, clock.now()).as_json()


@router.get("/hits", summary="Suspected duplicates / اشتباه ازدواج")
def waiting(service: TheService, actor: SignedIn) -> dict[str, list[dict[str, Any]]]:
    """Those nobody decided on, of the actor's office, oldest first."""
    return {"hits": [one.as_json() for one in hits.waiting_hits(service, actor)]}


@router.post(
    "/hits/{search}",
    summary="Decide a suspected duplicate / البت في اشتباه",
    openapi_extra=takes(Settled, {"outcome": "different", "words": "twins, family booklet seen"}),
)
def settle(service: TheService, actor: SignedIn, search: str, body: Body) -> dict[str, str]:
    """The first of two officers; the answer names the approval the second is asked for."""
    asked = read_shape(Settled, body, code="biometrics", clause=CLAUSE)
    return {"approval": hits.settle(service, actor, search, asked.outcome, asked.words, clock.now())}


@router.post(
    "/hits/approvals/{approval}",
    summary="Confirm a decision on a duplicate / اعتماد البت في اشتباه",
    openapi_extra=takes(Agreed, {"agree": True, "words": "seen"}),
)
def confirm(service: TheService, actor: SignedIn, approval: str, body: Body) -> dict[str, Any]:
    """The second of two officers, for exactly the candidates the first one saw."""
    asked = read_shape(Agreed, body, code="biometrics", clause=CLAUSE)
    return hits.confirm(service, actor, approval, asked.agree, asked.words, clock.now()).as_json()


@router.get("/afis", summary="How the search for duplicates stands / حال البحث عن الازدواج")
def afis(service: TheService, actor: SignedIn) -> dict[str, Any]:
    """Room, declared outage, searches to make up for; counts alone."""
    return status(service, actor, clock.now()).as_json()


@router.post(
    "/afis/outages",
    summary="Declare the search out of order / إعلان تعطل البحث",
    openapi_extra=takes(Declared, {"until": "2026-11-23T09:00:00+02:00", "words": "tables full, vendor called"}),
)
def declare(service: TheService, actor: SignedIn, body: Body) -> dict[str, str]:
    """Another person has to approve; humanitarian cases alone may then go on without a search."""
    asked = read_shape(Declared, body, code="biometrics", clause=CLAUSE)
    until: datetime = asked.until
    return {"approval": degraded.declare(service, actor, asked.words, until, clock.now())}


@router.post(
    "/afis/outages/{approval}",
    summary="Approve work without the search / اعتماد العمل دون بحث",
    openapi_extra=takes(Approved, {"words": "seen with the vendor"}),
)
def approve(service: TheService, actor: SignedIn, approval: str, body: Body) -> dict[str, Any]:
    """From now on, until the moment that was declared."""
    asked = read_shape(Approved, body, code="biometrics", clause=CLAUSE)
    return degraded.approve(service, actor, approval, asked.words, clock.now()).as_json()


@router.delete("/afis/outages", status_code=204, summary="The search works again / عاد البحث")
def end(service: TheService, actor: SignedIn) -> Response:
    """One person's word is enough."""
    degraded.end(service, actor, clock.now())
    return Response(status_code=204)
