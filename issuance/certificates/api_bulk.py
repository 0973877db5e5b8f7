"""Routes of certificates in bulk: send a file, see how it stands, its report, its papers; webhooks of requesters."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import JSONResponse, Response
from pydantic import BaseModel, ConfigDict

from issuance.api.answers import BINARY, PROBLEMS, attachment
from issuance.api.body import json_object
from issuance.api.guard import SignedIn, TheService
from issuance.certificates import bulk, bulk_report, webhooks
from issuance.certificates.bulk_rows import CLAUSE
from issuance.core import clock
from issuance.core.shapes import read_shape
from specs.errors import Fault, Invalid

PATH = "/certificate-bulk"
router = APIRouter(tags=["certificates"], responses=PROBLEMS)
Body = Annotated[dict[str, Any], Depends(json_object)]
_CSV: dict[str, Any] = {
    "requestBody": {"required": True, "content": {"text/csv": {"schema": {"type": "string", "format": "binary"}}}}
}


class NewWebhook(BaseModel):
    """client: id or name of the client, or `office:CODE`."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    client: str
    url: str


async def csv_body(request: Request) -> bytes:
    """The body as sent. Raises `Invalid` when it says that it is something else than CSV."""
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind != "text/csv":
        words = "أرسل الملف بنوع text/csv", "send the file as text/csv"
        raise Invalid(Fault("certificates.bulk.type", *words, field="Content-Type", clause=CLAUSE))
    return await request.body()


@router.post(PATH, status_code=202, summary="Send a file of requests / إرسال ملف طلبات", openapi_extra=_CSV)
def send(
    service: TheService,
    actor: SignedIn,
    content: Annotated[bytes, Depends(csv_body)],
    office: Annotated[str | None, Query(description="The records office; default the caller's.")] = None,
) -> Response:
    """Taken in whole and worked off in the background; the same file again is answered with the first."""
    view = bulk.send(service, actor, office, content, clock.now())
    return JSONResponse(view.as_json(), 202, headers={"Location": f"/v1{PATH}/{view.id}"})


@router.post(f"{PATH}/dry-run", summary="What would be refused / ما سيُرفض", openapi_extra=_CSV)
def dry_run(
    service: TheService,
    actor: SignedIn,
    content: Annotated[bytes, Depends(csv_body)],
    office: Annotated[str | None, Query(description="The records office; default the caller's.")] = None,
) -> dict[str, Any]:
    """Every row with its faults; nothing is kept and no criminal record is read."""
    rows = bulk.dry_run(service, actor, office, content, clock.now())
    return {"dry_run": True, "rows": [row.as_json() for row in bulk_report.foretold(rows)]}


@router.get(f"{PATH}/{{bulk_id}}", summary="How a file stands / حالة ملف")
def seen(service: TheService, actor: SignedIn, bulk_id: str) -> dict[str, Any]:
    """How many of its rows are settled."""
    return bulk.seen(service, actor, bulk_id).as_json()


@router.get(f"{PATH}/{{bulk_id}}/report", summary="The fate of every row / مصير كل سطر", response_model=None)
def report(
    service: TheService,
    actor: SignedIn,
    bulk_id: str,
    form: Annotated[Literal["json", "csv"], Query()] = "json",
) -> Response:
    """As it stands now: rows an officer looks at get theirs when it is decided."""
    whole = bulk_report.report(service, actor, bulk_id, clock.now())
    if form == "csv":
        return attachment(whole.as_csv().encode(), "text/csv; charset=utf-8", f"{bulk_id}.csv")
    return JSONResponse(whole.as_json())


@router.get(f"{PATH}/{{bulk_id}}/papers/{{number}}", summary="The paper of a row / وثيقة سطر", responses=BINARY)
def paper(service: TheService, actor: SignedIn, bulk_id: str, number: str) -> Response:
    """The signed certificate, or the signed refusal, exactly as signed."""
    content = bulk_report.paper(service, actor, bulk_id, number, clock.now())
    return attachment(content, "application/pdf", f"{number}.pdf")


@router.get("/certificate-webhooks", summary="Webhooks / إشعارات الأنظمة")
def listed(service: TheService, actor: SignedIn) -> dict[str, Any]:
    """Every address, the newest first."""
    return {"webhooks": [view.as_json() for view in webhooks.webhooks(service, actor)]}


@router.post("/certificate-webhooks", status_code=201, summary="Register a webhook / تسجيل عنوان إشعار")
def register(service: TheService, actor: SignedIn, body: Body) -> Response:
    """The secret is in this answer and nowhere else."""
    asked = read_shape(NewWebhook, body, code="certificates.webhook", clause=CLAUSE)
    view, secret = webhooks.register(service, actor, asked.client, asked.url, clock.now())
    address = f"/v1/certificate-webhooks/{view.id}"
    return JSONResponse(view.as_json() | {"secret": secret}, 201, headers={"Location": address})


@router.delete("/certificate-webhooks/{webhook_id}", status_code=204, summary="Close a webhook / إغلاق عنوان إشعار")
def close(service: TheService, actor: SignedIn, webhook_id: str) -> Response:
    """Nothing more is sent there."""
    webhooks.close(service, actor, webhook_id, clock.now())
    return Response(status_code=204)
