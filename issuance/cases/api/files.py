"""Routes of case files: open, list, read, act, hand over. Commands and views hold every rule."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Path, Query
from fastapi.responses import JSONResponse, Response

from issuance.api.answers import BINARY, attachment, problems
from issuance.api.body import json_object
from issuance.api.guard import SignedIn, TheService
from issuance.api.once import Call, IdempotencyKey, once
from issuance.api.problem import problem
from issuance.api.version import VersionSeen, etag
from issuance.cases import four_eyes, proposals
from issuance.cases.act import StaleCase, act, open_case
from issuance.cases.as_json import case_json, change_json, entry_json, plain, summary_json
from issuance.cases.case_rules import CaseRules
from issuance.cases.forms import choices_of, openings
from issuance.cases.forms_as_json import move_json, opening_json
from issuance.cases.lists_as_json import proposal_json, work_json
from issuance.cases.reading import look
from issuance.cases.request import (
    DecisionRequest,
    MoveRequest,
    ProposalRequest,
    read_decision,
    read_move,
    read_proposal,
)
from issuance.cases.verify import receipt, verify_case
from issuance.cases.work import MOST_ROWS, my_work
from issuance.core import clock
from issuance.core.purpose import Purpose
from specs.errors import Fault, NotFound

router = APIRouter(prefix="/cases")
approvals = APIRouter(prefix="/approvals")

OPENING = {
    "action": "open",
    "body": {
        "summary": "سرقة من محل تجاري",
        "place": "شارع الجمهورية",
        "report_kind": "victim",
        "offence": "theft",
        "committed_on": "2026-01-10",
        "accused_name": "سالم علي محمد المبروك",
    },
}
SENDING = {"action": "send_to_prosecution", "body": {"to_office": "PR-TIP"}, "happened_on": "2026-01-12"}
CORRECTION = {
    "action": "correct",
    "body": {"corrects": 1, "corrected": {"place": "شارع عمر المختار"}, "note": "خطأ في النقل"},
    "reason": "خطأ في النقل",
}


def purpose_of(
    purpose: Annotated[
        str, Query(description="For what you look, a code of specs/purposes.yaml; it is kept.", examples=["duty"])
    ] = "",
    purpose_words: Annotated[str, Query(description="The same in words, where the purpose asks for them.")] = "",
) -> Purpose:
    """Dependency: what the caller says; the view refuses what is no purpose."""
    return Purpose(purpose, purpose_words)


def duty_of(purpose: Annotated[Purpose, Depends(purpose_of)]) -> Purpose:
    """Dependency for what is only of use to who handles the case: that is the purpose unless another is said."""
    return purpose if purpose.code else Purpose("duty")


StatedPurpose = Annotated[Purpose, Depends(purpose_of)]
DutyPurpose = Annotated[Purpose, Depends(duty_of)]
Number = Annotated[str, Path(examples=["ST-TIP-2026-000001"])]
JsonBody = Annotated[dict[str, Any], Depends(json_object)]


def _body(model: type[MoveRequest | DecisionRequest], example: Any) -> dict[str, Any]:
    schema = model.model_json_schema(ref_template="#/components/schemas/{model}")
    return {"requestBody": {"required": True, "content": {"application/json": {"schema": schema, "example": example}}}}


@router.post("", status_code=201, summary="Open a case / فتح ملف قضية", openapi_extra=_body(MoveRequest, OPENING))
def open_(service: TheService, actor: SignedIn, request: JsonBody, key: IdempotencyKey = None) -> Response:
    """By an action of `GET /cases/openings`. Answers number and version; the file itself is read for a purpose."""
    rules, move = CaseRules.of(service.spec), read_move(request)

    def work(request_id: str | None) -> dict[str, Any]:
        return summary_json(open_case(service, actor, move, clock.now(), request_id=request_id), rules)

    return once(service, actor, Call(key, "POST /v1/cases", (request,)), work)


@router.get("", summary="My work, by deadline / عملي حسب المواعيد")
def work(
    service: TheService,
    actor: SignedIn,
    after: Annotated[str | None, Query(description="`after` of the page before.")] = None,
    limit: Annotated[int, Query(ge=1, le=MOST_ROWS)] = 50,
    mine: Annotated[bool, Query(description="Only what is assigned to me.")] = False,
) -> dict[str, Any]:
    """Files that my office holds or is to receive or that are assigned to me, and what I am asked to approve."""
    found = my_work(service, actor, clock.now(), after=after, limit=limit, mine=mine)
    return work_json(found, CaseRules.of(service.spec))


@router.get("/openings", summary="How I may open a case / كيف لي أن أفتح ملفاً")
def openings_(service: TheService, actor: SignedIn) -> dict[str, Any]:
    """The opening actions open to me now, each with its fields: enough to build a form."""
    rules = CaseRules.of(service.spec)
    return {"openings": [opening_json(name, rules) for name in openings(service, actor, clock.now())]}


@router.get("/{number}", summary="One case / ملف قضية")
def case(service: TheService, actor: SignedIn, number: Number, purpose: StatedPurpose) -> JSONResponse:
    """What I may see of it. The look is kept with its purpose; `ETag` is the version."""
    now = clock.now()
    view = look(service, actor, number, purpose, now)
    return JSONResponse(case_json(view, CaseRules.of(service.spec), now), headers=etag(view.file.version))


@router.get("/{number}/actions", summary="Timeline of a case / تسلسل إجراءات القضية")
def timeline(service: TheService, actor: SignedIn, number: Number, purpose: StatedPurpose) -> JSONResponse:
    """Every entry as it was written, oldest first; corrections stand beside what they correct."""
    view, rules = look(service, actor, number, purpose, clock.now()), CaseRules.of(service.spec)
    told = {"number": number, "actions": [entry_json(entry, rules) for entry in view.entries]}
    return JSONResponse(told, headers=etag(view.file.version))


@router.get("/{number}/actions/{seq}", summary="One entry of a case / قيد في ملف قضية")
def entry(service: TheService, actor: SignedIn, number: Number, seq: int, purpose: StatedPurpose) -> dict[str, Any]:
    """As it was written."""
    view = look(service, actor, number, purpose, clock.now())
    if not 1 <= seq <= len(view.entries):
        words = (
            f"لا قيد بهذا الرقم؛ من 1 إلى {len(view.entries)}",
            f"there is no such entry, from 1 to {len(view.entries)}",
        )
        raise NotFound(Fault("cases.entry", *words, field="seq", clause="cases/lifecycle.yaml"))
    return entry_json(view.entries[seq - 1], CaseRules.of(service.spec))


@router.get("/{number}/moves", summary="What I may do now / الإجراءات المتاحة لي الآن")
def moves(service: TheService, actor: SignedIn, number: Number, purpose: DutyPurpose) -> JSONResponse:
    """Each with its fields, their kinds and choices, and the matters it may be done to: enough to build a form."""
    now, rules = clock.now(), CaseRules.of(service.spec)
    view = look(service, actor, number, purpose, now)
    choices = choices_of(service, view.file, now)
    told = [move_json(name, matters, view, rules, choices) for name, matters in view.moves.items()]
    return JSONResponse(plain({"number": number, "moves": told}), headers=etag(view.file.version))


@router.post(
    "/{number}/actions",
    status_code=201,
    summary="Act on a case / إجراء في القضية",
    openapi_extra=_body(MoveRequest, SENDING),
    responses=problems(428),
)
def act_(
    service: TheService,
    actor: SignedIn,
    number: Number,
    version: VersionSeen,
    request: JsonBody,
    key: IdempotencyKey = None,
) -> Response:
    """One of the moves open to me now. A stale version gets a 409 whose `changes` tell what happened since."""
    rules, move = CaseRules.of(service.spec), read_move(request)

    def work(request_id: str | None) -> dict[str, Any]:
        after = act(service, actor, number, move, clock.now(), expected=version, request_id=request_id)
        return summary_json(after, rules)

    try:
        call = Call(key, f"POST /v1/cases/{number}/actions", (request, version))
        return once(service, actor, call, work, named_by="version")
    except StaleCase as error:
        return stale_answer(error, rules)


@router.post(
    "/{number}/proposals",
    status_code=201,
    summary="Ask a second officer / طلب اعتماد ضابط ثان",
    openapi_extra=_body(ProposalRequest, CORRECTION),
    responses=problems(428),
)
def propose(service: TheService, actor: SignedIn, number: Number, version: VersionSeen, request: JsonBody) -> Response:
    """For a move that needs two officers. Nothing changes until another approves; any change meanwhile voids it."""
    move, reason = read_proposal(request)
    try:
        asked = four_eyes.propose(service, actor, number, move, reason, clock.now(), expected=version)
    except StaleCase as error:
        return stale_answer(error, CaseRules.of(service.spec))
    return JSONResponse({"id": asked, "case": number}, 201, headers={"Location": f"/v1/approvals/{asked}"})


@router.get(
    "/{number}/receipts/{seq}", summary="Signed receipt of a hand-over / إيصال الإحالة الموقع", responses=BINARY
)
def receipt_(service: TheService, actor: SignedIn, number: Number, seq: int, purpose: DutyPurpose) -> Response:
    """CMS SignedData (RFC 5652), as it was signed when the file was handed over or received."""
    held = receipt(service, actor, number, seq, purpose, clock.now())
    return attachment(held.cms, "application/cms", f"{number}-{seq}.p7s")


@router.get("/{number}/verification", summary="Is the file as it was written? / سلامة الملف")
def verification(service: TheService, actor: SignedIn, number: Number, purpose: StatedPurpose) -> dict[str, Any]:
    """The verdict on its chain of entries and its signed receipts."""
    return verify_case(service, actor, number, purpose, clock.now()).as_json()


@approvals.get("/{approval}", summary="What is to be approved / طلب الاعتماد")
def proposal(service: TheService, actor: SignedIn, approval: str, purpose: DutyPurpose) -> dict[str, Any]:
    """The request and all that it will change."""
    now = clock.now()
    view, asked = proposals.proposal(service, actor, approval, purpose, now)
    return proposal_json(view.file.number, asked, CaseRules.of(service.spec), now)


@approvals.post(
    "/{approval}",
    summary="Approve or refuse / اعتماد أو رفض",
    openapi_extra=_body(DecisionRequest, {"decision": "approve", "reason": "مطابق للأصل"}),
)
def decide(service: TheService, actor: SignedIn, approval: str, request: JsonBody) -> JSONResponse:
    """As the second officer, which carries the action out at once; or withdraw one's own request."""
    said, now = read_decision(request), clock.now()
    if said.decision == "approve":
        file = four_eyes.approve(service, actor, approval, said.reason, now)
        return JSONResponse(summary_json(file, CaseRules.of(service.spec)), headers=etag(file.version))
    decided = four_eyes.refuse if said.decision == "refuse" else proposals.withdraw
    decided(service, actor, approval, said.reason, now)
    return JSONResponse({"id": approval, "decision": said.decision})


def stale_answer(error: StaleCase, rules: CaseRules) -> JSONResponse:
    """409 that tells what happened since the version the caller saw."""
    changes = [change_json(entry, rules) for entry in error.since]
    return problem(
        409,
        "conflict",
        error.faults,
        headers=etag(error.version),
        more={"version": error.version, "changes": changes},
    )
