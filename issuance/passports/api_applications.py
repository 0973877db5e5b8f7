"""Routes of applications: draft in parts, hand in, review, decide, lift, lease, withdraw, follow. Commands hold rules.

A draft is saved in as many calls as a weak line needs: begin, save, send the portrait once, hand in; each can be sent
again, and the application is taken up by its id.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Header, Query, Request
from fastapi.responses import JSONResponse, Response
from pydantic import BaseModel, ConfigDict, Field

from issuance.api.answers import BINARY, PROBLEMS, attachment
from issuance.api.body import json_object, takes
from issuance.api.guard import SignedIn, TheService
from issuance.api.turnstile import require_pace
from issuance.core import clock
from issuance.core.shapes import read_shape
from issuance.passports import deciding, enrol, work
from issuance.passports.api import EXAMPLE
from issuance.passports.tracked import tracked
from issuance.passports.way import CLAUSE, ApplicationView
from issuance.service import Service
from specs.errors import Fault

router = APIRouter(prefix="/passports/applications", tags=["passports"], responses=PROBLEMS)
Body = Annotated[dict[str, Any], Depends(json_object)]
_REQUEST = {"kind": "first", "application": EXAMPLE}


class FieldFault(BaseModel):
    """What is wrong with one field of what was asked, for who completes it."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    field: str = Field(min_length=1, max_length=120)
    ar: str = Field(min_length=1, max_length=300)
    en: str = Field(min_length=1, max_length=300)


class Decision(BaseModel):
    """digest: of the docket that was shown; reason: a code of the specification, for a return and a refusal."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    decision: Literal["approve", "refuse", "return"]
    digest: str
    words: str
    reason: str | None = None
    faults: tuple[FieldFault, ...] = Field(default=(), max_length=20)


class Words(BaseModel):
    """Why, in an officer's words."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    words: str


class LiftDecision(Words):
    """Of the second officer, who lifts a hold or leaves it standing."""

    decision: Literal["approve", "refuse"]


class Lease(BaseModel):
    """to: the account that takes it, None: the caller's own."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    to: str | None = Field(default=None, max_length=80)


def _answer(service: Service, view: ApplicationView, status: int = 200) -> JSONResponse:
    return JSONResponse(view.as_json(service.spec.passport.office), status_code=status)


def _object(example: dict[str, Any]) -> dict[str, Any]:
    content = {"application/json": {"schema": {"type": "object"}, "example": example}}
    return {"requestBody": {"required": True, "content": content}}


@router.post("", status_code=201, summary="Begin an application / بدء طلب جواز", openapi_extra=_object(_REQUEST))
def draft(
    service: TheService, actor: SignedIn, body: Body, key: Annotated[str | None, Header(alias="Idempotency-Key")] = None
) -> Response:
    """A draft: kind, document type and office are enough. Answers the private code of the applicant, which is kept
    nowhere; the same key with the same body gives the same draft again."""
    begun = enrol.draft(service, actor, body, clock.now(), key)
    held = {"tracking": begun.tracking, "application": begun.view.as_json(service.spec.passport.office)}
    return JSONResponse(held, 201, {"Location": f"/v1/passports/applications/{begun.view.id}"})


@router.get("", summary="Applications that wait / طلبات تنتظر")
def applications(
    service: TheService,
    actor: SignedIn,
    waiting: Annotated[Literal["officer", "office"], Query(description="For whom they wait.")] = "officer",
    limit: Annotated[int, Query(ge=1, le=200)] = 100,
) -> dict[str, list[dict[str, Any]]]:
    """The nearest deadline first, as far as the actor's office reaches. No names."""
    rules = service.spec.passport.office
    return {"applications": [one.as_json(rules) for one in work.applications(service, actor, waiting, limit)]}


@router.post("/track", summary="Follow an application / متابعة طلب", openapi_extra=_object({"tracking": "7K2M-…"}))
def track(request: Request, service: TheService, body: Body) -> Response:
    """By the private code, without signing in: state, since when, until when, what to bring. No name, no number."""
    require_pace(request, "passports.follow", service.spec.certificate_requests.traffic.follow)
    code = body.get("tracking")
    return JSONResponse(tracked(service, code[:200] if isinstance(code, str) else "").as_json(service.spec))


@router.post(
    "/approvals/{approval}",
    summary="The second officer on a hold / الضابط الثاني في رفع إيقاف",
    openapi_extra=takes(LiftDecision, {"decision": "approve", "words": "القيد ثابت"}),
)
def approve_lift(service: TheService, actor: SignedIn, approval: str, body: Body) -> Response:
    """Lifts the hold, or leaves it standing."""
    asked = read_shape(LiftDecision, body, code="passports.request", clause=CLAUSE)
    step = deciding.approve_lift if asked.decision == "approve" else deciding.refuse_lift
    return _answer(service, step(service, actor, approval, asked.words, clock.now()))


@router.post(
    "/holds/{hold}",
    summary="Lift a hold / رفع إيقاف",
    openapi_extra=takes(Words, {"words": "تحقق المكتب من القيد"}),
)
def lift(service: TheService, actor: SignedIn, hold: str, body: Body) -> Response:
    """At once, or asked of a second officer where two must agree."""
    asked = read_shape(Words, body, code="passports.request", clause=CLAUSE)
    return _answer(service, deciding.lift(service, actor, hold, asked.words, clock.now()))


@router.get("/{application}", summary="How an application stands / حالة طلب")
def seen(service: TheService, actor: SignedIn, application: str) -> Response:
    """State, reason, deadline, steps; small, and it names nobody."""
    return _answer(service, work.application_seen(service, actor, application))


@router.put("/{application}", summary="Save a draft / حفظ المسودة", openapi_extra=_object(_REQUEST))
def save(service: TheService, actor: SignedIn, application: str, body: Body) -> Response:
    """Replaces what a draft or a returned application asks for; it may still be incomplete."""
    return _answer(service, enrol.save(service, actor, application, body, clock.now()))


_FILE: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "content": {"image/jpeg": {"schema": {"type": "string", "format": "binary"}}},
    }
}


async def _content(request: Request) -> bytes:
    return await request.body()


@router.put("/{application}/files/{name}", summary="Send a file / إرسال ملف", openapi_extra=_FILE)
def attach(
    request: Request,
    service: TheService,
    actor: SignedIn,
    application: str,
    name: str,
    content: Annotated[bytes, Depends(_content)],
) -> Response:
    """`portrait`, as the camera gave it; the newest of a name holds, and a file sent again changes nothing."""
    kind = request.headers.get("content-type", "").partition(";")[0].strip()[:40]
    return _answer(service, enrol.attach(service, actor, application, name, content, kind, clock.now()))


@router.get("/{application}/files/{name}", summary="A file as handed in / ملف كما قُدم", responses=BINARY)
def file(service: TheService, actor: SignedIn, application: str, name: str) -> Response:
    """For those who enrol and decide; the look is kept."""
    content, media_type = work.file_of(service, actor, application, name, clock.now())
    return attachment(content, media_type, name)


@router.post("/{application}/submission", summary="Hand an application in / تقديم الطلب")
def submit(service: TheService, actor: SignedIn, application: str) -> Response:
    """Judged whole: every fault at once, and the draft stays. Without one it waits for its fee, or is checked."""
    return _answer(service, enrol.submit(service, actor, application, clock.now()))


@router.get("/{application}/docket", summary="What an officer decides on / ملف القرار")
def docket(service: TheService, actor: SignedIn, application: str) -> dict[str, Any]:
    """What was asked beside the record, the holds, the files and the digest a decision is bound to; a kept look."""
    return deciding.docket(service, actor, application, clock.now()).as_json(service.spec.passport.office)


@router.post(
    "/{application}/decisions",
    summary="Decide on an application / البت في طلب",
    openapi_extra=takes(Decision, {"decision": "approve", "digest": "9f86…", "words": "مستوفٍ"}),
)
def decide(service: TheService, actor: SignedIn, application: str, body: Body) -> Response:
    """By an officer who had no part in enrolling: approve, refuse or return with a reason."""
    asked = read_shape(Decision, body, code="passports.request", clause=CLAUSE)
    told = tuple(Fault("passports.decide.returned", one.ar, one.en, one.field, CLAUSE) for one in asked.faults)
    view = deciding.decide(
        service,
        actor,
        application,
        asked.decision,
        asked.digest,
        asked.words,
        clock.now(),
        reason=asked.reason,
        faults=told,
    )
    return _answer(service, view)


@router.put("/{application}/lease", summary="Take an application / تولي طلب", openapi_extra=takes(Lease, {"to": None}))
def lease(service: TheService, actor: SignedIn, application: str, body: Body) -> Response:
    """For a while nobody else decides on it; `to` gives it to a colleague of the office."""
    asked = read_shape(Lease, body, code="passports.request", clause=CLAUSE)
    return _answer(service, work.lease(service, actor, application, clock.now(), asked.to))


@router.delete("/{application}/lease", summary="Give an application back / ترك طلب")
def release(service: TheService, actor: SignedIn, application: str) -> Response:
    """Before its time."""
    return _answer(service, work.release(service, actor, application, clock.now()))


@router.post(
    "/{application}/withdrawal",
    summary="Take an application back / سحب طلب",
    openapi_extra=takes(Words, {"words": "طلب صاحبه"}),
)
def withdraw(service: TheService, actor: SignedIn, application: str, body: Body) -> Response:
    """At the wish of the applicant, until it is approved."""
    asked = read_shape(Words, body, code="passports.request", clause=CLAUSE)
    return _answer(service, work.withdraw(service, actor, application, asked.words, clock.now()))
