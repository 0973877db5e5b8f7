"""Routes of a certificate after its issue: how it stands, two officers end it, legalisation. Commands hold rules."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends
from pydantic import BaseModel, ConfigDict

from issuance.api.answers import PROBLEMS
from issuance.api.body import json_object, takes
from issuance.api.guard import SignedIn, TheService
from issuance.certificates import afterwards, legalisation
from issuance.certificates.standing import standing
from issuance.certificates.status import CLAUSE
from issuance.core import clock
from issuance.core.shapes import read_shape
from specs.schema.certificate_status import LegalisationStep

router = APIRouter(prefix="/certificates/{number}", tags=["certificates"], responses=PROBLEMS)
Body = Annotated[dict[str, Any], Depends(json_object)]


class Ending(BaseModel):
    """end: how; reason: a code of `certificate/status.yaml`; words: why, for the second officer."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    end: Literal["withdraw", "replace"]
    reason: str
    words: str


class SecondDecision(BaseModel):
    """Of the second officer; who asked may `refuse` it too and so take it back."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    decision: Literal["approve", "refuse"]
    words: str


class Step(BaseModel):
    """correct: take back a step that was entered by mistake; words: why then."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    step: LegalisationStep
    correct: bool = False
    words: str = ""


class Words(BaseModel):
    """What an officer found."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    words: str


@router.get("/standing", summary="How a certificate stands / ما صارت إليه الشهادة")
def stands(service: TheService, actor: SignedIn, number: str) -> dict[str, Any]:
    """Status, events, what waits for a second officer, and what the actor may do."""
    return standing(service, actor, number, clock.now()).as_json(service.spec)


@router.post(
    "/endings",
    status_code=202,
    summary="Ask another officer to withdraw or replace it / طلب سحب أو استبدال",
    openapi_extra=takes(Ending, {"end": "withdraw", "reason": "issued_in_error", "words": "خطأ في القيد"}),
)
def ask(service: TheService, actor: SignedIn, number: str, body: Body) -> dict[str, Any]:
    """Ends nothing yet: `approval` is what another officer decides on."""
    asked = read_shape(Ending, body, code="certificates.status", clause=CLAUSE)
    step = afterwards.ask_withdrawal if asked.end == "withdraw" else afterwards.ask_replacement
    return {"approval": step(service, actor, number, asked.reason, asked.words, clock.now())}


@router.post(
    "/endings/{approval}",
    summary="Approve or refuse, as the second officer / اعتماد أو رفض",
    openapi_extra=takes(SecondDecision, {"decision": "approve", "words": "مطابق للسجل"}),
)
def decide(service: TheService, actor: SignedIn, number: str, approval: str, body: Body) -> dict[str, Any]:
    """An approved withdrawal holds at once; an approved replacement as soon as the new certificate is issued."""
    asked, now = read_shape(SecondDecision, body, code="certificates.status", clause=CLAUSE), clock.now()
    if asked.decision == "approve":
        afterwards.approve(service, actor, approval, asked.words, now)
    else:
        afterwards.refuse(service, actor, approval, asked.words, now)
    return standing(service, actor, number, now).as_json(service.spec)


@router.post(
    "/legalisation",
    summary="Take a step of legalisation, or correct one / تصديق أو تصحيحه",
    openapi_extra=takes(Step, {"step": "interior"}),
)
def legalise(service: TheService, actor: SignedIn, number: str, body: Body) -> dict[str, Any]:
    """A correction is an event of its own: both stay visible."""
    asked, now = read_shape(Step, body, code="certificates.status", clause=CLAUSE), clock.now()
    step = legalisation.correct if asked.correct else legalisation.legalise
    step(service, actor, number, asked.step, asked.words, now)
    return standing(service, actor, number, now).as_json(service.spec)


@router.post(
    "/confirmation",
    summary="Confirm having looked at a withdrawal made at the console / تأكيد الاطلاع على سحب طارئ",
    openapi_extra=takes(Words, {"words": "راجعت القرار وأؤيده"}),
)
def confirm(service: TheService, actor: SignedIn, number: str, body: Body) -> dict[str, Any]:
    """Undoes nothing."""
    asked, now = read_shape(Words, body, code="certificates.status", clause=CLAUSE), clock.now()
    afterwards.confirm_emergency(service, actor, number, asked.words, now)
    return standing(service, actor, number, now).as_json(service.spec)
