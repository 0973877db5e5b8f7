"""Routes of passports: issue, list, read, fetch a file. No rule stands here; commands and views hold them."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import JSONResponse, Response

from issuance.api.answers import BINARY, PROBLEMS, attachment
from issuance.api.body import FormBody, an_object, read_form, read_json
from issuance.api.guard import SignedIn, TheService
from issuance.api.once import Call, IdempotencyKey, once
from issuance.core import clock
from issuance.passports import commands, views
from issuance.passports.application import Application
from specs.errors import Fault, Invalid

router = APIRouter(prefix="/passports", tags=["passports"], responses=PROBLEMS)

EXAMPLE = {
    "document_type": "ORDINARY",
    "edition": "2026",
    "national_number": "119909000012",
    "names": {
        "arabic": {"first": "سالم", "father": "علي", "grandfather": "محمد", "family": "المبروك"},
        "latin": {"surname": "ALMABROUK", "given": "SALEM ALI MOHAMED"},
        "latin_confirmed": True,
    },
    "sex": "M",
    "birth_date": "1990-05-17",
    "place_of_birth": {"arabic": "طرابلس", "latin": "TRIPOLI"},
    "nationality": "LBY",
    "office": "PAS-TIP",
}

_BODY: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "content": {
            "multipart/form-data": {
                "schema": {
                    "type": "object",
                    "required": ["application", "portrait"],
                    "properties": {
                        "application": Application.model_json_schema(ref_template="#/components/schemas/{model}")
                        | {"description": "JSON, as a field or as a file"},
                        "portrait": {"type": "string", "format": "binary", "description": "JPEG, PNG or JPEG 2000"},
                    },
                },
                "encoding": {"application": {"contentType": "application/json"}},
                "example": {"application": EXAMPLE},
            }
        },
    }
}


async def _application(request: Request) -> tuple[dict[str, Any], bytes]:
    """The two parts of the form; both faults at once."""
    form: FormBody = await read_form(request)
    application: str | bytes | None = form.fields.get("application")
    if application is None and "application" in form.files:
        application = form.files["application"].content
    portrait = form.files.get("portrait")
    missing = [
        Fault("api.request.missing", "هذا الجزء مطلوب", "this part is required", field=name, clause="openapi")
        for name, value in (("application", application), ("portrait", portrait))
        if value is None
    ]
    if missing or application is None or portrait is None:
        raise Invalid(*missing)
    return an_object(read_json(application, "application"), "application"), portrait.content


@router.post("", status_code=201, summary="Issue a passport / إصدار جواز سفر", openapi_extra=_BODY)
def issue(
    service: TheService,
    actor: SignedIn,
    parts: Annotated[tuple[dict[str, Any], bytes], Depends(_application)],
    key: IdempotencyKey = None,
) -> Response:
    """Checks the application, takes a number, signs and verifies the chip, and answers the passport."""
    application, portrait = parts

    def work(request_id: str | None) -> dict[str, Any]:
        return commands.issue(service, actor, application, portrait, clock.now(), request_id).as_json()

    return once(service, actor, Call(key, "POST /v1/passports", (application, portrait)), work)


@router.get("", summary="Passports issued / الجوازات الصادرة")
def passports(
    service: TheService, actor: SignedIn, limit: Annotated[int, Query(ge=1, le=200)] = 50
) -> dict[str, list[dict[str, Any]]]:
    """The newest first, as far as the actor's office reaches."""
    return {"passports": [view.as_json() for view in views.passports(service, actor, limit)]}


@router.get("/{number}", summary="One passport / جواز سفر")
def passport(service: TheService, actor: SignedIn, number: str) -> JSONResponse:
    """What was issued, and the names of its files."""
    return JSONResponse(views.passport(service, actor, number).as_json())


@router.get("/{number}/files/{name}", summary="One file of a passport / ملف من ملفات الجواز", responses=BINARY)
def passport_file(service: TheService, actor: SignedIn, number: str, name: str) -> Response:
    """A chip file (`EF_SOD.bin`, `DG1.bin`, ...), the data page, or the package."""
    content, media_type = views.passport_file(service, actor, number, name)
    return attachment(content, media_type, f"{number}-{name}")
