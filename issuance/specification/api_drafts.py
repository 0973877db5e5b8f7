"""Routes of drafted and signed editions. Commands hold the rules; what is shown to an approver names the digest."""

from __future__ import annotations

import json
from datetime import date
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends
from fastapi.responses import JSONResponse, Response
from pydantic import BaseModel, ConfigDict

from issuance.api.answers import PROBLEMS, problems
from issuance.api.body import json_object
from issuance.api.guard import SignedIn, TheService
from issuance.core import clock
from issuance.core.shapes import read_shape
from issuance.specification import drafts, views
from issuance.specification.manifest import CLAUSE, as_file
from specs.errors import Fault, NotFound

router = APIRouter(prefix="/specification", tags=["specification"])
Body = Annotated[dict[str, Any], Depends(json_object)]


class _Asked(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Proposed(_Asked):
    """edition: its year; based_on: an edition in force; from_date: its first day; words: what it is for."""

    edition: str
    based_on: str
    from_date: date
    words: str


class Put(_Asked):
    """text: of the whole file; version: of the draft that was edited, so that nobody's change is overwritten."""

    text: str
    version: int | None = None


class Said(_Asked):
    words: str


class Decided(_Asked):
    """digest: of the draft as it was shown; returned: back to its authors; rejected: for good."""

    decision: Literal["approve", "returned", "rejected"]
    digest: str = ""
    words: str


def _takes(shape: type[BaseModel], example: dict[str, Any]) -> dict[str, Any]:
    content = {"application/json": {"schema": shape.model_json_schema(), "example": example}}
    return {"requestBody": {"required": True, "content": content}}


@router.get("/signed", summary="Signed editions / الإصدارات الموقعة", responses=problems(503))
def signed(service: TheService) -> dict[str, Any]:
    """Each with its first day and the digest of its files."""
    held = views.signed_editions(service)
    return {
        "editions": [
            {"edition": name, "from_date": row.from_date.isoformat(), "digest": row.digest}
            for name, row in held.items()
        ]
    }


@router.get("/signed/{edition}", summary="The manifest of a signed edition / بيان إصدارة", responses=problems(404, 503))
def manifest(service: TheService, edition: str) -> Response:
    """`edition.json`: the hashes of its files, who approved it, and the CMS signature over the manifest (base64)."""
    row = views.signed_editions(service).get(edition)
    if row is None:
        words = "لم توقع هذه الإصدارة هنا", "this edition was not signed here"
        raise NotFound(Fault("specification.edition.unsigned", *words, field="edition", clause=CLAUSE))
    return Response(as_file(json.loads(row.manifest), row.signature), media_type="application/json")


@router.get("/drafts", summary="Drafted editions / مسودات الإصدارات", responses=PROBLEMS)
def listed(service: TheService, actor: SignedIn) -> dict[str, Any]:
    """The newest first, without their texts."""
    return {"drafts": [one.as_json(files=False) for one in views.drafts(service, actor)]}


@router.post(
    "/drafts",
    status_code=201,
    summary="Draft an edition / صياغة إصدارة",
    responses=PROBLEMS,
    openapi_extra=_takes(
        Proposed, {"edition": "2028", "based_on": "2026", "from_date": "2028-01-01", "words": "مدة أطول للبالغين"}
    ),
)
def propose(service: TheService, actor: SignedIn, body: Body) -> Response:
    """From the files of an edition in force, with its own dates and a free series of numbers."""
    asked = read_shape(Proposed, body, code="specification.draft", clause=CLAUSE)
    view = drafts.propose(service, actor, asked.edition, asked.based_on, asked.from_date, asked.words, clock.now())
    return JSONResponse(view.as_json(), status_code=201)


@router.get("/drafts/{draft}", summary="One draft / مسودة", responses=PROBLEMS)
def one(service: TheService, actor: SignedIn, draft: str) -> dict[str, Any]:
    """Its texts, its history, and the digest that an approval binds."""
    return views.draft(service, actor, draft).as_json()


@router.get("/drafts/{draft}/judgement", summary="Faults and difference / الأخطاء والفروق", responses=PROBLEMS)
def judged(service: TheService, actor: SignedIn, draft: str) -> dict[str, Any]:
    """Every fault with file, line and remedy; the difference to the edition it is based on (docs/editions.md)."""
    view = views.draft(service, actor, draft)
    return {"digest": view.digest} | views.judge(service, view).as_json()


@router.put(
    "/drafts/{draft}/files/{name}",
    summary="Keep a file / حفظ ملف",
    responses=PROBLEMS,
    openapi_extra=_takes(Put, {"text": "...", "version": 3}),
)
def put(service: TheService, actor: SignedIn, draft: str, name: str, body: Body) -> dict[str, Any]:
    """Right or wrong it is kept; the answer says every fault the draft has now."""
    asked = read_shape(Put, body, code="specification.draft", clause=CLAUSE)
    view = drafts.put(service, actor, draft, name, asked.text, asked.version, clock.now())
    return view.as_json() | {"judgement": views.judge(service, view).as_json()}


@router.post(
    "/drafts/{draft}/submit",
    summary="Submit for approval / عرض للاعتماد",
    responses=PROBLEMS,
    openapi_extra=_takes(Said, {"words": "جاهزة للاعتماد"}),
)
def submit(service: TheService, actor: SignedIn, draft: str, body: Body) -> dict[str, Any]:
    """Asks two others; a draft with a fault is refused with every fault."""
    asked = read_shape(Said, body, code="specification.draft", clause=CLAUSE)
    return drafts.submit(service, actor, draft, asked.words, clock.now()).as_json()


@router.post(
    "/drafts/{draft}/decision",
    summary="Approve, send back or reject / البت في المسودة",
    responses=PROBLEMS,
    openapi_extra=_takes(Decided, {"decision": "approve", "digest": "<digest shown>", "words": "مطابقة"}),
)
def decide(service: TheService, actor: SignedIn, draft: str, body: Body) -> dict[str, Any]:
    """The second approval signs and publishes the edition."""
    asked = read_shape(Decided, body, code="specification.draft", clause=CLAUSE)
    now = clock.now()
    if asked.decision == "approve":
        return drafts.approve(service, actor, draft, asked.digest, asked.words, now).as_json()
    return drafts.decline(service, actor, draft, asked.decision, asked.words, now).as_json()


@router.post(
    "/drafts/{draft}/withdraw",
    summary="Withdraw / سحب المسودة",
    responses=PROBLEMS,
    openapi_extra=_takes(Said, {"words": "أعيدت صياغتها"}),
)
def withdraw(service: TheService, actor: SignedIn, draft: str, body: Body) -> dict[str, Any]:
    """Gives the draft up; its edition may be drafted anew."""
    asked = read_shape(Said, body, code="specification.draft", clause=CLAUSE)
    return drafts.withdraw(service, actor, draft, asked.words, clock.now()).as_json()
