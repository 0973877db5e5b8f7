"""Routes of the review: the queue, one request, decisions, the second officer, the explanation. Commands hold rules."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Query
from fastapi.responses import Response
from pydantic import BaseModel, ConfigDict

from issuance.api.answers import BINARY, PROBLEMS, attachment
from issuance.api.body import json_object, takes
from issuance.api.guard import SignedIn, TheService
from issuance.certificates import paying, refusal, review
from issuance.certificates.explain import explain
from issuance.certificates.life import CLAUSE
from issuance.core import clock
from issuance.core.purpose import Purpose
from issuance.core.shapes import read_shape

router = APIRouter(tags=["certificates"], responses=PROBLEMS)
Body = Annotated[dict[str, Any], Depends(json_object)]


class DecisionRequest(BaseModel):
    """reason: a code of the specification, for a return and a refusal."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    decision: Literal["issue", "return", "refuse"]
    reason: str = ""
    words: str = ""


class ApprovalDecision(BaseModel):
    """decision: of the second officer; words: why."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    decision: Literal["approve", "send_back"]
    words: str = ""


@router.get("/certificate-requests", summary="Requests that wait for an officer / طلبات تنتظر ضابطاً")
def queue(
    service: TheService, actor: SignedIn, limit: Annotated[int, Query(ge=1, le=200)] = 100
) -> dict[str, list[dict[str, Any]]]:
    """The nearest deadline first, as far as the actor's office reaches."""
    rules = service.spec.certificate_requests
    return {"requests": [view.as_json(rules) for view in review.queue(service, actor, limit)]}


@router.get("/certificate-requests/{request}", summary="How a request stands / حالة الطلب")
def request_seen(service: TheService, actor: SignedIn, request: str) -> dict[str, Any]:
    """State, reason, deadline and steps; for those who ask and those who review."""
    return review.request_seen(service, actor, request, clock.now()).as_json(service.spec.certificate_requests)


@router.post("/certificate-requests/{request}/cancellation", summary="End an unpaid request / إلغاء طلب لم يدفع رسمه")
def cancel(service: TheService, actor: SignedIn, request: str) -> dict[str, Any]:
    """By the office that asked, while the request waits for its fee."""
    view = paying.cancel_at_office(service, actor, request, clock.now())
    return view.as_json(service.spec.certificate_requests)


@router.get("/certificate-requests/{request}/docket", summary="What an officer decides on / ملف المراجعة")
def docket(service: TheService, actor: SignedIn, request: str) -> dict[str, Any]:
    """The person, every ruling shown or left out and why, what is doubtful, and what waits for approval."""
    now = clock.now()
    return review.docket(service, actor, request, now).as_json(service.spec, now)


@router.get(
    "/certificate-requests/{request}/preview.pdf",
    summary="What would be printed / معاينة ما سيُطبع",
    responses=BINARY,
)
def preview(service: TheService, actor: SignedIn, request: str) -> Response:
    """Before anything is decided: no number, seal or signature, marked across as a preview."""
    content = review.preview(service, actor, request, clock.now())
    return attachment(content, "application/pdf", "preview.pdf")


@router.post(
    "/certificate-requests/{request}/decisions",
    summary="Decide on a request / البت في الطلب",
    openapi_extra=takes(DecisionRequest, {"decision": "issue", "words": "القيود صحيحة"}),
)
def decide(service: TheService, actor: SignedIn, request: str, body: Body) -> dict[str, Any]:
    """Issue, return with a reason, or refuse with a reason; entries and refusals wait for a second officer."""
    asked = read_shape(DecisionRequest, body, code="certificates.request", clause=CLAUSE)
    now = clock.now()
    if asked.decision == "issue":
        view = review.decide_issue(service, actor, request, asked.words, now)
    elif asked.decision == "return":
        view = review.decide_return(service, actor, request, asked.reason, asked.words, now)
    else:
        view = review.decide_refuse(service, actor, request, asked.reason, asked.words, now)
    return view.as_json(service.spec.certificate_requests)


@router.post(
    "/certificate-approvals/{approval}",
    summary="Approve or send back / اعتماد أو إعادة",
    openapi_extra=takes(ApprovalDecision, {"decision": "approve", "words": "مطابق للسجل"}),
)
def approve(service: TheService, actor: SignedIn, approval: str, body: Body) -> dict[str, Any]:
    """As the second officer; an approval is carried out at once."""
    asked = read_shape(ApprovalDecision, body, code="certificates.request", clause=CLAUSE)
    step = review.approve if asked.decision == "approve" else review.send_back
    view = step(service, actor, approval, asked.words, clock.now())
    return view.as_json(service.spec.certificate_requests)


@router.get("/certificates/{number}/explanation", summary="Why it says what it says / تعليل الشهادة")
def explanation(
    service: TheService,
    actor: SignedIn,
    number: str,
    purpose: Annotated[str, Query(description="For what you look, a code of specs/purposes.yaml.")] = "",
    purpose_words: Annotated[str, Query(description="The same in words, where the purpose asks for them.")] = "",
) -> dict[str, Any]:
    """Computed again from what the certificate keeps, and compared with what was printed. The look is kept."""
    stated = Purpose(purpose, purpose_words)
    return explain(service, actor, number, stated, clock.now()).as_json(service.spec)


@router.get(
    "/certificate-refusals/{number}/refusal.pdf", summary="The signed refusal / قرار الرفض الموقع", responses=BINARY
)
def refusal_pdf(service: TheService, actor: SignedIn, number: str) -> Response:
    """The stored bytes, exactly as signed."""
    content = refusal.refusal_pdf(service, actor, number, clock.now())
    return attachment(content, "application/pdf", f"{number}.pdf")
