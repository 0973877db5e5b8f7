"""Routes of the civil registry: a record, marks, watched family records, and what waits for a second officer.

National numbers travel in bodies, never in addresses, which others write into logs. Commands hold the rules.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Query, Response
from pydantic import BaseModel, ConfigDict

from issuance.api.answers import PROBLEMS
from issuance.api.body import json_object, takes
from issuance.api.guard import SignedIn, TheService
from issuance.core import clock
from issuance.core.shapes import read_shape
from issuance.people import registry_marks, registry_views, registry_watch

router = APIRouter(prefix="/registry", tags=["civil registry"], responses=PROBLEMS)
Body = Annotated[dict[str, Any], Depends(json_object)]
CLAUSE = "docs/civil-registry.md"


class _Asked(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class LookUp(_Asked):
    national_number: str


class MarkAsked(_Asked):
    """kind: of `passport/registry.yaml`; reference: of the file it rests on; reason: for the second officer."""

    national_number: str
    kind: str
    reference: str
    reason: str = ""


class WatchAsked(_Asked):
    """reason: for the second officer."""

    family_record: str
    case_reference: str
    reason: str


class EndAsked(_Asked):
    reason: str


class Decided(_Asked):
    decision: Literal["approve", "refuse"]
    reason: str


_NUMBER = "119909000012"


@router.post("/records", summary="A record / قيد", openapi_extra=takes(LookUp, {"national_number": _NUMBER}))
def record(service: TheService, actor: SignedIn, body: Body) -> dict[str, Any]:
    """What the registry says now, and why an application of today would be held."""
    asked = read_shape(LookUp, body, code="people.registry", clause=CLAUSE)
    return registry_views.registry_record(service, actor, asked.national_number, clock.now())


@router.post(
    "/marks",
    summary="Mark a record / تعليم قيد",
    openapi_extra=takes(
        MarkAsked,
        {"national_number": _NUMBER, "kind": "number_withdrawn", "reference": "JUD/2026/5", "reason": "حكم نهائي"},
    ),
)
def mark(service: TheService, actor: SignedIn, body: Body, response: Response) -> dict[str, Any]:
    """200: done; 202: it waits for a second officer."""
    asked = read_shape(MarkAsked, body, code="people.registry", clause=CLAUSE)
    done = registry_marks.mark(
        service, actor, asked.national_number, asked.kind, asked.reference, asked.reason, clock.now()
    )
    response.status_code = 200 if done.approval is None else 202
    return done.as_json()


@router.get("/watches", summary="Watched family records / قيود تحت المتابعة")
def watches(
    service: TheService, actor: SignedIn, ended: Annotated[bool, Query(description="those that ended")] = False
) -> dict[str, list[dict[str, Any]]]:
    """The newest first."""
    return {"watches": [one.as_json() for one in registry_watch.watches(service, actor, now=clock.now(), ended=ended)]}


@router.post(
    "/watches",
    status_code=202,
    summary="Ask to watch a family record / طلب متابعة قيد عائلي",
    openapi_extra=takes(WatchAsked, {"family_record": "F-1001", "case_reference": "PP/2026/7", "reason": "تحقيق"}),
)
def watch(service: TheService, actor: SignedIn, body: Body) -> dict[str, str]:
    """Another officer approves it."""
    asked = read_shape(WatchAsked, body, code="people.registry", clause=CLAUSE)
    return {
        "approval": registry_watch.ask_watch(
            service, actor, asked.family_record, asked.case_reference, asked.reason, clock.now()
        )
    }


@router.post(
    "/watches/{watch_id}/end",
    status_code=202,
    summary="Ask to end a watch / طلب إنهاء متابعة",
    openapi_extra=takes(EndAsked, {"reason": "انتهى التحقيق"}),
)
def end(service: TheService, actor: SignedIn, watch_id: str, body: Body) -> dict[str, str]:
    """Another officer approves it."""
    asked = read_shape(EndAsked, body, code="people.registry", clause=CLAUSE)
    return {"approval": registry_watch.ask_end(service, actor, watch_id, asked.reason, clock.now())}


@router.get("/approvals", summary="What waits for me / ما ينتظر موافقتي")
def approvals(service: TheService, actor: SignedIn) -> dict[str, list[dict[str, Any]]]:
    """Asked by others, nearest to its end first."""
    return {"approvals": registry_marks.waiting(service, actor, clock.now())}


@router.post(
    "/approvals/{approval}",
    summary="Approve or refuse / البت في طلب",
    openapi_extra=takes(Decided, {"decision": "approve", "reason": "طابق الحكم"}),
)
def decide(service: TheService, actor: SignedIn, approval: str, body: Body) -> dict[str, Any]:
    """As the second officer; what was approved is done at once."""
    asked = read_shape(Decided, body, code="people.registry", clause=CLAUSE)
    approved = asked.decision == "approve"
    return registry_marks.decide(service, actor, approval, asked.reason, clock.now(), approved=approved)
