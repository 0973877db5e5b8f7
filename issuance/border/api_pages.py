"""`POST /v1/border/pages`: what stands on a picture of a page. Nothing sent here is kept."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request
from fastapi.responses import JSONResponse

from issuance.api.answers import PROBLEMS
from issuance.api.body import read_form
from issuance.api.guard import SignedIn, TheService
from issuance.border.reading.page_reading import read_page
from issuance.core import clock, policy
from specs.errors import Fault, Invalid

PATH = "/border/pages"
router = APIRouter(tags=["border"], responses={s: PROBLEMS[s] for s in (401, 403, 413, 422, 503)})

_FILE = {"type": "string", "format": "binary"}
_BODY: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "content": {
            "multipart/form-data": {"schema": {"type": "object", "required": ["file"], "properties": {"file": _FILE}}},
            "image/png": {"schema": _FILE},
            "image/jpeg": {"schema": _FILE},
            "application/pdf": {"schema": _FILE},
        },
    }
}


async def _given(request: Request) -> bytes:
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind == "multipart/form-data":
        file = (await read_form(request)).files.get("file")
        if file is not None:
            return file.content
    elif data := await request.body():
        return data
    raise Invalid(
        Fault(
            "border.pages.input",
            "أرسل صورة الصفحة أو ملف PDF في الحقل file أو متنًا للطلب",
            "send the page's picture or PDF in the field `file`, or as the body itself",
            field="file",
            clause="openapi",
        )
    )


@router.post(
    PATH,
    summary="Read a page's picture / قراءة صفحة من صورتها",
    openapi_extra=_BODY,
    responses={200: {"description": "what was read, or why nothing was"}},
)
def read(actor: SignedIn, service: TheService, data: Annotated[bytes, Depends(_given)]) -> JSONResponse:
    """Zone and barcodes of a picture or PDF; 200 for whatever was found, 503 when too many pages wait."""
    policy.require(actor, "border.check", roles=service.spec.roles)
    return JSONResponse(read_page(data, service.spec, service.trust, clock.now()).as_json())
