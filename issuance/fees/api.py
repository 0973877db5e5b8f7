"""Routes of fees: the tariff, payments, cash desks, refunds, receipts, and the provider's door. Commands hold rules."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Header, Query, Request
from fastapi.responses import JSONResponse, Response
from pydantic import BaseModel, ConfigDict

from issuance.api.answers import BINARY, PROBLEMS, attachment, problems
from issuance.api.body import json_object
from issuance.api.guard import SignedIn, TheService
from issuance.api.turnstile import require_pace
from issuance.core import clock
from issuance.core.shapes import read_shape
from issuance.fees import closing, desk, receipts, refunds
from issuance.fees.rules import CLAUSE, amount_of, text

router = APIRouter(prefix="/fees", tags=["fees"])
Body = Annotated[dict[str, Any], Depends(json_object)]


class _Asked(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Taken(_Asked):
    """amount: text, exactly what is due."""

    amount: str


class Exempted(_Asked):
    """exemption: a code of the specification; proof: number of the paper that proves it."""

    exemption: str
    proof: str


class RefundAsked(_Asked):
    """reason: a code of the specification; words: for whoever approves."""

    reason: str
    words: str


class RefundDecided(_Asked):
    decision: Literal["approve", "refuse"]
    words: str


class Counted(_Asked):
    """counted: the cash in the drawer, as text; words: why it differs, when it does."""

    counted: str
    words: str = ""


def _takes(shape: type[BaseModel], example: dict[str, Any]) -> dict[str, Any]:
    content = {"application/json": {"schema": shape.model_json_schema(), "example": example}}
    return {"requestBody": {"required": True, "content": content}}


@router.get("/tariff", summary="What is due / التعريفة", responses=problems(503))
def tariff(service: TheService) -> dict[str, Any]:
    """Every row with its first and last day; a row without a first day is prepared and not in force."""
    rules = service.spec.fees
    rows = [row.model_dump(mode="json") for row in rules.tariff.rows]
    for row in rows:
        row |= {"total": text(amount_of(row["fee"]) + amount_of(row["electronic"]))}
    return {
        "currency": rules.currency.code,
        "rows": rows,
        "exemptions": {code: held.model_dump(mode="json") for code, held in rules.exemptions.entries.items()},
    }


@router.get("/payments", summary="Fees that wait / رسوم تنتظر", responses=PROBLEMS)
def waiting(
    service: TheService,
    actor: SignedIn,
    waiting: Annotated[Literal["open", "owed"], Query(description="open: to be paid; owed: to go back.")] = "open",
    limit: Annotated[int, Query(ge=1, le=200)] = 100,
) -> dict[str, list[dict[str, Any]]]:
    """Of the actor's office, the oldest first."""
    return {"payments": [one.as_json(service.spec.fees) for one in desk.queue(service, actor, waiting, limit)]}


@router.get("/payments/{reference}", summary="One fee / رسم", responses=PROBLEMS)
def payment(service: TheService, actor: SignedIn, reference: str) -> dict[str, Any]:
    """What is due, what came and went, and a refund that waits for approval."""
    return desk.found(service, actor, reference, clock.now()).as_json(service.spec.fees)


@router.post(
    "/payments/{reference}/take",
    summary="Take cash / قبض الرسم",
    responses=PROBLEMS,
    openapi_extra=_takes(Taken, {"amount": "5.000"}),
)
def take(service: TheService, actor: SignedIn, reference: str, body: Body) -> dict[str, Any]:
    """Once, however often it is called; the receipt is made and the request goes on."""
    amount = amount_of(read_shape(Taken, body, code="fees", clause=CLAUSE).amount)
    return desk.take(service, actor, reference, amount, clock.now()).as_json(service.spec.fees)


@router.post(
    "/payments/{reference}/exemption",
    summary="Waive a fee / الإعفاء من رسم",
    responses=PROBLEMS,
    openapi_extra=_takes(Exempted, {"exemption": "indigence", "proof": "12/2026"}),
)
def exemption(service: TheService, actor: SignedIn, reference: str, body: Body) -> dict[str, Any]:
    """By a paper that proves it; the request goes on."""
    asked = read_shape(Exempted, body, code="fees", clause=CLAUSE)
    view = desk.exempt(service, actor, reference, asked.exemption, asked.proof, clock.now())
    return view.as_json(service.spec.fees)


@router.post(
    "/payments/{reference}/refunds",
    status_code=202,
    summary="Ask for a refund / طلب رد رسم",
    responses=PROBLEMS,
    openapi_extra=_takes(RefundAsked, {"reason": "late", "words": "وصل بعد انتهاء المهلة"}),
)
def ask_refund(service: TheService, actor: SignedIn, reference: str, body: Body) -> dict[str, str]:
    """Another person approves it."""
    asked = read_shape(RefundAsked, body, code="fees", clause=CLAUSE)
    return {"approval": refunds.ask(service, actor, reference, asked.reason, asked.words, clock.now())}


@router.post(
    "/refunds/{approval}",
    summary="Approve or refuse a refund / البت في رد رسم",
    responses=PROBLEMS,
    openapi_extra=_takes(RefundDecided, {"decision": "approve", "words": "ثابت في الدفتر"}),
)
def decide_refund(service: TheService, actor: SignedIn, approval: str, body: Body) -> dict[str, Any]:
    """As the second person; cash counts as gone at once, an electronic payment when its provider says so."""
    asked = read_shape(RefundDecided, body, code="fees", clause=CLAUSE)
    step = desk.approve_refund if asked.decision == "approve" else refunds.refuse
    return step(service, actor, approval, asked.words, clock.now()).as_json(service.spec.fees)


@router.get("/receipts/{number}/receipt.pdf", summary="The signed receipt / الإيصال", responses=PROBLEMS | BINARY)
def receipt(service: TheService, actor: SignedIn, number: str) -> Response:
    """The stored bytes of a receipt or a credit note, exactly as signed."""
    content = receipts.receipt_pdf(service, actor, number, clock.now())
    return attachment(content, "application/pdf", f"{number}.pdf")


@router.get("/till", summary="What my drawer should hold / رصيد خزينتي", responses=PROBLEMS)
def till(service: TheService, actor: SignedIn) -> dict[str, Any]:
    """Cash since the last closing."""
    held = closing.till(service, actor)
    return {"office": held.office, "entries": len(held.entries), "expected": text(held.expected)}


@router.get("/closings", summary="Closings of cash desks / إقفال الخزائن", responses=PROBLEMS)
def closings(
    service: TheService, actor: SignedIn, limit: Annotated[int, Query(ge=1, le=200)] = 50
) -> dict[str, list[dict[str, Any]]]:
    """Of the offices whose fees the actor reads, the newest first."""
    return {"closings": [one.as_json() for one in closing.closings(service, actor, limit)]}


@router.post(
    "/closings",
    status_code=201,
    summary="Close my cash desk / إقفال خزينتي",
    responses=PROBLEMS,
    openapi_extra=_takes(Counted, {"counted": "125.000", "words": ""}),
)
def close(service: TheService, actor: SignedIn, body: Body) -> Response:
    """The count is compared with the ledger, the difference stated, the whole signed."""
    asked = read_shape(Counted, body, code="fees", clause=CLAUSE)
    made = closing.close(service, actor, amount_of(asked.counted, "counted"), asked.words, clock.now())
    return JSONResponse(made.as_json(), status_code=201)


async def _raw(request: Request) -> bytes:
    return await request.body()


@router.post("/callbacks", status_code=204, summary="A provider tells / إشعار مزود الدفع", responses=problems(403, 429))
def called_back(
    request: Request,
    service: TheService,
    body: Annotated[bytes, Depends(_raw)],
    signature: Annotated[str, Header(alias="Issuance-Signature", description="t=<seconds>,v1=<HMAC-SHA256>")] = "",
) -> Response:
    """Signed with the secret shared with the provider (docs/fees.md); told again it changes nothing."""
    require_pace(request, "fees.callbacks", service.spec.fees.online.callbacks)
    desk.called_back(service, body, signature, clock.now())
    return Response(status_code=204)
